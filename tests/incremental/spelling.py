"""One way of writing code that a node depends on, and what is made of it in a project."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MARK = re.compile(r"\$(n?)(\d+)")


@dataclass(frozen=True)
class Spelling:
    """A package of a few modules whose `nodes.py` holds a function `work(x: int) -> int`.

    In the sources `$P` is the package's dotted name; `$1`, `$2`, ... are numbers on which the result
    of `work` depends, `$n1`, ... numbers on which it does not.  ``swaps`` are edits beyond numbers
    that change the result: a file and the text to replace, or ``None`` to write it anew.  A path
    that begins with `lib/` lies in a package of its own beside the project, installed in editable mode; ``beside`` are
    lines for the module that makes the pipeline.  ``doubt``: static knowledge ends here, and an
    unrelated edit may run the node.
    """

    name: str
    files: Mapping[str, str]
    swaps: tuple[tuple[str, str | None, str], ...] = ()
    beside: str = ""
    doubt: bool = False


@dataclass
class Placed:
    """A spelling as it stands in a project: its files, and where its numbers are."""

    spelling: Spelling
    package: str
    files: dict[str, str]
    marks: dict[str, tuple[str, int]] = field(default_factory=dict)
    neutral: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def beside(self) -> str:
        """Lines for the module that makes the pipeline."""
        return self.spelling.beside.replace("$P", self.package)

    def swaps(self) -> list[tuple[str, str | None, str]]:
        """Return the edits beyond numbers, on files by their path in the project."""
        return [
            (self._path(name), old and self._filled(old), self._filled(new))
            for name, old, new in self.spelling.swaps
        ]

    def _path(self, name: str) -> str:
        return place(self.package, name)

    def _filled(self, text: str) -> str:
        def number(found: re.Match[str]) -> str:
            return str({**self.marks, **self.neutral}[found[0]][1])

        return MARK.sub(number, text.replace("$P", self.package))


def place(package: str, name: str) -> str:
    """Return where a spelling's file lies in the project."""
    if name.startswith("lib/"):
        return f"../libs/{package.replace('.', '_')}_lib/{name.removeprefix('lib/')}"
    return f"src/{package.replace('.', '/')}/{name}"


def put(spelling: Spelling, package: str, fresh: Callable[[], int]) -> Placed:
    """Fill a spelling in for a package; ``fresh`` gives numbers that stand nowhere else."""
    placed = Placed(spelling, package, {})
    library = package.replace(".", "_") + "_lib"
    for name, text in {"__init__.py": "", **spelling.files}.items():
        path = place(package, name.replace("$L", library))

        def number(found: re.Match[str], path: str = path) -> str:
            kind = placed.neutral if found[1] else placed.marks
            if found[0] not in kind:
                kind[found[0]] = (path, fresh())
            return str(kind[found[0]][1])

        filled = text.replace("$L", library).replace("$P", package)
        placed.files[path] = MARK.sub(number, filled)
    return placed

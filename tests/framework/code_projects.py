"""Small projects in files, and what is said of a function of theirs before and after an edit."""

import importlib
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from noria.code import CodeReader, Fingerprint

Files = dict[str, str]
PACKAGE = "shop_under_test"


class Edit(NamedTuple):
    """A text of a file, what it becomes, and whether the function then behaves otherwise."""

    file: str
    old: str
    new: str
    matters: bool


class Spelling(NamedTuple):
    """A way to refer to code, with edits."""

    name: str
    node: str
    files: Files
    edits: tuple[Edit, ...]


def read_spellings(path: Path) -> list[Spelling]:
    """Return the cases of a file; its head says how it is written."""
    found: dict[str, Spelling] = {}
    text = re.sub(r"\n#### .*\n", "\n", path.read_text("utf-8"))
    for block in text.split("\n== ")[1:]:
        title, _, body = block.partition("\n")
        title, _, base = title.partition(" + ")
        name, _, node = title.partition(" (")
        node = node.removesuffix(")")
        files, edits = _read_case(body.strip("\n"))
        if base:
            node = node or found[base].node
            files = {**found[base].files, **files}
            edits = [*found[base].edits, *edits]
        node = node or "node"
        if not re.match(r"[\w.]+:", node):
            node = f"nodes:{node}"
        spelling = Spelling(name, node, files, tuple(edits))
        assert name not in found, name
        found[name] = spelling
    return list(found.values())[1:]


def _read_case(body: str) -> tuple[Files, list[Edit]]:
    files: Files = {}
    edits: list[Edit] = []
    current = ""
    for line in body.split("\n"):
        mark, _, rest = line.partition(" ")
        if mark == "--":
            current = rest
            files[current] = ""
        elif mark in {"->", "~>"}:
            edits.append(Edit(rest, "", "", mark == "->"))
        elif not edits and current:
            files[current] += line + "\n"
        elif mark == "-":
            edits[-1] = edits[-1]._replace(old=edits[-1].old + line[2:] + "\n")
        elif mark == "+":
            edits[-1] = edits[-1]._replace(new=edits[-1].new + line[2:] + "\n")
    return files, [_trimmed(edit) for edit in edits]


def _trimmed(edit: Edit) -> Edit:
    """Leave the last line's end away where both texts have one: parts of lines are replaced."""
    if edit.new:
        return edit._replace(old=edit.old[:-1], new=edit.new[:-1])
    return edit


def write(root: Path, files: Files) -> None:
    """Write files of the package ``shop``; it gets a name of its own in paths and texts."""
    for name, text in files.items():
        path = root / PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).replace("shop", PACKAGE), "utf-8")
    for folder in {path.parent for path in root.rglob("*.py")} - {root}:
        if not (folder / "__init__.py").exists():
            (folder / "__init__.py").write_text("")


@contextmanager
def importable(root: Path) -> Iterator[None]:
    """Let modules below ``root`` be imported, and forget them afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        sys.path.remove(str(root))
        for name in set(sys.modules) - before:
            path = getattr(sys.modules[name], "__file__", None) or ""
            if path.startswith(str(root.parent)) or name.startswith(PACKAGE):
                del sys.modules[name]


def fingerprint(
    root: Path, node: str, cache: Path | None = None, called: Collection[str] = ()
) -> Fingerprint:
    """Return the fingerprint of ``module:expression`` of the package."""
    module, _, expression = node.partition(":")
    with importable(root):
        namespace = vars(importlib.import_module(f"{PACKAGE}.{module}"))
        reader = CodeReader([root], cache=cache, called=called)
        found = reader.fingerprint(eval(expression, namespace))  # noqa: S307  # the test's own
        reader.save_cache()
        return found


def names(found: Fingerprint) -> set[str]:
    """Return the names of the symbols, without the package's."""
    return {symbol.name.removeprefix(f"{PACKAGE}.") for symbol in found.symbols}

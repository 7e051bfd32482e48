"""What texts mean: the paths of files, the names of code."""

from collections.abc import Iterator

from noria.code.by_path import is_made_path
from noria.code.closure import Key
from noria.code.project import STATEMENT, Project
from noria.code.walk import Dynamic

OF_TEXTS = frozenset({"path", "named"})
"""The kinds of what is found by a text, as :class:`~noria.code.walk.Dynamic` has them."""


def of_text(project: Project, module: str, found: Dynamic, where: str) -> Iterator[Key]:
    """Yield what a call by a text leads to.

    ``path``: a file is read if the name of a module that it is given is bound to a text or a path.
    ``named``: a library may import what ``"shop.parts.Loud"`` names.
    """
    if found.kind == "named":
        yield from _named(project, module, found.what.replace(":", ".").split("."))
        return
    for target in project.resolve(module, found.target):
        if target.kind == STATEMENT:
            bound = project.statement(target.name, target.place)
            if bound.literal[:1] in {"'", '"'} or is_made_path(bound.made):
                yield ("e", "file", found.what, where)


def _named(project: Project, module: str, parts: list[str]) -> Iterator[Key]:
    for length in range(len(parts) - 1, 0, -1):
        named = ".".join(parts[:length])
        if named in project.tables:
            for target in project.resolve(module, (f"={named}", parts[length])):
                if target.kind == STATEMENT:
                    yield ("s", target.name, target.place)
            return

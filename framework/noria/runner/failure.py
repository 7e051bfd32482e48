"""What a failed node is told as: the node, its inputs, the user's own frames first."""

import site
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from noria_catalog.attribute import attribute_of
from noria_catalog.errors import NoriaError

from noria.errors import NodeError
from noria.graph import Node
from noria.installed import installed_folders

_TEXT_LIMIT = 60


def explain(error: BaseException, node: Node, doing: str, inputs: Mapping[str, Any]) -> NodeError:
    """Return the NodeError that tells of ``error``, which ``node`` raised while ``doing``."""
    source = node.source
    place = f" ({shown(source[0])}:{source[1]})" if source else ""
    lines = [f"node {node.name!r}{place} failed while {doing}"]
    if isinstance(error, NoriaError):
        lines.extend(f"  {line}" for line in str(error).splitlines())
    else:
        lines.append(f"  {one_line(error)}")
        lines.extend(f"  {line}" for line in frames(error.__traceback__))
    if inputs:
        width = max(map(len, inputs))
        lines.append("  its inputs:")
        lines.extend(f"    {name:<{width}}  {describe_value(inputs[name])}" for name in inputs)
    return NodeError("\n".join(lines), node=node.name)


def one_line(error: BaseException) -> str:
    """Return the error's type and the first line of its message.

    >>> one_line(ValueError("too few rows"))
    'ValueError: too few rows'
    """
    import traceback

    if isinstance(error, NoriaError):
        return error.message.splitlines()[0]
    text = traceback.format_exception_only(error)[-1].strip()
    return text.splitlines()[0] if text else type(error).__name__


def describe_value(value: Any) -> str:
    """Return what a value is, in a few words: its type and shape, never its content.

    >>> describe_value([1, 2, 3]), describe_value("north"), describe_value(0.5)
    ('list of 3', "str 'north'", 'float 0.5')
    """
    kind = type(value).__name__
    if value is None:
        return "None"
    if isinstance(value, bool | int | float):
        return f"{kind} {value!r}"
    if isinstance(value, str):
        text = value if len(value) <= _TEXT_LIMIT else value[:_TEXT_LIMIT] + "…"
        return f"{kind} {text!r}"
    shape = attribute_of(value, "shape")
    if isinstance(shape, tuple):
        if len(shape) == 2:  # rows and columns
            return f"{kind}, {shape[0]:,} rows x {shape[1]:,} columns"
        return f"{kind}, shape {shape}"
    # isinstance() believes what an object says of itself, and may be told of a dict without keys.
    if issubclass(type(value), dict | list | tuple | set | frozenset):
        return f"{kind} of {len(value):,}"
    return kind


def frames(trace: TracebackType | None) -> list[str]:
    """Return the user's own frames, innermost last, each with its line; other people's are folded.

    When no frame is the user's, the innermost one is shown, whosever it is.
    """
    import linecache
    import traceback

    entries = [entry for entry in traceback.extract_tb(trace) if not _ours(entry.filename)]
    lines: list[str] = []
    folded = 0
    for entry in entries:
        if _foreign(entry.filename) and entry is not entries[-1]:
            folded += 1
            continue
        if folded:
            lines.append(f"    … {folded} frame{'' if folded == 1 else 's'} of libraries")
            folded = 0
        lines.append(f"{shown(entry.filename)}:{entry.lineno} in {entry.name}")
        text = linecache.getline(entry.filename, entry.lineno or 0).strip()
        if text:
            lines.append(f"    {text}")
    return lines


def is_own_code(file: str) -> bool:
    """Tell whether a file is the user's: neither Noria's, nor Python's, nor a library's."""
    return not _ours(file) and not _foreign(file)


def shown(file: str) -> str:
    """Return a path as the user would type it here."""
    try:
        return Path(file).relative_to(Path.cwd()).as_posix()
    except (ValueError, FileNotFoundError):  # it lies elsewhere, or nobody knows where we are
        return file


@cache
def _roots() -> tuple[tuple[str, ...], tuple[str, ...]]:
    import noria_catalog

    ours = (str(Path(__file__).parents[1]), str(Path(noria_catalog.__file__).parent))
    places = {*installed_folders(), *site.getsitepackages(), site.getusersitepackages()}
    return ours, tuple(sorted(places))


def _ours(file: str) -> bool:
    return file.startswith(_roots()[0])


def _foreign(file: str) -> bool:
    return file.startswith(("<", *_roots()[1]))

"""What a failed node is told as: the node, its inputs, the user's own frames first."""

import shlex
import site
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from noria_catalog.attribute import attribute_of
from noria_catalog.errors import NoriaError

from noria.errors import NodeError
from noria.graph import Node, Pipeline
from noria.installed import installed_folders

if TYPE_CHECKING:
    from traceback import FrameSummary

_TEXT_LIMIT = 60
_MESSAGE_LINES = 40
_MOST_FRAMES = 30
_FIRST_FRAMES, _LAST_FRAMES = 3, 7
_MOST_BEHIND = 4


class Placed(Protocol):
    """What is asked of the places of a run's data."""

    @property
    def begun(self) -> Mapping[str, str]:
        """By the names of the data that this run has begun to save."""

    def place(self, name: str) -> str:
        """Return what names the place; empty in memory."""


def explain(error: BaseException, node: Node, doing: str, inputs: Mapping[str, Any]) -> NodeError:
    """Return the NodeError that tells of ``error``, which ``node`` raised while ``doing``."""
    source = node.source
    place = f" ({shown(source[0])}:{source[1]})" if source else ""
    lines = [f"node {node.name!r}{place} failed while {doing}"]
    if isinstance(error, NoriaError):
        lines.extend(f"  {line}" for line in str(error).splitlines())
    else:
        lines.extend(f"  {line}" for line in raised_lines(error))
    if inputs:
        width = max(map(len, inputs))
        lines.append("  its inputs:")
        lines.extend(f"    {name:<{width}}  {describe_value(inputs[name])}" for name in inputs)
    return NodeError("\n".join(lines), node=node.name)


def told_unreadable(whole: Pipeline, places: Placed, name: str) -> str:
    """Return what is to be said of data that a node has made, and that cannot be loaded.

    A class that its pickle names may be gone, say.  Empty where no node of the pipeline makes it,
    or this very run has: to make it once more would be of no use.
    """
    place = places.place(name)
    made = {one: node.name for node in whole.nodes for one in node.makes}
    here = [one for one in made if place and places.place(one) == place]
    if not here or any(one in places.begun for one in here):
        return ""
    words = shlex.join(["--force", "--nodes", made[here[0]]])
    return f"\n  node {made[here[0]]!r} has made it; if nothing can read it, make it anew: {words}"


def one_line(error: BaseException) -> str:
    """Return the error's type and the first line of its message.

    >>> one_line(ValueError("too few rows"))
    'ValueError: too few rows'
    """
    return error.message.splitlines()[0] if isinstance(error, NoriaError) else _said(error)[0]


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


def raised_lines(error: BaseException) -> list[str]:
    """Return what an exception says, its notes, its frames, and the exceptions that it came of.

    A library's own troubles on the way to its error are left out, but for what it names as cause.

    >>> try:
    ...     raise ValueError("no price") from KeyError("price")
    ... except ValueError as error:
    ...     lines = raised_lines(error)
    >>> lines[0], lines[-1]
    ('ValueError: no price', "from KeyError: 'price'")
    """
    return list(_raised(error, frames(error), {id(error)}))


def frames(error: BaseException) -> list[str]:
    """Return the user's own frames, innermost last, each with its line; other people's are folded.

    A line of the user's that does not parse stands last, as if it had been reached.  When no frame
    is the user's, the innermost one is shown, whosever it is.
    """
    import linecache

    entries = [entry for entry in _entries(error) if not _ours(entry.filename)]
    told: list[list[str]] = []
    folded = 0
    for entry in entries:
        if _foreign(entry.filename) and entry is not entries[-1]:
            folded += 1
            continue
        lines = [f"    … {folded} frame{'' if folded == 1 else 's'} of libraries"] if folded else []
        lines.append(f"{shown(entry.filename)}:{entry.lineno} in {entry.name}")
        text = linecache.getline(entry.filename, entry.lineno or 0).strip()
        told.append([*lines, f"    {text}"] if text else lines)
        folded = 0
    if len(told) > _MOST_FRAMES:  # functions that call each other for ever
        left = len(told) - _FIRST_FRAMES - _LAST_FRAMES
        told[_FIRST_FRAMES:-_LAST_FRAMES] = [[f"    … {left:,} frames more"]]
    return [line for lines in told for line in lines]


def _entries(error: BaseException) -> "list[FrameSummary]":
    import traceback

    entries = list(traceback.extract_tb(error.__traceback__))
    if isinstance(error, SyntaxError) and error.filename and is_own_code(error.filename):
        entries.append(traceback.FrameSummary(error.filename, error.lineno or 1, "<module>"))
    return entries


def _raised(error: BaseException, where: list[str], seen: set[int]) -> Iterator[str]:
    first, *more = _said(error)
    notes = getattr(error, "__notes__", None)
    for note in notes if isinstance(notes, list) else ():
        more += str(note).splitlines()
    yield first
    yield from (f"  {line}" for line in more[:_MESSAGE_LINES])
    if len(more) > _MESSAGE_LINES:
        yield f"  … {len(more) - _MESSAGE_LINES:,} lines more"
    yield from where
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _behind("with", one, seen)
    if error.__cause__ is not None:
        yield from _behind("from", error.__cause__, seen, first)
    elif not error.__suppress_context__ and _has_own_frame(error.__context__):
        yield from _behind("while handling", error.__context__, seen, first)


def _behind(
    how: str, error: BaseException | None, seen: set[int], first: str = ""
) -> Iterator[str]:
    """Yield what is told of an exception behind another, whose ``first`` line it may repeat."""
    if error is None or id(error) in seen or len(seen) > _MOST_BEHIND:
        return
    seen.add(id(error))
    if isinstance(error, NoriaError):  # it says all that may be printed of what lies behind it
        lines = str(error).splitlines()
    else:
        where = frames(error) if _has_own_frame(error) else []
        lines = list(_raised(error, where, seen))
    if lines != [first]:
        yield f"{how} {lines[0]}"
        yield from (f"  {line}" for line in lines[1:])


def _has_own_frame(error: BaseException | None) -> bool:
    return error is not None and any(is_own_code(entry.filename) for entry in _entries(error))


def _said(error: BaseException) -> list[str]:
    """Return the lines of an exception's type and message, without its notes."""
    import traceback

    alone = traceback.TracebackException(type(error), error, None)
    alone.__notes__ = None
    text = list(alone.format_exception_only())[-1].strip()
    return text.splitlines() or [type(error).__name__]


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
    # Compiled libraries name their sources by a path from nowhere.
    return file.startswith(("<", *_roots()[1])) or not Path(file).is_absolute()

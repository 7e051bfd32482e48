"""The lines of a function, as they stand in its file now."""

import tokenize
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

from noria.graph import Node

_MOST_LINES = 1_000
_MOST_CHARACTERS = 100_000
_LARGEST_FILE = 5_000_000


class SourceText(TypedDict):
    """``file`` is relative to the project where it lies in it; ``line`` counts from 1."""

    file: str
    line: int
    text: str


def source_text(node: Node, root: Path) -> SourceText | None:
    """Return the source of a node's function; ``None`` for one that is not written in Python."""
    if node.source is None:
        return None
    file, line = node.source
    path = Path(file)
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else file
    return {"file": shown, "line": line, "text": _block(path, line)}


def _block(path: Path, line: int) -> str:
    import inspect

    try:
        if path.stat().st_size > _LARGEST_FILE:
            return ""
        lines = _lines(path, path.stat().st_mtime_ns)
        block = inspect.getblock(lines[line - 1 : line - 1 + _MOST_LINES])
    except (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError, IndexError):
        return ""
    return "".join(block)[:_MOST_CHARACTERS]


@lru_cache(maxsize=64)
def _lines(path: Path, _changed: int) -> list[str]:
    with tokenize.open(path) as file:
        return file.read().splitlines(keepends=True)

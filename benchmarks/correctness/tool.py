"""What is told of every tool: how the chain is written for it, and where its results lie."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.correctness.chain import REACHED_BY_B, Frame

# For the tools whose steps are scripts that read and write files.
SCRIPT = Frame(
    footer="""

if __name__ == "__main__":
    import json
    from pathlib import Path

    taken = json.loads(Path("data/{taken}.json").read_text("utf-8"))
    Path("data/{step}.json").write_text(json.dumps({step}(taken)), "utf-8")
"""
)
# Some look at a function alone, and not at what else its module holds.
OWN_AND_REACHED = ("src/shop/b.py", *REACHED_BY_B)
# For the tools that take a file's content as a value, where files cannot be declared.
DIGEST = f"""\
def _declared():
    import hashlib

    texts = [Path(place).read_bytes() for place in {list(OWN_AND_REACHED)}]
    return hashlib.sha256(b"\\0".join(texts)).hexdigest()
"""


def always(value: Any) -> Callable[..., Any]:
    """Return a function that gives the same whatever it is asked."""
    return lambda *_: value


@dataclass(frozen=True)
class Tool:
    """A tool, and the chain as its users would write it.

    ``frame`` and ``files`` are asked with ``best``: whether this is the best effort, where all
    that the tool lets a user declare is declared, or its default use.  ``kept`` are the files
    among which B's result lies, ``variables`` may name the ``{project}``.
    """

    name: str
    shown: str
    distribution: str
    wanted: Sequence[str]
    command: Sequence[str]
    frame: Callable[[str, bool], Frame]
    files: Callable[[bool], Mapping[str, str]]
    default: str
    effort: str
    place: str = "src/shop/{step}.py"
    prepare: Sequence[Sequence[str]] = ()
    kept: str = "data/b.json"
    variables: Mapping[str, str] | None = None

"""Code blocks of a Markdown page, run as a reader would run them."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.project_on_disk import environment

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What differs from run to run: durations, sizes, run names, moments, process numbers; digests of
# values go by the versions of their libraries.
_MASKS = [
    (r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z", "RUN"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "MOMENT"),
    (r"<?\b\d+(\.\d+)? (ms|s|min|h)\b", "TIME"),
    (r"\b\d+(\.\d+)? (B|kB|MB|GB)\b", "SIZE"),
    (r"process \d+", "process N"),
    (r"\b[0-9a-f]{12}\b", "DIGEST"),
    (r"[ \t]+", " "),
]


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its text and the line of the page that it begins at."""

    language: str
    text: str
    line: int


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page."""
    text = page.read_text("utf-8")
    return [
        Block(found[1], found[2], text.count("\n", 0, found.start()) + 2)
        for found in _FENCE.finditer(text)
    ]


class Reader:
    """Types what a page says into a shell, in one folder, and compares what comes back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def follow(self, block: Block, page: Path) -> None:
        """Run a console block; ``...`` on a line of its own stands for any lines."""
        for command, expected in _commands(block.text):
            said = self.type(command)
            assert _matches(expected, said), (
                f"{page.name}:{block.line}: $ {command}\n--- the page says\n{expected}"
                f"\n--- it says\n{said}"
            )

    def execute(self, block: Block, page: Path) -> None:
        """Run a Python block as a script in the folder."""
        done = subprocess.run(
            [sys.executable, "-c", block.text],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{page.name}:{block.line}\n{done.stdout}\n{done.stderr}"

    def type(self, command: str) -> str:
        """Type one command and return what it prints, both streams."""
        if command.startswith("cd "):
            self.folder = (self.folder / command.removeprefix("cd ").strip()).resolve()
            assert self.folder.is_dir(), command
            return ""
        return subprocess.run(
            ["/bin/bash", "-c", command],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        ).stdout

    def _environment(self) -> dict[str, str]:
        here = str(Path(sys.executable).parent)
        known = environment()
        return known | {"PATH": f"{here}:{known['PATH']}", "COLUMNS": "100"}


def _commands(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(lines)) for command, lines in found]


def _matches(expected: str, said: str) -> bool:
    parts = re.split(r"^\.\.\.$", _masked(expected), flags=re.MULTILINE)
    pattern = ".*".join(re.escape(part.strip("\n")) for part in parts)
    return re.fullmatch(r"\s*" + pattern + r"\s*", _masked(said), re.DOTALL) is not None


def _masked(text: str) -> str:
    for pattern, word in _MASKS:
        text = re.sub(pattern, word, text)
    return "\n".join(line.strip() for line in text.splitlines())

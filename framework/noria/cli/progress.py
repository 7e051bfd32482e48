"""How a run is shown while it runs: a display in a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from noria.cli.color import can_take_back
from noria.cli.printing import duration, plural, rows, size
from noria.cli.saying import is_open
from noria.cli.tally import NodeTally, Tally
from noria.record.events import (
    Event,
    Listener,
    NodeFailed,
    NodeFinished,
    NodeRestored,
    NodeReused,
    Noted,
    RunStarted,
)

_LINES_AROUND = 9  # of the terminal's height, for the prompt, the bar and what nodes print
_REFRESHES_A_SECOND = 8
OBVIOUS = ("", "no result yet", "forced")
"""Reasons that need not be told."""


@contextmanager
def show_progress(
    tally: Tally, *, stream: IO[str], quiet: bool, live: bool = True
) -> Iterator[Listener | None]:
    """Show the run on ``stream`` while the context lasts; give what listens to it, if anything.

    Without ``live`` a terminal gets plain lines too, which a debugger can stand between.
    """
    if quiet:
        yield None
    elif live and can_take_back(stream):
        with _live(tally, stream):
            yield None
    else:
        yield _Lines(tally, stream)


class _Lines:
    """One line when a run begins and one for every node that ends."""

    def __init__(self, tally: Tally, stream: IO[str]) -> None:
        self._tally = tally
        self._stream = stream
        self._ended = 0
        self._guard = threading.Lock()
        self._heard = True

    def __call__(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._print(headline(self._tally))
        elif isinstance(event, NodeReused):
            with self._guard:
                self._ended += 1
        elif isinstance(event, Noted):
            self._print(f"  ! {event.text}")
        elif isinstance(event, NodeFinished | NodeFailed | NodeRestored):
            with self._guard:
                self._ended += 1
                total = len(self._tally.nodes)
                count = f"{self._ended:>{len(str(total))}}/{total}"
                node = self._tally.nodes[event.node]
                self._print(f"  {count}  {mark(node)} {node.name}  {outcome(node)}")

    def _print(self, text: str) -> None:
        if self._heard and is_open(self._stream):
            try:
                print(text, file=self._stream, flush=True)
            except BrokenPipeError:
                self._heard = False  # whoever read along has gone; the run goes on


def headline(tally: Tally) -> str:
    """Return the line that names the run."""
    name = "" if tally.pipeline in ("", "__default__") else f" of pipeline {tally.pipeline}"
    return f"run {tally.run}: {plural(len(tally.nodes), 'node')}{name}, {tally.runner}"


def mark(node: NodeTally) -> str:
    """Return the sign of a node's status."""
    signs = {
        "done": "✓", "failed": "✗", "running": "●", "waiting": "·", "reused": "=", "restored": "↺"
    }  # fmt: skip
    sign = signs[node.status]
    # While the display lasts sys.stdout is not the real one.
    encoding = getattr(sys.__stdout__, "encoding", None) or "ascii"
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return {"failed": "x", "running": "*", "waiting": ".", "reused": "="}.get(node.status, "+")
    return sign


def outcome(node: NodeTally) -> str:
    """Return what a node has done, in a few words: its time, and rows and bytes saved."""
    if node.status == "running":
        return duration(time.time() - node.started)
    if node.error is not None:
        return node.error
    saved = [
        " ".join(filter(None, (entry.dataset, rows(entry.rows), size(entry.bytes))))
        for entry in node.saved
    ]
    why = "" if node.reason in OBVIOUS else f"({node.reason})"
    told = [", ".join(saved), why]
    return "  ".join([duration(node.seconds), *filter(None, told)])


@contextmanager
def _live(tally: Tally, stream: IO[str]) -> Iterator[None]:
    from rich.console import Console
    from rich.live import Live

    console = Console(file=stream, highlight=False)
    display = _Display(tally)
    with Live(
        display,
        console=console,
        refresh_per_second=_REFRESHES_A_SECOND,
        transient=True,
        redirect_stdout=True,
        redirect_stderr=True,
    ):
        yield


_STYLES = {
    "done": "green",
    "failed": "red",
    "running": "bold",
    "waiting": "dim",
    "reused": "dim green",
    "restored": "cyan",
}


class _Display:
    """Draws the tally: a bar, what runs, what has just ended, what comes."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        tally = self._tally
        if not tally.nodes:
            yield Text("reading the project", style="dim")
            return
        done = tally.ready
        left = len(tally.nodes) - done - len(tally.of("failed"))
        yield Text(headline(tally), overflow="ellipsis", no_wrap=True)
        bar = Table.grid(padding=(0, 1))
        bar.add_row(
            ProgressBar(total=len(tally.nodes), completed=done, width=24),
            Text(f"{done} done, {left} left, {duration(tally.seconds)}"),
        )
        yield bar
        nodes = Table.grid(padding=(0, 1))
        for node in self._window(max(3, (console.size.height or 24) - _LINES_AROUND)):
            style = _STYLES[node.status]
            words = "" if node.status in ("waiting", "reused") else outcome(node)
            nodes.add_row(
                Text(f" {mark(node)}", style=style),
                Text(node.name, style=style, overflow="ellipsis", no_wrap=True),
                Text(words, style="dim", overflow="ellipsis", no_wrap=True),
            )
        yield nodes

    def _window(self, height: int) -> list[NodeTally]:
        nodes = list(self._tally.nodes.values())
        if len(nodes) <= height:
            return nodes
        running = self._tally.of("running") or nodes[-1:]
        ended = self._tally.of("done", "failed", "restored", "reused")
        waiting = self._tally.of("waiting")
        room = max(1, height - len(running))
        before = ended[-(room // 2 or 1) :]
        return [*before, *running, *waiting[: max(0, room - len(before))]][:height]

"""What is said of a node once for its code: what its author may not have meant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from noria.graph import Node
from noria.plan import Job
from noria.record.events import Listener, Noted
from noria.runner.places import Places
from noria.runner.randomness import seeds_itself

_SHARED = (
    "whose state all nodes share: what it makes depends on what ran before it, unless it has a"
    " generator or a random_state of its own"
)
_LEFT = (
    "stayed from an earlier run, this one did not make it, and whoever reads the dataset gets it"
    " too; with `overwrite: true` in the entry only what a run makes is there"
)
_SHOWN = 3


class Remarks:
    """Emits remarks, each once for a node's code in a project.

    ``texts`` returns the sources of what some nodes reach, ``root`` is the project's folder.
    """

    def __init__(
        self,
        places: Places,
        root: Path,
        texts: Callable[[Iterable[str]], Mapping[str, str]],
        emit: Listener,
    ) -> None:
        self._places = places
        self._root = root
        self._texts = texts
        self._emit = emit

    def drew(self, node: Node, job: Job, drawn: str) -> None:
        """Say that a node draws from a random state, ``drawn``, that all share."""
        if not self._is_new("random", node, job):
            return
        if not seeds_itself(self._texts([node.name]).values()):
            self._say("random", node, job, f"{node.name}: it draws from {drawn}, {_SHARED}")

    def mixed(self, node: Node, drawn: str) -> str | None:
        """Return what is to be said where others may have drawn from a state that a node has set.

        ``drawn`` is whose state has changed while it was executed beside them.
        """
        if drawn and seeds_itself(self._texts([node.name]).values()):
            return f"it sets the state of {drawn}, and nodes beside it may have drawn from that"
        return None

    def left(self, node: Node, job: Job, name: str, files: Sequence[str]) -> None:
        """Say that in a folder to which a node adds there are files that it makes no longer."""
        what = f"left {name}"
        if files and self._is_new(what, node, job):
            more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
            self._say(what, node, job, f"{name}: {', '.join(files[:_SHOWN])}{more} {_LEFT}")

    def _is_new(self, what: str, node: Node, job: Job) -> bool:
        return self._places.note(self._name(what, node)) != job.parts.code

    def _say(self, what: str, node: Node, job: Job, text: str) -> None:
        self._places.set_note(self._name(what, node), job.parts.code)
        self._emit(Noted(node.name, text))

    def _name(self, what: str, node: Node) -> str:
        return f"{what} {self._root} {node.name}"

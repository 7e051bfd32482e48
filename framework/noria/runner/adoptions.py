"""Results of which an output counts as somebody has edited it: in one project, not for its key."""

import json

from blake3 import blake3

from noria.runner.places import Places


class Adoptions:
    """Tells under which key a result with an edited output is recorded, by the key of the result.

    It counts until its node has another result.  ``name`` is that of the note that holds it all; a
    store may serve several projects.
    """

    def __init__(self, places: Places, name: str) -> None:
        self._places = places
        self._name = f"edited {name}"
        noted = json.loads(places.note(self._name) or "{}")
        self._by_node = {node: (key, other) for node, (key, other) in noted.items()}
        self.by_key: dict[str, str] = dict(self._by_node.values())
        """The keys to look under, by those of the results of which something was edited."""

    def add(self, node: str, key: str, other: str) -> None:
        """Let what is recorded under ``other`` be the result of a node's ``key`` from now on."""
        self._by_node[node] = (key, other)
        self._write()

    def settle(self, node: str, key: str, *, made: bool = False) -> None:
        """Note the key of a node's result; ``made``: it was made just now, not used again."""
        known = self._by_node.get(node)
        if known is not None and (made or known[0] != key):
            del self._by_node[node]
            self._write()

    def mark_of(self, name: str, digest: str) -> str:
        """Return what tells an edited output of this project from all others."""
        return blake3(f"{self._name} {name} {digest}".encode()).hexdigest()[:16]

    def _write(self) -> None:
        self.by_key = dict(self._by_node.values())
        self._places.set_note(self._name, json.dumps(self._by_node))

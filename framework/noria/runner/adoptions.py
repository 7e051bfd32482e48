"""Results of which an output counts as somebody has edited it: in one project, not for its key."""

import json

from noria.runner.places import Places


class Adoptions:
    """Tells under which key a result with an edited output is recorded, by the key of the result.

    ``name`` is that of the note that holds it; a store may serve several projects.
    """

    def __init__(self, places: Places, name: str) -> None:
        self._places = places
        self._name = f"edited {name}"
        self._known: dict[str, str] | None = None

    def get(self, key: str) -> str:
        """Return the key to look under; it is the same where nothing was edited."""
        return self._read().get(key, key)

    def add(self, key: str, other: str) -> None:
        """Let what is recorded under ``other`` be the result of ``key`` from now on."""
        self._read()[key] = other
        self._write()

    def drop(self, key: str) -> None:
        """Let the result of a key be what was made."""
        if self._read().pop(key, None) is not None:
            self._write()

    def _read(self) -> dict[str, str]:
        if self._known is None:
            self._known = json.loads(self._places.note(self._name) or "{}")
        return self._known

    def _write(self) -> None:
        self._places.set_note(self._name, json.dumps(self._known))

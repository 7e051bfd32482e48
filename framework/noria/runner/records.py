"""What the store has recorded, as judging asks for it."""

from noria.plan import Lying, Parts, Recorded
from noria.plan.key import parts_from
from noria.runner.places import Places
from noria.store import Entry, Output, Store


class Records:
    """The facts of a plan: recorded results from the store, and what lies at places."""

    def __init__(self, store: Store, places: Places) -> None:
        self._store = store
        self._places = places
        self._found: dict[str, Entry | None] = {}

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a key as it is in the store."""
        if key not in self._found:
            self._found[key] = self._store.find(key)
        return self._found[key]

    def forget(self, key: str) -> None:
        """Ask the store anew the next time."""
        self._found.pop(key, None)

    def find(self, key: str) -> Recorded | None:
        """Return the recorded result of this key."""
        entry = self.entry(key) if key else None
        if entry is None:
            return None
        return Recorded(
            {output.name: output.digest for output in entry.outputs},
            frozenset(output.name for output in entry.outputs if self.is_kept(output)),
        )

    def is_kept(self, output: Output) -> bool:
        """Tell whether the store has all of an output's bytes."""
        return output.form != "none" and all(self._store.has(blob) for _, blob, _ in output.blobs)

    def latest(self, node: str) -> Parts | None:
        """Return what the latest recorded result of a node was made of."""
        entry = self._store.latest(node)
        return None if entry is None else parts_from(entry.parts)

    def lying(self, dataset: str) -> Lying:
        """Return what lies at the place of a dataset."""
        return self._places.lying(dataset)

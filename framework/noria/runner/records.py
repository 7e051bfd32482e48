"""What the store has recorded, as judging asks for it."""

from collections.abc import Callable, Iterable

from noria.plan import Lying, Parts, Recorded
from noria.plan.explain import REPLACED
from noria.plan.key import parts_from
from noria.record.last_used import LastUsed
from noria.runner.adoptions import Adoptions
from noria.runner.places import Places
from noria.store import Entry, Output, Store
from noria.store.records import ADOPTED, EDITED


class Records:
    """The facts of a plan: recorded results from the store, and what lies at places.

    ``code_of`` returns a digest of the code that a dataset's content counts on, ``adoptions`` knows
    of results that count as somebody has edited them.
    ``past`` knows under which key a node's last run had its result: what differs is told from that.
    ``closely`` reads what is to be used of the store, to know that it is right: a damaged result
    is then as good as none, and found before anything runs.
    """

    def __init__(
        self,
        store: Store,
        places: Places,
        code_of: Callable[[str, str], str],
        adoptions: Adoptions,
        past: LastUsed | None = None,
        *,
        closely: bool = False,
    ) -> None:
        self._code_of = code_of
        self._store = store
        self._places = places
        self._adoptions = adoptions
        self._past = past
        self.symbols_of: Callable[[str], str] | None = None
        """Returns the list of what a node's code reaches as the store keeps it."""
        self._looks_right = store.is_whole if closely else store.has
        self._right: dict[str, bool] = {}
        self._found: dict[str, Entry | None] = {}
        self._latest: dict[str, Entry] = {}
        self._last: tuple[Entry, Recorded] | None = None
        self._began_empty = store.is_empty()
        self._made: set[str] = set()

    def read_ahead(self, nodes: Iterable[str]) -> None:
        """Read the latest results of many nodes at once, which is quicker than one by one."""
        if not self._began_empty:
            self._latest = self._store.latest_of(nodes)
            self._found.update({entry.key: entry for entry in self._latest.values()})

    def entry(self, key: str) -> Entry | None:
        """Return what is recorded under a key, as it counts in this project."""
        edited = self._adoptions.by_key.get(key)
        if edited is not None:
            found = self._store.find(edited)
            if found is not None:
                return found
        if key not in self._found:
            # What others have put into an empty store since is made here once more.
            asked = not self._began_empty or key in self._made
            self._found[key] = self._store.find(key) if asked else None
        return self._found[key]

    def forget(self, key: str) -> None:
        """Ask the store anew the next time."""
        self._found.pop(key, None)
        self._made.add(key)

    def settle(self, node: str, key: str, *, made: bool = False) -> None:
        """Note the key of a node's result in this run; ``made``: it is no recorded one."""
        if made:
            self.forget(key)
        self._adoptions.settle(node, key, made=made)

    def find(self, key: str) -> Recorded | None:
        """Return the recorded result of this key."""
        entry = self.entry(key) if key else None
        if entry is None:
            return None
        last = self._last  # asked for twice in a row: by who judges, and by who goes by it
        if last is None or last[0] is not entry:
            digests = {output.name: output.digest for output in entry.outputs}
            recorded = Recorded(digests, _Kept(entry, self.is_kept), entry.read)
            last = self._last = (entry, recorded)
        return last[1]

    def is_kept(self, output: Output) -> bool:
        """Tell whether the store has all of an output's bytes."""
        return output.form != "none" and all(self._is_right(blob) for _, blob, _ in output.blobs)

    def _is_right(self, blob: str) -> bool:
        if blob not in self._right:
            self._right[blob] = self._looks_right(blob)
        return self._right[blob]

    def latest(self, node: str) -> Parts | None:
        """Return what the result of a node that was used last was made of."""
        entry = self.latest_entry(node)
        return None if entry is None else parts_from(entry.parts)

    def latest_entry(self, node: str) -> Entry | None:
        """Return the result of a node that was used last, or else the latest that is recorded."""
        if self._began_empty:
            return None
        key = None if self._past is None else self._past.key(node)
        used = self.entry(key) if key else None
        return used or self._latest.get(node) or self._store.latest(node)

    def is_gone(self, node: str, key: str) -> bool:
        """Tell whether a node's last result here was this one, and is not recorded any more."""
        if self._began_empty or self._past is None or self._past.key(node) != key:
            return False
        if self.entry(key) is not None:
            return False
        latest = self.latest(node)
        # With what hooks put in place of inputs it is recorded by another key.
        return latest is None or not any(name.startswith(REPLACED) for name in latest.depends)

    def was_left(self, node: str, key: str) -> bool:
        """Tell whether what a node leaves beside its outputs here is of the result of this key.

        That is so where the node has not begun, in any environment, since it had this result here.
        Of outputs that somebody has taken for results, all that belongs to them is taken so too.
        """
        entry = self.entry(key)
        if entry is None or entry.run.startswith(EDITED):
            return entry is not None
        for name in dict.fromkeys((node, entry.node)):  # it may have been renamed
            last = None if self._past is None else self._past.left(name)
            if last is not None:
                return last == key
        return entry.run.startswith(ADOPTED)

    def code_of(self, dataset: str, digest: str) -> str:
        """Return a digest of the code that content counts on, empty for plain data."""
        return self._code_of(dataset, digest)

    def has_same_code(self, node: str, code: str) -> bool:
        """Tell whether a node reaches the same definitions as when its code had this digest."""
        return self.symbols_of is not None and self._store.text(code) == self.symbols_of(node)

    def lying(self, dataset: str) -> Lying:
        """Return what lies at the place of a dataset."""
        return self._places.lying(dataset)


class _Kept:
    """The outputs of an entry that the store has; looked at when it is asked."""

    def __init__(self, entry: Entry, is_kept: Callable[[Output], bool]) -> None:
        self._entry = entry
        self._is_kept = is_kept

    def __contains__(self, name: object) -> bool:
        return any(self._is_kept(each) for each in self._entry.outputs if each.name == name)

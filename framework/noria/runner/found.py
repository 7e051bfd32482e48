"""What was found of data that only loading can tell, or reading all of it: it holds for a while."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from blake3 import blake3
from noria_catalog.refresh import refresh_seconds

from noria.store import Marks, Store

_NOT_OF_THE_DATA = ("refresh", "metadata", "save_args")


class Found:
    """Notes what was found and when, for as long as the ``refresh`` of a catalog entry says.

    ``place`` and ``described`` return where a dataset lies and what it is.
    """

    def __init__(
        self,
        store: Store,
        place: Callable[[str], str],
        described: Callable[[str], Mapping[str, Any]],
    ) -> None:
        self._notes = Marks(store)  # of this very place, wherever the project is moved
        self._place = place
        self._described = described

    def holds(self, name: str) -> float:
        """Return for how many seconds what was found of a dataset holds."""
        return refresh_seconds(str(self._described(name).get("refresh", "always")))

    def loaded(self, name: str) -> str | None:
        """Return the digest that was found by loading, where the entry says that it still holds."""
        digest, _, found = (self._notes.get(self._loaded(name)) or "").partition(" ")
        return digest if self._still_holds(name, found) else None

    def note_loaded(self, name: str, digest: str) -> None:
        """Note the digest that was just found by loading."""
        self._notes.set(self._loaded(name), f"{digest} {time.time()}")

    def was_stamped(self, name: str) -> bool:
        """Tell whether it was looked for changes so lately that the entry says it need not be."""
        return self._still_holds(name, self._notes.get(f"stamped {self._place(name)}") or "")

    def note_stamped(self, name: str) -> None:
        """Note that it was just looked for changes."""
        self._notes.set(f"stamped {self._place(name)}", str(time.time()))

    def _loaded(self, name: str) -> str:
        """Return what the note is called: another entry may load other columns of one table."""
        said = {k: v for k, v in self._described(name).items() if k not in _NOT_OF_THE_DATA}
        text = repr(sorted(said.items())).encode("utf-8", "surrogatepass")
        return f"loaded {self._place(name)} {blake3(text).hexdigest()}"

    def _still_holds(self, name: str, found: str) -> bool:
        """Tell whether what was found at a moment holds; a clock that was set back says nothing."""
        return bool(found) and 0 <= time.time() - float(found) < self.holds(name)

"""The data of a run whose results are kept: values in memory come from the store and go there."""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.memory import copies_share

from noria.errors import NotStorable
from noria.runner.guarded_flow import GuardedFlow
from noria.runner.places import Places
from noria.store import Output, Store


class StoredFlow(GuardedFlow):
    """A :class:`GuardedFlow` that encodes each value in memory when it is saved.

    What reused nodes have made is taken from the store when somebody reads it, and only then.
    ``code_of`` returns a digest of the code that a value counts on: classes that its bytes name.
    ``several`` are the datasets that several nodes of the whole pipeline read.
    """

    def __init__(
        self,
        catalog: DataCatalog,
        readers: Mapping[str, int],
        kept: Iterable[str],
        given: Mapping[str, Any] | None = None,
        *,
        store: Store,
        places: Places,
        run: str,
        code_of: Callable[[tuple[Any, ...]], str],
        several: Container[str] = (),
    ) -> None:
        super().__init__(catalog, readers, kept, given, places=places)
        self._store = store
        self._run = run
        self._code_of = code_of
        self._several = several
        self._stored: dict[str, Output] = {}
        self.made: dict[str, Output] = {}
        """The values in memory that nodes of this run have made, as they are in the store."""

    def provide(self, output: Output) -> None:
        """Let a value in memory be what the store has of it."""
        self._stored[output.name] = output

    def load(self, name: str) -> Any:
        """Return the data for one reader, who may do with it what it likes."""
        if name not in self._stored or name in self._values:
            return super().load(name)
        if name not in self._declared:  # else the reader is counted when it is done
            self._read_once(name)
        return self._fetched(name)

    def save(self, name: str, value: Any) -> None:
        """Keep the data under ``name``."""
        if self._places.is_memory(name):
            self.made[name] = self._encoded(name, value)
        super().save(name, value)

    def encode(self, name: str) -> Output:
        """Return what the store has of a value that a dataset in memory was given bit by bit."""
        return self._encoded(name, self._catalog.load(name))

    def result(self, names: Iterable[str]) -> dict[str, Any]:
        """Return those of ``names`` that no dataset keeps."""
        listed = list(names)
        stored = {name: self._fetched(name) for name in listed if name in self._stored}
        return {**stored, **super().result(listed)}

    def fetch(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the data of all of ``names``, by dataset where one keeps it."""
        listed = list(names)
        stored = {name: self._fetched(name) for name in listed if name in self._stored}
        return {**stored, **super().fetch([name for name in listed if name not in stored])}

    def _fetched(self, name: str) -> Any:
        output = self._stored[name]
        return self._store.value(output.blobs[0][1], output.codec)

    def _encoded(self, name: str, value: Any) -> Output:
        try:
            kept = (
                None if self._is_changed_by_readers(name, value) else self._store.keep_value(value)
            )
            code = "" if kept is None else self._code_of(kept.refers)
        except NotStorable:
            kept = None
        if kept is None:
            return Output(name, f"made:{self._run}/{name}", "none")
        blob, codec, _ = kept
        digest = f"{codec}:{blob.digest}{code}"
        return Output(name, digest, "value", (("", *blob),), codec)

    def _is_changed_by_readers(self, name: str, value: Any) -> bool:
        """Tell whether one reader may change what the next one gets, so that all must run again."""
        if name not in self._several or name not in self._declared:
            return False
        return copies_share(value, getattr(self._catalog[name], "copy_mode", None))

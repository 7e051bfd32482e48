"""The data of one run: by dataset where one is declared, else in memory, let go when unneeded."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.chunks import AddChunk, join_chunks
from noria_catalog.errors import LoadError
from noria_catalog.memory import copy_value, in_one_piece

from noria.graph import Node


class DataFlow:
    """Loads and saves by name, counting the readers that are still to come.

    ``readers`` says how many nodes will load each name.  Names that the catalog does not declare
    live here: every reader gets a copy, but the last one the value itself.  ``kept`` are names
    that stay when the last reader is done: what the run was given and what it returns.  ``given``
    is data that stands in for what the catalog has, for this run.
    """

    def __init__(
        self,
        catalog: DataCatalog,
        readers: Mapping[str, int],
        kept: Iterable[str],
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self._catalog = catalog
        self._declared = catalog.declared
        # One to take for each reader: `list.pop` needs no lock, for which threads would queue.
        self._left = {name: list(range(count)) for name, count in readers.items()}
        self._kept = frozenset(kept)
        self._values: dict[str, Any] = dict(given or {})

    def declared(self, name: str) -> bool:
        """Tell whether a dataset of the catalog holds ``name``."""
        return name in self._declared

    def load(self, name: str) -> Any:
        """Return the data for one reader, who may do with it what it likes."""
        if name not in self._values:
            return self._catalog.load(name)
        # One reader left cannot become more, so nobody else is looking.
        if len(self._left[name]) == 1 and name not in self._kept:
            return self._values.pop(name)
        try:
            value = copy_value(self._values[name])
        except Exception as error:
            # To copy calls code of others, which may raise anything for what cannot be copied.
            raise LoadError(
                f"{name!r} cannot be copied for each of its readers:"
                f" {type(error).__name__}: {error}",
                name=name,
                hint=f"return something else, a list say; or `{name}: {{type: MemoryDataset,"
                " copy_mode: assign}` in the catalog gives all readers the value itself",
            ) from error
        # Only now may another reader be the last one, and get the value itself.
        self._read_once(name)
        return value

    def _read_once(self, name: str) -> None:
        if self._count_down(name) and name not in self._kept:
            self._values.pop(name, None)

    def set_apart(self, outputs: dict[str, Any]) -> None:
        """Let no two of a node's outputs that live here share what a reader may change."""
        names = [name for name in outputs if name not in self._declared]
        if len(names) > 1:
            from noria.runner.apart import set_apart  # few nodes have several

            set_apart(outputs, names)

    def save(self, name: str, value: Any) -> None:
        """Keep the data under ``name``."""
        if name in self._declared:
            self._catalog.save(name, value)
        elif self._left.get(name) or name in self._kept:
            self._values[name] = in_one_piece(value)

    @contextmanager
    def saving(self, name: str) -> Iterator[AddChunk]:
        """Give a function that adds a chunk to what is saved when the context ends well."""
        if name in self._declared:
            with self._catalog.saving(name) as add:
                yield add
        else:
            chunks: list[Any] = []
            yield chunks.append
            self.save(name, join_chunks(chunks))

    def confirm(self, name: str) -> None:
        """Tell a dataset that what was loaded from it has been worked through."""
        self._catalog.confirm(name)

    def done(self, node: Node) -> list[str]:
        """Note that a node is done with its data; return the names of what was let go of."""
        declared, kept, left = self._declared, self._kept, self._left
        gone: list[str] = []
        for name in node.reads:
            if name in declared and name not in kept and self._count_down(name):
                self._catalog.release(name)
                gone.append(name)
        for name in node.makes:
            if name in declared and name not in kept and not left.get(name):
                self._catalog.release(name)
                gone.append(name)
        return gone

    def passed(self, node: Node) -> list[str]:
        """Note that a node will not read its data; return the names of what was let go of."""
        for name in node.reads:
            if name not in self._declared:
                self._read_once(name)
        return self.done(node)

    def _count_down(self, name: str) -> bool:
        """Count one reader less; tell whether it was the last."""
        return self._left[name].pop() == 0

    def result(self, names: Iterable[str]) -> dict[str, Any]:
        """Return those of ``names`` that no dataset keeps."""
        return {name: self._values[name] for name in names if name in self._values}

    def fetch(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the data of all of ``names``, by dataset where one keeps it."""
        return {
            name: self._values[name] if name in self._values else self._catalog.load(name)
            for name in names
        }

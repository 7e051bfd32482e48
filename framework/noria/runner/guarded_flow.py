"""The data of a run that looks at places at the last moment, just before something is put there."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.chunks import AddChunk
from noria_catalog.dataset import Restores, SavesChunks
from noria_catalog.file_dataset import FileDataset

from noria.runner.flow import DataFlow
from noria.runner.places import Places, does


class GuardedFlow(DataFlow):
    """A :class:`DataFlow` that calls ``before_saving`` with the name of what is about to be saved.

    So it is for datasets that lie at a place, not for what lives in memory.
    """

    def __init__(
        self,
        catalog: DataCatalog,
        readers: Mapping[str, int],
        kept: Iterable[str],
        given: Mapping[str, Any] | None = None,
        *,
        places: Places,
    ) -> None:
        super().__init__(catalog, readers, kept, given)
        self._places = places
        self.before_saving: Callable[[str], None] = places.begin

    def save(self, name: str, value: Any) -> None:
        """Keep the data under ``name``."""
        if not self._places.is_memory(name):
            self.before_saving(name)
        super().save(name, value)

    @contextmanager
    def saving(self, name: str) -> Iterator[AddChunk]:
        """Give a function that adds a chunk to what is saved when the context ends well."""
        guarded = not self._places.is_memory(name)
        at_once = guarded and (self._stands_at_once(name) or self._is_in_the_way(name))
        if at_once:
            self.before_saving(name)
        with super().saving(name) as add:
            yield add
            if guarded and not at_once:
                self.before_saving(name)

    def _stands_at_once(self, name: str) -> bool:
        """Tell whether a chunk may lie at its place as soon as it is added, as partitions do."""
        dataset: Any = self._catalog[name]
        whole = does(dataset, Restores) and dataset.restorable
        return isinstance(dataset, SavesChunks) and not whole

    def _is_in_the_way(self, name: str) -> bool:
        """Tell whether a folder lies where a file belongs, or a file where partitions do."""
        dataset: Any = self._catalog[name]
        place = self._places.place(name)
        if isinstance(dataset, FileDataset):
            return dataset.version is None and os.path.isdir(place)  # noqa: PTH112
        return hasattr(dataset, "part_digests") and os.path.isfile(place)  # noqa: PTH113

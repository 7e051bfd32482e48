"""What lay at outputs before any run had put something there: kept, unless the run makes it too."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from noria_catalog import DataCatalog
from noria_catalog.dataset import Restores, kinds_of
from noria_catalog.failures import told
from noria_catalog.file_dataset import FileDataset

from noria.runner.places import Places, does
from noria.runner.restore import place_aside
from noria.runner.shown import shown_in

_SHOWN = 3


class FoundBefore:
    """Keeps a copy of what somebody else has put at outputs, until it shows to be no loss.

    A copy is a second name where saves leave the old file alone, so that it costs nothing.  Copies
    lie in ``folder`` as they lie below ``root``, the project's folder.
    """

    def __init__(self, catalog: DataCatalog, places: Places, folder: Path, root: Path) -> None:
        self._catalog = catalog
        self._places = places
        self._folder = folder
        self._root = root
        self._kept: dict[str, dict[str, Path]] = {}  # by dataset the copies, by what they are of

    def keep(self, name: str) -> None:
        """Keep what lies at a dataset's place, if no run knows of it.  Raises SaveError."""
        if not self._places.is_strange(name):
            return
        copies = self._kept[name] = {}
        with told(self._catalog, name, "set aside"), self._files(name) as files:
            for path in files:
                target = place_aside(path, self._folder, self._root)
                self._copy(name, os.path.realpath(path), target)
                copies[path] = target

    @contextmanager
    def _files(self, name: str) -> Iterator[list[str]]:
        """Give what a save may write over; of a class of one's own that is the file at its path."""
        with self._places.stored(name) as files:
            found = [path for _, path in files]
            path = self._places.path(name)
            alone = not does(self._catalog[name], Restores) and os.path.isfile(path)  # noqa: PTH113
            yield [path] if alone else found

    def settle(self, name: str) -> None:
        """Drop the copies of files that lie there now just as they did."""
        copies = self._kept.get(name, {})
        if not copies:
            return
        digests = self._places.seen.digests_of([*copies, *map(str, copies.values())])
        for path, copy in list(copies.items()):
            if digests[path] is None or digests[path] != digests[str(copy)]:
                continue
            del copies[path]
            copy.unlink(missing_ok=True)
            with suppress(OSError):  # others lie there too
                for above in (copy.parent, *copy.parent.parents):
                    if above == self._folder.parent:
                        break
                    above.rmdir()

    @property
    def names(self) -> list[str]:
        """The datasets of which a copy is kept."""
        return [name for name, copies in self._kept.items() if copies]

    def told(self) -> str:
        """Return what is to be said of what was kept, empty where nothing was."""
        names = self.names
        if not names:
            return ""
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        where = shown_in(self._root, str(self._folder))
        return (
            f"{', '.join(names[:_SHOWN])}{more}: what lay there before was no run's result,"
            f" and is now in {where}"
        )

    def _copy(self, name: str, path: str, target: Path) -> None:
        # What is published takes the name of the old file, which goes on under the other one.
        kinds = kinds_of(self._catalog[name])
        if all(issubclass(kind, FileDataset) or hasattr(kind, "part_digests") for kind in kinds):
            with suppress(OSError):  # another disk, or one without second names
                os.link(path, target)
                return
        import shutil

        try:
            shutil.copy2(path, target)
        except OSError:
            target.unlink(missing_ok=True)
            raise

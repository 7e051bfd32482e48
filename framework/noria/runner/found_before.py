"""What lay at outputs before any run had put something there: kept, unless the run makes it too."""

import os
from contextlib import suppress
from pathlib import Path

from noria_catalog import DataCatalog
from noria_catalog.failures import told
from noria_catalog.file_dataset import FileDataset

from noria.runner.places import Places
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
        self._kept: dict[str, tuple[str, list[Path]]] = {}

    def keep(self, name: str) -> None:
        """Keep what lies at a dataset's place, if no run knows of it.  Raises SaveError."""
        if not self._places.is_strange(name):
            return
        digest = self._places.lying(name).digest or ""
        copies: list[Path] = []
        self._kept[name] = (digest, copies)
        with told(self._catalog, name, "set aside"), self._places.stored(name) as files:
            for _, path in files:
                target = place_aside(path, self._folder, self._root)
                self._copy(name, os.path.realpath(path), target)
                copies.append(target)

    def settle(self, name: str, digest: str) -> None:
        """Drop the copy if what lies there now, by its digest, is the same."""
        if name in self._kept and self._kept[name][0] == digest:
            _, copies = self._kept.pop(name)
            for copy in copies:
                copy.unlink(missing_ok=True)
                with suppress(OSError):  # others lie there too
                    for above in (copy.parent, *copy.parent.parents):
                        if above == self._folder.parent:
                            break
                        above.rmdir()

    @property
    def names(self) -> list[str]:
        """The datasets of which a copy is kept."""
        return [name for name, (_, copies) in self._kept.items() if copies]

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
        if isinstance(self._catalog[name], FileDataset):
            with suppress(OSError):  # another disk, or one without second names
                os.link(path, target)
                return
        import shutil

        try:
            shutil.copy2(path, target)
        except OSError:
            target.unlink(missing_ok=True)
            raise

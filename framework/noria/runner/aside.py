"""Making room for an output: what somebody has made of it is kept aside, at the last moment."""

from collections.abc import Iterator
from pathlib import Path

from noria_catalog import DataCatalog

from noria.runner.found_before import FoundBefore
from noria.runner.places import Places
from noria.runner.restore import copy_aside, keep_aside


class Aside:
    """Keeps what people put at outputs in ``folder``, as it lies below ``root``, the project's."""

    def __init__(self, catalog: DataCatalog, places: Places, folder: Path, root: Path) -> None:
        self._catalog = catalog
        self._places = places
        self._folder = folder
        self._root = root
        self.found_before = FoundBefore(catalog, places, folder, root)
        """What lay at outputs before, and was no run's result."""

    def make_room(self, name: str, who: str = "by hand", how: str = "") -> Iterator[str]:
        """Keep aside what is about to be overwritten; yield what is to be said of it.

        ``who`` says by whom it was changed, ``how`` what can be done with what was moved.  Raises
        SaveError, which names the dataset.
        """
        if self.is_edited(name):
            yield self.move(name, who, how)
        for path in self._places.parts.edited(name):
            yield copy_aside(name, path, self._catalog, self._folder, self._root)
        self.found_before.keep(name)

    def move(self, name: str, who: str, how: str = "") -> str:
        """Move what lies at a dataset's place; return what is to be said.  Raises SaveError."""
        said = keep_aside(name, self._catalog, self._places, self._folder, self._root, who)
        return f"{said} ({how})" if how else said

    def is_edited(self, name: str) -> bool:
        """Tell whether somebody has written over what a run has put there, as it is by now."""
        self._places.forget(name)
        return self._places.is_edited(name)

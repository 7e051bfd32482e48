"""Data by name: loaded, saved, looked at."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from noria_catalog.chunks import ChunkedSave, saving_chunks
from noria_catalog.dataset import Confirms, Exists, Explains, Previews, Refuses, Releases
from noria_catalog.declarations import Declarations
from noria_catalog.described import describe_dataset, describe_entry
from noria_catalog.errors import (
    DatasetError,
    LoadError,
    MissingDataError,
    NoriaError,
    SaveError,
    UnknownDatasetError,
)
from noria_catalog.failures import told, without_secrets
from noria_catalog.file_dataset import FileDataset
from noria_catalog.located import Located
from noria_catalog.spec import resolve_type


class DataCatalog(Declarations):
    """Datasets by name: each is made at its first use, loaded and saved by its name.

    A value that is no dataset becomes a :class:`MemoryDataset`.  ``on_saved`` is called with the
    name and the dataset after every save that went well.

    >>> catalog = DataCatalog({"numbers": [1, 2]})
    >>> catalog.load("numbers")
    [1, 2]
    >>> catalog["more"] = 3
    >>> list(catalog)
    ['numbers', 'more']
    """

    def load(self, name: str, version: str | None = None) -> Any:
        """Return the data of a dataset; raises MissingDataError or LoadError, which name it.

        ``version`` is the one of a versioned dataset to load, ``None`` the one that it would load
        anyway: the version pinned for it, else the latest.
        """
        dataset = self[name] if version is None else self.get(name, version=version)
        if dataset is None:
            raise UnknownDatasetError(name, self._datasets)
        with told(self, name, "load"):
            return dataset.load()

    def save(self, name: str, data: Any) -> None:
        """Save data under a name; raises SaveError, and what was there before then still stands."""
        dataset = self[name]
        with told(self, name, "save"):
            dataset.save(data)
        if self.on_saved is not None:
            self.on_saved(name, dataset)

    def saving(self, name: str) -> ChunkedSave:
        """Return a context that gives a function to save data chunk by chunk.

        All of it is published when the context ends; if it ends with an error, what was there
        before still stands.  A dataset that cannot take chunks gets what they make together.

        >>> catalog = DataCatalog({"rows": []})
        >>> with catalog.saving("rows") as add:
        ...     add([1, 2])
        ...     add([3])
        >>> catalog.load("rows")
        [1, 2, 3]
        """
        dataset = self[name]
        done = None if self.on_saved is None else partial(self.on_saved, name, dataset)
        return ChunkedSave(saving_chunks(dataset), lambda: told(self, name, "save"), done)

    def confirm(self, name: str) -> None:
        """Tell a dataset that what was loaded from it has been worked through."""
        dataset = self[name]
        if not isinstance(dataset, Confirms):
            raise DatasetError(f"{name!r} has no confirm()", name=name, where=self.where(name))
        dataset.confirm()

    def exists(self, name: str) -> bool:
        """Tell whether a load would find something; ``False`` for a dataset that cannot know.

        Raises LoadError where the place cannot be asked.
        """
        dataset = self[name]
        with told(self, name, "look for"):
            # To look through a protocol takes longer than to look for a file.
            if isinstance(dataset, FileDataset) or isinstance(dataset, Exists):  # noqa: SIM101
                return dataset.exists()
            return False

    def release(self, name: str) -> None:
        """Let a dataset let go of what it holds in memory."""
        if name not in self:
            raise UnknownDatasetError(name, self._datasets)
        dataset = self._datasets.get(name)
        if isinstance(dataset, FileDataset) or isinstance(dataset, Releases):  # noqa: SIM101
            dataset.release()

    def preview(self, name: str, rows: int = 10) -> Any:
        """Return the beginning of the data: of a table ``rows`` rows, of a text as many lines.

        A dataset that can show its beginning reads no more than that; of others the whole is
        loaded, if it is small.  Raises LoadError where there is nothing to show, or where looking
        would run code: a pickle is never opened for a preview.

        >>> DataCatalog({"numbers": [1, 2, 3]}).preview("numbers", rows=2)
        [1, 2]
        """
        dataset = self[name]
        with told(self, name, "preview"):
            if isinstance(dataset, Previews):
                return dataset.preview(rows)
            from noria_catalog.previewed import first_part

            return first_part(dataset, rows)

    def explain_missing(self, name: str) -> DatasetError:
        """Return why a load of this dataset finds nothing: which version, what lies near.

        The message does not name the dataset; the error's ``name`` and ``where`` do.

        >>> from noria_catalog import MemoryDataset
        >>> DataCatalog({"a": MemoryDataset()}).explain_missing("a").message
        'nothing was saved in memory yet'
        """
        dataset = self[name]
        error: DatasetError | None = None
        try:
            if isinstance(dataset, Explains):
                error = dataset.explain_missing()
        except DatasetError as found:
            error = found
        except NoriaError:
            raise
        except Exception as found:  # noqa: BLE001  # the error is what is returned
            error = LoadError(f"{type(found).__name__}: {found}")
        if error is None:
            place = self.place(name)
            at = "where it should" if place is None else f"at {place}"
            error = MissingDataError(f"nothing lies {at}")
        error.name, error.where = name, self.where(name)
        return without_secrets(error, self.secrets(name))

    def explain_unsavable(self, name: str) -> SaveError | None:
        """Return why no save of this dataset can do, ``None`` when one may.

        >>> from noria_catalog.foreign import LambdaDataset
        >>> DataCatalog({"a": LambdaDataset(lambda: 1, None)}).explain_unsavable("a").message
        'this dataset is loaded only: no function `save` was given'
        """
        dataset = self[name]
        # All that a run saves is asked, few answer: the check of a protocol takes its time.
        if not hasattr(type(dataset), "explain_unsavable") or not isinstance(dataset, Refuses):
            return None
        error = dataset.explain_unsavable()
        if error is not None:
            error.name, error.where = name, self.where(name)
        return error

    def versions(self, name: str) -> list[str]:
        """Return the complete versions of a dataset, from the oldest to the latest.

        Raises DatasetDefinitionError for a dataset that keeps none.
        """
        dataset = self[name]
        with self._about(name), told(self, name, "look for"):
            from noria_catalog.pinned import versions_of

            return versions_of(dataset)

    def describe(self, name: str) -> Mapping[str, Any]:
        """Return what a dataset is by JSON-like values, secrets left out, and import nothing.

        >>> DataCatalog({"a": 1}).describe("a")
        {'type': 'MemoryDataset', 'data': '<int>'}
        """
        told = self._told.get(name)
        if told is not None:
            return told
        entry = self.entry(name)
        if entry is None:  # what was made in Python may say something else the next time
            return describe_dataset(self._datasets[name])
        told = self._told[name] = describe_entry(name, entry, self._context.base_path)
        return told

    def identity(self, name: str) -> str | None:
        """Return what names the place of a dataset's data, equal for two that lie at one.

        ``None`` where it has no place of its own: in memory, or what a query returns, whatever file
        the query stands in.

        >>> DataCatalog({"a": 1}).identity("a") is None
        True
        """
        described = self.describe(name)
        place = described.get("filepath")
        plain = isinstance(place, str) and place[:1] == "/" and "dataset" not in described
        if plain and "Query" not in str(described["type"]):
            return str(place)  # as most: they are quickly told
        from noria_catalog.identity import identity_of

        return identity_of(described, self.entry(name), self._context)

    def given(self, name: str) -> Mapping[str, Any]:
        """Return the credentials and ``fs_args`` that the entry of a dataset gives it: secrets."""
        from noria_catalog.identity import given_to

        return given_to(self.entry(name), self._context)

    def get_type(self, name: str) -> str | None:
        """Return the class of a dataset as ``module.Class``, ``None`` for a name not here.

        The class is imported, the dataset is not made.

        >>> DataCatalog({"a": 1}).get_type("a")
        'noria_catalog.memory.MemoryDataset'
        """
        if name not in self:
            return None
        dataset = self._datasets.get(name)
        if dataset is None:
            kind: type[Any] = resolve_type(name, self.entry(name) or Located({}), self._context)
        else:
            kind = type(dataset)
        return f"{kind.__module__}.{kind.__qualname__}"

    def filter(
        self,
        name_regex: re.Pattern[str] | str | None = None,
        type_regex: re.Pattern[str] | str | None = None,
        by_type: type[Any] | Sequence[type[Any]] | None = None,
    ) -> list[str]:
        """Return the names that a pattern is found in, and whose class fits.

        ``type_regex`` is looked for in what :meth:`get_type` returns; ``by_type`` names the very
        classes.

        >>> DataCatalog({"raw_sales": 1, "report": 2}).filter("^raw_")
        ['raw_sales']
        """
        names = [name for name in self if name_regex is None or re.search(name_regex, name)]
        if by_type is None and type_regex is None:
            return names
        classes = [by_type] if isinstance(by_type, type) else list(by_type or ())
        wanted = {f"{each.__module__}.{each.__qualname__}" for each in classes}
        types = {name: self.get_type(name) or "" for name in names}
        return [
            name
            for name in names
            if (type_regex is None or re.search(type_regex, types[name]))
            and (by_type is None or types[name] in wanted)
        ]

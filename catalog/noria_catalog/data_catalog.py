"""Names to datasets."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from noria_catalog.dataset import Dataset, Describes, Exists, Releases
from noria_catalog.errors import (
    DatasetDefinitionError,
    DatasetError,
    LoadError,
    MissingDataError,
    NoriaError,
    SaveError,
    UnknownDatasetError,
)
from noria_catalog.kinds import Kinds
from noria_catalog.located import Located, Where
from noria_catalog.memory import MemoryDataset
from noria_catalog.redact import redacted
from noria_catalog.spec import Context, build, resolved_path, type_word
from noria_catalog.versions import RunVersion, check_version_name

_SECRET = {"credentials", "fs_args", "storage_options"}


class DataCatalog:
    """Datasets by name: each is made at its first use, loaded and saved by its name.

    A value that is no dataset becomes a :class:`MemoryDataset`.

    >>> catalog = DataCatalog({"numbers": [1, 2]})
    >>> catalog.load("numbers")
    [1, 2]
    >>> catalog["more"] = 3
    >>> list(catalog)
    ['numbers', 'more']
    """

    def __init__(self, datasets: Mapping[str, Any] | None = None) -> None:
        self._datasets: dict[str, Dataset | None] = {}
        self._entries: dict[str, Located] = {}
        self._context = Context()
        self._building = threading.RLock()
        for name, dataset in (datasets or {}).items():
            self[name] = dataset

    @classmethod
    def from_config(
        cls,
        entries: Located,
        *,
        base_path: Path,
        credentials: Mapping[str, Any] | None = None,
        load_versions: Mapping[str, str] | None = None,
        save_version: str | None = None,
        dataset_packages: Sequence[str] = (),
    ) -> "DataCatalog":
        """Return the catalog that a configuration describes; nothing is imported or opened yet.

        ``entries`` maps names to entries; relative paths start at ``base_path``; ``load_versions``
        picks versions by dataset name, ``save_version`` is what all saves of this catalog are
        called (``None``: a timestamp at the first one); ``dataset_packages`` are the packages whose
        classes may be named by a dotted path.  Raises DatasetDefinitionError and
        UnknownDatasetError for what cannot be right; :meth:`check` looks at the entries themselves.

        >>> from noria_catalog.located import locate
        >>> entries = locate({"note": {"type": "text.TextDataset", "filepath": "note.txt"}})
        >>> DataCatalog.from_config(entries, base_path=Path("/tmp"))
        DataCatalog(1 dataset)
        """
        catalog = cls()
        if not isinstance(entries.value, dict | None):
            raise DatasetDefinitionError(
                "a catalog is a mapping from names to entries", where=entries.where
            )
        catalog._entries = dict(entries.value or {})
        catalog._datasets = dict.fromkeys(catalog._entries)
        for version in [save_version] if save_version is not None else []:
            check_version_name(version)
        catalog._context = Context(
            kinds=Kinds(dataset_packages),
            base_path=Path(base_path).absolute(),
            credentials=credentials or {},
            load_versions=catalog._checked_versions(load_versions or {}),
            run_version=RunVersion(save_version),
        )
        return catalog

    def load(self, name: str) -> Any:
        """Return the data of a dataset; raises MissingDataError or LoadError, which name it."""
        dataset = self[name]
        try:
            return dataset.load()
        except DatasetError as error:
            raise self._named(error, name, "load") from error.__cause__
        except NoriaError:
            raise
        except FileNotFoundError as error:
            raise MissingDataError(
                f"cannot load {name!r}{self._place(name)}: nothing lies there ({error})",
                name=name,
                where=self.where(name),
            ) from error
        except Exception as error:
            # Every library has its own errors; the user wants to know whose dataset it was.
            raise LoadError(
                self.hide(
                    f"cannot load {name!r}{self._place(name)}: {type(error).__name__}: {error}"
                ),
                name=name,
                where=self.where(name),
            ) from error

    def save(self, name: str, data: Any) -> None:
        """Save data under a name; raises SaveError, and what was there before then still stands."""
        dataset = self[name]
        try:
            dataset.save(data)
        except DatasetError as error:
            raise self._named(error, name, "save") from error.__cause__
        except NoriaError:
            raise
        except Exception as error:
            # Every library has its own errors; the user wants to know whose dataset it was.
            raise SaveError(
                self.hide(
                    f"cannot save {name!r}{self._place(name)}: {type(error).__name__}: {error}"
                ),
                name=name,
                where=self.where(name),
            ) from error

    def exists(self, name: str) -> bool:
        """Tell whether a load would find something; ``False`` for a dataset that cannot know."""
        dataset = self[name]
        return dataset.exists() if isinstance(dataset, Exists) else False

    def release(self, name: str) -> None:
        """Let a dataset let go of what it holds in memory."""
        if name not in self._datasets:
            raise UnknownDatasetError(name, self._datasets)
        dataset = self._datasets[name]
        if isinstance(dataset, Releases):
            dataset.release()

    def get(self, name: str) -> Dataset | None:
        """Return a dataset, made now where it was not; ``None`` for a name that is not here."""
        return self[name] if name in self._datasets else None

    def describe(self, name: str) -> Mapping[str, Any]:
        """Return what a dataset is by JSON-like values, secrets left out, and import nothing.

        >>> DataCatalog({"a": 1}).describe("a")
        {'type': 'MemoryDataset', 'data': '<int>'}
        """
        if name not in self._datasets:
            raise UnknownDatasetError(name, self._datasets)
        entry = self._entries.get(name)
        if entry is not None and isinstance(entry.value, dict):
            return _described(entry, self._context.base_path)
        dataset = self._datasets[name]
        described: Mapping[str, Any] = dataset.describe() if isinstance(dataset, Describes) else {}
        return {"type": type(dataset).__name__, **described}

    def where(self, name: str) -> Where | None:
        """Return where a dataset is declared, ``None`` for one that is not from a file."""
        entry = self._entries.get(name)
        return None if entry is None else entry.key or entry.where

    def hide(self, text: str) -> str:
        """Return a text without the credentials that the datasets made so far were given."""
        return self._context.hide(text) if self._context.secrets else text

    def check(self, names: Iterable[str]) -> None:
        """Make these datasets, so that every mistake in their entries is found; load nothing."""
        for name in names:
            _ = self[name]

    def keys(self) -> list[str]:
        """Return the names, in the order in which they were declared."""
        return list(self._datasets)

    def values(self) -> list[Dataset]:
        """Return the datasets, all of them made."""
        return [self[name] for name in self._datasets]

    def items(self) -> list[tuple[str, Dataset]]:
        """Return names and datasets, all of them made."""
        return [(name, self[name]) for name in self._datasets]

    def __getitem__(self, name: str) -> Dataset:
        if name not in self._datasets:
            raise UnknownDatasetError(name, self._datasets)
        dataset = self._datasets[name]
        if dataset is not None:
            return dataset
        with self._building:
            dataset = self._datasets[name]
            if dataset is None:
                dataset = build(name, self._entries[name], self._context)
                self._datasets[name] = dataset
            return dataset

    def __setitem__(self, name: str, dataset: Any) -> None:
        self._entries.pop(name, None)
        self._datasets[name] = dataset if _is_dataset(dataset) else MemoryDataset(dataset)

    def __contains__(self, name: object) -> bool:
        return name in self._datasets

    def __iter__(self) -> Iterator[str]:
        return iter(self._datasets)

    def __len__(self) -> int:
        return len(self._datasets)

    def __repr__(self) -> str:
        return f"DataCatalog({len(self)} dataset{'' if len(self) == 1 else 's'})"

    def _named(self, error: DatasetError, name: str, deed: str) -> DatasetError:
        if error.name is None:
            error.name = name
            error.where = error.where or self.where(name)
            error.message = f"cannot {deed} {name!r}: {self.hide(error.message)}"
        return error

    def _place(self, name: str) -> str:
        dataset = self._datasets.get(name)
        described: Mapping[str, Any] = dataset.describe() if isinstance(dataset, Describes) else {}
        place = described.get("filepath")
        return "" if place is None else f" at {place}"

    def _checked_versions(self, versions: Mapping[str, str]) -> Mapping[str, str]:
        for name, version in versions.items():
            entry = self._entries.get(name)
            if entry is None:
                raise UnknownDatasetError(
                    name, self._entries, hint=f"a version to load was given for it: {version}"
                )
            check_version_name(version)
            flag = entry.value.get("versioned") if isinstance(entry.value, dict) else None
            if flag is None or flag.value is not True:
                raise DatasetDefinitionError(
                    f"dataset {name!r} keeps no versions, so {version!r} cannot be loaded",
                    where=self.where(name),
                    hint="write `versioned: true` into its entry",
                )
        return dict(versions)


def _is_dataset(value: Any) -> bool:
    return not isinstance(value, type) and isinstance(value, Dataset)


def _described(entry: Located, base_path: Path) -> dict[str, Any]:
    described: dict[str, Any] = {"type": type_word(entry)}
    for key, value in entry.value.items():
        if key in _SECRET or key == "type":
            continue
        described[key] = _without_secrets(value.plain())
    path = described.get("filepath", described.pop("path", None))
    if isinstance(path, str):
        described["filepath"] = redacted(resolved_path(path, base_path))
    return described


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_secrets(below) for key, below in value.items() if key not in _SECRET}
    return value

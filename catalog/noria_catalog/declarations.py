"""Datasets by name: declared by entries, by factories or in Python, made at their first use."""

import threading
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from noria_catalog.dataset import Dataset
from noria_catalog.errors import DatasetDefinitionError, UnknownDatasetError
from noria_catalog.failures import place_of, secrets_of
from noria_catalog.kinds import Kinds
from noria_catalog.located import Located, Where, locate
from noria_catalog.memory import MemoryDataset
from noria_catalog.patterns import Patterns, is_pattern
from noria_catalog.redact import cleaned
from noria_catalog.spec import Context, build
from noria_catalog.versions import RunVersion, check_version_name

OnSaved = Callable[[str, Dataset], None]


class Declarations:
    """A mapping from names to datasets; it makes each when it is first asked for.

    It is what a :class:`~noria_catalog.data_catalog.DataCatalog` knows; what it does with data
    stands there.
    """

    def __init__(
        self, datasets: Mapping[str, Any] | None = None, *, on_saved: OnSaved | None = None
    ) -> None:
        self.on_saved = on_saved
        self._datasets: dict[str, Dataset | None] = {}
        self._entries: dict[str, Located] = {}
        self._told: dict[str, Mapping[str, Any]] = {}
        self._patterns = Patterns({})
        self._context = Context()
        self._building = threading.RLock()
        for name, dataset in (datasets or {}).items():
            self[name] = dataset

    @classmethod
    def from_config(
        cls,
        catalog: Located | Mapping[str, Any] | None,
        credentials: Mapping[str, Any] | None = None,
        load_versions: Mapping[str, str] | None = None,
        save_version: str | None = None,
        *,
        base_path: str | Path = ".",
        dataset_packages: Sequence[str] = (),
        on_saved: OnSaved | None = None,
    ) -> Self:
        """Return the catalog that a configuration describes; nothing is imported or opened yet.

        ``catalog`` maps names to entries, plain or with their places; relative paths start at
        ``base_path``; ``load_versions`` picks versions by dataset name, ``save_version`` is what
        all saves of this catalog are called (``None``: a timestamp at the first one);
        ``dataset_packages`` are the packages whose classes may be named by a dotted path.  Raises
        DatasetDefinitionError and UnknownDatasetError for what cannot be right; :meth:`check` looks
        at the entries themselves.

        >>> from noria_catalog import DataCatalog
        >>> DataCatalog.from_config({"note": {"type": "text.TextDataset", "filepath": "note.txt"}})
        DataCatalog(1 dataset)
        """
        entries = locate(catalog)
        if not isinstance(entries.value, dict | None):
            raise DatasetDefinitionError(
                "a catalog is a mapping from names to entries", where=entries.where
            )
        made = cls(on_saved=on_saved)
        written = dict(entries.value or {})
        _check_names(written)
        made._patterns = Patterns(written)
        made._entries = {name: entry for name, entry in written.items() if not is_pattern(name)}
        made._datasets = dict.fromkeys(made._entries)
        if save_version is not None:
            check_version_name(save_version)
        made._context = Context(
            kinds=Kinds(dataset_packages),
            base_path=Path(base_path).absolute(),
            credentials=credentials or {},
            load_versions=made._checked_versions(load_versions or {}),
            run_version=RunVersion(save_version),
        )
        return made

    def get(
        self, name: str, fallback_to_runtime_pattern: bool = False, version: str | None = None
    ) -> Dataset | None:
        """Return a dataset, made now where it was not; ``None`` for a name that is not here.

        ``fallback_to_runtime_pattern`` puts a place in memory there instead of returning ``None``;
        ``version`` gives a dataset that loads this one, and is kept nowhere.
        """
        if name not in self:
            if not fallback_to_runtime_pattern:
                return None
            self[name] = MemoryDataset()
        dataset = self[name]
        if version is None:
            return dataset
        from noria_catalog.pinned import pinned

        with self._about(name):
            return pinned(dataset, version)

    def entry(self, name: str) -> Located | None:
        """Return the entry of a dataset as it is written, of a factory's filled in.

        ``None`` for one that was made in Python.  Raises UnknownDatasetError for a name that is
        not here.
        """
        if name not in self:
            raise UnknownDatasetError(name, self._datasets)
        entry = self._entries.get(name)
        if entry is None and self._datasets.get(name) is None:
            entry = self._patterns.entry(name)
            if entry is not None:
                self._entries[name] = entry
        return entry

    def where(self, name: str) -> Where | None:
        """Return where a dataset is declared, ``None`` for one that is not from a file."""
        entry = self._entries.get(name)
        if entry is None and name not in self._datasets:
            return self._patterns.where(name)
        return None if entry is None else entry.key or entry.where

    def place(self, name: str) -> str | None:
        """Return where a dataset that was made lies, without secrets; ``None`` if nowhere."""
        return place_of(self._datasets.get(name))

    def secrets(self, name: str) -> set[str]:
        """Return what was given to a dataset and must not be printed."""
        given = self._context.credentials
        return secrets_of(self._datasets.get(name), self._entries.get(name), given)

    def hide(self, text: str) -> str:
        """Return a text without the secrets that the datasets made so far were given."""
        made = [name for name, dataset in self._datasets.items() if dataset is not None]
        return cleaned(text, set[str]().union(*(self.secrets(name) for name in made)))

    def check(self, names: Iterable[str]) -> None:
        """Make these datasets, so that every mistake in their entries is found; load nothing."""
        for name in names:
            _ = self[name]

    def declare(self, names: Iterable[str]) -> None:
        """Take in, of these names, those that a factory makes: from then on they are listed.

        >>> from noria_catalog import DataCatalog
        >>> entry = {"type": "text.TextDataset", "filepath": "{name}.txt"}
        >>> catalog = DataCatalog.from_config({"{name}_text": entry})
        >>> catalog.declare(["a_text", "b"])
        >>> catalog.keys()
        ['a_text']
        """
        for name in names:
            if name not in self._datasets and self._patterns.fits(name):
                self._datasets[name] = None

    @property
    def declared(self) -> KeysView[str]:
        """The names, as a view that follows every change: the quick way to ask many times."""
        return self._datasets.keys()

    @property
    def context(self) -> Context:
        """What the entries share: the classes that may be named, the credentials, the versions."""
        return self._context

    @property
    def factories(self) -> Patterns:
        """The dataset factories."""
        return self._patterns

    def pinned(self) -> Mapping[str, str]:
        """Return the versions that are loaded, by the names of the datasets they were given for.

        >>> from noria_catalog import DataCatalog
        >>> DataCatalog({"a": 1}).pinned()
        {}
        """
        return dict(self._context.load_versions)

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
        dataset = self._datasets.get(name)
        if dataset is not None:
            return dataset
        if name not in self:
            raise UnknownDatasetError(name, self._datasets)
        with self._building:
            dataset = self._datasets.get(name)
            if dataset is None:
                dataset = self._built(name)
                self._datasets[name] = dataset
            return dataset

    def __setitem__(self, name: str, dataset: Any) -> None:
        self._entries.pop(name, None)
        self._told.pop(name, None)
        self._datasets[name] = dataset if _is_dataset(dataset) else MemoryDataset(dataset)

    def __contains__(self, name: object) -> bool:
        return name in self._datasets or self._patterns.fits(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._datasets)

    def __len__(self) -> int:
        return len(self._datasets)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} dataset{'' if len(self) == 1 else 's'})"

    def _ipython_key_completions_(self) -> list[str]:
        return self.keys()

    @contextmanager
    def _about(self, name: str) -> Iterator[None]:
        """Let an error that knows no name tell of this dataset, and where it is declared."""
        try:
            yield
        except DatasetDefinitionError as error:
            error.message = f"dataset {name!r}: {error.message}"
            error.args = (error.message,)
            error.where = error.where or self.where(name)
            raise

    def _built(self, name: str) -> Dataset:
        try:
            return build(name, self.entry(name) or Located({}), self._context)
        except DatasetDefinitionError as error:
            if error.__cause__ is not None:  # its class says why, and may quote what it was given
                error.message = cleaned(error.message, self.secrets(name))
                error.args = (error.message,)
            raise

    def _checked_versions(self, versions: Mapping[str, str]) -> Mapping[str, str]:
        for name, version in versions.items():
            if name not in self:
                raise UnknownDatasetError(
                    name, self._entries, hint=f"a version to load was given for it: {version}"
                )
            check_version_name(version)
            entry = self.entry(name)
            written = entry.value if entry is not None else None
            flag = written.get("versioned") if isinstance(written, dict) else None
            if flag is None or flag.value is not True:
                raise DatasetDefinitionError(
                    f"dataset {name!r} keeps no versions, so {version!r} cannot be loaded",
                    where=self.where(name),
                    hint="write `versioned: true` into its entry",
                )
        return dict(versions)


def _is_dataset(value: Any) -> bool:
    return not isinstance(value, type) and isinstance(value, Dataset)


def _check_names(written: Mapping[Any, Located]) -> None:
    for name, entry in written.items():
        if not isinstance(name, str):
            raise DatasetDefinitionError(
                f"the name of a dataset is a text, and {name!r} is none",
                where=entry.key or entry.where,
                hint="put it in quotes",
            )

"""Names to datasets."""

import threading
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from noria_catalog.chunks import AddChunk, saving_chunks
from noria_catalog.dataset import Confirms, Dataset, Describes, Exists, Explains, Releases
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
from noria_catalog.redact import SECRET_KEYS, cleaned, redacted, secrets_in, shown_value
from noria_catalog.spec import Context, build, resolved_path, type_word
from noria_catalog.versions import RunVersion, check_version_name

# Where datasets keep what they were given; the names with an underscore are ours and Kedro's.
_GIVEN = ("filepath", "path", "dataset", "load_args", "save_args")
_GIVEN_SECRET = (*sorted(SECRET_KEYS), *(f"_{key}" for key in sorted(SECRET_KEYS)), "_options")


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
                f"cannot load {name!r}{self._told(name, f'nothing lies there ({error})')}",
                name=name,
                where=self.where(name),
            ) from error
        except Exception as error:
            # Every library has its own errors; the user wants to know whose dataset it was.
            raise LoadError(
                f"cannot load {name!r}{self._told(name, error)}",
                name=name,
                where=self.where(name),
            ) from error

    def save(self, name: str, data: Any) -> None:
        """Save data under a name; raises SaveError, and what was there before then still stands."""
        dataset = self[name]
        with self._named_save(name):
            dataset.save(data)

    def saving(self, name: str) -> "ChunkedSave":
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
        return ChunkedSave(saving_chunks(self[name]), lambda: self._named_save(name))

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
        try:
            return dataset.exists() if isinstance(dataset, Exists) else False
        except DatasetError as error:
            raise self._named(error, name, "look for") from error.__cause__
        except NoriaError:
            raise
        except Exception as error:
            # Every library has its own errors; the user wants to know whose dataset it was.
            raise LoadError(
                f"cannot look for {name!r}{self._told(name, error)}",
                name=name,
                where=self.where(name),
            ) from error

    def explain_missing(self, name: str) -> DatasetError:
        """Return why a load of this dataset finds nothing: which version, what lies near.

        The message does not name the dataset; the error's ``name`` and ``where`` do.

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
            place = self._described_place(name)
            at = "where it should" if place is None else f"at {place}"
            error = MissingDataError(f"nothing lies {at}")
        error.name, error.where = name, self.where(name)
        return self._without_secrets(error, name)

    def pinned(self) -> Mapping[str, str]:
        """Return the versions that are loaded, by the names of the datasets they were given for.

        >>> DataCatalog({"a": 1}).pinned()
        {}
        """
        return dict(self._context.load_versions)

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
        """Return a text without the secrets that the datasets made so far were given."""
        made = [name for name, dataset in self._datasets.items() if dataset is not None]
        return cleaned(text, set[str]().union(*(self._secrets(name) for name in made)))

    def check(self, names: Iterable[str]) -> None:
        """Make these datasets, so that every mistake in their entries is found; load nothing."""
        for name in names:
            _ = self[name]

    @property
    def declared(self) -> KeysView[str]:
        """The names, as a view that follows every change: the quick way to ask many times."""
        return self._datasets.keys()

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
                dataset = self._built(name)
                self._datasets[name] = dataset
            return dataset

    def _built(self, name: str) -> Dataset:
        try:
            return build(name, self._entries[name], self._context)
        except DatasetDefinitionError as error:
            if error.__cause__ is not None:  # its class says why, and may quote what it was given
                error.message = cleaned(error.message, self._secrets(name))
                error.args = (error.message,)
            raise

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
        self._without_secrets(error, name)
        if error.name is None:
            error.name = name
            error.where = error.where or self.where(name)
            error.message = f"cannot {deed} {name!r}: {error.message}"
        error.args = (error.message,)
        return error

    @contextmanager
    def _named_save(self, name: str) -> Iterator[None]:
        try:
            yield
        except DatasetError as error:
            raise self._named(error, name, "save") from error.__cause__
        except NoriaError:
            raise
        except Exception as error:
            # Every library has its own errors; the user wants to know whose dataset it was.
            raise SaveError(
                f"cannot save {name!r}{self._told(name, error)}",
                name=name,
                where=self.where(name),
            ) from error

    def _told(self, name: str, what: Exception | str) -> str:
        """Return where a dataset lies and what happened to it, without secrets."""
        place = self._described_place(name)
        at = "" if place is None else f" at {place}"
        said = what if isinstance(what, str) else f"{type(what).__name__}: {what}"
        return cleaned(f"{at}: {said}", self._secrets(name))

    def _described_place(self, name: str) -> str | None:
        dataset = self._datasets.get(name)
        described: Mapping[str, Any] = dataset.describe() if isinstance(dataset, Describes) else {}
        place = described.get("filepath")
        return None if place is None else redacted(str(place))

    def _without_secrets(self, error: DatasetError, name: str) -> DatasetError:
        secrets = self._secrets(name)
        error.message = cleaned(error.message, secrets)
        error.nearest = error.nearest and cleaned(error.nearest, secrets)
        error.hint = error.hint and cleaned(error.hint, secrets)
        error.args = (error.message,)
        return error

    def _secrets(self, name: str) -> set[str]:
        """Return what was given to a dataset and must not be printed."""
        entry = self._entries.get(name)
        plain = None if entry is None else entry.plain()
        named = _credential_names(plain)
        found = secrets_in(plain)
        given = getattr(self._datasets.get(name), "__dict__", {})
        for key in _GIVEN:
            path = given.get(key)
            found |= secrets_in(str(path) if isinstance(path, Path) else path)
        for key in _GIVEN_SECRET:
            found |= secrets_in(given.get(key), secret=True)
        found -= named
        for word in named:
            credentials = self._context.credentials.get(word)
            if isinstance(credentials, Located):
                credentials = credentials.plain()
            found |= secrets_in(credentials, secret=True)
        return found

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


class ChunkedSave:
    """A context around the save of many chunks: errors of saving are named, others pass through."""

    def __init__(
        self,
        saving: AbstractContextManager[AddChunk],
        naming: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._saving = saving
        self._naming = naming

    def __enter__(self) -> AddChunk:
        with self._naming():
            add = self._saving.__enter__()

        def add_named(chunk: Any) -> None:
            with self._naming():
                add(chunk)

        return add_named

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            with self._naming():
                self._saving.__exit__(None, None, None)
        else:
            self._saving.__exit__(kind, error, trace)


def _is_dataset(value: Any) -> bool:
    return not isinstance(value, type) and isinstance(value, Dataset)


def _credential_names(entry: Any) -> set[str]:
    """Return the entries of credentials.yml that an entry names, at any depth."""
    if not isinstance(entry, dict):
        return set()
    named = entry.get("credentials")
    below = (_credential_names(value) for value in entry.values())
    return set[str]({named} if isinstance(named, str) else set()).union(*below)


def _described(entry: Located, base_path: Path) -> dict[str, Any]:
    described: dict[str, Any] = {"type": type_word(entry)}
    for key, value in entry.value.items():
        if key not in SECRET_KEYS and key != "type":
            described[key] = shown_value(value.plain())
    place = next((key for key in ("filepath", "path") if key in described), None)
    if place is not None and isinstance(described[place], str):
        # From the entry again: a relative path is no URL, and a URL is redacted as a whole.
        path = resolved_path(str(entry.value[place].plain()), base_path)
        del described[place]
        described["filepath"] = redacted(path)
    return described

"""Telling what goes wrong with a dataset: which one, where it lies, where it is declared."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from noria_catalog.dataset import Describes
from noria_catalog.errors import (
    DatasetError,
    LoadError,
    MissingDataError,
    NoriaError,
    SaveError,
)
from noria_catalog.located import Located, Where
from noria_catalog.publish import shown
from noria_catalog.redact import SECRET_KEYS, cleaned, redacted, secrets_in
from noria_catalog.suggest import nearest

# Where datasets keep what they were given; the names with an underscore are ours and Kedro's.
_GIVEN = ("filepath", "path", "dataset", "load_args", "save_args")
_GIVEN_SECRET = (*sorted(SECRET_KEYS), *(f"_{key}" for key in sorted(SECRET_KEYS)), "_options")

_WRITING = ("save", "restore", "set aside")
# What the libraries of object stores raise that find no credentials anywhere.
_WITHOUT_CREDENTIALS = frozenset(
    {"NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError"}
)
_CREDENTIALS = "`credentials: NAME` in the entry, and NAME in conf/local/credentials.yml"


class Known(Protocol):
    """What a catalog knows of a dataset when something goes wrong with it."""

    def __getitem__(self, name: str) -> Any:
        """Return the dataset."""

    def where(self, name: str) -> Where | None:
        """Return where it is declared."""

    def place(self, name: str) -> str | None:
        """Return where it lies, without secrets; ``None`` where that is nowhere to be named."""

    def secrets(self, name: str) -> set[str]:
        """Return what it was given and must not be printed."""


class told:  # noqa: N801  # it is read as a word: `with told(catalog, name, "load")`
    """Turn every error of a deed ("load", "save", "restore") into one that names the dataset.

    Raises DatasetError; of the catalog's other errors each passes as it is.  It is a class, because
    a context made of a generator costs several times what loading from memory does.
    """

    __slots__ = ("_deed", "_known", "_name")

    def __init__(self, known: Known, name: str, deed: str) -> None:
        self._known = known
        self._name = name
        self._deed = deed

    def __enter__(self) -> None:
        """Begin the deed."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raise what the error is told as."""
        if isinstance(error, DatasetError):
            raise _named(error, self._known, self._name, self._deed) from error.__cause__
        if isinstance(error, Exception) and not isinstance(error, NoriaError):
            raise _explained(error, self._known, self._name, self._deed) from error


def _explained(error: Exception, known: Known, name: str, deed: str) -> DatasetError:
    """Return a library's own error as one of ours: the user wants to know whose dataset it was."""
    kind: type[DatasetError] = SaveError if deed in _WRITING else LoadError
    said = f"{type(error).__name__}: {error}"
    if deed == "load" and isinstance(error, FileNotFoundError):
        kind, said = MissingDataError, f"nothing lies there ({error})"
    place = known.place(name)
    at = "" if place is None else f" at {place}"
    message = cleaned(f"{at}: {said}", known.secrets(name))
    if place is not None:
        message = message.replace(place, shown(place))
    close, hint = _mend(error, known, name, deed)
    return kind(
        f"cannot {deed} {name!r}{message}",
        name=name,
        where=known.where(name),
        nearest=close,
        hint=hint,
    )


def _mend(error: Exception, known: Known, name: str, deed: str) -> tuple[str | None, str | None]:
    """Return the nearest valid name and what to do, where a library's own error does not say."""
    if isinstance(error, IsADirectoryError):
        return None, "a folder of files is one dataset by type: partitions.PartitionedDataset"
    if isinstance(error, UnicodeDecodeError) and hasattr(known[name], "load_args"):
        return None, "load_args: {encoding: cp1252} or another says how the text is written"
    if type(error).__name__ in _WITHOUT_CREDENTIALS:
        return None, _CREDENTIALS
    unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    key = "save_args" if deed == "save" else "load_args"
    # Else it is the code of the dataset itself that calls something wrongly.
    if isinstance(error, TypeError) and unknown and unknown[1] in getattr(known[name], key, ()):
        from noria_catalog.arguments import library_arguments  # it imports `inspect`

        valid, _ = library_arguments(type(known[name]), key)
        return nearest(unknown[1], valid), f"{key} go to the library's own function"
    return None, None


def without_secrets(error: DatasetError, secrets: set[str]) -> DatasetError:
    """Take the secrets out of an error, and return it."""
    error.message = cleaned(error.message, secrets)
    error.nearest = error.nearest and cleaned(error.nearest, secrets)
    error.hint = error.hint and cleaned(error.hint, secrets)
    error.args = (error.message,)
    return error


def place_of(dataset: Any) -> str | None:
    """Return where a dataset says that it lies, without secrets; ``None`` if it does not say."""
    described: Mapping[str, Any] = dataset.describe() if isinstance(dataset, Describes) else {}
    place = described.get("filepath")
    return None if place is None else redacted(str(place))


def secrets_of(dataset: Any, entry: Located | None, credentials: Mapping[str, Any]) -> set[str]:
    """Return what was given to a dataset, by hand or by its entry, and must not be printed."""
    plain = None if entry is None else entry.plain()
    named = _credential_names(plain)
    found = secrets_in(plain)
    given = getattr(dataset, "__dict__", {})
    for key in _GIVEN:
        path = given.get(key)
        found |= secrets_in(str(path) if isinstance(path, Path) else path)
    for key in _GIVEN_SECRET:
        found |= secrets_in(given.get(key), secret=True)
    found -= named
    for word in named:
        value = credentials.get(word)
        found |= secrets_in(value.plain() if isinstance(value, Located) else value, secret=True)
    return found


def _named(error: DatasetError, known: Known, name: str, deed: str) -> DatasetError:
    without_secrets(error, known.secrets(name))
    if error.name is None:
        error.name = name
        error.where = error.where or known.where(name)
        error.message = f"cannot {deed} {name!r}: {error.message}"
    if type(error.__cause__).__name__ in _WITHOUT_CREDENTIALS:
        error.hint = error.hint or _CREDENTIALS
    error.args = (error.message,)
    return error


def _credential_names(entry: Any) -> set[str]:
    """Return the entries of credentials.yml that an entry names, at any depth."""
    if not isinstance(entry, dict):
        return set()
    named = entry.get("credentials")
    below = (_credential_names(value) for value in entry.values())
    return set[str]({named} if isinstance(named, str) else set()).union(*below)

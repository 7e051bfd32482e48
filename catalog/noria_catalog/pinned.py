"""A dataset as it was: its versions, and the same one with another version to load."""

import copy
from typing import Any

from noria_catalog.dataset import Dataset
from noria_catalog.errors import DatasetDefinitionError
from noria_catalog.versions import Version, check_version_name


def pinned(dataset: Dataset, version: str) -> Dataset:
    """Return a dataset that loads this version; the given one stays as it is.

    Raises DatasetDefinitionError for a dataset that keeps no versions, and for a name that is
    none.

    >>> from noria_catalog.formats.text import TextDataset
    >>> notes = TextDataset("/tmp/notes.txt", version=Version())
    >>> pinned(notes, "2026-01-31T12.30.45.123Z").version.load
    '2026-01-31T12.30.45.123Z'
    """
    check_version_name(version)
    made: Any = copy.copy(dataset)
    if isinstance(getattr(made, "version", None), Version):
        made.version = Version(version, made.version.run)
    elif getattr(made, "_version", None) is not None:  # one that was made for Kedro
        made = made._copy(_version=Version(load=version))  # noqa: SLF001 - Kedro's own way
    else:
        raise _unversioned(f", so {version!r} cannot be loaded")
    loaded: Dataset = made
    return loaded


def versions_of(dataset: Dataset) -> list[str]:
    """Return the complete versions of a dataset, from the oldest to the latest.

    Raises DatasetDefinitionError for a dataset that keeps none.
    """
    made: Any = dataset
    if isinstance(getattr(made, "version", None), Version):
        return list(made.list_versions())
    if getattr(made, "_version", None) is not None:  # one that was made for Kedro
        return list(reversed(made.list_versions(full_path=False)))
    raise _unversioned("")


def _unversioned(so: str) -> DatasetDefinitionError:
    return DatasetDefinitionError(
        f"the dataset keeps no versions{so}", hint="write `versioned: true` into its entry"
    )

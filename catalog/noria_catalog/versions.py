"""Timestamped versions of one path: ``<filepath>/<version>/<filename>``."""

import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from noria_catalog.errors import DatasetDefinitionError
from noria_catalog.storage import Storage

_FORMAT = "%Y-%m-%dT%H.%M.%S"
_TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z"


def new_version(existing: Iterable[str] = (), *, now: datetime | None = None) -> str:
    """Return a version name for now, in UTC to the millisecond, later than all that exist.

    A clock that went back does not matter: the name is then one millisecond later than the latest.

    >>> new_version(now=datetime(2026, 1, 31, 12, 30, 45, 123456, tzinfo=UTC))
    '2026-01-31T12.30.45.123Z'
    >>> new_version(["2026-02-01T00.00.00.999Z"], now=datetime(2026, 1, 31, tzinfo=UTC))
    '2026-02-01T00.00.01.000Z'
    """
    name = _named(now or datetime.now(tz=UTC))
    latest = max((known for known in existing if re.fullmatch(_TIMESTAMP, known)), default="")
    if name > latest:
        return name
    seconds, thousandths = latest.removesuffix("Z").rsplit(".", 1)
    moment = datetime.strptime(seconds, _FORMAT).replace(tzinfo=UTC)
    return _named(moment + timedelta(milliseconds=int(thousandths) + 1))


def in_order(names: Iterable[str]) -> list[str]:
    """Return version names from the oldest to the latest; names that are no timestamps are oldest.

    >>> in_order(["2026-01-31T12.30.45.123Z", "v2", "v1"])
    ['v1', 'v2', '2026-01-31T12.30.45.123Z']
    """
    return sorted(names, key=lambda name: (re.fullmatch(_TIMESTAMP, name) is not None, name))


class RunVersion:
    """The version name that all saves of one run share.

    ``name`` is the caller's; ``None`` means that the first save chooses it.
    """

    __slots__ = ("_chosen", "_lock", "name")

    def __init__(self, name: str | None = None) -> None:
        self.name = name
        self._chosen: str | None = None
        self._lock = threading.Lock()

    def after(self, existing: Iterable[str]) -> str:
        """Return the run's version name for a dataset that has the versions ``existing``.

        Where the chosen name would not be the latest of that dataset, the run goes on with a later
        one.  A name given by the caller stays the run's: only that dataset gets a later one, and
        only where the name is a timestamp, for others have no order.

        >>> run = RunVersion()
        >>> run.after([]) == run.after(["2020-01-01T00.00.00.000Z"])
        True
        >>> RunVersion("2026-01-31T12.30.45.123Z").after(["2099-01-01T00.00.00.000Z"])
        '2099-01-01T00.00.00.001Z'
        """
        names = list(existing)
        if self.name is not None:
            if not re.fullmatch(_TIMESTAMP, self.name):
                return self.name
            return new_version(names, now=_moment(self.name))
        with self._lock:
            if (
                self._chosen is None
                or new_version(names, now=_moment(self._chosen)) != self._chosen
            ):
                self._chosen = new_version([*names, self._chosen or ""])
            return self._chosen


class Version:
    """Which version a dataset loads (``None``: the latest), and the run's version for its saves.

    ``run`` ``None`` stands for a run of its own.
    """

    __slots__ = ("load", "run")

    def __init__(self, load: str | None = None, run: RunVersion | None = None) -> None:
        self.load = load
        self.run = RunVersion() if run is None else run

    def __repr__(self) -> str:
        return f"{type(self).__name__}(load={self.load!r})"

    @property
    def save(self) -> str:
        """The version name that a save gets, as datasets made for Kedro ask for it."""
        return self.run.after([])


def check_version_name(name: str) -> None:
    """Refuse a version name that is more than one plain folder name.

    >>> check_version_name("../other")
    Traceback (most recent call last):
    ...
    noria_catalog.errors.DatasetDefinitionError: '../other' is no version name
    """
    plain = name and all(char.isalnum() or char in "_.:+ -" for char in name)
    if name.startswith(".") or not plain:
        raise DatasetDefinitionError(f"{name!r} is no version name")


def version_path(filepath: str, version: str) -> str:
    """Return the path of one version.

    >>> version_path("data/model.pickle", "2026-01-31T12.30.45.123Z")
    'data/model.pickle/2026-01-31T12.30.45.123Z/model.pickle'
    """
    return f"{filepath}/{version}/{_filename(filepath)}"


def complete_versions(storage: Storage, filepath: str) -> list[str]:
    """Return the versions whose file lies there, from the oldest to the latest."""
    return [
        version
        for version in in_order(version_folders(storage, filepath))
        if storage.exists(version_path(filepath, version))
    ]


def sweep_versions(storage: Storage, filepath: str) -> None:
    """Remove what dead processes left of versions that they never completed."""
    for version in version_folders(storage, filepath):
        if not storage.exists(version_path(filepath, version)):
            storage.sweep(f"{filepath}/{version}")


def latest_version(storage: Storage, filepath: str) -> str | None:
    """Return the latest version whose file lies there, ``None`` where there is none."""
    for version in reversed(in_order(version_folders(storage, filepath))):
        if storage.exists(version_path(filepath, version)):
            return version
    return None


def version_folders(storage: Storage, filepath: str) -> list[str]:
    """Return the names of all versions, those that were never completed too, in no order."""
    return [name for name in storage.names(filepath) if not name.startswith(".")]


def _filename(filepath: str) -> str:
    return re.split(r"[/\\]", filepath.rstrip("/\\"))[-1]


def _named(moment: datetime) -> str:
    return f"{moment.strftime(_FORMAT)}.{moment.microsecond // 1000:03d}Z"


def _moment(name: str) -> datetime:
    seconds, thousandths = name.removesuffix("Z").rsplit(".", 1)
    start = datetime.strptime(seconds, _FORMAT).replace(tzinfo=UTC)
    return start + timedelta(milliseconds=int(thousandths))

"""Publishing local files, each whole or not at all."""

import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import NamedTuple, Self

from noria_catalog.errors import SaveError
from noria_catalog.leftovers import note_saved, remove, sweep, temporary_name

FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""The error numbers of a disk on which there is no room."""

_MOST_WAITING = 256  # files that wait for the disk together
_LONGEST_WAIT = 1.0  # seconds, as long as it takes to write the next ones
_AT_ONCE = 8  # files of which the disk is asked at once; the system then writes them together
_NO_FOLDER_SYNC = {errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.EACCES, errno.EPERM}


class Published(NamedTuple):
    """What a save put in place: ``size`` in bytes; the seconds of syncing or sending in it.

    ``place`` is the path or URL of the file itself, of a versioned dataset the version's, without
    secrets.
    """

    size: int
    sync_seconds: float
    place: str


class _Written(NamedTuple):
    """A file that is written: where it is, its place, and the folders that will hold a new name."""

    temporary: str
    real: str
    folders: Sequence[str]
    replace: bool


class Together:
    """Files that are published one by one and wait for the disk together, for one takes as long.

    Each is put in place whole or not at all: those that are due when that is asked for, the others
    when the context ends, with an error too.  Raises :class:`SaveError` when a target cannot be
    written.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with Together() as files:
    ...     for name in ("a", "b"):
    ...         with files.publishing():
    ...             _ = publish(str(folder / name), lambda path: pathlib.Path(path).touch())
    >>> sorted(path.name for path in folder.iterdir())
    ['a', 'b']
    """

    def __init__(self) -> None:
        self._files: list[_Written] = []
        self._since = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.put_all()

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Let what is published in this context wait; nobody may read it before it is in place."""
        token = _waiting.set(self)
        try:
            yield
        finally:
            _waiting.reset(token)

    def add(self, file: _Written) -> None:
        """Let one more file wait."""
        if not self._files:
            self._since = time.monotonic()
        self._files.append(file)

    def put_due(self) -> None:
        """Put what waits in place if it is much, or has waited long."""
        long = time.monotonic() - self._since > _LONGEST_WAIT
        if long or len(self._files) >= _MOST_WAITING:
            self.put_all()

    def put_all(self) -> None:
        """Put what waits in place, when the disk has all of it."""
        files, self._files = self._files, []
        if files:
            try:
                _put_together(files)
            except BaseException:
                for file in files:
                    remove(file.temporary)
                raise


_waiting: ContextVar[Together | None] = ContextVar("_waiting", default=None)


class Pending:
    """A file that is being written: ``path`` is where, ``published`` what came of it in the end."""

    __slots__ = ("path", "published")

    def __init__(self, path: str) -> None:
        self.path = path
        self.published = Published(0, 0.0, path)


def publish(
    target: str, write: Callable[[str], object], *, replace: bool = True, tidy: bool = True
) -> Published:
    """Let ``write`` make a file beside ``target``, then put it in ``target``'s place at once.

    It is :func:`publishing` for what is written by one call.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> publish(str(folder / "a.txt"), lambda path: pathlib.Path(path).write_bytes(b"hello")).size
    5
    """
    with publishing(target, replace=replace, tidy=tidy) as pending:
        write(pending.path)
    return pending.published


@contextmanager
def publishing(target: str, *, replace: bool = True, tidy: bool = True) -> Iterator[Pending]:
    """Give a file beside ``target`` to write, and put it in ``target``'s place when that is done.

    The file that is given is a temporary one with the suffixes of ``target``; if the context ends
    with an error, it is gone and ``target`` is as it was.  Whoever opens ``target`` meanwhile, or
    after a crash or a power cut, finds the old file or the new one, whole.
    The mode of an existing file is kept; of a link, what it points to is replaced.
    ``replace=False`` refuses an existing file.  ``tidy=False`` leaves the leftovers of dead
    processes where they are.
    Raises :class:`SaveError` when the target cannot be written; an error of the context comes
    through as it is.

    >>> import pathlib, tempfile
    >>> target = pathlib.Path(tempfile.mkdtemp()) / "a.txt"
    >>> with publishing(str(target)) as pending:
    ...     _ = pathlib.Path(pending.path).write_text("hello")
    ...     target.exists()
    False
    >>> target.read_text()
    'hello'
    """
    real = os.path.realpath(target)
    before = _status(real, target)
    if before is not None and not replace:
        raise SaveError(f"{shown(target)} exists already, and is never overwritten")
    folder, name = os.path.dirname(real), os.path.basename(os.path.normpath(target))
    with explaining(target):
        made = make_folders(folder)
        check_writable(folder)
    if tidy:
        sweep(folder, name)
    pending = Pending(os.path.join(folder, temporary_name(name)))
    try:
        _prepare(pending.path, before)
        yield pending
        with explaining(target):
            size, seconds = _put(pending.path, real, before, made, replace=replace)
        note_saved(folder)
        place = os.path.abspath(target).replace(os.sep, "/")
        pending.published = Published(size, seconds, place)
    except OSError as error:
        remove(pending.path)
        if error.errno in FULL:
            raise _disk_full(error, folder, target) from error
        raise
    except BaseException:
        remove(pending.path)
        raise


def shown(path: str) -> str:
    """Return a local path as the user would type it: relative where it lies below here.

    >>> shown(os.path.join(os.getcwd(), "data", "a.csv")) == os.path.join("data", "a.csv")
    True
    """
    try:
        here = os.getcwd() + os.sep
    except FileNotFoundError:  # where a node has gone to is gone by now
        return path
    return path.removeprefix(here)


@contextmanager
def explaining(target: str) -> Iterator[None]:
    """Turn an error of the operating system into a :class:`SaveError` about ``target``."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise
        raise SaveError(f"cannot write {shown(target)}: {error.strerror or error}") from error


def make_folders(folder: str) -> list[str]:
    """Make ``folder`` and what is missing above it; return what was made, outermost first."""
    missing: list[str] = []
    above = folder
    while above and not os.path.lexists(above):
        missing.insert(0, above)
        above = os.path.dirname(above)
    os.makedirs(folder, exist_ok=True)
    return missing


def sync_file(path: str) -> None:
    """Wait until the bytes of a file are on the disk."""
    # Windows syncs only what is open for writing.
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        if sys.platform == "darwin":
            import fcntl

            # Apple's fsync stops at the drive's own cache.
            with suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.FFULLFSYNC)
                return
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_files(paths: Sequence[str]) -> None:
    """Wait until the bytes of all these files are on the disk."""
    if len(paths) < 2:
        for path in paths:
            sync_file(path)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for _ in threads.map(sync_file, paths):
            pass


def sync_folder(path: str) -> None:
    """Wait until the names in a folder are on the disk, where the operating system can do that."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def _status(real: str, target: str) -> os.stat_result | None:
    try:
        status = os.stat(real)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SaveError(f"cannot write {shown(target)}: {error.strerror}") from error
    if stat.S_ISDIR(status.st_mode):
        raise SaveError(
            f"cannot write {shown(target)}: it is a folder",
            hint="name a file in it, or move the folder away",
        )
    if not stat.S_ISREG(status.st_mode):
        raise SaveError(f"cannot write {shown(target)}: it is a device, a pipe or a socket")
    # Replacing needs no right to the file itself, so a file made read-only would be lost.
    if not os.access(real, os.W_OK):
        raise SaveError(
            f"cannot write {shown(target)}: the file is read-only",
            hint=f"make it writable first: chmod u+w {shown(target)}",
        )
    return status


def check_writable(folder: str) -> None:
    """Raise SaveError for a folder in which no file can be made."""
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SaveError(f"cannot write into the folder {shown(folder)}: it is read-only")


def _prepare(temporary: str, before: os.stat_result | None) -> None:
    """Give a private file's successor its mode before there is anything in it to read."""
    if before is not None and not before.st_mode & stat.S_IROTH:
        mode = stat.S_IMODE(before.st_mode) | stat.S_IWUSR
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))


def _put(
    temporary: str, real: str, before: os.stat_result | None, made: list[str], *, replace: bool
) -> tuple[int, float]:
    """Put the file in place and return its bytes and the seconds of syncing."""
    try:
        status = os.lstat(temporary)
    except FileNotFoundError:
        raise SaveError(f"nothing was written for {shown(real)}: write() made no file") from None
    if not stat.S_ISREG(status.st_mode):
        raise SaveError(f"write() made no plain file for {shown(real)}")
    if before is not None:
        _keep_mode(temporary, status, before)
    folders = [os.path.dirname(real), *(os.path.dirname(path) for path in reversed(made))]
    waiting = _waiting.get()
    if waiting is not None:
        waiting.add(_Written(temporary, real, folders, replace))
        return status.st_size, 0.0
    started = time.perf_counter()
    sync_file(temporary)
    spent = time.perf_counter() - started
    _move(temporary, real, replace=replace)
    started = time.perf_counter()
    for folder in folders:
        sync_folder(folder)
    return status.st_size, spent + time.perf_counter() - started


def _put_together(files: Sequence[_Written]) -> None:
    """Put files in place of which the disk has all, and wait for the names in their folders."""
    target = files[0].real
    try:
        with explaining(target):
            sync_files([file.temporary for file in files])
        for file in files:
            target = file.real
            with explaining(target):
                _move(file.temporary, target, replace=file.replace)
        with explaining(target):
            for folder in dict.fromkeys(folder for file in files for folder in file.folders):
                sync_folder(folder)
    except OSError as error:  # what is not explained: there is no room
        raise _disk_full(error, os.path.dirname(target), target) from error


def _keep_mode(temporary: str, status: os.stat_result, before: os.stat_result) -> None:
    if os.name != "nt" and (status.st_uid, status.st_gid) != (before.st_uid, before.st_gid):
        with suppress(PermissionError):
            os.chown(temporary, before.st_uid, before.st_gid)
    if stat.S_IMODE(status.st_mode) != stat.S_IMODE(before.st_mode):
        os.chmod(temporary, stat.S_IMODE(before.st_mode))


def _move(temporary: str, real: str, *, replace: bool) -> None:
    if not replace:
        # A link, unlike a rename, fails when somebody else was faster.
        try:
            os.link(temporary, real)
        except FileExistsError:
            raise SaveError(f"{shown(real)} exists already, and is never overwritten") from None
        except OSError:
            if os.path.lexists(real):
                raise
        else:
            os.unlink(temporary)
            return
    os.replace(temporary, real)


def _disk_full(error: OSError, folder: str, target: str) -> SaveError:
    import shutil

    free = shutil.disk_usage(folder).free
    stands = "still holds what it held before" if os.path.exists(target) else "was not made"
    return SaveError(
        f"the disk is full: {free / 1e6:,.1f} MB are free in {shown(folder)} and were not enough; "
        f"{shown(target)} {stands} ({error.strerror or error})",
        hint="free some space, then run again",
    )

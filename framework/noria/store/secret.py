"""The user's secret: what tells results of one's own from those that came with a folder."""

import os
import stat
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from noria_catalog.leftovers import temporary_name

from noria.errors import StoreError

FILE = "store.secret"
_SIZE = 32


def config_folder() -> Path:
    """Return the folder of this user's configuration of Noria."""
    if sys.platform == "win32":
        base = os.environ.get("APPDATA")
        return Path(base) / "noria" if base else Path.home() / "AppData/Roaming/noria"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/noria"
    base = os.environ.get("XDG_CONFIG_HOME")
    # The specification: a relative path is invalid and not looked at.
    return Path(base) / "noria" if base and Path(base).is_absolute() else _home() / ".config/noria"


def user_secret(folder: Path | None = None) -> bytes:
    """Return 32 bytes that only this user can read; made when first asked for.

    ``folder`` ``None`` is the user's configuration folder.  Where nothing can be written there,
    the secret lives as long as the process, so that nothing stored is used later; one line on
    standard error says so.  Raises StoreError when the file cannot be trusted or read: it belongs
    to somebody else, others may write it, it is not a secret.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> user_secret(folder) == user_secret(folder)
    True
    """
    path = (config_folder() if folder is None else folder) / FILE
    found = _read(path)
    if found is not None:
        return found
    try:
        _make(path)
    except OSError as error:
        return _of_this_process(str(path), error.strerror or str(error))
    found = _read(path)
    if found is None:
        raise StoreError(f"{path}, the secret of your store, went away while it was made")
    return found


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # no HOME and no entry for the user: nowhere to write
        return Path(os.devnull)


def _read(path: Path) -> bytes | None:
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(
            f"{path}, the secret of your store, cannot be read: {error.strerror}",
            hint="make it readable for you alone (chmod 600), or remove it: all that is stored"
            " is then computed again",
        ) from None
    try:
        _check(path, handle)
        data = os.read(handle, _SIZE + 1)
    finally:
        os.close(handle)
    if len(data) != _SIZE:
        raise StoreError(
            f"{path} is not the secret of a store: it has not {_SIZE} bytes",
            hint="remove it: a new one is made, and all that is stored is computed again",
        )
    return data


def _check(path: Path, handle: int) -> None:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise StoreError(f"{path}, the secret of your store, is no plain file", hint="remove it")
    if sys.platform == "win32":
        return
    me = os.geteuid()
    if status.st_uid not in (me, 0) and me != 0:
        raise StoreError(
            f"{path}, the secret of your store, belongs to another user",
            hint="remove it, or set XDG_CONFIG_HOME to a folder of yours",
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StoreError(
            f"{path}, the secret of your store, can be written by others",
            hint="whoever wrote it can forge results: remove it, and a new one is made",
        )
    if status.st_mode & (stat.S_IRGRP | stat.S_IROTH) and status.st_uid == me:
        with suppress(OSError):
            os.fchmod(handle, 0o600)
        _warn(f"{path}, the secret of your store, could be read by others; now only by you")


def _make(path: Path) -> None:
    """Make the file whole or not at all; who comes second finds that of the first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(temporary_name(path.name))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(beside, flags, 0o600)
    try:
        try:
            os.write(handle, os.urandom(_SIZE))
            os.fsync(handle)
        finally:
            os.close(handle)
        with suppress(FileExistsError):
            _take_name(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink()


def _take_name(beside: Path, path: Path) -> None:
    if sys.platform == "win32":
        beside.rename(path)  # which refuses an existing file there
        return
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: the window is a moment long
        if not path.exists():
            beside.rename(path)


@cache
def _of_this_process(path: str, reason: str) -> bytes:
    _warn(f"nothing that is stored can be used again later: {path} cannot be made: {reason}")
    return os.urandom(_SIZE)


def _warn(text: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # there may be no standard error
        sys.stderr.write(f"Warning: {text}\n")
        sys.stderr.flush()

"""Publishing a local folder whole or not at all."""

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from noria_catalog.errors import SaveError
from noria_catalog.leftovers import ASIDE, leftovers, remove, sweep, temporary_name
from noria_catalog.publish import check_writable, explaining, make_folders, shown, sync_folder

_AT_FDCWD = -100
_EXCHANGE = 2


@contextmanager
def publishing_folder(target: str) -> Iterator[str]:
    """Give a new empty folder beside ``target``, and put it in ``target``'s place when it is full.

    Where the operating system can exchange two names at once (Linux, macOS) whoever looks finds the
    old folder or the new one; elsewhere a crash between two renames leaves none, and the next
    :func:`recover` puts the old one back.  Raises :class:`SaveError`; an error of the context comes
    through as it is, and the old folder then stands.
    """
    real = os.path.realpath(target)
    if os.path.lexists(real) and not os.path.isdir(real):
        raise SaveError(f"cannot write {shown(target)}: it is a file, and should be a folder")
    above, name = os.path.split(real)
    with explaining(target):
        made = make_folders(above)
        check_writable(above)
        recover(real)
    sweep(above, name)
    if os.path.isdir(real):
        sweep(above, ASIDE + name)
    fresh = os.path.join(above, temporary_name(name))
    try:
        os.mkdir(fresh)
        yield fresh
        with explaining(target):
            if os.path.isdir(real):
                shutil.copymode(real, fresh)
            sync_folder(fresh)
            _swap(fresh, real)
            for folder in (above, *(os.path.dirname(path) for path in reversed(made))):
                sync_folder(folder)
    except SaveError as error:
        error.message = error.message.replace(os.path.basename(fresh), name)
        raise
    finally:
        remove(fresh)  # by now the old folder, where all went well


def recover(target: str) -> None:
    """Put a folder back that a crash left aside, in the middle of a replacement by two renames."""
    real = os.path.realpath(target)
    if os.path.lexists(real):
        return
    above, name = os.path.split(real)
    for aside in leftovers(above, ASIDE + name):
        os.rename(os.path.join(above, aside), real)
        return


def _swap(fresh: str, real: str) -> None:
    if not os.path.isdir(real):
        os.rename(fresh, real)
    elif not _exchange(fresh, real):
        _by_two_renames(fresh, real)


def _by_two_renames(fresh: str, real: str) -> None:
    above, name = os.path.split(real)
    aside = os.path.join(above, temporary_name(ASIDE + name))
    os.rename(real, aside)
    try:
        os.rename(fresh, real)
    except BaseException:
        os.rename(aside, real)
        raise
    remove(aside)


def _exchange(first: str, second: str) -> bool:
    """Exchange two names at once; ``False`` where that cannot be done here."""
    if os.name == "nt":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(first), os.fsencode(second)
    if sys.platform == "darwin":
        rename = getattr(library, "renamex_np", None)
        arguments: tuple[object, ...] = (*names, _EXCHANGE)
    else:
        rename = getattr(library, "renameat2", None)
        arguments = (_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE)
    if rename is None:
        return False
    if rename(*arguments) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}:
        return False
    raise OSError(code, os.strerror(code), second)

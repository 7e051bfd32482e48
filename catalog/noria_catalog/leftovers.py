"""Names of temporary files, and the sweeping of those that dead processes left behind."""

import os
import re
from contextlib import suppress
from functools import cache
from zlib import crc32

_NAME = r"(?s)\.~noria-([0-9a-f]{8})-(\d+)-[0-9a-f]{8}-(.+)"
_LONGEST_NAME = 255

_PREFIX = ".~noria-"
# Folders in which nothing temporary lay, each with the time of its last change.
_swept: dict[str, int] = {}

ASIDE = "aside~"
"""What the name of an old folder begins with while a new one takes its place."""


def temporary_name(name: str) -> str:
    """Return a hidden name for a temporary file beside ``name``, with the same suffixes.

    It holds a digest of this host, the process id and a random part, so that a later save can tell
    whose it was.

    >>> temporary_name("flights.csv.gz").endswith("-flights.csv.gz")
    True
    """
    return f".~noria-{_host()}-{os.getpid()}-{os.urandom(4).hex()}-{_tail(name)}"


def is_temporary(name: str) -> bool:
    """Tell whether a file name is one that :func:`temporary_name` made.

    >>> is_temporary(temporary_name("a.csv")), is_temporary("a.csv")
    (True, False)
    """
    return re.fullmatch(_NAME, name) is not None


def sweep(folder: str, name: str | None = None) -> int:
    """Remove what dead processes of this host left in ``folder`` while they wrote ``name``.

    ``None`` stands for every name.  A file of a living process, or of another host, is never
    touched, nor what only a recovery may use.  Returns how many were removed.  A folder that
    nobody else has changed since it was swept is not listed again: where many files are saved into
    one, that would take longer than to save them.
    """
    before = _swept.get(folder)
    if name is not None and before is not None and before == _changed(folder):
        return 0
    found = leftovers(folder, name)
    for entry in found:
        remove(os.path.join(folder, entry))
    return len(found)


def note_saved(folder: str) -> None:
    """Take note that the last change of a folder was a save of this process."""
    changed = _changed(folder)
    if folder in _swept and changed is not None:
        _swept[folder] = changed


def leftovers(folder: str, name: str | None = None) -> list[str]:
    """Return the temporary names in ``folder`` that dead processes of this host made for ``name``.

    ``None`` stands for every name but those set aside.
    """
    tail = None if name is None else _tail(name)
    _swept.pop(folder, None)
    changed = _changed(folder)
    try:
        names = [entry for entry in os.listdir(folder) if entry.startswith(_PREFIX)]
    except OSError:
        return []
    if not names and changed is not None:
        _swept[folder] = changed
    found = []
    for entry in names:
        match = re.fullmatch(_NAME, entry)
        if match is None or match[1] != _host():
            continue
        wanted = not match[3].startswith(ASIDE) if tail is None else match[3] == tail
        if wanted and not _is_alive(int(match[2])):
            found.append(entry)
    return found


def remove(path: str) -> None:
    """Remove a temporary file or folder; one that is gone already is no error."""
    with suppress(OSError):
        if os.path.isdir(path) and not os.path.islink(path):
            import shutil

            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)


def _tail(name: str) -> str:
    prefix = len(_PREFIX) + 8 + len("-4194304-") + 8 + len("-")
    if len(os.fsencode(name)) + prefix <= _LONGEST_NAME:
        return name
    from hashlib import blake2s

    suffixes = "".join(f".{part}" for part in name.split(".")[1:][-2:] if len(part) <= 16)
    return blake2s(os.fsencode(name), digest_size=8).hexdigest() + suffixes


def _changed(folder: str) -> int | None:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return None


@cache
def _host() -> str:
    # A process id means something inside its own namespace only: containers may share a host name.
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    about = f"{_node()} {namespace}".encode("utf-8", "surrogatepass")
    return f"{crc32(about):08x}"


def _node() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    import platform

    return platform.node()


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return True
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True

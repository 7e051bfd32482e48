"""Files of what was read before: believed only on this machine, in this folder, by this code."""

import marshal
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from blake3 import blake3

_MAGIC = b"noria-code-2\n"
_DIGEST = 32
_BEGIN = len(_MAGIC) + _DIGEST
_PYTHON = f"{sys.version} {sys.implementation.cache_tag} {marshal.version} {sys.flags.optimize}"


def recall(folder: Path, name: str) -> dict[str, Any]:
    """Return what a file holds; nothing where nothing usable lies there.

    A file is believed only with a checksum over it, this Python and this very folder; anything
    else is as if it were not there.
    """
    try:
        held = (folder / name).read_bytes()
        payload = memoryview(held)[_BEGIN:]
        if held[:_BEGIN] == _MAGIC + _checksum(folder, payload):
            found: dict[str, Any] = marshal.loads(payload)  # noqa: S302  # ours
            return found
    except (OSError, ValueError, EOFError, TypeError):
        pass  # nothing usable is kept: it is made again
    return {}


def keep(folder: Path, name: str, value: dict[str, Any]) -> bool:
    """Write a file, and tell whether it was written; a full disk only costs time."""
    beside = folder / f"{name}.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        payload = marshal.dumps(value)
        beside.write_bytes(_MAGIC + _checksum(folder, payload) + payload)
        beside.replace(folder / name)
    except (OSError, ValueError):
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        return False
    return True


@cache
def _meaning() -> str:
    """Return what the bytes mean: by this Python's compiler and marshal, and by this very code.

    The code is told by the state of its files, inode and change time among it, for all of it is
    more than there is to read of most projects.
    """
    hashed = blake3(_PYTHON.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        now = path.stat()
        state = (now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, now.st_dev)
        hashed.update(f"{path.name} {state}\n".encode())
    return hashed.hexdigest()


def _checksum(folder: Path, payload: Any) -> bytes:
    # The folder's own number: a cache that was copied here with a project is not believed.
    here = folder.stat()
    hashed = blake3(f"{_meaning()}\n{here.st_dev} {here.st_ino} {here.st_uid}\n".encode())
    hashed.update(payload)
    return hashed.digest()

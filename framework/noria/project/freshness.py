"""Has anything changed since this very command was answered?  Asked before all else.

A manifest holds the state of every file that the answer was made of: that a run has nothing to do,
which pipelines there are.  All equal means that the answer still holds, and no user code, YAML or
library needs to be imported to know it.  This module
imports nothing that takes time to import, and knows nothing of plans: who writes manifests
(:mod:`noria.project.manifest`) decides what must be looked at.
"""

import marshal
import os
import sys
import time
import zlib

FOLDER = "fresh"
MAGIC = b"noria-fresh-1\n"
# One program may run as several machines: a fat binary, or a 32-bit personality.
_MACHINE = "" if sys.platform == "win32" else os.uname().machine
PYTHON = (
    f"{sys.version} {sys.executable} {sys.platform} {_MACHINE} {marshal.version} {tuple(sys.flags)}"
)
# A file that was this young when it was looked at can be written again and look the same.
YOUNG_NS = 2_000_000_000
COMPILED = "__pycache__"
"""The folder that Python makes beside sources when they are imported for the first time."""
_NUMBERS = 5  # that are held of each file
_AT_ONCE = 200  # files that are asked for before their states are compared


def last_answer(words: list[str]) -> str | None:
    """Return what the command of these words said the last time, when that is still so.

    ``None`` means that nobody knows: the command has to look for itself.
    """
    try:
        here = os.getcwd()  # noqa: PTH109  # pathlib takes longer to import than all of this
        found = _manifest(here, file_name(words, here, os.environ))
        if found is None:
            return None
        state, held = found
        if not _is_locked(state) and _is_fresh(held, words, here):
            said = str(held["said"])
            said.encode(sys.stdout.encoding)  # a terminal of few letters: the command knows how
            _settle(f"{state}/{FOLDER}/{file_name(words, here, os.environ)}", held)
            return said
    # Whatever is wrong with a manifest, without it all is looked at anew.
    except (OSError, ValueError, EOFError, TypeError, KeyError, AttributeError):
        pass
    return None


def file_name(words: list[str], here: str, environ: "os._Environ[str]") -> str:
    """Return what the manifest of a command is called: by its words, its folder and ``NORIA_*``."""
    key = repr((words, here, variables(environ)))
    return f"{zlib.crc32(key.encode('utf-8', 'surrogatepass')):08x}"


def variables(environ: "os._Environ[str]") -> list[tuple[str, str]]:
    """Return the variables that may change what any command does."""
    return sorted(item for item in environ.items() if item[0].startswith(("NORIA_", "PYTHON")))


def forget(state: str) -> None:
    """Let every command look for itself the next time; ``state`` is a project's ``.noria``."""
    folder = f"{state}/{FOLDER}"
    for name in os.listdir(folder) if os.path.isdir(folder) else ():  # noqa: PTH112, PTH208
        try:  # noqa: SIM105  # contextlib takes time to import
            os.unlink(f"{folder}/{name}")  # noqa: PTH108
        except FileNotFoundError:  # another command was faster
            pass


def pack(held: dict[str, object]) -> bytes:
    """Return a manifest as bytes."""
    payload = marshal.dumps(held)
    return MAGIC + zlib.crc32(payload).to_bytes(4, "little") + payload


def states(paths: list[str]) -> list[int]:
    """Return size, both times, inode and kind of each file, flat.  Raises OSError for none."""
    flat: list[int] = []
    for status in map(os.stat, paths):
        flat += (
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_ino,
            status.st_mode,
        )
    return flat


def inode(path: str) -> int:
    """Return the number of a file, 0 for no path.  Raises OSError where there is none."""
    return os.stat(path).st_ino if path else 0  # noqa: PTH116


def digest_of(path: str) -> bytes:
    """Return a digest of a file's bytes or a folder's names, by what comes with Python itself.

    That a folder holds compiled sources by now is left out.
    """
    from _blake2 import blake2b

    hashed = blake2b(digest_size=32)
    if os.path.isdir(path):  # noqa: PTH112
        names = sorted({*os.listdir(path)} - {COMPILED})  # noqa: PTH208
        hashed.update("\0".join(names).encode("utf-8", "surrogateescape"))
        return bytes(hashed.digest())
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        while data := file.read(1 << 20):
            hashed.update(data)
    return bytes(hashed.digest())


def digest_of_text(text: str) -> bytes:
    """Return a digest of a text that may be secret: a variable's value."""
    from _blake2 import blake2b

    return bytes(blake2b(text.encode("utf-8", "surrogateescape"), digest_size=32).digest())


def _manifest(here: str, name: str) -> tuple[str, dict[str, object]] | None:
    folder = here
    while True:
        state = f"{folder}/.noria"
        path = f"{state}/{FOLDER}/{name}"
        if os.path.exists(path):  # noqa: PTH110
            return _read(state, path)
        above = os.path.dirname(folder)  # noqa: PTH120
        if above == folder:
            return None
        folder = above


def _read(state: str, path: str) -> tuple[str, dict[str, object]] | None:
    with open(path, "rb") as file:  # noqa: PTH123
        data = file.read()
    start = len(MAGIC) + 4
    payload = data[start:]
    check = zlib.crc32(payload).to_bytes(4, "little")
    if data[:start] != MAGIC + check:
        return None
    held = marshal.loads(payload)  # noqa: S302  # its files must be this machine's very own, see below
    return (state, held) if isinstance(held, dict) else None


def _is_fresh(held: dict[str, object], words: list[str], here: str) -> bool:
    """Tell whether all is as it was.

    A manifest that came from elsewhere names other inodes and change times than this machine has
    given, and is never fresh.
    """
    if (
        held["python"] != PYTHON
        or held["path"] != sys.path[1:]
        or held["words"] != words
        or held["here"] != here
        or held["variables"] != variables(os.environ)
        or time.time_ns() < held["written"]  # type: ignore[operator]
    ):
        return False
    paths: list[str] = held["paths"]  # type: ignore[assignment]
    were: list[int] = held["states"]  # type: ignore[assignment]
    if len(were) != _NUMBERS * len(paths):
        return False
    uncompiled: dict[str, bytes] = held["uncompiled"]  # type: ignore[assignment]
    # Code and configuration stand before data: what was edited is seen soon.
    for start in range(0, len(paths), _AT_ONCE):
        end = start + _AT_ONCE
        asked, then = paths[start:end], were[start * _NUMBERS : end * _NUMBERS]
        now = states(asked)
        if now != then and not _is_compiled_since(asked, now, then, uncompiled):
            return False
    absent: list[str] = held["absent"]  # type: ignore[assignment]
    if any(map(os.path.exists, absent)):
        return False
    read: dict[str, bytes | None] = held["environment"]  # type: ignore[assignment]
    for name, digest in read.items():
        value = os.environ.get(name)
        if (None if value is None else digest_of_text(value)) != digest:
            return False
    store: tuple[str, int] = held["store"]  # type: ignore[assignment]
    if inode(store[0]) != store[1]:  # what was kept is gone
        return False
    young: dict[str, bytes] = held["young"]  # type: ignore[assignment]
    return all(digest_of(path) == digest for path, digest in young.items())


def _is_compiled_since(
    paths: list[str], now: list[int], then: list[int], uncompiled: dict[str, bytes]
) -> bool:
    """Tell whether what differs are folders whose sources were imported for the first time."""
    for at, path in enumerate(paths):
        place = slice(at * _NUMBERS, (at + 1) * _NUMBERS)
        if now[place] == then[place]:
            continue
        is_another = now[place][3:] != then[place][3:]
        if is_another or path not in uncompiled or digest_of(path) != uncompiled[path]:
            return False
    return True


def _settle(path: str, held: dict[str, object]) -> None:
    """Let files that were young when they were looked at count by their state from now on."""
    written: int = held["written"]  # type: ignore[assignment]
    now = time.time_ns()
    if held["young"] and now - written > YOUNG_NS:
        held["young"], held["written"] = {}, now
        beside = f"{path}.{os.getpid()}"
        with open(beside, "wb") as file:  # noqa: PTH123
            file.write(pack(held))
        os.replace(beside, path)  # noqa: PTH105


def _is_locked(state: str) -> bool:
    """Tell whether a run holds the project: it may be about to change what was looked at."""
    path = f"{state}/lock"
    return os.path.exists(path) and os.path.getsize(path) > 0  # noqa: PTH110, PTH202

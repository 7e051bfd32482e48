"""The digest of a file's content: what tells two contents apart, whatever their times."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

_SMALL = 1 << 18
_PIECE = 1 << 20
_AT_REST = 2.0


def file_digest(path: str | os.PathLike[str]) -> str:
    """Return the blake3 of a file's content as 64 hex digits.

    A file that has been at rest for two seconds is mapped, which takes no longer than the hashing;
    one that somebody may be writing is read, for a mapped file that is cut short ends the process
    by a signal.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("hello")
    >>> file_digest(path)[:16]
    'ea8f163db3868292'
    """
    from blake3 import blake3

    with open(path, "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if status.st_size <= _SMALL:
            return blake3(file.read()).hexdigest()
        hasher = blake3(max_threads=blake3.AUTO)
        if time.time() - status.st_mtime > _AT_REST:
            hasher.update_mmap(path)
        else:
            _hash_read(hasher, file)
        return hasher.hexdigest()


def names_digest(digests: Iterable[tuple[str, str]]) -> str:
    """Return one digest of many files from pairs of a name and a digest, in whatever order.

    >>> names_digest([("a", "1"), ("b", "2")]) == names_digest([("b", "2"), ("a", "1")])
    True
    """
    from blake3 import blake3

    hasher = blake3()
    for name, digest in sorted(digests):
        # The length keeps a name with any character from running into what follows it.
        encoded = os.fsencode(name)
        hasher.update(b"%d:%b%b\n" % (len(encoded), encoded, digest.encode()))
    return f"files-{hasher.hexdigest()}"


def _hash_read(hasher: Any, file: Any) -> None:
    import mmap

    # Memory that begins at a page: into any other the kernel copies four times slower.
    piece = memoryview(mmap.mmap(-1, _PIECE))
    while count := file.readinto(piece):
        hasher.update(piece[:count])


def digest_of_files(
    files: Sequence[tuple[str, str]], digest_of: Callable[[str], str | None]
) -> str | None:
    """Return one digest of some files by their names; of a single one without a name its own.

    ``None`` where a file is missing.
    """
    digests: list[tuple[str, str]] = []
    for name, path in files:
        digest = digest_of(path)
        if digest is None:
            return None
        digests.append((name, digest))
    if len(digests) == 1 and not digests[0][0]:
        return digests[0][1]
    return names_digest(digests)

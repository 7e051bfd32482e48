"""What is stored: files and values as blobs, and back."""

import os
from pathlib import Path
from typing import Any

from noria.errors import Corrupt, NotStorable
from noria.store.opened import OpenedStore
from noria.store.records import Blob, Kept
from noria.store.sink import Sink, Sunk
from noria.store.small import SMALL, small_bytes


class Contents(OpenedStore):
    """Keeps bytes by their digest, and gives back only bytes that have it."""

    def keep_file(self, path: str | os.PathLike[str]) -> Blob:
        """Copy a file into the store and return its blob.

        Over the limit it is digested and not kept.  Raises NotStorable when it cannot be kept.
        """
        self._check_writable()
        source = os.fspath(path)
        try:
            if os.stat(source).st_size <= SMALL:
                small = self._read_small(source)
                if small is not None:
                    return small
            digest, size, kept = self.blobs.keep_file(source, largest=self.largest)
        except OSError as error:
            raise self._not_kept(error) from error
        if kept:
            self.pending.add_file(digest, size)
        return Blob(digest, size)

    def keep_value(self, value: Any) -> Kept:
        """Encode a value and keep its bytes.

        Over the limit it is digested and not kept.  Raises NotStorable when it does not pickle or
        cannot be kept.
        """
        from noria.store.codecs import encode

        self._check_writable()
        sink = Sink(self.blobs.open_incoming, small=SMALL, largest=self.largest)
        try:
            codec, refers = encode(value, sink)
            sunk = sink.close()
            if sunk.path is not None:
                self.blobs.publish(sunk.path, sunk.digest)
        except OSError as error:
            raise self._not_kept(error) from error
        finally:
            sink.abort()
        if sunk.path is not None:
            self.pending.add_file(sunk.digest, sunk.size)
        elif sunk.data is not None:
            self._keep_small(sunk)
        return Kept(Blob(sunk.digest, sunk.size), codec, refers)

    def describe_value(self, value: Any) -> Kept:
        """Return what :meth:`keep_value` returns, and keep nothing.

        Raises NotStorable for a value that does not pickle.
        """
        from noria.store.codecs import encode

        sink = Sink(None, small=SMALL)
        try:
            codec, refers = encode(value, sink)
            sunk = sink.close()
        finally:
            sink.abort()
        return Kept(Blob(sunk.digest, sunk.size), codec, refers)

    def has(self, digest: str) -> bool:
        """Tell whether the bytes of a digest are stored; reading tells whether they are right."""
        return (
            self.pending.small(digest) is not None
            or self.blobs.has(digest)
            or bool(
                self.database.read(
                    "SELECT 1 FROM blobs WHERE digest = ? AND data IS NOT NULL", (digest,)
                )
            )
        )

    def is_whole(self, digest: str) -> bool:
        """Tell whether the bytes of a digest are stored, by reading them; wrong ones are set aside.

        It takes as long as reading does.
        """
        try:
            if self._small(digest) is not None:
                return True
            self.blobs.check(digest)
        except Corrupt:
            return False
        return self.blobs.has(digest)

    def value(self, digest: str, codec: str) -> Any:
        """Return the value that was kept.

        Raises Corrupt when its bytes are gone or wrong, which sets them aside; Undecodable when
        they are right and no value of the present code.
        """
        from noria.store.codecs import decode

        small = self._small(digest)
        return decode(codec, self.blobs.read(digest) if small is None else small)

    def copy_to(self, digest: str, target: str | os.PathLike[str]) -> int:
        """Write the bytes of a digest into the file ``target``; return their number.

        Raises Corrupt when they are gone or wrong, and leaves no file then; OSError when the file
        cannot be written.
        """
        small = self._small(digest)
        if small is None:
            return self.blobs.copy_to(digest, os.fspath(target))
        Path(target).write_bytes(small)
        return len(small)

    def _check_writable(self) -> None:
        if not self.is_writable or self.pending.is_full:
            told = self.troubles or (self.pending.failed or "the store cannot be written",)
            raise NotStorable(told[0])

    def _not_kept(self, error: OSError) -> NotStorable:
        reason = f"a result cannot be stored: {error.strerror or error}"
        self.tell(f"{reason} ({self.folder})")
        return NotStorable(reason)

    def _read_small(self, source: str) -> Blob | None:
        with open(source, "rb") as file:
            data = file.read(SMALL + 1)
        if len(data) > SMALL:
            return None
        sink = Sink(None, small=SMALL)
        sink.write(data)
        return self._keep_small(sink.close())

    def _keep_small(self, sunk: Sunk) -> Blob:
        assert sunk.data is not None
        if self.largest is None or sunk.size <= self.largest:
            self.pending.add_small(sunk.digest, sunk.data)
        return Blob(sunk.digest, sunk.size)

    def _small(self, digest: str) -> bytes | None:
        """Return the checked bytes of a blob in the database, ``None`` when it is a file."""
        data = self.pending.small(digest)
        return small_bytes(self.database, self.blobs, digest) if data is None else data

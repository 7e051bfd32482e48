"""Seals: a keyed blake3 over what is stored, which only the holder of the secret can make."""

from blake3 import blake3

SIZE = 32
_SHORT = 16


class Seal:
    """Seals bytes for one purpose; ``signer`` tells whose secret it was, without telling it.

    >>> seal = Seal(b"x" * 32, "noria test")
    >>> seal.fits(b"data", seal.of(b"data")), seal.fits(b"date", seal.of(b"data"))
    (True, False)
    """

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._key = blake3(secret, derive_key_context=purpose).digest()
        self.signer: bytes = blake3(b"signer", key=self._key).digest(_SHORT)

    def of(self, data: bytes) -> bytes:
        """Return the seal of ``data``."""
        seal: bytes = blake3(data, key=self._key).digest()
        return seal

    def short(self, data: bytes) -> bytes:
        """Return a seal of 16 bytes."""
        seal: bytes = blake3(data, key=self._key).digest(_SHORT)
        return seal

    def fits(self, data: bytes, seal: bytes) -> bool:
        """Tell whether ``seal`` was made of ``data`` with this secret."""
        return self.of(data) == seal

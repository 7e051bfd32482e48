"""NumPy's own file format, for arrays that come back from it as they were."""

import math
from typing import Any

from noria.store.sink import Sink

_KINDS = "biufcSUmM"
_READ_ONLY = b"read-only"
_MAGIC = b"\x93NUMPY\x02\x00"


def is_exact(value: Any) -> bool:
    """Tell whether an array comes back equal from the format, in type, order and writability."""
    import numpy as np

    if type(value) is not np.ndarray:
        return False
    kind = value.dtype
    return bool(
        kind.kind in _KINDS
        and kind.metadata is None
        and kind.itemsize > 0
        and not (kind.kind in "fc" and kind.itemsize not in (2, 4, 8, 16))
        and kind.char not in "gG"  # long double: bytes that mean nothing
        and np.dtype(np.lib.format.dtype_to_descr(kind)) == kind
        and value.flags.aligned
    )


def encode_array(value: Any, sink: Sink) -> None:
    """Write an array for which :func:`is_exact` holds."""
    import numpy as np

    fortran = value.flags.f_contiguous and not value.flags.c_contiguous
    header = {
        "descr": np.lib.format.dtype_to_descr(value.dtype),
        "fortran_order": fortran,
        "shape": value.shape,
    }
    np.lib.format.write_array_header_2_0(sink, header)
    if value.flags.c_contiguous or fortran:
        sink.write(value.ravel(order="K").view(np.uint8) if value.size else b"")
    else:
        # In pieces, so that no second array is in memory.
        flags = ["external_loop", "buffered", "zerosize_ok"]
        rows = (16 << 20) // value.itemsize
        for chunk in np.nditer(value, flags=flags, buffersize=rows, order="C"):  # type: ignore[call-overload]
            sink.write(chunk.tobytes("C"))
    # Behind the end of the data, where NumPy's own reader does not look.
    if not value.flags.writeable:
        sink.write(_READ_ONLY)


def decode_array(data: bytearray) -> Any:
    """Return the array that bytes hold; they are its memory from then on."""
    import io

    import numpy as np

    head = io.BytesIO(bytes(data[: 1 << 16]))
    if not data.startswith(_MAGIC):
        raise ValueError("no array of NumPy's format 2.0")
    head.seek(len(_MAGIC))
    shape, fortran, kind = np.lib.format.read_array_header_2_0(head)
    count = math.prod(shape)
    found = np.frombuffer(data, dtype=kind, count=count, offset=head.tell())
    if len(data) > head.tell() + count * kind.itemsize:
        found.flags.writeable = False
    return found.reshape(shape, order="F" if fortran else "C")

"""How arrays are pickled, whose own way leaves things out: read-only, masks, attributes."""

import functools
import operator
from typing import Any

from noria.store.attributes import is_same, left_out, names_of, slots_below

_IN_A_BUFFER = "biufcSU"
_MASK_HAS = frozenset(
    [
        "_fill_value",
        "_hardmask",
        "_sharedmask",
        "_isfield",
        "_baseclass",
        "_optinfo",
        "_basedict",
        "_mask",
    ]
)


def reduced_array(value: Any) -> Any:
    """Return what ``__reduce_ex__`` should for an array, ``NotImplemented`` for NumPy's way.

    Raises NotStorable for an array that would not come back whole.
    """
    import numpy as np

    if type(value) is np.ndarray:
        return _reduced_exact(value)
    if isinstance(value, np.ma.MaskedArray):
        return _reduced_mask(value)
    lost = _lost_attributes(value)
    if not value.flags.writeable:
        lost.add("flags.writeable")
    if not (value.dtype.isnative or value.dtype.names):
        lost.add("dtype")
    if lost:
        raise left_out(value, lost)
    return NotImplemented


def _reduced_exact(value: Any) -> Any:
    import numpy as np

    kind, flags = value.dtype, value.flags
    if kind.kind in "mM":
        # NumPy's way copies moments, and makes their bytes native: their numbers stay.
        return operator.methodcaller("view", kind), (value.view("i8"),)
    is_one_piece = flags.c_contiguous or flags.f_contiguous
    if flags.writeable:
        if is_one_piece or kind.isnative:
            return NotImplemented
        return np.asarray, (value.copy(order="A"),)  # its bytes, too, would become native
    if is_one_piece and kind.kind in _IN_A_BUFFER and kind.itemsize > 0:
        return NotImplemented  # NumPy gives its memory, with the word that it is read-only
    # A view that cannot be written, of a copy that nobody else has.
    return np.broadcast_to, (value.copy(order="A"), value.shape)


def _reduced_mask(value: Any) -> Any:
    """Return how a masked array comes back with no mask where it had none, and a hard one hard."""
    import numpy as np

    held = vars(value)
    lost = {name for name in held if name not in _MASK_HAS}
    lost |= {name for name in ("_optinfo", "_basedict", "_isfield") if held.get(name)}
    masked = held["_mask"] is not np.ma.nomask
    is_exact = type(value) is np.ma.MaskedArray and held["_baseclass"] is np.ndarray
    if not is_exact:
        lost |= {"hardmask"} if value.hardmask else set()
        lost |= set() if masked else {"nomask"}
    if lost:
        raise left_out(value, lost)
    if not is_exact:
        return NotImplemented
    given: dict[str, Any] = {"fill_value": held["_fill_value"], "hard_mask": value.hardmask}
    if masked:
        given |= {"mask": held["_mask"], "keep_mask": False}
    return functools.partial(np.ma.MaskedArray, **given), (value.view(np.ndarray),)


def _lost_attributes(value: Any) -> set[str]:
    """Return the attributes that are not what each new array of the class has."""
    import numpy as np

    kind = type(value)
    names = names_of(value, slots_below(kind, np.ndarray))
    if not names:
        return names
    made = np.ndarray.__new__(kind, (0,), "b")
    missing = object()
    return {
        name for name in names if not is_same(getattr(value, name), getattr(made, name, missing))
    }

"""How a run was asked to remember."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from noria.record.last_used import LastUsed


class Asked(NamedTuple):
    """How a run was asked to remember.

    ``inputs`` and ``outputs`` as in :func:`noria.run`; ``force`` runs all that is selected;
    ``cache`` ``False`` too, and records nothing; ``keep_edited`` are the datasets whose files were
    changed by hand and are results; ``unsettled`` the nodes whose results a crash may have lost;
    ``label`` names pipeline and environment; ``closely`` reads what is used of the store before;
    ``past`` is what the ledger knows of earlier runs, ``None`` for no ledger.
    """

    inputs: Mapping[str, Any] = MappingProxyType({})
    outputs: Iterable[str] | None = None
    force: bool = False
    cache: bool = True
    keep_edited: Collection[str] = ()
    unsettled: Collection[str] = ()
    label: str = ""
    closely: bool = True
    past: LastUsed | None = None

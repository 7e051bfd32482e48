"""How a run was asked to remember."""

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """How a run was asked to remember.

    ``inputs`` and ``outputs`` as in :func:`noria.run`; ``force`` runs all that is selected;
    ``cache`` ``False`` too, and records nothing; ``keep_edited`` are the datasets whose files were
    changed by hand and are results; ``unsettled`` the nodes whose results a crash may have lost;
    ``label`` names pipeline and environment; ``closely`` reads what is used of the store before;
    ``last_key`` returns under which key a node's last run had its result, ``None`` for no ledger.
    """

    inputs: Mapping[str, Any] = MappingProxyType({})
    outputs: Iterable[str] | None = None
    force: bool = False
    cache: bool = True
    keep_edited: Collection[str] = ()
    unsettled: Collection[str] = ()
    label: str = ""
    closely: bool = True
    last_key: Callable[[str], str | None] | None = None

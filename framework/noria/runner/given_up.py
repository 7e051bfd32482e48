"""What is noted of the places at which a node has begun to save that has failed."""

from collections.abc import Iterable

from noria.runner.mark import WRITING
from noria.runner.places import Places

FAILED = "failed"
"""Stands for the digest of what a failed node has left where nobody can tell contents apart."""


def give_up(names: Iterable[str], places: Places) -> None:
    """Note what lies at these datasets now, so that what somebody writes there later is seen.

    Where nothing was published, that is what was noted before; else it is nobody's result.  What
    nobody can look at now stays noted as what a run was writing.
    """
    for name in names:
        before = places.begun.pop(name, None)
        if before is None:
            continue
        places.set_note(places.noted_as(name), before)
        try:
            lying = places.look(name)
            if lying.is_strange:
                places.set_mark(name, FAILED if lying.opaque else lying.digest or FAILED)
            places.parts.note(name)
        # What could not be saved may not be looked at either; why the node failed is to be told.
        except Exception:  # noqa: BLE001
            places.set_note(places.noted_as(name), WRITING)

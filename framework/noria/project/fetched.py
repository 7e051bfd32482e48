"""Bringing from the store what nodes that are not selected have made and lies nowhere."""

from collections.abc import Mapping

from noria_catalog import DataCatalog
from noria_catalog.errors import DatasetError

from noria.graph import Node
from noria.plan import Plan
from noria.plan.decide import RUN, WAIT
from noria.runner.failure import explain
from noria.runner.places import Places
from noria.runner.records import Records
from noria.runner.restore import put_back
from noria.runner.stored_flow import StoredFlow
from noria.store import Store


def fetch(
    plan: Plan,
    flow: StoredFlow,
    nodes: Mapping[str, Node],
    catalog: DataCatalog,
    store: Store,
    places: Places,
    records: Records,
) -> None:
    """Hand to the flow, or put into place, the inputs that a plan takes from the store.

    Files that no node is going to read stay where they are.  Raises NodeError, of the node that
    made it, for one that cannot be put into place.
    """
    reading = {
        name
        for job, verdict in zip(plan.jobs, plan.verdicts, strict=True)
        if job.selected and verdict.kind in (RUN, WAIT)
        for name in job.inputs.values()
    }
    for name, key in plan.fetched.items():
        entry = records.entry(key)
        assert entry is not None
        output = next(output for output in entry.outputs if output.name == name)
        if places.is_memory(name):
            flow.provide(output)
        elif name in reading:
            try:
                put_back(output, catalog, store, places)
            except DatasetError as error:
                maker = next(node for node in nodes.values() if name in node.makes)
                raise explain(error, maker, f"restoring {name!r}", {}) from error
            places.set_mark(name, output.digest)

"""One face for both: `CONFORMANCE=kedro` runs the behaviour tests against Kedro, else Noria.

Words are the same on both sides; what differs by intention, and why, is in docs/from-kedro.md.
"""

import os
from collections.abc import Callable
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])

WHICH = os.environ.get("CONFORMANCE", "noria")

if WHICH == "kedro":
    from tests.conformance import kedro_side as _side
else:
    from tests.conformance import noria_side as _side  # type: ignore[no-redef]

Node = _side.Node
Pipeline = _side.Pipeline
GroupedNodes = _side.GroupedNodes
node = _side.node
pipeline = _side.pipeline
run = _side.run
stored = _side.stored
task = _side.task
text_preview = _side.text_preview
load_config = _side.load_config
found_in = _side.found_in
write_project = _side.write_project
run_project = _side.run_project
DataCatalog = _side.DataCatalog
MemoryDataset = _side.MemoryDataset
factories = _side.factories
factory_of = _side.factory_of
entry_of = _side.entry_of
versions = _side.versions

# Which exception in which case.
NODE_REFUSED = _side.NODE_REFUSED
WRONG_INPUTS = _side.WRONG_INPUTS
WRONG_OUTPUTS = _side.WRONG_OUTPUTS
PIPELINE_REFUSED = _side.PIPELINE_REFUSED
OUTPUT_TWICE = _side.OUTPUT_TWICE
CIRCLE = _side.CIRCLE
UNKNOWN = _side.UNKNOWN
RENAMED_WRONGLY = _side.RENAMED_WRONGLY
INPUT_MISSING = _side.INPUT_MISSING
KEY_TWICE = _side.KEY_TWICE
ENVIRONMENT_MISSING = _side.ENVIRONMENT_MISSING
CONFIG_UNREADABLE = _side.CONFIG_UNREADABLE
NO_DATASET = _side.NO_DATASET
DATASET_FAILED = _side.DATASET_FAILED
ENTRY_REFUSED = _side.ENTRY_REFUSED


def shows(*members: str) -> Callable[[Test], Test]:
    """Say which public members of Kedro a test shows; `members.py` reads it from the source."""
    assert all(members)
    return lambda test: test

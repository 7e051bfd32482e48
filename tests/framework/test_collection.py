"""The collector rests while a command imports and plans, and works for the user's functions."""

import gc
import json
from contextlib import suppress

import pytest
from noria.collection import no_collection

from tests.project_on_disk import ProjectOnDisk

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/pipelines/sales/nodes.py": """\
import gc
{setting}

def look() -> dict:
    return {{"on": gc.isenabled(), "seldom": gc.get_threshold()[0]}}
""",
    "src/shop/pipelines/sales/pipeline.py": """\
from noria import Pipeline, node
from shop.pipelines.sales.nodes import look


def create_pipeline() -> Pipeline:
    return Pipeline([node(look, inputs=None, outputs="totals", name="look")])
""",
}


@pytest.mark.parametrize(
    ("setting", "on", "seldom"),
    [
        ("", True, gc.get_threshold()[0]),
        ("gc.set_threshold(9)", True, 9),
        ("gc.disable()", False, gc.get_threshold()[0]),
    ],
)
def test_a_node_finds_the_collector_as_python_or_its_project_sets_it(
    project: ProjectOnDisk, setting: str, on: bool, seldom: int
) -> None:
    project.write({name: text.format(setting=setting) for name, text in FILES.items()})
    project.noria("run")
    found = json.loads((project.path / "data/totals.json").read_text("utf-8"))
    assert found == {"on": on, "seldom": seldom}


def test_the_collector_is_on_again_after_a_failure() -> None:
    with no_collection():
        assert not gc.isenabled()
    with suppress(ValueError), no_collection():
        raise ValueError
    assert gc.isenabled()

"""Hooks and the pipelines of a project, on both sides."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.adapter import WHICH, found_in, run_project, shows, write_project

# A module as it stands in a Kedro project; for Noria its import line alone is changed.
NODES = "def scale(x, n):\n    return x * n\n\n\ndef tell(y):\n    return [y]\n"
PIPELINE = """\
from kedro.pipeline import Node, Pipeline, node, pipeline

from .nodes import scale, tell


def create_pipeline(**kwargs) -> Pipeline:
    template = pipeline(
        [
            node(func=scale, inputs=["x", "params:n"], outputs="y", name="scale", tags=["fast"]),
            Node(tell, "y", "told", name="tell"),
        ],
        tags="all",
    )
    return pipeline(template, namespace="eu", inputs={"x"}, parameters={"params:n": "params:n"})
"""
REGISTRY = """\
from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline


def register_pipelines() -> dict[str, Pipeline]:
    pipelines = find_pipelines()
    pipelines["__default__"] = sum(pipelines.values())
    return pipelines
"""
HOOKS = """\
import json
from pathlib import Path


def note(*words):
    with Path("heard.jsonl").open("a") as file:
        print(json.dumps(words), file=file)


class Hooks:
    @hook_impl
    def after_context_created(self, context):
        note("after_context_created")

    @hook_impl
    def after_catalog_created(self, catalog, conf_catalog, conf_creds, parameters, save_version,
                              load_versions):
        note("after_catalog_created", sorted(conf_catalog), dict(conf_creds), parameters)
        catalog["x"] = 5

    @hook_impl
    def before_pipeline_run(self, run_params, pipeline, catalog):
        note("before_pipeline_run", sorted(n.name for n in pipeline.nodes))
        assert {"run_id", "project_path", "env", "tags", "node_names"} <= set(run_params)

    @hook_impl
    def before_dataset_loaded(self, dataset_name, node):
        note("before_dataset_loaded", dataset_name, node.name)

    @hook_impl
    def after_dataset_loaded(self, dataset_name, data, node):
        note("after_dataset_loaded", dataset_name, data, node.name)

    @hook_impl
    def before_node_run(self, node, catalog, inputs, is_async, run_id):
        note("before_node_run", node.name, inputs, is_async, isinstance(run_id, str))
        return {"params:n": REPLACED} if "params:n" in inputs else None

    @hook_impl
    def after_node_run(self, node, catalog, inputs, outputs, is_async, run_id):
        note("after_node_run", node.name, outputs)

    @hook_impl
    def on_node_error(self, error, node, catalog, inputs, is_async, run_id):
        note("on_node_error", type(error).__name__, node.name)

    @hook_impl
    def before_dataset_saved(self, dataset_name, data, node):
        note("before_dataset_saved", dataset_name, data)

    @hook_impl
    def after_dataset_saved(self, dataset_name, data, node):
        note("after_dataset_saved", dataset_name, data)

    @hook_impl
    def after_pipeline_run(self, run_params, run_result, pipeline, catalog):
        note("after_pipeline_run", sorted(run_result))

    @hook_impl
    def on_pipeline_error(self, error, run_params, pipeline, catalog):
        note("on_pipeline_error")
"""


def changed(text: str) -> str:
    """Return a module with its import line changed, where that is wanted."""
    if WHICH == "noria":
        for module in ("kedro.framework.project", "kedro.pipeline"):
            text = text.replace(f"from {module} import", "from noria import")
    return text


def lay_out(folder: Path, package: str, replaced: str = "10") -> None:
    files = {
        "conf/base/catalog.yml": "kept: {type: MemoryDataset}\n",
        "conf/base/parameters.yml": "n: 2\n",
        "conf/local/credentials.yml": "",
        f"src/{package}/__init__.py": "",
        f"src/{package}/pipelines/__init__.py": "",
        f"src/{package}/pipelines/sales/__init__.py": "from .pipeline import create_pipeline\n",
        f"src/{package}/pipelines/sales/nodes.py": NODES,
        f"src/{package}/pipelines/sales/pipeline.py": changed(PIPELINE),
        f"src/{package}/pipeline_registry.py": changed(REGISTRY),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    write_project(folder, package, HOOKS.replace("REPLACED", replaced))


def heard(folder: Path) -> list[list[Any]]:
    return [json.loads(line) for line in (folder / "heard.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What the hooks heard of a run that ended well."""
    folder = tmp_path_factory.mktemp("done")
    lay_out(folder, "conform_done")
    assert run_project(folder, "--pipeline", "sales") == 0
    return heard(folder)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What the hooks heard of a run whose first node failed."""
    folder = tmp_path_factory.mktemp("failed")
    lay_out(folder, "conform_failed", replaced="{}")
    assert run_project(folder) == 1
    return heard(folder)


@shows("after_context_created", "after_catalog_created", "before_pipeline_run",
       "before_dataset_loaded", "after_dataset_loaded", "before_node_run", "after_node_run",
       "before_dataset_saved", "after_dataset_saved", "after_pipeline_run")  # fmt: skip
def test_hooks_are_called_in_the_order_of_the_work(done: list[list[Any]]) -> None:
    about = [words[0] for words in done]
    assert about[:3] == ["after_context_created", "after_catalog_created", "before_pipeline_run"]
    first = about[3 : 3 + 4 + 4]
    assert first == [
        "before_dataset_loaded", "after_dataset_loaded",
        "before_dataset_loaded", "after_dataset_loaded",
        "before_node_run", "after_node_run", "before_dataset_saved", "after_dataset_saved",
    ]  # fmt: skip
    assert about[-1] == "after_pipeline_run"


@shows("after_catalog_created", "before_node_run", "after_node_run", "after_dataset_loaded",
       "before_dataset_saved", "after_dataset_saved", "run(hook_manager)", "run(run_id)",
       "Task(hook_manager)", "Task(run_id)")  # fmt: skip
def test_hooks_hear_the_data_and_may_change_it(done: list[list[Any]]) -> None:
    said = {(words[0], str(words[1])): words[2:] for words in done if len(words) > 1}
    assert said["after_dataset_loaded", "x"] == [5, "eu.scale"]
    assert said["before_node_run", "eu.scale"] == [{"x": 5, "params:n": 2}, False, True]
    assert said["after_node_run", "eu.scale"] == [{"eu.y": 50}]
    assert said["before_dataset_saved", "eu.y"] == said["after_dataset_saved", "eu.y"] == [50]
    assert said["after_node_run", "eu.tell"] == [{"eu.told": [50]}]


@shows("after_catalog_created", "before_pipeline_run", "after_pipeline_run")
def test_hooks_hear_of_the_configuration_and_the_pipeline(done: list[list[Any]]) -> None:
    said = {words[0]: words[1:] for words in done}
    assert said["after_catalog_created"] == [["kept"], {}, {"parameters": {"n": 2}, "params:n": 2}]
    assert said["before_pipeline_run"] == [["eu.scale", "eu.tell"]]
    assert said["after_pipeline_run"] == [["eu.told"]]


@shows("on_node_error", "on_pipeline_error")
def test_hooks_hear_of_a_failure(failed: list[list[Any]]) -> None:
    assert ["on_node_error", "TypeError", "eu.scale"] in failed
    assert failed[-1] == ["on_pipeline_error"]
    assert "after_pipeline_run" not in [words[0] for words in failed]


@shows("find_pipelines", "pipeline", "node", "Node")
def test_a_module_of_a_kedro_project_makes_the_same_pipeline(tmp_path: Path) -> None:
    lay_out(tmp_path, "conform_found")
    found = found_in(tmp_path, "conform_found")
    assert set(found) == {"sales"}
    made = found["sales"]
    assert made.inputs() == {"x", "params:n"}
    assert made.outputs() == {"eu.told"}
    assert [each.name for each in made.nodes] == ["eu.scale", "eu.tell"]
    assert made.nodes[0].tags == {"fast", "all"}


@shows("find_pipelines(pipelines_to_find)", "find_pipelines(raise_errors)")
def test_only_some_pipelines_are_looked_for(tmp_path: Path) -> None:
    lay_out(tmp_path, "conform_some")
    folder = tmp_path / "src/conform_some"
    (folder / "pipelines/broken").mkdir()
    (folder / "pipelines/broken/__init__.py").write_text("import nothing_of_that_name\n")
    registry = folder / "pipeline_registry.py"
    words = "raise_errors=True, pipelines_to_find=['sales']"
    registry.write_text(
        registry.read_text().replace("find_pipelines()", f"find_pipelines({words})")
    )
    made = found_in(tmp_path, "conform_some")
    assert set(made) == {"sales"}

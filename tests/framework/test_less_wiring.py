"""Pipelines from plain functions, defaults that make inputs optional, loops, transcoding."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pytest
from noria import DataCatalog, Pipeline, node, run
from noria.errors import MissingInputError, PipelineError
from noria_catalog.errors import DatasetDefinitionError
from noria_catalog.located import locate

from tests.project_on_disk import ProjectOnDisk


def rows(orders: list[int]) -> list[int]:
    return [order for order in orders if order]


def total(rows: list[int], rate: float) -> float:
    return sum(rows) * rate


def split(
    rows: list[int],
) -> tuple[Annotated[list[int], "left"], Annotated[list[int], "right"]]:
    return rows[:1], rows[1:]


def note(left: Annotated[list[int], "left"], named: Annotated[list[int], "right"]) -> None:
    assert left
    assert named


def test_functions_are_wired_by_their_names() -> None:
    pipeline = Pipeline.from_functions([rows, total, split, note], parameters=["rate"])
    assert [each.name for each in pipeline.nodes] == ["rows", "total", "split", "note"]
    assert pipeline.inputs() == {"orders", "params:rate"}
    assert run(pipeline, DataCatalog({"orders": [0, 1, 2], "params:rate": 2})) == {"total": 6}


def test_parameters_and_results_may_be_named_otherwise() -> None:
    def size(
        rows: list[int], least: Annotated[int, "params:size.least"]
    ) -> Annotated[int, "count"]:
        return max(len(rows), least)

    def numbers() -> Iterator[Annotated[list[int], "rows"]]:
        yield [1]
        yield [2]

    assert Pipeline.from_functions([size]).outputs() == {"count"}
    renamed = Pipeline.from_functions([total], parameters={"rate": "sales.rate"})
    assert renamed.inputs() == {"rows", "params:sales.rate"}
    made = run(Pipeline.from_functions([numbers, size]), DataCatalog({"params:size.least": 1}))
    assert made == {"count": 2}


def test_nodes_partials_tags_and_a_namespace() -> None:
    mixed: list[Any] = [node(len, "rows", "count", name="count"), rows, partial(total, rate=2.0)]
    pipeline = Pipeline.from_functions(mixed, tags="daily", namespace="eu")
    assert {each.name for each in pipeline.nodes} == {"eu.count", "eu.rows", "eu.total"}
    assert all(each.tags == {"daily"} for each in pipeline.nodes)
    assert run(pipeline, DataCatalog({"eu.orders": [1]})) == {"eu.count": 1, "eu.total": 2.0}


def _any(*rows: int) -> int:
    return len(rows)


@pytest.mark.parametrize(
    ("functions", "parameters", "said"),
    [
        ([lambda rows: rows], [], "has no name to call its output by"),
        ([_any], [], "the argument 'rows' cannot be given by its name"),
        (["rows"], [], "made of functions and nodes, not of 'rows'"),
        ([rows], ["rate"], "no function takes 'rate'"),
        ([rows, rows], [], "two nodes"),
    ],
)
def test_functions_that_make_no_pipeline(functions: Any, parameters: Any, said: str) -> None:
    with pytest.raises(PipelineError, match=said):
        Pipeline.from_functions(functions, parameters=parameters)


# Defaults.


def fit(rows: list[int], depth: int = 3, *, rounds: int = 10) -> tuple[int, int, int]:
    return len(rows), depth, rounds


FIT = node(fit, ["rows", "params:depth"], "model", name="fit")


def test_a_default_makes_an_input_optional() -> None:
    pipeline = Pipeline([FIT])
    assert run(pipeline, DataCatalog({"rows": [1]})) == {"model": (1, 3, 10)}
    assert run(pipeline, DataCatalog({"rows": [1], "params:depth": 5})) == {"model": (1, 5, 10)}


def test_a_default_in_the_middle_leaves_the_rest_in_place() -> None:
    def three(first: int, second: int = 2, third: int = 3) -> list[int]:
        return [first, second, third]

    pipeline = Pipeline([node(three, ["a", "b", "c"], "all")])
    assert run(pipeline, DataCatalog({"a": 1, "c": 9})) == {"all": [1, 2, 9]}
    named = Pipeline([node(fit, {"rows": "r", "depth": "d", "rounds": "n"}, "model")])
    assert run(named, DataCatalog({"r": [], "n": 1})) == {"model": (0, 3, 1)}


def test_a_misspelt_input_with_a_default_is_told_in_one_line(project: ProjectOnDisk) -> None:
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, "rate: float)", "rate: float = 1.5)")
    project.edit("src/shop/pipelines/sales/pipeline.py", "params:rate", "params:rte")
    said = project.noria("run")
    assert said.err == (
        f"Warning: 'params:rte' is declared nowhere: node 'total' ({nodes}:8) takes its function's"
        " default; did you mean 'params:rate'?\n"
    )
    assert project.noria("run", "--force", "--quiet").err == ""


def test_a_misspelt_input_with_a_default_is_a_warning_in_a_library() -> None:
    pipeline = Pipeline([node(fit, ["rows", "params:dept"], "model")])
    with pytest.warns(UserWarning, match="did you mean 'params:depth'") as warned:
        run(pipeline, DataCatalog({"rows": [1], "params:depth": 3}))
    assert warned[0].filename == __file__


def test_an_input_without_a_default_is_still_missed() -> None:
    with pytest.raises(MissingInputError, match="nobody makes the input 'rows'"):
        run(Pipeline([FIT]))


def test_what_an_unselected_node_makes_is_missed_and_not_left_to_the_default() -> None:
    whole = Pipeline([FIT, node(len, "words", "params_depth", name="measure")])
    pipeline = whole + Pipeline([node(fit, ["rows", "params_depth"], "other", name="second")])
    part = pipeline.only_nodes("second")
    with pytest.raises(MissingInputError, match="params_depth"):
        run(part, DataCatalog({"rows": [1]}))


def test_a_declared_file_that_is_not_there_is_missed_and_not_left_to_the_default(
    tmp_path: Path,
) -> None:
    def show(extra: str = "none") -> str:
        return extra

    entries = locate({"extra": {"type": "text.TextDataset", "filepath": "extra.txt"}})
    pipeline = Pipeline([node(show, "extra", "shown")])
    with pytest.raises(MissingInputError, match="does not exist"):
        run(pipeline, DataCatalog.from_config(entries, base_path=tmp_path))
    assert run(pipeline) == {"shown": "none"}


def test_what_is_written_in_c_or_takes_anything_is_not_left_out() -> None:
    pipeline = Pipeline([node(_any, ["a", "b"], "count")])
    with pytest.raises(MissingInputError, match="'b'"):
        run(pipeline, DataCatalog({"a": 1}))


# Pipelines in a loop.

LOOP = """\
from noria import Pipeline, node


def fit(orders, rate):
    return float(orders["price"].sum() * rate)


def create_pipeline(parameters):
    one = Pipeline([node(fit, ["orders", "params:rate"], "model")])
    return sum(
        Pipeline(one, namespace=country, inputs="orders", parameters="rate")
        for country in parameters["countries"]
    )
"""


def test_names_in_a_loop_stay_when_others_come_and_go(project: ProjectOnDisk) -> None:
    project.write({"src/shop/pipelines/countries/__init__.py": LOOP})
    seen = []
    for countries in (["fr", "it"], ["de", "fr", "it"], ["it", "fr"]):
        project.write({"conf/base/parameters.yml": f"rate: 2\ncountries: {countries}\n"})
        said = project.noria("pipelines", "describe", "countries", "--json").out
        seen.append([each["name"] for each in json.loads(said)["nodes"]])
    assert seen[0] == ["fr.fit__model", "it.fit__model"]
    assert set(seen[0]) < set(seen[1])
    assert set(seen[2]) == set(seen[0])


def test_one_run_may_have_other_parameters_in_its_loop(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/pipelines/countries/__init__.py": LOOP,
            "conf/base/parameters.yml": "rate: 2\ncountries: [fr]\n",
        }
    )
    words = ["run", "--pipeline", "countries", "--json"]
    said = project.noria(*words, "--params", "countries=[de,it]").out
    names = [each["name"] for each in json.loads(said)["nodes"]]
    assert names == ["de.fit__model", "it.fit__model"]
    assert "nothing wrong" in project.noria("check").out


@pytest.mark.parametrize("given", ["parameters", ""])
def test_a_registry_hands_parameters_on(project: ProjectOnDisk, given: str) -> None:
    registry = (
        "from noria import find_pipelines\n"
        f"def register_pipelines({given}):\n"
        f"    found = find_pipelines({'parameters=parameters' if given else ''})\n"
        "    return {'__default__': found['countries']}\n"
    )
    project.write(
        {
            "src/shop/pipelines/countries/__init__.py": LOOP,
            "src/shop/pipeline_registry.py": registry,
            "conf/base/parameters.yml": "rate: 2\ncountries: [fr]\n",
        }
    )
    if given:
        assert "fr.fit__model" in project.noria("run").out
    else:
        said = project.noria("run", code=2).err
        assert "create_pipeline(parameters) was asked for without parameters" in said
        assert "find_pipelines(parameters=parameters)" in said


def test_a_function_that_asks_for_what_nobody_gives_is_named(project: ProjectOnDisk) -> None:
    pipeline = "src/shop/pipelines/sales/pipeline.py"
    project.edit(pipeline, "create_pipeline()", "create_pipeline(kind)")
    said = project.noria("run", code=2).err
    assert "shop.pipelines.sales.pipeline.create_pipeline(kind) asks for more than" in said
    assert "it takes nothing, or `parameters`" in said


def test_a_method_may_make_a_pipeline(project: ProjectOnDisk) -> None:
    pipeline = "src/shop/pipelines/sales/pipeline.py"
    project.edit(pipeline, "create_pipeline()", "made()")
    maker = "class Maker:\n    def make(self):\n        return made()\n\n\n"
    with (project.path / pipeline).open("a", encoding="utf-8") as module:
        module.write(f"\n\n{maker}create_pipeline = Maker().make\n")
    assert "2 nodes" in project.noria("run").out


# Transcoding.


def _transcoded(path: Path, **changes: Any) -> DataCatalog:
    entries = {
        "sales@text": {"type": "text.TextDataset", "filepath": "sales.csv"},
        "sales@pandas": {"type": "pandas.CSVDataset", "filepath": "sales.csv", **changes},
    }
    return DataCatalog.from_config(locate(entries), base_path=path)


def write() -> str:
    return "price\n1\n2\n"


def read(sales: pd.DataFrame) -> int:
    return int(sales["price"].sum())


TRANSCODED = Pipeline(
    [
        node(read, "sales@pandas", "total", name="read"),
        node(write, None, "sales@text", name="write"),
    ]
)


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_one_dataset_is_written_in_one_form_and_read_in_another(
    tmp_path: Path, runner: str
) -> None:
    assert run(TRANSCODED, _transcoded(tmp_path), runner=runner) == {"total": 3}
    assert [each.name for each in TRANSCODED.nodes] == ["write", "read"]


def test_a_form_that_is_not_declared_is_found_before_anything_runs(tmp_path: Path) -> None:
    def renamed(name: str) -> str:
        return name.replace("@pandas", "@panda")

    wrong = Pipeline([each.rename(renamed) for each in TRANSCODED.nodes])
    with pytest.raises(MissingInputError, match="'sales@panda', wanted by node 'read'") as caught:
        run(wrong, _transcoded(tmp_path))
    assert caught.value.nearest == "sales@pandas"
    assert not (tmp_path / "sales.csv").exists()


def test_forms_of_one_dataset_lie_in_one_place(tmp_path: Path) -> None:
    with pytest.raises(DatasetDefinitionError, match="the forms of 'sales' lie in several places"):
        run(TRANSCODED, _transcoded(tmp_path, filepath="sale.csv"))


@pytest.mark.parametrize("name", ["a b", "ä.ß", "x:y", "{braces}", "params", "a.b.c", "Ω"])
def test_names_of_datasets_may_hold_what_they_like(name: str) -> None:
    take: Callable[[int], int] = abs
    made = run(Pipeline([node(take, name, f"{name} out")]), DataCatalog({name: -1}))
    assert made == {f"{name} out": 1}

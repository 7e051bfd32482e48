"""One pipeline used several times, below namespaces and under other names."""

from typing import Any

import pytest
from noria.errors import DuplicateOutputError, PipelineError
from noria.graph import Pipeline, node


def take(*data: object) -> object:
    return data


MODEL = Pipeline(
    [
        node(take, ["rows", "params:share", "parameters"], ["train", "test"], name="split"),
        node(take, "train", "model"),
        node(take, ["model", "test"], "scores", name="score", confirms="test"),
    ]
)


def wiring(of: Pipeline) -> dict[str, tuple[list[str], list[str]]]:
    return {each.name: (each.inputs, each.outputs) for each in of.nodes}


def test_a_namespace_goes_before_nodes_datasets_and_parameters() -> None:
    below = Pipeline(MODEL, namespace="eu")
    assert wiring(below) == {
        "eu.split": (["eu.rows", "params:eu.share", "parameters"], ["eu.train", "eu.test"]),
        "eu.take__model": (["eu.train"], ["eu.model"]),
        "eu.score": (["eu.model", "eu.test"], ["eu.scores"]),
    }
    assert [each.namespace for each in below.nodes] == ["eu"] * 3
    assert below.nodes[2].confirms == ["eu.test"]


def test_named_inputs_outputs_and_parameters_stay_or_are_renamed() -> None:
    below = Pipeline(
        MODEL,
        namespace="eu",
        inputs={"rows": "eu_rows"},
        outputs={"scores", "model"},
        parameters={"params:share": "params:test_share"},
    )
    assert below.inputs() == {"eu_rows", "params:test_share", "parameters"}
    assert below.outputs() == {"scores"}
    assert wiring(below)["eu.take__model"] == (["eu.train"], ["model"])
    assert Pipeline(MODEL, outputs={"test": "held_out"}).nodes[2].confirms == ["held_out"]


@pytest.mark.parametrize("parameters", ["share", "params:share", {"share"}, ["share"]])
def test_a_parameter_is_named_with_or_without_its_prefix(parameters: Any) -> None:
    assert "params:share" in Pipeline(MODEL, namespace="eu", parameters=parameters).inputs()


def test_a_parameter_is_renamed_without_a_namespace() -> None:
    renamed = Pipeline(MODEL, parameters={"share": "other", "parameters": "ignored"})
    assert renamed.inputs() == {"rows", "params:other", "parameters"}


def test_namespaces_nest_outermost_first() -> None:
    inner = Pipeline(MODEL, namespace="inner", inputs="rows")
    outer = Pipeline([inner], namespace="outer")
    assert wiring(outer)["outer.inner.split"] == (
        ["outer.rows", "params:outer.inner.share", "parameters"],
        ["outer.inner.train", "outer.inner.test"],
    )
    assert outer.nodes[0].namespace_prefixes == ["outer", "outer.inner"]
    assert outer.nodes[0].short_name == "split"


def test_a_namespace_can_be_put_on_nodes_alone() -> None:
    below = Pipeline(MODEL, namespace="eu", prefix_datasets_with_namespace=False)
    assert below.datasets() == MODEL.datasets()
    assert [each.name for each in below.nodes] == ["eu.split", "eu.take__model", "eu.score"]
    renamed = Pipeline(
        MODEL, namespace="eu", inputs={"rows": "r"}, prefix_datasets_with_namespace=False
    )
    assert renamed.inputs() == {"r", "params:share", "parameters"}


def test_formats_follow_the_name_of_their_dataset() -> None:
    made = Pipeline([node(take, "a@x", "b@y", name="n")])
    below = Pipeline(made, namespace="eu", inputs={"a": "raw"})
    assert wiring(below) == {"eu.n": (["raw@x"], ["eu.b@y"])}
    assert wiring(Pipeline(made, outputs={"b": "c"}))["n"] == (["a@x"], ["c@y"])


def test_instances_of_one_pipeline_stand_side_by_side() -> None:
    both = sum(Pipeline(MODEL, namespace=name, inputs="rows") for name in ("eu", "us"))
    assert isinstance(both, Pipeline)
    assert len(both.nodes) == 6
    assert both.outputs() == {"eu.scores", "us.scores"}


def test_unnamed_nodes_of_a_renamed_copy_do_not_collide() -> None:
    one = Pipeline([node(take, "a", "b")])
    assert len((one + Pipeline(one, outputs={"b": "c"})).nodes) == 2


def test_the_original_is_as_before() -> None:
    before = wiring(MODEL)
    Pipeline(MODEL, namespace="eu", inputs={"rows": "x"}, tags="t")
    assert wiring(MODEL) == before
    assert MODEL.nodes[0].tags == set()


@pytest.mark.parametrize(
    ("renames", "says"),
    [
        ({"inputs": "row"}, "it has no input 'row', did you mean 'rows'?"),
        ({"outputs": {"skores": "x"}}, "it has no output 'skores', did you mean 'scores'?"),
        ({"parameters": "shar"}, "it has no parameter 'params:shar', did you mean 'params:share'?"),
        ({"inputs": "zzz"}, "it has no input 'zzz'"),
        ({"inputs": "train"}, "'train' is no free input, split makes it: name it in outputs="),
        ({"outputs": "rows"}, "'rows' is made by none of its nodes: name it in inputs="),
        ({"inputs": "params:share"}, "'params:share' is a parameter: name it in parameters="),
        ({"inputs": "parameters"}, "'parameters' is a parameter: name it in parameters="),
    ],
)
def test_names_that_cannot_be_renamed_say_why(renames: dict[str, Any], says: str) -> None:
    with pytest.raises(PipelineError) as caught:
        Pipeline(MODEL, namespace="eu", **renames)
    assert says in str(caught.value)


def test_all_unknown_names_are_said_at_once() -> None:
    with pytest.raises(PipelineError) as caught:
        Pipeline(MODEL, inputs={"row": "x"}, outputs="skores", parameters={"shar": "s"})
    assert all(f"'{name}'" in str(caught.value) for name in ("row", "skores", "params:shar"))


def test_renaming_two_outputs_to_one_name_is_refused() -> None:
    with pytest.raises(DuplicateOutputError, match="'same'"):
        Pipeline(MODEL, outputs={"train": "same", "scores": "same"})


def test_renaming_an_input_to_its_own_output_is_refused() -> None:
    with pytest.raises(PipelineError, match="both its input and its output"):
        Pipeline(MODEL, inputs={"rows": "train"}, outputs="train")

"""Generators and transcoded datasets at run time, on both sides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.adapter import Pipeline, node, run, shows, stored


@pytest.mark.parametrize("threads", [0, 2])
@shows("SequentialRunner.run", "ThreadRunner.run", "Node.run")
def test_a_generator_is_saved_and_run_to_its_end(threads: int) -> None:
    ended: list[bool] = []

    def rows(count: int) -> Iterator[list[int]]:
        yield list(range(count))
        ended.append(True)

    made = Pipeline([node(rows, "count", "rows"), node(sum, "rows", "total")])
    assert run(made, {"count": 4}, threads=threads) == {"total": 6}
    assert ended == [True]


@shows("SequentialRunner.run")
def test_each_output_of_a_generator_gets_its_part() -> None:
    def parts(low: int, high: int) -> Iterator[tuple[list[int], list[int]]]:
        yield [low], [high]

    made = Pipeline([node(parts, ["low", "high"], ["lows", "highs"])])
    assert run(made, {"low": 1, "high": 9}) == {"lows": [1], "highs": [9]}


@shows("SequentialRunner.run")
def test_a_generator_for_named_outputs_yields_dictionaries() -> None:
    def parts(x: int) -> Iterator[dict[str, list[int]]]:
        yield {"same": [x], "less": [-x]}

    made = Pipeline([node(parts, "x", {"same": "plus", "less": "minus"})])
    assert run(made, {"x": 3}) == {"plus": [3], "minus": [-3]}


@shows("SequentialRunner.run")
def test_a_generator_that_fails_stops_what_would_read_it() -> None:
    ran: list[object] = []

    def rows(count: int) -> Iterator[list[int]]:
        yield [count]
        raise LookupError(count)

    made = Pipeline([node(rows, "count", "rows"), node(ran.append, "rows", None)])
    with pytest.raises(Exception) as raised:  # noqa: PT011  # what differs is who wraps it
        run(made, {"count": 4})
    assert isinstance(raised.value.__cause__ or raised.value, LookupError)
    assert ran == []


@pytest.mark.parametrize("threads", [0, 2])
@shows("SequentialRunner.run", "ThreadRunner.run")
def test_a_dataset_is_written_in_one_form_and_read_in_another(threads: int, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    forms = {"words@text": stored(file, str, str), "words@list": stored(file, str.split, " ".join)}
    made = Pipeline(
        [
            node(len, "words@list", "count", name="reads"),
            node(str.upper, "text", "words@text", name="writes"),
        ]
    )
    assert [each.name for each in made.nodes] == ["writes", "reads"]
    assert made.inputs() == {"text"}
    assert run(made, {"text": "a b c", **forms}, threads=threads) == {"count": 3}
    assert file.read_text("utf-8") == "A B C"

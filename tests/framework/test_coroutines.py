"""Nodes whose functions are coroutines."""

import asyncio

import pytest
from noria import DataCatalog, Pipeline, node, run
from noria.errors import NodeError


async def half(number: int) -> float:
    await asyncio.sleep(0)
    return number / 2


PIPELINE = Pipeline([node(half, "number", "half", name="half")])


def test_a_node_has_its_result_when_it_has_ended() -> None:
    assert run(PIPELINE, DataCatalog({"number": 3})) == {"half": 1.5}


def test_so_it_has_where_a_loop_runs_already() -> None:
    async def in_a_notebook() -> object:
        return run(PIPELINE, DataCatalog({"number": 3}))

    assert asyncio.run(in_a_notebook()) == {"half": 1.5}


def test_what_it_raises_is_told_as_of_any_other() -> None:
    async def fails(number: int) -> int:
        raise ValueError(f"not {number}")

    with pytest.raises(NodeError, match="ValueError: not 3"):
        run(Pipeline([node(fails, "number", "more")]), DataCatalog({"number": 3}))


def test_without_outputs_it_runs_to_its_end() -> None:
    seen: list[int] = []

    async def note(number: int) -> None:
        await asyncio.sleep(0)
        seen.append(number)

    run(Pipeline([node(note, "number", None)]), DataCatalog({"number": 3}))
    assert seen == [3]

"""Nodes whose functions yield: chunks are saved as they come, and published after the last."""

from collections.abc import Callable, Iterator
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from noria import DataCatalog, Pipeline, node, run
from noria.errors import NodeError
from noria_catalog.incremental import IncrementalDataset
from noria_catalog.located import locate

from tests.project_on_disk import ProjectOnDisk

ENTRIES = {
    "csv": {"type": "pandas.CSVDataset", "filepath": "rows.csv"},
    "zipped": {"type": "pandas.CSVDataset", "filepath": "rows.csv.gz"},
    "other": {"type": "pandas.CSVDataset", "filepath": "rows.csv.xz"},
    "parquet": {"type": "pandas.ParquetDataset", "filepath": "rows.parquet"},
    "text": {"type": "text.TextDataset", "filepath": "lines.txt"},
    "json": {"type": "json.JSONDataset", "filepath": "list.json"},
    "days": {
        "type": "partitions.PartitionedDataset",
        "path": "days",
        "dataset": "text.TextDataset",
        "overwrite": True,
    },
}


@pytest.fixture
def catalog(tmp_path: Path) -> DataCatalog:
    return DataCatalog.from_config(locate(ENTRIES), base_path=tmp_path)


def tables() -> Iterator[pd.DataFrame]:
    for number in range(3):
        yield pd.DataFrame({"number": [number, number]})


def fails_after(chunks: Iterator[Any], count: int) -> Iterator[Any]:
    for _ in range(count):
        yield next(chunks)
    raise ValueError("no more")


def one(func: Callable[..., Any], outputs: Any) -> Pipeline:
    return Pipeline([node(func, None, outputs, name="make")])


@pytest.mark.parametrize("name", ["csv", "zipped", "other", "parquet"])
def test_tables_become_one_file(catalog: DataCatalog, name: str) -> None:
    run(one(tables, name), catalog)
    whole = pd.concat(list(tables()), ignore_index=True)
    pd.testing.assert_frame_equal(catalog.load(name), whole)


def test_chunks_make_the_same_bytes_as_the_whole(catalog: DataCatalog, tmp_path: Path) -> None:
    run(one(tables, "csv"), catalog)
    in_chunks = (tmp_path / "rows.csv").read_bytes()
    catalog.save("csv", pd.concat(list(tables()), ignore_index=True))
    assert in_chunks == (tmp_path / "rows.csv").read_bytes()


def test_texts_lists_and_partitions_are_put_together(catalog: DataCatalog) -> None:
    def texts() -> Iterator[str]:
        yield from ("to", "day\n")

    def lists() -> Iterator[list[int]]:
        yield from ([1], [2, 3])

    def days() -> Iterator[dict[str, str]]:
        yield from ({"monday": "rain"}, {"tuesday": "sun"})

    run(
        one(texts, "text") + Pipeline([node(lists, None, "json"), node(days, None, "days")]),
        catalog,
    )
    assert catalog.load("text") == "today\n"
    assert catalog.load("json") == [1, 2, 3]
    assert sorted(catalog.load("days")) == ["monday", "tuesday"]


def test_in_memory_the_next_node_gets_what_the_chunks_make_together() -> None:
    pipeline = one(tables, "rows") + Pipeline([node(len, "rows", "count")])
    assert run(pipeline) == {"count": 6}


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("name", ["csv", "zipped", "other", "parquet", "days", "json"])
def test_a_generator_that_fails_after_its_third_chunk_leaves_the_old_file(
    catalog: DataCatalog, tmp_path: Path, name: str, runner: str
) -> None:
    chunks: dict[str, Callable[[], Iterator[Any]]] = {
        "days": lambda: iter([{str(number): "new"} for number in range(4)]),
        "json": lambda: iter([[number] for number in range(4)]),
    }
    fresh = chunks.get(name, lambda: iter([*tables(), *tables()]))
    catalog.save(name, {"old": "old"} if name == "days" else next(fresh()))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(NodeError, match="failed while running") as caught:
        run(one(lambda: fails_after(fresh(), 3), name), catalog, runner=runner)
    assert isinstance(caught.value.__cause__, ValueError)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before


def test_several_outputs_are_all_published_or_none(catalog: DataCatalog) -> None:
    def both(count: int) -> Iterator[tuple[pd.DataFrame, str]]:
        for number, table in enumerate(tables()):
            yield table, f"{number}\n"
        if count > 3:
            raise ValueError

    run(one(partial(both, 3), ["csv", "text"]), catalog)
    assert catalog.load("text") == "0\n1\n2\n"
    assert len(catalog.load("csv")) == 6
    catalog.save("text", "old")
    with pytest.raises(NodeError):
        run(one(partial(both, 4), ["csv", "text"]), catalog)
    assert catalog.load("text") == "old"


def test_a_mapping_of_outputs_takes_dicts() -> None:
    def parts() -> Iterator[dict[str, list[int]]]:
        yield {"low": [1], "high": [9]}
        yield {"low": [2], "high": [8]}

    made = run(one(parts, {"low": "a", "high": "b"}))
    assert made == {"a": [1, 2], "b": [9, 8]}


def test_a_chunk_that_does_not_fit_the_outputs_names_the_node(catalog: DataCatalog) -> None:
    def uneven() -> Iterator[tuple[str, ...]]:
        yield "a", "b"
        yield ("c",)

    with pytest.raises(NodeError, match="is to give 'text', 'x', but returned 1 value"):
        run(one(uneven, ["text", "x"]), catalog)
    assert not catalog.exists("text")


def test_a_generator_that_yields_nothing_is_a_failure(catalog: DataCatalog) -> None:
    def nothing() -> Iterator[str]:
        yield from ()

    with pytest.raises(NodeError, match="yielded nothing for 'text'"):
        run(one(nothing, "text"), catalog)


def test_chunks_that_cannot_be_put_together_say_so() -> None:
    def objects() -> Iterator[object]:
        yield object()
        yield object()

    with pytest.raises(NodeError, match="chunks of object cannot be put together"):
        run(one(objects, "x"))


def test_a_decorated_generator_is_one_too(catalog: DataCatalog) -> None:
    def loud(func: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(func)
        def inner() -> Any:
            return func()

        return inner

    run(one(loud(tables), "csv"), catalog)
    assert len(catalog.load("csv")) == 6


def test_a_generator_without_outputs_runs_to_its_end() -> None:
    seen: list[int] = []

    def walk(start: int) -> Iterator[None]:
        for number in range(start):
            seen.append(number)
            yield

    run(Pipeline([node(walk, "start", None)]), DataCatalog({"start": 2}))
    assert seen == [0, 1]


def test_one_chunk_is_in_memory_at_a_time(catalog: DataCatalog) -> None:
    import weakref

    alive: list[weakref.ref[pd.DataFrame]] = []
    most = 0

    def watched() -> Iterator[pd.DataFrame]:
        nonlocal most
        for _ in range(6):
            table = pd.DataFrame({"a": range(10)})
            alive.append(weakref.ref(table))
            most = max(most, sum(each() is not None for each in alive))
            yield table

    run(one(watched, "csv"), catalog)
    assert most <= 2


def test_hooks_hear_of_every_chunk_and_the_ledger_of_the_whole(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/pipelines/sales/nodes.py": "import pandas as pd\n"
            "def clean(orders):\n    yield orders\n    yield orders\n"
            "def total(clean_orders, rate):\n    return {'total': len(clean_orders)}\n",
            "src/shop/hooks.py": "from noria import hook_impl\n"
            "class Tell:\n    @hook_impl\n    def after_dataset_saved(self, dataset_name, data):\n"
            "        print('saved', dataset_name, len(data))\n",
            "pyproject.toml": '[project]\nname = "shop"\n\n[tool.noria]\n'
            'hooks = ["shop.hooks:Tell"]\n',
        }
    )
    said = project.noria("run", "--pipeline", "sales").out
    assert said.count("saved clean_orders 3") == 2
    assert "clean_orders 6 rows" in said


class Inbox:
    """A dataset that remembers what was worked through."""

    def __init__(self) -> None:
        self.confirmed = 0

    def load(self) -> list[int]:
        return [1, 2]

    def save(self, data: Any) -> None:
        raise NotImplementedError

    def confirm(self) -> None:
        self.confirmed += 1


def test_a_dataset_is_confirmed_after_the_node_that_names_it() -> None:
    inbox = Inbox()
    first = node(sum, "inbox", "total", name="sum")
    last = node(str, "total", "told", name="tell", confirms="inbox")
    run(Pipeline([first, last]), DataCatalog({"inbox": inbox}))
    assert inbox.confirmed == 1


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_who_confirms_waits_for_the_other_readers(tmp_path: Path, runner: str) -> None:
    days = IncrementalDataset(tmp_path / "days", "text.TextDataset", filename_suffix=".txt")
    days.save({"monday": "3", "tuesday": "4"})
    first = node(list, "days", "taken", name="a_take", confirms="days")
    other = node(list, "days", "seen", name="b_see")
    made = run(Pipeline([first, other]), DataCatalog({"days": days}), runner=runner)
    assert made == {"taken": ["monday", "tuesday"], "seen": ["monday", "tuesday"]}
    assert days.load() == {}
    part = Pipeline([first, other]).to_nodes("a_take")
    assert [each.name for each in part.nodes] == ["a_take"]


def test_who_waits_for_what_confirms_does_not_make_it_wait() -> None:
    first = node(len, "days", "count", name="count", confirms="days")
    later = node(lambda days, count: days[:count], ["days", "count"], "some", name="later")
    assert [each.name for each in Pipeline([later, first]).nodes] == ["count", "later"]


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_who_reads_after_the_node_that_confirms_finds_the_same(tmp_path: Path, runner: str) -> None:
    days = IncrementalDataset(tmp_path / "days", "text.TextDataset", filename_suffix=".txt")
    days.save({"monday": "3", "tuesday": "4"})
    readers = [
        node(len, "days", "count", name="count", confirms="days"),
        node(lambda days, count: list(days)[:count], ["days", "count"], "one", name="one"),
        node(lambda days, count: list(days)[count:], ["days", "count"], "two", name="two"),
    ]
    made = run(Pipeline(readers), DataCatalog({"days": days}), runner=runner)
    assert made == {"one": ["monday", "tuesday"], "two": []}
    assert days.load() == {}


def test_nothing_is_confirmed_before_all_have_read_it(tmp_path: Path) -> None:
    days = IncrementalDataset(tmp_path / "days", "text.TextDataset", filename_suffix=".txt")
    days.save({"monday": "3"})

    def fail(_days: object, _count: int) -> int:
        raise ValueError

    first = node(len, "days", "count", name="count", confirms="days")
    later = node(fail, ["days", "count"], "some", name="later")
    with pytest.raises(NodeError):
        run(Pipeline([first, later]), DataCatalog({"days": days}))
    assert days.load() == {"monday": "3"}


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_what_arrives_between_two_readers_is_new_the_next_time(tmp_path: Path, runner: str) -> None:
    days = IncrementalDataset(tmp_path / "days", "text.TextDataset", filename_suffix=".txt")
    days.save({"monday": "3"})

    def take(taken: dict[str, str]) -> list[str]:
        if len(taken) == 1:
            (tmp_path / "days/tuesday.txt").write_text("4")
        return list(taken)

    first = node(take, "days", "taken", name="a", confirms="days")
    later = node(lambda days, _taken: list(days), ["days", "taken"], "seen", name="b")
    made = run(Pipeline([first, later]), DataCatalog({"days": days}), runner=runner)
    assert made == {"seen": ["monday", "tuesday"]}
    assert days.load() == {"tuesday": "4"}


def test_nothing_is_confirmed_by_a_node_that_fails() -> None:
    def fail(_items: list[int]) -> int:
        raise ValueError

    inbox = Inbox()
    with pytest.raises(NodeError):
        run(
            Pipeline([node(fail, "inbox", "x", confirms="inbox")]),
            DataCatalog({"inbox": inbox}),
        )
    assert inbox.confirmed == 0


@pytest.mark.parametrize(
    ("name", "said"), [("rows", "has no confirm"), ("row", "the catalog does not declare")]
)
def test_what_cannot_be_confirmed_is_found_before_anything_runs(name: str, said: str) -> None:
    pipeline = Pipeline([node(len, "rows", "count", name="count", confirms=name)])
    with pytest.raises(Exception, match=rf"node 'count' .* confirms '{name}', which {said}"):
        run(pipeline, DataCatalog({"rows": [1]}))

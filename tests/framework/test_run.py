"""`noria run`: what it executes, says, records and returns."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from noria import DataCatalog, Pipeline, node, open_project, run
from noria.errors import MissingInputError, NodeError, RunError
from noria_catalog import MemoryDataset
from noria_catalog.located import locate

from tests.project_on_disk import ProjectOnDisk, environment

NODES = "src/shop/pipelines/sales/nodes.py"


def test_a_run_makes_the_declared_outputs_and_says_where_they_lie(project: ProjectOnDisk) -> None:
    said = project.noria("run")
    assert json.loads((project.path / "data/totals.json").read_text()) == {"total": 7.5}
    assert "2/2  ✓ total" in said.out
    assert "done in" in said.out
    assert "data/totals.json" in said.out
    assert said.err == ""


def test_a_run_works_from_a_folder_below_the_project(project: ProjectOnDisk) -> None:
    below = ProjectOnDisk(project.path / "src" / "shop")
    below.noria("run", "--pipeline", "sales")
    assert (project.path / "data/totals.json").exists()


def test_json_is_the_only_thing_on_stdout(project: ProjectOnDisk) -> None:
    document = json.loads(project.noria("run", "--json").out)
    assert document["status"] == "done"
    assert [entry["name"] for entry in document["nodes"]] == ["clean", "total"]
    saved = document["nodes"][1]["saved"][0]
    assert saved["dataset"] == "totals"
    assert saved["bytes"] == (project.path / "data/totals.json").stat().st_size
    assert saved["place"] == str(project.path / "data/totals.json")


def test_quiet_says_nothing(project: ProjectOnDisk) -> None:
    assert project.noria("run", "--quiet").all == ""


def test_parameters_can_be_given_for_one_run(project: ProjectOnDisk) -> None:
    project.noria("run", "--params", "rate=10")
    assert json.loads((project.path / "data/totals.json").read_text()) == {"total": 50.0}


def test_an_environment_changes_configuration_only(project: ProjectOnDisk) -> None:
    project.write({"conf/big/catalog.yml": "orders: {filepath: data/big.csv}\n"})
    project.write({"data/big.csv": "item,price\npear,200\n"})
    project.noria("run", "--env", "big")
    assert json.loads((project.path / "data/totals.json").read_text()) == {"total": 300.0}


def test_another_folder_of_configuration(project: ProjectOnDisk) -> None:
    (project.path / "conf").rename(project.path / "elsewhere")
    assert "no configuration folder" in project.noria("run", code=2).err
    project.noria("run", "--conf-source", "elsewhere")


@pytest.mark.parametrize(
    ("flags", "executed"),
    [
        (["--nodes", "clean"], ["clean"]),
        (["--tags", "fast"], ["clean"]),
        (["--to-nodes", "clean"], ["clean"]),
        (["--from-nodes", "clean"], ["clean", "total"]),
        (["--to-outputs", "clean_orders"], ["clean"]),
        (["--from-inputs", "orders"], ["clean", "total"]),
        (["--from-nodes", "clean", "--to-nodes", "clean"], ["clean"]),
    ],
)
def test_selection_flags(project: ProjectOnDisk, flags: list[str], executed: list[str]) -> None:
    document = json.loads(project.noria("run", "--json", *flags).out)
    assert [entry["name"] for entry in document["nodes"]] == executed


def test_namespaces_select(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/pipelines/twice/__init__.py": "from noria import Pipeline, pipeline\n"
            "from shop.pipelines.sales.pipeline import create_pipeline as sales\n"
            "def create_pipeline() -> Pipeline:\n"
            "    keep = {'inputs': 'orders', 'parameters': 'params:rate'}\n"
            "    return (pipeline(sales(), namespace='north', **keep)\n"
            "            + pipeline(sales(), namespace='south', **keep))\n"
        }
    )
    said = project.noria("run", "--pipeline", "twice", "--namespaces", "south", "--json")
    names = [entry["name"] for entry in json.loads(said.out)["nodes"]]
    assert names == ["south.clean", "south.total"]


def test_versioned_data_is_saved_by_run_and_loaded_by_version(project: ProjectOnDisk) -> None:
    totals = "totals:\n  type: json.JSONDataset\n  filepath: data/totals.json\n  versioned: true\n"
    project.write({"conf/local/catalog.yml": totals})
    first = json.loads(project.noria("run", "--json").out)["run"]
    project.noria("run", "--params", "rate=2")
    versions = sorted(path.name for path in (project.path / "data/totals.json").iterdir())
    assert versions[0] == first
    assert len(versions) == 2
    project.write(
        {
            "src/shop/pipelines/check/__init__.py": "from noria import Pipeline, node\n"
            "def show(totals): return str(totals['total'])\n"
            "def create_pipeline():\n"
            "    return Pipeline([node(show, 'totals', 'shown', name='show')])\n",
            "conf/base/catalog_shown.yml": "shown: {type: text.TextDataset, filepath: shown.txt}\n",
        }
    )
    project.noria("run", "--pipeline", "check")
    assert (project.path / "shown.txt").read_text() == "10.0"
    project.noria("run", "--pipeline", "check", "--load-versions", f"totals:{first}")
    assert (project.path / "shown.txt").read_text() == "7.5"


def test_user_code_that_prints_is_heard(project: ProjectOnDisk) -> None:
    project.edit(NODES, "    return orders", "    print('hello')\n    return orders")
    assert "hello" in project.noria("run").out


def test_logging_is_set_up_from_the_project(project: ProjectOnDisk) -> None:
    project.write(
        {
            "conf/logging.yml": "version: 1\n"
            "formatters: {f: {format: '%(levelname)s|%(message)s'}}\n"
            "handlers: {h: {class: logging.StreamHandler, formatter: f}}\n"
            "root: {level: INFO, handlers: [h]}\n"
        }
    )
    project.edit(NODES, "    return orders", "    logging.info('told')\n    return orders")
    project.edit(NODES, "import pandas", "import logging\nimport pandas")
    assert "INFO|told" in project.noria("run").err


def test_a_broken_logging_file_is_a_mistake_in_configuration(project: ProjectOnDisk) -> None:
    project.write({"conf/logging.yml": "version: 1\nroot: {handlers: [nobody]}\n"})
    said = project.noria("run", code=2).err
    assert "Error: conf/logging.yml:2:19: the logging cannot be set up so: " in said


def test_settings_come_from_the_environment_too(project: ProjectOnDisk) -> None:
    project.write({"conf/base/settings.toml": 'runner = "threads"\nworkers = 2\n'})
    document = json.loads(project.noria("run", "--json").out)
    assert document["runner"] == "threads"
    again = json.loads(project.noria("run", "--json").out)
    assert again["runner"] == "threads"
    project.write({"conf/base/settings.toml": 'runner = "inline"\n'})
    assert json.loads(project.noria("run", "--json").out)["runner"] == "inline"


def test_an_unknown_setting_names_the_nearest(project: ProjectOnDisk) -> None:
    project.write({"conf/base/settings.toml": 'runer = "threads"\n'})
    said = project.noria("run", code=2)
    assert "no setting 'runer'" in said.err
    assert "did you mean 'runner'" in said.err


def test_python_dash_m_and_threads_give_the_same(project: ProjectOnDisk) -> None:
    said = project.noria("run", "--runner", "threads", "--workers", "3", "--json")
    assert json.loads(said.out)["runner"] == "threads"
    assert json.loads((project.path / "data/totals.json").read_text()) == {"total": 7.5}


def test_what_nodes_print_is_no_part_of_the_json(project: ProjectOnDisk) -> None:
    project.edit(
        NODES,
        "    return orders",
        "    import os; print('a'); os.system('echo b')\n    return orders",
    )
    said = project.noria("run", "--json")
    assert json.loads(said.out)["status"] == "done"
    assert "a\n" in said.err
    assert "b\n" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="not here: pipes of Unix")
def test_a_reader_that_has_gone_does_not_stop_the_run(project: ProjectOnDisk) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        subprocess.run(
            [sys.executable, "-m", "noria", "run"],
            cwd=project.path,
            env=environment(),
            stdout=pipe,
            check=False,
        )
    assert json.loads((project.path / "data/totals.json").read_text()) == {"total": 7.5}
    assert json.loads(project.noria("runs", "show", "--json").out)["status"] == "done"


def test_the_ledger_names_the_command_with_all_its_flags(project: ProjectOnDisk) -> None:
    flags = ["--pipeline", "sales", "--params", "rate=2", "--runner", "threads", "--workers", "2"]
    project.noria("run", *flags)
    command = json.loads(project.noria("runs", "show", "--json").out)["command"]
    assert command == " ".join(["noria run", *flags])


def test_the_command_to_go_on_reads_the_same_configuration(project: ProjectOnDisk) -> None:
    shutil.copytree(project.path / "conf", project.path / "other")
    project.write({"other/big/parameters.yml": "rate: 2\n"})
    project.edit(NODES, "return orders.dropna()", "raise ValueError")
    err = project.noria("run", "--env", "big", "--conf-source", "other", code=1).err
    assert "noria run --env big --conf-source other" in err


def test_as_many_nodes_at_once_as_workers(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/pipelines/wide/__init__.py": "import threading, time\n"
            "from noria import Pipeline, node\n"
            "now, most = [], []\n"
            "def busy():\n"
            "    now.append(1); most.append(len(now)); time.sleep(0.05); now.pop()\n"
            "    return max(most)\n"
            "def create_pipeline():\n"
            "    return Pipeline([node(busy, None, f'x{n}', name=f'n{n}') for n in range(12)])\n"
        }
    )
    with open_project(project.path) as session:
        for count in (1, 3):
            result = session.run("wide", runner="threads", workers=count, force=True)
            sys.modules["shop.pipelines.wide"].__dict__["most"].clear()
            assert max(result.values()) == count


def test_a_run_of_many_nodes_shows_the_slowest(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/pipelines/many/__init__.py": "import time\n"
            "from noria import Pipeline, node\n"
            "def make(n):\n    def quick():\n        time.sleep(0.3 if n == 17 else 0)\n"
            "        return n\n    return quick\n"
            "def create_pipeline():\n"
            "    return Pipeline([node(make(n), None, f'x{n}', name=f'n{n}') for n in range(60)])\n"
        }
    )
    summary = project.noria("run", "--pipeline", "many").out.split("done in")[1]
    assert "  n17 " in summary
    assert summary.count(" ms") <= 27 + 1
    assert "and 35 quicker ones" in summary


def test_memory_is_that_of_the_node(project: ProjectOnDisk) -> None:
    # It is looked at from time to time: what is held for less than that may go unseen.
    holds = (
        "    import time\n    x = bytearray(300_000_000)\n    time.sleep(0.3)\n    return orders"
    )
    project.edit(NODES, "    return orders", holds)
    document = json.loads(project.noria("run", "--json").out)
    clean, total = (node["memory"] for node in document["nodes"])
    assert clean > 300_000_000
    assert total < clean - 200_000_000


def test_a_later_version_in_place_is_not_mistaken_for_this_run_s(project: ProjectOnDisk) -> None:
    totals = "totals:\n  type: json.JSONDataset\n  filepath: data/totals.json\n  versioned: true\n"
    project.write({"conf/local/catalog.yml": totals})
    future = "data/totals.json/2099-01-01T00.00.00.000Z/totals.json"
    project.write({future: '{"total": -1}'})
    project.noria("run")
    with open_project(project.path) as session:
        assert session.catalog.load("totals") == {"total": 7.5}


def test_a_pinned_version_that_is_not_there_is_told_with_those_that_are(
    project: ProjectOnDisk,
) -> None:
    orders = "orders: {type: pandas.CSVDataset, filepath: data/orders.csv, versioned: true}\n"
    project.write({"conf/local/catalog.yml": orders})
    text = (project.path / "data/orders.csv").read_text()
    (project.path / "data/orders.csv").unlink()
    there = "2026-01-31T12.30.45.123Z"
    project.write({f"data/orders.csv/{there}/orders.csv": text})
    wrong = there.replace("45.123", "45.124")
    err = project.noria("run", "--load-versions", f"orders:{wrong}", code=2).err
    assert wrong in err
    assert there in err


def test_the_place_of_a_versioned_result_is_the_file(project: ProjectOnDisk) -> None:
    totals = "totals:\n  type: json.JSONDataset\n  filepath: data/totals.json\n  versioned: true\n"
    project.write({"conf/local/catalog.yml": totals})
    document = json.loads(project.noria("run", "--json").out)
    place = Path(document["nodes"][1]["saved"][0]["place"])
    assert place.is_file()
    assert place.parent.name == document["run"]


def test_a_pinned_version_of_what_the_run_makes_is_refused(project: ProjectOnDisk) -> None:
    totals = "totals:\n  type: json.JSONDataset\n  filepath: data/totals.json\n  versioned: true\n"
    project.write({"conf/local/catalog.yml": totals})
    run = json.loads(project.noria("run", "--json").out)["run"]
    for command in ("run", "plan"):
        err = project.noria(command, "--load-versions", f"totals:{run}", code=2).err
        assert "this run makes a new version of it" in err


# As a library.


def _double(number: int) -> int:
    return number * 2


def test_a_library_run_returns_what_no_dataset_keeps() -> None:
    pipeline = Pipeline([node(_double, "a", "b", name="one"), node(_double, "b", "c", name="two")])
    assert run(pipeline, DataCatalog({"a": 3})) == {"c": 12}


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_readers_cannot_change_each_others_data(runner: str) -> None:
    def spoil(items: list[int]) -> int:
        items.append(1)
        return len(items)

    def make() -> list[int]:
        return [0]

    nodes = [node(make, None, "items", name="make")]
    nodes += [node(spoil, "items", f"seen{n}", name=f"spoil{n}") for n in range(8)]
    result = run(Pipeline(nodes), runner=runner, workers=4)
    assert result == {f"seen{n}": 2 for n in range(8)}


def test_what_cannot_be_copied_for_each_reader_says_what_can_be_done() -> None:
    keys = node({"a": 1}.keys, None, "keys", name="keys")
    readers = [node(list, "keys", f"seen{n}", name=f"read{n}") for n in range(2)]
    with pytest.raises(NodeError, match="'keys' cannot be copied for each") as failed:
        run(Pipeline([keys, *readers]))
    assert "copy_mode: assign" in str(failed.value)
    catalog = DataCatalog({"keys": MemoryDataset(copy_mode="assign")})
    assert run(Pipeline([keys, *readers]), catalog) == {"seen0": ["a"], "seen1": ["a"]}


def test_data_is_let_go_when_its_last_reader_is_done() -> None:
    import gc
    import weakref

    class Big:
        pass

    alive: list[weakref.ref[Big]] = []
    counts: list[int] = []

    def make() -> Big:
        big = Big()
        alive.append(weakref.ref(big))
        return big

    def read(_big: Big) -> int:
        return 1

    def later(_count: int) -> int:
        gc.collect()
        counts.append(sum(ref() is not None for ref in alive))
        return 1

    nodes = [node(make, None, "big"), node(read, "big", "count"), node(later, "count", "end")]
    run(Pipeline(nodes))
    assert counts == [0]


def test_a_value_that_two_readers_copy_at_once_is_let_go_too() -> None:
    import gc
    import threading
    import weakref

    both = threading.Barrier(2, timeout=10)
    alive: list[weakref.ref[object]] = []
    held: list[bool] = []

    class Slow:
        def __deepcopy__(self, _memo: object) -> "Slow":
            both.wait()
            return Slow()

    def make() -> Slow:
        slow = Slow()
        alive.append(weakref.ref(slow))
        return slow

    def read(_slow: Slow) -> int:
        return 1

    def look(_one: int, _two: int) -> int:
        gc.collect()
        held.append(alive[0]() is not None)
        return 1

    nodes = [node(make, None, "slow"), node(read, "slow", "r1"), node(read, "slow", "r2")]
    run(Pipeline([*nodes, node(look, ["r1", "r2"], "end")]), runner="threads", workers=2)
    assert held == [False]


def test_declared_data_is_let_go_too() -> None:
    catalog = DataCatalog({"kept": MemoryDataset(), "unread": MemoryDataset()})
    nodes = [
        node(lambda: ([1], [2]), None, ["kept", "unread"], name="make"),
        node(len, "kept", "end", name="read"),
    ]
    run(Pipeline(nodes), catalog)
    assert not catalog.exists("kept")
    assert catalog.load("unread") == [2]  # an output of the pipeline stays


def test_a_thousand_missing_inputs_are_told_shortly() -> None:
    nodes = [node(_double, f"a{at}", f"b{at}", name=f"n{at}") for at in range(1000)]
    with pytest.raises(MissingInputError) as caught:
        run(Pipeline(nodes))
    assert "1,000 inputs are missing" in caught.value.message
    assert "and 990 more" in caught.value.message


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (([node(len, "rows", "size")], None), "takes a Pipeline, not a list"),
        (("train", None), "takes a Pipeline, not a str"),
        ((Pipeline([node(len, "rows", "size")]), {"rows": [1]}), "inputs={...}"),
    ],
)
def test_what_stands_in_the_place_of_a_pipeline_or_catalog_is_told(
    asked: tuple[object, object], says: str
) -> None:
    with pytest.raises(RunError) as caught:
        run(*asked)  # type: ignore[arg-type]
    assert says in str(caught.value)


def test_a_missing_input_is_found_before_anything_runs() -> None:
    ran: list[int] = []

    def first() -> int:
        ran.append(1)
        return 1

    nodes = [node(first, None, "x", name="first"), node(_double, "numbr", "y", name="second")]
    with pytest.raises(MissingInputError, match="nobody makes the input 'numbr'") as caught:
        run(Pipeline(nodes), DataCatalog({"number": 1}))
    assert caught.value.nearest == "number"
    assert "second" in caught.value.message
    assert not ran


def test_an_unknown_runner_names_the_nearest() -> None:
    with pytest.raises(RunError, match="did you mean 'threads'"):
        run(Pipeline([]), runner="thread")


def _raise(error: BaseException) -> Callable[[int], int]:
    def fail(_number: int) -> int:
        raise error

    return fail


@pytest.mark.parametrize("error", [ValueError("too few"), SystemExit(3), RecursionError("deep")])
@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_whatever_a_node_raises_is_told_as_its_failure(error: BaseException, runner: str) -> None:
    pipeline = Pipeline([node(_raise(error), "a", "b", name="breaks")])
    with pytest.raises(NodeError, match="node 'breaks'") as caught:
        run(pipeline, DataCatalog({"a": 1}), runner=runner)
    assert caught.value.__cause__ is error
    assert "a  int 1" in caught.value.message


def test_ten_thousand_nodes_in_a_chain_do_not_hit_a_limit() -> None:
    nodes = [node(_double, f"n{at}", f"n{at + 1}", name=f"d{at}") for at in range(10_000)]
    assert set(run(Pipeline(nodes), DataCatalog({"n0": 0}), runner="threads")) == {"n10000"}


def test_threads_run_side_by_side() -> None:
    import threading

    barrier = threading.Barrier(3, timeout=10)

    def meet() -> int:
        return barrier.wait()

    nodes = [node(meet, None, f"x{at}", name=f"meet{at}") for at in range(3)]
    result = run(Pipeline(nodes), runner="threads", workers=3)
    assert sorted(result.values()) == [0, 1, 2]


def test_a_failure_in_one_thread_lets_the_others_finish_their_node(tmp_path: Path) -> None:
    import threading

    started = threading.Event()
    failed = threading.Event()

    def slow() -> int:
        started.set()
        assert failed.wait(10)
        return 1

    def breaks() -> int:
        assert started.wait(10)
        failed.set()
        raise ValueError

    catalog = DataCatalog.from_config(
        locate({"kept": {"type": "json.JSONDataset", "filepath": "kept.json"}}),
        base_path=tmp_path,
    )
    nodes = [node(slow, None, "kept", name="slow"), node(breaks, None, "x", name="breaks")]
    with pytest.raises(NodeError, match="breaks"):
        run(Pipeline(nodes), catalog, runner="threads", workers=2)
    assert json.loads((tmp_path / "kept.json").read_text()) == 1

"""A project opened from Python: a notebook, a script, a test."""

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from noria import NoriaError, open_project
from noria.errors import MissingInputError, ProjectCodeError, RunError, SelectionError
from noria.project.discover import Project
from noria.project.edits import Edits
from noria.project.modules import forget

from tests.project_on_disk import SHOP, ProjectOnDisk

PIPELINE = "src/shop/pipelines/sales/pipeline.py"
NODES = "src/shop/pipelines/sales/nodes.py"
ORDERS_ONLY = "orders: {type: pandas.CSVDataset, filepath: data/orders.csv}\n"


def read_details(folder: Path, run: str) -> dict[str, Any]:
    """Return what the ledger keeps about a run besides its events."""
    with closing(sqlite3.connect(folder / ".noria/ledger.db")) as connection:
        row = connection.execute("SELECT details FROM runs WHERE id = ?", (run,)).fetchone()
    details: dict[str, Any] = json.loads(row[0])
    return details


@pytest.fixture
def memory(project: ProjectOnDisk) -> ProjectOnDisk:
    """The shop with its totals in memory."""
    project.write({"conf/base/catalog.yml": ORDERS_ONLY})
    return project


def test_a_session_gives_catalog_parameters_and_pipelines(project: ProjectOnDisk) -> None:
    with open_project(project.path) as session:
        assert session.parameters == {"rate": 1.5}
        assert session.catalog.load("params:rate") == 1.5
        assert len(session.catalog.load("orders")) == 3
        assert sorted(session.pipelines) == ["__default__", "sales"]
        assert session.pipelines.get("nope") is None
        assert session.pipelines.get("sales") is session.pipelines["sales"]
        assert repr(session) == f"<session of shop at {project.path}, environment local>"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoriaError, match="no folder at") as caught:
        open_project(tmp_path / "none")
    assert caught.value.hint == "name the folder of a project, or one in it"


def test_parameters_given_in_python_override(project: ProjectOnDisk) -> None:
    with open_project(project.path, params={"rate": 3, "model.depth": 2}) as session:
        assert session.parameters == {"rate": 3, "model": {"depth": 2}}


def test_a_session_runs_more_than_once(memory: ProjectOnDisk) -> None:
    with open_project(memory.path) as session:
        first = session.run("sales")
        run_id = session.run_id
        assert session.run("sales") == first == {"totals": {"total": 7.5}}
        assert session.run_id > run_id


def test_data_given_to_a_run_stands_in_for_the_catalogs(project: ProjectOnDisk) -> None:
    import pandas as pd

    orders = pd.DataFrame({"item": ["kiwi"], "price": [10.0]})
    with open_project(project.path) as session:
        given = {"orders": orders, "params:rate": 2}
        result = session.run("sales", inputs=given, outputs=["totals", "clean_orders"])
        assert result["totals"] == {"total": 20.0}
        assert list(result["clean_orders"]["item"]) == ["kiwi"]
        # Only that run had it, and the ledger says so.
        kept = read_details(project.path, session.run_id)
        assert kept["given"] == ["orders", "params:rate"]
        assert len(session.catalog.load("orders")) == 3
        assert session.run("sales", outputs="totals") == {"totals": {"total": 7.5}}


def test_data_given_for_a_file_that_is_not_there_is_enough(project: ProjectOnDisk) -> None:
    orders = open_project(project.path).catalog.load("orders")
    (project.path / "data/orders.csv").unlink()
    with open_project(project.path) as session:
        assert session.run("sales", inputs={"orders": orders}, outputs=["totals"])


def test_outputs_of_a_run_are_free_ones_in_memory_or_those_named(project: ProjectOnDisk) -> None:
    with open_project(project.path) as session:
        assert session.run("sales") == {}
        assert session.run("sales", outputs=["totals"]) == {"totals": {"total": 7.5}}
        assert session.run("sales", outputs=[]) == {}


def test_a_part_is_chosen_by_the_command_lines_words(memory: ProjectOnDisk) -> None:
    with open_project(memory.path) as session:
        assert list(session.run("sales", nodes="clean")) == ["clean_orders"]
        assert list(session.run("sales", tags=["fast"])) == ["clean_orders"]
        clean = session.run("sales", to_outputs=["clean_orders"])
        assert session.run("sales", inputs=clean, from_inputs=["clean_orders"])["totals"]


@pytest.mark.parametrize(
    ("words", "kind", "says"),
    [
        ({"inputs": {"order": 1}}, SelectionError, "did you mean 'orders'?"),
        ({"outputs": ["total"]}, SelectionError, "did you mean 'totals'?"),
        ({"inputs": {"clean_orders": 1}}, RunError, "nodes.py:4) of this run makes it"),
        ({"nodes": ["totl"]}, SelectionError, "did you mean 'total'?"),
        ({"nodes": []}, SelectionError, "nodes=[] names nothing"),
        ({"nodes": 5}, SelectionError, "nodes=5: a name is a text"),
        ({"node_names": ["total"]}, SelectionError, "a run takes no 'node_names'"),
        ({"params": {"rate": 2}}, SelectionError, "open_project(params=...)"),
        ({"keep_edited": "totls"}, SelectionError, "--keep-edited totls: no node"),
    ],
)
def test_a_wrong_name_is_told_before_anything_runs(
    project: ProjectOnDisk, words: dict[str, object], kind: type[Exception], says: str
) -> None:
    with open_project(project.path) as session, pytest.raises(kind) as raised:
        session.run("sales", **words)  # type: ignore[arg-type]
    assert says in str(raised.value)
    assert not (project.path / "data/totals.json").exists()


def test_a_pipeline_itself_is_no_name_of_one(project: ProjectOnDisk) -> None:
    with (
        open_project(project.path) as session,
        pytest.raises(SelectionError, match="by its name, not a Pipeline"),
    ):
        session.run(session.pipelines["sales"])  # type: ignore[arg-type]


def test_one_node_is_tried_out_and_nothing_is_saved(project: ProjectOnDisk) -> None:
    with open_project(project.path) as session:
        cleaned = session.run_node("clean")
        assert len(cleaned["clean_orders"]) == 2
        assert session.run_node("total", inputs=cleaned) == {"totals": {"total": 7.5}}
        assert session.run_node("total", {**cleaned, "params:rate": 0}, pipeline="sales") == {
            "totals": {"total": 0.0}
        }
    assert not (project.path / "data/totals.json").exists()
    assert not (project.path / ".noria/ledger.db").exists()


def test_one_node_may_change_what_it_is_given(project: ProjectOnDisk) -> None:
    project.edit(NODES, "    return orders.dropna()", "    orders.append(1)\n    return orders")
    orders = [0]
    with open_project(project.path) as session:
        assert session.run_node("clean", {"orders": orders}) == {"clean_orders": [0, 1]}
    assert orders == [0]


def test_one_node_raises_the_users_own_error(project: ProjectOnDisk) -> None:
    project.edit(NODES, "return orders.dropna()", "raise LookupError('no orders')")
    with open_project(project.path) as session, pytest.raises(LookupError, match="no orders"):
        session.run_node("clean")


def test_one_node_that_cannot_run_says_why(project: ProjectOnDisk) -> None:
    with open_project(project.path) as session:
        with pytest.raises(MissingInputError, match=r"session\.run_node\('total', inputs="):
            session.run_node("total")
        with pytest.raises(SelectionError, match="did you mean 'clean'"):
            session.run_node("claen")
        with pytest.raises(SelectionError, match="did you mean 'orders'"):
            session.run_node("clean", {"order": 1})
        (project.path / "data/orders.csv").unlink()
        with pytest.raises(MissingInputError, match=r"catalog\.yml:1:1"):
            session.run_node("clean")


def _shop(folder: Path, operator: str) -> ProjectOnDisk:
    """Another project whose package is called `shop` too, and imports late."""
    project = ProjectOnDisk(folder)
    project.write(SHOP)
    project.write({"conf/base/catalog.yml": ORDERS_ONLY})
    project.write({"src/shop/late.py": f"WORD = {operator!r}\n"})
    project.edit(NODES, "    return {", "    from shop.late import WORD\n    return {WORD: 1, ")
    project.edit(NODES, "* rate", f"{operator} rate")
    return project


def test_two_projects_with_packages_of_one_name_take_turns(tmp_path: Path) -> None:
    times, plus = _shop(tmp_path / "times", "*"), _shop(tmp_path / "plus", "+")
    with open_project(times.path) as first, open_project(plus.path) as second:
        for _ in range(2):
            assert first.run("sales")["totals"] == {"*": 1, "total": 7.5}
            assert second.run("sales")["totals"] == {"+": 1, "total": 6.5}
        place = first.pipelines["sales"].nodes[0].func.__code__.co_filename
        assert place.startswith(str(times.path))


def test_two_projects_in_one_namespace_package_are_both_imported(tmp_path: Path) -> None:
    sessions = []
    for name in ("sales", "stock"):
        project = ProjectOnDisk(tmp_path / name)
        table = f'[project]\nname = "{name}"\n[tool.noria]\npackage = "acme_ns.{name}"\n'
        made = (
            "from noria import Pipeline, node\n"
            f"def create_pipeline():\n    return Pipeline([node(str, 'a', '{name}')])\n"
        )
        project.write(
            {
                "pyproject.toml": table,
                "conf/base/parameters.yml": "",
                f"src/acme_ns/{name}/__init__.py": "",
                f"src/acme_ns/{name}/pipelines/__init__.py": "",
                f"src/acme_ns/{name}/pipelines/main.py": made,
            }
        )
        sessions.append(open_project(project.path))
    made_by_both = [session.run("main", inputs={"a": 1}) for session in sessions]
    assert made_by_both == [{"sales": "1"}, {"stock": "1"}]


def test_a_package_of_the_same_name_that_is_installed_is_told(tmp_path: Path) -> None:
    import pluggy

    project = ProjectOnDisk(tmp_path / "other")
    project.write({"pyproject.toml": '[project]\nname = "pluggy"\n[tool.noria]\n'})
    project.write({"src/pluggy/__init__.py": ""})
    with open_project(project.path) as session, pytest.raises(ProjectCodeError) as raised:
        session.pipelines  # noqa: B018
    assert str(pluggy.__file__) in str(raised.value)
    assert sys.modules["pluggy"] is pluggy


def test_a_session_notices_what_was_edited(memory: ProjectOnDisk) -> None:
    with open_project(memory.path) as session:
        assert session.run("sales")["totals"] == {"total": 7.5}
        memory.edit(NODES, "* rate", "+ rate")  # same size, same second
        edited, before = session.refresh()
        assert edited == [memory.path / NODES]
        assert "shop.pipelines.sales.nodes" in before
        assert session.run("sales")["totals"] == {"total": 6.5}
        memory.write({"conf/local/settings.toml": 'runner = "threads"\n'})
        assert session.refresh()[0] == [memory.path / "conf/local/settings.toml"]
        assert session.settings.runner == "threads"
        memory.write({"conf/base/parameters.yml": "rate: 100"})
        assert session.refresh() == ([memory.path / "conf/base/parameters.yml"], {})
        assert session.run("sales")["totals"] == {"total": 105.0}
        assert session.refresh() == ([], {})
        memory.edit("pyproject.toml", "[tool.noria]", "[tool.noria]\nworkers = 3")
        assert session.refresh()[0] == [memory.path / "pyproject.toml"]
        assert session.settings.workers == 3


def test_an_object_of_a_class_as_it_was_before_an_edit_is_told(project: ProjectOnDisk) -> None:
    model = (
        "class Rate:\n    def __init__(self, value: float) -> None:\n        self.value = value\n"
    )
    project.write({"src/shop/rate.py": model})
    project.edit(NODES, "def total(", "from shop.rate import Rate\n\n\ndef total(")
    project.edit(NODES, "rate: float", "rate: Rate")
    project.edit(NODES, "* rate", "* rate.value")
    with open_project(project.path) as session:
        list(session.pipelines["sales"].nodes)
        rate = __import__("shop.rate").rate.Rate(2.0)
        given: dict[str, Any] = {"inputs": {"params:rate": rate}, "outputs": ["totals"]}
        assert session.run("sales", **given) == {"totals": {"total": 10.0}}
        project.write({"src/shop/rate.py": f"{model}        assert value\n"})
        words = r"rate is a Rate, not Rate as it is now: .*; make the object anew"
        with pytest.raises(NoriaError, match=words):
            session.run("sales", **given)


def test_an_edit_that_shows_in_no_time_and_no_size_is_noticed(memory: ProjectOnDisk) -> None:
    with open_project(memory.path) as session:
        assert session.run("sales")["totals"] == {"total": 7.5}
        before = (memory.path / NODES).stat()
        memory.edit(NODES, "* rate", "+ rate")
        os.utime(memory.path / NODES, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert session.refresh()[0] == [memory.path / NODES]
        assert session.run("sales")["totals"] == {"total": 6.5}


def test_an_environment_in_the_source_folder_is_not_the_projects_code(tmp_path: Path) -> None:
    around = Project(tmp_path, "shop", "shop", Path(sys.prefix).resolve(), {})
    assert "pytest" not in forget(around)
    assert sys.modules["pytest"] is pytest
    (tmp_path / "venv/lib").mkdir(parents=True)
    edits = Edits([tmp_path])
    (tmp_path / "venv/pyvenv.cfg").touch()
    (tmp_path / "venv/lib/new.py").touch()
    assert edits.look() == []


def test_an_error_shows_itself_short_in_a_notebook() -> None:
    assert NoriaError("no such thing", hint="look")._render_traceback_() == [
        "Error: no such thing\n  look"
    ]


def test_what_a_run_has_to_say_is_logged(
    project: ProjectOnDisk, caplog: pytest.LogCaptureFixture
) -> None:
    session = open_project(project.path)
    session.run()
    assert caplog.messages == []
    project.write({"data/totals.json": "{}"})
    session.run()
    assert [(each.name, each.levelname) for each in caplog.records] == [("noria", "WARNING")]
    assert "data/totals.json was changed by hand" in caplog.text

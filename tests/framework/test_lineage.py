"""`noria lineage`: from which inputs, code and parameters a dataset's content came."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from noria.plan import Parts
from noria.record.lineage import Making, trace

from tests.project_on_disk import ProjectOnDisk


def _steps(project: ProjectOnDisk, dataset: str) -> dict[str, dict[str, Any]]:
    found = json.loads(project.noria("lineage", dataset, "--json").out)
    assert found["steps"][0]["dataset"] == dataset
    return {step["dataset"]: step for step in found["steps"]}


def test_a_file_is_traced_back_to_the_raw_data(project: ProjectOnDisk) -> None:
    project.noria("run")
    steps = _steps(project, "totals")
    assert list(steps) == ["totals", "clean_orders", "orders"]
    assert steps["totals"]["node"] == "total"
    assert steps["totals"]["parameters"] == {"params:rate": 1.5}
    assert steps["totals"]["code"] == ["shop.pipelines.sales.nodes:total"]
    assert steps["orders"]["raw"]
    assert steps["orders"]["in_place"]
    digests = {one["dataset"]: one["digest"] for one in steps["totals"]["inputs"]}
    assert digests == {"clean_orders": steps["clean_orders"]["digest"]}


def test_objects_of_the_project_are_traced_like_any_data(project: ProjectOnDisk) -> None:
    """Who reads them depends on the code of their class as well, and knows them by both."""
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, "return orders.dropna()", "return Clean(orders.dropna())")
    project.edit(nodes, 'clean_orders["price"]', 'clean_orders.rows["price"]')
    kept = "class Clean:\n    def __init__(self, rows):\n        self.rows = rows\n\n"
    kept += "    def __len__(self):\n        return 1\n"
    project.write(
        {
            "src/shop/clean.py": kept,
            "conf/base/catalog_clean.yml": "clean_orders:\n  type: pickle.PickleDataset\n"
            "  filepath: data/clean.pickle\n",
        }
    )
    project.edit(
        nodes, "import pandas as pd", "import pandas as pd\n\nfrom shop.clean import Clean"
    )
    project.edit(nodes, "-> pd.DataFrame", "-> Clean")
    project.edit(nodes, "clean_orders: pd.DataFrame", "clean_orders: Clean")
    project.noria("run")
    steps = _steps(project, "totals")
    assert list(steps) == ["totals", "clean_orders", "orders"]
    assert steps["clean_orders"]["node"] == "clean"
    assert steps["clean_orders"]["in_place"]
    project.edit("src/shop/clean.py", "return 1", "return 2")
    assert "the code of what lies in clean_orders changed" in project.noria("run").out
    diff = json.loads(project.noria("runs", "diff", "--json").out)
    (other,) = diff["other"]
    assert other["name"] == "the code of what lies in clean_orders changed"
    assert diff["data"] == []


def test_the_parameters_of_what_was_edited_and_kept_are_known(project: ProjectOnDisk) -> None:
    project.noria("run")
    (project.path / "data/totals.json").write_text('{"total": 1}')
    project.noria("run", "--keep-edited", "totals")
    kept = _steps(project, "totals")["totals"]
    assert (kept["edited"], kept["parameters"]) == (True, {"params:rate": 1.5})


def test_the_lineage_is_of_the_bytes_that_lie_there_and_not_of_the_last_run(
    project: ProjectOnDisk,
) -> None:
    project.noria("run")
    first = (project.path / "data/totals.json").read_bytes()
    run = _steps(project, "totals")["totals"]["run"]
    project.noria("run", "--params", "rate=2.0")
    assert _steps(project, "totals")["totals"]["parameters"] == {"params:rate": 2.0}
    (project.path / "data/totals.json").write_bytes(first)
    again = _steps(project, "totals")["totals"]
    assert again["parameters"] == {"params:rate": 1.5}
    assert again["run"] == run


def test_a_file_of_a_run_whose_result_came_out_otherwise_since_is_known(
    project: ProjectOnDisk,
) -> None:
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, "import pandas as pd", "import random\n\nimport pandas as pd")
    project.edit(nodes, 'float(clean_orders["price"].sum() * rate)', "random.random()")
    project.noria("run")
    first = (project.path / "data/totals.json").read_bytes()
    run = _steps(project, "totals")["totals"]["run"]
    project.noria("run", "--force")
    assert _steps(project, "totals")["totals"]["run"] != run
    (project.path / "data/totals.json").write_bytes(first)
    again = _steps(project, "totals")
    assert (again["totals"]["run"], again["totals"]["node"]) == (run, "total")
    assert again["totals"]["parameters"] == {"params:rate": 1.5}
    assert list(again) == ["totals", "clean_orders", "orders"]


def test_of_two_ways_to_the_same_bytes_the_last_run_s_is_told(project: ProjectOnDisk) -> None:
    project.edit("src/shop/pipelines/sales/nodes.py", "* rate", "* 2")
    project.noria("run")
    project.noria("run", "--params", "rate=9")
    assert _steps(project, "totals")["totals"]["parameters"] == {"params:rate": 9}
    project.noria("run")
    assert _steps(project, "totals")["totals"]["parameters"] == {"params:rate": 1.5}


def test_raw_data_that_changed_since_is_told(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.edit("data/orders.csv", "pear,2.0", "pear,5.0")
    assert _steps(project, "totals")["orders"]["in_place"] is False
    assert "raw data, which is not there any more" in project.noria("lineage", "totals").out


def test_bytes_that_nobody_recorded_are_said_to_be_so(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.write({"data/totals.json": '{"total": 1}\n'})
    said = project.noria("lineage", "totals").out
    assert "no run has recorded these bytes: changed by hand, or" in said
    assert "made by" not in said


def test_the_lineage_is_told_in_words(project: ProjectOnDisk) -> None:
    project.noria("run")
    said = project.noria("lineage", "totals").out
    assert "totals  data/totals.json" in said
    assert ", run 20" in said
    assert "code        1 of shop.pipelines.sales.nodes" in said
    assert "parameter   rate = 1.5" in said
    assert "from        clean_orders" in said
    assert "orders  data/orders.csv" in said


def test_data_that_lies_nowhere_has_the_lineage_of_what_was_recorded_last(
    project: ProjectOnDisk,
) -> None:
    project.noria("run")
    assert list(_steps(project, "clean_orders")) == ["clean_orders", "orders"]
    (project.path / "data/totals.json").unlink()
    said = project.noria("lineage", "totals").out
    assert "nothing lies at totals now; this is what was recorded last" in said
    assert "made by total" in said
    assert "(nothing lies there now)" in said


def test_the_place_is_where_the_bytes_lie_and_not_where_they_were_made(
    project: ProjectOnDisk,
) -> None:
    project.noria("run")
    project.edit("conf/base/catalog.yml", "data/totals.json", "data/final/totals.json")
    (project.path / "data/totals.json").unlink()
    project.noria("run")
    totals = _steps(project, "totals")["totals"]
    assert totals["place"] == str(project.path / "data/final/totals.json")
    assert totals["made_at"] == str(project.path / "data/totals.json")
    assert totals["in_place"]
    assert "totals  data/final/totals.json" in project.noria("lineage", "totals").out
    project.path = project.path.rename(project.path.with_name("renamed"))
    said = project.noria("lineage", "totals").out
    assert "totals  data/final/totals.json" in said
    assert "/shop/" not in said


def test_a_dataset_that_has_no_place_any_more_is_told_with_its_last_one(
    project: ProjectOnDisk,
) -> None:
    entry = "clean_orders: {type: pandas.CSVDataset, filepath: data/clean.csv}\n"
    project.edit("conf/base/catalog.yml", "orders:\n", f"{entry}orders:\n")
    project.noria("run")
    project.edit("conf/base/catalog.yml", entry, "")
    said = project.noria("lineage", "totals").out
    assert "clean_orders  without a place now (once at data/clean.csv)" in said


def test_data_that_cannot_be_looked_at_is_not_said_to_be_gone(project: ProjectOnDisk) -> None:
    with closing(sqlite3.connect(project.path / "data/shop.db")) as connection, connection:
        connection.execute("CREATE TABLE orders (item, price)")
        connection.execute("INSERT INTO orders VALUES ('pear', 5.0)")
    project.edit(
        "conf/base/catalog.yml",
        "pandas.CSVDataset\n  filepath: data/orders.csv",
        "pandas.SQLQueryDataset\n  sql: select * from orders\n  credentials: db",
    )
    project.write({"conf/local/credentials.yml": "db: {con: 'sqlite:///data/shop.db'}\n"})
    project.noria("run")
    orders = _steps(project, "totals")["orders"]
    assert (orders["raw"], orders["in_place"]) == (True, None)
    assert project.noria("lineage", "totals").out.splitlines()[-1].endswith("  raw data")


def test_a_dataset_that_nobody_made_and_a_name_that_nobody_has_are_mistakes(
    project: ProjectOnDisk,
) -> None:
    said = project.noria("lineage", "totals", code=2).err
    assert "totals: nothing lies there, and no run has recorded it" in said
    assert "noria run --to-outputs totals" in said
    said = project.noria("lineage", "total_s", code=2).err
    assert "no dataset 'total_s'" in said
    assert "'totals'" in said


def test_what_a_run_without_records_has_made_is_no_raw_data(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.edit("conf/base/parameters.yml", "rate: 1.5", "rate: 2.5")
    project.noria("run", "--no-cache")
    said = project.noria("lineage", "totals").out.splitlines()
    assert not said[0].endswith("raw data")
    assert said[1] == (
        "  no run has recorded these bytes: changed by hand, or by a run that recorded nothing"
    )
    (step,) = json.loads(project.noria("lineage", "totals", "--json").out)["steps"]
    assert step["raw"] is False
    assert project.noria("lineage", "orders").out.splitlines()[0].endswith("raw data")


def test_a_parameter_is_no_data(project: ProjectOnDisk) -> None:
    project.noria("run")
    err = project.noria("lineage", "params:rate", code=2).err
    assert "params:rate is a parameter" in err
    assert "--to-outputs" not in err


def test_raw_data_that_equals_a_result_was_not_made_by_it() -> None:
    parts = Parts("c", "l", "3.11", "", {"0": ("raw", "d")}, {}, {"copy": "m"}, {})
    copied = Making("keep", "run", 0.0, 0.1, parts, {"copy": ("d", "data/copy.csv")})
    steps = trace("copy", "d", lambda digest: [copied] if digest == "d" else [])
    assert [(step.dataset, step.making is None) for step in steps] == [
        ("copy", False),
        ("raw", True),
    ]
    assert trace("raw", "d", lambda _: [copied])[0].making is None


def test_a_step_stands_before_all_that_it_was_made_from() -> None:
    reads = {"end": ["left", "right"], "left": ["start"], "right": ["left"]}
    makings = {
        name: Making(
            f"make {name}",
            "run",
            0.0,
            0.1,
            Parts("c", "l", "3.11", "", {one: (one, one) for one in read}, {}, {}, {}),
            {name: (name, "")},
        )
        for name, read in reads.items()
    }
    steps = trace("end", "end", lambda digest: [makings[digest]] if digest in makings else [])
    assert [step.dataset for step in steps] == ["end", "right", "left", "start"]


def test_who_else_made_the_same_is_not_asked_when_one_has_made_it() -> None:
    parts = Parts("c", "l", "3.11", "", {"0": ("raw", "r")}, {}, {"clean": "m"}, {})
    making = Making("wash", "run", 0.0, 0.1, parts, {"clean": ("d", "data/clean.csv")})

    def makers(digest: str) -> Iterator[Making]:
        if digest == "d":
            yield making
            pytest.fail("it looked further")

    assert trace("clean", "d", makers)[0].making == making


def test_what_a_node_reads_beside_its_inputs_is_told(project: ProjectOnDisk) -> None:
    """No step leads there, and what the steps end at would be taken for all of the raw data."""
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, 'clean_orders["price"].sum()', 'float(open("data/add.txt").read())')
    project.write({"data/add.txt": "1\n"})
    project.noria("run")
    steps = _steps(project, "totals")
    assert steps["totals"]["besides"].startswith("it reads the file: open() (src/shop/")
    assert steps["clean_orders"]["besides"] is None
    assert "  besides     it reads the file" in project.noria("lineage", "totals").out

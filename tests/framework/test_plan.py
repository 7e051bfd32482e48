"""The plan of a run on the command line: what would run, why, and what is taken as it lies."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from noria import open_project

from tests.project_on_disk import ProjectOnDisk

NODES = "src/shop/pipelines/sales/nodes.py"
PIPELINE = "src/shop/pipelines/sales/pipeline.py"


def _plan(project: ProjectOnDisk, *words: str) -> dict[str, str]:
    document = json.loads(project.noria("plan", "--json", *words).out)
    return {node["name"]: node["verdict"] for node in document["nodes"]}


def _why(project: ProjectOnDisk, node: str) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = json.loads(project.noria("plan", "--why", node, "--json").out)[
        "changes"
    ]
    return changes


@pytest.fixture
def trained(project: ProjectOnDisk) -> ProjectOnDisk:
    """The shop, run once."""
    project.noria("run")
    return project


def test_a_plan_runs_nothing(project: ProjectOnDisk) -> None:
    assert _plan(project) == {"clean": "run", "total": "wait"}
    assert not (project.path / "data/totals.json").exists()
    assert project.noria("runs", "list", "--json").out.strip() == "[]"


def test_a_plan_says_restore_for_what_is_missing(trained: ProjectOnDisk) -> None:
    (trained.path / "data/totals.json").unlink()
    assert _plan(trained) == {"clean": "reuse", "total": "restore"}
    assert "totals is missing" in trained.noria("plan").out


def test_forced_nodes_are_planned_to_run(trained: ProjectOnDisk) -> None:
    assert _plan(trained, "--force", "--nodes", "total") == {"total": "run"}


def test_why_shows_the_lines_that_differ(trained: ProjectOnDisk) -> None:
    trained.edit(NODES, "return orders.dropna()", "return orders.dropna(how='any')")
    said = trained.noria("plan", "--why", "clean").out
    assert "clean: run: its code changed" in said
    assert f"shop.pipelines.sales.nodes:clean ({NODES}:4)" in said
    assert "-    return orders.dropna()" in said
    assert "+    return orders.dropna(how='any')" in said


def test_why_names_the_parameter_and_its_place(trained: ProjectOnDisk) -> None:
    trained.edit("conf/base/parameters.yml", "1.5", "1.6")
    (change,) = _why(trained, "total")
    assert (change["what"], change["name"]) == ("parameter", "params:rate")
    assert change["where"] == "conf/base/parameters.yml:1:7"


def test_why_names_what_changed_below_a_parameter(project: ProjectOnDisk) -> None:
    project.write({"conf/base/parameters.yml": "model:\n  rate: 2\n  kind: oak\nfree: 1\n"})
    project.edit(PIPELINE, '"params:rate"', '"params:model"')
    project.edit(NODES, "rate: float", "rate: dict")
    project.edit(NODES, "* rate", '* rate["rate"]')
    project.noria("run")
    project.edit("conf/base/parameters.yml", "rate: 2", "rate: 2.5")
    assert _why(project, "total") == [
        {
            "what": "parameter",
            "name": "params:model.rate",
            "where": "conf/base/parameters.yml:2:9",
            "before": 2,
            "after": 2.5,
            "maker": None,
        }
    ]
    project.edit(PIPELINE, '"params:model"', '"parameters"')
    project.edit(NODES, '* rate["rate"]', '* rate["model"]["rate"]')
    project.noria("run")
    project.edit("conf/base/parameters.yml", "free: 1\n", "")
    said = project.noria("plan", "--why", "total", "--params", "model.kind=elm").out
    assert "parameter model.kind (--params): 'oak' -> 'elm'\n" in said
    assert "parameter free: 1 -> nothing\n" in said


def test_why_names_the_option_of_an_entry(trained: ProjectOnDisk) -> None:
    catalog = "conf/base/catalog.yml"
    place = "  filepath: data/orders.csv\n"
    trained.edit(catalog, place, f"{place}  load_args:\n    nrows: 2\n")
    (change,) = _why(trained, "clean")
    assert (change["what"], change["name"], change["option"]) == (
        "reading",
        "orders",
        "load_args.nrows",
    )
    assert (change["where"], change["before"], change["after"]) == (f"{catalog}:5:5", None, 2)
    said = trained.noria("plan", "--why", "clean").out
    assert f"  reading orders: load_args.nrows ({catalog}:5:5): nothing -> 2\n" in said
    trained.noria("run")
    trained.edit(catalog, "nrows: 2", "nrows: 3")
    trained.edit(catalog, "json.JSONDataset", "pickle.PickleDataset")
    trained.edit(catalog, "totals.json", "totals.pickle")
    changes = _why(trained, "total")
    assert [(change["what"], change["option"]) for change in changes] == [
        ("saving", "type"),
        ("saving", "suffix"),
    ]
    assert changes[0]["where"] == f"{catalog}:8:3"
    trained.noria("run")
    said = trained.noria("runs", "diff").out
    assert "  how orders is read changed: clean\n    load_args.nrows  2 -> 3\n" in said
    assert "    type  'json.JSONDataset' -> 'pickle.PickleDataset'\n" in said


def test_why_says_that_data_is_kept_in_memory_now(trained: ProjectOnDisk) -> None:
    trained.edit("conf/base/catalog.yml", "totals:", "sums:")
    said = trained.noria("plan", "--why", "total").out
    assert "  saving totals: type: 'json.JSONDataset' -> 'MemoryDataset'\n" in said


def _install(site: Path, version: str) -> None:
    shutil.rmtree(site, ignore_errors=True)
    package, about = site / "measuring", site / f"measuring-{version}.dist-info"
    package.mkdir(parents=True)
    about.mkdir()
    (package / "__init__.py").write_text("def measure(x):\n    return x\n", "utf-8")
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: measuring\nVersion: {version}\n")
    (about / "RECORD").write_text(f"measuring/__init__.py,sha256={version},35\n")


def test_why_names_a_dataset_as_its_reader_does(project: ProjectOnDisk) -> None:
    catalog = "conf/base/catalog.yml"
    entries = "".join(
        f"clean_orders@{form}:\n  type: pandas.CSVDataset\n  filepath: data/clean.csv\n"
        for form in ("saved", "read")
    )
    project.edit(catalog, "totals:", f"{entries}totals:")
    project.edit(PIPELINE, 'outputs="clean_orders"', 'outputs="clean_orders@saved"')
    project.edit(PIPELINE, '["clean_orders"', '["clean_orders@read"')
    project.noria("run")
    project.edit(catalog, "totals:", "  load_args: {nrows: 1}\ntotals:")
    (change,) = _why(project, "total")
    assert (change["name"], change["where"]) == ("clean_orders@read", f"{catalog}:11:15")


def test_a_library_that_changed_is_not_said_to_be_code(
    project: ProjectOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "env/site-packages"
    monkeypatch.setenv("PYTHONPATH", str(site))
    _install(site, "1.0")
    project.edit(NODES, "import pandas as pd", "import measuring\nimport pandas as pd")
    project.edit(NODES, ".sum() * rate)", ".sum() * measuring.measure(rate))")
    project.noria("run")
    _install(site, "1.1")
    said = project.noria("plan", "--why", "total").out
    assert said.startswith("total: run: a library changed\n  library measuring: 1.0 ")
    assert [change["what"] for change in _why(project, "total")] == ["library"]
    assert "(a library changed)" in project.noria("run").out
    found = json.loads(project.noria("runs", "diff", "--json").out)
    assert found["code"] == []
    assert [each["name"] for each in found["libraries"]] == ["measuring"]
    _install(site, "1.2")
    project.edit(NODES, "measure(rate)", "measure(rate + 1)")
    assert [change["what"] for change in _why(project, "total")] == ["code", "library"]
    assert "its code changed, a library changed" in project.noria("plan").out


def test_inputs_in_another_order_or_by_name_are_neither_new_nor_gone(
    trained: ProjectOnDisk,
) -> None:
    listed = 'inputs=["clean_orders", "params:rate"]'
    by_name = 'inputs={"clean_orders": "clean_orders", "rate": "params:rate"}'
    trained.edit(PIPELINE, listed, by_name)
    assert [change["what"] for change in _why(trained, "total")] == ["argument", "argument"]
    trained.edit(PIPELINE, by_name, 'inputs=["params:rate", "clean_orders"]')
    arguments = "clean_orders: pd.DataFrame, rate: float"
    trained.edit(NODES, arguments, "rate: float, clean_orders: pd.DataFrame")
    said = trained.noria("plan", "--why", "total").out
    assert "rate is given as another argument, clean_orders is given as another argument" in said
    assert "  clean_orders as argument: 0 -> 1\n" in said
    assert "nothing" not in said


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("partial(total, by=2)", "partial(total, by=3)", "-by = 2|+by = 3"),
        ("lambda x, r: x.size + r", "lambda x, r: x.size", "-node(lambda x, r: x.size + r,"),
        ("times(2)", "times(3)", "-by = 2|+by = 3"),
        ("Times(2)", "Times(3)", "-by = 2|+by = 3"),
        ("partial(total, token='a')", "partial(total, token='b')", "a value that the function"),
    ],
)
def test_why_tells_what_a_function_holds(
    project: ProjectOnDisk, before: str, after: str, told: str
) -> None:
    project.write({NODES: HOLDING})
    project.edit(PIPELINE, "import clean, total", "import Times, clean, times, total")
    project.edit(PIPELINE, "from noria", "from functools import partial\n\nfrom noria")
    project.edit(PIPELINE, "node(total,", f"node({before},")
    project.noria("run")
    project.edit(PIPELINE, f"node({before},", f"node({after},")
    said = project.noria("plan", "--why", "total").out
    for line in told.split("|"):
        assert line in said
    project.noria("run")
    said = project.noria("runs", "diff").out
    for line in told.split("|"):
        assert line.removesuffix(" that the function") in said


HOLDING = """\
def clean(orders):
    return orders.dropna()


def total(clean_orders, rate, by=1, token=""):
    return {"total": float(clean_orders["price"].sum() * rate * by)}


def times(by):
    def inner(clean_orders, rate):
        return {"total": rate * by}

    return inner


class Times:
    def __init__(self, by):
        self.by = by

    def __call__(self, clean_orders, rate):
        return {"total": rate * self.by}
"""


def test_what_changed_in_a_class_is_told_once(project: ProjectOnDisk) -> None:
    model = "class Model:\n    by = 2\n\n    def of(self, x):\n        return x * self.by\n"
    project.edit(NODES, "import pandas as pd", f"import pandas as pd\n\n\n{model}")
    project.edit(NODES, ".sum() * rate)", ".sum() * Model().of(rate))")
    project.noria("run")
    project.edit(NODES, "by = 2", "by = 3")
    assert [change["name"].rpartition(":")[2] for change in _why(project, "total")] == ["Model"]
    project.noria("run")
    found = json.loads(project.noria("runs", "diff", "--json").out)
    assert [each["name"].rpartition(":")[2] for each in found["code"]] == ["Model"]


def test_why_hides_a_secret_that_changed_and_names_it(project: ProjectOnDisk) -> None:
    parameters = "conf/base/parameters.yml"
    project.write({parameters: "mail:\n  to: ann\n  api_key: s3cret\n"})
    project.edit(PIPELINE, '"params:rate"', '"params:mail"')
    project.edit(NODES, "rate: float", "mail: dict")
    project.edit(NODES, " * rate", "")
    project.noria("run")
    project.edit(parameters, "s3cret", "other")
    (change,) = _why(project, "total")
    assert (change["name"], change["before"], change["after"]) == (
        "params:mail.api_key",
        "***",
        "***",
    )
    said = project.noria("plan", "--why", "total").out
    assert f"mail.api_key ({parameters}:3:12): another one, though shown alike: '***'" in said
    project.noria("run")
    (changed,) = json.loads(project.noria("runs", "diff", "--json").out)["parameters"]
    assert changed == {"name": "mail.api_key", "before": "***", "after": "***", "nodes": ["total"]}


def test_why_says_where_a_value_was_forgotten(trained: ProjectOnDisk) -> None:
    (trained.path / ".noria/ledger.db").unlink()
    trained.edit("conf/base/parameters.yml", "1.5", "1.6")
    (change,) = _why(trained, "total")
    assert "before" not in change
    assert change["after"] == 1.6
    said = trained.noria("plan", "--why", "total").out
    assert "parameter rate (conf/base/parameters.yml:1:7): 1.6, before it was another one" in said


def test_why_names_the_input_and_who_makes_it(trained: ProjectOnDisk) -> None:
    trained.edit("data/orders.csv", "pear,2.0", "pear,4.0")
    (change,) = _why(trained, "clean")
    assert (change["what"], change["name"], change["maker"]) == ("input", "orders", None)
    trained.noria("run", "--nodes", "clean")
    (change,) = _why(trained, "total")
    assert (change["name"], change["maker"]) == ("clean_orders", "clean")


def test_why_compares_with_the_result_that_was_used_last(trained: ProjectOnDisk) -> None:
    trained.edit("conf/base/parameters.yml", "1.5", "2.0")
    trained.noria("run")
    trained.noria("runs", "diff")  # looks at the older result, and uses it for nothing
    trained.edit(NODES, "* rate", "* rate * 1")
    assert "its code changed\n" in trained.noria("plan").out
    assert "its code changed)" in trained.noria("run").out


def test_why_compares_a_renamed_node_with_what_it_was(trained: ProjectOnDisk) -> None:
    trained.edit(PIPELINE, 'name="total"', 'name="sum_up"')
    trained.noria("run")
    trained.edit("conf/base/parameters.yml", "1.5", "2.0")
    assert [change["name"] for change in _why(trained, "sum_up")] == ["params:rate"]
    assert "rate changed" in trained.noria("run").out


def test_why_compares_with_the_last_run_in_the_same_environment(trained: ProjectOnDisk) -> None:
    trained.write({"conf/prod/parameters.yml": "rate: 3.0\n"})
    trained.noria("run", "--env", "prod")
    trained.edit(NODES, "* rate", "* rate * 1")
    assert [change["what"] for change in _why(trained, "total")] == ["code"]


def test_why_of_a_node_that_is_not_selected_does_not_say_that_it_would_run(
    project: ProjectOnDisk,
) -> None:
    entry = "clean_orders:\n  type: pandas.CSVDataset\n  filepath: data/clean.csv\n"
    project.write({"conf/base/catalog_clean.yml": entry})
    project.noria("run")
    project.edit(NODES, "return orders.dropna()", "return orders.dropna(how='any')")
    words = ("plan", "--nodes", "total", "--why", "clean")
    assert project.noria(*words).out.startswith("clean: not selected: its code changed\n")
    found = json.loads(project.noria(*words, "--json").out)
    assert (found["selected"], found["verdict"]) == (False, None)


def test_why_does_not_ask_for_what_was_said(project: ProjectOnDisk) -> None:
    project.edit(NODES, "    return orders", "    open('side.txt').read()\n    return orders")
    asks = "say what it depends on by depends_on="
    assert asks in project.noria("plan", "--why", "clean").out
    project.edit(PIPELINE, 'name="clean",', 'name="clean", depends_on=[file("side.txt")],')
    project.edit(PIPELINE, "import Pipeline, node", "import Pipeline, file, node")
    said = project.noria("plan", "--why", "clean").out
    assert "reads the file: open()" in said
    assert asks not in said


def test_why_does_not_call_an_input_gone_that_is_only_not_made_yet(trained: ProjectOnDisk) -> None:
    trained.edit(PIPELINE, 'outputs="clean_orders"', 'outputs="tidy"')
    trained.edit(PIPELINE, '["clean_orders", ', '["tidy", ')
    trained.edit(NODES, "(clean_orders: ", "(tidy: ")
    trained.edit(NODES, "float(clean_orders[", "float(tidy[")
    assert [change["what"] for change in _why(trained, "total")] == ["code"]


def test_why_of_what_is_up_to_date_says_so_once(trained: ProjectOnDisk) -> None:
    assert trained.noria("plan", "--why", "clean").out == "clean: up to date\n"


def test_why_of_an_unknown_node_names_the_nearest(trained: ProjectOnDisk) -> None:
    err = trained.noria("plan", "--why", "totl", code=2).err
    assert "did you mean 'total'?" in err


def test_what_a_node_that_is_gone_has_left_is_named(trained: ProjectOnDisk) -> None:
    catalog = "conf/base/catalog.yml"
    trained.edit(PIPELINE, 'outputs="totals", name="total"', 'outputs="sums", name="sum_up"')
    trained.edit(catalog, "totals:", "sums:")
    trained.edit(catalog, "data/totals.json", "data/sums.json")
    said = trained.noria("plan").out
    assert "data/totals.json: left by the node 'total', which is gone" in said


def test_versions_of_a_node_that_is_gone_are_named_once(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "totals.json", "totals.json\n  versioned: true")
    project.noria("run")
    project.noria("run", "--params", "rate=2")
    project.edit(PIPELINE, 'name="total"', 'name="sum"')
    said = project.noria("plan").out
    assert said.count("which is gone") == 0  # renamed, and what it makes is made again
    project.edit(PIPELINE, 'outputs="totals"', 'outputs="others"')
    said = project.noria("plan").out
    assert "data/totals.json: left by the node 'total', which is gone" in said
    assert said.count("which is gone") == 1


def test_a_version_that_was_put_back_is_named(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "totals.json", "totals.json\n  versioned: true")
    project.noria("run")
    project.noria("run", "--params", "rate=2")
    said = project.noria("run").out
    assert "totals is of another run" in said
    latest = max(path.name for path in (project.path / "data/totals.json").iterdir())
    assert f"data/totals.json/{latest}/totals.json" in said


def test_what_another_environment_has_made_was_left_by_nobody(trained: ProjectOnDisk) -> None:
    entry = "totals:\n  type: json.JSONDataset\n  filepath: data/prod/totals.json\n"
    trained.write({"conf/prod/catalog.yml": entry})
    trained.noria("run", "--env", "prod")
    trained.edit(PIPELINE, 'name="total"', 'name="sum_up"')
    assert "which is gone" not in trained.noria("plan").out
    assert "which is gone" not in trained.noria("plan", "--env", "prod").out
    trained.edit(PIPELINE, 'outputs="totals"', 'outputs="others"')
    assert "! data/totals.json: left by the node 'total'" in trained.noria("plan").out
    said = trained.noria("plan", "--env", "prod").out
    assert "! data/prod/totals.json: left by the node 'total'" in said
    assert said.count("which is gone") == 1


SUMS = """\
from noria import Pipeline, node

from shop.pipelines.sales.nodes import total


def create_pipeline() -> Pipeline:
    return Pipeline([node(total, ["tidy", "params:rate"], "totals", name="total_again")])
"""


def test_what_a_node_of_another_pipeline_makes_by_now_was_left_by_nobody(
    project: ProjectOnDisk,
) -> None:
    project.noria("run", "--pipeline", "sales")
    project.edit(PIPELINE, 'outputs="totals", name="total"', 'outputs="others", name="others"')
    sums = "src/shop/pipelines/sums"
    project.write({f"{sums}/__init__.py": "", f"{sums}/pipeline.py": SUMS})
    assert "which is gone" not in project.noria("plan", "--pipeline", "sales").out
    project.edit(f"{sums}/pipeline.py", '"totals"', '"sums"')
    said = project.noria("plan", "--pipeline", "sales").out
    assert "data/totals.json: left by the node 'total', which is gone" in said


def test_what_lies_in_the_project_that_this_is_a_copy_of_was_left_by_nobody(
    trained: ProjectOnDisk, tmp_path: Path
) -> None:
    copy = ProjectOnDisk(tmp_path / "copy")
    shutil.copytree(trained.path, copy.path)
    copy.edit(PIPELINE, 'outputs="totals"', 'outputs="others"')
    copy.edit(PIPELINE, 'name="total"', 'name="sum_up"')
    assert "which is gone" not in copy.noria("plan").out


def test_what_was_edited_at_a_node_that_waits_is_told_before(trained: ProjectOnDisk) -> None:
    (trained.path / "data/totals.json").write_text('{"total": 1}', "utf-8")
    trained.edit(NODES, "return orders.dropna()", "return orders.dropna().head(1)")
    assert _plan(trained) == {"clean": "run", "total": "wait"}
    assert "! data/totals.json was changed by hand" in trained.noria("plan").out
    assert "data/totals.json was changed by hand" in trained.noria("run").out
    assert "changed by hand" not in trained.noria("plan").out


def test_outputs_that_lie_there_are_adopted(trained: ProjectOnDisk) -> None:
    trained.noria("cache", "clear", "--yes")
    before = (trained.path / "data/totals.json").read_bytes()
    assert "2 nodes of 2 adopted" in trained.noria("cache", "adopt").out
    assert _plan(trained) == {"clean": "reuse", "total": "reuse"}
    trained.edit(NODES, "* rate)", "* rate * 2)")
    # What lived in memory was never seen: it is made for whoever needs it.
    assert _plan(trained) == {"clean": "run", "total": "wait"}
    trained.noria("run")
    assert (trained.path / "data/totals.json").read_bytes() != before


def test_of_what_was_adopted_nobody_knows_how_long_it_takes(trained: ProjectOnDisk) -> None:
    ledger = trained.path / ".noria/ledger.db"
    trained.noria("cache", "clear", "--yes")
    trained.noria("cache", "adopt")
    trained.edit(NODES, "* rate)", "* rate * 2)")
    assert "2 nodes: 1 run, 1 wait\n" in trained.noria("plan").out
    (made,) = json.loads(trained.noria("lineage", "totals", "--json").out)["steps"][:1]
    assert not made["adopted"]  # the ledger still knows who has made it
    ledger.unlink()
    (made,) = json.loads(trained.noria("lineage", "totals", "--json").out)["steps"][:1]
    assert (made["adopted"], made["seconds"]) == (True, None)
    said = trained.noria("lineage", "totals").out
    assert "taken for the result of total by `noria cache adopt`" in said


def test_what_is_not_there_is_not_adopted(project: ProjectOnDisk) -> None:
    said = project.noria("cache", "adopt").out
    assert "total: not adopted: totals is not there" in said
    assert "1 node of 2 adopted" in said


def test_an_effect_that_looks_meant_is_warned_of(project: ProjectOnDisk) -> None:
    project.edit(
        NODES,
        "    return orders.dropna()",
        "    import smtplib\n    smtplib.SMTP('localhost').sendmail('a', 'b', 'c')\n"
        "    return orders.dropna()",
    )
    said = project.noria("check").out
    assert "node 'clean'" in said
    assert "cache=False" in said


def test_data_saved_by_hand_is_in_the_ledger(trained: ProjectOnDisk) -> None:
    with open_project(trained.path) as session:
        session.run()
        session.catalog.save("totals", {"total": 1})
    (edit, *_) = json.loads(trained.noria("runs", "list", "--json").out)
    assert (edit["status"], edit["command"]) == ("edited", "catalog.save('totals')")
    assert edit["edited"] == {"totals": str(trained.path / "data/totals.json")}
    said = trained.noria("run").out
    assert "data/totals.json was changed by hand" in said


SCALING = """\
class Scaler:
    def __init__(self, by):
        self.by = by

    def __call__(self, one):
        return one * self.by
"""
# A built-in calls the object: nothing in these functions says what of it.
SCALED = """\
from shop.scaling import Scaler


def clean(orders):
    return Scaler(2)


def total(model, rate):
    return {"total": sum(map(model, [1, 2, 3]))}
"""
PICKLED = """\
clean_orders:
  type: pickle.PickleDataset
  filepath: data/model.pickle
"""


def test_who_reads_a_pickle_depends_on_the_classes_that_it_names(project: ProjectOnDisk) -> None:
    project.write(
        {"src/shop/scaling.py": SCALING, NODES: SCALED, "conf/base/catalog_model.yml": PICKLED}
    )
    project.noria("run")
    assert _plan(project) == {"clean": "reuse", "total": "reuse"}
    project.edit("src/shop/scaling.py", "one * self.by", "one * self.by + 1")
    project.noria("run")
    run = json.loads(project.noria("runs", "show", "--json").out)
    assert {node["node"]: node["status"] for node in run["nodes"]}["total"] == "done"
    assert json.loads((project.path / "data/totals.json").read_text("utf-8")) == {"total": 15}

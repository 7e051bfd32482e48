"""`noria check`: everything that is wrong, at once, and nothing run."""

import json
import subprocess
import sys

import pytest
from noria import open_project
from noria.project.catalog_check import check_catalog
from noria.project.check import check_project

from tests.project_on_disk import ProjectOnDisk, environment

FIT = """\
from dataclasses import dataclass

from noria import Pipeline, node


@dataclass
class Leaf:
    size: int


@dataclass
class Tree:
    leaf: Leaf


@dataclass
class Model:
    tree: Tree


def fit(totals: dict, model: Model, rounds: int = 3) -> str:
    return f"{model.tree.leaf.size} {rounds}"


def tell(fitted: str) -> list:
    return [fitted]


def create_pipeline():
    return Pipeline(
        [
            node(fit, ["totals", "params:model", "params:rounds"], "fitted", name="fit"),
            node(tell, "fitted", "told", name="tell"),
        ]
    )
"""
CODE = "src/shop/pipelines/fit/__init__.py"
PARAMETERS = "rate: 1.5\nmodel:\n  tree:\n    leaf:\n      size: 3\n"


def _with_fit(project: ProjectOnDisk) -> None:
    project.write({CODE: FIT, "conf/base/parameters.yml": PARAMETERS})


def test_a_project_without_mistakes(project: ProjectOnDisk) -> None:
    assert project.noria("check").out == "2 nodes in 2 pipelines: nothing wrong\n"
    assert not (project.path / ".noria/ledger.db").exists()


def test_a_parameter_three_levels_deep_is_named_by_its_line(project: ProjectOnDisk) -> None:
    _with_fit(project)
    project.edit("conf/base/parameters.yml", "size: 3", "size: big")
    for command in ("check", "run"):
        said = project.noria(command, code=2).all
        assert "conf/base/parameters.yml:5:13: model.tree.leaf.size is 'big', not int" in said
        assert f"wanted by node 'fit' ({CODE}:21)" in said
        assert "  correct the parameter, or what the function says that it takes" in said
        assert "Traceback" not in said


def test_a_misspelt_field_names_the_nearest(project: ProjectOnDisk) -> None:
    _with_fit(project)
    project.edit("conf/base/parameters.yml", "leaf:", "laef:")
    said = project.noria("check", code=2).all
    assert "conf/base/parameters.yml:4:5: model.tree: Tree has no 'laef'" in said
    assert "did you mean 'leaf'?" in said
    assert "model.tree has no 'leaf', which Tree needs" in said


def test_an_edge_names_the_source_line_of_both_ends(project: ProjectOnDisk) -> None:
    _with_fit(project)
    project.edit(CODE, "def tell(fitted: str)", "def tell(fitted: dict)")
    said = project.noria("check", code=2).all
    assert f"'fitted': node 'fit' gives str ({CODE}:21)" in said
    assert f"node 'tell' takes dict ({CODE}:25)" in said


@pytest.mark.parametrize("name", ["clean_orders", "'{anything}_orders'"])
def test_two_nodes_that_save_at_one_place_are_told_with_both_entries(
    project: ProjectOnDisk, name: str
) -> None:
    catalog = "conf/base/catalog.yml"
    entry = f"{name}: {{type: pandas.CSVDataset, filepath: data/totals.json}}"
    project.edit(catalog, "orders:\n", f"{entry}\n\norders:\n")
    nodes = "src/shop/pipelines/sales/nodes.py"
    for words in (["check"], ["catalog", "check"], ["plan"], ["run"], ["run", "--nodes", "clean"]):
        said = project.noria(*words, code=2)
        told = f"""\
{catalog}:7:1: 2 nodes save at data/totals.json:
  clean ({nodes}:4) as 'clean_orders' ({catalog}:1:1)
  total ({nodes}:8) as 'totals' ({catalog}:7:1)
  give each entry a place of its own, or leave all but one of the nodes out"""
        assert told in said.all
        assert said.all.count("save at") == 1
        assert "several entries lie at" not in said.all
    assert not (project.path / "data/totals.json").exists()


def test_an_override_of_the_wrong_type(project: ProjectOnDisk) -> None:
    _with_fit(project)
    said = project.noria("run", "--params", "model.tree.leaf.size=big", code=2).err
    assert "model.tree.leaf.size is 'big', not int" in said


def test_all_mistakes_are_told_at_once_as_json(project: ProjectOnDisk) -> None:
    _with_fit(project)
    project.edit("conf/base/parameters.yml", "size: 3", "size: big")
    project.edit("conf/base/catalog.yml", "pandas.CSVDataset", "pandas.CVSDataset")
    project.write({"src/shop/pipelines/broken/__init__.py": "import nowhere\n"})
    document = json.loads(project.noria("check", "--json", code=2).out)
    assert not document["ok"]
    kinds = {(each["kind"], each["where"]) for each in document["findings"]}
    assert ("ParameterTypeError", "conf/base/parameters.yml:5:13") in kinds
    assert ("UnknownTypeError", "conf/base/catalog.yml:2:9") in kinds
    assert "ProjectCodeError" in {kind for kind, _ in kinds}
    typed = next(each for each in document["findings"] if each["kind"] == "UnknownTypeError")
    assert typed["nearest"] == "pandas.CSVDataset"
    assert "sales" in typed["pipelines"]


def test_a_selection_is_checked_alone(project: ProjectOnDisk) -> None:
    _with_fit(project)
    project.edit("conf/base/parameters.yml", "size: 3", "size: big")
    assert "nothing wrong" in project.noria("check", "--pipeline", "sales").out
    assert "1 node in 1 pipeline" in project.noria("check", "--nodes", "clean").out


def test_warnings_do_not_fail(project: ProjectOnDisk) -> None:
    _with_fit(project)
    project.write({"conf/base/parameters.yml": PARAMETERS + "old: 1\nround: 4\n"})
    (project.path / "data/orders.csv").unlink()
    said = project.noria("check").out
    assert "conf/base/parameters.yml:6:1: no node reads the parameter 'old'" in said
    assert "'params:rounds' is declared nowhere: node 'fit'" in said
    assert "did you mean 'params:round'?" in said
    assert "the input 'orders', wanted by node 'clean'" in said


def test_a_library_that_a_dataset_needs_and_that_is_missing(
    project: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.edit("conf/base/catalog.yml", "json.JSONDataset", "pandas.ExcelDataset")
    project.edit("conf/base/catalog.yml", "totals.json", "totals.xlsx")
    session = open_project(project.path)
    assert check_project(session).findings == ()
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    for checked in (check_project(session), check_catalog(session)):
        (finding,) = checked.errors
        assert str(finding) == (
            "conf/base/catalog.yml:6:9: dataset 'totals': it needs openpyxl, which is not installed"
            "\n  pip install 'noria[excel]'"
        )


def test_a_library_that_an_argument_names_and_that_is_missing(
    project: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = "pickle.PickleDataset\n  backend: dill"
    project.edit("conf/base/catalog.yml", "json.JSONDataset", kept)
    monkeypatch.setitem(sys.modules, "dill", None)
    (finding,) = check_catalog(open_project(project.path)).errors
    assert str(finding) == (
        "conf/base/catalog.yml:6:9: dataset 'totals': it needs dill, which is not installed"
        "\n  pip install 'dill'"
    )


def test_what_an_excel_file_is_saved_with_is_known(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "json.JSONDataset", "pandas.ExcelDataset")
    known = "totals.xlsx\n  save_args: {writer: {mode: a}, sheet_name: all}"
    project.edit("conf/base/catalog.yml", "totals.json", known)
    assert check_catalog(open_project(project.path)).errors == []
    project.edit("conf/base/catalog.yml", "sheet_name", "sheetname")
    (finding,) = check_catalog(open_project(project.path)).errors
    assert "no argument 'sheetname'" in str(finding)
    assert "did you mean 'sheet_name'?" in str(finding)


def test_one_mistake_in_the_code_is_told_once(project: ProjectOnDisk) -> None:
    other = "src/shop/pipelines/other"
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.write(
        {
            f"{other}/__init__.py": "",
            f"{other}/pipeline.py": "from shop.pipelines.sales.pipeline import create_pipeline\n",
            nodes: "import smtplib\n\n\ndef clean(:\n",
        }
    )
    for words in (("check",), ("catalog", "check")):
        said = project.noria(*words, code=2).out
        assert "pipelines 'other', 'sales' cannot be imported: invalid syntax" in said
        assert "1 error" in said
    (found,) = json.loads(project.noria("check", "--json", code=2).out)["findings"]
    assert found["pipelines"] == ["other", "sales"]


def test_the_effects_of_a_node_are_told_in_one_warning(project: ProjectOnDisk) -> None:
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, "import pandas as pd\n", "import smtplib\n\nimport pandas as pd\n")
    project.edit(
        nodes,
        "    return orders",
        '    with smtplib.SMTP("mail") as mail:\n'
        '        mail.sendmail("a", "b", "c")\n'
        "    return orders",
    )
    said = project.noria("check").out
    assert "1 warning" in said
    assert "mail: .sendmail()" in said
    assert "; smtplib.SMTP()" in said


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ('pd.set_option("display.width", 60)', "pandas.set_option()"),
        ("pd.options.display.width = 60", "pandas.options.display.width"),
        ('os.chdir("data")', "os.chdir()"),
        ('os.environ["OMP_NUM_THREADS"] = "1"', "os.environ"),
        ('os.environ.update(OMP_NUM_THREADS="1")', "os.environ"),
    ],
)
def test_who_sets_up_a_library_for_all_nodes_is_told(
    project: ProjectOnDisk, does: str, told: str
) -> None:
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, "import pandas as pd\n", "import os\n\nimport pandas as pd\n")
    project.edit(nodes, "    return orders", f"    {does}\n    return orders")
    said = " ".join(project.noria("check").out.split())
    assert "1 warning" in said
    assert f"changes what all nodes share ({told}, src/shop/pipelines/sales/nodes.py:" in said
    assert "above all functions" in said


def test_who_sets_it_up_in_a_module_or_only_reads_it_is_not(project: ProjectOnDisk) -> None:
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(
        nodes,
        "import pandas as pd\n",
        'import pandas as pd\n\npd.set_option("display.width", 60)\n',
    )
    project.edit(
        nodes,
        "    return orders",
        "    width = pd.options.display.width\n"
        '    with pd.option_context("display.width", width):\n'
        "        return orders",
    )
    assert "nothing wrong" in project.noria("check").out


def test_an_input_that_nobody_makes_fails(project: ProjectOnDisk) -> None:
    _with_fit(project)
    project.edit(CODE, '["totals",', '["totls",')
    said = project.noria("check", code=2).all
    assert "nobody makes the input 'totls', wanted by node 'fit'" in said
    assert "did you mean 'totals'?" in said


def test_what_another_pipeline_makes_in_memory_is_a_warning_where_both_run_together(
    project: ProjectOnDisk,
) -> None:
    _with_fit(project)
    project.edit(CODE, '["totals",', '["clean_orders",')
    project.edit(CODE, "totals: dict", "totals: object")
    project.noria("run", "--quiet")
    for words in (("check",), ("catalog", "check")):
        said = " ".join(project.noria(*words).out.split())
        assert "Warning: the input 'clean_orders' of node 'fit' (src/shop/pipelines/fit/" in said
        assert "is made in pipeline 'sales' and stays in memory: without that one it cannot" in said
        assert "Error" not in said
    assert "'clean_orders'" in project.noria("check", "--pipeline", "fit", code=2).all


def test_one_node_tried_out_gets_what_a_run_would_give_it(project: ProjectOnDisk) -> None:
    _with_fit(project)
    code = (
        "import noria; session = noria.open_project('.');"
        "print(session.run_node('fit', inputs={'totals': {}}));"
        "session.run_node('fit', inputs={'totals': {}, 'params:model': {'tree': 3}})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "{'fitted': '3 3'}" in done.stdout
    assert "ParameterTypeError: model.tree is 3, not Tree" in done.stderr


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("{type: duckdb.QueryDataset, sql: select 1}", "a query cannot be saved"),
        (
            "{type: pandas.ParquetDataset, filepath: data/a, save_args: {partition_cols: [item]}}",
            "`partition_cols` makes a folder of many files",
        ),
        (
            (
                "{type: partitions.PartitionedDataset, path: 's3://shop/a', overwrite: true,"
                " dataset: text.TextDataset}"
            ),
            "`overwrite: true` is for local folders, and s3://shop/a is none",
        ),
    ],
)
def test_what_no_save_can_do_for_is_found_before_anything_runs(
    project: ProjectOnDisk, entry: str, why: str
) -> None:
    project.write({"conf/base/catalog_clean.yml": f"clean_orders: {entry}\n"})
    for words in (("check",), ("run",)):
        said = project.noria(*words, code=2).all
        assert "conf/base/catalog_clean.yml:1:1: node 'clean' (src/shop/" in said
        assert f"cannot save 'clean_orders': {why}" in said
    assert project.noria("runs", "list").out.startswith("nothing has been run yet")

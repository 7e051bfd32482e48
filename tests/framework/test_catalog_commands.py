"""`noria catalog`, in a process of its own."""

import json
import os
from typing import Any

import pytest

from tests.project_on_disk import ProjectOnDisk

PAGE = "conf/base/catalog.yml"


def entry(project: ProjectOnDisk, text: str) -> None:
    """Add to the catalog; the first added line is line 9."""
    catalog = project.path / PAGE
    catalog.write_text(catalog.read_text("utf-8") + "\n" + text, encoding="utf-8")


def findings(project: ProjectOnDisk, code: int = 2) -> list[dict[str, Any]]:
    said = project.noria("catalog", "check", "--json", code=code)
    found: list[dict[str, Any]] = json.loads(said.out)["findings"]
    return found


def test_the_datasets_are_listed_with_type_place_and_declaration(project: ProjectOnDisk) -> None:
    said = project.noria("catalog", "list").out.splitlines()
    assert said[1].split() == ["orders", "pandas.CSVDataset", "data/orders.csv", f"{PAGE}:1:1"]
    listed = json.loads(project.noria("catalog", "list", "--json").out)
    assert listed[1] == {
        "name": "totals",
        "type": "json.JSONDataset",
        "place": "data/totals.json",
        "declared": f"{PAGE}:5:1",
    }


def test_a_pipelines_datasets_include_factories_and_memory(project: ProjectOnDisk) -> None:
    entry(project, '"{name}_orders":\n  type: pandas.CSVDataset\n  filepath: data/{name}.csv\n')
    listed = json.loads(project.noria("catalog", "list", "-p", "sales", "--json").out)
    assert [(row["name"], row["place"]) for row in listed] == [
        ("clean_orders", "data/clean.csv"),
        ("orders", "data/orders.csv"),
        ("totals", "data/totals.json"),
    ]
    assert "{name}_orders" in project.noria("catalog", "list").out
    project.edit(PAGE, '"{name}_orders"', '"{name}_nothing"')
    assert "in memory" in project.noria("catalog", "list", "-p", "sales").out


def test_listing_imports_no_code_of_the_project(project: ProjectOnDisk) -> None:
    project.write({"src/shop/pipelines/sales/pipeline.py": "raise SystemExit('imported')\n"})
    assert "orders" in project.noria("catalog", "list").out
    assert "orders" in project.noria("catalog", "describe", "orders").out


def test_a_dataset_is_described_with_what_lies_there(project: ProjectOnDisk) -> None:
    described = json.loads(project.noria("catalog", "describe", "orders", "--json").out)
    assert described["filepath"] == f"{project.path}/data/orders.csv"
    assert described["declared"] == f"{PAGE}:1:1"
    assert described["exists"] is True
    assert described["bytes"] == (project.path / "data/orders.csv").stat().st_size
    assert "exists    no" in project.noria("catalog", "describe", "totals").out
    assert "did you mean 'orders'?" in project.noria("catalog", "describe", "ordres", code=2).err


def test_the_beginning_of_data_is_shown(project: ProjectOnDisk) -> None:
    said = project.noria("catalog", "preview", "orders", "--rows", "2")
    assert [line.split() for line in said.out.splitlines()] == [
        ["item", "price"], ["0", "pear", "2.0"], ["1", "plum", "3.0"],
    ]  # fmt: skip
    found = json.loads(project.noria("catalog", "preview", "orders", "--json").out)
    assert found["columns"] == ["item", "price"]
    assert found["rows"][2] == ["fig", None]
    project.noria("run", "--pipeline", "sales")
    assert project.noria("catalog", "preview", "totals").out.strip() == "{'total': 7.5}"


def test_a_preview_of_nothing_is_told(project: ProjectOnDisk) -> None:
    said = project.noria("catalog", "preview", "totals", code=2)
    assert "cannot preview 'totals': nothing lies at data/totals.json" in said.err


def test_versions_are_listed_and_one_can_be_loaded(project: ProjectOnDisk) -> None:
    project.edit(PAGE, "data/totals.json", "data/totals.json\n  versioned: true")
    assert "no version yet" in project.noria("catalog", "versions", "totals").out
    for rate in ("1.5", "2"):
        project.noria("run", "--pipeline", "sales", "--params", f"rate={rate}")
    found = json.loads(project.noria("catalog", "versions", "totals", "--json").out)
    later, earlier = found["versions"]
    assert later > earlier
    assert found["loaded"] == later
    pinned = ("--load-versions", f"totals:{earlier}")
    said = project.noria("catalog", "versions", "totals", *pinned).out
    assert f"{earlier}  loaded" in said
    (project.path / "data/totals.json" / later / "totals.json").write_text('"later"')
    assert "later" in project.noria("catalog", "preview", "totals").out
    assert "7.5" in project.noria("catalog", "preview", "totals", *pinned).out
    assert "keeps no versions" in project.noria("catalog", "versions", "orders", code=2).err


def test_versions_where_a_plain_file_lies_are_told(project: ProjectOnDisk) -> None:
    project.edit(PAGE, "data/orders.csv", "data/orders.csv\n  versioned: true")
    said = project.noria("run", "--pipeline", "sales", code=2).err
    assert "no version lies at data/orders.csv" in said
    assert "it is a plain file" in said
    assert "did you mean" not in said


def test_an_argument_that_is_no_word_is_found(project: ProjectOnDisk) -> None:
    project.edit(PAGE, "data/orders.csv", "data/orders.csv\n  load_args: {1: x}")
    (finding,) = findings(project, code=2)
    assert "has no argument 1" in finding["message"]


def test_a_right_catalog_has_nothing_wrong(project: ProjectOnDisk) -> None:
    assert project.noria("catalog", "check").out == "2 datasets: nothing wrong\n"
    assert findings(project, code=0) == []


def test_checking_loads_and_writes_nothing(project: ProjectOnDisk) -> None:
    (project.path / "data/orders.csv").write_bytes(b"\xff\xfe torn")
    before = sorted(path for path in project.path.rglob("*") if ".noria" not in path.parts
                    and "__pycache__" not in path.parts)  # fmt: skip
    assert findings(project, code=0) == []
    after = sorted(path for path in project.path.rglob("*") if ".noria" not in path.parts
                   and "__pycache__" not in path.parts)  # fmt: skip
    assert before == after


WRONG = {
    "an unknown type": (
        "a:\n  type: pandas.CVSDataset\n  filepath: a.csv\n", "10:9", "pandas.CSVDataset"),
    "an unknown argument": (
        "a:\n  type: pandas.CSVDataset\n  filepath: a.csv\n  load_arg: {sep: 1}\n",
        "12:3", "load_args"),
    "an argument that the library does not know": (
        "a:\n  type: pandas.CSVDataset\n  filepath: a.csv\n  load_args:\n    spe: ';'\n",
        "13:5", "sep"),
    "unknown credentials": (
        "a:\n  type: pandas.CSVDataset\n  filepath: s3://b/a.csv\n  credentials: store\n",
        "12:16", None),
    "no path": ("a:\n  type: pandas.CSVDataset\n", "9:1", None),
    "a path below a file": (
        "a:\n  type: pandas.CSVDataset\n  filepath: data/orders.csv/a.csv\n", "11:13", None),
    "an unknown store": (
        "a:\n  type: pandas.CSVDataset\n  filepath: s33://bucket/a.csv\n", "11:13", "s3"),
    "two dots in a store": (
        "a:\n  type: pandas.CSVDataset\n  filepath: s3://bucket/../a.csv\n", "11:13", None),
    "a class outside the packages": (
        "a:\n  type: subprocess.Popen\n  filepath: a\n", "10:9", None),
    "a function": ("a:\n  type: shop.pipelines.sales.nodes.clean\n  filepath: a\n", "10:9", None),
    "no mapping": ("a: 3\n", "9:1", None),
    "a placeholder in an entry of one name": (
        '"{a}_b":\n  type: pandas.CSVDataset\n  filepath: "{b}.csv"\n', "11:13", None),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_found_at_its_place(what: str, project: ProjectOnDisk) -> None:
    text, place, close = WRONG[what]
    entry(project, text)
    said = project.noria("catalog", "check", code=2)
    assert f"{PAGE}:{place}: " in said.all
    assert close is None or f"did you mean '{close}'?" in said.all
    assert "Traceback" not in said.all


def test_a_name_that_nobody_makes_or_declares_is_told_with_its_node(project: ProjectOnDisk) -> None:
    project.edit(PAGE, "orders:", "order:")
    said = project.noria("catalog", "check", code=2).out
    assert "nobody makes or declares 'orders', which node 'clean' needs" in said
    assert "did you mean 'order'?" in said
    assert f"Warning: {PAGE}:1:1: no pipeline uses the entry 'order'" in said


def test_many_entries_that_nobody_uses_hide_nothing_else(project: ProjectOnDisk) -> None:
    for number in range(30):
        entry(project, f"x{number}:\n  type: json.JSONDataset\n  filepath: x{number}.json\n")
    entry(project, "wrong:\n  type: json.JSONDatset\n  filepath: w.json\n")
    said = project.noria("catalog", "check", code=2).out
    assert said.count("no pipeline uses the entry") == 20
    assert "and 11 warnings of the same kind, which --json tells" in said
    assert "JSONDatset" in said
    assert len(findings(project)) == 32


def test_an_entry_that_nobody_uses_names_what_was_meant(project: ProjectOnDisk) -> None:
    entry(project, "clean_order:\n  type: pandas.CSVDataset\n  filepath: data/c.csv\n")
    entry(project, '"{name}_unused":\n  type: pandas.CSVDataset\n  filepath: "{name}.csv"\n')
    warnings = findings(project, code=0)
    assert [(each["level"], each["kind"], each["nearest"]) for each in warnings] == [
        ("warning", "unused", "clean_orders"),
        ("warning", "unused", None),
    ]


def test_two_entries_at_one_place_are_told_and_transcoded_ones_are_not(
    project: ProjectOnDisk,
) -> None:
    entry(project, "x@a:\n  type: json.JSONDataset\n  filepath: data/x.json\n"
                   "x@b:\n  type: text.TextDataset\n  filepath: data/x.json\n")  # fmt: skip
    shared = [each for each in findings(project, code=0) if each["kind"] == "shared"]
    assert shared == []
    entry(project, "y:\n  type: json.JSONDataset\n  filepath: data/../data/totals.json\n")
    (found,) = [each for each in findings(project, code=0) if each["kind"] == "shared"]
    assert f"'totals' at {PAGE}:5:1, 'y' at {PAGE}:16:1" in found["message"]


def test_a_save_that_is_not_whole_is_a_warning(project: ProjectOnDisk) -> None:
    project.edit(PAGE, "data/totals.json", "ftp://host/totals.json")
    entry(project, "a:\n  type: pandas.CSVDataset\n  filepath: a.csv\n  save_args: {mode: a}\n")
    whole = [each for each in findings(project, code=0) if each["kind"] == "whole"]
    assert [each["where"] for each in whole] == [f"{PAGE}:7:13", f"{PAGE}:12:15"]
    assert "ftp cannot publish" in whole[0]["message"]


def test_a_folder_that_cannot_be_written_is_found(project: ProjectOnDisk) -> None:
    if os.geteuid() == 0:
        pytest.skip("not here: root may write everywhere")
    (project.path / "data").chmod(0o500)
    (wrong,) = findings(project)
    assert "the folder data is read-only" in wrong["message"]


def test_a_pipeline_that_does_not_import_hides_no_mistake(project: ProjectOnDisk) -> None:
    project.write({"src/shop/pipelines/sales/nodes.py": "import nothing_of_that_name\n"})
    entry(project, "a:\n  type: pandas.CSVDataset\n")
    said = project.noria("catalog", "check", code=2).out
    assert said.count("cannot be imported") == 1  # not of the sum of all again
    assert f"{PAGE}:9:1: dataset 'a'" in said
    assert "no pipeline uses" not in said


def test_credentials_are_shown_nowhere(project: ProjectOnDisk) -> None:
    canary = "canary-5ecret"
    project.write({"conf/local/credentials.yml": f"store:\n  key: me\n  secret: {canary}\n"})
    entry(project, "a:\n  type: json.JSONDataset\n  filepath: s3://none/a.json\n"
                   "  credentials: store\n  fs_args:\n    endpoint_url: http://127.0.0.1:9\n"
                   "    config_kwargs: {retries: {total_max_attempts: 1}}\n")  # fmt: skip
    for words, code in (
        (["list"], 0), (["list", "--json"], 0), (["describe", "a"], 0),
        (["preview", "a"], 2), (["check"], 0),
    ):  # fmt: skip
        assert canary not in project.noria("catalog", *words, code=code).all
    project.edit("src/shop/pipelines/sales/pipeline.py", 'outputs="totals"', 'outputs="a"')
    said = project.noria("run", "--pipeline", "sales", code=1).all
    assert canary not in said
    assert "cannot look for 'a' at s3://none/a.json" in said
    assert "Noria's own" not in said
    held = [path for path in project.path.rglob("*") if path.is_file() and path.suffix != ".yml"]
    assert held
    assert not [path for path in held if canary.encode() in path.read_bytes()]


def test_a_dataset_of_the_projects_own_is_listed_checked_and_shown(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/own.py": "class Own:\n    def __init__(self, word): self.word = word\n"
            "    def load(self): return self.word\n    def save(self, data): pass\n"
        }
    )
    entry(project, "own:\n  type: shop.own.Own\n  word: hello\n")
    assert "shop.own.Own" in project.noria("catalog", "list").out
    assert project.noria("catalog", "preview", "own").out == "hello\n"
    project.edit(PAGE, "word: hello", "wrod: hello")
    assert "did you mean 'word'?" in project.noria("catalog", "check", code=2).out


@pytest.mark.parametrize("place", ["3", "[a]", '"a\\0b"'])
def test_a_place_that_is_no_path_is_listed_and_told(project: ProjectOnDisk, place: str) -> None:
    entry(project, f"odd:\n  type: pandas.CSVDataset\n  filepath: {place}\n")
    assert "odd" in project.noria("catalog", "list").out
    (found,) = [each for each in findings(project) if each["level"] == "error"]
    assert found["message"].startswith("dataset 'odd': `filepath` must be a path")
    assert found["where"] == f"{PAGE}:11:13"


def test_a_name_that_nobody_declares_is_one_finding_of_all_its_pipelines(
    project: ProjectOnDisk,
) -> None:
    project.edit(PAGE, "orders:", "ordered:")
    (found,) = [each for each in findings(project) if each["level"] == "error"]
    assert found["pipelines"] == ["sales", "__default__"]
    assert found["nearest"] == "ordered"


def test_a_long_text_in_a_table_does_not_push_the_others_away(project: ProjectOnDisk) -> None:
    text = "word " * 2_000
    project.write({"data/orders.csv": f"item,text,price\npear,{text},2.0\nplum,short,3.0\n"})
    lines = project.noria("catalog", "preview", "orders").out.splitlines()
    assert [line.split()[-1] for line in lines] == ["price", "2.0", "3.0"]
    assert max(map(len, lines)) < 120
    told = json.loads(project.noria("catalog", "preview", "orders", "--json").out)
    assert told["rows"][0][1] == text

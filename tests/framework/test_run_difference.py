"""`noria runs diff`: what differs between two runs, and what followed from it."""

import json
import sqlite3
from contextlib import closing
from typing import Any

from noria import open_project
from noria.plan import Parts
from noria.record.difference import Facts, Ran, compare, numbers

from tests.project_on_disk import ProjectOnDisk


def _diff(project: ProjectOnDisk, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.noria("runs", "diff", *words, "--json").out)
    return found


def test_a_parameter_its_reader_and_the_numbers_that_followed(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.edit("conf/base/parameters.yml", "1.5", "2.0")
    project.noria("run")
    found = _diff(project)
    assert found["parameters"] == [
        {"name": "rate", "before": 1.5, "after": 2.0, "nodes": ["total"]}
    ]
    assert found["code"] == found["data"] == found["other"] == []
    (followed,) = found["followed"]
    assert (followed["node"], followed["because"]) == ("total", ["rate changed"])
    assert (followed["changed"], followed["same"], followed["new"]) == (["totals"], [], [])
    assert found["metrics"] == [{"name": "totals: total", "before": 7.5, "after": 10.0}]


def test_code_is_told_by_its_lines_and_a_result_that_is_the_same_as_such(
    project: ProjectOnDisk,
) -> None:
    project.noria("run")
    project.edit("src/shop/pipelines/sales/nodes.py", "orders.dropna()", "orders.dropna(axis=0)")
    project.noria("run")
    found = _diff(project)
    assert [code["name"] for code in found["code"]] == ["shop.pipelines.sales.nodes:clean"]
    assert found["followed"][0]["same"] == ["clean_orders"]
    assert [followed["node"] for followed in found["followed"]] == ["clean"]
    said = project.noria("runs", "diff").out
    assert "    -    return orders.dropna()\n    +    return orders.dropna(axis=0)" in said
    assert "clean_orders is the same" in said


def test_a_value_of_another_type_is_another(project: ProjectOnDisk) -> None:
    project.edit("conf/base/parameters.yml", "1.5", "1")
    project.noria("run")
    project.edit("conf/base/parameters.yml", "1", "true")
    project.noria("run", code=2)
    project.edit("conf/base/parameters.yml", "true", "1.0")
    project.noria("run")
    assert "rate  1 -> 1.0  read by total" in project.noria("runs", "diff").out


def test_the_code_of_a_node_that_failed_is_told(project: ProjectOnDisk) -> None:
    project.noria("run")
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, "orders.dropna()", 'orders["none"]')
    project.noria("run", code=1)
    assert '+    return orders["none"]' in (said := project.noria("runs", "diff").out)
    assert "it failed in" in said


def test_the_numbers_of_what_was_edited_and_kept_are_told(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.write({"data/totals.json": '{"total": 1}'})
    project.noria("run", "--keep-edited", "totals")
    (metric,) = _diff(project)["metrics"]
    assert (metric["name"], metric["before"], metric["after"]) == ("totals: total", 7.5, 1)


def test_of_a_long_list_what_came_and_went_is_told(project: ProjectOnDisk) -> None:
    columns = ", ".join(f"column_{number}" for number in range(20))
    project.write({"conf/base/parameters.yml": f"rate: 1\nfree: [{columns}]\n"})
    project.noria("run")
    project.edit("conf/base/parameters.yml", "column_7", "other")
    project.noria("run", "--force")
    assert "free  without 'column_7', with 'other'\n" in project.noria("runs", "diff").out


def test_of_long_values_that_begin_alike_it_is_told_where_they_differ(
    project: ProjectOnDisk,
) -> None:
    begun = "x" * 100
    project.write({"conf/base/parameters.yml": f"rate: 1\nname: {begun}1\n"})
    project.noria("run")
    project.write({"conf/base/parameters.yml": f"rate: 1\nname: {begun}2\n"})
    project.noria("run")
    said = project.noria("runs", "diff").out
    assert "xxx1' -> …xxx" in said
    assert "xxx2'" in said


def test_data_from_outside_is_a_cause_and_data_in_between_a_consequence(
    project: ProjectOnDisk,
) -> None:
    project.noria("run")
    project.edit("data/orders.csv", "pear,2.0", "pear,4.0")
    project.noria("run")
    found = _diff(project)
    assert [(data["name"], data["nodes"]) for data in found["data"]] == [("orders", ["clean"])]
    assert [followed["because"] for followed in found["followed"]] == [
        ["orders changed"],
        ["clean_orders changed"],
    ]


def test_two_runs_are_named_as_anywhere_and_reused_results_count(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.noria("run", "--params", "rate=2.0")
    project.noria("run", "--force")
    first, second, third = (
        run["id"] for run in reversed(json.loads(project.noria("runs", "list", "--json").out))
    )
    assert (_diff(project, second)["before"], _diff(project, second)["after"]) == (second, third)
    assert [each["name"] for each in _diff(project, first, second)["parameters"]] == ["rate"]
    same = _diff(project, first, third)
    assert same["parameters"] == same["followed"] == same["metrics"] == []
    assert "nothing differs" in project.noria("runs", "diff", first, third).out


def test_a_clock_that_was_set_back_turns_no_comparison_round(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.edit("conf/base/parameters.yml", "1.5", "2.0")
    project.noria("run")
    with closing(sqlite3.connect(project.path / ".noria/ledger.db")) as connection, connection:
        connection.execute("UPDATE runs SET started = 1 WHERE id = (SELECT max(id) FROM runs)")
    (rate,) = _diff(project)["parameters"]
    assert (rate["before"], rate["after"]) == (1.5, 2.0)


def test_what_only_one_run_has_and_what_was_not_recorded_is_told(project: ProjectOnDisk) -> None:
    project.noria("run", "--nodes", "clean")
    project.noria("run", "--no-cache")
    found = _diff(project)
    assert (found["only_before"], found["only_after"]) == ([], ["total"])
    assert found["unknown"] == ["clean"]
    assert "nothing was recorded of\n  clean: done in " in project.noria("runs", "diff").out


def _dice(project: ProjectOnDisk) -> None:
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, "import pandas as pd", "import random\n\nimport pandas as pd")
    project.edit(nodes, 'float(clean_orders["price"].sum() * rate)', "random.random()")


def test_a_result_that_differs_by_chance_is_told_with_its_numbers(project: ProjectOnDisk) -> None:
    _dice(project)
    totals = project.path / "data/totals.json"
    numbers_made = []
    for words in ([], ["--force"], ["--runner", "threads"]):  # the last one uses it again
        project.noria("run", *words)
        numbers_made.append(json.loads(totals.read_text("utf-8"))["total"])
    runs = [run["id"] for run in reversed(json.loads(project.noria("runs", "list", "--json").out))]
    found = _diff(project, *runs[:2])
    (dice,) = found["followed"]
    assert (dice["node"], dice["changed"]) == ("total", ["totals"])
    assert dice["because"] == ["it ran again, and not to the same end"]
    assert found["metrics"] == [
        {"name": "totals: total", "before": numbers_made[0], "after": numbers_made[1]}
    ]
    assert numbers_made[1] == numbers_made[2]
    assert len(runs) == 3
    (dice,) = _diff(project, runs[0], runs[-1])["followed"]
    assert dice["because"] == ["another result of it was used"]
    assert _diff(project, *runs[-2:])["followed"] == []


def test_runs_of_a_noria_that_wrote_no_digests_down_are_compared(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.noria("run", "--params", "rate=2.0")
    now = _diff(project)
    with closing(sqlite3.connect(project.path / ".noria/ledger.db")) as connection, connection:
        connection.execute("UPDATE nodes SET facts = json_remove(facts, '$.made')")
    assert _diff(project) == now
    assert now["metrics"] == [{"name": "totals: total", "before": 7.5, "after": 10.0}]


def test_an_output_that_nobody_can_tell_apart_does_not_differ_by_its_run() -> None:
    parts = Parts("c", "l", "3.11", "", {}, {}, {"out": "m"}, {})
    before, after = (
        Facts(run, {}, {"save": Ran("done", parts, {"out": f"made:{run}/out"})}) for run in "12"
    )
    assert compare(before, after, lambda _: None).followed == []
    kept = Facts(
        "2", {}, {"save": Ran("reused", parts, {"out": "what somebody has written there"})}
    )
    (followed,) = compare(before, kept, lambda _: None).followed
    assert followed.because == ("another result of it was used",)


def test_an_output_under_another_name_is_new_and_not_forgotten(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.edit("src/shop/pipelines/sales/pipeline.py", 'outputs="totals"', 'outputs="sums"')
    project.edit("conf/base/catalog.yml", "totals:", "sums:")
    project.edit("conf/base/catalog.yml", "data/totals.json", "data/sums.json")
    project.noria("run")
    (followed,) = _diff(project)["followed"]
    assert (followed["changed"], followed["new"]) == ([], ["sums"])
    said = project.noria("runs", "diff").out
    assert "total  sums is new  sums is new, totals is gone" in said
    assert "\nbesides\n  sums is new: total\n  totals is gone: total\n" in said


def test_numbers_that_nobody_knows_any_more_are_not_new(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.noria("cache", "clear", "--yes")
    project.noria("run", "--params", "rate=2.0")
    found = _diff(project)
    assert [each["name"] for each in found["parameters"]] == ["rate"]
    assert found["metrics"] == []


def test_the_code_of_a_node_that_was_interrupted_is_told(project: ProjectOnDisk) -> None:
    project.noria("run")
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, "    return {", "    raise KeyboardInterrupt\n    return {")
    project.noria("run", code=130)
    (code,) = _diff(project)["code"]
    assert code["name"] == "shop.pipelines.sales.nodes:total"
    (run, _) = json.loads(project.noria("runs", "list", "--json").out)
    assert f"total  it was interrupted in {run['id']}" in project.noria("runs", "diff").out


def test_what_a_node_that_was_cut_off_has_made_is_told_as_that(project: ProjectOnDisk) -> None:
    project.noria("run")
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, "import pandas", "import os\nimport time\n\nimport pandas")
    project.edit(nodes, "    return {", "    time.sleep(1)\n    os._exit(9)\n    return {")
    project.noria("run", code=9)
    (run, _) = json.loads(project.noria("runs", "list", "--json").out)
    assert f"total  it was cut off in {run['id']}" in project.noria("runs", "diff").out


def test_a_secret_among_the_parameters_is_hidden(project: ProjectOnDisk) -> None:
    project.edit("conf/base/parameters.yml", "rate: 1.5", "rate: 1.5\nmail:\n  api_key: s3cret")
    project.noria("run")
    project.edit("conf/base/parameters.yml", "s3cret", "other-s3cret")
    project.edit("conf/base/parameters.yml", "rate: 1.5", "rate: 2.5")
    project.noria("run")
    assert "s3cret" not in project.noria("runs", "diff", "--json").out
    assert "rate  1.5 -> 2.5" in project.noria("runs", "diff").out


def test_what_was_saved_by_hand_is_no_run_to_compare_with(project: ProjectOnDisk) -> None:
    project.noria("run")
    with open_project(project.path) as session:
        session.catalog.save("totals", {"total": 1})
    project.noria("runs", "diff", code=2)
    (edit, run) = json.loads(project.noria("runs", "list", "--json").out)
    project.edit("conf/base/parameters.yml", "1.5", "2.0")
    project.noria("run")
    with open_project(project.path) as session:
        session.catalog.save("totals", {"total": 2})
    found = _diff(project)
    assert found["before"] == run["id"]
    assert [each["name"] for each in found["parameters"]] == ["rate"]
    assert found["only_before"] == found["only_after"] == []
    err = project.noria("runs", "diff", edit["id"], code=2).err
    assert f"{edit['id']} is no run: catalog.save('totals'), by hand" in err
    assert "totals at data/totals.json, by hand" in project.noria("runs", "show").out


def test_there_must_be_two_runs(project: ProjectOnDisk) -> None:
    assert "nothing has been run" in project.noria("runs", "diff", code=2).err
    project.noria("run")
    assert "no run is older than" in project.noria("runs", "diff", code=2).err
    assert "no run '1999'" in project.noria("runs", "diff", "1999", code=2).err


def test_a_run_is_not_compared_with_itself(project: ProjectOnDisk) -> None:
    project.noria("run")
    assert "both names mean the run 20" in project.noria("runs", "diff", "last", code=2).err


def test_a_parameter_below_one_that_is_read_has_its_readers() -> None:
    def ran(name: str, digest: str) -> Ran:
        parts = Parts("c", "l", "3.11", "", {"0": (name, digest)}, {}, {"out": "m"}, {})
        return Ran("done", parts, {"out": digest})

    nodes = {"fit": "params:model", "score": "params:model.depth_of_score", "all": "parameters"}
    before = Facts("1", {"model": {"depth": 1}}, {one: ran(of, "x") for one, of in nodes.items()})
    after = Facts("2", {"model": {"depth": 2}}, {one: ran(of, "y") for one, of in nodes.items()})
    (found,) = compare(before, after, lambda _: None).parameters
    assert (found.name, found.before, found.after) == ("model.depth", 1, 2)
    assert found.nodes == ("fit", "all")


def test_numbers_have_dotted_names_and_truth_values_are_none() -> None:
    told = dict(numbers({"a": {"b": [1, 2.5]}, "flag": True, "text": "3", "none": None}))
    assert told == {"a.b.0": 1, "a.b.1": 2.5}
    assert dict(numbers(7)) == {"": 7}


def test_of_nodes_that_read_more_than_their_inputs_this_is_the_cause(
    project: ProjectOnDisk,
) -> None:
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.edit(nodes, 'clean_orders["price"].sum()', 'float(open("data/add.txt").read())')
    project.write({"data/add.txt": "1\n"})
    project.noria("run")
    project.write({"data/add.txt": "2\n"})
    project.noria("run")
    (total,) = _diff(project)["followed"]
    assert total["changed"] == ["totals"]
    assert total["because"][0].startswith("it reads the file: open() (src/shop/pipelines/sales/")


def test_runs_whose_results_the_store_has_let_go_of_are_the_same_by_their_keys(
    project: ProjectOnDisk,
) -> None:
    project.noria("run")
    project.noria("run", "--force")
    project.noria("run", "--params", "rate=2.0")
    project.noria("cache", "clear", "--yes")
    first, second, third = (
        run["id"] for run in reversed(json.loads(project.noria("runs", "list", "--json").out))
    )
    assert _diff(project, second, third)["unknown"] == []  # clean was used again
    assert "nothing differs" in project.noria("runs", "diff", first, second).out


def test_nodes_that_no_run_came_to_are_not_told(project: ProjectOnDisk) -> None:
    project.edit("src/shop/pipelines/sales/nodes.py", "orders.dropna()", 'orders["none"]')
    project.noria("run", code=1)
    project.edit("src/shop/pipelines/sales/nodes.py", 'orders["none"]', 'orders["other"]')
    project.noria("run", code=1)
    said = project.noria("runs", "diff").out
    assert "it failed in both  its code changed" in said
    assert "total" not in said


def test_a_node_without_outputs_has_no_results_to_be_forgotten(project: ProjectOnDisk) -> None:
    project.edit("src/shop/pipelines/sales/pipeline.py", 'outputs="totals"', "outputs=None")
    project.noria("run")
    project.noria("run", "--params", "rate=2.0")
    said = project.noria("runs", "diff").out
    assert "total  it has none  rate changed" in said

"""What a change of places, names, branches and checkouts executes, in the chain raw -> A -> B -> C."""

import json
import shutil
from pathlib import Path

from tests.incremental.workbench import (
    CONF,
    PARAMETERS,
    PYPROJECT,
    WHERE_PIPELINE,
    Workbench,
    chain,
)

MADE_B = "made_b:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"


def test_how_an_output_is_saved_concerns_its_producer(bench: Workbench) -> None:
    bench.edit(CONF, MADE_B, f"{MADE_B}  save_args:\n    indent: 4\n")
    assert bench.did() == "B"
    bench.edit(CONF, "indent: 4", "indent: 4\n    sort_keys: true")
    assert bench.did() == "B"
    assert bench.did() == ""


def test_how_an_input_is_loaded_concerns_its_readers(bench: Workbench) -> None:
    bench.edit(CONF, MADE_B, f"{MADE_B}  load_args:\n    strict: false\n")
    assert bench.did() == "C"
    bench.edit(
        CONF, "filepath: data/raw.json\n", "filepath: data/raw.json\n  load_args: {strict: false}\n"
    )
    assert bench.did() == "A"


def test_another_type_concerns_both(bench: Workbench) -> None:
    bench.edit(CONF, MADE_B, MADE_B.replace("json.JSONDataset", "yaml.YAMLDataset"))
    assert bench.did() == "B C"
    assert bench.value("made_c") == 125


def test_no_arguments_are_those_that_are_left_out(bench: Workbench) -> None:
    bench.edit(CONF, MADE_B, f"{MADE_B}  load_args: {{}}\n  save_args:\n")
    assert bench.did() == ""


def test_remarks_and_metadata_in_the_catalog_run_nothing(bench: Workbench) -> None:
    bench.edit(CONF, MADE_B, f"# a remark\n{MADE_B}  metadata:\n    owner: me\n")
    assert bench.did() == ""
    bench.write({"conf/base/catalog_more.yml": MADE_B.replace("made_b", "nobody_s")})
    assert bench.did() == ""


def test_an_output_moved_is_restored_to_its_new_place(bench: Workbench) -> None:
    bench.edit(CONF, "data/made_b.json", "data/deeper/moved.json")
    ran = bench.go()
    assert (ran.did, ran.nodes("restored")) == ("", "B")
    assert (bench.path / "data/deeper/moved.json").read_text().strip() == "25"
    bench.edit(CONF, "data/made_c.json", str(bench.path / "elsewhere.json"))
    assert bench.did() == ""
    assert (bench.path / "elsewhere.json").read_text().strip() == "125"


def test_another_suffix_or_name_runs_the_producer(bench: Workbench) -> None:
    bench.edit(CONF, "data/made_b.json", "data/made_b.txt")
    assert bench.did() == "B"
    bench.edit(CONF, "made_b:", "renamed:")
    bench.edit(WHERE_PIPELINE, "made_b", "renamed")
    assert bench.did() == "B"
    assert bench.value("made_c") == 125


def test_a_node_renamed_tagged_or_regrouped_runs_nothing(bench: Workbench) -> None:
    bench.edit(WHERE_PIPELINE, 'name="B"', 'name="Bee", tags=["new"]')
    assert bench.did() == ""
    shutil.move(bench.path / "src/shop/pipelines/main", bench.path / "src/shop/pipelines/other")
    assert bench.did() == ""
    bench.write(
        {
            "src/shop/pipelines/last/__init__.py": "",
            "src/shop/pipelines/last/pipeline.py": (
                "from noria import Pipeline, node\n\nfrom shop.c import c\n\n\n"
                'def create_pipeline():\n    return Pipeline([node(c, "made_b", "made_c", name="C")])\n'
            ),
        }
    )
    where = "src/shop/pipelines/other/pipeline.py"
    bench.edit(where, '            node(c, inputs="made_b", outputs="made_c", name="C"),\n', "")
    assert bench.did() == ""
    assert bench.did("--pipeline", "other") == ""
    assert bench.value("made_c") == 125


def test_another_runner_or_environment_runs_nothing(bench: Workbench) -> None:
    assert bench.did("--runner", "threads", "--workers", "2") == ""
    bench.write({"conf/prod/parameters.yml": "rate: 5\n"})
    assert bench.did("--env", "prod") == ""
    bench.write({"conf/prod/parameters.yml": "rate: 6\n"})
    assert bench.did("--env", "prod") == "B C"
    assert bench.value("made_c") == 126
    assert bench.did() == ""
    assert bench.value("made_c") == 125


def test_an_environment_with_places_of_its_own_makes_nothing_again(bench: Workbench) -> None:
    moved = "".join(
        f"made_{each}:\n  type: json.JSONDataset\n  filepath: data/prod/made_{each}.json\n"
        for each in "abc"
    )
    bench.write({"conf/prod/catalog.yml": moved})
    assert bench.go("--env", "prod").nodes("restored") == "A B C"
    assert (bench.path / "data/prod/made_c.json").read_text().strip() == "125"


def test_a_branch_switched_and_back_runs_nothing_the_second_time(bench: Workbench) -> None:
    bench.write({".gitignore": ".noria/\ndata/\n__pycache__/\n"})
    bench.git("init", "-q", "-b", "main")
    bench.git("add", ".")
    bench.git("commit", "-qm", "main")
    bench.git("switch", "-qc", "other")
    bench.edit_at_once("src/shop/deep.py", "+ 0", "+ 1")
    bench.git("commit", "-qam", "other")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 135
    for branch, value in (("main", 125), ("other", 135), ("main", 125)):
        bench.git("switch", "-q", branch)
        ran = bench.go()
        assert ran.did == "", branch
        assert bench.value("made_c") == value
        assert "aside" not in ran.said.all


def test_two_checkouts_share_a_store(tmp_path: Path) -> None:
    store = f'store = "{tmp_path / "store"}"\n'
    one = chain(tmp_path / "one", **{"pyproject.toml": PYPROJECT + store})
    two = Workbench(tmp_path / "two" / "shop", home=one.home)
    shutil.copytree(one.path, two.path, dirs_exist_ok=True)
    assert one.did() == "A B C"
    ran = two.go()
    assert (ran.did, ran.nodes("restored")) == ("", "A B C")
    assert two.value("made_c") == 125
    two.edit_at_once("src/shop/deep.py", "+ 0", "+ 1")
    assert two.did() == "B C"
    assert one.did() == ""
    one.edit_at_once("src/shop/deep.py", "+ 0", "+ 1")
    assert one.did() == ""
    assert one.value("made_c") == 135


def test_a_result_that_made_room_for_another_checkouts_is_not_said_to_differ(
    tmp_path: Path,
) -> None:
    store = f'store = "{tmp_path / "store"}"\n'
    one = chain(tmp_path / "one", **{"pyproject.toml": PYPROJECT + store})
    two = Workbench(tmp_path / "two" / "shop", home=one.home)
    shutil.copytree(one.path, two.path, dirs_exist_ok=True)
    one.go()
    two.write({PARAMETERS: "rate: 6\n"})
    two.edit("src/shop/a.py", "raw + 1", "raw + 2")
    two.go()
    size = json.loads(two.command("cache", "status", "--json").out)["size"]
    two.command("cache", "gc", "--limit", f"{size * 2 // 3}B")
    said = one.command("plan", "--why", "A").out.splitlines()
    assert said == ["A: run: its result is not in the store"]
    two.edit("src/shop/a.py", "raw + 2", "raw + 3")
    assert "its code changed" in two.command("plan", "--why", "A").out


def test_a_copied_project_runs_nothing_for_its_user(bench: Workbench, tmp_path: Path) -> None:
    copy = Workbench(tmp_path / "copied", home=bench.home)
    shutil.copytree(bench.path, copy.path, dirs_exist_ok=True)
    shutil.rmtree(bench.path)
    assert copy.did() == ""
    copy.edit_at_once("src/shop/deep.py", "+ 0", "+ 1")
    assert copy.did() == "B C"
    assert copy.value("made_c") == 135


def test_a_project_from_a_stranger_is_all_misses(bench: Workbench, tmp_path: Path) -> None:
    mine = Workbench(tmp_path / "mine", home=tmp_path / "my-home")
    shutil.copytree(bench.path, mine.path, dirs_exist_ok=True)
    assert mine.did() == "A B C"
    assert mine.value("made_c") == 125
    assert mine.did() == ""


def test_a_project_that_was_moved_runs_nothing(bench: Workbench, tmp_path: Path) -> None:
    bench.path.rename(tmp_path / "moved")
    moved = Workbench(tmp_path / "moved", home=bench.home)
    assert moved.did() == ""
    assert moved.value("made_c") == 125


def test_a_lost_state_only_costs_a_run(bench: Workbench) -> None:
    shutil.rmtree(bench.path / ".noria")
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 125
    assert bench.did() == ""


def test_a_lost_store_loses_no_result(bench: Workbench) -> None:
    shutil.rmtree(bench.path / ".noria/store")
    assert bench.did() in ("", "A B C")
    assert bench.value("made_c") == 125
    (bench.path / "data/made_b.json").unlink()
    bench.go()
    assert (bench.value("made_b"), bench.value("made_c")) == (25, 125)
    bench.edit_at_once("src/shop/deep.py", "+ 0", "+ 1")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 135


TWO = """\
from noria import Pipeline, node

from shop.c import c


def split(raw):
    print("<<A>>")
    return {result}


def create_pipeline():
    return Pipeline(
        [
            node(split, inputs="raw", outputs={outputs}, name="A"),
            node(c, inputs="made_b", outputs="made_c", name="C"),
        ]
    )
"""


def test_outputs_that_change_places_are_another_result(fresh: Workbench) -> None:
    for result, outputs, swapped in (
        ("raw, raw + 1", '["made_a", "made_b"]', '["made_b", "made_a"]'),
        (
            '{"x": raw + 2, "y": raw + 3}',
            '{"x": "made_a", "y": "made_b"}',
            '{"x": "made_b", "y": "made_a"}',
        ),
    ):
        fresh.write({WHERE_PIPELINE: TWO.format(result=result, outputs=outputs)})
        assert fresh.did() == "A C"
        before = (fresh.value("made_a"), fresh.value("made_b"))
        fresh.write({WHERE_PIPELINE: TWO.format(result=result, outputs=swapped)})
        assert fresh.did() == "A C"
        assert (fresh.value("made_b"), fresh.value("made_a")) == before
        assert fresh.value("made_c") == before[0] + 100


MINE = """\
import json
from pathlib import Path


class Mine:
    def __init__(self, filepath, columns=None):
        self._path = Path(filepath)
        self._columns = columns or {}

    def load(self):
        return json.loads(self._path.read_text()) + len(self._path.suffix)

    def save(self, data):
        self._path.write_text(json.dumps([*self._columns, data]))

    def exists(self):
        return self._path.exists()
"""


def test_what_a_class_of_one_s_own_makes_of_an_order_or_a_name_is_not_known(
    fresh: Workbench,
) -> None:
    fresh.write({"src/shop/mine.py": MINE})
    fresh.edit(CONF, "made_c:\n  type: json.JSONDataset", "made_c:\n  type: shop.mine.Mine")
    fresh.edit(CONF, "data/made_c.json\n", "data/made_c.json\n  columns: {one: 1, two: 2}\n")
    fresh.edit(CONF, "raw:\n  type: json.JSONDataset", "raw:\n  type: shop.mine.Mine")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == ["one", "two", 175]
    fresh.edit(CONF, "{one: 1, two: 2}", "{two: 2, one: 1}")
    assert fresh.did() == "C"
    assert fresh.value("made_c") == ["two", "one", 175]
    (fresh.path / "data/raw.json").rename(fresh.path / "data/raw.text")
    fresh.edit(CONF, "data/raw.json", "data/raw.text")
    assert fresh.did() == "A"
    (fresh.path / "data/raw.text").rename(fresh.path / "data/raw.js")
    fresh.edit(CONF, "data/raw.text", "data/raw.js")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == ["two", "one", 155]


SINK = """\
import json
from pathlib import Path


class Sink:
    def __init__(self, filepath, url):
        self._path = Path(filepath)
        self._url = url

    def load(self):
        return json.loads(self._path.read_text())[1]

    def save(self, data):
        self._path.write_text(json.dumps([self._url, data]))

    def exists(self):
        return self._path.exists()
"""


def test_what_is_not_shown_of_an_entry_counts_all_the_same(fresh: Workbench) -> None:
    fresh.write({"src/shop/sink.py": SINK})
    fresh.edit(CONF, "made_c:\n  type: json.JSONDataset", "made_c:\n  type: shop.sink.Sink")
    url = "https://host/rows?part=1"
    fresh.edit(CONF, "data/made_c.json\n", f"data/made_c.json\n  url: {url}\n")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == [url, 125]
    fresh.edit(CONF, "part=1", "part=2")
    assert fresh.did() == "C"
    assert fresh.value("made_c") == [url.replace("1", "2"), 125]
    assert "part=2" not in fresh.command("plan", "--why", "C").out
    assert fresh.did() == ""

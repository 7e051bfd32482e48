"""Rules for folders that hold more than one dataset, and for places under several names."""

from pathlib import Path

import pytest

from tests.incremental.workbench import CHAIN, CONF, WHERE_PIPELINE, Workbench, entries


def parts(name: str, suffix: str, more: str = "") -> str:
    """Return the entry of the texts in one folder that end with a suffix."""
    return (
        f"{name}:\n  type: partitions.PartitionedDataset\n  path: data/both\n"
        f"  dataset: text.TextDataset\n  filename_suffix: {suffix}\n{more}"
    )


def written(path: Path) -> dict[str, str]:
    """Return the files below a folder with what is written in them."""
    return {file.name: file.read_text() for file in path.rglob("*") if file.is_file()}


LABEL = """\


def label(images):
    print("<<L>>")
    return {name: f"label of {load()}" for name, load in images.items()}
"""


@pytest.fixture
def labelled(fresh: Workbench) -> Workbench:
    """Images from outside, and labels that a node puts beside them."""
    fresh.write(
        {
            CONF: CHAIN[CONF]
            + parts("images", ".png")
            + parts("labels", ".txt", "  overwrite: true\n"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace("import a\n", "import a, label\n")
            .replace("[\n", '[\n            node(label, "images", "labels", name="L"),\n', 1),
            "src/shop/a.py": CHAIN["src/shop/a.py"] + LABEL,
            "data/both/one.png": "1",
            "data/both/README": "by hand",
        }
    )
    return fresh


def test_who_puts_labels_beside_the_images_runs_for_new_images_only(labelled: Workbench) -> None:
    assert labelled.did() == "A B C L"
    assert labelled.did() == ""
    labelled.write({"data/both/two.png": "2"})
    ran = labelled.go()
    assert ran.did == "L"
    assert "changed while it ran" not in ran.said.all
    assert labelled.did() == ""
    told = labelled.command("lineage", "labels").out
    assert "images  data/both" in told
    assert "not there any more" not in told


@pytest.mark.parametrize("changed", [False, True])
def test_what_lies_beside_an_edited_partition_stays(labelled: Workbench, *, changed: bool) -> None:
    """Images are nobody's result: they must not go aside with the labels."""
    assert labelled.did() == "A B C L"
    labelled.write({"data/both/one.txt": "mine", "data/both/deep/three.txt": "mine too"})
    if changed:
        labelled.write({"data/both/two.png": "2"})
    assert labelled.did() == ("L" if changed else "")
    images = {"one.png": "1", **({"two.png": "2"} if changed else {})}
    labels = {"one.txt": "label of 1", **({"two.txt": "label of 2"} if changed else {})}
    assert written(labelled.path / "data/both") == {**images, **labels, "README": "by hand"}
    aside = written(labelled.path / ".noria/aside")
    assert aside == {"one.txt": "mine", "three.txt": "mine too"}
    assert labelled.did() == ""


def test_partitions_that_lay_there_before_the_first_run(labelled: Workbench) -> None:
    """A save adds to them: only what it writes over is kept aside, if it is not the same."""
    labelled.edit(CONF, "  overwrite: true\n", "")
    labelled.write(
        {
            "data/both/one.txt": "mine",
            "data/both/two.txt": "label of 2",
            "data/both/three.txt": "alone",
            "data/both/two.png": "2",
        }
    )
    ran = labelled.go()
    assert ran.did == "A B C L"
    assert "labels: what lay there before was no run's result" in ran.said.all
    assert written(labelled.path / ".noria/aside") == {"one.txt": "mine"}
    assert (labelled.path / "data/both/one.txt").read_text() == "label of 1"
    assert (labelled.path / "data/both/three.txt").read_text() == "alone"
    assert "what lay there before" not in labelled.go("--force").said.all


def test_a_circle_at_one_place_lets_nodes_wait_for_others(fresh: Workbench) -> None:
    """Who reads what an earlier run has put there cannot wait; that is no reason for others."""
    fresh.write(
        {
            CONF: CHAIN[CONF]
            + "".join(entries(name) for name in ("new", "half"))
            + entries("old").replace("old.json", "new.json")
            + entries("alias").replace("alias.json", "made_b.json"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE].replace(
                '            node(c, inputs="made_b"',
                '            node(a, inputs="old", outputs="half", name="X"),\n'
                '            node(a, inputs="half", outputs="new", name="Y"),\n'
                '            node(c, inputs="alias"',
            ),
            "data/new.json": "1\n",
            "data/made_b.json": "1000\n",
        }
    )
    text = (fresh.path / WHERE_PIPELINE).read_text()
    c = next(line for line in text.splitlines() if "node(c," in line)
    fresh.write(
        {WHERE_PIPELINE: text.replace(f"{c}\n", "").replace("        [\n", f"        [\n{c}\n")}
    )
    fresh.command("run")
    assert fresh.value("made_c") == 125
    fresh.write({"data/raw.json": "2\n"})
    fresh.command("run")
    assert fresh.value("made_c") == 135


def test_images_and_labels_made_of_them_step_by_step_are_no_circle(labelled: Workbench) -> None:
    labelled.edit(
        WHERE_PIPELINE,
        '"images", "labels", name="L"),',
        '"images", "seen", name="L"),\n            node(dict, "seen", "labels", name="D"),',
    )
    labelled.command("run")
    assert (labelled.path / "data/both/one.txt").read_text() == "label of 1"
    assert labelled.did() == ""


def test_a_folder_that_this_run_fills_need_not_be_there_before(fresh: Workbench) -> None:
    """One node writes a file, another reads the folder, in a checkout that has no data yet."""
    one = "one:\n  type: text.TextDataset\n  filepath: data/both/deep/one.txt\n"
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(entries("made_a"), one) + parts("all", ".txt"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace('outputs="made_a"', 'outputs=["one", "ready"]')
            .replace('["made_a", "params:rate"]', '["all", "ready"]'),
            "src/shop/a.py": 'def a(raw):\n    print("<<A>>")\n    return str(raw), True\n',
            "src/shop/b.py": 'def b(given, ready):\n    print("<<B>>")\n'
            "    return sum(int(load()) for load in given.values())\n",
        }
    )
    assert "'all'" not in fresh.command("check").all
    assert fresh.did() == "A B C"
    assert fresh.value("made_b") == 1
    assert fresh.did() == ""
    fresh.edit(CONF, "filename_suffix: .txt", "filename_suffix: .png")
    assert "has nothing in data/both that ends with '.png'" in fresh.command("run", code=2).err


def months(count: int) -> str:
    return f'return {{f"m{{number}}": "x" for number in range({count})}} or inner'


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_partitions_that_are_made_no_longer_are_told_once(fresh: Workbench, runner: str) -> None:
    """They stay where saves only add, as a run from nothing would not have them."""
    flags = ("--runner", runner)
    fresh.write({CONF: CHAIN[CONF] + parts("made_parts", ".txt")})
    fresh.edit(WHERE_PIPELINE, '"made_b"', '"made_parts"')
    fresh.edit("src/shop/b.py", "return inner", months(5))
    fresh.edit("src/shop/c.py", "made_b + 100", "len(made_b) + 100")
    assert "stayed" not in fresh.go(*flags).said.all
    fresh.edit("src/shop/b.py", "range(5)", "range(1)")
    said = " ".join(fresh.go(*flags).said.all.split())
    assert "made_parts: m1, m2, m3 and 1 more stayed from an earlier run" in said
    assert fresh.value("made_c") == 105
    fresh.edit_at_once("conf/base/parameters.yml", "rate: 5", "rate: 6")
    again = fresh.go(*flags)
    assert again.did.startswith("B")
    assert "stayed" not in again.said.all


def test_partitions_that_are_all_made_again_are_not_told(fresh: Workbench) -> None:
    fresh.write({CONF: CHAIN[CONF] + parts("made_parts", ".txt")})
    fresh.edit(WHERE_PIPELINE, '"made_b"', '"made_parts"')
    fresh.edit("src/shop/b.py", "return inner", months(3))
    fresh.edit("src/shop/c.py", "made_b + 100", "len(made_b) + 100")
    fresh.go()
    fresh.edit("src/shop/b.py", "range(3)", "range(4)")
    assert "stayed" not in fresh.go().said.all
    assert fresh.value("made_c") == 104


FILLED = """\
import json
import time

from noria import Pipeline, file, node


def slow(raw):
    print("<<S>>")
    time.sleep(0.3)
    return {"x": raw + 10} if FOLDER else raw + 10


def quick(raw):
    print("<<Q>>")
    return raw + 100


def read(many):
    print("<<R>>")
    return {name: load() for name, load in sorted(many.items())}


def one(x):
    print("<<R>>")
    return {"x": x}


def opened(raw):
    print("<<R>>")
    with open("data/many/x.json") as made:
        return {"x": json.load(made)}


FOLDER = False


def create_pipeline():
    return Pipeline([NODES])
"""
SLOW, QUICK = 'node(slow, "raw", "x", name="S")', 'node(quick, "raw", "y", name="Q")'
READERS = {
    "the folder of a file": ("S Q R", 'node(read, "many", "found", name="R")', [SLOW, QUICK]),
    "a file of the folder": (
        "R S",
        'node(one, "x", "found", name="R")',
        [SLOW.replace('"x"', '"many"')],
    ),
    "a file that is opened": (
        "R S",
        'node(opened, "raw", "found", name="R", depends_on=[file("data/many/x.json")])',
        [SLOW],
    ),
}


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("reader", READERS)
def test_who_reads_files_of_others_waits_for_them(
    fresh: Workbench, reader: str, runner: str
) -> None:
    did, reads, makes = READERS[reader]
    text = FILLED.replace("NODES", ", ".join([reads, *makes]))
    fresh.write(
        {
            WHERE_PIPELINE: text.replace("FOLDER = False", f"FOLDER = {'many' in makes[0]}"),
            CONF: entries("raw", "found")
            + entries("x", "y").replace("data/", "data/many/")
            + "many:\n  type: partitions.PartitionedDataset\n  path: data/many\n"
            "  dataset: json.JSONDataset\n  filename_suffix: .json\n",
        }
    )
    did = " ".join(sorted(did.split()))
    rest = {"y": 101} if QUICK in makes else {}
    if "many" in makes[0]:  # what is in a folder is known when it was made
        assert fresh.did("--nodes", "S") == "S"
        assert fresh.did("--runner", runner, "--workers", "3") == "R"
    else:
        assert fresh.did("--runner", runner, "--workers", "3") == did
    assert fresh.value("found") == {"x": 11} | rest
    assert fresh.did() == ""
    fresh.write({"data/raw.json": "5\n"})
    rest = {"y": 105} if QUICK in makes else {}
    assert fresh.did("--runner", runner, "--workers", "3") == did
    assert fresh.value("found") == {"x": 15} | rest
    assert fresh.did() == ""


def test_who_puts_into_a_folder_what_it_makes_of_it_is_no_circle(fresh: Workbench) -> None:
    fresh.write(
        {
            WHERE_PIPELINE: FILLED.replace(
                "NODES",
                'node(read, "many", "found", name="R"), '
                'node(len, "found", "x", name="N"), node(quick, "raw", "y", name="Q")',
            ),
            CONF: entries("raw", "found")
            + entries("x", "y").replace("data/", "data/many/")
            + "many:\n  type: partitions.PartitionedDataset\n  path: data/many\n"
            "  dataset: json.JSONDataset\n  filename_suffix: .json\n",
        }
    )
    fresh.command("run", "--runner", "threads")
    assert fresh.value("found") == {"y": 101}
    assert fresh.value("many/x") == 1


SPLIT = """\


def {0}(raw):
    print("<<{1}>>")
    return {{"one": f"{0} {{raw}}", "two": "{0}"}}
"""


@pytest.fixture
def split(fresh: Workbench) -> Workbench:
    """Two nodes that each put files of their own kind into one folder."""
    fresh.write(
        {
            CONF: CHAIN[CONF] + parts("lefts", ".left") + parts("rights", ".right"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace("import a\n", "import a, left, right\n")
            .replace("[\n", "[\n" + "".join(
                f'            node({name}, "raw", "{name}s", name="{name[0].upper()}"),\n'
                for name in ("left", "right")
            ), 1),
            "src/shop/a.py": CHAIN["src/shop/a.py"]
            + SPLIT.format("left", "L")
            + SPLIT.format("right", "R"),
        }
    )  # fmt: skip
    assert fresh.did() == "A B C L R"
    return fresh


def test_what_nodes_put_beside_each_other_is_no_mistake(split: Workbench) -> None:
    split.command("check")
    # Nor where two other entries are one dataset.
    split.edit(CONF, CHAIN[CONF], CHAIN[CONF] + entries("again").replace("again.json", "raw.json"))
    split.edit(WHERE_PIPELINE, '"made_a", "params:rate"', '"made_a", "again"')
    assert split.did() == "B C"


def test_nobody_has_changed_what_another_node_puts_beside_it(split: Workbench) -> None:
    split.write({"data/raw.json": "2\n"})
    ran = split.go()
    assert ran.did == "A B C L R"
    assert "by hand" not in ran.said.all
    split.write({"data/both/one.left": "mine", "data/raw.json": "3\n"})
    assert split.did() == "A B C L R"
    assert written(split.path / "data/both")["one.left"] == "left 3"
    assert split.aside() == ["mine"]


@pytest.mark.parametrize("which", ["L", "R"])
def test_an_edit_is_seen_beside_what_a_run_did_not_record(split: Workbench, which: str) -> None:
    other = {"L": "right", "R": "left"}[which]
    assert split.did("--nodes", which, "--no-cache") == which
    split.write({f"data/both/one.{other}": "mine", "data/raw.json": "2\n"})
    assert split.did() == "A B C L R"
    assert written(split.path / "data/both")[f"one.{other}"] == f"{other} 2"
    assert split.aside() == ["mine"]

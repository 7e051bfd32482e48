"""The quick answer "nothing to do": it imports nothing of the user's, and is never wrong."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.incremental.workbench import (
    CONF,
    PARAMETERS,
    PYPROJECT,
    WHERE_PIPELINE,
    Workbench,
    entries,
    settle,
)

B = "src/shop/b.py"
NEW_NODE = (
    'from noria import Pipeline, node\n\n\ndef f(raw):\n    print("<<N>>")\n    return raw\n\n\n'
    'def create_pipeline():\n    return Pipeline([node(f, "raw", "made_n", name="N")])\n'
)


@pytest.fixture
def settled(bench: Workbench) -> Workbench:
    """The chain after runs that had nothing to do, when all its files are old enough to trust."""
    settle(bench)
    return bench


def test_nothing_of_the_user_s_is_imported(settled: Workbench) -> None:
    settled.edit(B, "RATE = 10", 'print("imported")\nRATE = 10')
    assert "imported" in settled.go().said.all
    time.sleep(2.2)
    settled.go()
    ran = settled.go()
    assert ran.did == ""
    assert "imported" not in ran.said.all
    assert "up to date" in ran.said.all


def test_a_file_beside_the_sources_is_none_of_its_business(bench: Workbench) -> None:
    bench.variables["PYTHONSAFEPATH"] = "1"  # the folder of the project is not on the search path
    bench.edit(B, "RATE = 10", 'print("imported")\nRATE = 10')
    settle(bench)
    (bench.path / "pipeline.html").write_text("the graph")
    assert "imported" not in bench.go().said.all


def test_sources_that_another_pipeline_compiles_are_none_either(bench: Workbench) -> None:
    bench.variables["PYTHONSAFEPATH"] = "1"
    other = "src/shop/pipelines/other"
    bench.write({f"{other}/__init__.py": "", f"{other}/pipeline.py": NEW_NODE})
    bench.edit(B, "RATE = 10", 'print("imported")\nRATE = 10')
    settle(bench, "--pipeline", "main")
    assert not (bench.path / other / "__pycache__").exists()
    bench.command("pipelines", "describe", "other")
    assert (bench.path / other / "__pycache__").exists()
    assert "imported" not in bench.go("--pipeline", "main").said.all
    bench.write({f"{other}/more.py": ""})
    assert "imported" in bench.go("--pipeline", "main").said.all


def _same_size_and_time(bench: Workbench) -> None:
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")


def _helper_s_helper(bench: Workbench) -> None:
    bench.edit_at_once("src/shop/deep.py", "+ 0", "+ 1")


def _older_file_put_in_place(bench: Workbench) -> None:
    other = bench.path / "other.py"
    other.write_text((bench.path / B).read_text().replace("RATE = 10", "RATE = 20"))
    before = (bench.path / B).stat()
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.rename(bench.path / B)


def _input_in_place(bench: Workbench) -> None:
    bench.edit_at_once("data/raw.json", "1", "2")


def _parameter(bench: Workbench) -> None:
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")


def _new_parameter_file(bench: Workbench) -> None:
    bench.write({"conf/local/parameters.yml": "rate: 6\n"})


def _new_catalog_file(bench: Workbench) -> None:
    bench.write({"conf/local/catalog_more.yml": "made_c:\n  filepath: data/other.json\n"})


def _new_pipeline(bench: Workbench) -> None:
    bench.write(
        {"src/shop/pipelines/new/__init__.py": "", "src/shop/pipelines/new/pipeline.py": NEW_NODE}
    )


def _registry(bench: Workbench) -> None:
    bench.write({"src/shop/pipelines/new_one.txt": "", "src/shop/pipeline_registry.py": (
        "from noria import Pipeline, node\nfrom shop.pipelines.main.pipeline import create_pipeline\n"
        + NEW_NODE.split("\n\n\n")[1]
        + '\n\n\ndef register_pipelines():\n    more = Pipeline([node(f, "raw", "made_n", name="N")])\n'
        + '    return {"__default__": create_pipeline() + more}\n'
    )})  # fmt: skip


def _setting_variable(bench: Workbench) -> None:
    bench.write({"conf/prod/parameters.yml": "rate: 6\n"})
    bench.variables["NORIA_ENV"] = "prod"


def _setting(bench: Workbench) -> None:
    bench.write({"conf/prod/parameters.yml": "rate: 6\n"})
    bench.write({"pyproject.toml": PYPROJECT + 'env = "prod"\n'})


def _module_instead_of_package(bench: Workbench) -> None:
    """A package takes the place of a module of its name: a path whose absence mattered."""
    bench.write({"src/shop/helpers/__init__.py": "def scale(x):\n    return x + 1\n"})


def _module_before_it_on_the_path(bench: Workbench) -> None:
    bench.write({"ahead/shop_extra.py": ""})
    bench.variables["PYTHONPATH"] = str(bench.path / "ahead")


CHANGES: list[tuple[Callable[[Workbench], None], str, int]] = [
    (_same_size_and_time, "B C", 145),
    (_helper_s_helper, "B C", 135),
    (_older_file_put_in_place, "B C", 145),
    (_input_in_place, "A B C", 135),
    (_parameter, "B C", 126),
    (_new_parameter_file, "B C", 126),
    (_new_pipeline, "N", 125),
    (_registry, "N", 125),
    (_setting_variable, "B C", 126),
    (_setting, "B C", 126),
    (_module_instead_of_package, "B C", 135),
    (_module_before_it_on_the_path, "", 125),
]


def test_a_file_that_was_not_there_is_seen(fresh: Workbench) -> None:
    fresh.edit(WHERE_PIPELINE, "import Pipeline, node", "import Pipeline, file, node")
    fresh.edit(WHERE_PIPELINE, 'name="B"', 'name="B", depends_on=[file("queries/q.sql")]')
    fresh.write({"queries/q.sql": "select 1"})
    assert fresh.did() == "A B C"
    (fresh.path / "queries/q.sql").unlink()
    assert fresh.did() == "B"
    time.sleep(2.2)
    assert fresh.did() == ""
    fresh.write({"queries/q.sql": "select 2"})
    assert fresh.did() == "B"


@pytest.mark.parametrize(("change", "did", "value"), CHANGES)
def test_a_change_is_seen(
    settled: Workbench, change: Callable[[Workbench], None], did: str, value: int
) -> None:
    change(settled)
    assert settled.did() == did
    assert settled.value("made_c") == value
    assert settled.did() == ""
    assert settled.value("made_c") == value


def test_an_output_that_is_not_as_it_was_is_seen(settled: Workbench) -> None:
    (settled.path / "data/made_c.json").unlink()
    assert settled.go().nodes("restored") == "C"
    assert settled.value("made_c") == 125
    time.sleep(2.2)
    settled.go()
    settled.go()
    settled.edit_at_once("data/made_c.json", "125", "999")
    assert settled.did() == ""
    assert settled.value("made_c") == 125
    shutil.rmtree(settled.path / "data")
    settled.write({"data/raw.json": "1\n"})
    assert settled.did() == ""
    assert settled.value("made_c") == 125


def test_a_new_place_of_an_output_is_seen(settled: Workbench) -> None:
    _new_catalog_file(settled)
    settled.go()
    assert (settled.path / "data/other.json").read_text().strip() == "125"


def test_other_selections_and_parameters_have_their_own_answer(settled: Workbench) -> None:
    assert settled.did("--params", "rate=6") == "B C"
    assert settled.did("--params", "rate=7") == "B C"
    assert settled.did("--params", "rate=6") == ""
    assert settled.value("made_c") == 126
    assert settled.did() == ""
    assert settled.value("made_c") == 125
    assert settled.did("--nodes", "C") == ""
    settled.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert settled.did("--nodes", "A") == ""
    assert settled.did() == "B C"
    assert settled.value("made_c") == 145


def test_answers_that_were_not_asked_for_lately_make_room(settled: Workbench) -> None:
    folder = settled.path / ".noria/fresh"
    for number in range(200):  # of a sweep, say
        path = folder / f"{number:08x}"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    settled.go("--params", "rate=6")
    assert len(list(folder.iterdir())) <= 100
    assert settled.go("--params", "rate=6").run is None


def test_a_new_file_beside_a_glob_of_partitions_is_seen(settled: Workbench) -> None:
    settled.edit(
        CONF,
        entries("raw"),
        "raw:\n  type: partitions.PartitionedDataset\n  path: data/parts\n"
        "  filename_suffix: .json\n  dataset: json.JSONDataset\n",
    )
    settled.edit("src/shop/a.py", "raw + 1", "sum(part() for part in raw.values()) + 1")
    settled.write({"data/parts/one.json": "1\n"})
    assert settled.did() == "A"
    time.sleep(2.2)
    settled.go()
    assert "nothing to do" in settled.go().said.all
    settled.write({"data/parts/two.json": "1\n"})
    assert settled.did() == "A B C"
    assert settled.value("made_c") == 135
    (settled.path / "data/parts/two.json").unlink()
    assert settled.did() == ""
    assert settled.value("made_c") == 125


def test_partitions_to_which_a_node_adds_are_seen(settled: Workbench) -> None:
    settled.edit(
        CONF,
        entries("made_b"),
        "made_b:\n  type: partitions.PartitionedDataset\n  path: data/parts\n"
        "  filename_suffix: .json\n  dataset: json.JSONDataset\n",
    )
    settled.edit(B, "return inner(scale(made_a)) * RATE + rate", "return {'p1': 1, 'p2': rate}")
    settled.edit("src/shop/c.py", "made_b + 100", "sum(part() for part in made_b.values()) + 100")
    assert settled.did() == "B C"
    time.sleep(2.2)
    settled.go()
    assert "nothing to do" in settled.go().said.all
    settled.edit_at_once("data/parts/p2.json", "5", "7")
    assert settled.did() == "B"
    assert settled.aside() == ["7"]
    assert settled.value("made_c") == 106
    (settled.path / "data/parts/p1.json").unlink()
    assert settled.did() == "B"
    assert settled.value("made_c") == 106


def test_a_link_that_points_elsewhere_is_seen(settled: Workbench) -> None:
    for number in (1, 2):
        settled.write({f"elsewhere/{number}.json": f"{number}\n"})
    raw: Path = settled.path / "data/raw.json"
    raw.unlink()
    raw.symlink_to(settled.path / "elsewhere/1.json")
    assert settled.did() == ""
    time.sleep(2.2)
    settled.go()
    assert settled.did() == ""
    raw.unlink()
    raw.symlink_to(settled.path / "elsewhere/2.json")
    assert settled.did() == "A B C"
    assert settled.value("made_c") == 135
    settled.edit_at_once("elsewhere/2.json", "2", "3")
    assert settled.did() == "A B C"
    assert settled.value("made_c") == 145


def test_a_pipeline_that_was_deleted_is_seen(settled: Workbench) -> None:
    settled.edit(
        WHERE_PIPELINE, '            node(c, inputs="made_b", outputs="made_c", name="C"),\n', ""
    )
    ran = settled.go()
    assert ran.did == ""
    assert ran.run is None or "C" not in ran.statuses


def test_compiled_files_of_a_pipeline_that_is_gone_are_none(bench: Workbench) -> None:
    """git leaves them when a branch is left that has the pipeline."""
    side = bench.path / "src/shop/pipelines/side"
    bench.write(
        {
            "src/shop/pipelines/side/__init__.py": "",
            "src/shop/pipelines/side/pipeline.py": _made_for_each("['one']"),
        }
    )
    assert _done(bench) == ["one"]
    assert "side" in bench.command("pipelines", "list").out
    for path in side.glob("*.py"):
        path.unlink()
    assert [path.name for path in side.iterdir()] == ["__pycache__"]
    assert bench.did() == ""
    assert "side" not in bench.command("pipelines", "list").out
    bench.command("check")


def _made_for_each(words: str) -> str:
    """Return the module of a pipeline that has one node for each word of an expression."""
    return (
        "import os\nfrom pathlib import Path\n\nfrom noria import Pipeline, node\n\n"
        "from shop.helpers import scale\n\n\ndef create_pipeline():\n"
        '    return Pipeline([node(scale, "raw", f"made_{each}", name=each)'
        f" for each in {words}])\n"
    )


def _done(bench: Workbench) -> list[str]:
    """Return the nodes that a run has run, sorted."""
    before = bench.last_run()
    bench.command("run")
    last = bench.last_run()
    if last is None or (before is not None and last["id"] == before["id"]):
        return []
    return sorted(node["node"] for node in last["nodes"] if node["status"] == "done")


def test_a_file_that_the_pipelines_are_made_of_is_seen(bench: Workbench) -> None:
    made = _made_for_each('Path("nodes.txt").read_text().split()')
    bench.write({WHERE_PIPELINE: made, "nodes.txt": "one two\n"})
    assert _done(bench) == ["one", "two"]
    time.sleep(2.2)
    assert _done(bench) == _done(bench) == []
    bench.write({"nodes.txt": "one two three\n"})
    assert _done(bench) == ["three"]
    assert "three" in bench.command("pipelines", "describe", "main").out
    bench.write({"nodes.txt": "one\n"})
    assert "three" not in bench.command("pipelines", "describe", "main").out


def test_a_variable_that_the_pipelines_are_made_of_is_seen(bench: Workbench) -> None:
    made = _made_for_each('os.environ.get("NODES", "one two").split()')
    bench.write({WHERE_PIPELINE: made})
    assert _done(bench) == ["one", "two"]
    time.sleep(2.2)
    assert _done(bench) == _done(bench) == []
    bench.variables["NODES"] = "one two three"
    assert _done(bench) == ["three"]
    assert "3" in bench.command("pipelines", "list").out
    bench.variables["NODES"] = "one"
    assert "3" not in bench.command("pipelines", "list").out


def test_a_variable_that_a_hook_reads_to_change_the_catalog_is_seen(bench: Workbench) -> None:
    hook = (
        "import os\n\nfrom noria import hook_impl\n\n\nclass Hook:\n    @hook_impl\n"
        "    def after_catalog_created(self, catalog):\n"
        '        catalog["params:rate"] = int(os.environ.get("RATE", "5"))\n'
    )
    bench.write(
        {"src/shop/hooks.py": hook, "pyproject.toml": PYPROJECT + 'hooks = ["shop.hooks:Hook"]\n'}
    )
    bench.go()
    time.sleep(2.2)
    bench.go()
    assert bench.did() == ""
    bench.variables["RATE"] = "6"
    assert bench.did() == "B C"
    assert bench.value("made_c") == 126


def test_what_a_node_reads_is_not_what_the_pipelines_are_made_of(bench: Workbench) -> None:
    """A node that says what it depends on does not end the quick answer."""
    bench.edit(
        "src/shop/a.py",
        "    return raw + 1",
        '    return raw + len(open("one.txt").read())',
    )
    bench.edit(WHERE_PIPELINE, 'name="A")', 'name="A", depends_on=[file("one.txt")])')
    bench.edit(WHERE_PIPELINE, "import Pipeline, node", "import Pipeline, file, node")
    bench.write({"one.txt": "1"})
    bench.edit(B, "RATE = 10", 'print("imported")\nRATE = 10')
    bench.go()
    time.sleep(2.2)
    bench.go()
    assert "imported" not in bench.go().said.all
    bench.write({"one.txt": "123"})
    assert bench.did() == "A B C"


@pytest.mark.parametrize(
    "words",
    [
        ("plan",),
        ("plan", "--json"),
        ("pipelines", "list"),
        ("pipelines", "list", "--json"),
        ("pipelines", "describe", "main"),
    ],
)
def test_a_command_that_looks_answers_as_before_without_the_user_s_code(
    settled: Workbench, words: tuple[str, ...]
) -> None:
    settled.edit(B, "RATE = 10", 'print("imported")\nRATE = 10')
    settled.go()
    time.sleep(2.2)
    first = settled.command(*words)
    assert "imported" in (first.err if "--json" in words else first.out)
    again = settled.command(*words)
    assert again.out == first.out.replace("imported\n", "")
    assert "imported" not in again.err
    settled.edit(WHERE_PIPELINE, 'name="C"', 'name="D"')
    last = settled.command(*words).all
    assert "imported" in last
    if words[0] == "plan":
        settled.edit_at_once("data/raw.json", "1", "2")
        assert settled.command(*words).out != last


def test_a_plan_in_which_something_is_to_do_is_made_anew(settled: Workbench) -> None:
    settled.edit(B, "RATE = 10", 'print("imported")\nRATE = 11')
    for _ in range(2):
        assert "imported" in settled.command("plan").out

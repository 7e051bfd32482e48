"""Rules below the table: partial runs, flags, hooks and what is remembered of them."""

import json
import re

import pytest

from tests.incremental.workbench import (
    CHAIN,
    CONF,
    PARAMETERS,
    PYPROJECT,
    WHERE_PIPELINE,
    Workbench,
    entries,
)

B = "src/shop/b.py"
C = "src/shop/c.py"
MADE_B = "made_b:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"


def hooked(bench: Workbench, body: str, **files: str) -> None:
    """Give the project a hook class with this body."""
    bench.write(
        {
            "src/shop/hooks.py": f"from noria import hook_impl\n\n\nclass Mine:\n{body}",
            "pyproject.toml": PYPROJECT + 'hooks = ["shop.hooks:Mine"]\n',
            **files,
        }
    )


def test_an_unselected_node_never_runs_and_a_missing_input_is_restored(bench: Workbench) -> None:
    (bench.path / "data/made_b.json").unlink()
    bench.edit_at_once(C, "+ 100", "+ 200")
    ran = bench.go("--nodes", "C")
    assert ran.did == "C"
    assert bench.value("made_c") == 225
    assert bench.value("made_b") == 25


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_missing_input_that_nobody_can_restore_is_told(bench: Workbench, in_memory: bool) -> None:
    if in_memory:
        bench.edit(CONF, MADE_B, "")
        bench.did()
    else:
        (bench.path / "data/made_b.json").unlink()
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    said = bench.command("run", "--nodes", "C", code=2)
    assert "made_b" in said.err
    assert "'B'" in said.err
    assert re.search(r"noria run .*(B|made_b)", said.err)
    assert bench.did() == "B C"
    assert bench.value("made_c") == 145


def test_an_in_memory_input_of_a_part_is_restored(bench: Workbench) -> None:
    bench.edit(CONF, MADE_B, "")
    bench.did()
    bench.edit_at_once(C, "+ 100", "+ 200")
    assert bench.did("--nodes", "C") == "C"
    assert bench.value("made_c") == 225


def test_an_in_memory_input_that_no_run_leaves_says_what_helps(bench: Workbench) -> None:
    bench.edit(CONF, MADE_B, "")
    bench.edit(WHERE_PIPELINE, 'name="B"', 'name="B", cache=False')
    assert bench.did() == "B C"
    said = bench.command("run", "--nodes", "C", code=2)
    assert "node 'B'" in said.err
    assert "select 'B' too, or declare 'made_b' in the catalog" in said.err
    assert "--to-outputs" not in said.err  # once it has ended, nothing of it is left
    assert bench.did("--nodes", "B,C") == "B"


def test_an_input_out_of_date_is_used_with_one_warning(bench: Workbench) -> None:
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    bench.edit_at_once(C, "+ 100", "+ 200")
    ran = bench.go("--nodes", "C")
    assert ran.did == "C"
    assert bench.value("made_c") == 225
    outdated = [
        line for line in ran.said.all.splitlines() if re.search("out.of.date|outdated", line)
    ]
    assert len(outdated) == 1, ran.said.all
    assert "made_b" in outdated[0]
    shown = bench.command("runs", "show", "last", "--json").out
    assert re.search("out.of.date|outdated|stale", shown)
    assert bench.did() == "B C"
    assert bench.value("made_c") == 245


def test_an_input_that_is_up_to_date_brings_no_warning(bench: Workbench) -> None:
    bench.edit_at_once(C, "+ 100", "+ 200")
    said = bench.go("--nodes", "C").said.all
    assert not re.search("out.of.date|outdated", said)


def test_parts_one_after_the_other_are_as_good_as_the_whole(fresh: Workbench) -> None:
    assert fresh.did("--nodes", "A") == "A"
    assert fresh.did("--to-nodes", "B") == "B"
    assert fresh.did() == "C"
    assert fresh.value("made_c") == 125
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did("--from-nodes", "C") == ""
    assert fresh.did("--to-nodes", "A") == ""
    assert fresh.did("--from-nodes", "B") == "B C"
    assert fresh.value("made_c") == 126


def test_force_runs_the_selected_nodes_anyway(bench: Workbench) -> None:
    assert bench.did("--force") == "A B C"
    assert bench.did("--force", "--nodes", "B") == "B"
    assert bench.did() == ""
    assert bench.value("made_c") == 125


def test_no_cache_neither_reads_nor_writes(bench: Workbench) -> None:
    assert bench.did("--no-cache") == "A B C"
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert bench.did("--no-cache", "--nodes", "B") == "B"
    assert bench.value("made_b") == 45
    # What it wrote is unrecorded: its nodes run again.
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 145
    assert bench.did() == ""


@pytest.mark.parametrize(
    "words", [["--force"], ["--no-cache"], ["--keep-edited", "made_b", "--keep-edited", "made_c"]]
)
def test_the_command_is_recorded_as_it_was(bench: Workbench, words: list[str]) -> None:
    bench.did(*words)
    latest, *_ = json.loads(bench.command("runs", "list", "--json").out)
    assert latest["command"] == " ".join(["noria run", *words])


def test_a_first_run_without_cache_leaves_nothing_to_reuse(fresh: Workbench) -> None:
    assert fresh.did("--no-cache") == "A B C"
    assert fresh.did() == "A B C"
    assert fresh.did() == ""


def test_nothing_to_do_is_told_for_programs(bench: Workbench) -> None:
    bench.command("run", "--json")
    document = json.loads(bench.command("run", "--json").out)
    assert document["status"] == "done"
    assert document["up_to_date"] is True
    assert document["run"] is None


def test_the_plan_says_before_what_the_run_does(bench: Workbench) -> None:
    (bench.path / "data/made_a.json").unlink()
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    before = bench.last_run()
    plan = json.loads(bench.command("plan", "--json").out)
    verdicts = {node["name"]: node["verdict"] for node in plan["nodes"]}
    assert verdicts == {"A": "restore", "B": "run", "C": "wait"}
    assert plan["counts"] == {"run": 1, "reuse": 0, "restore": 1, "wait": 1}
    assert bench.last_run() == before
    assert not (bench.path / "data/made_a.json").exists()
    why = bench.command("plan", "--why", "B").all
    assert "RATE" in why
    assert "-RATE = 10" in why.replace("- RATE", "-RATE")
    assert bench.did() == "B C"


def test_why_names_a_parameter_with_its_place(bench: Workbench) -> None:
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    why = bench.command("plan", "--why", "B").all
    assert "rate" in why
    assert "conf/base/parameters.yml:1" in why
    bench.write({"data/raw.json": "2\n"})
    assert "raw" in bench.command("plan", "--why", "A").all


def test_the_catalog_counts_as_a_hook_leaves_it(fresh: Workbench) -> None:
    body = (
        "    @hook_impl\n    def after_catalog_created(self, catalog):\n"
        "        catalog['params:rate'] = 7\n"
    )
    hooked(fresh, body)
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 127
    assert fresh.did() == ""
    fresh.edit_at_once("src/shop/hooks.py", "= 7", "= 8")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 128
    fresh.write({"pyproject.toml": PYPROJECT})
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 125


def test_inputs_that_a_hook_replaces_never_give_a_stale_result(fresh: Workbench) -> None:
    body = (
        "    @hook_impl\n    def before_node_run(self, node, inputs):\n"
        "        if 'params:rate' in inputs:\n            return {'params:rate': 7}\n"
    )
    hooked(fresh, body)
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 127
    assert "(a hook has put another value in place of rate)" in fresh.go().said.all
    assert fresh.value("made_c") == 127
    fresh.edit_at_once("src/shop/hooks.py", ": 7}", ": 8}")
    fresh.go()
    assert fresh.value("made_c") == 128
    fresh.write({"pyproject.toml": PYPROJECT})
    fresh.go()
    assert fresh.value("made_c") == 125
    assert fresh.did() == ""


REUSED = """\
    @hook_impl
    def on_node_reused(self, node, run_id):
        print("reused", node.name, bool(run_id))

    @hook_impl
    def before_node_run(self, node):
        print("runs", node.name)

    @hook_impl
    def before_dataset_loaded(self, dataset_name, node):
        print("loads", node.name)
"""


def test_reused_nodes_tell_one_hook_only(fresh: Workbench) -> None:
    hooked(fresh, REUSED)
    assert fresh.did() == "A B C"
    fresh.edit_at_once(C, "+ 100", "+ 200")
    said = fresh.go().said.all
    told = [line for line in said.splitlines() if line.split(" ")[0] in ("reused", "runs", "loads")]
    assert sorted(told) == ["loads C", "reused A True", "reused B True", "runs C"]


@pytest.mark.parametrize("always", [True, False])
def test_session_hooks_fire_when_nothing_is_to_do_if_asked(fresh: Workbench, always: bool) -> None:
    body = (
        "    @hook_impl\n    def after_context_created(self, context):\n        print('opened')\n"
    )
    hooked(fresh, body)
    if always:
        text = (fresh.path / "pyproject.toml").read_text()
        fresh.write({"pyproject.toml": text + "always_open = true\n"})
    assert fresh.did() == "A B C"
    fresh.go()
    ran = fresh.go()
    assert ran.did == ""
    assert ("opened" in ran.said.all) or not always


def test_a_hook_class_that_changed_runs_nothing_by_itself(fresh: Workbench) -> None:
    body = "    @hook_impl\n    def after_node_run(self, node):\n        print('ran', node.name)\n"
    hooked(fresh, body)
    fresh.did()
    fresh.edit("src/shop/hooks.py", "'ran'", "'has run'")
    assert fresh.did() == ""


def test_a_hook_that_may_replace_inputs_counts_as_code(fresh: Workbench) -> None:
    """What it would replace is not known before it is called: no result may hide it."""
    body = (
        "    @hook_impl\n    def before_node_run(self, node):\n"
        "        return {} if node.name == 'none' else None\n"
    )
    hooked(fresh, body)
    fresh.did()
    fresh.edit("src/shop/hooks.py", "'none'", "'nobody'")
    ran = fresh.go()
    assert ran.did == "A B C"
    assert "hook before_node_run" in ran.said.all


def test_a_hook_that_replaces_nothing_does_not(fresh: Workbench) -> None:
    hooked(fresh, REUSED)
    fresh.did()
    fresh.edit("src/shop/hooks.py", '"runs"', '"begins"')
    assert fresh.did() == ""


def test_a_hook_that_puts_what_it_reads_into_data_runs_the_nodes(fresh: Workbench) -> None:
    body = (
        "    @hook_impl\n    def before_dataset_saved(self, dataset_name, data):\n"
        "        import os\n\n"
        "        if isinstance(data, list):\n"
        "            data.append(os.environ.get('SHOP_SIGN', 'none'))\n"
    )
    hooked(fresh, body)
    fresh.edit(C, "return made_b + 100", "return [made_b + 100]")
    assert fresh.did() == "A B C"
    fresh.variables["SHOP_SIGN"] = "mine"
    ran = fresh.go()
    assert ran.did == "A B C"
    assert "the hook before_dataset_saved reads the environment" in ran.said.all
    assert fresh.value("made_c") == [125, "mine"]
    fresh.edit("src/shop/hooks.py", "os.environ.get('SHOP_SIGN', 'none')", "'fixed'")
    assert fresh.did() == "A B C"
    assert fresh.did() == ""


def test_a_run_with_data_in_parameters_of_a_pipeline_made_in_a_loop(fresh: Workbench) -> None:
    fresh.write(
        {
            PARAMETERS: "countries: [fr, it]\n",
            WHERE_PIPELINE: (
                "from noria import Pipeline, node\n\nfrom shop.b import step\n\n\n"
                "def create_pipeline(parameters):\n    return Pipeline([\n"
                "        node(step(each), 'raw', f'out_{each}', name=each)\n"
                "        for each in parameters['countries']\n    ])\n"
            ),
            B: (
                "from functools import partial\n\n\ndef tell(country, raw):\n"
                "    print(f'<<{country}>>')\n    return len(country) + raw\n\n\n"
                "def step(country):\n    return partial(tell, country)\n"
            ),
            "conf/base/catalog_out.yml": entries("out_de", "out_fr", "out_it"),
        }
    )
    assert fresh.did() == "fr it"
    fresh.write({PARAMETERS: "countries: [de, fr, it]\n"})
    assert fresh.did() == "de"
    fresh.write({PARAMETERS: "countries: [it]\n"})
    assert fresh.did() == ""


def test_namespaced_twins_that_draw_numbers_keep_their_own(fresh: Workbench) -> None:
    fresh.write(
        {
            WHERE_PIPELINE: (
                "from noria import Pipeline, node\n\nfrom shop.b import draw\n\n\n"
                "def create_pipeline():\n    one = Pipeline([node(draw, 'raw', 'drawn', name='d')])\n"
                "    return sum(Pipeline(one, namespace=n, inputs='raw') for n in ('p', 'q'))\n"
            ),
            B: (
                "import random\n\n\ndef draw(raw):\n    print('<<p.d>>' if not SEEN else '<<q.d>>')\n"
                "    SEEN.append(1)\n    return random.random()\n\n\nSEEN = []\n"
            ),
            "conf/base/catalog_out.yml": entries("p.drawn", "q.drawn"),
        }
    )
    fresh.command("run")
    drawn = [fresh.value(f"{each}.drawn") for each in "pq"]
    assert drawn[0] != drawn[1]
    said = fresh.command("run").all
    assert "<<" not in said
    for each in "pq":
        (fresh.path / f"data/{each}.drawn.json").unlink()
    assert "<<" not in fresh.command("run").all
    assert [fresh.value(f"{each}.drawn") for each in "pq"] == drawn


def test_an_input_that_nothing_can_read_any_more_says_who_makes_it_anew(
    bench: Workbench,
) -> None:
    """A run of the reader alone cannot help itself."""
    bench.write({"data/made_b.json": "no JSON"})
    said = bench.command("run", "--nodes", "C", code=1).err
    assert "cannot load 'made_b' at data/made_b.json: JSONDecodeError" in said
    assert "node 'B' has made it; if nothing can read it, make it anew: --force --nodes B" in said
    assert bench.did("--force", "--nodes", "B") == "B"
    assert bench.did("--force", "--nodes", "C") == "C"
    bench.write({"data/raw.json": "no JSON"})
    assert "has made it" not in bench.command("run", code=1).err
    bench.write({"data/raw.json": "2\n"})


@pytest.mark.parametrize("another", ["again", "made_b@text"])
def test_a_missing_input_is_restored_whatever_it_is_called(fresh: Workbench, another: str) -> None:
    made = another.replace("text", "json") if "@" in another else "made_b"
    fresh.write(
        {
            CONF: entries("raw", "made_a", "made_c")
            + f"'{made}':\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"
            + f"'{another}':\n  type: text.TextDataset\n  filepath: data/made_b.json\n",
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace('outputs="made_b"', f'outputs="{made}"')
            .replace('inputs="made_b"', f'inputs="{another}"'),
            "src/shop/c.py": 'def c(text):\n    print("<<C>>")\n    return int(text)\n',
        }
    )
    assert fresh.did() == "A B C"
    (fresh.path / "data/made_b.json").unlink()
    fresh.edit("src/shop/c.py", "int(text)", "int(text) + 1")
    assert fresh.did("--nodes", "C") == "C"
    assert (fresh.value("made_b"), fresh.value("made_c")) == (25, 26)
    (fresh.path / "data/made_b.json").unlink()
    assert fresh.did("--nodes", "C") == ""
    fresh.edit("src/shop/b.py", "RATE = 10", "RATE = 20")
    (fresh.path / "data/made_b.json").unlink(missing_ok=True)
    fresh.edit("src/shop/c.py", "+ 1", "+ 2")
    said = fresh.command("run", "--nodes", "C", code=2).err
    assert "node 'B'" in said
    assert "make it first: noria run --to-outputs made_b" in said


@pytest.mark.parametrize(
    "words",
    [
        ("--to-nodes", "C"),
        ("--to-outputs", "made_c"),
        ("--from-nodes", "B"),
        ("--from-inputs", "made_a"),
    ],
)
def test_a_part_follows_data_that_is_read_by_another_name(
    fresh: Workbench, words: tuple[str, str]
) -> None:
    fresh.edit(CONF, "made_c:", "again:\n  type: json.JSONDataset\n"
        "  filepath: data/made_b.json\nmade_c:")  # fmt: skip
    fresh.edit(WHERE_PIPELINE, 'inputs="made_b"', 'inputs="again"')
    assert fresh.did() == "A B C"
    fresh.edit("src/shop/b.py", "RATE = 10", "RATE = 20")
    assert fresh.did(*words) == "B C"
    assert fresh.value("made_c") == 145
    assert fresh.did() == ""

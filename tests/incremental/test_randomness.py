"""Random numbers from a state that nodes share: what comes of it is said."""

import pytest

from tests.incremental.workbench import Workbench

B = "src/shop/b.py"
C = "src/shop/c.py"
SAID = "whose state all nodes share"
DRAWS = {
    "random": ("import random", "random.randint(1, 1)"),
    "numpy.random": ("import numpy as np", "int(np.random.randint(1, 3) > 0)"),
    "numpy.random of pandas": (
        "import pandas as pd",
        'int(pd.DataFrame({"x": [1, 1]}).sample(1)["x"].sum())',
    ),
}


def draw(bench: Workbench, imports: str, drawn: str) -> None:
    bench.forks = []
    bench.edit(C, "def c(", f"{imports}\n\n\ndef c(")
    bench.edit(C, "made_b + 100", f"made_b + 100 * {drawn}")


@pytest.mark.parametrize("state", DRAWS)
def test_a_node_that_draws_from_what_all_share_is_told_once(fresh: Workbench, state: str) -> None:
    draw(fresh, *DRAWS[state])
    said = fresh.go().said.all
    assert f"C: it draws from {state.partition(' ')[0]}, {SAID}" in " ".join(said.split())
    assert fresh.value("made_c") == 125
    fresh.edit_at_once(B, "RATE = 10", "RATE = 20")
    again = fresh.go()
    assert again.did == "B C"
    assert SAID not in again.said.all


@pytest.mark.parametrize(
    "drawn",
    [
        "int(np.random.default_rng(1).integers(1, 3) > 0)",
        "int(np.random.RandomState(1).randint(1, 3) > 0)",
        "int((np.random.seed(1), np.random.randint(1, 3))[1] > 0)",
        "1",
    ],
)
def test_a_node_with_its_own_is_not(fresh: Workbench, drawn: str) -> None:
    draw(fresh, "import numpy as np", drawn)
    assert SAID not in fresh.go().said.all
    assert fresh.value("made_c") == 125


def test_a_module_that_sets_the_state_does_not_help(fresh: Workbench) -> None:
    draw(fresh, "import numpy as np\n\nnp.random.seed(1)", "int(np.random.randint(1, 3) > 0)")
    assert SAID in " ".join(fresh.go().said.all.split())


def test_what_a_module_draws_while_a_node_imports_it_is_not_the_nodes(fresh: Workbench) -> None:
    fresh.write({"src/shop/late.py": "import random\n\nID = random.getrandbits(24)\n"})
    draw(fresh, "import random", "int(late.ID >= 0)")
    fresh.edit(C, "    print", "    from shop import late\n\n    print")
    assert SAID not in fresh.go().said.all
    assert fresh.value("made_c") == 125


def test_who_sets_the_state_and_runs_beside_others_is_not_remembered(fresh: Workbench) -> None:
    """Another thread may have set it anew, or drawn from it, before the node draws."""
    draw(
        fresh, "import random, time", "(random.seed(1), time.sleep(1.5), random.randint(0, 99))[2]"
    )
    fresh.edit(
        "src/shop/pipelines/main/pipeline.py",
        'node(c, inputs="made_b", outputs="made_c", name="C")',
        'node(c, inputs="made_a", outputs="made_c", name="C"),\n'
        '            node(c, inputs="made_a", outputs="other", name="D")',
    )
    fresh.command("run")
    right = fresh.value("made_c")
    threads = ("--runner", "threads", "--workers", "2")
    said = " ".join(fresh.command("run", "--force", *threads).all.split())
    assert "C: it sets the state of random, and nodes beside it may have drawn from that" in said
    assert "laid aside" not in fresh.command("run").all
    assert fresh.value("made_c") == right
    fresh.edit(C, "+ 100", "+ 0 + 100")
    fresh.command("run", *threads)
    assert "2 run" in fresh.command("run").all
    assert fresh.value("made_c") == right
    assert "4 nodes up to date" in fresh.command("run").all


def test_of_two_at_once_nobody_can_tell(fresh: Workbench) -> None:
    draw(fresh, "import random, time", "(time.sleep(0.5), random.randint(1, 1))[1]")
    fresh.edit(
        "src/shop/pipelines/main/pipeline.py",
        'node(c, inputs="made_b", outputs="made_c", name="C")',
        'node(c, inputs="made_a", outputs="made_c", name="C"),\n'
        '            node(c, inputs="made_a", outputs="other", name="D")',
    )
    assert SAID not in fresh.command("run", "--runner", "threads", "--workers", "2").all

"""What the world outside of a project executes: packages, files, variables, effects."""

from pathlib import Path

import pyarrow as pa
import pytest

from tests.incremental.environments import Environment
from tests.incremental.workbench import (
    CONF,
    PARAMETERS,
    PYPROJECT,
    WHERE_PIPELINE,
    Workbench,
)

B = "src/shop/b.py"


def test_an_upgraded_package_runs_the_node_that_reaches_it(
    inside: Workbench, environment: Environment
) -> None:
    reached = "from below import less\n\n\ndef more(x):\n    return less(x) + 1\n"
    environment.install("reached", "2.0", {"reached/__init__.py": reached}, ["below>=1"])
    assert inside.did() == "B C"
    assert inside.value("made_c") == 135


def test_an_upgraded_requirement_of_it_runs_the_node(
    inside: Workbench, environment: Environment
) -> None:
    environment.install("below", "1.1", {"below.py": "def less(x):\n    return x + 2\n"})
    assert inside.did() == "B C"
    assert inside.value("made_c") == 145


def test_the_same_version_with_other_files_runs_the_node(
    inside: Workbench, environment: Environment
) -> None:
    environment.install("below", "1.0", {"below.py": "def less(x):\n    return x + 3\n"})
    assert inside.did() == "B C"
    assert inside.value("made_c") == 155


def test_a_package_that_is_not_reached_runs_nothing(
    inside: Workbench, environment: Environment
) -> None:
    environment.install("beside", "2.0", {"beside.py": "def f(x):\n    return x + 1\n"})
    assert inside.did() == ""
    environment.install("another", "1.0", {"another.py": "X = 1\n"})
    assert inside.did() == ""


def test_a_package_that_code_asks_for_counts_when_it_comes(
    inside: Workbench, environment: Environment
) -> None:
    inside.edit(
        B,
        "from shop",
        'from importlib.util import find_spec\n\nFAST = find_spec("fast") is not None\n\nfrom shop',
    )
    inside.edit(B, "RATE + rate", "RATE + rate + 7 * FAST")
    assert inside.did() == "B"
    environment.install("fast", "1.0", {"fast.py": ""})
    assert inside.did() == "B C"
    assert inside.value("made_c") == 132


def test_a_plugin_of_ours_that_is_somebody_else_s_counts(
    inside: Workbench, environment: Environment
) -> None:
    environment.install("noria_mine", "1.0", {"noria_mine.py": "def k():\n    return 1\n"})
    inside.edit(B, "from shop", "from noria_mine import k\n\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + rate + k()")
    assert inside.did() == "B C"
    environment.install("noria_mine", "1.1", {"noria_mine.py": "def k():\n    return 2\n"})
    assert inside.did() == "B C"
    assert inside.value("made_c") == 127


def test_an_editable_package_counts_by_its_source(
    inside: Workbench, environment: Environment, tmp_path: Path
) -> None:
    local = tmp_path / "local"
    local.mkdir()
    (local / "near.py").write_text("def f(x):\n    return x + 0\n\n\ndef g(x):\n    return 1\n")
    environment.install_editable("near", local)
    inside.edit(B, "from shop", "import near\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + near.f(rate)")
    assert inside.did() == "B"
    text = (local / "near.py").read_text()
    (local / "near.py").write_text(text.replace("return 1", "return 2"))
    assert inside.did() == ""
    (local / "near.py").write_text(text.replace("x + 0", "x + 1"))
    assert inside.did() == "B C"
    assert inside.value("made_c") == 126


def test_a_package_of_a_dataset_s_class_counts_for_both_sides(
    inside: Workbench, environment: Environment
) -> None:
    kind = (
        "import json\nfrom pathlib import Path\n\n\nclass Mine:\n    def __init__(self, filepath):\n"
        "        self._filepath = Path(filepath)\n\n    def load(self):\n"
        "        return json.loads(self._filepath.read_text())\n\n    def save(self, data):\n"
        "        self._filepath.write_text(json.dumps(data))\n"
    )
    environment.install("kinds", "1.0", {"kinds.py": kind})
    inside.write({"pyproject.toml": PYPROJECT + 'dataset_packages = ["kinds"]\n'})
    inside.edit(CONF, "made_b:\n  type: json.JSONDataset", "made_b:\n  type: kinds.Mine")
    assert inside.did() == "B C"
    environment.install(
        "kinds", "2.0", {"kinds.py": kind.replace("dumps(data)", "dumps(data + 1)")}
    )
    assert inside.did() == "B C"
    assert inside.value("made_c") == 126


def test_a_dataset_class_of_the_project_counts_for_both_sides(bench: Workbench) -> None:
    kind = (
        "import json\nfrom pathlib import Path\n\n\nclass Mine:\n    def __init__(self, filepath):\n"
        "        self._filepath = Path(filepath)\n\n    def load(self):\n"
        "        return json.loads(self._filepath.read_text()) + 0\n\n    def save(self, data):\n"
        "        self._filepath.write_text(json.dumps(data))\n"
    )
    bench.write({"src/shop/kinds.py": kind})
    bench.edit(CONF, "made_b:\n  type: json.JSONDataset", "made_b:\n  type: shop.kinds.Mine")
    assert "B" in bench.did()
    bench.edit_at_once("src/shop/kinds.py", "+ 0", "+ 1")
    assert "C" in bench.did()
    assert bench.value("made_c") == 126
    bench.edit("src/shop/kinds.py", "dumps(data)", "dumps(data + 1)")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 127


EFFECTS = {
    "clock": ("import datetime", "datetime.datetime.now().year * 0"),
    "time": ("import time", "int(time.time()) * 0"),
    "today": ("from datetime import date", "date.today().year * 0"),
    "variable": ("import os", "len(os.environ.get('SHOP_LEVEL', '')) * 0"),
    "getenv": ("from os import getenv", "len(getenv('SHOP_LEVEL', '')) * 0"),
    "open": ("", "len(open('data/notes.txt').read()) * 0"),
    "read_text": ("from pathlib import Path", "len(Path('data/notes.txt').read_text()) * 0"),
    "listing": ("import os", "len(os.listdir('data')) * 0"),
    "database": ("import sqlite3", "sqlite3.connect(':memory:').total_changes"),
    "subprocess": ("import subprocess", "subprocess.run(['true'], check=True).returncode"),
    "network": ("import urllib.request", "(raw < 0 and urllib.request.urlopen('file:///x')) * 0"),
    "socket": ("import socket", "(raw < 0 and socket.create_connection(('', 1))) * 0"),
}
CALM = {
    "dice": ("import random", "random.random() * 0"),
    "logging": ("import logging", "logging.getLogger('x').debug('x') or 0"),
    "printing": ("import sys", "sys.stdout.write('') * 0"),
    "lengths": ("import datetime", "datetime.timedelta(days=1).days * 0"),
}


def with_effects(bench: Workbench, narrowed: str = "") -> None:
    """Write a project with a node and a follower for each effect, reached two modules away."""
    imports, nodes, names = ["from noria import Pipeline, env, file, node\n"], [], []
    for name, (line, expression) in {**EFFECTS, **CALM}.items():
        bench.write(
            {
                f"src/shop/e_{name}.py": f"{line}\n\n\ndef look(raw):\n    return {expression}\n",
                f"src/shop/n_{name}.py": (
                    f"from shop.e_{name} import look\n\n\ndef step(raw):\n"
                    f'    print("<<{name}>>")\n    return raw + look(raw)\n\n\n'
                    f'def follow(x):\n    print("<<{name}.next>>")\n    return x\n'
                ),
            }
        )
        imports.append(f"from shop import n_{name}\n")
        nodes.append(f'node(n_{name}.step, "raw", "x_{name}", name="{name}"{narrowed})')
        nodes.append(f'node(n_{name}.follow, "x_{name}", "y_{name}", name="{name}.next")')
        names += [f"x_{name}", f"y_{name}"]
    nodes_text = ",\n        ".join(nodes)
    bench.write(
        {
            "data/notes.txt": "a note",
            CONF: "".join(
                f"{name}:\n  type: json.JSONDataset\n  filepath: data/{name}.json\n"
                for name in ["raw", *names]
            ),
            WHERE_PIPELINE: (
                f"{''.join(imports)}\n\ndef create_pipeline():\n"
                f"    return Pipeline([\n        {nodes_text},\n    ])\n"
            ),
        }
    )


def test_a_node_with_an_effect_always_runs_and_its_followers_by_content(fresh: Workbench) -> None:
    with_effects(fresh)
    fresh.go()
    ran = fresh.go()
    assert ran.did == " ".join(sorted(EFFECTS))
    assert ran.run is not None
    for node in ran.run["nodes"]:
        if node["node"] in EFFECTS:
            assert f"e_{node['node']}.py" in str(node["reason"]), node
    assert fresh.did() == " ".join(sorted(EFFECTS))


@pytest.mark.parametrize("narrowed", [", cache=True", ', depends_on=[file("data/notes.txt")]'])
def test_what_is_declared_narrows_an_effect(fresh: Workbench, narrowed: str) -> None:
    with_effects(fresh, narrowed)
    fresh.go()
    assert fresh.did() == ""
    fresh.edit_at_once("data/notes.txt", "a note", "o note")
    followed = sorted([*EFFECTS, *CALM])
    assert fresh.did() == ("" if "cache" in narrowed else " ".join(followed))


GETS = """\
from pathlib import Path


def get(path):
    return len(Path(path).read_text())
"""
MADE = """\
import tempfile
from pathlib import Path


def made():
    place = Path(tempfile.mkdtemp()) / "a"
    place.write_text("12")
    return place


"""


@pytest.fixture
def reading(inside: Workbench, environment: Environment) -> Workbench:
    """The chain, whose B calls a library of which nobody knows that it opens a file."""
    environment.install("getter", "1.0", {"getter.py": GETS})
    inside.write({"data/notes.txt": "a note"})
    inside.edit(B, "from shop", "from getter import get\nfrom shop")
    inside.edit(B, "return more(", 'return get("data/notes.txt") + more(')
    inside.edit(WHERE_PIPELINE, "import Pipeline, node", "import Pipeline, env, file, node")
    return inside


def test_what_no_source_tells_is_seen_when_it_runs(reading: Workbench) -> None:
    first = reading.go()
    assert first.did == "B C"
    assert "B: it reads the file: data/notes.txt, which is none of its inputs" in first.said.all
    told = "besides     it was seen to read the file: data/notes.txt"
    assert told in reading.command("lineage", "made_b").out
    second = reading.go()
    assert second.did == "B"
    assert second.run is not None
    (told,) = [node["reason"] for node in second.run["nodes"] if node["node"] == "B"]
    assert told == "it was seen to read the file: data/notes.txt"
    assert "which is none of its inputs" not in second.said.all
    before = reading.value("made_c")
    reading.write({"data/notes.txt": "a longer note"})
    assert reading.did() == "B C"
    assert reading.value("made_c") == before + len("a longer note") - len("a note")
    why = reading.command("plan", "--why", "B").all
    assert "B: run: it was seen to read the file: data/notes.txt" in why
    assert "depends_on=" in why
    reading.edit(B, 'get("data/notes.txt")', "0")
    assert reading.did() == "B"  # of the value without it C has a result
    assert reading.did() == ""


@pytest.mark.parametrize("narrowed", [", cache=True", ', depends_on=[file("data/notes.txt")]'])
def test_what_is_declared_narrows_what_was_seen(reading: Workbench, narrowed: str) -> None:
    reading.edit(WHERE_PIPELINE, 'name="B"', f'name="B"{narrowed}')
    assert "none of its inputs" not in reading.go().said.all
    assert reading.did() == ""
    reading.write({"data/notes.txt": "a longer note"})
    assert reading.did() == ("" if "cache" in narrowed else "B C")
    reading.edit(WHERE_PIPELINE, narrowed, "")
    assert reading.did() == ("B C" if "cache" in narrowed else "B")
    assert reading.did() == "B"


KEEPS = """\
from pathlib import Path

_kept = []


def get():
    if not _kept:
        _kept.append(Path("data/notes.txt").read_text())
    return len(_kept[0])


def one():
    return 1
"""


@pytest.mark.parametrize("reached", ["get", "one"])
def test_what_a_library_has_read_for_another_node_it_may_have_kept(
    reading: Workbench, environment: Environment, reached: str
) -> None:
    """Of a library nobody can tell which of its functions give what it has kept."""
    environment.install("getter", "2.0", {"getter.py": KEEPS})
    reading.edit(B, 'get("data/notes.txt")', "get()")
    reading.edit("src/shop/c.py", "def", f"from getter import {reached}\n\n\ndef")
    reading.edit("src/shop/c.py", "made_b + 100", f"made_b + {reached}() * 1000")
    first = reading.go()
    assert first.did == "B C"
    assert "C: it reads the file: data/notes.txt, which is none of its inputs" in first.said.all
    before = reading.value("made_c")
    reading.write({"data/notes.txt": "a longer note"})
    assert reading.did() == "B C"
    more = len("a longer note") - len("a note")
    assert reading.value("made_c") == before + more * (1001 if reached == "get" else 1)
    reading.edit(WHERE_PIPELINE, 'name="C"', 'name="C", cache=True')
    assert reading.did() == "B"


AT_IMPORT = {
    "in a constant": ("src/shop/b.py", "", '\nNOTE = get("data/notes.txt")\n', "NOTE"),
    "for another module": (
        "src/shop/c.py",
        "",
        '\nget("data/notes.txt")\n',
        'get("data/notes.txt")',
    ),
    "in a hook": (
        "src/shop/hooks.py",
        'hooks = ["shop.hooks:Hooks"]\n',
        (
            "class Hooks:\n    @noria.hook_impl\n    def before_pipeline_run(self, run_params):\n"
            '        get("data/notes.txt")\n'
        ),
        'get("data/notes.txt")',
    ),
}


@pytest.mark.parametrize("where", AT_IMPORT)
def test_what_a_library_reads_before_nodes_run_counts(
    reading: Workbench, environment: Environment, where: str
) -> None:
    path, setting, lines, used = AT_IMPORT[where]
    kept = KEEPS.replace("def get():", "def get(path):").replace("\ndef one", "\n\ndef one")
    environment.install("getter", "2.0", {"getter.py": kept})
    reading.edit(B, 'get("data/notes.txt")', used)
    before = (reading.path / path).read_text() if "hooks" not in path else "import noria\n"
    if path != B:
        before = f"from getter import get\n{before}"
        reading.write({path: f"{before}\n\n{lines}"})
    else:
        reading.write({path: before.replace("\n\n\ndef", f"\n{lines}\n\ndef", 1)})
    reading.edit("pyproject.toml", "[tool.noria]\n", f"[tool.noria]\n{setting}")
    first = reading.go()
    assert "B" in first.did
    assert "B: it reads the file: data/notes.txt, which is none of its inputs" in first.said.all
    made = reading.value("made_c")
    reading.write({"data/notes.txt": "a longer note"})
    assert reading.did().startswith("B")
    assert reading.value("made_c") == made + len("a longer note") - len("a note")


def test_what_a_library_has_with_it_and_where_it_seeks_the_project_is_no_reading(
    reading: Workbench, environment: Environment
) -> None:
    looks = "import os\nfrom pathlib import Path\nPath(__file__).read_text(), os.listdir()\n"
    environment.install("getter", "2.0", {"getter.py": f"{looks}\ndef get(path):\n    return 1\n"})
    reading.go()
    assert reading.did() == ""


def test_what_a_library_keeps_for_who_runs_beside_its_reader_counts(
    reading: Workbench, environment: Environment
) -> None:
    """It is the one who ends later that has read the file."""
    environment.install("getter", "2.0", {"getter.py": KEEPS})
    reading.edit(B, 'get("data/notes.txt")', "get()")
    reading.edit(B, "    return", "    got, _ = get(), time.sleep(0.6)\n    return")
    reading.edit(B, "from", "import time\nfrom")
    reading.write({"src/shop/c.py": BESIDE})
    reading.edit(WHERE_PIPELINE, 'inputs="made_b", outputs', 'inputs="made_a", outputs')
    assert reading.did("--runner", "threads", "--workers", "2") == "B C"
    before = reading.value("made_c")
    reading.write({"data/notes.txt": "a longer note"})
    assert reading.did() == "B C"
    assert reading.value("made_c") == before + len("a longer note") - len("a note")


BESIDE = """\
import time

from getter import get


def c(made_a):
    print("<<C>>")
    time.sleep(0.2)
    return get()
"""


@pytest.mark.parametrize("path", ["__file__", "'/etc/passwd'", "made()", "getter.__file__"])
def test_code_and_what_a_node_has_made_itself_are_no_reading(reading: Workbench, path: str) -> None:
    reading.edit(B, "from getter", f"{MADE}import getter\nfrom getter")
    reading.edit(B, '"data/notes.txt"', path)
    assert reading.did() == "B C"
    assert reading.did() == ""


def test_a_file_and_a_variable_that_a_node_depends_on(fresh: Workbench) -> None:
    fresh.write({"queries/q.sql": "select 1\n"})
    fresh.edit(WHERE_PIPELINE, "import Pipeline, node", "import Pipeline, env, file, node")
    fresh.edit(
        WHERE_PIPELINE,
        'name="B"',
        'name="B", depends_on=[file("queries/q.sql"), env("SHOP_REGION")]',
    )
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.edit_at_once("queries/q.sql", "select 1", "select 2")
    assert fresh.did() == "B"
    fresh.variables["SHOP_REGION"] = "north"
    assert fresh.did() == "B"
    assert fresh.did() == ""
    fresh.variables["SHOP_REGION"] = "south"
    fresh.variables["SHOP_OTHER"] = "x"
    assert fresh.did() == "B"
    del fresh.variables["SHOP_REGION"]
    assert fresh.did() == ""
    (fresh.path / "queries/q.sql").unlink()
    assert fresh.did(code=None) in ("", "B")
    fresh.write({"queries/q.sql": "select 1\n"})
    assert fresh.did() == ""


def test_a_node_without_outputs_or_cache_always_runs(fresh: Workbench) -> None:
    fresh.write({"src/shop/tell.py": 'def tell(made_b):\n    print("<<T>>")\n'})
    fresh.edit(WHERE_PIPELINE, "from shop.c", "from shop.tell import tell\nfrom shop.c")
    fresh.edit(
        WHERE_PIPELINE,
        "            node(c,",
        '            node(tell, "made_b", None, name="T"),\n            node(c,',
    )
    assert fresh.did() == "A B C T"
    assert fresh.did() == "T"
    fresh.edit(WHERE_PIPELINE, 'name="B"', 'name="B", cache=False')
    assert fresh.did() == "B T"
    assert fresh.did() == "B T"
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did() == "B C T"


READ_ABOVE = """\
import json
from pathlib import Path

try:
    with open(Path(__file__).with_name("settings.json"), encoding="utf-8") as file:
        SETTINGS = json.load(file)
except FileNotFoundError:
    SETTINGS = {"more": 0}
STEP = 3
"""


def test_a_file_that_is_read_above_in_a_module_counts_for_who_uses_what_it_says(
    bench: Workbench,
) -> None:
    bench.write({"src/shop/settings.py": READ_ABOVE, "src/shop/settings.json": '{"more": 1}'})
    bench.edit(B, "from shop", "from shop.settings import STEP\nfrom shop")
    bench.edit(B, "RATE + rate", "RATE + rate + STEP")
    bench.edit("src/shop/c.py", "def c", "from shop.settings import SETTINGS\n\n\ndef c")
    bench.edit("src/shop/c.py", "+ 100", '+ 100 + SETTINGS["more"]')
    assert bench.did() == "B C"
    assert bench.did() == "C"
    bench.write({"src/shop/settings.json": '{"more": 2}'})
    assert bench.did() == "C"
    assert bench.value("made_c") == 130
    bench.edit("src/shop/settings.py", "STEP = 3", "STEP = 4")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 131


MADE_BY_ITS_CLASS = """\
class Price:
    def __init__(self, amount):
        self.amount = amount + 0

    @classmethod
    def of(cls, amount):
        return cls(amount)

    def twice(self):
        return type(self)(self.amount * 2)


class Pattern:
    def __call__(self, text):
        return text in open("data/patterns.txt").read()
"""


def test_a_class_that_makes_its_own_objects_calls_no_other_class(bench: Workbench) -> None:
    bench.write({"src/shop/price.py": MADE_BY_ITS_CLASS})
    bench.edit(B, "from shop", "from shop.price import Price\nfrom shop")
    bench.edit(B, "RATE + rate", "RATE + Price.of(rate).twice().amount")
    assert bench.did() == "B C"
    assert bench.did() == ""
    bench.edit("src/shop/price.py", "amount + 0", "amount + 1")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 133


ARROW = "import pyarrow as pa\n\nFILE = 'data/ref.arrow'\n"
READ = "pa.ipc.open_file(FILE).read_all()['a'][0].as_py()"


@pytest.mark.parametrize(
    ("head", "used"), [(ARROW, READ), (f"{ARROW}REF = {READ}\n", "REF")], ids=["inside", "above"]
)
def test_a_file_that_compiled_code_opens_by_its_path(
    bench: Workbench, head: str, used: str
) -> None:
    def write(value: int) -> None:
        table = pa.table({"a": [value]})
        with pa.ipc.new_file(str(bench.path / "data/ref.arrow"), table.schema) as file:
            file.write_table(table)

    write(1)
    bench.write({"src/shop/b.py": f"{head}\n\ndef b(made_a, rate):\n    print('<<B>>')\n"})
    bench.edit("src/shop/b.py", "    print('<<B>>')\n", f"    print('<<B>>')\n    return {used}\n")
    assert bench.did() == "B C"
    assert bench.did() == "B"
    write(2)
    assert bench.did() == "B C"
    assert bench.value("made_c") == 102

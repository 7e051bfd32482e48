"""Sessions: a process that lives through edits, and is given data, records nothing that is wrong."""

import subprocess
from pathlib import Path

import pytest

from tests.incremental.environments import Environment
from tests.incremental.workbench import (
    CHAIN,
    CONF,
    PARAMETERS,
    WHERE_PIPELINE,
    WITNESS,
    Workbench,
    entries,
)

BEGIN = """
import os
from noria import open_project

def edit(path, old, new):
    with open(path) as file:
        text = file.read()
    assert old in text
    with open(path, "w") as file:
        file.write(text.replace(old, new))

session = open_project(".")
"""
GIVEN = """\
def b(made_a, given):
    print("<<B>>")
    return given(made_a)
"""
WIRED = CHAIN[WHERE_PIPELINE].replace('"params:rate"', '"given"')


def in_python(bench: Workbench, *lines: str) -> str:
    """Execute lines in a process with a session; return the nodes that ran, parted by spaces."""
    done = subprocess.run(
        [bench.python, "-c", BEGIN + "\n".join(lines)],
        cwd=bench.path,
        env=bench.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(WITNESS.findall(done.stdout))


def test_a_parameter_that_is_given_to_a_run_is_what_its_results_depend_on(bench: Workbench) -> None:
    assert in_python(bench, "session.run(inputs={'params:rate': 6})") == "B C"
    assert bench.value("made_c") == 126
    assert bench.did() == ""
    assert bench.value("made_c") == 125


def test_a_result_of_a_given_parameter_is_not_taken_for_that_of_the_file(fresh: Workbench) -> None:
    assert in_python(fresh, "session.run(inputs={'params:rate': 6})") == "A B C"
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 125


@pytest.mark.parametrize("given", ["raw", "other"])
def test_data_that_is_given_under_one_of_two_names_is_not_read_by_the_other(
    fresh: Workbench, given: str
) -> None:
    other = entries("other").replace("other.json", "raw.json")
    wired = CHAIN[WHERE_PIPELINE].replace('inputs="made_b"', 'inputs=["made_b", "other"]')
    added = CHAIN["src/shop/c.py"].replace("(made_b)", "(made_b, other)")
    fresh.write({CONF: CHAIN[CONF] + other, WHERE_PIPELINE: wired, "src/shop/c.py": added})
    in_python(fresh, f"session.run(inputs={{{given!r}: 9}})")
    fresh.write({"data/raw.json": "9"})  # the very bytes that a given 9 is told by
    fresh.go()
    assert fresh.value("made_a") == 10
    assert fresh.value("made_c") == (9 + 1) * 10 + 5 + 100


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("def given(x): return x * 2", "def given(x): return x * 3"),
        ("given = lambda x: x * 2", "given = lambda x: x * 3"),
        (
            "class Scale:\n    def __call__(self, x): return x * 2\ngiven = Scale()",
            "class Scale:\n    def __call__(self, x): return x * 3\ngiven = Scale()",
        ),
    ],
)
def test_code_that_a_notebook_gives_to_a_run_is_never_taken_for_what_it_was(
    fresh: Workbench, first: str, second: str
) -> None:
    fresh.write({"src/shop/b.py": GIVEN, WHERE_PIPELINE: WIRED})
    run = "session.run(inputs={'given': given})"
    assert in_python(fresh, first, run, second, run) == "A B C B C"
    assert fresh.value("made_c") == 106


def test_code_of_the_project_that_is_given_to_a_run_counts_as_it_is(fresh: Workbench) -> None:
    scale = "def scale(x):\n    return x * 2\n"
    fresh.write({"src/shop/b.py": GIVEN, WHERE_PIPELINE: WIRED, "src/shop/scales.py": scale})
    run = "from shop.scales import scale; session.run(inputs={'given': scale})"
    edited = "edit('src/shop/scales.py', 'x * 2', 'x * 3'); session.refresh()"
    assert in_python(fresh, "session.pipelines", run, run, edited, run) == "A B C B C"
    assert fresh.value("made_c") == 106


def test_what_a_hook_puts_into_the_catalog_need_not_be_storable(fresh: Workbench) -> None:
    hook = (
        "from noria import hook_impl\n\n\nclass Scales:\n    @hook_impl\n"
        "    def after_catalog_created(self, catalog):\n"
        "        catalog['given'] = lambda x: x * 2\n"
    )
    settings = CHAIN["pyproject.toml"] + 'hooks = ["shop.hooks:Scales"]\n'
    fresh.write({"src/shop/b.py": GIVEN, WHERE_PIPELINE: WIRED})
    fresh.write({"src/shop/hooks.py": hook, "pyproject.toml": settings})
    assert fresh.did() == "A B C"
    fresh.edit("src/shop/hooks.py", "x * 2", "x * 3")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 106
    assert fresh.did() == "B"
    assert "nobody can tell whether given changed" in fresh.go().said.out


def test_pipelines_that_are_made_of_parameters_are_made_anew(fresh: Workbench) -> None:
    made = CHAIN[WHERE_PIPELINE].replace("create_pipeline()", "create_pipeline(parameters)")
    more = "node(lambda made, k=parameters['unread']: made * k,"
    fresh.write({WHERE_PIPELINE: made.replace("node(c,", more)})
    edited = f"edit({PARAMETERS!r}, 'unread: 1', 'unread: 3')"
    in_python(fresh, "session.run()", edited, "session.refresh()", "session.run()")
    assert fresh.value("made_c") == 75


RATES = """\
import os
from pathlib import Path

FILE = int(Path("rates.txt").read_text())
VARIABLE = int(os.environ.get("RATE", "1"))


def b(made_a, rate):
    print("<<B>>")
    return made_a * FILE * VARIABLE
"""


@pytest.mark.parametrize("change", ["edit('rates.txt', '2', '3')", "os.environ['RATE'] = '5'"])
def test_what_modules_have_read_when_they_were_imported_is_read_anew(
    fresh: Workbench, change: str
) -> None:
    depending = 'name="B", depends_on=[file("rates.txt"), env("RATE")]'
    wired = CHAIN[WHERE_PIPELINE].replace('name="B"', depending)
    wired = wired.replace("import Pipeline", "import Pipeline, env, file")
    fresh.write({"src/shop/b.py": RATES, WHERE_PIPELINE: wired, "rates.txt": "2"})
    assert (
        in_python(fresh, "session.run()", "session.run()", change, "session.run()") == "A B C B C"
    )
    made = fresh.value("made_c")
    assert made == (106 if "rates.txt" in change else 120)
    fresh.variables = {"RATE": "5"} if "RATE" in change else {}
    assert fresh.did() == ""
    assert fresh.value("made_c") == made


CONSTANT = {
    "src/shop/deep.py": "K = 0\n",
    "src/shop/helpers.py": ("from shop.deep import K\n\n\ndef scale(x, k=K):\n    return x + k\n"),
}
EDITED = "edit('src/shop/deep.py', 'K = 0', 'K = 70')"
# It watches no folders, and does not see edits by itself.
BLIND = "from noria.project.session import Session; session = Session(session.project)"


def test_a_run_reads_anew_what_was_edited_since_the_last_one(fresh: Workbench) -> None:
    fresh.write(CONSTANT)
    rate = f"edit({PARAMETERS!r}, 'rate: 5', 'rate: 6')"
    assert in_python(fresh, "session.run()", EDITED, "session.run()", rate, "session.run()") == (
        "A B C B C B C"
    )
    assert fresh.value("made_c") == 826
    assert fresh.did() == ""
    fresh.edit("src/shop/deep.py", "70", "0")
    noticed = "edited, modules = session.refresh(); assert [each.name for each in edited] == ["
    noticed += "'deep.py'] and 'shop.deep' in modules; assert session.refresh() == ([], {})"
    again = EDITED.replace("K = 0", "K = 1").replace("K = 70", "K = 0")
    change = "edit('src/shop/deep.py', 'K = 0', 'K = 1')"
    in_python(fresh, "session.run()", change, "session.run()", noticed, again, "session.run()")
    assert fresh.value("made_c") == 126


@pytest.mark.parametrize("how", ["a package beside it", "a linked folder", "imported before"])
def test_a_run_reads_anew_code_that_lies_beside_the_project(fresh: Workbench, how: str) -> None:
    package = "shop.linked" if "linked" in how else "depth"
    fresh.write(
        {
            "beside/depth/__init__.py": "from .deep import K\n",
            "beside/depth/deep.py": "K = 0\n",
            "src/shop/helpers.py": CONSTANT["src/shop/helpers.py"].replace("shop.deep", package),
        }
    )
    if "linked" in how:
        (fresh.path / "src/shop/linked").symlink_to(fresh.path / "beside/depth")
    fresh.variables = {"PYTHONPATH": str(fresh.path / "beside")}
    edited = EDITED.replace("src/shop", "beside/depth")
    first = f"import {package}; " * ("before" in how) + "session.run()"
    again = f"assert __import__({package!r}, fromlist=['K']).K == 70"
    assert in_python(fresh, first, edited, "session.run()", again) == "A B C B C"
    assert fresh.value("made_c") == 825
    assert fresh.did() == ""


def test_a_project_that_is_opened_again_is_opened_as_it_is(fresh: Workbench) -> None:
    fresh.write(CONSTANT)
    wired = f"edit({WHERE_PIPELINE!r}, 'inputs=\"made_b\"', 'inputs=\"raw\"')"
    again = "session = open_project('.')"
    said = in_python(fresh, "session.run()", wired, EDITED, again, "session.run()")
    assert said == "A B C B C"
    assert fresh.value("made_c") == 101
    assert fresh.value("made_b") == 725
    assert fresh.did() == ""


def test_modules_of_two_states_make_nothing_that_is_remembered(fresh: Workbench) -> None:
    fresh.write(CONSTANT)
    again = "import importlib, shop.deep; importlib.reload(shop.deep)"
    in_python(fresh, BLIND, "session.run()", EDITED, again, "session.run()")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 825


def test_a_session_follows_when_another_one_has_read_the_code_anew(fresh: Workbench) -> None:
    fresh.write(CONSTANT)
    other = "other = open_project('.')"
    anew = "other.refresh(); other.pipelines['__default__']"
    in_python(fresh, BLIND, "session.run()", other, EDITED, anew, "session.run()")
    assert fresh.value("made_c") == 825
    assert fresh.did() == ""


@pytest.mark.parametrize("begun", [True, False])
def test_a_library_that_is_upgraded_beside_a_session_makes_nothing_that_is_remembered(
    tmp_path: Path, begun: bool
) -> None:
    environment = Environment(tmp_path / "env")
    environment.install("reached", "1.0", {"reached.py": "def more(x):\n    return x\n"})
    bench = Workbench(tmp_path / "shop", python=environment.python)
    bench.write(CHAIN)
    bench.edit("src/shop/helpers.py", "deep(x) + 0", "more(deep(x))")
    bench.edit("src/shop/helpers.py", "from", "from reached import more\nfrom")
    upgrade = (
        "from pathlib import Path; from tests.incremental.environments import Environment",
        "import reached; site = Path(reached.__file__).parent; new = Environment.__new__(Environment)",
        "new.site = site",
        "new.install('reached', '2.0', {'reached.py': 'def more(x): return x + 70'})",
    )
    bench.variables = {"PYTHONPATH": str(Path(__file__).parents[2])}
    in_python(bench, *(["session.run()"] if begun else []), *upgrade, "session.run()")
    bench.variables = {}
    assert bench.did() == "B C"
    assert bench.value("made_c") == 825


KEEPS = """\
from pathlib import Path

_kept = []


def rate():
    if not _kept:
        _kept.append(int(Path("rate.txt").read_text()))
    return _kept[0]
"""


def _keeping(folder: Path) -> Workbench:
    """Return a project in which B uses a library that keeps what it has read."""
    environment = Environment(folder / "env")
    environment.install("keeping", "1.0", {"keeping.py": KEEPS})
    bench = Workbench(folder / "shop", python=environment.python)
    bench.write({**CHAIN, "rate.txt": "2"})
    bench.edit("src/shop/helpers.py", "deep(x) + 0", "deep(x) * keeping.rate()")
    bench.edit("src/shop/helpers.py", "from", "import keeping\nfrom")
    return bench


def test_what_a_library_has_read_for_an_earlier_run_counts_for_the_next(tmp_path: Path) -> None:
    bench = _keeping(tmp_path)
    assert in_python(bench, "session.run()", "session.run()") == "A B C B"
    bench.write({"rate.txt": "3"})
    assert bench.did() == "B C"
    assert bench.value("made_c") == 165


def test_what_a_library_has_read_for_a_node_that_failed_counts_too(tmp_path: Path) -> None:
    bench = _keeping(tmp_path)
    bench.edit("src/shop/b.py", "rate\n", "rate / RATE\n")
    bench.edit("src/shop/b.py", "RATE = 10", "RATE = 0")
    lines = ["try: session.run()", "except Exception as error: print(type(error))"]
    lines += ["edit('src/shop/b.py', 'RATE = 0', 'RATE = 10')", "session.run()"]
    assert in_python(bench, *lines) == "A B B C"
    bench.write({"rate.txt": "3"})
    assert bench.did() == "B C"
    assert bench.value("made_c") == 100 + 3 * 2 * 10 + 0.5


@pytest.mark.parametrize(
    "edit", ["edit('src/shop/b.py', '* 10', '* 20')", "os.environ['N'] = '20'"]
)
def test_processes_that_joblib_keeps_work_with_what_is_so_now(fresh: Workbench, edit: str) -> None:
    pytest.importorskip("joblib", reason="not here: joblib")
    fresh.write({"src/shop/b.py": BY_JOBLIB})
    fresh.edit(WHERE_PIPELINE, 'outputs="made_b"', 'outputs="made_b", depends_on=[noria.env("N")]')
    fresh.edit(WHERE_PIPELINE, "from noria", "import noria\nfrom noria")
    fresh.variables["N"] = "10"
    ran = in_python(fresh, "session.run()", edit, "session.run()")
    assert ran == "A B C B C"
    assert fresh.value("made_b") == 2 * 2 * 10 * 20 + 5


BY_JOBLIB = """\
import os

from joblib import Parallel, delayed


def scaled(x):
    return x * 10 * int(os.environ["N"])


def b(made_a, rate):
    print("<<B>>")
    return sum(Parallel(n_jobs=2)([delayed(scaled)(made_a)] * 2)) + rate
"""


@pytest.mark.parametrize(
    ("patch", "made"),
    [
        ("mock.patch('shop.b.scale', mock.MagicMock(return_value=5))", 155),
        ("mock.patch('shop.b.scale', autospec=True, return_value=5)", 155),
        ("mock.patch('shop.helpers.deep', return_value=5)", 155),
        ("mock.patch('shop.b.Much', autospec=True)", 115),
        ("mock.patch.object(shop.b.Much, 'of', return_value=5)", 155),
    ],
)
def test_what_a_mock_has_made_is_not_taken_for_what_the_code_makes(
    fresh: Workbench, patch: str, made: int
) -> None:
    much = "class Much:\n    def of(self, x):\n        return x\n\n\ndef b("
    fresh.edit("src/shop/b.py", "def b(", much)
    fresh.edit("src/shop/b.py", "inner(scale(made_a))", "int(Much().of(scale(made_a)))")
    lines = [
        "from unittest import mock",
        "session.pipelines['__default__']; import shop.b",
        f"with {patch}:\n    session.run()",
    ]
    in_python(fresh, *lines)
    assert fresh.value("made_c") == made
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 125
    assert in_python(fresh, *lines) == "B"  # who is what a mock is, nobody knows
    assert fresh.value("made_c") == made


SETTINGS = """\
class Settings:
    rate = 1


class Kept:
    def __init__(self):
        self.rate = 1

    def of(self, x):
        return x * self.rate


KEPT = Kept()
"""


@pytest.mark.parametrize(
    "change",
    [
        "shop.settings.Settings.rate = 3",
        "shop.settings.KEPT.rate = 3",
        "shop.settings.Kept.of = lambda self, x: 5",
    ],
)
def test_what_somebody_changes_in_imported_code_is_not_taken_for_what_the_code_makes(
    fresh: Workbench, change: str
) -> None:
    fresh.write({"src/shop/settings.py": SETTINGS})
    fresh.edit("src/shop/b.py", "from", "from shop.settings import KEPT, Settings\nfrom")
    fresh.edit("src/shop/b.py", "inner(scale(made_a))", "KEPT.of(scale(made_a)) * Settings.rate")
    twice = "session.run(); session.run()"
    assert in_python(fresh, twice) == "A B C"
    right = fresh.value("made_c")
    assert in_python(fresh, twice, "import shop.settings", change, twice) == "B C"
    changed = fresh.value("made_c")
    assert changed != right
    assert fresh.did() == ""  # the right one is restored
    assert fresh.value("made_c") == right
    begin = "session.pipelines['__default__']; import shop.settings"
    assert in_python(fresh, begin, change, "session.run()") in {"", "B C"}
    assert fresh.value("made_c") == changed


# How a parameter comes to its value, and what a person does to give it another one.
OUTSIDE = {
    "a variable": ({}, "rate: ${oc.decode:${env:RATE,5}}\n", "os.environ['RATE'] = '6'"),
    "JSON": (
        {"conf/base/globals.json": '{"g": 5}'},
        "rate: ${globals:g}\n",
        "edit('conf/base/globals.json', '5', '6')",
    ),
    "a linked folder": (
        {"shared/globals.yml": "g: 5\n"},
        "rate: ${globals:g}\n",
        "edit('shared/globals.yml', '5', '6')",
    ),
}


@pytest.mark.parametrize("how", OUTSIDE)
def test_a_run_reads_anew_all_that_its_configuration_is_made_of(fresh: Workbench, how: str) -> None:
    files, parameters, change = OUTSIDE[how]
    fresh.write({**files, PARAMETERS: parameters})
    if "linked" in how:
        (fresh.path / "conf/base/linked").symlink_to(fresh.path / "shared")
    asked = "assert session.parameters['rate'] == 6"
    said = in_python(fresh, "session.run()", change, "session.run()", asked)
    assert said == "A B C B C"
    fresh.variables = {"RATE": "6"} if "RATE" in change else {}
    assert fresh.did() == ""


def test_a_run_reads_anew_an_archive_of_configuration(fresh: Workbench) -> None:
    pack = "import shutil; shutil.make_archive('packed', 'zip', 'conf')"
    opened = "session = open_project('.', conf_source='packed.zip')"
    change = f"edit({PARAMETERS!r}, 'rate: 5', 'rate: 6')"
    said = in_python(fresh, pack, opened, "session.run()", change, pack, "session.run()")
    assert said == "A B C B C"
    assert fresh.did() == ""


def test_a_run_reads_anew_configuration_at_an_address(fresh: Workbench) -> None:
    put = "fsspec.filesystem('memory').pipe('/conf/base/parameters.yml', b'rate: {}')"
    copy = "fsspec.filesystem('memory').put('conf', '/', recursive=True)"
    opened = "session = open_project('.', conf_source='memory://conf')"
    change = put.format(6)
    said = in_python(fresh, "import fsspec", copy, opened, "session.run()", change, "session.run()")
    assert said == "A B C B C"


def test_a_run_goes_by_the_settings_as_they_are_now(fresh: Workbench) -> None:
    fresh.write({"conf/prod/parameters.yml": "rate: 6\n"})
    said = in_python(
        fresh,
        "session.run()",
        "os.environ['NORIA_ENV'] = 'prod'",
        "session.run()",
        "del os.environ['NORIA_ENV']",
        "os.environ['NORIA_STORE'] = 'elsewhere'",
        "session.run(); assert os.path.isdir('elsewhere')",
    )
    assert said == "A B C B C A B C"

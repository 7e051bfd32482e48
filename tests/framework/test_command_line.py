"""The command line itself: version, help, completion, `python -m noria`."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import noria
import pytest
from noria.cli.plain import plain_run
from noria.cli.run import run
from noria.cli.table import COMMANDS

from tests.project_on_disk import ProjectOnDisk, environment

NODES = "src/shop/pipelines/sales/nodes.py"


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_version(project: ProjectOnDisk, word: str) -> None:
    assert project.noria(word).out == f"noria {noria.__version__}\n"


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_lists_every_command(project: ProjectOnDisk, words: tuple[str, ...]) -> None:
    out = project.noria(*words).out
    for name in (*COMMANDS, "viz"):
        assert f"\n  {name} " in out
    assert "130 interrupted" in out


@pytest.mark.parametrize("name", [*COMMANDS, "viz"])
def test_every_command_has_help(project: ProjectOnDisk, name: str) -> None:
    out = project.noria(name, "--help").out
    assert f"Usage: noria {name}" in out
    assert "\\b" not in out  # click's mark for kept lines, not printed


def test_the_console_script_and_the_module_say_the_same(project: ProjectOnDisk) -> None:
    script = Path(sys.executable).with_name("noria")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == project.noria("--version").out


@pytest.mark.parametrize(("typed", "offered"), [("ru", {"run", "runs"}), ("pipe", {"pipelines"})])
def test_a_shell_completes_commands(project: ProjectOnDisk, typed: str, offered: set[str]) -> None:
    words = {"_NORIA_COMPLETE": "bash_complete", "COMP_WORDS": f"noria {typed}", "COMP_CWORD": "1"}
    done = subprocess.run(
        [Path(sys.executable).with_name("noria")],
        cwd=project.path,
        env=environment() | words,
        capture_output=True,
        text=True,
        check=False,
    )
    assert {line.split(",")[1] for line in done.stdout.split()} == offered


def test_a_command_of_an_installed_package_is_found(project: ProjectOnDisk) -> None:
    files = {
        "site/greeter.py": "import click\n@click.command()\ndef greet():\n    print('hello')\n",
        "site/greeter-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: greeter\n",
        "site/greeter-1.0.dist-info/entry_points.txt": "[noria.commands]\ngreet = greeter:greet\n",
    }
    project.write(files)
    path = {"PYTHONPATH": os.fspath(project.path / "site")}
    for words, said in ((["greet"], "hello\n"), (["--help"], "\n  greet")):
        done = subprocess.run(
            [sys.executable, "-m", "noria", *words],
            env=environment() | path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert said in done.stdout


PLAIN = (
    "",
    "-p train",
    "--pipeline train --quiet",
    "--env full -q --force",
    "-e full --no-cache --wait --json",
    "--pipeline one --pipeline two",
)


@pytest.mark.parametrize("line", PLAIN)
def test_usual_words_of_run_mean_what_click_takes_them_for(line: str) -> None:
    words = line.split()
    assert plain_run(words) == run.make_context("run", list(words)).params


UNUSUAL = (
    "--pipelin train",
    "--pipeline",
    "--pipeline -q",
    "--pipeline=train",
    "-ptrain",
    "-qp train",
    "train",
    "--help",
    "--nodes a",
    "--workers two",
    "-- -q",
)


@pytest.mark.parametrize("line", UNUSUAL)
def test_words_of_run_that_are_not_quite_usual_are_left_to_click(line: str) -> None:
    assert plain_run(line.split()) is None


def test_every_option_of_run_has_a_value_where_nobody_says_it() -> None:
    given = plain_run([])
    assert given is not None
    assert given.keys() == {one.name for one in run.params if isinstance(one, click.Option)}


LOOKS = """\
import sys

from noria import Pipeline, node


def look() -> bool:
    return "click" in sys.modules


def create_pipeline() -> Pipeline:
    return Pipeline([node(look, None, "seen", name="look")])
"""


def test_a_run_by_usual_words_imports_no_click(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/pipelines/looks/__init__.py": "",
            "src/shop/pipelines/looks/pipeline.py": LOOKS,
            "conf/base/catalog_looks.yml": "seen: {type: json.JSONDataset, filepath: seen.json}\n",
        }
    )
    project.noria("run", "-p", "looks", "--force")
    assert (project.path / "seen.json").read_text().strip() == "false"
    project.noria("run", "--pipeline=looks", "--force")
    assert (project.path / "seen.json").read_text().strip() == "true"


# The last net.


def _in_shell(project: ProjectOnDisk, words: str, **variables: str) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-c", f'"$0" -m noria {words}; exit ${{PIPESTATUS[0]}}', sys.executable],
        cwd=project.path,
        env=environment() | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(not shutil.which("bash"), reason="not here: bash")
def test_a_reader_that_goes_away_is_no_error_of_ours(project: ProjectOnDisk) -> None:
    project.noria("run")
    assert _in_shell(project, "runs list | true") == (0, "")
    assert _in_shell(project, "runs show --json | true") == (0, "")
    assert _in_shell(project, "runs show 1999 2>&1 | true") == (2, "")
    project.edit(NODES, "return orders.dropna()", "raise ValueError('no orders')")
    assert _in_shell(project, "run | true")[0] == 1  # what failed has failed, read or not


@pytest.mark.skipif(not shutil.which("bash"), reason="not here: bash")
def test_a_quick_answer_that_nobody_reads_is_none_either(project: ProjectOnDisk) -> None:
    for words in ("run", "run", "plan", "pipelines list"):
        project.noria(*words.split())
    for words in ("run", "plan", "pipelines list", "--version", "--help"):
        for unbuffered in ("", "1"):
            said = _in_shell(project, f"{words} | true", PYTHONUNBUFFERED=unbuffered)
            assert said == (0, ""), words


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="not here: a device that is full")
def test_no_room_for_what_is_said_is_told_in_one_line(project: ProjectOnDisk) -> None:
    project.noria("run")
    for words in ("run", "plan", "plan", "runs list", "run --force", "--version", "run --help"):
        code, err = _in_shell(project, f"{words} >/dev/full")
        assert (code, err.count("\n")) == (1, 1), words
        assert err.startswith("Error: No space left on device: what is said cannot be written")


@pytest.mark.skipif(not shutil.which("bash"), reason="not here: bash")
def test_streams_that_are_closed_change_nothing_of_what_is_done(project: ProjectOnDisk) -> None:
    assert _in_shell(project, "run >&-") == (0, "")
    assert (project.path / "data/totals.json").exists()
    for words in ("run --force", "plan", "run --force --json", "run --nodes clean"):
        assert _in_shell(project, f"{words} <&- >&- 2>&-") == (0, ""), words
    assert _in_shell(project, "run --nodes none >&- 2>&-")[0] == 2
    code, err = _in_shell(project, "cache clear <&-")
    assert code == 2
    assert "`noria cache clear` asks first" in err


def test_a_fault_of_our_own_is_one_line_and_its_traceback_can_be_seen(
    project: ProjectOnDisk,
) -> None:
    project.noria("run")
    with sqlite3.connect(project.path / ".noria/ledger.db") as connection:
        connection.execute("UPDATE runs SET details = 'no json'")
    connection.close()
    err = project.noria("runs", "list", code=1).err
    assert err.startswith("Error: a fault of Noria's own, not yours: JSONDecodeError: ")
    assert "Traceback" not in err
    assert "NORIA_TRACEBACK=1" in err
    code, err = _in_shell(project, "runs list", NORIA_TRACEBACK="1")
    assert code == 1
    assert "Traceback (most recent call last)" in err
    assert "Error: a fault" in err


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("run --pipeline saels", {"kind": "ProjectError", "nearest": "sales"}),
        ("run --nodse clean", {"kind": "NoSuchOption", "where": None}),
        ("plan --why clea", {"kind": "SelectionError", "nearest": "clean"}),
        ("catalog describe ordes", {"kind": "UnknownDatasetError", "nearest": "orders"}),
        ("config show rates", {"kind": "ConfigError"}),
        ("runs show 1999", {"kind": "RunError"}),
        ("new-pipeline class", {"kind": "ProjectError"}),
        ("cache clear", {"message": "`noria cache clear` asks first; --yes answers it"}),
        ("viz", {"kind": "NoSuchOption", "message": "No such option '--json'."}),
    ],
)
def test_an_error_is_json_for_a_program(
    project: ProjectOnDisk, words: str, error: dict[str, str | None]
) -> None:
    said = project.noria(*words.split(), "--json", code=2)
    told = json.loads(said.out)
    assert list(told) == ["error"]
    assert list(told["error"]) == ["kind", "message", "where", "nearest", "hint"]
    assert error.items() <= told["error"].items()
    assert told["error"]["message"] in said.err


def test_an_error_says_its_place_to_a_program(project: ProjectOnDisk) -> None:
    project.write({"conf/base/parameters.yml": "rate: [\n"})
    told = json.loads(project.noria("run", "--json", code=2).out)
    assert told["error"]["where"] == "conf/base/parameters.yml:2:1"


def test_a_failing_run_is_one_document_with_its_error(project: ProjectOnDisk) -> None:
    total = "def total(clean_orders, rate):\n    return {}\n"
    project.write({NODES: f"def clean(orders):\n    return 1 / 0\n\n\n{total}"})
    told = json.loads(project.noria("run", "--nodes", "clean", "--json", code=1).out)
    assert told["status"] == "failed"
    assert [node["status"] for node in told["nodes"]] == ["failed"]
    assert told["error"]["kind"] == "NodeError"
    assert "ZeroDivisionError" in told["error"]["message"]


def test_a_command_outside_of_projects_tells_programs_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "noria", "runs", "list", "--json"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["message"].startswith("no Noria project")


def test_a_schema_that_is_written_is_told_to_programs_as_json(project: ProjectOnDisk) -> None:
    said = project.noria("catalog", "schema", "--write", "--json")
    assert json.loads(said.out) == {"wrote": "conf/catalog.schema.json"}


@pytest.mark.parametrize(
    "words",
    [
        ("plan",),
        ("plan", "--why", "total"),
        ("check",),
        ("run",),
        ("pipelines", "list"),
        ("catalog", "check"),
        ("cache", "adopt"),
    ],
)
def test_what_the_project_s_code_prints_stays_out_of_json(
    project: ProjectOnDisk, words: tuple[str, ...]
) -> None:
    nodes = "src/shop/pipelines/sales/nodes.py"
    project.noria("run")
    loud = "import os\n\nprint('imported')\nos.system('echo started')\n"
    project.edit(nodes, "import pandas", f"{loud}import pandas")
    said = project.noria(*words, "--json")
    json.loads(said.out)
    assert "imported" in said.err
    assert "started" in said.err

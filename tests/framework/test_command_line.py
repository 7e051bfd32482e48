"""The command line itself: version, help, completion, `python -m noria`."""

import os
import subprocess
import sys
from pathlib import Path

import noria
import pytest
from noria.cli.table import COMMANDS

from tests.project_on_disk import ProjectOnDisk, environment


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

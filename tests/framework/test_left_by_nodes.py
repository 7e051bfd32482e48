"""What a node's function leaves in the process that it shares with us, and with what it gives."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.incremental.workbench import Workbench, chain
from tests.project_on_disk import environment

A = "src/shop/a.py"
GOES = """\
import os
import tempfile


def a(raw):
    print("<<A>>")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
    return raw + 1
"""
CLOSES = """\
import sys


def a(raw):
    print("<<A>>")
    sys.{stream}.close()
    return raw + 1
"""
WRITES_TWICE = """\
import sys


class Tee:
    def __init__(self, before):
        self.before = before
        self.file = open("log.txt", "w")

    def write(self, text):
        self.before.write(text)
        self.file.write(text)

    def flush(self):
        self.before.flush()


def a(raw):
    print("<<A>>")
    sys.stdout = Tee(sys.stdout)
    return raw + 1
"""
STANDS_IN = """\
class Proxy:
    def __getattr__(self, name):
        raise RuntimeError("outside of a request")


def a(raw):
    print("<<A>>")
    return Proxy()
"""


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return chain(tmp_path)


def test_a_folder_that_is_gone_when_its_node_has_ended(bench: Workbench) -> None:
    bench.write({A: GOES})
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 125
    assert bench.did() == ""


def test_an_error_of_a_node_whose_folder_is_gone(bench: Workbench) -> None:
    bench.write({A: GOES.replace("return raw + 1", "raise ValueError('mine')")})
    said = bench.command("run", code=1).err
    assert "node 'A'" in said
    assert "ValueError: mine" in said


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_stream_that_a_node_has_closed(bench: Workbench, stream: str, runner: str) -> None:
    bench.write({A: CLOSES.format(stream=stream)})
    bench.edit("src/shop/b.py", '    print("<<B>>")\n', "")
    bench.edit("src/shop/c.py", '    print("<<C>>")\n', "")
    assert bench.command("run", "--runner", runner).err == ""
    assert bench.value("made_c") == 125
    run = bench.last_run()
    assert run is not None
    assert run["status"] == "done"
    bench.edit("src/shop/c.py", "made_b + 100", "made_b[0]")
    bench.command("run", "--runner", runner, "--force", code=1)


def test_what_a_node_has_put_in_place_of_a_stream(bench: Workbench) -> None:
    bench.write({A: WRITES_TWICE})
    said = bench.command("run")
    assert "<<C>>" in said.out
    assert "done in" in said.out
    assert said.err == ""


def test_what_stands_in_for_nothing_hides_no_error(bench: Workbench) -> None:
    bench.write({A: STANDS_IN})
    said = bench.command("run", code=1).err
    assert "node 'A'" in said
    assert "failed while saving 'made_a' (Proxy)" in said
    assert "fault of Noria" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="not here: a folder in use cannot be removed")
@pytest.mark.parametrize("words", ["run", "cache status", "new-project x --no-input"])
def test_a_command_in_a_folder_that_is_gone(tmp_path: Path, words: str) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import os; os.rmdir({str(gone)!r}); from noria.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words.split()],
        cwd=gone,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Error: the folder that you are in is gone\n")

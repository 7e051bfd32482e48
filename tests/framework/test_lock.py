"""One run a project: who holds it, who does not, and what is said."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from noria.errors import LockedError, ProjectError
from noria.project.lock import ProjectLock

from tests.project_on_disk import ProjectOnDisk

NODES = "src/shop/pipelines/sales/nodes.py"
unix = pytest.mark.skipif(sys.platform == "win32", reason="not here: fork")


def test_the_description_says_who_holds_since_when(tmp_path: Path) -> None:
    lock = ProjectLock(tmp_path, {"run": "noria run --pipeline sales"})
    time.sleep(1.1)  # since it holds, not since it was made
    with lock:
        since = time.strftime("%H:%M:%S")
        with (
            pytest.raises(LockedError, match=r"noria run --pipeline sales \(process") as caught,
            ProjectLock(tmp_path, {}),
        ):
            pass
    assert f"process {os.getpid()}, since {since}" in caught.value.message
    assert (tmp_path / "lock").read_text() == ""
    with ProjectLock(tmp_path, {}):
        pass


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"pid": 1, "since": 1e99}', "\udcff"])
def test_a_holder_whose_name_cannot_be_read_still_holds(tmp_path: Path, text: str) -> None:
    with ProjectLock(tmp_path, {}):
        (tmp_path / "lock").write_text(text, "utf-8", "surrogateescape")
        with pytest.raises(LockedError, match="not written yet"), ProjectLock(tmp_path, {}):
            pass


@unix
def test_a_child_that_outlives_the_run_does_not_hold_the_project(project: ProjectOnDisk) -> None:
    project.edit(
        NODES,
        "    return orders",
        "    import os, time\n"
        "    if not os.fork():\n"
        "        os.closerange(0, 3)\n"
        "        time.sleep(20)\n"
        "        os._exit(0)\n"
        "    open('started', 'w').close()\n"
        "    time.sleep(float(open('nap').read()))\n"
        "    return orders",
    )
    project.write({"nap": "60"})
    process = project.start("run")
    while not (project.path / "started").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate()
    project.write({"nap": "0"})
    project.noria("run")
    project.noria("run")


@unix
def test_a_child_that_leaves_the_run_lets_its_parent_hold_on(tmp_path: Path) -> None:
    with ProjectLock(tmp_path, {"run": "one"}) as lock:
        code = 1
        if not (child := os.fork()):
            try:
                lock.__exit__(None, None, None)
                code = 0
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        with pytest.raises(LockedError, match="one"), ProjectLock(tmp_path, {}):
            pass


@unix
def test_a_child_made_otherwise_does_not_keep_what_was_unlocked(tmp_path: Path) -> None:
    lock = ProjectLock(tmp_path, {})
    with lock:
        sleeper = subprocess.Popen(["sleep", "60"], pass_fds=[lock._handle])
    try:
        with ProjectLock(tmp_path, {}):
            pass
    finally:
        sleeper.kill()
        sleeper.wait()


@unix
def test_a_lock_file_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with (
        pytest.raises(ProjectError, match=r"lock, which .* cannot be used: Is a directory"),
        ProjectLock(tmp_path, {}),
    ):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="not here: /dev/full")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to("/dev/full")
    with (
        pytest.raises(ProjectError, match=r"cannot be used: (No space left|Invalid argument)"),
        ProjectLock(tmp_path, {}),
    ):
        pass

"""What changes while a run goes on, clocks that are wrong, and sources that are."""

import mmap
import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.incremental.shims import CLOCK, build
from tests.incremental.workbench import CHAIN, CONF, PARAMETERS, PYPROJECT, Workbench, entries

A = "src/shop/a.py"
B = "src/shop/b.py"
HOOK = """\
import os
from pathlib import Path

from noria import hook_impl


class Mine:
    @hook_impl
    def {moment}(self, node):
        mark = Path(os.environ["MARK"])
        if node.name == "{node}" and not mark.exists():
            mark.touch()
            {deed}
"""


def during(bench: Workbench, moment: str, node: str, deed: str) -> None:
    """Let something happen once, at a moment of the next run."""
    bench.variables["MARK"] = str(bench.path.parent / "mark")
    bench.write(
        {
            "src/shop/hooks.py": HOOK.format(moment=moment, node=node, deed=deed),
            "pyproject.toml": PYPROJECT + 'hooks = ["shop.hooks:Mine"]\n',
        }
    )


def test_an_input_that_changes_while_its_reader_runs_is_not_remembered(fresh: Workbench) -> None:
    during(fresh, "before_node_run", "A", 'Path("data/raw.json").write_text("2\\n")')
    ran = fresh.go()
    assert ran.did == "A B C"
    assert fresh.value("made_c") == 125
    assert "raw" in ran.said.all
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 135
    assert fresh.did() == ""
    # And what it held before was never remembered as that of the new one.
    fresh.write({"data/raw.json": "1\n"})
    fresh.go()
    assert fresh.value("made_c") == 125


def test_an_intermediate_that_changes_while_its_reader_runs_is_not_remembered(
    fresh: Workbench,
) -> None:
    during(fresh, "before_node_run", "C", 'Path("data/made_b.json").write_text("77\\n")')
    fresh.go()
    fresh.go()
    assert (fresh.value("made_b"), fresh.value("made_c")) == (25, 125)
    assert fresh.did() == ""


@pytest.mark.parametrize("name", [B, "src/shop/helpers.py", "src/shop/deep.py"])
def test_a_source_edited_during_the_run_is_not_remembered(fresh: Workbench, name: str) -> None:
    """It was imported before: what ran is not what stands there now."""
    old, new = ("RATE = 10", "RATE = 20") if name == B else ("+ 0", "+ 1")
    edit = f'p = Path("{name}"); p.write_text(p.read_text().replace("{old}", "{new}", 1))'
    during(fresh, "before_node_run", "B", edit)
    fresh.write({B: CHAIN[B]})
    ran = fresh.go()
    assert ran.did == "A B C"
    assert fresh.value("made_c") == 125
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == (145 if name == B else 135)
    assert fresh.did() == ""
    fresh.edit(name, new, old)
    fresh.go()
    assert fresh.value("made_c") == 125


def test_a_parameter_edited_during_the_run_counts_next_time(fresh: Workbench) -> None:
    edit = f'Path("{PARAMETERS}").write_text("rate: 6\\nunread: 1\\n")'
    during(fresh, "before_node_run", "A", edit)
    assert fresh.did() == "A B C"
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 126


def test_a_node_that_changes_its_input_in_place_is_right_every_time(fresh: Workbench) -> None:
    fresh.write({CONF: entries("raw", "made_b", "made_c"), "data/raw.json": "[1]\n"})
    fresh.write({A: 'def a(raw):\n    print("<<A>>")\n    raw.append(2)\n    return raw\n'})
    fresh.write(
        {
            B: 'def b(made_a, rate):\n    print("<<B>>")\n    made_a.append(rate)\n    return made_a\n',
            "src/shop/c.py": 'def c(made_b):\n    print("<<C>>")\n    made_b.append(9)\n    return made_b\n',
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == [1, 2, 5, 9]
    assert fresh.did() == ""
    fresh.edit_at_once("src/shop/c.py", "9", "8")
    assert fresh.did() == "C"
    assert fresh.value("made_c") == [1, 2, 5, 8]
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == [1, 2, 6, 8]
    assert fresh.value("raw") == [1]


def test_a_node_that_writes_over_its_input_s_file_always_runs(fresh: Workbench) -> None:
    body = 'def a(raw):\n    print("<<A>>")\n    open("data/raw.json", "w").write(str(raw + 1))\n'
    fresh.write({A: body + "    return raw + 1\n"})
    assert fresh.did() == "A B C"
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 135
    assert fresh.value("raw") == 3


def test_edits_at_once_are_never_missed(bench: Workbench) -> None:
    """Ten edits of one length, each followed by its run, the file's time never moving."""
    text = "RATE = 10"
    for number in range(11, 21):
        bench.edit_at_once(B, text, f"RATE = {number}")
        text = f"RATE = {number}"
        assert bench.did() == "B C"
        assert bench.value("made_c") == number * 2 + 105
    for number in range(2, 9):
        bench.edit_at_once("data/raw.json", str(number - 1), str(number))
        bench.go()
        assert bench.value("made_c") == (number + 1) * 20 + 105


def test_an_edit_that_moves_no_time_at_all_is_seen_while_the_file_is_young(
    bench: Workbench,
) -> None:
    """What is written to a page that a process holds changes no time; nor may a clock that stands.

    The file's time is ahead, so that it stays young however long the runs take.
    """
    path = bench.path / "data/raw.json"
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as held:
        at = held.find(b"1")
        held[at : at + 1] = b"1"  # from now on the page is ours to write
        ahead = time.time_ns() + 3_600_000_000_000
        os.utime(path, ns=(ahead, ahead))
        assert bench.did() == ""
        assert bench.did() == ""
        held[at : at + 1] = b"2"
        assert bench.did() == "A B C"
        assert bench.value("made_c") == 135


def test_an_edit_right_after_a_run_that_was_killed_is_not_missed(fresh: Workbench) -> None:
    process = fresh.start("run")
    time.sleep(0.4)
    process.kill()
    process.communicate()
    fresh.edit_at_once("src/shop/deep.py", "+ 0", "+ 1")
    fresh.go()
    assert fresh.value("made_c") == 135


@pytest.mark.parametrize("shift", [-3600, 3600, -40_000_000])
def test_a_clock_that_is_set_decides_nothing(bench: Workbench, tmp_path: Path, shift: int) -> None:
    shim = build(CLOCK, tmp_path / "clock")
    clock = {"LD_PRELOAD": str(shim), "SHIM_SHIFT": str(shift)}
    script = [bench.python, "-c", "import time; print(time.time())"]
    env = {**bench.environment(), **clock}
    said = subprocess.run(script, env=env, capture_output=True, text=True, check=True).stdout
    assert abs(float(said) - time.time() - shift) < 60
    bench.variables |= clock
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    bench.command("run")
    assert bench.value("made_c") == 145
    assert "<<" not in bench.command("run").all
    bench.edit_at_once(B, "RATE = 20", "RATE = 30")
    bench.command("run")
    assert bench.value("made_c") == 165
    bench.variables.clear()
    assert "<<" not in bench.command("run").all
    bench.edit_at_once(B, "RATE = 30", "RATE = 40")
    bench.command("run")
    assert bench.value("made_c") == 185
    bench.edit_at_once("data/raw.json", "1", "2")
    bench.command("run")
    assert bench.value("made_c") == 225


def test_files_from_the_future_are_never_trusted_by_their_time(bench: Workbench) -> None:
    future = time.time() + 1_000_000
    for name in (B, "data/raw.json"):
        os.utime(bench.path / name, (future, future))
    assert bench.did() == ""
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert bench.did() == "B C"
    bench.edit_at_once("data/raw.json", "1", "2")
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 165


def test_a_source_that_does_not_parse_is_told_and_forgotten(bench: Workbench) -> None:
    text = (bench.path / "src/shop/helpers.py").read_text()
    bench.write({"src/shop/helpers.py": text + "def (:\n"})
    said = bench.command("run", code=2)
    assert "helpers.py" in said.err
    bench.write({"src/shop/helpers.py": text})
    assert bench.did() == ""
    # One that nobody imports is nobody's matter.
    bench.write({"src/shop/unimported.py": "def (:\n"})
    assert bench.did() == ""
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert bench.did() == "B C"


def test_a_source_in_another_encoding_is_read_as_python_reads_it(bench: Workbench) -> None:
    path = bench.path / "src/shop/helpers.py"
    latin = "# -*- coding: latin-1 -*-\nfrom shop.deep import deep\n\nWORD = 'é'\n\n\n"
    latin += "def scale(x):\n    return deep(x) + len(WORD) - 1\n"
    path.write_bytes(latin.encode("latin-1"))
    assert bench.did() == "B"
    path.write_bytes(latin.replace("'é'", "'éé'").encode("latin-1"))
    assert bench.did() == "B C"
    assert bench.value("made_c") == 135
    path.write_bytes(b"\xef\xbb\xbf" + CHAIN["src/shop/helpers.py"].encode())
    bench.go()
    assert bench.value("made_c") == 125
    (bench.path / "src/shop/unimported.py").write_bytes(b"WORD = '\xe9'\n")
    assert bench.did() == ""


def test_a_source_that_is_not_utf_8_is_told(bench: Workbench) -> None:
    path = bench.path / "src/shop/helpers.py"
    text = path.read_bytes()
    path.write_bytes(text + b"WORD = '\xe9'\n")
    assert "helpers.py" in bench.command("run", code=2).err
    path.write_bytes(text)
    assert bench.did() == ""


def test_stale_byte_code_is_never_run(bench: Workbench) -> None:
    """Python trusts byte code whose source has the same second and size; a result must not."""
    bench.edit_at_once("src/shop/deep.py", "+ 0", "+ 1")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 135
    subprocess.run(
        [bench.python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "src"],
        cwd=bench.path,
        check=True,
        capture_output=True,
    )
    bench.edit_at_once("src/shop/deep.py", "+ 1", "+ 2")
    bench.go()
    assert bench.value("made_c") == 145


def test_a_file_that_cannot_be_read_is_told(bench: Workbench) -> None:
    if os.geteuid() == 0:
        pytest.skip("not here: root reads every file")
    (bench.path / "data/raw.json").chmod(0)
    assert "raw.json" in bench.command("run", code=None).err

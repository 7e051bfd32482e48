"""What a run looks like in a real terminal."""

import json
import os
import re
import select
import subprocess
import sys
import time

import pytest

from tests.project_on_disk import ProjectOnDisk, environment

PIPELINE = "src/shop/pipelines/sales/pipeline.py"
NODES = "src/shop/pipelines/sales/nodes.py"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="not here: pseudo-terminals")


def _in_terminal(project: ProjectOnDisk, *words: str, **variables: str) -> str:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "noria", *words],
        cwd=project.path,
        env=environment() | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "30"} | variables,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    heard = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                data = os.read(ours, 65536)
            except OSError:  # Linux's way to say that the other end is closed
                break
            if not data:
                break
            heard += data
        elif process.poll() is not None:
            break
    process.wait(10)
    os.close(ours)
    return heard.decode(errors="replace")


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_a_terminal_shows_what_runs_and_ends_with_the_summary(project: ProjectOnDisk) -> None:
    project.edit(NODES, "    return orders", "    import time; time.sleep(0.8)\n    return orders")
    heard = _in_terminal(project, "run")
    plain = _plain(heard)
    assert "● clean" in plain  # seen while it ran
    assert "· total" in plain
    assert "2 left" in plain
    assert "\x1b[1A" in heard or "\x1b[2K" in heard  # drawn over, not scrolled
    assert re.search(r"run \S+: 2 nodes, inline", plain)  # none of it is cut
    assert plain.rindex("done in") > plain.rindex("● clean")
    assert "data/totals.json" in plain.split("done in")[-1]


def test_a_table_too_wide_for_the_terminal_goes_on_in_the_lines_below(
    project: ProjectOnDisk,
) -> None:
    long = "of_a_name_that_takes_more_than_half_a_line"
    for name in ("orders", "clean_orders"):
        project.edit(PIPELINE, f'"{name}"', f'"{name}_{long}"')
    project.edit("conf/base/catalog.yml", "orders:", f"orders_{long}:")
    plain = _plain(_in_terminal(project, "plan"))
    assert max(map(len, plain.splitlines())) <= 80
    assert re.search(rf"depends on\r\n +clean_orders_{long}", plain)
    piped = project.noria("plan").out  # for programs nothing is broken
    assert f"depends on clean_orders_{long}" in piped


def test_columns_that_do_not_fit_the_terminal_go_below_the_others(
    project: ProjectOnDisk,
) -> None:
    long = "data/08_reporting/of_all_years_that_there_are/totals.json"
    project.edit("conf/base/catalog.yml", "data/totals.json", long)
    for words in (("catalog", "list"), ("config", "show")):
        lines = _plain(_in_terminal(project, *words)).splitlines()
        assert max(map(len, lines)) <= 80
        assert [line for line in lines if line.startswith(f"      {long}")]


def test_what_nodes_print_stands_above_the_display(project: ProjectOnDisk) -> None:
    project.edit(NODES, "    return orders", "    print('from the node')\n    return orders")
    assert "from the node\r\n" in _plain(_in_terminal(project, "run"))


def test_an_error_in_a_terminal_is_the_last_thing_said(project: ProjectOnDisk) -> None:
    project.edit(NODES, "return orders.dropna()", "raise ValueError('no orders')")
    plain = _plain(_in_terminal(project, "run"))
    assert plain.index("failed in") < plain.index("Error: node 'clean'")
    assert plain.rstrip().endswith("noria run")


def test_a_terminal_that_knows_no_display_gets_plain_lines(project: ProjectOnDisk) -> None:
    heard = _in_terminal(project, "run", TERM="dumb")
    assert "  1/2  ✓ clean  " in heard
    assert "\x1b" not in heard
    assert "\x1b" not in _in_terminal(project, "run", "--pipeline", "saels", TERM="dumb")


def test_no_color_leaves_the_colours_out(project: ProjectOnDisk) -> None:
    words = ("check", "--pipeline", "saels")
    assert _in_terminal(project, *words, NO_COLOR="1").startswith("Error: no pipeline")
    assert "\x1b[31m" in _in_terminal(project, *words)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_few_letters_gets_the_others_spelled(
    project: ProjectOnDisk, encoding: str
) -> None:
    project.edit(NODES, "    return orders", "    print('✓ clean')\n    return orders")
    heard = _in_terminal(project, "run", PYTHONIOENCODING=encoding)
    assert "\\u2713 clean" in heard
    assert "done in" in heard
    assert "Error" not in heard


def test_a_question_does_not_go_where_the_answer_goes(project: ProjectOnDisk) -> None:
    import pty

    project.noria("run")
    ours, theirs = pty.openpty()
    os.write(ours, b"y\n")
    done = subprocess.run(
        [sys.executable, "-m", "noria", "cache", "clear", "--json"],
        cwd=project.path,
        env=environment(),
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    os.close(ours)
    os.close(theirs)
    assert json.loads(done.stdout)["entries"] == 2
    assert "Remove all results in" in done.stderr


def test_an_answer_that_is_kept_is_not_as_narrow_as_the_terminal_it_was_for(
    project: ProjectOnDisk,
) -> None:
    project.noria("run")
    for words in (("pipelines", "list"), ("plan",)):
        narrow = _in_terminal(project, *words, COLUMNS="12")
        assert "\r\n      " in narrow  # a row goes on in the line below
        assert "\n      " not in project.noria(*words).out


@pytest.mark.parametrize(
    ("command", "end"), [("plan", "2 nodes: 1 run, 1 wait"), ("check", "nothing wrong")]
)
def test_who_waits_long_for_a_plan_or_check_is_told_of_it_until_it_comes(
    project: ProjectOnDisk, command: str, end: str
) -> None:
    project.edit(
        NODES, "import pandas as pd\n", "import time\n\nimport pandas as pd\n\ntime.sleep(2)\n"
    )
    heard = _in_terminal(project, command)
    before, told, after = heard.partition("reading the project")
    assert (before.strip(), told) == ("", "reading the project")
    assert after.startswith("\r\x1b[K")
    assert end in _plain(after)
    assert "reading the project" not in project.noria(command).all


def test_verifying_shows_how_far_it_is_once_for_each_step(project: ProjectOnDisk) -> None:
    made = ", ".join(f'"made_{each}"' for each in range(50))
    project.edit(
        NODES,
        "def clean(",
        "def many():\n    import os\n\n"
        "    return [os.urandom(3_000_000), *map(str, range(49))]\n\n\ndef clean(",
    )
    project.edit(PIPELINE, "import clean, total", "import clean, many, total")
    project.edit(PIPELINE, "        [\n", f"        [\n            node(many, None, [{made}]),\n")
    project.noria("run")
    heard = _in_terminal(project, "cache", "verify")
    shown = re.findall(r"verifying [^\x1b]+", heard)
    assert shown
    assert len(shown) == len(set(shown))
    assert "nothing wrong" in _plain(heard)

"""`noria shell` and `noria run --pdb`: a prompt with the project, a debugger at the failure."""

import subprocess
import sys

import pytest

from tests.project_on_disk import ProjectOnDisk, environment

NODES = "src/shop/pipelines/sales/nodes.py"


def _type(project: ProjectOnDisk, words: list[str], *lines: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "noria", *words],
        cwd=project.path,
        env=environment() | {"IPYTHONDIR": str(project.path / ".ipython"), "NO_COLOR": "1"},
        input="\n".join([*lines, ""]),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


def test_the_prompt_has_the_projects_names_and_reads_edits(project: ProjectOnDisk) -> None:
    said = _type(
        project,
        ["shell", "--plain", "--params", "rate=2"],
        "print(sorted(pipelines), catalog.load('params:rate'))",
        "print(session.run('sales', outputs=['totals']))",
        f"p = {NODES!r}; t = open(p).read(); n = open(p, 'w').write(t.replace('* rate', '+ rate'))",
        "print(session.run('sales', outputs=['totals']))",
        "catalog.load('order')",
        "1 / 0",
    )
    assert "['__default__', 'sales'] 2" in said
    assert "{'total': 10.0}" in said
    assert f"read again: {NODES}" in said
    assert "{'total': 7.0}" in said
    assert "Error: no dataset 'order'" in said
    assert "did you mean 'orders'?" in said
    assert "ZeroDivisionError" in said


def test_the_debugger_finds_what_went_wrong_at_the_prompt(project: ProjectOnDisk) -> None:
    project.edit(NODES, "return orders.dropna()", "return orders[1 // 0]")
    said = _type(
        project,
        ["shell", "--plain"],
        "import pdb",
        "session.run('sales')",
        "pdb.pm()",
        "p 'here', len(orders)",
        "q",
        "1 / 0",
        "pdb.pm()",
        "p 'line', __name__",
        "q",
    )
    assert "('here', 3)" in said
    assert "('line', '__console__')" in said


def test_the_prompt_is_ipython_where_that_is_installed(project: ProjectOnDisk) -> None:
    pytest.importorskip("IPython", reason="not here: IPython is not installed")
    said = _type(project, ["shell"], "sorted(pipelines)", "%reload_noria", "exit")
    assert "In [1]" in said
    assert "['__default__', 'sales']" in said
    assert said.count(f"shop at {project.path}") == 2


def test_a_shell_outside_a_project_is_an_error(project: ProjectOnDisk) -> None:
    outside = ProjectOnDisk(project.path.parent)
    assert "no Noria project" in outside.noria("shell", code=2).err


def test_the_debugger_opens_at_the_users_line(project: ProjectOnDisk) -> None:
    project.edit(NODES, "    return orders.dropna()", "    rows = len(orders)\n    1 / (rows - 3)")
    said = _type(project, ["run", "--nodes", "clean", "--pdb"], "p 'rows', rows", "q", code=1)
    assert "('rows', 3)" in said
    assert "1 / (rows - 3)" in said
    assert said.index("Error: node 'clean'") < said.index("(Pdb)")
    assert said.count("\nError: ") == 1


def test_the_debugger_goes_up_out_of_libraries(project: ProjectOnDisk) -> None:
    project.edit(NODES, "return orders.dropna()", "return orders['colour']")
    said = _type(project, ["run", "--pdb", "--runner", "threads"], "p list(orders)", "q", code=1)
    assert "['item', 'price']" in said


def test_the_debugger_is_not_opened_without_a_failing_node(project: ProjectOnDisk) -> None:
    assert "(Pdb)" not in _type(project, ["run", "--pdb"])
    assert "no pipeline" in _type(project, ["run", "--pdb", "-p", "salse"], code=2)
    assert "--json" in project.noria("run", "--pdb", "--json", code=2).err

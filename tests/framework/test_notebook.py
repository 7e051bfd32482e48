"""`%load_ext noria`: the project at hand in a notebook, edited code included."""

from pathlib import Path

import pytest

from tests.notebook import play
from tests.project_on_disk import ProjectOnDisk

pytest.importorskip("IPython", reason="not here: IPython is not installed")

NODES = "src/shop/pipelines/sales/nodes.py"


@pytest.fixture
def notebooks(project: ProjectOnDisk) -> Path:
    """The folder of the project's notebooks."""
    folder = project.path / "notebooks"
    folder.mkdir()
    return folder


def test_the_names_are_those_of_the_project_that_the_notebook_lies_in(notebooks: Path) -> None:
    said = play(
        notebooks,
        "%load_ext noria",
        "sorted(catalog)",
        "sorted(pipelines)",
        "session.run('sales', outputs=['totals'])",
        "catalog.load('totals')",
    )
    assert said[0] == f"shop at {notebooks.parent}, environment local"
    assert "'orders', 'parameters', 'params:rate', 'totals'" in said[1]
    assert "'__default__', 'sales'" in said[2]
    assert said[3].endswith("{'totals': {'total': 7.5}}")
    assert said[4].endswith("{'total': 7.5}")


def test_edited_code_is_read_again_before_the_next_cell(notebooks: Path) -> None:
    edit = (
        "from pathlib import Path; path = Path('../src/shop/pipelines/sales/nodes.py');"
        "_ = path.write_text(path.read_text().replace('* rate', '+ rate'))"
    )
    said = play(
        notebooks,
        "%load_ext noria",
        "from shop.pipelines.sales.nodes import total\nimport shop.pipelines.sales.nodes as nodes\n"
        "old = [total]",
        "session.run('sales', outputs=['totals'])",
        edit,
        "session.run('sales', outputs=['totals'])",
        "total is not old[0], total is nodes.total, total.__module__",
    )
    assert "7.5" in said[2]
    assert said[4].startswith("read again: src/shop/pipelines/sales/nodes.py")
    assert "6.5" in said[4]
    assert said[5].endswith("(True, True, 'shop.pipelines.sales.nodes')")


def test_what_is_edited_after_the_first_cell_is_noticed(notebooks: Path) -> None:
    edit = (
        "from pathlib import Path; path = Path('../src/shop/pipelines/sales/nodes.py');"
        "_ = path.write_text(path.read_text().replace('* rate', '+ rate'))"
    )
    run = "session.run('sales', outputs=['totals'])"
    said = play(notebooks, f"%load_ext noria\n{run}\n{edit}", run)
    assert "6.5" in said[1]


def test_edited_configuration_is_read_again_and_code_is_not(notebooks: Path) -> None:
    said = play(
        notebooks,
        "%load_ext noria",
        "from shop.pipelines.sales.nodes import total; old = total",
        "open('../conf/base/parameters.yml', 'w').write('rate: 2') and None",
        "catalog.load('params:rate'), total is old",
    )
    assert said[3].startswith("read again: conf/base/parameters.yml")
    assert said[3].endswith("(2, True)")


def test_a_mistake_half_way_through_an_edit_is_told_and_mended(notebooks: Path) -> None:
    said = play(
        notebooks,
        "%load_ext noria",
        "from shop.pipelines.sales.nodes import total",
        "path = '../src/shop/pipelines/sales/nodes.py'; text = open(path).read()\n"
        "open(path, 'w').write('def total(:') and None",
        "total.__name__",
        "session.run('sales')",
        "open(path, 'w').write(text) and None",
        "session.run('sales', outputs=['totals'])",
    )
    assert "total is still the old one: SyntaxError" in said[3]
    assert said[4].startswith("Error: src/shop/pipelines/sales/nodes.py:1:11: ")
    assert "Traceback" not in said[4]
    assert "7.5" in said[6]


def test_a_name_that_the_user_took_is_left_alone(notebooks: Path) -> None:
    said = play(notebooks, "%load_ext noria", "catalog = 'mine'", "catalog")
    assert said[2].endswith("'mine'")


def test_the_magic_opens_another_environment_or_project(
    notebooks: Path, project: ProjectOnDisk
) -> None:
    project.write({"conf/prod/parameters.yml": "rate: 10"})
    said = play(
        notebooks,
        "%load_ext noria",
        "%reload_noria --env prod",
        "catalog.load('params:rate')",
        "%reload_noria --params rate=4",
        "catalog.load('params:rate')",
        f"%reload_noria {notebooks.parent.parent}",
        "%reload_noria --nonsense",
    )
    assert said[1].endswith("environment prod")
    assert said[2].endswith("10")
    assert said[3].endswith("environment local")
    assert said[4].endswith("4")
    assert "no Noria project in" in said[5]
    assert "%reload_noria FOLDER" in said[5]
    assert "no option --nonsense" in said[6]


def test_what_is_wrong_with_several_names_is_told_once(
    notebooks: Path, project: ProjectOnDisk
) -> None:
    registry = "def register_pipelines(parameters):\n    return {}\n"
    project.write({"src/shop/pipeline_registry.py": registry})
    said = play(notebooks, "%load_ext noria", "%reload_noria --env prd")
    assert said[1].startswith("no catalog and no pipelines: no environment 'prd'")
    assert said[1].count("'prd'") == 1


def test_outside_a_project_one_line_says_so(tmp_path: Path) -> None:
    said = play(tmp_path, "%load_ext noria", "'session' in globals()")
    assert said[0].startswith("no Noria project in")
    assert said[1].endswith("False")


def test_a_broken_project_is_told_and_what_works_is_there(
    notebooks: Path, project: ProjectOnDisk
) -> None:
    project.write({"src/shop/pipeline_registry.py": "import nothing_of_that_name"})
    said = play(notebooks, "%load_ext noria", "sorted(catalog)[0], 'pipelines' in globals()")
    assert "no pipelines: src/shop/pipeline_registry.py:1:1" in said[0]
    assert said[1].endswith("('orders', False)")


def test_a_failing_node_is_told_without_a_traceback_and_debugged_where_it_failed(
    notebooks: Path, project: ProjectOnDisk
) -> None:
    project.edit(NODES, "return orders.dropna()", "raise ValueError('no orders')")
    said = play(
        notebooks,
        "%load_ext noria",
        "session.run('sales')",
        "import sys; type(sys.last_value).__name__, [f.f_code.co_name for f, _ in"
        " __import__('traceback').walk_tb(sys.last_traceback)][-1]",
    )
    assert said[1].startswith("Error: node 'clean'")
    assert "Traceback" not in said[1]
    assert said[2].endswith("('ValueError', 'clean')")


def test_unloading_takes_everything_away(notebooks: Path) -> None:
    said = play(
        notebooks,
        "%load_ext noria",
        "%unload_ext noria",
        "[name for name in ('session', 'catalog', 'pipelines') if name in globals()]",
        "'reload_noria' in get_ipython().magics_manager.magics['line']",
    )
    assert said[2].endswith("[]")
    assert said[3].endswith("False")

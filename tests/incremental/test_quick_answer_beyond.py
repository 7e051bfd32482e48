"""What the quick answer must see beyond the project's plain files: links, settings, the world."""

import subprocess
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.incremental.environments import Environment
from tests.incremental.workbench import (
    CONF,
    PARAMETERS,
    PYPROJECT,
    WHERE_PIPELINE,
    Workbench,
    chain,
    entries,
    settle,
)

B = "src/shop/b.py"
C = "src/shop/c.py"


def test_an_environment_that_is_a_link(bench: Workbench) -> None:
    bench.write({"elsewhere/parameters.yml": "rate: 6\n"})
    (bench.path / "conf/local").symlink_to(bench.path / "elsewhere")
    settle(bench)
    bench.edit_at_once("elsewhere/parameters.yml", "6", "7")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 127


def test_partitions_in_a_folder_that_is_a_link(bench: Workbench) -> None:
    bench.edit(
        CONF,
        entries("raw"),
        "raw:\n  type: partitions.PartitionedDataset\n  path: data/parts\n"
        "  filename_suffix: .json\n  dataset: json.JSONDataset\n  overwrite: true\n",
    )
    bench.edit("src/shop/a.py", "raw + 1", "sum(part() for part in raw.values()) + 1")
    bench.write({"data/parts/one.json": "1\n", "archive/two.json": "2\n"})
    (bench.path / "data/parts/old").symlink_to(bench.path / "archive")
    settle(bench)
    bench.edit_at_once("archive/two.json", "2", "3")
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 155


def test_the_project_s_file_edited_during_a_run(bench: Workbench) -> None:
    bench.write({"conf/prod/parameters.yml": "rate: 6\n"})
    settle(bench)
    bench.edit(C, 'print("<<C>>")', 'print("<<C>>")\n    import time\n\n    time.sleep(1.5)')
    edit = {"pyproject.toml": PYPROJECT + 'env = "prod"\n'}
    timer = threading.Timer(0.7, bench.write, [edit])
    timer.start()
    assert bench.did() == "C"
    timer.join()
    assert bench.value("made_c") == 125
    assert bench.did() == "B C"
    assert bench.value("made_c") == 126


def _two_configurations(bench: Workbench) -> None:
    for name, rate in (("two", 6), ("three", 7)):
        bench.write(
            {
                f"{name}/base/catalog.yml": (bench.path / CONF).read_text(),
                f"{name}/base/parameters.yml": f"rate: {rate}\n",
            }
        )


def test_settings_that_lie_beside_another_configuration(bench: Workbench) -> None:
    _two_configurations(bench)
    bench.write({"conf/base/settings.toml": 'conf_source = "two"\n'})
    settle(bench)
    bench.write({"conf/base/settings.toml": 'conf_source = "three"\n'})
    assert bench.did() == "B C"
    assert bench.value("made_c") == 127


def test_a_setting_that_is_made_of_a_variable(bench: Workbench) -> None:
    _two_configurations(bench)
    bench.write({"conf/base/settings.toml": 'conf_source = "@format {env[SHOP_CONF]}"\n'})
    bench.variables["SHOP_CONF"] = "two"
    settle(bench)
    bench.variables["SHOP_CONF"] = "three"
    assert bench.did() == "B C"
    assert bench.value("made_c") == 127


def test_the_user_s_home(bench: Workbench, tmp_path: Path) -> None:
    for name, value in (("me", 1), ("you", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "raw.json").write_text(f"{value}\n")
    bench.variables |= {"HOME": str(tmp_path / "me"), "XDG_CONFIG_HOME": str(bench.home)}
    bench.edit(CONF, "filepath: data/raw.json", "filepath: ~/raw.json")
    settle(bench)
    bench.variables["HOME"] = str(tmp_path / "you")
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 135


ONE_OF_TWO = """\
import os

if os.environ.get("FULL"):
    from shop.full import create_pipeline
else:
    from shop.light import create_pipeline
"""


def test_a_variable_that_chooses_who_makes_the_pipeline(bench: Workbench) -> None:
    made = (bench.path / WHERE_PIPELINE).read_text()
    bench.write(
        {
            "src/shop/full.py": made.replace(
                'inputs="made_b", outputs', 'inputs="made_a", outputs'
            ),
            "src/shop/light.py": made,
            WHERE_PIPELINE: ONE_OF_TWO,
        }
    )
    settle(bench)
    bench.variables["FULL"] = "1"
    assert bench.did() == "C"
    assert bench.value("made_c") == 102


def _process(bench: Workbench) -> Workbench:
    bench.forks = []
    return bench


def test_the_time_zone_of_who_reads_it(bench: Workbench) -> None:
    bench = _process(bench)
    bench.edit(B, "RATE = 10", "from datetime import datetime\n\nRATE = 10")
    bench.edit(B, "RATE + rate", "RATE + rate + datetime.fromtimestamp(0).hour")
    bench.variables["TZ"] = "UTC"
    settle(bench)
    assert bench.value("made_c") == 125
    bench.variables["TZ"] = "Etc/GMT-2"
    assert bench.did() == "B C"
    assert bench.value("made_c") == 127
    bench.variables["TZ"] = "UTC"
    assert bench.did() == ""


def test_asserts_that_are_left_out(bench: Workbench) -> None:
    bench = _process(bench)
    bench.edit(B, "def b", "def made():\n    return 30\n\n\ndef b")
    bench.edit(B, "inner(scale(made_a)) * RATE + rate", "made() if __debug__ else 0")
    settle(bench)
    bench.variables["PYTHONOPTIMIZE"] = "1"
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 100


def _packed(path: Path, number: int) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("packed/__init__.py", f"def k():\n    return {number}\n")


def test_an_archive_of_modules(bench: Workbench) -> None:
    bench = _process(bench)
    _packed(bench.path / "libs.zip", 3)
    bench.variables["PYTHONPATH"] = str(bench.path / "libs.zip")
    bench.edit(B, "from shop.helpers", "from packed import k\nfrom shop.helpers")
    bench.edit(B, "RATE + rate", "RATE + rate + k()")
    settle(bench)
    _packed(bench.path / "libs.zip", 4)
    assert bench.did() == "B C"
    assert bench.value("made_c") == 129


@pytest.fixture
def inside(tmp_path: Path) -> tuple[Workbench, Environment]:
    """The chain in an environment of its own, in which B takes what it finds."""
    environment = Environment(tmp_path / "env")
    made = chain(tmp_path)
    made.python = str(environment.python)
    made.edit(
        B,
        "from shop",
        "try:\n    from loose import k\nexcept ImportError:\n\n    def k():\n        return 0\n\n\nfrom shop",
    )
    made.edit(B, "RATE + rate", "RATE + rate + k()")
    return made, environment


def _loose(environment: Environment, number: int) -> None:
    (environment.site / "loose.py").write_text(f"def k():\n    return {number}\n")


def _installed(environment: Environment, number: int) -> None:
    environment.install("loose", str(number), {"loose.py": f"def k():\n    return {number}\n"})


@pytest.mark.parametrize("install", [_loose, _installed])
def test_a_library_that_comes_and_changes(
    inside: tuple[Workbench, Environment], install: Callable[[Environment, int], None]
) -> None:
    bench, environment = inside
    settle(bench)
    assert bench.value("made_c") == 125
    install(environment, 1)
    assert bench.did() == "B C"
    settle(bench)
    install(environment, 2)
    assert bench.did() == "B C"
    assert bench.value("made_c") == 127


def test_a_module_that_comes_before_a_library(bench: Workbench) -> None:
    """A folder of the search path in which nothing is installed."""
    bench = _process(bench)
    (bench.path / "ahead").mkdir()
    bench.variables["PYTHONPATH"] = str(bench.path / "ahead")
    bench.edit(B, "from shop.helpers", "import colorsys\n\nfrom shop.helpers")
    bench.edit(B, "RATE + rate", "RATE + rate + int(colorsys.ONE_THIRD * 3)")
    settle(bench)
    assert bench.value("made_c") == 126
    bench.write({"ahead/colorsys.py": "ONE_THIRD = 2\n"})
    assert bench.did() == "B C"
    assert bench.value("made_c") == 131
    bench.write({"ahead/colorsys.py": "ONE_THIRD = 3\n"})
    assert bench.did() == "B C"
    assert bench.value("made_c") == 134


def test_a_cleared_store(bench: Workbench) -> None:
    settle(bench)
    bench.command("cache", "clear", "--yes")
    assert bench.did() == "A B C"
    settle(bench)
    bench.command("cache", "gc", "--limit", "0B")
    assert bench.did() == "A B C"


def test_a_store_that_is_gone(bench: Workbench) -> None:
    settle(bench)
    subprocess.run(["rm", "-r", str(bench.path / ".noria/store")], check=True)
    assert bench.did() == "A B C"


def test_nothing_is_imported_in_a_flat_project_with_an_editor_at_work(tmp_path: Path) -> None:
    made = Workbench(tmp_path / "shop")
    source = chain(tmp_path / "other").path
    (source / "src/shop").rename(made.path / "shop")
    for name in ("conf", "data"):
        (source / name).rename(made.path / name)
    made.write({"pyproject.toml": PYPROJECT + 'source_dir = "."\n', "shop/.#b.py": ""})
    (made.path / "shop/.#b.py").unlink()
    (made.path / "shop/.#b.py").symlink_to("me@here.1234")
    made.edit("shop/b.py", "RATE = 10", 'print("imported")\nRATE = 10')
    settle(made)
    assert "imported" not in made.go().said.all
    made.edit_at_once("shop/b.py", "RATE = 10", "RATE = 20")
    assert made.did() == "B C"
    assert made.value("made_c") == 145


def test_a_parameter_that_a_hook_sets_before_the_run(bench: Workbench) -> None:
    hook = (
        "from noria import hook_impl\n\n\nclass Hook:\n    @hook_impl\n"
        "    def before_pipeline_run(self, catalog):\n"
        '        catalog["params:rate"] = 6\n'
    )
    bench.write(
        {"src/shop/hooks.py": hook, "pyproject.toml": PYPROJECT + 'hooks = ["shop.hooks:Hook"]\n'}
    )
    assert bench.did() == "B C"
    assert bench.value("made_c") == 126
    assert bench.did() == ""
    bench.edit_at_once("src/shop/hooks.py", "= 6", "= 7")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 127
    bench.write({"pyproject.toml": PYPROJECT})
    assert bench.did() == ""
    assert bench.value("made_c") == 125
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 7")
    assert bench.did() == ""
    assert bench.value("made_c") == 127

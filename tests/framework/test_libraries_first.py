"""A library that is not installed is told before the work that it would waste."""

import pytest

from tests.project_on_disk import ProjectOnDisk

TABLES = """\
from noria_catalog import FileDataset


class SheetDataset(FileDataset):
    needs = ("sheets", "sheets")

    def read(self, path):
        return path.read_text("utf-8")

    def write(self, data, path):
        import sheets

        path.write_text(sheets.shown(data), "utf-8")
"""
SHEETS = "def shown(data):\n    return str(data)\n"


@pytest.fixture
def sheets(project: ProjectOnDisk) -> ProjectOnDisk:
    """The project, whose last output is of a class that needs a library."""
    project.write({"src/shop/tables.py": TABLES})
    project.edit("conf/base/catalog.yml", "json.JSONDataset", "shop.tables.SheetDataset")
    project.edit(
        "src/shop/pipelines/sales/nodes.py", "return orders", "print('<<ran>>')\n    return orders"
    )
    return project


@pytest.mark.parametrize("flags", [[], ["--no-cache"], ["--force"], ["--nodes", "clean,total"]])
def test_a_run_tells_what_is_missing_before_it_computes(
    sheets: ProjectOnDisk, flags: list[str]
) -> None:
    said = sheets.noria("run", *flags, code=2)
    assert "dataset 'totals': it needs sheets, which is not installed" in said.err
    assert "conf/base/catalog.yml:6:9" in said.err
    assert "pip install 'sheets'" in said.err
    assert "<<ran>>" not in said.out + said.err
    assert "<<ran>>" in sheets.noria("run", "--nodes", "clean").out


def test_what_does_not_run_needs_no_library(sheets: ProjectOnDisk) -> None:
    sheets.write({"src/sheets.py": SHEETS})
    sheets.noria("run")
    (sheets.path / "src/sheets.py").unlink()
    sheets.edit("data/orders.csv", "fig,\n", "fig,\nnut,\n")
    sheets.noria("run", "--nodes", "clean")
    sheets.noria("plan")
    (sheets.path / "data/totals.json").unlink()
    said = sheets.noria("run", code=2)
    assert "it needs sheets" in said.err

"""The project as a whole: its configuration is readable, its pipelines can be built."""

from pathlib import Path

import noria

PROJECT = Path(__file__).parents[1]


def test_the_catalog_and_the_parameters_are_readable() -> None:
    session = noria.open_project(PROJECT)
    assert list(session.catalog) is not None
    assert session.parameters is not None


def test_every_pipeline_can_be_built() -> None:
    session = noria.open_project(PROJECT)
    for name in session.pipelines:
        assert session.pipelines[name].outputs() is not None

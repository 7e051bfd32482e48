"""The raw tables, and the project run once in a copy."""

import shutil
from pathlib import Path

import noria
import pandas as pd
import pytest
from noria.project.session import Session

PROJECT = Path(__file__).parents[1]
RAW = ("flights_raw", "weather_raw", "planes_raw", "airports_raw", "airlines_raw")


@pytest.fixture(scope="session")
def session() -> Session:
    return noria.open_project(PROJECT)


@pytest.fixture(scope="session")
def raw(session: Session) -> dict[str, pd.DataFrame]:
    """The raw tables by name; tests change copies."""
    return {name: session.catalog.load(name) for name in RAW}


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a copy of the project in which everything has been run."""
    copy = tmp_path_factory.mktemp("project") / PROJECT.name
    for part in ("conf/base", "conf/logging.yml", "data/01_raw", "src", "pyproject.toml"):
        source, target = PROJECT / part, copy / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("full", "__pycache__"))
        else:
            shutil.copy(source, target)
    noria.open_project(copy).run()
    return copy

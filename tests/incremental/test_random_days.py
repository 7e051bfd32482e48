"""Random days of work on random projects: no run ends with other data, nothing by hand is lost."""

import sys
from pathlib import Path

import pytest

from tests.incremental.random_days import WrongError, live

SEED = 20_261_129
PROJECTS = 12
DAYS = 8


@pytest.mark.parametrize("number", range(PROJECTS))
def test_days_of_work_leave_nothing_wrong(number: int, tmp_path: Path) -> None:
    try:
        days = live(tmp_path, SEED + number, sys.executable, DAYS)
    except WrongError as error:
        pytest.fail(str(error), pytrace=False)
    assert days.executed
    assert not days.needless, "\n\n".join(days.needless)

"""What all tests share: a project on disk, and how skipped tests count."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalog.postgres import database, postgres  # noqa: F401 - fixtures for every test
from tests.catalog.s3_server import bucket, s3_server  # noqa: F401 - fixtures for every test
from tests.project_on_disk import SHOP, ProjectOnDisk


@pytest.fixture(autouse=True, scope="session")
def _own_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests start is not the user's: results are sealed with a secret of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        folder = str(tmp_path_factory.mktemp("config"))
        patch.setenv("XDG_CONFIG_HOME", folder)
        patch.setenv("APPDATA", folder)
        # IPython warns of another environment that is active in the terminal.
        patch.delenv("VIRTUAL_ENV", raising=False)
        yield


@pytest.fixture
def project(tmp_path: Path) -> Iterator[ProjectOnDisk]:
    """A small project: one pipeline `sales` of two nodes on a CSV of three orders."""
    made = ProjectOnDisk(tmp_path / "shop")
    made.write(SHOP)
    yield made
    made.end()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--strict-skips",
        action="store_true",
        help="fail when a test was skipped, unless its reason begins with 'not here:'",
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if not session.config.getoption("--strict-skips"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    skipped = [
        report
        for report in reporter.stats.get("skipped", [])
        if "not here:" not in str(report.longrepr)
    ]
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

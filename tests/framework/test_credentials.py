"""Credentials: from files and the environment, and shown nowhere."""

from pathlib import Path

import noria
import pytest
from noria.config.layers import Config
from noria.errors import ConfigError
from noria.project.session import Session
from noria_catalog.errors import NoriaError

from tests.project_on_disk import ProjectOnDisk

CANARIES = ("canary-in-file", "canary-in-variable", "canary-given", "canary-in-default")
CREDENTIALS = """\
lake:
  key: canary-in-file
  secret: ${env:LAKE_SECRET}
  nested: {endpoint: '${env:NORIA_TEST_NO,canary-in-default}'}
unused:
  key: ${env:NORIA_TEST_NO}
"""
LEAKY = """\
class LeakyDataset:
    def __init__(self, filepath, credentials, broken=False):
        if broken:
            raise ValueError(f"cannot log in with {credentials}")
        self._credentials = credentials

    def load(self):
        raise OSError(f"refused: {self._credentials}, {self._credentials['token']}")

    def save(self, data):
        raise OSError(f"refused: {self._credentials}")
"""
CATALOG = """\
orders:
  type: shop.leaky.LeakyDataset
  filepath: data/orders.csv
  credentials: lake
"""


@pytest.fixture
def leaky(project: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch) -> ProjectOnDisk:
    """The project, its orders behind a dataset that tells its credentials when it fails."""
    monkeypatch.setenv("LAKE_SECRET", "canary-in-variable")
    project.write(
        {
            "conf/local/credentials.yml": CREDENTIALS,
            "conf/base/catalog.yml": CATALOG,
            "src/shop/leaky.py": LEAKY,
        }
    )
    return project


def _session(project: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("NORIA_CREDENTIALS__LAKE__TOKEN", "canary-given")
    return noria.open_project(project.path)


def test_credentials_come_from_files_and_variables(
    leaky: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NORIA_CREDENTIALS__LAKE__NESTED__ENDPOINT", "${env:HOME} is kept")
    monkeypatch.setenv("NORIA_CREDENTIALS__OTHER__KEY", "0123")
    credentials = _session(leaky, monkeypatch).config.credentials
    assert dict(credentials["lake"]) == {
        "key": "canary-in-file",
        "secret": "canary-in-variable",
        "nested": {"endpoint": "${env:HOME} is kept"},
        "token": "canary-given",
    }
    assert credentials["other"] == {"key": "0123"}
    assert "canary" not in repr(credentials)


@pytest.mark.parametrize("name", ["NORIA_CREDENTIALS__LAKE", "NORIA_CREDENTIALS__LAKE____KEY"])
def test_a_variable_that_names_no_key_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "canary")
    (tmp_path / "conf").mkdir()
    config = Config(tmp_path / "conf", "local", root=tmp_path, optional=("base", "local"))
    with pytest.raises(ConfigError, match=f"{name} names no key") as caught:
        _ = config.credentials
    assert "canary" not in str(caught.value)


def test_a_variable_that_is_not_set_is_missed_where_it_is_used(
    leaky: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = _session(leaky, monkeypatch)
    assert session.catalog["orders"] is not None
    leaky.edit("conf/base/catalog.yml", "credentials: lake", "credentials: unused")
    with pytest.raises(NoriaError) as caught:
        _ = noria.open_project(leaky.path).catalog["orders"]
    said = str(caught.value)
    assert said.startswith("conf/local/credentials.yml:6:8: dataset 'orders': its credentials")
    assert "the environment variable 'NORIA_TEST_NO' is not set" in said


def test_unknown_credentials_name_the_nearest(
    leaky: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaky.edit("conf/base/catalog.yml", "credentials: lake", "credentials: lakee")
    with pytest.raises(NoriaError, match="did you mean 'lake'") as caught:
        _ = _session(leaky, monkeypatch).catalog["orders"]
    assert str(caught.value).startswith("conf/base/catalog.yml:4:16: dataset 'orders'")


@pytest.mark.parametrize(
    "text",
    [
        "a: *canary-in-file\n",
        "a: !canary-in-file x\n",
        "a: 2020-13-45\nb: canary-in-file\n",
        "a: canary-in-file: x\n",
        "a: pa${canary-in-file}\n",
        "a: pa${canary-in-file:x}\n",
        "a: pa${canary-in-file\n",
        "a: ${env:NORIA_TEST_NO,[canary-in-file]}\n",
    ],
)
def test_a_mistake_in_credentials_is_not_told_by_quoting_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "conf/base/credentials.yml"
    path.parent.mkdir(parents=True)
    path.write_text(f"lake:\n  {text}".replace("\nb", "\n  b"))
    config = Config(tmp_path / "conf", "base", root=tmp_path)
    with pytest.raises(ConfigError) as caught:
        _ = config.credentials["lake"]
    assert "conf/base/credentials.yml:2:" in str(caught.value)
    assert "canary" not in str(caught.value)
    assert "13-45" not in str(caught.value)


def test_no_secret_is_shown_anywhere(leaky: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    session = _session(leaky, monkeypatch)
    monkeypatch.setattr("tests.project_on_disk.environment", _with_token(monkeypatch), raising=True)
    leaky.edit(
        "conf/base/parameters.yml",
        "rate: 1.5",
        "rate: 1.5\napi_key: canary-in-file\nurl: http://ann:canary-given@host/x",
    )
    said = [
        leaky.noria("config", "show").all,
        leaky.noria("config", "show", "--json").all,
        leaky.noria("config", "show", "credentials.lake.key").all,
        leaky.noria("config", "show", "parameters.api_key").all,
        leaky.noria("viz", "--save", "graph.json").all,
        (leaky.path / "graph.json").read_text("utf-8"),
        str(session.catalog.describe("orders")),
        repr(session.catalog["orders"]),
    ]
    leaky.edit("conf/base/parameters.yml", "\napi_key: canary-in-file", "")
    leaky.edit("conf/base/parameters.yml", "\nurl: http://ann:canary-given@host/x", "")
    failed = leaky.noria("run", "--traceback", code=1).all
    assert "refused" in failed
    said += [failed, leaky.noria("runs", "show", "--json").all]
    leaky.edit("conf/base/catalog.yml", "credentials: lake", "credentials: lake\n  broken: true")
    broken = leaky.noria("run", code=2).all
    assert "cannot log in" in broken
    said += [broken]
    kept = [path.read_bytes() for path in (leaky.path / ".noria").rglob("*") if path.is_file()]
    assert kept
    for canary in CANARIES:
        assert not [text for text in said if canary in text], canary
        assert not any(canary.encode() in held for held in kept), canary


def _with_token(_monkeypatch: pytest.MonkeyPatch) -> object:
    from tests import project_on_disk

    plain = project_on_disk.environment

    def with_token() -> dict[str, str]:
        return plain() | {"NORIA_CREDENTIALS__LAKE__TOKEN": "canary-given"}

    return with_token

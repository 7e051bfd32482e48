"""Settings: which sources count, and where a wrong one stands."""

import os
import subprocess
import sys

import pytest
from noria.config.yaml_loader import read_yaml
from noria.errors import ConfigError, ProjectError
from noria.project.discover import find_project
from noria.project.settings import Settings, read_settings
from noria_catalog.errors import NoriaError

from tests.project_on_disk import SHOP, ProjectOnDisk

BASE = "conf/base/settings.toml"


def _read(project: ProjectOnDisk, env: str | None = None) -> Settings:
    return read_settings(find_project(project.path), env)


def _wrong(project: ProjectOnDisk, env: str | None = None) -> str:
    with pytest.raises(NoriaError) as caught:
        _read(project, env)
    return str(caught.value)


def test_the_environments_file_counts_over_the_base(project: ProjectOnDisk) -> None:
    project.write({BASE: 'runner = "threads"\nworkers = 2\n'})
    project.write({"conf/prod/settings.toml": "workers = 7\n"})
    assert _read(project).workers == 2
    assert _read(project, "prod") == Settings(env="prod", runner="threads", workers=7)


def test_variables_count_over_all_files(
    project: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.path / "conf").rename(project.path / "elsewhere")
    project.write({"elsewhere/2026/settings.toml": 'runner = "inline"\nworkers = 7\n'})
    for name, value in {
        "RUNNER": "threads", "WORKERS": "3", "ENV": "2026", "CONF_SOURCE": "elsewhere"
    }.items():  # fmt: skip
        monkeypatch.setenv(f"NORIA_{name}", value)
    wanted = Settings(env="2026", conf_source="elsewhere", runner="threads", workers=3)
    assert _read(project) == wanted
    monkeypatch.delenv("NORIA_WORKERS")
    assert _read(project).workers == 7


def test_an_environment_named_in_the_base_file_is_read_too(project: ProjectOnDisk) -> None:
    project.write({BASE: 'env = "prod"\n', "conf/prod/settings.toml": "workers = 7\n"})
    assert _read(project) == Settings(env="prod", workers=7)
    assert _read(project, "local") == Settings(env="local")


def test_what_is_remembered_is_asked_anew_when_a_file_changes(project: ProjectOnDisk) -> None:
    project.write({BASE: "workers = 2\n"})
    assert _read(project).workers == 2
    kept = project.path / ".noria/settings.json"
    before = kept.stat().st_mtime_ns
    assert _read(project).workers == 2
    assert kept.stat().st_mtime_ns == before
    project.write({BASE: "workers = 4\n"})
    assert _read(project).workers == 4
    project.write({"pyproject.toml": SHOP["pyproject.toml"] + 'runner = "threads"\n'})
    assert _read(project) == Settings(workers=4, runner="threads")


@pytest.mark.parametrize("name", [BASE, "conf/local/settings.toml"])
def test_a_wrong_setting_names_file_and_line(project: ProjectOnDisk, name: str) -> None:
    project.write({name: '# ours\nruner = "threads"\n'})
    said = _wrong(project)
    assert said.startswith(f"{name}:2:1: no setting 'runer'")
    assert "did you mean 'runner'" in said
    project.write({name: '\n\n"workers" = "many"\n'})
    assert _wrong(project).startswith(f"{name}:3:1: the setting workers takes a number")


def test_a_wrong_setting_of_the_project_names_its_line(project: ProjectOnDisk) -> None:
    project.write({"pyproject.toml": SHOP["pyproject.toml"] + "\nworker = 1\n"})
    assert _wrong(project).startswith("pyproject.toml:7:1: [tool.noria] has no setting 'worker'")
    project.write({"pyproject.toml": SHOP["pyproject.toml"] + "\nworkers = 0\n"})
    assert _wrong(project).startswith("pyproject.toml:7:1: the setting workers takes")
    # The file that has the last word is blamed, not the first.
    project.write({"pyproject.toml": SHOP["pyproject.toml"] + "workers = 2\n", BASE: "workers = 0"})
    assert _wrong(project).startswith(f"{BASE}:1:1: ")


def test_a_wrong_variable_is_named(project: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NORIA_WORKERS", "abc")
    assert _wrong(project) == (
        "the variable NORIA_WORKERS: the setting workers takes a number from 1 up, not 'abc'"
    )
    monkeypatch.delenv("NORIA_WORKERS")
    monkeypatch.setenv("NORIA_RUNER", "threads")
    said = _wrong(project)
    assert "the variable NORIA_RUNER is no setting" in said
    assert "did you mean 'NORIA_RUNNER'" in said


def test_variables_that_are_far_from_any_setting_are_ignored(
    project: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NORIA_TRACEBACK", "1")
    monkeypatch.setenv("NORIA_XYZ", "1")
    assert _read(project) == Settings()


@pytest.mark.parametrize("name", ["pyproject.toml", BASE])
def test_files_are_utf8_with_or_without_a_mark(project: ProjectOnDisk, name: str) -> None:
    text = SHOP["pyproject.toml"] if name == "pyproject.toml" else ""
    path = project.path / name
    path.write_text(text + "workers = 5\n", encoding="utf-8-sig")
    assert _read(project).workers == 5
    path.write_bytes(text.encode() + b"workers = 5 # \xff\n")
    assert f"{name} is not UTF-8 text" in _wrong(project)
    path.write_text(text, encoding="utf-16")
    assert f"{name} is not UTF-8 text" in _wrong(project)
    path.write_text(text + "workers = \n")
    assert f"{name} is not TOML" in _wrong(project)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[project]\nname = 3\n[tool.noria]\n", "the name of [project] must be a text, not 3"),
        ("project = 3\n[tool.noria]\n", "project must be a table, not 3"),
        ("tool = 3  # no tool.noria\n", "tool must be a table, not 3"),
        ("[tool]\nnoria = 3  # tool.noria\n", "[tool.noria] must be a table"),
    ],
)
def test_a_project_file_of_wrong_shape(project: ProjectOnDisk, text: str, said: str) -> None:
    project.write({"pyproject.toml": text})
    with pytest.raises(ProjectError) as caught:
        find_project(project.path)
    assert said in str(caught.value)
    assert "pyproject.toml" in str(caught.value)


def test_a_file_that_may_not_be_read_is_said(project: ProjectOnDisk) -> None:
    path = project.path / BASE
    path.write_text("")
    path.chmod(0)
    try:
        path.read_text()
    except PermissionError:
        assert f"{BASE} cannot be read: Permission denied" in _wrong(project)
    else:
        pytest.skip("not here: this user may read everything")
    finally:
        path.chmod(0o600)


# What YAML is refused, beside what tests/framework/test_config.py asks.


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 2000 + "]" * 2000,
        "- " * 2000 + "1",
        "".join(" " * depth + "a:\n" for depth in range(2000)),
        "[" * 100_000,
        "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 2000)) + "z: *a0",
    ],
    ids=["flow", "list", "block", "enough to end the process", "anchors"],
)
def test_yaml_that_is_nested_too_deep(text: str) -> None:
    with pytest.raises(ConfigError, match="nested more than 100 deep") as caught:
        read_yaml(text, "f.yml")
    assert caught.value.where is not None


def test_yaml_of_many_brackets_that_are_not_deep() -> None:
    assert len(read_yaml("a: [" + "[1], " * 500 + "[1]]", "f.yml").plain()["a"]) == 501


def test_a_giant_number_is_shown_shortened() -> None:
    with pytest.raises(ConfigError, match=r"reads as an int and is none") as caught:
        read_yaml("a: " + "9" * 5000, "f.yml")
    assert len(caught.value.message) < 300


def test_the_size_of_the_store_is_checked_where_it_stands(
    project: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({BASE: 'store_limit = "500 MB"\nstore = "../shared"\n'})
    assert _read(project) == Settings(store_limit="500 MB", store="../shared")
    project.write({BASE: '\nstore_limit = "much"\n'})
    assert _wrong(project) == (
        f"{BASE}:2:1: the setting store_limit: 'much' is no size such as 500MB, 10GB or 1.5TB"
    )
    project.write({BASE: ""})
    monkeypatch.setenv("NORIA_STORE_LIMIT", "5000000")
    assert _read(project).store_limit == "5000000"
    monkeypatch.setenv("NORIA_STORE_LIMIT", "-1GB")
    assert _wrong(project).startswith("the variable NORIA_STORE_LIMIT: the setting store_limit: ")


def test_the_file_of_a_project_is_parsed_once(project: ProjectOnDisk) -> None:
    (project.path / ".noria").mkdir()
    first = find_project(project.path)
    code = (
        "import sys; from pathlib import Path; from noria.project.discover import find_project;"
        "found = find_project(Path()); print(found.name, found.table, 'tomllib' in sys.modules)"
    )
    words = [sys.executable, "-c", code]
    seen = subprocess.run(words, cwd=project.path, capture_output=True, text=True, check=True)
    assert seen.stdout == f"{first.name} {first.table} False\n"


def test_an_edit_of_the_file_of_a_project_is_seen(project: ProjectOnDisk) -> None:
    (project.path / ".noria").mkdir()
    path = project.path / "pyproject.toml"
    find_project(project.path)
    before = path.stat()
    project.edit("pyproject.toml", '"shop"', '"shed"')
    project.edit("pyproject.toml", "[tool.noria]", '[tool.noria]\npackage = "shop"')
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    found = find_project(project.path)
    assert (found.name, found.package) == ("shed", "shop")


def test_a_date_in_the_file_of_a_project_is_no_mistake(project: ProjectOnDisk) -> None:
    (project.path / ".noria").mkdir()
    project.edit("pyproject.toml", "[tool.noria]", "[tool.other]\nday = 2026-01-31\n[tool.noria]")
    assert find_project(project.path) == find_project(project.path)
    assert not (project.path / ".noria/config").exists()  # marshal knows no dates


def test_a_folder_without_state_gets_none_by_looking(project: ProjectOnDisk) -> None:
    find_project(project.path)
    assert not (project.path / ".noria").exists()

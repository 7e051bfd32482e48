"""`noria config show`, and where settings stand."""

import json

import noria
import pytest
from noria.errors import ConfigError
from noria.project.located import located_configuration

from tests.project_on_disk import ProjectOnDisk


def test_every_value_is_shown_with_its_place(project: ProjectOnDisk) -> None:
    project.write(
        {
            "conf/base/globals.yml": "folder: data\n",
            "conf/base/catalog_more.yml": "logistic.model:\n  type: pickle.PickleDataset\n"
            "  filepath: ${globals:folder}/größe {x}.pickle\n",
            "conf/prod/parameters.yml": "rate: 2\nmodel: {steps: [{name: a}, {name: b}], n: [1]}\n",
        }
    )
    shown = json.loads(project.noria("config", "show", "--env", "prod", "--json").out)
    by_key = {row["key"]: (row["value"], row["where"]) for row in shown}
    assert by_key["catalog.logistic.model.filepath"] == (
        "data/größe {x}.pickle",
        "conf/base/catalog_more.yml:3:13",
    )
    assert by_key["parameters.rate"] == (2, "conf/prod/parameters.yml:1:7")
    assert by_key["parameters.model.steps.1.name"] == ("b", "conf/prod/parameters.yml:2:35")
    assert by_key["parameters.model.n"] == ([1], "conf/prod/parameters.yml:2:43")
    assert by_key["settings.runner"] == ("inline", None)
    assert by_key["settings.env"][0] == "prod"
    said = project.noria("config", "show", "catalog.logistic.model").out
    assert "catalog.logistic.model.type" in said
    assert "conf/base/catalog_more.yml:2" in said
    assert "orders" not in said


def test_a_part_is_shown_though_another_is_wrong(project: ProjectOnDisk) -> None:
    project.write({"conf/base/catalog.yml": "a: {type: '${globals:no}'}\n"})
    said = project.noria("config", "show", "params:rate", "--params", "rate=7").out
    assert "parameters.rate  7" in said
    assert "--params" in said
    assert (
        "conf/base/catalog.yml:1:11: no global 'no'" in project.noria("config", "show", code=2).err
    )


def test_an_unknown_key_names_the_nearest(project: ProjectOnDisk) -> None:
    for wrong, right in [
        ("catalog.ordres", "catalog.orders"),
        ("paramters.rate", "parameters.rate"),
    ]:
        assert f"did you mean {right!r}?" in project.noria("config", "show", wrong, code=2).err


def test_a_parameter_given_for_references_alone_is_welcome(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "data/totals.json", "data/${runtime:day}/totals.json")
    project.noria("run", "--params", "day=monday", "--quiet")
    assert (project.path / "data/monday/totals.json").exists()
    err = project.noria("run", code=2).err
    assert "conf/base/catalog.yml:7:13: no runtime parameter 'day' was given" in err
    assert "--params day=..." in err


@pytest.mark.parametrize(
    ("files", "variables", "words"),
    [
        ({"pyproject.toml": "[project]\nname='shop'\n[tool.noria]\nrunner = 3\n"}, {},
         "pyproject.toml:4:1: the setting runner takes a text"),
        ({"conf/base/settings.toml": "\nworkers = 'many'\n"}, {},
         "conf/base/settings.toml:2:1: the setting workers takes a number"),
        ({"conf/local/settings.toml": "runer = 'threads'\n"}, {},
         "conf/local/settings.toml:1:1: no setting 'runer'"),
        ({"conf/base/settings.toml": "hooks = [1,\n"}, {}, "conf/base/settings.toml"),
        ({"conf/base/settings.toml": "a = = 1\n"}, {}, "conf/base/settings.toml is not TOML"),
        ({}, {"NORIA_WORKERS": "0"}, "NORIA_WORKERS: the setting workers takes a number"),
        ({}, {"NORIA_HOOKS": "[1]"}, "NORIA_HOOKS: the setting hooks takes a list of texts"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_at_its_place(
    project: ProjectOnDisk,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    variables: dict[str, str],
    words: str,
) -> None:
    project.write(files)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        noria.open_project(project.path)
    assert words in str(caught.value)


def test_settings_of_variables_win_and_are_shown_with_them(
    project: ProjectOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({"conf/base/settings.toml": "runner = 'inline'\nworkers = 2\n"})
    monkeypatch.setenv("NORIA_RUNNER", "threads")
    monkeypatch.setenv("NORIA_DATASET_PACKAGES", "['a', 'b']")
    session = noria.open_project(project.path)
    assert session.settings.runner == "threads"
    assert session.settings.dataset_packages == ("a", "b")
    settings = located_configuration(session, "settings").value["settings"].value
    assert str(settings["runner"].where) == "NORIA_RUNNER"
    assert str(settings["workers"].where) == "conf/base/settings.toml:2:1"
    assert settings["hooks"].where is None

"""Configuration in layers, on both sides."""

from pathlib import Path

import pytest

from tests.conformance.adapter import (
    CONFIG_UNREADABLE,
    ENVIRONMENT_MISSING,
    KEY_TWICE,
    WHICH,
    load_config,
    shows,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "base/parameters.yml", "rate: 1\nsizes: [1, 2]\nmodel:\n  depth: 3\n")
    write(tmp_path, "base/deep/parameters_more.yml", "more: true\n")
    write(tmp_path, "local/parameters.yml", "rate: 2\n")
    write(tmp_path, "prod/parameters.yml", "sizes: [9]\n")
    write(tmp_path, "base/catalog.yml", "a: {type: pickle.PickleDataset, filepath: a.pickle}\n")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    path = folder / "conf" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@shows("OmegaConfigLoader", "OmegaConfigLoader(conf_source)", "OmegaConfigLoader(base_env)",
       "OmegaConfigLoader(default_run_env)")  # fmt: skip
def test_the_default_environment_lies_over_base(folder: Path) -> None:
    assert load_config(folder, "parameters") == {
        "rate": 2, "sizes": [1, 2], "model": {"depth": 3}, "more": True,
    }  # fmt: skip


@shows("OmegaConfigLoader(env)", "OmegaConfigLoader.load_and_merge_dir_config")
def test_an_environment_lies_over_base_and_replaces_lists(folder: Path) -> None:
    read = load_config(folder, "parameters", env="prod")
    assert read["sizes"] == [9]
    assert read["rate"] == 1


@shows("OmegaConfigLoader(runtime_params)")
def test_runtime_parameters_win(folder: Path) -> None:
    assert load_config(folder, "parameters", rate=7)["rate"] == 7
    assert load_config(folder, "parameters", new=7)["new"] == 7


@shows("OmegaConfigLoader")
def test_the_catalog_and_credentials_are_read_by_file_name(folder: Path) -> None:
    write(folder, "local/credentials.yml", "store: {key: secret}\n")
    assert load_config(folder, "catalog")["a"]["filepath"] == "a.pickle"
    assert load_config(folder, "credentials") == {"store": {"key": "secret"}}


@shows("OmegaConfigLoader")
def test_keys_can_be_merged_into_others(folder: Path) -> None:
    write(folder, "base/parameters_c.yml", "_x: &x {a: 1}\nuses:\n  <<: *x\n  b: 2\n")
    assert load_config(folder, "parameters")["uses"] == {"a": 1, "b": 2}


@shows("OmegaConfigLoader")
def test_a_key_in_two_files_of_a_layer_is_refused(folder: Path) -> None:
    write(folder, "base/parameters_twice.yml", "rate: 5\n")
    with pytest.raises(KEY_TWICE):
        load_config(folder, "parameters")


@shows("OmegaConfigLoader(env)")
def test_an_environment_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(ENVIRONMENT_MISSING):
        load_config(folder, "parameters", env="nowhere")


@shows("OmegaConfigLoader")
def test_what_is_no_yaml_is_refused(folder: Path) -> None:
    write(folder, "base/parameters_bad.yml", "a: [1,\nb: 2\n")
    with pytest.raises(CONFIG_UNREADABLE):
        load_config(folder, "parameters")


@shows("OmegaConfigLoader(ignore_hidden)")
def test_hidden_folders_are_not_read(folder: Path) -> None:
    write(folder, "base/.ipynb_checkpoints/parameters_old.yml", "rate: 5\n")
    assert load_config(folder, "parameters", env="prod")["rate"] == 1


def _interpolates() -> bool:
    if WHICH == "kedro":
        return True
    from importlib.util import find_spec

    return find_spec("noria.config.interpolate") is not None


interpolation = pytest.mark.skipif(not _interpolates(), reason="not here: interpolation")


@interpolation
@shows("OmegaConfigLoader")
def test_globals_are_filled_in(folder: Path) -> None:
    write(folder, "base/globals.yml", "place: data\ndeep: {size: 3}\n")
    write(
        folder, "base/parameters_g.yml", "where: ${globals:place}/x\nsize: ${globals:deep.size}\n"
    )
    read = load_config(folder, "parameters")
    assert (read["where"], read["size"]) == ("data/x", 3)


@interpolation
@shows("OmegaConfigLoader(runtime_params)")
def test_runtime_parameters_are_filled_in_with_a_default(folder: Path) -> None:
    write(folder, "base/parameters_r.yml", "size: ${runtime_params:size,4}\n")
    assert load_config(folder, "parameters")["size"] == 4
    assert load_config(folder, "parameters", size=5)["size"] == 5


@interpolation
@shows("OmegaConfigLoader")
def test_templates_are_filled_in_within_a_catalog(folder: Path) -> None:
    write(
        folder,
        "base/catalog_t.yml",
        "_place: data/raw\nb: {type: pickle.PickleDataset, filepath: '${_place}/b.pickle'}\n",
    )
    assert load_config(folder, "catalog")["b"]["filepath"] == "data/raw/b.pickle"


@interpolation
@shows("OmegaConfigLoader")
def test_environment_variables_are_filled_into_credentials(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFORMANCE_KEY", "k")
    write(folder, "local/credentials.yml", "store: {key: '${oc.env:CONFORMANCE_KEY}'}\n")
    assert load_config(folder, "credentials") == {"store": {"key": "k"}}

"""Configuration: located YAML, layers, overrides."""

import os
from pathlib import Path

import pytest
from noria.config.layers import Config
from noria.config.overrides import apply_overrides, parse_overrides
from noria.config.yaml_loader import read_scalar, read_yaml
from noria.errors import ConfigError
from noria_catalog.located import Where, locate


def _write(root: Path, files: dict[str, str]) -> Config:
    for name, text in files.items():
        path = root / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Config(root / "conf", "local", root=root, optional=("base", "local"))


def test_every_value_knows_its_place() -> None:
    located = read_yaml("a:\n  b:\n    - 1\n    - two\n", "f.yml")
    inner = located.value["a"].value["b"]
    assert inner.key == Where("f.yml", 2, 3)
    assert inner.value[1].where == Where("f.yml", 4, 7)
    assert located.plain() == {"a": {"b": [1, "two"]}}


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a:\n  b: 1\n\tc: 2\n", 3, 1, "tab"),
        ("a:\n\tb: 1\n", 2, 1, "tab"),
        ("a:\n  - \t- x\n", 2, 5, "tab"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "stands twice; first at f.yml:1:1"),
        ("a: {b: 1, b: 2}\n", 1, 11, "stands twice; first at f.yml:1:5"),
        ("a: !!python/object/apply:os.system [x]\n", 1, 4, "would make an object"),
        ("a: !thing x\n", 1, 4, "would make an object"),
        ("a: !!timestamp soon\n", 1, 4, "'soon' reads as a timestamp and is none"),
        ("a: !!int ''\n", 1, 4, "'' reads as an int and is none"),
        ("a: [1, 2\nb: 3\n", 2, 2, "begins in line 1.\n.*not closed"),
        ("a: 'x\nb: 3\n", 1, 4, "not YAML.*\n.*never closed"),
        ("a:\n  b:1\n  c: 2\n", 3, 4, "not YAML.*\n.*a space follow the colon"),
        ("a:\n  b: 1\n   c: 2\n", 3, 5, "not YAML.*\n.*indented like its neighbours"),
        ("a: 2020-13-45\n", 1, 4, "reads as a timestamp"),
        ("a: &x [*x]\n", 1, 4, "contains itself"),
        ("? {a: b}\n: c\n", 1, 3, "a key must be a single value"),
        ("a: \x07\n", 1, 4, "not YAML"),
    ],
)
def test_a_mistake_in_yaml_is_told_at_its_place(
    text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read_yaml(text, "f.yml")
    assert caught.value.where == Where("f.yml", line, column)


def test_numbers_read_as_people_mean_them() -> None:
    plain = read_yaml("a: 1e-3\nb: 2E5\nc: 0x1F\nd: 1_000\ne: '1e3'\nf: 1.5\n", "f").plain()
    assert plain == {"a": 0.001, "b": 200000.0, "c": 31, "d": 1000, "e": "1e3", "f": 1.5}


def test_keys_keep_their_type() -> None:
    assert read_yaml("weights: {0: 1.0, 1: 2.5}\n", "f").plain() == {"weights": {0: 1.0, 1: 2.5}}


def test_anchors_and_merge_keys() -> None:
    text = "_csv: &csv {type: t, sep: ';'}\na:\n  <<: *csv\n  sep: ','\n"
    assert read_yaml(text, "f").plain()["a"] == {"type": "t", "sep": ","}


def test_a_billion_laughs_are_read_once() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    located = read_yaml("\n".join(lines), "f")
    assert set(located.value) == {f"a{n}" for n in range(60)}


def test_parameters_merge_key_by_key(tmp_path: Path) -> None:
    config = _write(
        tmp_path,
        {
            "base/parameters.yml": "model: {depth: 3, classes: [a, b]}\nseed: 1\n",
            "local/parameters.yml": "model: {classes: [c]}\n",
        },
    )
    parameters = config.parameters()
    assert parameters.plain() == {"model": {"depth": 3, "classes": ["c"]}, "seed": 1}
    assert parameters.value["model"].value["classes"].where == Where(
        "conf/local/parameters.yml", 1, 18
    )
    assert parameters.value["seed"].where == Where("conf/base/parameters.yml", 2, 7)


def test_a_catalog_entry_with_a_type_replaces_and_one_without_merges(tmp_path: Path) -> None:
    config = _write(
        tmp_path,
        {
            "base/catalog.yml": "a: {type: T, filepath: x, load_args: {sep: ';'}}\n"
            "b: {type: T, filepath: y}\n",
            "local/catalog.yml": "a: {filepath: z}\nb: {type: U}\n",
        },
    )
    assert config.catalog().plain() == {
        "a": {"type": "T", "filepath": "z", "load_args": {"sep": ";"}},
        "b": {"type": "U"},
    }


def test_a_key_twice_in_one_layer_names_both_places(tmp_path: Path) -> None:
    config = _write(
        tmp_path,
        {"base/catalog.yml": "a: {type: T}\n", "base/catalog_more.yml": "b: {}\na: {type: U}\n"},
    )
    with pytest.raises(ConfigError, match=r"first at conf/base/catalog.yml:1:1") as caught:
        config.catalog()
    assert caught.value.where == Where("conf/base/catalog_more.yml", 2, 1)


def test_files_are_found_in_subfolders_and_hidden_ones_are_not(tmp_path: Path) -> None:
    config = _write(
        tmp_path,
        {
            "base/catalog/raw.yml": "a: {type: T}\n",
            "base/deep/catalog_b.yaml": "b: {type: T}\n",
            "base/.ipynb_checkpoints/catalog.yml": "c: {type: T}\n",
            "base/other.yml": "d: {type: T}\n",
        },
    )
    assert set(config.catalog().value) == {"a", "b"}


def test_a_folder_that_is_a_link_is_read_like_any_other(tmp_path: Path) -> None:
    config = _write(
        tmp_path, {"base/parameters.yml": "rate: 1\n", "../shared/parameters_x.yml": "seed: 2\n"}
    )
    (tmp_path / "conf/base/shared").symlink_to(tmp_path / "shared")
    (tmp_path / "shared/round").symlink_to(tmp_path / "conf/base")
    assert config.parameters().plain() == {"rate": 1, "seed": 2}
    assert str(config.parameters().value["seed"].where) == "conf/base/shared/parameters_x.yml:1:7"


def test_a_pipe_is_no_configuration_and_nobody_waits_for_it(tmp_path: Path) -> None:
    config = _write(tmp_path, {"base/catalog.yml": ""})
    os.mkfifo(tmp_path / "conf/base/parameters.yml")
    with pytest.raises(ConfigError, match=r"conf/base/parameters.yml cannot be read: it is no fi"):
        config.parameters()


def test_keys_with_an_underscore_are_templates(tmp_path: Path) -> None:
    config = _write(tmp_path, {"base/catalog.yml": "_t: &t {type: T}\na: {<<: *t, filepath: x}\n"})
    assert config.catalog().plain() == {"a": {"type": "T", "filepath": "x"}}


def test_a_file_that_is_no_mapping_is_told(tmp_path: Path) -> None:
    config = _write(tmp_path, {"base/parameters.yml": "- 1\n- 2\n"})
    with pytest.raises(ConfigError, match=r"conf/base/parameters.yml:1:1.*not a list"):
        config.parameters()


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    config = _write(tmp_path, {"base/catalog.yml": ""})
    (tmp_path / "conf/base/parameters.yml").write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(ConfigError, match=r"conf/base/parameters.yml is not UTF-8 text \(byte 3\)"):
        config.parameters()


def test_an_unknown_environment_names_the_nearest(tmp_path: Path) -> None:
    _write(tmp_path, {"base/catalog.yml": "", "production/catalog.yml": ""})
    with pytest.raises(ConfigError, match="did you mean 'production'") as caught:
        Config(tmp_path / "conf", "prodution", root=tmp_path, optional=("base", "local"))
    assert caught.value.nearest == "production"


def test_overrides_are_read_as_yaml_and_set_deep() -> None:
    overrides = parse_overrides(["model.depth=3,classes=[a, b]", "new.leaf: 'x,y'"])
    parameters = apply_overrides(locate({"model": {"depth": 1, "rate": 0.5}}), overrides)
    assert parameters.plain() == {
        "model": {"depth": 3, "rate": 0.5},
        "classes": ["a", "b"],
        "new": {"leaf": "x,y"},
    }


def test_an_override_finds_keys_that_are_numbers_hold_dots_or_are_places_in_a_list() -> None:
    given = {"weights": {0: 1.0, 1: 5.0}, "by.date": {"a.b": 1}, "steps": [1, {"rate": 2}]}
    overrides = {"weights.1": 9, "by.date.a.b": 8, "steps.1.rate": 7, "weights.2": 6}
    assert apply_overrides(locate(given), overrides).plain() == {
        "weights": {0: 1.0, 1: 9, "2": 6},
        "by.date": {"a.b": 8},
        "steps": [1, {"rate": 7}],
    }
    with pytest.raises(ConfigError, match="the part before '2' is a list of 2"):
        apply_overrides(locate(given), {"steps.2.rate": 7})


@pytest.mark.parametrize("text", ["depth", "=3", "a..b=1", ".a=1"])
def test_an_override_without_key_or_value_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="takes key=value"):
        parse_overrides([text])


def test_an_override_through_a_single_value_is_refused_at_its_place() -> None:
    parameters = read_yaml("seed: 1\n", "conf/base/parameters.yml")
    with pytest.raises(ConfigError, match=r"conf/base/parameters.yml:1:7.*single value"):
        apply_overrides(parameters, {"seed.deep": 2})


@pytest.mark.parametrize(("text", "value"), [("", ""), ("null", None), ("a: b: c", "a: b: c")])
def test_a_scalar_that_is_no_yaml_stays_text(text: str, value: object) -> None:
    assert read_scalar(text) == value

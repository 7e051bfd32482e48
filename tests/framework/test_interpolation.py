"""References in configuration: what they mean, and every way to get one wrong."""

from pathlib import Path
from typing import Any

import pytest
from noria.config.layers import Config
from noria.errors import ConfigError
from noria_catalog.located import Where


def _config(
    root: Path, files: dict[str, str], env: str = "local", runtime: dict[str, Any] | None = None
) -> Config:
    for name, text in {"base/.keep": "", **files}.items():
        path = root / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Config(root / "conf", env, root=root, optional=("local",), runtime=runtime)


def _parameters(root: Path, text: str, **more: Any) -> Any:
    return _config(root, {"base/parameters.yml": text}, **more).parameters().plain()


@pytest.mark.parametrize(
    ("text", "a"),
    [
        ("a: ${b}\nb: 3", 3),
        ("a: ${b}\nb: {c: [1, 2]}", {"c": [1, 2]}),
        ("a: ${b.c[1]}\nb: {c: [1, 2]}", 2),
        ("a: ${b.0}\nb: {0: z}", "z"),
        ("a: x${b}y\nb: 1.5", "x1.5y"),
        ("a: ${b}${b}\nb: true", "TrueTrue"),
        ("a: {b: '${.c}', c: 2}", {"b": 2, "c": 2}),
        ("a: {b: '${..d}'}\nd: 5", {"b": 5}),
        ("a: ${${n}}\nn: b\nb: 9", 9),
        ("a: ${b.${n}}\nn: c\nb: {c: 9}", 9),
        ("a: ${b.c}\nb: ${d}\nd: {c: 4}", 4),
        ("a: ${_b}/x\n_b: data", "data/x"),
        (r"a: \${x}", "${x}"),
        (r"a: '\\${b}'" + "\nb: 1", "\\1"),
        (r"a: '\\\${b}'", r"\${b}"),
        ("a: $b}", "$b}"),
        ("a: $${b}\nb: 2", "$2"),
        ("a: ${oc.select:zz,4}", 4),
        ("a: ${oc.decode:'[1, 2]'}", [1, 2]),
    ],
)
def test_a_reference_means_what_it_means_in_omegaconf(tmp_path: Path, text: str, a: object) -> None:
    assert _parameters(tmp_path, text)["a"] == a


@pytest.mark.parametrize("name", ["b.c", "b c", "größe", "{b}_csv", "b-c", "7"])
def test_a_name_may_hold_dots_spaces_braces_and_any_letter(tmp_path: Path, name: str) -> None:
    assert _parameters(tmp_path, f"a: '${{{name}}}'\n'{name}': 1")["a"] == 1


def test_a_name_with_a_colon_or_dots_stands_in_brackets(tmp_path: Path) -> None:
    found = _parameters(tmp_path, "a: '${[b:c].[d.e]}'\n'b:c': {d.e: 1, d: {e: 2}}")
    assert found["a"] == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${env:NORIA_TEST_X}", "012"),
        ("${oc.env:NORIA_TEST_X}", "012"),
        ("n-${env:NORIA_TEST_X}", "n-012"),
        ("${env:NORIA_TEST_NO,3}", "3"),
        ("${env:NORIA_TEST_NO,null}", None),
        ("${env:NORIA_TEST_NO,''}", ""),
        ("${env:NORIA_TEST_NO, s3://b/x}", "s3://b/x"),
        (r"${env:NORIA_TEST_NO,a\,b}", "a,b"),
        ("${env:NORIA_TEST_NO,'a,b}'}", "a,b}"),
        ("${env:NORIA_TEST_NO,${globals:g}}", "7"),
        ("${oc.decode:${env:NORIA_TEST_NO,3}}", 3),
        ("${globals:g}", 7),
        ("${globals:no,1e-3}", 0.001),
        ("${globals:no,[1, {a: b}]}", [1, {"a": "b"}]),
        ("${globals:deep.list}", [1, 2]),
        ("${runtime:day}", "2026-01-31"),
        ("${runtime_params:day}", "2026-01-31"),
        ("${runtime:model.depth}", 4),
        ("${runtime:no,${globals:deep}}", {"list": [1, 2], "own": 7}),
        ("${env:${globals:variable}}", "012"),
    ],
)
def test_resolvers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, value: object
) -> None:
    monkeypatch.setenv("NORIA_TEST_X", "012")
    config = _config(
        tmp_path,
        {
            "base/parameters.yml": f'a: "{text}"\n'.replace("\\", "\\\\"),
            "base/globals.yml": "g: 7\ndeep: {list: [1, 2], own: '${g}'}\nvariable: NORIA_TEST_X\n",
        },
        runtime={"day": "2026-01-31", "model.depth": 4},
    )
    assert config.parameters().plain()["a"] == value


def test_globals_of_the_environment_win(tmp_path: Path) -> None:
    files = {
        "base/catalog.yml": "a: {type: t, filepath: '${globals:place.raw}/a.csv'}\n",
        "base/globals.yml": "place: {raw: data, models: m}\n",
        "prod/globals.yml": "place: {raw: s3://lake}\n",
    }
    entry = _config(tmp_path, files, "prod").catalog().value["a"]
    assert entry.plain()["filepath"] == "s3://lake/a.csv"
    assert entry.value["filepath"].where == Where("conf/base/catalog.yml", 1, 24)


def test_a_reference_sees_its_own_layer_and_those_below(tmp_path: Path) -> None:
    files = {
        "base/parameters.yml": "depth: 3\nleaves: ${depth}\n",
        "local/parameters.yml": "depth: 5\ntrees: ${depth}\nsize: ${leaves}\n",
    }
    found = _config(tmp_path, files).parameters().plain()
    assert found == {"depth": 5, "leaves": 3, "trees": 5, "size": 3}


def test_a_parameter_given_for_this_run_is_seen_by_references(tmp_path: Path) -> None:
    text = "model: {depth: 3, leaves: '${model.depth}'}\n"
    found = _parameters(tmp_path, text, runtime={"model.depth": 8, "model.note": "${kept}"})
    assert found == {"model": {"depth": 8, "leaves": 8, "note": "${kept}"}}


def test_a_parameter_given_below_a_reference_is_seen_by_references_too(tmp_path: Path) -> None:
    text = "_tree: {depth: 3, rate: 1}\nmodel: ${_tree}\nleaves: ${model.depth}\ncopy: ${model}\n"
    config = _config(tmp_path, {"base/parameters.yml": text}, runtime={"model.depth": 8})
    assert config.declared_parameters().plain()["leaves"] == 3
    tree = {"depth": 8, "rate": 1}
    assert config.parameters().plain() == {"model": tree, "leaves": 8, "copy": tree}


def test_a_parameter_given_for_this_run_hides_none_of_a_lower_layer(tmp_path: Path) -> None:
    files = {
        "base/parameters.yml": "model: {depth: 3, rate: 1}\n",
        "local/parameters.yml": "own: {a: 1}\ncopy: ${model}\nmine: ${own}\n",
    }
    found = _config(tmp_path, files, runtime={"model.depth": 8, "own.b": 2}).parameters().plain()
    assert found["copy"] == found["model"] == {"depth": 8, "rate": 1}
    assert found["mine"] == found["own"] == {"a": 1, "b": 2}


def test_an_unused_template_may_refer_to_anything(tmp_path: Path) -> None:
    assert _parameters(tmp_path, "_t: {x: '${globals:no}'}\na: 1\n") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "words", "nearest"),
    [
        ("a: ${globals:foldr}", "no global 'foldr'", "folder"),
        ("a: ${globals:_t}", "begins with `_`", None),
        ("a: x/${env:NORIA_TEST_XX}", "variable 'NORIA_TEST_XX' is not set", "NORIA_TEST_X"),
        ("a: ${runtime:dya}", "no runtime parameter 'dya'", "day"),
        ("a: ${depht}\ndepth: 1", "no value 'depht' in parameters", "depth"),
        ("a: ${global:folder}", "no resolver 'global'", "globals"),
        ("a: ${globals:}", "takes a name", None),
        ("a: ${globals:a,b,c}", "takes a name", None),
        ("a: ${folder", "not closed", None),
        ("a: ${}", "names nothing", None),
        ("a: x${b}\nb: {c: 1}", "a mapping cannot stand inside of text", None),
        ("a: ${env:NORIA_TEST_NO,[1]}", "must be a single value", None),
        ("a: ${env:DB_PASSWORD}", "looks like a secret", None),
    ],
)
def test_a_wrong_reference_is_told_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str, nearest: str | None
) -> None:
    monkeypatch.setenv("NORIA_TEST_X", "1")
    files = {"base/parameters.yml": f"z: 0\n{text}\n", "base/globals.yml": "folder: data\n_t: 1\n"}
    with pytest.raises(ConfigError) as caught:
        _config(tmp_path, files, runtime={"day": 1}).parameters()
    assert words in str(caught.value)
    assert caught.value.where == Where("conf/base/parameters.yml", 2, 4)
    assert caught.value.nearest == nearest


def test_a_circle_names_the_whole_chain_with_places(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _parameters(tmp_path, "a: ${b}\nb: x${c.d}\nc:\n  d: ${a}\n")
    file = "conf/base/parameters.yml"
    chain = f"a ({file}:1:4) -> b ({file}:2:4) -> c.d ({file}:4:6) -> a ({file}:1:4)"
    assert chain in str(caught.value)


def test_a_circle_of_globals_and_one_into_itself(tmp_path: Path) -> None:
    files = {
        "base/globals.yml": "x: ${globals:y}\ny: ${x}\n",
        "base/parameters.yml": "a: ${globals:x}\nm: {n: '${m}'}\n",
    }
    config = _config(tmp_path, files)
    with pytest.raises(ConfigError, match=r"globals:x .* -> globals:y .* -> globals:x"):
        config.parameters()
    with pytest.raises(ConfigError, match=r"m.n .* -> m.n"):
        _parameters(tmp_path / "other", "m: {n: '${m}'}\n")


def test_references_cannot_grow_without_end(tmp_path: Path) -> None:
    rows = ["a0: xxxxxxxxxx", *(f"a{n}: ${{a{n - 1}}}${{a{n - 1}}}" for n in range(1, 60))]
    with pytest.raises(ConfigError, match="grows beyond"):
        _parameters(tmp_path, "\n".join(rows))
    rows = ["a0: ''", *(f"a{n}: ['${{a{n - 1}}}', '${{a{n - 1}}}']" for n in range(1, 60))]
    with pytest.raises(ConfigError, match="grows beyond"):
        _parameters(tmp_path / "lists", "\n".join(rows))


def test_references_nested_too_deeply_are_told(tmp_path: Path) -> None:
    rows = ["a0: 1", *(f"a{n}: ${{a{n - 1}}}" for n in range(1, 3000))]
    with pytest.raises(ConfigError, match="nests too deeply"):
        _parameters(tmp_path, "\n".join(reversed(rows)))


def test_a_tag_that_would_make_an_object_is_refused_in_globals(tmp_path: Path) -> None:
    files = {
        "base/globals.yml": "a: !!python/object/apply:os.system [x]\n",
        "base/parameters.yml": "b: ${globals:a}\n",
    }
    with pytest.raises(ConfigError, match=r"conf/base/globals.yml:1:4.*would make an object"):
        _config(tmp_path, files).parameters()

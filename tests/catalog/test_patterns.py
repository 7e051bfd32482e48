"""Dataset factories: which one makes a dataset, and what is wrong with one."""

from pathlib import Path
from typing import Any

import pytest
from noria_catalog import DataCatalog, DatasetDefinitionError, UnknownDatasetError
from noria_catalog.patterns import Patterns

from tests.catalog.entries import FILE, catalog_of, placed
from tests.project_on_disk import ProjectOnDisk

TEXT = {"type": "text.TextDataset", "filepath": "data/{name}.txt"}


def factories(*names: str) -> Patterns:
    return Patterns(placed({name: {"type": "x"} for name in names}).value)


def test_a_factory_makes_what_is_asked_for_and_then_lists_it(tmp_path: Path) -> None:
    catalog = catalog_of({"{name}_text": TEXT}, tmp_path)
    assert list(catalog) == []
    assert "note_text" in catalog
    catalog.save("note_text", "hello")
    assert (tmp_path / "data/note.txt").read_text() == "hello"
    assert list(catalog) == ["note_text"]
    assert catalog.describe("note_text")["filepath"] == f"{tmp_path}/data/note.txt"
    assert str(catalog.where("note_text")) == f"{FILE}:1:1"


def test_asking_lists_nothing(tmp_path: Path) -> None:
    catalog = catalog_of({"{name}_text": TEXT}, tmp_path)
    assert "note_text" in catalog
    assert catalog.get_type("note_text") == "noria_catalog.formats.text.TextDataset"
    assert catalog.keys() == []


def test_an_entry_of_that_name_goes_before_every_factory(tmp_path: Path) -> None:
    entries = {"{name}_text": TEXT, "a_text": TEXT | {"filepath": "own.txt"}}
    catalog = catalog_of(entries, tmp_path)
    catalog.save("a_text", "x")
    assert (tmp_path / "own.txt").exists()


def test_the_more_particular_factory_wins() -> None:
    ranked = factories("{default}", "{a}_csv", "{space}.{a}", "{space}.{a}_csv", "raw_{a}_csv")
    assert ranked.names == ["raw_{a}_csv", "{space}.{a}_csv", "{a}_csv", "{space}.{a}", "{default}"]
    for name, best in {
        "raw_x_csv": "raw_{a}_csv",
        "eu.x_csv": "{space}.{a}_csv",
        "x_csv": "{a}_csv",
        "eu.x": "{space}.{a}",
        "x": "{default}",
    }.items():
        found = ranked.match(name)
        assert found is not None
        assert found.name == best


def test_two_that_fit_equally_are_an_error_that_names_both_places(tmp_path: Path) -> None:
    catalog = catalog_of({"{a}_xy": TEXT | {"filepath": "1"}, "ab_{b}": TEXT | {"filepath": "2"}},
                         tmp_path)  # fmt: skip
    with pytest.raises(DatasetDefinitionError) as caught:
        catalog.check(["ab_xy"])
    assert f"'ab_{{b}}' at {FILE}:4:1" in str(caught.value)
    assert f"'{{a}}_xy' at {FILE}:1:1" in str(caught.value)
    catalog.check(["c_xy", "ab_c"])


def test_two_that_catch_all_are_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(DatasetDefinitionError, match="several factories catch every name"):
        catalog_of({"{a}": {"type": "x"}, "{b}": {"type": "x"}}, tmp_path)


def test_parameters_are_never_made_up() -> None:
    assert not factories("{default}").fits("params:model.depth")
    assert not factories("{default}").fits("parameters")


@pytest.mark.parametrize("name", ["{}_csv", "{a b}", "{a", "a}{b", "{a:d}", "{{a}}"])
def test_a_placeholder_is_a_word_in_braces(name: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetDefinitionError) as caught:
        catalog_of({name: {"type": "text.TextDataset", "filepath": "x"}}, tmp_path)
    assert str(caught.value.where) == f"{FILE}:1:1"


def test_a_placeholder_that_the_name_lacks_is_told_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(DatasetDefinitionError, match=r"no placeholder \{nam\}") as caught:
        catalog_of({"{name}_text": TEXT | {"filepath": "data/{nam}.txt"}}, tmp_path)
    assert caught.value.nearest == "{name}"
    assert str(caught.value.where) == f"{FILE}:3:103"


def test_a_placeholder_twice_is_one_text() -> None:
    ranked = factories("{a}_and_{a}")
    assert ranked.fits("x_and_x")
    assert not ranked.fits("x_and_y")


def test_every_text_of_an_entry_is_filled_in(tmp_path: Path) -> None:
    entry = {
        "type": "{kind}.TextDataset",
        "filepath": "{kind}/{name}.txt",
        "metadata": {"of": ["{name}", 3, "{{plain}}"]},
    }
    found = catalog_of({"{kind}!{name}": entry}, tmp_path).entry("text!a")
    assert found is not None
    assert found.plain() == {
        "type": "text.TextDataset",
        "filepath": "text/a.txt",
        "metadata": {"of": ["a", 3, "{plain}"]},
    }


@pytest.mark.parametrize("name", ["../x_text", "a/../../x_text", "a\\..\\x_text"])
def test_a_name_cannot_lead_out_of_the_folder(name: str, tmp_path: Path) -> None:
    catalog = catalog_of({"{name}_text": TEXT}, tmp_path)
    with pytest.raises(DatasetDefinitionError, match="lead out of its folder"):
        catalog.save(name, "x")


def test_a_name_that_fits_nothing_is_unknown(tmp_path: Path) -> None:
    catalog = catalog_of({"{name}_text": TEXT}, tmp_path)
    with pytest.raises(UnknownDatasetError):
        catalog.load("note_csv")


def test_transcoded_names_are_made_by_factories(tmp_path: Path) -> None:
    entry = {"type": "json.JSONDataset", "filepath": "{name}.json"}
    text = {"type": "text.TextDataset", "filepath": "{name}.json"}
    catalog = catalog_of({"{name}@json": entry, "{name}@text": text}, tmp_path)
    catalog.save("a@json", {"b": 1})
    assert catalog.load("a@text").split() == ["{", '"b":', "1", "}"]


def test_a_version_can_be_picked_of_what_a_factory_makes(tmp_path: Path) -> None:
    entries: dict[str, Any] = {"{name}_text": TEXT | {"versioned": True}}
    for version in ("v1", "v2"):
        catalog_of(entries, tmp_path, save_version=version).save("a_text", version)
    catalog = catalog_of(entries, tmp_path, load_versions={"a_text": "v1"})
    assert catalog.load("a_text") == "v1"
    assert catalog.load("a_text", version="v2") == "v2"
    assert DataCatalog.from_config(None).pinned() == {}


def test_a_run_saves_through_factories(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "totals:", '"{name}s":')
    project.edit("conf/base/catalog.yml", "data/totals.json", "data/{name}.json")
    project.edit("src/shop/pipelines/sales/pipeline.py", '"clean_orders", name', '"kept", name')
    project.edit("src/shop/pipelines/sales/pipeline.py", '["clean_orders', '["kept')
    project.noria("run", "--pipeline", "sales")
    assert (project.path / "data/total.json").read_text().strip()


def test_a_run_tells_of_factories_that_fit_equally(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "totals:", '"{a}tals":')
    project.write(
        {"conf/base/catalog_b.yml": '"tota{b}":\n  type: json.JSONDataset\n  filepath: x.json\n'}
    )
    said = project.noria("run", "--pipeline", "sales", code=2)
    assert "conf/base/catalog.yml:5:1" in said.err
    assert "conf/base/catalog_b.yml:1:1" in said.err
    assert "Traceback" not in said.err

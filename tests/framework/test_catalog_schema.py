"""The schema of catalog files: what an editor accepts and refuses, by the package jsonschema."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from noria_catalog.kinds import BUILTIN, Kinds
from noria_catalog.schema import catalog_schema

from tests.project_on_disk import ProjectOnDisk

GOOD = """
_csv: &csv
  type: pandas.CSVDataset
  load_args: {sep: ";"}
orders:
  <<: *csv
  filepath: data/orders.csv.gz
  save_args:
    index: true
  metadata: {kept: [by, me]}
"{name}_text":
  type: text.TextDataset
  filepath: "${globals:raw}/{name}.txt"
  versioned: ${env:VERSIONED,true}
model:
  type: pickle.PickleDataset
  filepath: s3://bucket/model.pickle
  credentials: store
  versioned: true
  fs_args: {anon: false}
days:
  type: partitions.PartitionedDataset
  path: data/days
  dataset: pandas.ParquetDataset
  filename_suffix: .parquet
more_days:
  type: partitions.PartitionedDataset
  path: data/more
  overwrite: true
  dataset:
    type: pandas.CSVDataset
    load_args: {parse_dates: [day]}
cached:
  type: CachedDataset
  versioned: true
  refresh: 12h
  dataset:
    type: pandas.CSVDataset
    filepath: data/cached.csv
own:
  type: shop.own.Own
  word: hello
anything:
  type: "{kind}.Dataset"
kept:
  type: MemoryDataset
"""

BAD = {
    "no type": "a: {filepath: a.csv}",
    "no path": "a: {type: pandas.CSVDataset}",
    "an unknown type": "a: {type: pandas.CVSDataset, filepath: a.csv}",
    "an unknown argument": "a: {type: pandas.CSVDataset, filepath: a.csv, load_arg: {}}",
    "an argument that pandas does not know":
        "a: {type: pandas.CSVDataset, filepath: a.csv, load_args: {spe: ';'}}",
    "a path that is none": "a: {type: pandas.CSVDataset, filepath: 3}",
    "an empty path": "a: {type: pandas.CSVDataset, filepath: ''}",
    "a secret instead of a name":
        "a: {type: json.JSONDataset, filepath: s3://b/a, credentials: {key: me}}",
    "versioned that is neither": "a: {type: json.JSONDataset, filepath: a, versioned: 'yes'}",
    "arguments that are no mapping": "a: {type: json.JSONDataset, filepath: a, save_args: [1]}",
    "an entry that is none": "a: 3",
    "a catalog that is none": "[a]",
    "a class outside the packages": "a: {type: subprocess.Popen, filepath: a}",
    "a wrong flag":
        "a: {type: partitions.PartitionedDataset, path: a, dataset: json.JSONDataset,"
        " overwrite: 3}",
    "a wrapped entry without a path": "a: {type: CachedDataset, dataset: {type: json.JSONDataset}}",
    "a nested type that is unknown":
        "a: {type: partitions.PartitionedDataset, path: a, dataset: json.JSNDataset}",
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    made = json.loads(json.dumps(catalog_schema(Kinds(["shop"]))))
    jsonschema.Draft7Validator.check_schema(made)
    return dict(made)


def complaints(schema: dict[str, Any], text: str) -> list[str]:
    found = jsonschema.Draft7Validator(schema).iter_errors(yaml.safe_load(text))
    return [each.message for each in found]


def test_what_is_right_is_accepted(schema: dict[str, Any]) -> None:
    assert complaints(schema, GOOD) == []
    assert complaints(schema, "") == []


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_refused(what: str, schema: dict[str, Any]) -> None:
    assert complaints(schema, BAD[what])


def test_every_format_is_in_it_with_its_first_sentence(schema: dict[str, Any]) -> None:
    assert set(BUILTIN) <= set(schema["definitions"])
    for word in BUILTIN:
        said = schema["definitions"][word]["description"]
        assert said.endswith(".")
        assert "`" not in said


def test_what_a_library_takes_is_offered(schema: dict[str, Any]) -> None:
    properties = schema["definitions"]["pandas.CSVDataset"]["properties"]
    assert "parse_dates" in properties["load_args"]["anyOf"][0]["properties"]
    assert "float_format" in properties["save_args"]["anyOf"][0]["properties"]


def test_a_project_knows_its_own_classes_after_they_are_used(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/own.py": "class Own:\n"
            '    """A word of your own."""\n'
            "    def __init__(self, word: str, loud: bool = False): pass\n"
            "    def load(self): return 1\n    def save(self, data): pass\n"
        }
    )
    catalog = (project.path / "conf/base/catalog.yml").read_text("utf-8")
    own = catalog + "\nown:\n  type: shop.own.Own\n  word: hello\n"
    project.write({"conf/base/catalog.yml": own})
    made = json.loads(project.noria("catalog", "schema").out)
    assert made["definitions"]["shop.own.Own"]["description"] == "A word of your own."
    assert complaints(made, own) == []
    assert complaints(made, own.replace("word: hello", "wrod: hello"))
    assert complaints(made, own + "  loud: 3\n")
    said = project.noria("catalog", "schema", "--write")
    assert said.out == "wrote conf/catalog.schema.json\n"
    assert json.loads((project.path / "conf/catalog.schema.json").read_text("utf-8")) == made


@pytest.mark.parametrize("starter", ["minimal", "flights"])
def test_a_new_project_is_wired_for_editors(starter: str, tmp_path: Path) -> None:
    made = ProjectOnDisk(tmp_path)
    made.noria("new-project", "shop", "--starter", starter, "--no-input")
    project = tmp_path / "shop"
    held = json.loads((project / "conf/catalog.schema.json").read_text("utf-8"))
    catalog = (project / "conf/base/catalog.yml").read_text("utf-8")
    assert complaints(held, catalog) == []
    modeline = re.match(r"# yaml-language-server: \$schema=(\S+)\n", catalog)
    assert modeline is not None
    assert (project / "conf/base" / modeline[1]).resolve() == project / "conf/catalog.schema.json"
    (place,) = json.loads((project / ".vscode/settings.json").read_text("utf-8"))["yaml.schemas"]
    assert (project / place).is_file()
    pycharm = (project / ".idea/jsonSchemas.xml").read_text("utf-8")
    (mapped,) = re.findall(r'"relativePathToSchema" value="([^"]+)"', pycharm)
    assert (project / mapped).is_file()
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    ignored = ["git", "check-ignore", ".idea/jsonSchemas.xml", "conf/catalog.schema.json"]
    assert subprocess.run(ignored, cwd=project, capture_output=True, check=False).returncode == 1

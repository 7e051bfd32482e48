"""Wrong on purpose: nothing to save, torn files, missing libraries, kills, replaced files."""

import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from noria_catalog import DataCatalog, LoadError, NoriaError, SaveError
from noria_catalog.digest import file_digest
from noria_catalog.formats.pandas import CSVDataset
from noria_catalog.formats.text import TextDataset
from noria_catalog.leftovers import is_temporary
from noria_catalog.partitioned import PartitionedDataset
from noria_catalog.versions import Version

from tests.catalog.cases import CASES, Case
from tests.catalog.entries import catalog_of, listed

ONE_A_KIND = list({case.word: case for case in CASES}.values())
each_kind = pytest.mark.parametrize("case", ONE_A_KIND, ids=lambda case: case.word)
not_windows = pytest.mark.skipif(os.name == "nt", reason="not here: SIGKILL")


@each_kind
def test_none_is_never_saved(tmp_path: Path, case: Case) -> None:
    with pytest.raises(SaveError, match="None cannot be saved"):
        case.dataset(tmp_path).save(None)
    assert listed(tmp_path) == []


@pytest.mark.parametrize(
    "case",
    # A pickle and skops hold any value.
    [case for case in ONE_A_KIND if not case.word.startswith(("pickle", "skops"))],
    ids=lambda case: case.word,
)
def test_a_value_of_another_kind_leaves_what_was_there(tmp_path: Path, case: Case) -> None:
    dataset = case.dataset(tmp_path)
    dataset.save(case.make())
    before = dataset.digest()
    with pytest.raises(Exception, match=r"."):
        dataset.save(lambda: 1)
    assert dataset.digest() == before
    assert listed(tmp_path) == [case.name]


def test_an_argument_that_the_library_does_not_know_names_the_nearest(tmp_path: Path) -> None:
    catalog = catalog_of(
        {
            "a": {
                "type": "pandas.CSVDataset",
                "filepath": "a.csv",
                "load_args": {"seps": ";"},
                "save_args": {"idnex": True},
            },
            "book": {
                "type": "pandas.ExcelDataset",
                "filepath": "book.xlsx",
                "save_args": {"idnex": True},
            },
        },
        tmp_path,
    )
    for name in ("a", "book"):
        with pytest.raises(SaveError, match="'idnex'") as caught:
            catalog.save(name, pd.DataFrame({"x": [1]}))
        assert caught.value.nearest == "index"
    assert listed(tmp_path) == []
    (tmp_path / "a.csv").write_text("x\n1\n")
    with pytest.raises(LoadError, match="'seps'") as found:
        catalog.load("a")
    assert found.value.nearest == "sep"
    assert found.value.hint == "load_args go to the library's own function"


def test_a_text_in_another_encoding_says_where_to_name_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("name\nZoë\n".encode("cp1252"))
    entry = {"type": "pandas.CSVDataset", "filepath": "a.csv"}
    with pytest.raises(LoadError, match="UnicodeDecodeError") as caught:
        catalog_of({"a": entry}, tmp_path).load("a")
    assert "load_args: {encoding: cp1252}" in str(caught.value.hint)
    named = entry | {"load_args": {"encoding": "cp1252"}}
    assert catalog_of({"a": named}, tmp_path).load("a")["name"][0] == "Zoë"


def test_a_file_format_that_is_missing_is_no_misspelt_one(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    entry = {"type": "polars.EagerPolarsDataset", "filepath": "a.txt"}
    with pytest.raises(NoriaError, match="`file_format` is missing") as caught:
        catalog_of({"a": entry}, tmp_path)["a"]
    assert caught.value.nearest is None


def test_a_query_of_duckdb_has_no_other_arguments(tmp_path: Path) -> None:
    entry = {"type": "duckdb.QueryDataset", "sql": "select $a", "load_args": {"parms": {"a": 1}}}
    with pytest.raises(NoriaError, match="are its `params`"):
        catalog_of({"a": entry}, tmp_path)["a"]


def test_a_pickle_names_the_library_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "dill", None)
    entry = {"type": "pickle.PickleDataset", "filepath": "a.pkl", "backend": "dill"}
    with pytest.raises(NoriaError, match="dill is not installed") as caught:
        catalog_of({"a": entry}, tmp_path).save("a", 1)
    assert caught.value.hint == "pip install dill"


def test_a_server_that_does_not_answer_is_no_missing_file(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    address = "http://127.0.0.1:1/a.csv"  # nobody listens there
    catalog = catalog_of({"a": {"type": "pandas.CSVDataset", "filepath": address}}, tmp_path)
    assert not catalog.exists("a")
    assert f"{address} cannot be reached" in catalog.explain_missing("a").message


class Slip:
    """A dataset whose own code calls something wrongly."""

    def load(self) -> Any:
        self.save(1, valu=2)  # type: ignore[call-arg]

    def save(self, data: Any) -> None:
        """Do nothing."""


def test_a_slip_in_the_code_of_a_dataset_is_not_blamed_on_its_entry() -> None:
    with pytest.raises(LoadError, match="unexpected keyword argument 'valu'") as caught:
        DataCatalog({"slip": Slip()}).load("slip")
    assert caught.value.hint is None


def test_a_folder_where_a_file_should_be_names_the_type_for_folders(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    catalog = catalog_of({"a": {"type": "pandas.CSVDataset", "filepath": "a.csv"}}, tmp_path)
    with pytest.raises(LoadError, match="IsADirectoryError") as caught:
        catalog.load("a")
    assert "partitions.PartitionedDataset" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if case.loads
        and "Lazy" not in case.word
        and case.name.endswith((".parquet", ".feather", ".arrow", ".xlsx", ".npz", ".gz", ".skops"))
    ],
    ids=lambda case: case.id,
)
def test_a_torn_file_is_told_with_its_dataset_and_place(tmp_path: Path, case: Case) -> None:
    dataset = case.dataset(tmp_path)
    dataset.save(case.make())
    whole = (tmp_path / case.name).read_bytes()
    (tmp_path / case.name).write_bytes(whole[: len(whole) * 2 // 3])
    entry = {"type": case.word, "filepath": case.name, **case.options}
    with pytest.raises(LoadError, match="cannot load 'torn'") as caught:
        catalog_of({"torn": entry}, tmp_path).load("torn")
    assert case.name in str(caught.value)


@pytest.mark.parametrize(
    ("word", "module", "extra"),
    [
        ("polars.CSVDataset", "polars", "polars"),
        ("polars.LazyPolarsDataset", "polars", "polars"),
        ("pandas.ExcelDataset", "openpyxl", "excel"),
        ("pillow.ImageDataset", "PIL", "images"),
        ("skops.SkopsDataset", "skops", "skops"),
    ],
)
def test_a_missing_library_is_told_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, module: str, extra: str
) -> None:
    case = next(case for case in CASES if case.word == word and case.loads)
    case.dataset(tmp_path).save(case.make())
    value = case.make()
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    catalog = catalog_of({"a": {"type": word, "filepath": case.name, **case.options}}, tmp_path)
    for deed in (lambda: catalog.load("a"), lambda: catalog.save("a", value)):
        with pytest.raises(NoriaError, match=f"'a': {module} is not installed") as caught:
            deed()
        assert caught.value.hint == f"pip install 'noria[{extra}]'"


def test_a_csv_is_loaded_and_saved_with_pandas_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    told = "import sys, json; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    ours = (
        "from noria_catalog.formats.pandas import CSVDataset\n"
        "table = CSVDataset('a.csv').load(); CSVDataset('b.csv').save(table)\n"
    )
    pandas = "import pandas\npandas.read_csv('a.csv').to_csv('b.csv')\n"

    def loaded(code: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", code + told], cwd=tmp_path, capture_output=True, check=True
        )
        return set(json.loads(done.stdout))

    more = loaded(ours) - loaded(pandas) - set(sys.stdlib_module_names)
    assert {name for name in more if not name.startswith("_")} == {"noria_catalog"}


WRITES = """
import sys
from noria_catalog.formats.text import TextDataset
while True:
    for letter in "ab":
        TextDataset(sys.argv[1]).save(letter * 3_000_000)
"""


def test_a_file_that_is_replaced_while_it_is_read_is_read_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    TextDataset(target).save("a" * 3_000_000)
    digests = set()
    for letter in "ab":
        TextDataset(tmp_path / "one.txt").save(letter * 3_000_000)
        digests.add(file_digest(tmp_path / "one.txt"))
    with subprocess.Popen([sys.executable, "-c", WRITES, str(target)]) as child:
        try:
            seen = set()
            for _ in range(150):
                text = TextDataset(target).load()
                assert len(set(text)) == 1
                assert len(text) == 3_000_000
                assert TextDataset(target).digest() in digests
                seen.add(text[0])
        finally:
            child.kill()
    assert seen == {"a", "b"}


# Each way of publishing, held open in the middle by a chunk that never comes.
WAYS = """
import sys, time
from noria_catalog.formats.text import TextDataset
from noria_catalog.partitioned import PartitionedDataset
from noria_catalog.versions import Version

def hold(path):
    print("in the middle", flush=True)
    time.sleep(600)

def days(overwrite):
    return PartitionedDataset(sys.argv[2], "text.TextDataset", overwrite=overwrite)

class Held(TextDataset):
    def write(self, data, path):
        path.write_text("half")
        hold(path)

if sys.argv[1] == "file":
    Held(sys.argv[2]).save("new")
if sys.argv[1] == "version":
    Held(sys.argv[2], version=Version()).save("new")
if sys.argv[1] == "append":
    with TextDataset(sys.argv[2], save_args={"mode": "a"}).saving() as add:
        add("new")
        hold(None)
if sys.argv[1] == "partitions":
    PartitionedDataset(sys.argv[2], lambda path: Held(path)).save({"b": "new"})
if sys.argv[1] == "folder":
    days(True).save({"b": "new", "c": lambda: hold(None)})
"""


def _look(way: str, target: Path) -> Any:
    if way == "version":
        return TextDataset(target, version=Version()).load()
    if way in {"partitions", "folder"}:
        days = PartitionedDataset(target, "text.TextDataset")
        return {name: load() for name, load in days.load().items()}
    return TextDataset(target).load()


def _save(way: str, target: Path, word: str) -> None:
    if way == "version":
        TextDataset(target, version=Version()).save(word)
    elif way in {"partitions", "folder"}:
        folder = way == "folder"
        PartitionedDataset(target, "text.TextDataset", overwrite=folder).save({"a": word})
    else:
        TextDataset(target).save(word)


@not_windows
@pytest.mark.parametrize("way", ["file", "version", "append", "partitions", "folder"])
def test_a_kill_in_the_middle_of_publishing_leaves_what_was_there(tmp_path: Path, way: str) -> None:
    target = tmp_path / "data"
    _save(way, target, "old")
    before = _look(way, target)
    with subprocess.Popen(
        [sys.executable, "-c", WAYS, way, str(target)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    assert _look(way, target) == before
    assert any(is_temporary(path.name) for path in tmp_path.rglob("*"))
    _save(way, target, "next")
    assert not [path for path in tmp_path.rglob("*") if is_temporary(path.name)]
    assert "next" in str(_look(way, target))


LISTING = """
import sys
from collections import Counter
from noria_catalog.partitioned import PartitionedDataset
days = PartitionedDataset(sys.argv[1], "pandas.CSVDataset", filename_suffix=".csv")
days.load()
seen = Counter()
def hear(event, arguments):
    if event in {"open", "os.scandir", "os.listdir"} and sys.argv[1] in str(arguments[0]):
        seen[event] += 1
sys.addaudithook(hear)
loaders = days.load()
print(len(loaders), sum(seen[each] for each in ("os.scandir", "os.listdir")), seen["open"])
print(*loaders["17"]()["a"], seen["open"])
"""


def test_partitions_are_listed_at_once_and_opened_one_by_one(tmp_path: Path) -> None:
    for number in range(2_000):
        (tmp_path / f"{number}.csv").write_text("a\n1\n")
    command = [sys.executable, "-c", LISTING, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["2000 1 0", "1 1"]


def test_a_catalog_adds_little_to_what_pandas_does(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": range(100)})
    CSVDataset(tmp_path / "a.csv").save(table)
    catalog = catalog_of({"a": {"type": "pandas.CSVDataset", "filepath": "a.csv"}}, tmp_path)
    catalog.load("a")

    def calls(deed: Any) -> int:
        counted = itertools.count()
        sys.setprofile(lambda *_: next(counted))
        try:
            deed()
        finally:
            sys.setprofile(None)
        return next(counted)

    pandas_alone = calls(lambda: pd.read_csv(tmp_path / "a.csv"))
    assert calls(lambda: catalog.load("a")) - pandas_alone < 0.2 * pandas_alone

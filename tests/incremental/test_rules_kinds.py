"""Rules for datasets of many files, and for values that read them later."""

from pathlib import Path

import pytest

from tests.incremental.workbench import CHAIN, CONF, PYPROJECT, WHERE_PIPELINE, Workbench, chain

A = "src/shop/a.py"
B = "src/shop/b.py"
RAW = "raw:\n  type: json.JSONDataset\n  filepath: data/raw.json\n"
MADE_A = "made_a:\n  type: json.JSONDataset\n  filepath: data/made_a.json\n"


def parts(name: str, folder: str, *, suffix: str = ".txt", kind: str = "Partitioned") -> str:
    """Return the entry of a folder of texts."""
    return (
        f"{name}:\n  type: partitions.{kind}Dataset\n  path: data/{folder}\n"
        f"  dataset: text.TextDataset\n  filename_suffix: {suffix}\n"
    )


def node(name: str, tail: str) -> str:
    """Return the source of a function that tells of itself, for `made_a` and `rate`."""
    return f'def {name}(given, *more):\n    print("<<{name.upper()}>>")\n    return {tail}\n'


@pytest.mark.parametrize(
    ("kind", "file", "text", "handed_on", "read"),
    [
        (parts("raw", "raws"), "raws/p.txt", "{}", "{k: v for k, v in given.items() if k}",
         "sum(int(load()) for load in given.values())"),
        ("raw:\n  type: polars.LazyPolarsDataset\n  filepath: data/raw.csv\n", "raw.csv",
         "v\n{}\n", "given.filter(given.collect()['v'] > 0)", "given.collect()['v'].sum()"),
        ("raw:\n  type: shop.kinds.Rows\n  filepath: data/raw.csv\n", "raw.csv", "v\n{}\n",
         "given", "given.to_table()['v'][0].as_py()"),
    ],
    ids=["partitions", "polars", "arrow"],
)  # fmt: skip
def test_a_value_that_reads_later_is_no_sign_of_what_it_reads(
    fresh: Workbench, kind: str, file: str, text: str, handed_on: str, read: str
) -> None:
    """Handed on in memory it says the same, whatever lies at the place that it names."""
    rows = "import pyarrow.dataset\n\n\nclass Rows:\n    def __init__(self, filepath):\n"
    rows += "        self.filepath = filepath\n\n    def load(self):\n"
    rows += "        return pyarrow.dataset.dataset(self.filepath, format='csv')\n\n"
    rows += "    def save(self, data):\n        raise OSError\n"
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(RAW, kind).replace(MADE_A, ""),
            A: node("a", handed_on),
            B: node("b", read),
            f"data/{file}": text.format(1),
            "src/shop/kinds.py": rows,
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_b") == 1
    fresh.write({f"data/{file}": text.format(7)})
    assert fresh.did() == "A B C"
    assert fresh.value("made_b") == 7


def test_two_kinds_of_files_in_one_folder_are_two_datasets(fresh: Workbench) -> None:
    """Images beside their labels: each reader follows its own."""
    fresh.write(
        {
            CONF: CHAIN[CONF] + parts("images", "both", suffix=".png") + parts("labels", "both"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace('inputs="raw"', 'inputs="images"')
            .replace('inputs="made_b"', 'inputs="labels"'),
            A: node("a", "sum(int(load()) for load in given.values())"),
            "src/shop/c.py": node("c", "sum(int(load()) for load in given.values())"),
            **{f"data/both/{name}": "1" for name in ("a.png", "a.txt", "b.png", "b.txt")},
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.write({"data/both/a.txt": "5"})
    assert fresh.did() == "C"
    assert fresh.value("made_c") == 6
    fresh.write({"data/both/b.png": "7"})
    assert fresh.did() == "A B"
    assert (fresh.value("made_a"), fresh.value("made_c")) == (8, 6)


@pytest.mark.parametrize("folder", ["files", "files/deep"])
def test_a_folder_is_read_as_it_is_when_its_files_are_written(
    fresh: Workbench, folder: str
) -> None:
    """One node writes a file, another reads the folder, and only a word goes between them."""
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(
                MADE_A,
                f"one:\n  type: text.TextDataset\n  filepath: data/{folder}/one.txt\n",
            )
            + parts("all", "files"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace('outputs="made_a"', 'outputs=["one", "ready"]')
            .replace('["made_a", "params:rate"]', '["all", "ready"]'),
            A: node("a", "(str(given), True)"),
            B: node("b", "sum(int(load()) for load in given.values())"),
            "data/files/zero.txt": "100",
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_b") == 101
    fresh.go()
    assert fresh.did() == ""
    fresh.write({"data/raw.json": "5\n"})
    assert fresh.did() == "A B C"
    assert fresh.value("made_b") == 105
    # What is restored changes the folder too.
    (fresh.path / f"data/{folder}/one.txt").unlink()
    assert fresh.did() == ""
    fresh.write({"data/raw.json": "1\n"})
    assert fresh.did() == ""
    assert (fresh.value("made_b"), fresh.value("made_c")) == (101, 201)


def test_single_files_of_a_folder_that_is_written_are_read_as_they_are_then(
    fresh: Workbench,
) -> None:
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(MADE_A, parts("all", "files"))
            + "one:\n  type: text.TextDataset\n  filepath: data/files/one.txt\n",
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace('outputs="made_a"', 'outputs=["all", "ready"]')
            .replace('["made_a", "params:rate"]', '["one", "ready"]'),
            A: node("a", "({'one': str(given), 'two': '2'}, True)"),
            B: node("b", "int(given)"),
            "data/files/one.txt": "0",
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.write({"data/raw.json": "5\n"})
    assert fresh.did() == "A B C"
    assert fresh.value("made_b") == 5


def test_who_reads_what_is_new_in_a_folder_always_runs(fresh: Workbench) -> None:
    """What that is depends on what was confirmed, not only on what was made."""
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(MADE_A, parts("made_a", "files"))
            + parts("new", "files", kind="Incremental"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE].replace(
                '["made_a", "params:rate"]', '["new", "params:rate"]'
            ),
            A: node("a", "{'one': str(given), 'two': '2'}"),
            B: node("b", "sum(map(int, given.values()))"),
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.did() == "B"
    assert fresh.value("made_b") == 3
    fresh.write({"data/files/CHECKPOINT": "one"})
    assert fresh.did() == "B C"
    assert fresh.value("made_b") == 2


def test_a_folder_that_others_write_into_is_adopted(fresh: Workbench) -> None:
    one = "one:\n  type: text.TextDataset\n  filepath: data/files/one.txt\n"
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(MADE_A, one) + parts("all", "files"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace('outputs="made_a"', 'outputs=["one", "ready"]')
            .replace('["made_a", "params:rate"]', '["all", "params:rate"]'),
            A: node("a", "(str(given), True)"),
            B: node("b", "sum(int(load()) for load in given.values())"),
            "data/files/one.txt": "1",
            "data/made_b.json": "1\n",
            "data/made_c.json": "101\n",
        }
    )
    assert "3 nodes of 3 adopted" in fresh.command("cache", "adopt").out
    assert fresh.did() == ""


MADE_B = "made_b:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"
CACHED_B = f"made_b:\n  type: CachedDataset\n  dataset:\n    {MADE_B[10:]}".replace(
    "  filepath: data/made_b", "    filepath: data/made_b"
)
NUMBERS = """\
from noria_catalog import FileDataset


class Number(FileDataset):
    def read(self, path):
        return int(path.read_text()) * 1

    def write(self, data, path):
        path.write_text(str(data + 0))
"""


@pytest.mark.parametrize(
    ("entry", "made", "read"),
    [
        (CACHED_B.replace("json.JSONDataset", "shop.kinds.Number"), "given", "given"),
        (
            parts("made_b", "files").replace("text.TextDataset", "shop.kinds.Number"),
            "{'one': given}",
            "given['one']()",
        ),
    ],
    ids=["cached", "partitions"],
)
def test_the_class_of_an_inner_dataset_counts(
    fresh: Workbench, entry: str, made: str, read: str
) -> None:
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(MADE_B, entry),
            B: node("b", made),
            "src/shop/c.py": node("c", read),
            "src/shop/kinds.py": NUMBERS,
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 2
    fresh.edit("src/shop/kinds.py", "data + 0", "data + 5")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 7
    fresh.edit("src/shop/kinds.py", ") * 1", ") * 3")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 21
    # Whoever reads alone, later, finds what the first reader has found.
    fresh.edit("src/shop/c.py", "def c", "import math\n\n\ndef c")
    fresh.edit("src/shop/c.py", "return ", "return math.floor(2.5) + ")
    assert fresh.did() == "C"
    assert fresh.value("made_c") == 2 + (2 + 5) * 3


def test_who_reads_pickles_of_an_inner_class_depends_on_what_they_name(fresh: Workbench) -> None:
    things = (
        "import pickle\nfrom noria_catalog import FileDataset\n\n\nclass Things(FileDataset):\n"
    )
    things += "    def read(self, path):\n        return pickle.loads(path.read_bytes())\n\n"
    things += "    def write(self, data, path):\n        path.write_bytes(pickle.dumps(data))\n"
    model = "class Model:\n    def predict(self):\n        return 1\n"
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(
                MADE_B,
                parts("made_b", "files").replace("text.TextDataset", "shop.kinds.Things"),
            ),
            B: "from shop.model import Model\n\n\n" + node("b", "{'one': Model()}"),
            "src/shop/c.py": node("c", "given['one']().predict()"),
            "src/shop/kinds.py": things,
            "src/shop/model.py": model,
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.edit("src/shop/model.py", "return 1", "return 2")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 2


def test_a_cached_dataset_lies_where_the_other_one_does(fresh: Workbench) -> None:
    fresh.edit(CONF, MADE_B, CACHED_B)
    assert fresh.did() == "A B C"
    fresh.write({"data/made_b.json": "77\n"})
    ran = fresh.go()
    assert "data/made_b.json was changed by hand" in ran.said.all
    assert (ran.did, fresh.value("made_b")) == ("", 25)
    (kept,) = (fresh.path / ".noria/aside").rglob("*.json")
    assert kept.read_text() == "77\n"
    fresh.edit(CONF, "filepath: data/made_b.json", "filepath: data/moved.json")
    assert fresh.did() == ""
    assert fresh.value("moved") == 25
    assert "data/moved.json" in fresh.command("catalog", "list").out
    # Where another entry lies at the same place, both are one.
    fresh.write({"conf/base/catalog_same.yml": MADE_B.replace("made_b", "moved")})
    fresh.edit(WHERE_PIPELINE, 'inputs="made_b"', 'inputs="moved"')
    fresh.edit(B, "RATE = 10", "RATE = 20")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 145


def test_versions_of_a_cached_dataset_are_never_touched(fresh: Workbench) -> None:
    fresh.edit(CONF, MADE_B, f"{CACHED_B}  versioned: true\n")
    assert fresh.did() == "A B C"
    (version,) = (fresh.path / "data/made_b.json").rglob("*.json")
    version.write_text("77\n")
    assert fresh.did() == ""
    assert version.read_text() == "77\n"
    assert len(list((fresh.path / "data/made_b.json").rglob("*.json"))) == 2


def test_a_class_that_looks_for_its_file_is_asked_every_time(fresh: Workbench) -> None:
    """The newest file of a pattern: that a new one is there shows at no path that was looked at."""
    newest = "from pathlib import Path\n\nfrom noria_catalog import FileDataset\n\n\n"
    newest += "class Newest(FileDataset):\n    def load_path(self):\n"
    newest += "        return str(max(Path(self.filepath).parent.glob('raw*.txt')))\n\n"
    newest += "    def read(self, path):\n        return int(path.read_text())\n\n"
    newest += "    def write(self, data, path):\n        raise OSError\n"
    entry = "raw:\n  type: shop.kinds.Newest\n  filepath: data/raw*.txt\n"
    fresh.write(
        {CONF: CHAIN[CONF].replace(RAW, entry), "src/shop/kinds.py": newest, "data/raw1.txt": "1"}
    )
    assert fresh.did() == "A B C"
    for _ in range(2):
        assert fresh.did() == ""
    fresh.write({"data/raw2.txt": "2"})
    assert fresh.did() == "A B C"
    assert fresh.value("made_a") == 3


def test_a_path_says_nothing_of_what_lies_there(tmp_path: Path) -> None:
    """Objects count on code that they name; a user who is called Dillon has no more of them."""
    home = chain(tmp_path / "dillon")
    assert home.did() == "A B C"
    home.edit("src/shop/c.py", "+ 100", "+ 200")
    assert home.did() == "C"


@pytest.mark.parametrize(
    "entry",
    [
        (
            "made_b:\n  type: pandas.SQLTableDataset\n  table_name: b\n  credentials: db\n"
            "  save_args: {if_exists: append}\n"
        ),
        (
            "made_b:\n  type: CachedDataset\n  dataset:\n    type: pandas.CSVDataset\n"
            "    filepath: data/b.csv\n    save_args: {mode: a, index: false}\n"
        ),
    ],
    ids=["rows", "cached"],
)
def test_who_adds_to_what_is_there_always_runs(fresh: Workbench, entry: str) -> None:
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(MADE_B, entry),
            "conf/local/credentials.yml": 'db: {con: "sqlite:///data/shop.db"}\n',
            B: "import pandas\n\n\n" + node("b", "pandas.DataFrame({'a': [1]})"),
            "src/shop/c.py": node("c", "len(given)"),
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 2


@pytest.mark.parametrize("mode", ["assign", "copy", "deepcopy"])
def test_what_one_reader_does_to_a_value_that_is_not_copied(fresh: Workbench, mode: str) -> None:
    """The next one gets it so in every run, or in none."""
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(
                MADE_A, f"made_a:\n  type: MemoryDataset\n  copy_mode: {mode}\n"
            ),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE].replace(
                'inputs="made_b"', 'inputs=["made_a", "made_b"]'
            ),
            A: node("a", "[[given]]"),
            B: node("b", "given[0].append(7) or len(given[0])"),
            "src/shop/c.py": node("c", "[*given[0], 1]"),
        }
    )
    seen = [1, 1] if mode == "deepcopy" else [1, 7, 1]
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == seen
    assert fresh.did() == ""
    fresh.edit("src/shop/c.py", "[0], 1]", "[0], 2]")
    assert fresh.did() == ("C" if mode == "deepcopy" else "A B C")
    assert fresh.value("made_c") == [*seen[:-1], 2]


@pytest.mark.parametrize("overwrite", [False, True])
def test_no_partition_at_all_is_a_result(fresh: Workbench, *, overwrite: bool) -> None:
    entry = parts("made_b", "files") + "  overwrite: true\n" * overwrite
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(MADE_B, entry),
            B: node("b", "{'one': '1'} if given > 2 else {}"),
            "src/shop/c.py": node("c", "len(given)"),
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.edit("src/shop/c.py", "len(given)", "len(given) + 1")
    assert fresh.did() == "C"
    assert fresh.value("made_c") == 1
    fresh.write({"data/raw.json": "2\n"})
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 2


VERSIONED = """\
from pathlib import Path


class Versioned:
    def __init__(self, filepath, version=None):
        self._place = Path(filepath)
        self._version = version

    def load(self):
        return int(max(self._place.glob("*/number")).read_text())

    def save(self, data):
        path = self._place / self._version.save / "number"
        path.parent.mkdir(parents=True)
        path.write_text(str(data))

    def exists(self):
        return any(self._place.glob("*/number"))
"""


def test_versions_that_somebody_else_keeps_are_never_touched(fresh: Workbench) -> None:
    entry = MADE_B.replace("json.JSONDataset", "shop.kinds.Versioned") + "  versioned: true\n"
    fresh.write({"src/shop/kinds.py": VERSIONED, CONF: CHAIN[CONF].replace(MADE_B, entry)})
    assert fresh.did() == "A B C"
    (version,) = (fresh.path / "data/made_b.json").glob("*/number")
    version.write_text("77")
    assert fresh.did() == "B C"
    assert version.read_text() == "77"
    assert fresh.value("made_c") == 125


def test_an_input_from_a_hook_that_nobody_can_keep_ends_no_run(fresh: Workbench) -> None:
    hook = "from noria import hook_impl\n\n\nclass Hook:\n    @hook_impl\n"
    hook += "    def before_node_run(self, inputs):\n"
    hook += "        return {'raw': lambda: 7} if 'raw' in inputs else None\n"
    fresh.write(
        {
            "src/shop/hooks.py": hook,
            "pyproject.toml": f'{PYPROJECT}hooks = ["shop.hooks.Hook"]\n',
            A: node("a", "given()"),
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_a") == 7
    assert fresh.did() == "A"


@pytest.mark.parametrize("said", ["data/files", "data/files/*.txt", "data/files/one.txt"])
@pytest.mark.parametrize("whole", [False, True], ids=["file", "folder"])
def test_files_that_a_node_is_said_to_depend_on_may_be_made_by_others(
    fresh: Workbench, said: str, *, whole: bool
) -> None:
    """It is judged by them as they are when its turn comes, as by any input."""
    one = "one:\n  type: text.TextDataset\n  filepath: data/files/one.txt\n"
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(MADE_A, parts("one", "files") if whole else one),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace("import Pipeline", "import Pipeline, file")
            .replace('outputs="made_a"', 'outputs=["one", "ready"]')
            .replace('["made_a", "params:rate"]', '["ready", "params:rate"]')
            .replace('name="B"', f'name="B", depends_on=file("{said}")'),
            A: node("a", "({'one': str(given)}, True)" if whole else "(str(given), True)"),
            B: "from pathlib import Path\n\n\n"
            + node("b", "int(Path('data/files/one.txt').read_text())"),
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.write({"data/raw.json": "5\n"})
    assert fresh.did() == "A B C"
    assert fresh.value("made_b") == 5
    assert fresh.did() == ""
    fresh.write({"data/raw.json": "1\n"})
    assert "C" not in fresh.did()
    assert (fresh.value("made_b"), fresh.value("made_c")) == (1, 101)


@pytest.mark.parametrize("kept", ["memory", "file"])
def test_an_object_that_a_pickle_only_names_brings_what_it_holds(
    fresh: Workbench, kept: str
) -> None:
    entry = "made_a:\n  type: pickle.PickleDataset\n  filepath: data/made_a.pkl\n"
    kinds = "class Rates:\n    def __init__(self, low):\n        self.low = low\n\n"
    kinds += '    def __reduce__(self):\n        return "RATES"\n\n\nRATES = Rates(3)\n'
    body = 'def a(raw):\n    print("<<A>>")\n    return RATES\n'
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(MADE_A, entry if kept == "file" else ""),
            "src/shop/kinds.py": kinds,
            A: f"from shop.kinds import RATES\n\n\n{body}",
            B: node("b", "given.low"),
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_b") == 3
    fresh.edit("src/shop/kinds.py", "Rates(3)", "Rates(4)")
    assert fresh.did() == "A B C"
    assert fresh.value("made_b") == 4

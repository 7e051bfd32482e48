"""Rules for datasets of many files, and for values that read them later."""

import pytest

from tests.incremental.workbench import CHAIN, CONF, WHERE_PIPELINE, Workbench

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

"""Rules for datasets of many files, and for values that read them later."""

import pytest

from tests.incremental.workbench import CHAIN, CONF, Workbench

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

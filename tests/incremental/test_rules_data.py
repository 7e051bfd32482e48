"""Rules below the table: data in memory, without a digest, versioned, at one place, in chunks."""

import json

import pytest

from tests.incremental.workbench import (
    CHAIN,
    CONF,
    PARAMETERS,
    PYPROJECT,
    WHERE_PIPELINE,
    Workbench,
)

A = "src/shop/a.py"
B = "src/shop/b.py"
C = "src/shop/c.py"
MADE_A = "made_a:\n  type: json.JSONDataset\n  filepath: data/made_a.json\n"
MADE_B = "made_b:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"
NO_B = {CONF: CHAIN[CONF].replace(MADE_B, "")}
NEITHER = {CONF: CHAIN[CONF].replace(MADE_B, "").replace(MADE_A, "")}
READER_D = {
    WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
    .replace("from shop.c", "from shop.d import d\nfrom shop.c")
    .replace(
        "            node(c,",
        '            node(d, "made_b", "made_d", name="D"),\n            node(c,',
    ),
    "src/shop/d.py": 'def d(made_b):\n    print("<<D>>")\n    return made_b + 0\n',
    "conf/base/catalog_d.yml": "made_d:\n  type: json.JSONDataset\n  filepath: data/made_d.json\n",
}
TABLE = """\
import json
from pathlib import Path


class Table:
    def __init__(self, place):
        self._place = Path(place)

    def load(self):
        return json.loads(self._place.read_text())

    def save(self, data):
        self._place.write_text(json.dumps(data))

    def exists(self):
        return self._place.exists()
"""


def test_data_in_memory_is_remembered_too(fresh: Workbench) -> None:
    fresh.write(NEITHER)
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.edit_at_once(C, "+ 100", "+ 200")
    assert fresh.did() == "C"
    assert fresh.value("made_c") == 225
    fresh.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 245
    fresh.edit(B, "RATE = 20", "RATE = 40 // 2")
    assert "C" not in fresh.did()
    assert fresh.value("made_c") == 245


@pytest.mark.parametrize(
    ("made", "read"),
    [
        ("[raw, (raw, {raw})]", "x[0] + x[1][0] + len(x[1][1]) * 100 + (x[1][1] == {2}) * 20"),
        ("{'a': raw, 2: None}", "x['a'] + (x[2] is None) * 3 + sum(type(k) is int for k in x)"),
        ("__import__('decimal').Decimal(raw)", "int(x + 1) + (type(x).__name__ == 'Decimal')"),
        ("__import__('collections').OrderedDict(a=raw)", "x['a'] + len(type(x).__name__)"),
        ("__import__('numpy').arange(3) + raw", "int(x.sum()) + x.flags.writeable + len(x.dtype.name)"),
        ("__import__('pandas').DataFrame({'a': [raw, 2]})", "int(x.a.sum()) + len(str(x.dtypes.a))"),
        ("__import__('pandas').Series([raw], name='n', index=['i'])", "int(x['i']) + len(x.name)"),
        ("__import__('pathlib').Path('ab')", "len(x.name) + (type(x).__name__ == 'PosixPath')"),
        ("True", "100 + (x is True)"),
        ("float('nan')", "100 + (x != x)"),
        ("b'ab'", "len(x) + (type(x) is bytes)"),
    ],
)  # fmt: skip
def test_a_value_from_the_store_is_as_it_was(fresh: Workbench, made: str, read: str) -> None:
    """A reader gets an equal value of the same type, whether its input is fresh or reused."""
    fresh.write(
        {**NEITHER, A: f'def a(raw):\n    print("<<A>>")\n    raw = raw + 1\n    return {made}\n'}
    )
    tail = "    x = made_a\n    y = " + read + "\n    return y + rate\n"
    fresh.write({B: f'def b(made_a, rate):\n    print("<<B>>")\n{tail}'})
    assert fresh.did() == "A B C"
    first = fresh.value("made_c")
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == first + 1


def test_a_reader_may_change_what_it_got(fresh: Workbench) -> None:
    fresh.write({**NEITHER, **READER_D})
    fresh.write({CONF: NEITHER[CONF]})
    fresh.edit(B, "    return inner(scale(made_a)) * RATE + rate", "    return [made_a, rate]")
    fresh.write(
        {C: 'def c(made_b):\n    print("<<C>>")\n    made_b.append(1)\n    return made_b\n'}
    )
    fresh.write(
        {
            "src/shop/d.py": 'def d(made_b):\n    print("<<D>>")\n    made_b.append(2)\n    return made_b\n'
        }
    )
    assert fresh.did() == "A B C D"
    assert (fresh.value("made_c"), fresh.value("made_d")) == ([2, 5, 1], [2, 5, 2])
    assert fresh.did() == ""
    fresh.edit_at_once(C, "append(1)", "append(3)")
    assert fresh.did() == "C"
    fresh.edit_at_once("src/shop/d.py", "append(2)", "append(4)")
    assert fresh.did() == "D"
    assert (fresh.value("made_c"), fresh.value("made_d")) == ([2, 5, 3], [2, 5, 4])


DRAWS = """\
import random


class Drawn:
    def __init__(self, rate):
        self.number = random.random() + rate

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        raise TypeError("this cannot be stored")


def b(made_a, rate):
    print("<<B>>")
    return Drawn(rate)
"""


def test_no_run_ends_with_outputs_of_two_executions(fresh: Workbench) -> None:
    """What cannot be stored is made again, and then all its readers are judged on it."""
    fresh.write({**READER_D, **NO_B, B: DRAWS})
    fresh.write({C: 'def c(made_b):\n    print("<<C>>")\n    return [made_b.number, 1]\n'})
    fresh.write({"src/shop/d.py": 'def d(made_b):\n    print("<<D>>")\n    return made_b.number\n'})
    assert fresh.did() == "A B C D"
    assert fresh.value("made_c")[0] == fresh.value("made_d")
    fresh.edit_at_once(C, "number, 1]", "number, 2]")
    assert fresh.did() == "B C D"
    assert fresh.value("made_c")[0] == fresh.value("made_d")
    (fresh.path / "data/made_d.json").unlink()
    fresh.go()
    assert fresh.value("made_c")[0] == fresh.value("made_d")
    fresh.edit_at_once(C, "number, 2]", "number, 3]")
    fresh.go("--nodes", "A,B,C")
    fresh.go()
    assert fresh.value("made_c")[0] == fresh.value("made_d")


def test_data_over_the_limit_is_made_again_when_a_reader_must(fresh: Workbench) -> None:
    fresh.write({**NO_B, "pyproject.toml": PYPROJECT + 'store_limit = "20kB"\n'})
    fresh.edit(B, "return inner(scale(made_a)) * RATE + rate", "return list(range(200_000 + rate))")
    fresh.edit(C, "made_b + 100", "len(made_b) + 100")
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.edit_at_once(C, "+ 100", "+ 200")
    assert fresh.did() in ("B C", "C")
    assert fresh.value("made_c") == 200_205
    assert fresh.did() == ""


def test_an_input_without_a_digest_counts_by_what_it_loads(fresh: Workbench) -> None:
    fresh.write({"src/shop/kinds.py": TABLE})
    fresh.edit(
        CONF,
        "raw:\n  type: json.JSONDataset\n  filepath:",
        "raw:\n  type: shop.kinds.Table\n  place:",
    )
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.edit_at_once("data/raw.json", "1", "2")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 135
    fresh.edit_at_once("data/raw.json", "2", "3")
    assert fresh.did("--nodes", "A") == "A"
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 145


LOCKED = TABLE.replace("        return json.loads", "        return Locked(json.loads").replace(
    "read_text())", "read_text()))", 1
) + ("\n\nclass Locked(int):\n    def __reduce__(self):\n        raise TypeError('never')\n")


def test_an_input_that_cannot_be_hashed_always_counts_unless_it_is_said_otherwise(
    fresh: Workbench,
) -> None:
    fresh.write({"src/shop/kinds.py": LOCKED})
    entry = "raw:\n  type: shop.kinds.Table\n  place:"
    fresh.edit(CONF, "raw:\n  type: json.JSONDataset\n  filepath:", entry)
    fresh.edit(A, "raw + 1", "int(raw) + 1")
    assert fresh.did() == "A B C"
    assert fresh.did() == "A"
    assert fresh.did() == "A"
    fresh.edit_at_once("data/raw.json", "1", "2")
    assert fresh.did() == "A B C"
    fresh.edit(CONF, "type: shop.kinds.Table\n", "type: shop.kinds.Table\n  refresh: never\n")
    fresh.go()
    assert fresh.did() == ""
    fresh.edit(CONF, "refresh: never", "refresh: always")
    assert fresh.did() == "A"
    assert fresh.did() == "A"


def test_an_output_without_a_digest_is_never_restored(fresh: Workbench) -> None:
    fresh.write({"src/shop/kinds.py": TABLE})
    fresh.edit(CONF, MADE_B, "made_b:\n  type: shop.kinds.Table\n  place: data/made_b.json\n")
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    (fresh.path / "data/made_b.json").unlink()
    assert "B" in fresh.did()
    assert (fresh.value("made_b"), fresh.value("made_c")) == (25, 125)
    # Its readers follow its producer, not its bytes.
    fresh.edit(B, "RATE + rate", "RATE + rate * 1")
    assert fresh.did() == "B C"
    fresh.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert fresh.did() == "B C"
    assert (fresh.value("made_b"), fresh.value("made_c")) == (45, 145)


def versions(bench: Workbench) -> list[str]:
    folder = bench.path / "data/made_b.json"
    return sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))


def newest(bench: Workbench) -> object:
    folder = bench.path / "data/made_b.json" / versions(bench)[-1]
    return json.loads((folder / "made_b.json").read_text())


def test_reusing_a_versioned_output_makes_no_version(fresh: Workbench) -> None:
    fresh.edit(CONF, MADE_B, f"{MADE_B}  versioned: true\n")
    assert fresh.did() == "A B C"
    (first,) = versions(fresh)
    assert fresh.did() == ""
    assert versions(fresh) == [first]
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did() == "B C"
    assert len(versions(fresh)) == 2
    # Back: the first bytes come as a new version, and the old ones stay.
    fresh.edit_at_once(PARAMETERS, "rate: 6", "rate: 5")
    assert fresh.did() == ""
    assert versions(fresh)[0] == first
    assert len(versions(fresh)) == 3
    assert newest(fresh) == 25
    assert fresh.value("made_c") == 125
    assert fresh.did() == ""
    assert len(versions(fresh)) == 3


def test_a_new_version_is_later_than_the_latest_whatever_the_clock(fresh: Workbench) -> None:
    fresh.edit(CONF, MADE_B, f"{MADE_B}  versioned: true\n")
    assert fresh.did() == "A B C"
    (first,) = versions(fresh)
    (fresh.path / "data/made_b.json" / first).rename(
        fresh.path / "data/made_b.json/2999-01-01T00.00.00.000Z"
    )
    assert fresh.did() == ""
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did() == "B C"
    assert newest(fresh) == 26
    assert fresh.value("made_c") == 126


def test_two_entries_of_one_place_are_one_dataset(fresh: Workbench) -> None:
    alias = "same:\n  type: json.JSONDataset\n  filepath: ./data/../data/made_b.json\n"
    fresh.write({"conf/base/catalog_same.yml": alias})
    fresh.edit(WHERE_PIPELINE, 'node(c, inputs="made_b"', 'node(c, inputs="same"')
    fresh.write({"data/made_b.json": "0\n"})
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 125
    assert fresh.did() == ""
    fresh.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 145


def test_a_node_that_reads_and_writes_one_place_always_runs(fresh: Workbench) -> None:
    fresh.write(
        {
            "conf/base/catalog_grow.yml": (
                "before:\n  type: json.JSONDataset\n  filepath: data/grown.json\n"
                "after:\n  type: json.JSONDataset\n  filepath: data/grown.json\n"
            ),
            "data/grown.json": "1\n",
            "src/shop/grow.py": 'def grow(before):\n    print("<<G>>")\n    return before + 1\n',
        }
    )
    fresh.edit(WHERE_PIPELINE, "from shop.c", "from shop.grow import grow\nfrom shop.c")
    fresh.edit(
        WHERE_PIPELINE,
        "            node(c,",
        '            node(grow, "before", "after", name="G"),\n            node(c,',
    )
    assert fresh.did() == "A B C G"
    assert fresh.did() == "G"
    assert fresh.did() == "G"
    assert fresh.value("grown") == 4


def test_chunks_are_remembered_as_one_output(fresh: Workbench) -> None:
    fresh.edit(CONF, MADE_B, "made_b:\n  type: text.TextDataset\n  filepath: data/made_b.txt\n")
    fresh.edit(
        B,
        "    return inner(scale(made_a)) * RATE + rate",
        "    for each in range(RATE):\n        yield f'{each + rate}\\n'",
    )
    fresh.edit(C, "made_b + 100", "len(made_b.splitlines()) + 100")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 110
    assert fresh.did() == ""
    (fresh.path / "data/made_b.txt").unlink()
    assert fresh.go().nodes("restored") == "B"
    fresh.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 120
    fresh.edit(
        B,
        "        yield",
        "        if each == 19:\n            raise ValueError(each)\n        yield",
    )
    assert fresh.did(code=1) == "B"
    assert len((fresh.path / "data/made_b.txt").read_text().splitlines()) == 20


def test_partitions_are_remembered_as_one_output(fresh: Workbench) -> None:
    fresh.edit(
        CONF,
        MADE_B,
        "made_b:\n  type: partitions.PartitionedDataset\n  path: data/parts\n"
        "  filename_suffix: .json\n  dataset: json.JSONDataset\n  overwrite: true\n",
    )
    fresh.edit(
        B,
        "return inner(scale(made_a)) * RATE + rate",
        "return {f'p{each}': each for each in range(rate)}",
    )
    fresh.edit(C, "made_b + 100", "sum(part() for part in made_b.values()) + 100")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 110
    assert fresh.did() == ""
    (fresh.path / "data/parts/p3.json").unlink()
    fresh.go()
    assert (fresh.path / "data/parts/p3.json").read_text().strip() == "3"
    assert fresh.value("made_c") == 110
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 4")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 106
    (fresh.path / "data/parts/p9.json").write_text("9\n")
    fresh.go()
    assert fresh.value("made_c") == 106


def test_an_output_that_differs_at_every_run_is_kept(fresh: Workbench) -> None:
    fresh.edit(B, "def b", "import random\n\n\ndef b")
    fresh.edit(B, "RATE + rate", "RATE + rate + random.random()")
    assert fresh.did() == "A B C"
    drawn = fresh.value("made_b")
    assert fresh.did() == ""
    (fresh.path / "data/made_b.json").unlink()
    assert fresh.did() == ""
    assert fresh.value("made_b") == drawn
    fresh.edit_at_once(C, "+ 100", "+ 200")
    assert fresh.did() == "C"
    assert fresh.value("made_c") == drawn + 200
    assert fresh.did("--force", "--nodes", "B") == "B"
    assert fresh.value("made_b") != drawn
    assert fresh.did() == "C"
    assert fresh.value("made_c") == fresh.value("made_b") + 200


def test_a_transcoded_dataset_is_one(fresh: Workbench) -> None:
    entries = (
        "made_b@json:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"
        "made_b@text:\n  type: text.TextDataset\n  filepath: data/made_b.json\n"
    )
    fresh.edit(CONF, MADE_B, entries)
    fresh.edit(WHERE_PIPELINE, 'outputs="made_b"', 'outputs="made_b@json"')
    fresh.edit(WHERE_PIPELINE, 'inputs="made_b"', 'inputs="made_b@text"')
    fresh.edit(C, "made_b + 100", "int(made_b) + 100")
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    fresh.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 145
    (fresh.path / "data/made_b.json").unlink()
    assert fresh.did() == ""
    assert fresh.value("made_b") == 45


def test_an_input_that_its_maker_makes_no_longer_is_told(bench: Workbench) -> None:
    bench.edit(WHERE_PIPELINE, 'outputs="made_a", name="A"', 'outputs="clean_a", name="A"')
    for words in (("plan",), ("run",)):
        said = " ".join(bench.command(*words).all.split())
        assert "made_a: used as it lies, no node makes it any more (A makes clean_a now" in said
    assert bench.did() in ("", "A")  # undeclared, it lives in memory
    assert bench.value("made_c") == 125

"""Datasets of the project's own: a class with a place, load and save."""

import pytest

from tests.incremental.workbench import CONF, WHERE_PIPELINE, Workbench, entries

CLASS = """\
import json
from pathlib import Path


class Note:
    def __init__(self, {word}, indent=0):
        self.place = Path({word})

    def load(self):
        return json.loads(self.place.read_text("utf-8"))

    def save(self, data):
        self.place.write_text(json.dumps(data), "utf-8")
"""
ENTRY = "made_b:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"
WORDS = ("filepath", "path", "location", "file", "file_name")


@pytest.fixture
def noted(fresh: Workbench, request: pytest.FixtureRequest) -> Workbench:
    """The chain whose made_b is kept by a class that calls its place by the parameter's word."""
    word = request.param
    fresh.write({"src/shop/notes.py": CLASS.format(word=word)})
    fresh.edit(CONF, ENTRY, f"made_b:\n  type: shop.notes.Note\n  {word}: data/made_b.json\n")
    assert fresh.did() == "A B C"
    return fresh


@pytest.mark.parametrize("noted", WORDS, indirect=True)
def test_what_it_has_saved_is_missed_when_it_is_gone(noted: Workbench) -> None:
    assert noted.did() == ""
    (noted.path / "data/made_b.json").unlink()
    assert noted.did() == "B C"  # nobody can tell whether it is the same again
    assert noted.value("made_b") == 25


@pytest.mark.parametrize("noted", WORDS, indirect=True)
def test_what_somebody_has_made_of_it_is_kept_aside(noted: Workbench) -> None:
    noted.write({"data/made_b.json": "7"})
    ran = noted.go()
    assert ran.did == "B C"
    assert noted.value("made_b") == 25
    (aside,) = noted.path.glob(".noria/aside/*/data/made_b.json")
    assert aside.read_text() == "7"
    assert noted.value("made_c") == 125


@pytest.mark.parametrize("flags", [(), ("--no-cache",)])
def test_what_lay_there_before_its_first_run_is_kept(
    fresh: Workbench, flags: tuple[str, ...]
) -> None:
    fresh.write({"src/shop/notes.py": CLASS.format(word="path"), "data/made_b.json": "7"})
    fresh.edit(CONF, ENTRY, "made_b:\n  type: shop.notes.Note\n  path: data/made_b.json\n")
    assert fresh.did("--nodes", "A") == "A"
    ran = fresh.go("--from-nodes", "B", *flags)
    assert ran.did == "B C"
    assert "made_b: what lay there before was no run's result" in ran.said.all
    assert fresh.aside() == ["7"]


def test_what_lay_there_before_is_no_loss_where_it_is_made_again(fresh: Workbench) -> None:
    fresh.write({"src/shop/notes.py": CLASS.format(word="path"), "data/made_b.json": "25"})
    fresh.edit(CONF, ENTRY, "made_b:\n  type: shop.notes.Note\n  path: data/made_b.json\n")
    ran = fresh.go()
    assert ran.did == "A B C"
    assert "what lay there before" not in ran.said.all
    assert fresh.aside() == []


def test_of_two_places_nobody_knows_which_it_is(fresh: Workbench) -> None:
    two = CLASS.format(word="location").replace("indent=0", "file")
    fresh.write({"src/shop/notes.py": two})
    entry = "made_b:\n  type: shop.notes.Note\n  location: data/made_b.json\n  file: x.txt\n"
    fresh.edit(CONF, ENTRY, entry)
    assert fresh.did() == "A B C"
    assert fresh.did() == ""


BESIDE = """\
from noria_catalog import FileDataset


class Number(FileDataset):
    def read(self, path):
        return int(path.read_text()) + int(path.with_suffix(".more").read_text())

    def write(self, data, path):
        path.write_text(str(data))
"""


def test_a_class_that_reads_another_file_beside_its_own_is_seen(fresh: Workbench) -> None:
    fresh.forks = []
    fresh.write({"src/shop/notes.py": BESIDE, "data/made_b.more": "1"})
    fresh.edit(CONF, ENTRY, ENTRY.replace("json.JSONDataset", "shop.notes.Number"))
    ran = fresh.go()
    assert fresh.value("made_c") == 126
    assert "C: it reads the file: data/made_b.more" in " ".join(ran.said.all.split())
    fresh.write({"data/made_b.more": "2"})
    assert fresh.did() == "C"
    assert fresh.value("made_c") == 127


def test_a_class_that_reads_its_own_file_is_not(fresh: Workbench) -> None:
    fresh.forks = []
    alone = BESIDE.replace('path.with_suffix(".more").read_text()', '"1"')
    fresh.write({"src/shop/notes.py": alone})
    fresh.edit(CONF, ENTRY, ENTRY.replace("json.JSONDataset", "shop.notes.Number"))
    assert "it reads" not in fresh.go().said.all
    assert fresh.value("made_c") == 126
    assert fresh.did() == ""


LABELLED = """\
from noria_catalog import FileDataset


class Labelled(FileDataset):
    def __init__(self, filepath, metadata=None):
        super().__init__(filepath)
        self.metadata = metadata

    def read(self, path):
        return f"{path.read_text()} {path.stem} {(self.metadata or {}).get('unit')}"

    def write(self, data, path):
        path.write_text(data)
"""


def test_a_class_may_make_data_of_metadata_and_of_the_name_of_its_file(fresh: Workbench) -> None:
    fresh.write(
        {
            CONF: "raw:\n  type: shop.labelled.Labelled\n  filepath: data/may.txt\n"
            "  metadata: {unit: kg}\n" + entries("made_a", "made_b", "made_c"),
            "src/shop/labelled.py": LABELLED,
            "src/shop/a.py": "def a(raw):\n    print('<<A>>')\n    return raw\n",
            "src/shop/b.py": "def b(made_a, rate):\n    print('<<B>>')\n    return 1\n",
            "data/may.txt": "5",
            "data/deep/may.txt": "5",
            "data/june.txt": "5",
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_a") == "5 may kg"
    fresh.edit(CONF, "unit: kg", "unit: t")
    assert fresh.did() == "A B"
    fresh.edit(CONF, "data/may", "data/deep/may")
    assert fresh.did() == ""
    fresh.edit(CONF, "deep/may", "june")
    assert "name" in fresh.command("plan", "--why", "A").out
    assert fresh.did() == "A B"
    assert fresh.value("made_a") == "5 june t"


UPLOAD = """\
from pathlib import Path


class Upload:
    def __init__(self, {word}credentials):
        self.place = Path("data") / credentials["host"]

    def load(self):
        return int(self.place.read_text())

    def save(self, data):
        self.place.write_text(str(data))
"""


@pytest.mark.parametrize("word", ["filepath", ""])
def test_another_host_is_another_place_and_another_password_is_none(
    fresh: Workbench, word: str
) -> None:
    at = f"  {word}: made_b\n" if word else ""
    fresh.edit(CONF, ENTRY, f"made_b:\n  type: shop.upload.Upload\n{at}  credentials: it\n")
    secrets = "conf/local/credentials.yml"
    fresh.write(
        {
            "src/shop/upload.py": UPLOAD.replace("{word}", f"{word}, " if word else ""),
            secrets: "it: {host: one, password: first}\n",
        }
    )
    assert fresh.did() == "A B C"
    fresh.edit(secrets, "first", "second")
    assert fresh.did() == ""
    fresh.edit(secrets, "host: one", "host: two")
    assert fresh.did() == "B C"
    assert (fresh.path / "data/two").read_text() == "25"


FRAMED = """\
import socket
from pathlib import Path

from noria_catalog import FileDataset


class Framed(FileDataset):
    def read(self, path):
        return path.read_text()

    def write(self, data, path):
        path.write_text(Path("data/frame.txt").read_text() + str(data))


class Sent:
    def __init__(self, filepath):
        self.place = Path(filepath)

    def load(self):
        return self.place.read_text()

    def save(self, data):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sent:
            sent.connect(("192.0.2.1", 9))
        self.place.write_text(str(data))
"""


def test_a_class_that_reads_another_file_to_save_is_seen(fresh: Workbench) -> None:
    """To send data to another machine is no reading."""
    for name, kind in (("made_b", "Framed"), ("made_c", "Sent")):
        old = f"{name}:\n  type: json.JSONDataset\n  filepath: data/{name}.json\n"
        fresh.edit(CONF, old, f"{name}:\n  type: shop.framed.{kind}\n  filepath: data/{name}.txt\n")
    fresh.write(
        {
            "src/shop/framed.py": FRAMED,
            "src/shop/c.py": 'def c(made_b):\n    print("<<C>>")\n    return made_b\n',
            "data/frame.txt": "first ",
        }
    )
    ran = fresh.go()
    assert ran.did == "A B C"
    assert "B: it reads the file: data/frame.txt" in ran.said.all
    assert "C: it reads" not in ran.said.all
    assert fresh.did() == "B"
    fresh.write({"data/frame.txt": "second "})
    assert fresh.did() == "B C"
    assert (fresh.path / "data/made_c.txt").read_text() == "second 25"


UNITS = """\
import os
import subprocess

from noria_catalog import FileDataset

{above}


class Units(FileDataset):
    def read(self, path):
        return path.read_text() + {read}

    def write(self, data, path):
        path.write_text(data + {write})
"""
VARIABLE = 'os.environ.get("UNIT", "kg")'


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize(
    ("above", "said"),
    [
        ("", VARIABLE),
        (f"UNIT = {VARIABLE}", "UNIT"),
        ("", 'subprocess.run(["printenv", "UNIT"], capture_output=True, text=True).stdout.strip()'),
    ],
)
def test_what_a_class_reads_unseen_lets_nodes_run_every_time(
    fresh: Workbench, above: str, said: str, *, raw: bool
) -> None:
    name, other = ("raw", "made_a") if raw else ("made_a", "raw")
    fresh.write(
        {
            CONF: f"{name}:\n  type: shop.units.Units\n  filepath: data/{name}.txt\n"
            f"{other}:\n  type: text.TextDataset\n  filepath: data/{other}.txt\n"
            + entries("made_b", "made_c"),
            "src/shop/units.py": UNITS.format(
                above=above, read=said if raw else "''", write="''" if raw else said
            ),
            "src/shop/a.py": "def a(raw):\n    print('<<A>>')\n    return raw\n",
            "src/shop/b.py": "def b(made_a, rate):\n    print('<<B>>')\n    return 1\n",
            "data/raw.txt": "5 ",
        }
    )
    fresh.variables = {"UNIT": "kg"}
    fresh.go()
    assert (fresh.path / "data/made_a.txt").read_text() == "5 kg"
    assert "Units reads the " in fresh.command("plan", "--why", "A").out
    fresh.variables = {"UNIT": "t"}
    assert "A" in fresh.did()
    assert (fresh.path / "data/made_a.txt").read_text() == "5 t"
    fresh.edit(WHERE_PIPELINE, 'name="A"', 'name="A", cache=True')
    fresh.go()
    assert "A" not in fresh.did()

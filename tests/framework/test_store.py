"""Results by content: keeping, finding again, and never serving what is wrong."""

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from blake3 import blake3
from noria.errors import Corrupt, NotStorable, StoreError
from noria.store import Entry, Output, Store, open_store
from noria.store.database import FILE
from noria.store.small import SMALL

SECRET = b"s" * 32
LARGE = np.arange(100_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def _entry(key: str = "k1", node: str = "clean", made: float = 1.0, digest: str = "d1") -> Entry:
    output = Output("cleaned", digest, "value", (("", digest, 3),), "json", "")
    return Entry(key, node, "run-1", made, 0.5, {"code": "c1", "inputs": {"a": "x"}}, (output,))


def test_what_is_remembered_is_found_at_once_and_later(folder: Path) -> None:
    entry = _entry()
    with open_store(folder, SECRET) as store:
        assert store.find("k1") is None
        store.remember(entry)
        assert store.find("k1") == entry
    with open_store(folder, SECRET) as store:
        assert store.find("k1") == entry
        assert store.find_many(["k1", "k2"]) == {"k1": entry}
        assert store.refused == []
        assert store.troubles == ()


def test_another_process_finds_it_within_moments(folder: Path) -> None:
    with open_store(folder, SECRET) as one, open_store(folder, SECRET) as two:
        one.remember(_entry())
        written = threading.Event()
        for _ in range(100):
            if two.find("k1"):
                break
            written.wait(0.05)
        assert two.find("k1") == _entry()


def test_the_newest_entry_of_a_node(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        store.remember(_entry("k1", made=1.0))
        store.remember(_entry("k2", made=2.0))
        store.pending.flush()
        store.remember(_entry("k3", node="join", made=3.0))
        assert store.latest("clean") == _entry("k2", made=2.0)
        assert store.latest("join") == _entry("k3", node="join", made=3.0)
        assert store.latest("plot") is None


def test_who_made_these_bytes(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        store.remember(_entry("k1", made=1.0))
        store.pending.flush()
        store.remember(_entry("k2", made=2.0))
        store.remember(_entry("k3", digest="d2"))
        assert [entry.key for entry in store.by_output("d1")] == ["k2", "k1"]
        assert store.by_output("d3") == []


def test_names_of_any_letters_are_remembered(folder: Path) -> None:
    entry = _entry(node="n\udc80\U0001f600", digest="made:run/\ud800")
    with open_store(folder, SECRET) as store:
        store.remember(entry)
        store.note_run("/data/\udcff train", ["k1"])
        assert store.sync()
    with open_store(folder, SECRET) as store:
        assert store.find("k1") == entry
        assert store.latest(entry.node) == entry
        assert store.by_output("made:run/\ud800") == [entry]


def test_what_is_forgotten_is_not_found(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        store.remember(_entry("k1"))
        store.pending.flush()
        store.remember(_entry("k2"))
        store.forget(["k1", "k2"])
        assert store.find_many(["k1", "k2"]) == {}
        assert store.by_output("d1") == []


@pytest.mark.parametrize("value", [{"rows": 3}, LARGE], ids=["small", "large"])
def test_a_value_comes_back(folder: Path, value: Any) -> None:
    with open_store(folder, SECRET) as store:
        blob, codec, _ = store.keep_value(value)
        assert store.has(blob.digest)
        assert np.array_equal(store.value(blob.digest, codec), value)
        assert store.describe_value(value).blob.digest == blob.digest
    with open_store(folder, SECRET) as store:
        assert store.has(blob.digest)
        assert np.array_equal(store.value(blob.digest, codec), value)


@pytest.mark.parametrize("size", [0, 100, SMALL, SMALL + 1, 3_000_000, 20_000_001])
def test_a_file_comes_back(folder: Path, tmp_path: Path, size: int) -> None:
    source, target = tmp_path / "data.bin", tmp_path / "back.bin"
    source.write_bytes(np.random.default_rng(0).bytes(size))
    with open_store(folder, SECRET) as store:
        blob = store.keep_file(source)
        assert blob == (blake3(source.read_bytes()).hexdigest(), size)
        source.write_bytes(b"changed in place")
        assert store.copy_to(blob.digest, target) == size
        assert blake3(target.read_bytes()).hexdigest() == blob.digest


def test_a_value_that_does_not_pickle_says_so(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        with pytest.raises(NotStorable, match=r"a builtins\.function does not pickle"):
            store.keep_value(lambda: 1)
        assert list((folder / "incoming").iterdir()) == []


def test_over_the_limit_there_is_a_digest_and_no_blob(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "data.bin"
    source.write_bytes(bytes(200_000))
    with open_store(folder, SECRET, largest=100_000) as store:
        blob, _, _ = store.keep_value(LARGE)
        assert blob.digest == store.describe_value(LARGE).blob.digest
        assert not store.has(blob.digest)
        assert not store.has(store.keep_file(source).digest)
        assert list((folder / "incoming").iterdir()) == []


def _flipped(path: Path) -> None:
    before = path.stat()
    data = bytearray(path.read_bytes())
    for at in range(1000, 1007):
        data[at] ^= 0xFF
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def _truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 7)


def _swapped(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(path.stat().st_size))


def _linked(path: Path) -> None:
    moved = path.rename(path.with_name("elsewhere"))
    path.symlink_to(moved)


@pytest.mark.parametrize("spoil", [_flipped, _truncated, _swapped, _linked])
@pytest.mark.parametrize("use", ["value", "copy"])
def test_a_wrong_blob_is_set_aside(folder: Path, spoil: Callable[[Path], None], use: str) -> None:
    with open_store(folder, SECRET) as store:
        blob, codec, _ = store.keep_value(LARGE)
        spoil(Path(store.blobs.path(blob.digest)))
    with open_store(folder, SECRET) as store:
        read: dict[str, Callable[[], object]] = {
            "value": lambda: store.value(blob.digest, codec),
            "copy": lambda: store.copy_to(blob.digest, folder / "target"),
        }
        with pytest.raises(Corrupt) as error:
            read[use]()
        assert error.value.digest == blob.digest
        assert not (folder / "target").exists()
        assert not store.has(blob.digest)
        assert len(list((folder / "aside").iterdir())) == 1
        # Kept again it is right again.
        assert store.keep_value(LARGE).blob == blob
        assert np.array_equal(store.value(blob.digest, codec), LARGE)


def test_a_wrong_small_blob_is_set_aside(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        blob, codec, _ = store.keep_value([1, 2, 3])
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("UPDATE blobs SET data = ?", (b"[1,2,4]",))
    connection.close()
    with open_store(folder, SECRET) as store:
        assert store.has(blob.digest)
        with pytest.raises(Corrupt):
            store.value(blob.digest, codec)
        assert not store.has(blob.digest)
        store.keep_value([1, 2, 3])
        assert store.value(blob.digest, codec) == [1, 2, 3]


def test_texts_come_back(folder: Path) -> None:
    long = "def clean(): ...\n" * 100
    with open_store(folder, SECRET) as store:
        store.keep_texts({"t1": "def clean(): ...\n", "t2": "\ud800", "long": long, "none": ""})
        assert store.text("t1") == "def clean(): ...\n"
        store.sync()
    with open_store(folder, SECRET) as store:
        assert store.text("t2") == "\ud800"
        assert store.text("long") == long
        assert store.text("none") == ""
        assert store.text("t3") is None


def test_a_store_that_is_no_folder_is_an_error(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(StoreError, match="is no folder"):
        open_store(folder, SECRET)


def test_a_frame_is_stored_once_and_read_by_threads(folder: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(50_000.0), "b": ["x", "y"] * 25_000})
    with open_store(folder, SECRET) as store:
        blob, codec, _ = store.keep_value(frame)
        wrong: list[object] = []

        def use(store: Store, number: int) -> None:
            for at in range(10):
                if not store.value(blob.digest, codec).equals(frame):
                    wrong.append(at)
                store.keep_value([number, at])
                store.remember(_entry(f"{number} {at}"))

        threads = [threading.Thread(target=use, args=(store, number)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(store.by_output("d1")) == 80

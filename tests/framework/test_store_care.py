"""Looking after a store: room, verifying, clearing, also beside a run."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from blake3 import blake3
from noria.errors import Corrupt
from noria.store import Entry, Output, Store, open_store

SECRET = b"s" * 32
MEGABYTE = np.arange(125_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def _fill(folder: Path, keys: Iterator[str] | list[str], size: int = 125_000) -> None:
    """Keep a value of about a megabyte under each key, in a store that is closed again."""
    with open_store(folder, SECRET) as store:
        for key in keys:
            _keep(store, key, np.arange(size) + int(key[1:]))
        store.pending.flush()


def _keep(store: Store, key: str, value: object, parts: Mapping[str, object] | None = None) -> None:
    blob, codec, _ = store.keep_value(value)
    output = Output("data", blob.digest, "value", (("", *blob),), codec, "")
    store.remember(Entry(key, f"node {key}", "run", time.time(), 0.1, parts or {}, (output,)))


def _sizes(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "blobs").rglob("*") if path.is_file())


def _aged(folder: Path, seconds: float = 3600) -> None:
    """Make all that is stored older, as if it had been stored before."""
    import sqlite3

    from noria.store.database import FILE

    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    connection.execute("UPDATE entries SET made = made - ?", (seconds,))
    connection.execute("UPDATE uses SET at = at - ?", (seconds,))
    connection.execute("UPDATE blobs SET at = at - ?", (seconds,))
    connection.execute("UPDATE texts SET at = at - ?", (seconds,))
    connection.execute("UPDATE last_runs SET at = at - ?", (seconds,))
    connection.close()
    for path in (folder / "blobs").rglob("*"):
        if path.is_file():
            at = path.stat().st_mtime - seconds
            os.utime(path, (at, at))


def _keys(folder: Path) -> set[str]:
    with open_store(folder, SECRET) as store:
        return {key for (key,) in store.database.read("SELECT key FROM entries")}


def test_what_was_used_longest_ago_goes_first(folder: Path) -> None:
    for at in range(6):
        _fill(folder, [f"k{at}"])
        _aged(folder)
    with open_store(folder, SECRET) as store:
        assert store.find("k0") is not None  # used now, made first
        collected = store.gc(3_500_000)
        assert (collected.entries, collected.blobs, collected.reason) == (3, 3, None)
        assert collected.freed > 3_000_000
        assert store.size() < 3_500_000
    assert _keys(folder) == {"k0", "k4", "k5"}
    assert _sizes(folder) < 3_500_000


def test_a_blob_goes_with_the_last_entry_that_needs_it(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        _keep(store, "k0", MEGABYTE)
        _keep(store, "k1", MEGABYTE)
        _keep(store, "k2", [1, 2])
    _aged(folder)
    with open_store(folder, SECRET) as store:
        store.forget(["k0"])
        assert store.gc(10**9).blobs == 0
        store.forget(["k1", "k2"])
        assert store.gc(10**9).blobs == 2
        assert store.size() == 0
    assert _sizes(folder) == 0


def test_what_the_last_runs_used_goes_last(folder: Path) -> None:
    for at in range(6):
        _fill(folder, [f"k{at}"])
        _aged(folder)
    with open_store(folder, SECRET) as store:
        store.note_run("train local", ["k0", "k1"])
        store.note_run("train local", ["k1", "k2"])  # the run after it
        store.note_run("report local", ["k3"])
        store.gc(3_500_000, keep=[])
    assert _keys(folder) == {"k1", "k2", "k3"}
    with open_store(folder, SECRET) as store:
        store.gc(1_500_000, keep=["k1"])  # but it goes when all the rest is gone
    assert len(_keys(folder)) == 1


def test_last_runs_of_a_checkout_that_is_gone_hold_nothing(folder: Path, tmp_path: Path) -> None:
    kept, left = tmp_path / "my project", tmp_path / "left"
    kept.mkdir()
    _fill(folder, ["k0", "k1", "k2"])
    with open_store(folder, SECRET) as store:
        store.note_run(f"{kept} report local", ["k0"])
        store.note_run(f"{left} report local", ["k1"])
    _aged(folder)
    with open_store(folder, SECRET) as store:
        store.gc(2_500_000)
    assert _keys(folder) == {"k0", "k1"}
    _aged(folder, 2 * 86400)
    with open_store(folder, SECRET) as store:
        store.gc(1_500_000)
    assert _keys(folder) == {"k0"}


def test_keeping_within_a_limit_collects_only_over_it(folder: Path) -> None:
    _fill(folder, [f"k{at}" for at in range(5)])
    _aged(folder)
    with open_store(folder, SECRET) as store:
        assert store.keep_within(6_000_000) is None
        collected = store.keep_within(4_000_000)
        assert collected is not None
        assert collected.left <= 3_600_000


def test_room_in_the_database_is_given_back(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        for at in range(300):
            _keep(store, f"k{at}", ["x" * 20_000, at])
        store.pending.flush()
        store.sync()
    before = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    _aged(folder)
    with open_store(folder, SECRET) as store:
        store.gc(100_000)
    after = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    assert before > 6_000_000
    assert after < 1_500_000


def test_what_nobody_needs_goes_and_what_is_being_written_stays(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        old = store.keep_value(MEGABYTE).blob.digest
        old_small = store.keep_value([1]).blob.digest
    _aged(folder)
    with open_store(folder, SECRET) as store:
        new = store.keep_value(MEGABYTE + 1).blob.digest
        new_small = store.keep_value([2]).blob.digest
        assert store.gc(10**9).blobs == 2
        assert [store.has(each) for each in (old, old_small, new, new_small)] == [
            False, False, True, True,
        ]  # fmt: skip


def test_a_blob_without_a_row_is_collected_too(folder: Path) -> None:
    """As after a database that was set aside."""
    _fill(folder, ["k0"])
    _aged(folder)
    for path in folder.glob("results*"):
        path.unlink()
    with open_store(folder, SECRET) as store:
        assert store.gc(10**9).blobs == 1
    assert _sizes(folder) == 0


RUN = """
import sys, pathlib, time
import numpy as np
from noria.errors import Corrupt
from noria.store import Entry, Output, open_store
folder = pathlib.Path(sys.argv[1])
with open_store(folder, b"s" * 32) as store:
    found = store.find_many(["k0", "k1"])
    store.pending.flush()
    kept = []
    print("open", flush=True)
    until = time.monotonic() + float(sys.argv[2])
    at = 0
    while time.monotonic() < until or at < 5:
        at += 1
        blob, codec, _ = store.keep_value(np.arange(20_000) + at)
        time.sleep(0.001)
        output = Output("data", blob.digest, "value", (("", *blob),), codec, "")
        store.remember(Entry(f"n{at}", "node", "run", time.time(), 0.1, {}, (output,)))
        kept.append((blob.digest, codec, at))
    for entry in found.values():
        for output in entry.outputs:
            store.value(output.digest, output.codec)
    for digest, codec, at in kept:
        assert store.value(digest, codec)[0] == at
    assert len(store.find_many([f"n{at}" for _, _, at in kept])) == len(kept)
    assert store.refused == [] and not store.troubles, (store.refused, store.troubles)
    print(len(kept), flush=True)
    sys.stdin.readline()
"""


def test_collecting_and_verifying_beside_a_run_take_nothing_from_it(folder: Path) -> None:
    _fill(folder, [f"k{at}" for at in range(6)])
    _aged(folder)
    words = [sys.executable, "-c", RUN, str(folder), "3"]
    pipe = subprocess.PIPE
    run = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "open\n"
    removed = 0
    until = time.monotonic() + 5
    while run.poll() is None and time.monotonic() < until:
        with open_store(folder, SECRET) as store:
            removed += store.gc(0).entries
            found = store.verify()
            assert (found.corrupt, found.missing, found.refused) == ((), (), 0)
    out, err = run.communicate("\n")
    assert run.returncode == 0, err
    assert int(out) >= 5
    assert removed == 4  # those that the run did not look at
    with open_store(folder, SECRET) as store:
        assert store.gc(0).entries == int(out) + 2


def test_the_lease_of_a_dead_process_counts_no_more(folder: Path) -> None:
    _fill(folder, ["k0", "k1"])
    words = [sys.executable, "-c", RUN, str(folder), "60"]
    run = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    run.stdout.readline()
    with open_store(folder, SECRET) as store:
        assert store.gc(0).entries == 0
    run.kill()
    run.communicate()
    time.sleep(0.2)  # what is as young as a collection itself stays
    with open_store(folder, SECRET) as store:
        assert store.gc(0).entries >= 2
    assert list((folder / "leases").iterdir()) == []


def test_verify_finds_and_sets_aside_what_is_wrong(folder: Path) -> None:
    _fill(folder, [f"k{at}" for at in range(4)])
    with open_store(folder, SECRET) as store:
        _keep(store, "small", [1])
        _keep(store, "gone", MEGABYTE * 7)
        wrong = store.find("k1")
        gone = store.find("gone")
        assert wrong is not None
        assert gone is not None
        path = Path(store.blobs.path(wrong.outputs[0].digest))
        Path(store.blobs.path(gone.outputs[0].digest)).unlink()
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    told: list[tuple[int, int]] = []
    with open_store(folder, SECRET) as store:
        found = store.verify(lambda done, whole: told.append((done, whole)))
        assert found.entries == 6
        assert found.corrupt == (wrong.outputs[0].digest,)
        assert found.missing == tuple(sorted((wrong.outputs[0].digest, gone.outputs[0].digest)))
        assert not store.has(wrong.outputs[0].digest)
        with pytest.raises(Corrupt):
            store.value(wrong.outputs[0].digest, "npy")
        assert store.status()["aside"] == 1
        assert store.verify().corrupt == ()
    assert told[-1][0] == told[-1][1] == found.size


def test_status_verifying_and_making_room_count_in_one_measure(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        for at in range(50):
            _keep(store, f"k{at}", [at])
        _keep(store, "large", MEGABYTE)
        store.pending.flush()
    _aged(folder)
    with open_store(folder, SECRET) as store:
        whole = store.status()["size"]
        records = sum(len(body) for (body,) in store.database.read("SELECT body FROM entries"))
        assert records > 51 * 200  # a small result takes less than what is recorded of it
        assert whole == store.size() == store.verify().size
        assert (store.is_over(whole), store.is_over(whole - 1)) == (False, True)
        assert whole > records + MEGABYTE.nbytes
        assert store.gc(whole).entries == 0
        collected = store.gc(whole - 1)
        assert collected.entries >= 1
        assert collected.left == store.status()["size"] == store.size() == store.verify().size
        assert collected.freed == whole - collected.left
        cleared = store.clear()
        assert (cleared.freed, store.status()["size"]) == (collected.left, 0)


def test_what_was_set_aside_counts_and_goes_before_any_result(folder: Path) -> None:
    _fill(folder, ["k0", "k1"])
    _aged(folder)
    with open_store(folder, SECRET) as store:
        whole = store.size()
        store.blobs.keep_aside("damaged", data=bytes(500_000))
        assert store.status()["size"] == store.size() == whole + 500_000
        assert store.gc(whole + 500_000).aside == 0
        collected = store.gc(whole + 499_999)
        assert (collected.entries, collected.blobs, collected.aside) == (0, 0, 1)
        assert (collected.freed, collected.left) == (500_000, whole)
        assert store.status()["aside"] == 0


def test_a_store_of_many_small_results_keeps_within_its_limit(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        for at in range(100):
            _keep(store, f"k{at}", [at])
        store.pending.flush()
    _aged(folder)
    with open_store(folder, SECRET) as store:
        collected = store.keep_within(10_000)
        assert collected is not None
        assert 0 < collected.left <= 9_000


def _explained(store: Store, key: str, value: object, sources: dict[str, str]) -> None:
    """Keep a result as a run does: its code is a list of sources, each kept by its digest."""
    code = blake3(key.encode()).hexdigest()[:32]
    named = {name: blake3(text.encode()).hexdigest()[:32] for name, text in sources.items()}
    texts = {named[name]: text for name, text in sources.items()}
    store.keep_texts({**texts, code: json.dumps(list(named.items())), f"{code} held": "{}"})
    _keep(store, key, value, {"code": code})


def test_sources_take_room_and_go_with_the_results_that_they_explain(folder: Path) -> None:
    large = {f"m:f{at}": f"def f{at}(): ... # " + os.urandom(2000).hex() for at in range(40)}
    shared = {"m:shared": "def shared(): ..."}
    with open_store(folder, SECRET) as store:
        _explained(store, "k0", [0], {**large, **shared})
        store.pending.flush()
    _aged(folder, 7200)
    with open_store(folder, SECRET) as store:
        _explained(store, "k1", [1], shared)
        store.pending.flush()
        size = store.status()["size"]
        assert size == store.size() == store.verify().size > 80_000
    _aged(folder)
    with open_store(folder, SECRET) as store:
        assert store.is_over(50_000)
        collected = store.gc(50_000)
        assert (collected.entries, collected.blobs) == (1, 1)
        assert collected.left == store.status()["size"] == store.size() < 2_000
        kept = store.database.read("SELECT digest FROM texts")
        assert len(kept) == 3  # a list, what is held, and the source that both had
        assert collected.freed == size - collected.left
        assert {key for (key,) in store.database.read("SELECT key FROM links")} == {"k1"}
    assert _keys(folder) == {"k1"}


def test_what_explains_nothing_any_more_goes_before_results(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        store.keep_texts({"ab" * 16: os.urandom(20_000).hex()})
        _keep(store, "k0", [0])
        store.pending.flush()
    _aged(folder)
    with open_store(folder, SECRET) as store:
        assert store.gc(10_000).entries == 0
        assert store.size() < 10_000


def test_an_old_result_makes_room_though_a_new_one_has_its_content(folder: Path) -> None:
    _fill(folder, ["k0"])
    _aged(folder)
    with open_store(folder, SECRET) as store:
        blob, codec, _ = store.keep_value(np.arange(125_000))
        output = Output("data", blob.digest, "value", (("", *blob),), codec, "")
        store.remember(Entry("new", "node k0", "run", time.time(), 0.1, {}, (output,)))
        collected = store.gc(1_000_000)
        assert (collected.entries, collected.blobs) == (1, 0)
        assert store.value(blob.digest, codec) is not None
    assert _keys(folder) == {"new"}


def test_clear_leaves_nothing(folder: Path) -> None:
    _fill(folder, [f"k{at}" for at in range(3)])
    with open_store(folder, SECRET) as store:
        _keep(store, "small", [1])
        store.keep_texts({"t": "text"})
        cleared = store.clear()
        assert (cleared.entries, cleared.blobs) == (4, 4)
        assert store.status()["size"] == 0
        assert store.text("t") is None
    assert _keys(folder) == set()
    assert _sizes(folder) == 0


def test_status_counts(folder: Path) -> None:
    _fill(folder, ["k0", "k1"])
    with open_store(folder, SECRET) as store:
        _keep(store, "small", [1])
        status = store.status()
    assert (status["entries"], status["others"], status["blobs"], status["files"]) == (3, 0, 3, 2)
    assert status["size"] > 2_000_000
    assert status["first"] <= status["last"]

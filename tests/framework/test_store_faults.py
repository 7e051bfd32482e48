"""What happens to a store from outside: kill, full disk, no writing, locks, damage."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from noria.errors import NotStorable
from noria.store import Entry, Output, Store, open_store
from noria.store.database import FILE

SECRET = b"s" * 32
LARGE = np.arange(500_000)  # 4 MB
MIDDLE = np.arange(20_000)

windows = pytest.mark.skipif(sys.platform == "win32", reason="not here: signals of Unix")


def _entry(key: str, digest: str, size: int = 9, codec: str = "npy") -> Entry:
    output = Output("data", digest, "value", (("", digest, size),), codec, "")
    return Entry(key, "make", "run-1", 5.0, 0.5, {}, (output,))


def _keep(store: Store, key: str, value: object) -> None:
    blob, codec, _ = store.keep_value(value)
    store.remember(_entry(key, blob.digest, blob.size, codec))


def _value(store: Store, key: str) -> object:
    entry = store.find(key)
    assert entry is not None
    return store.value(entry.outputs[0].digest, entry.outputs[0].codec)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def _mounted(place: Path, *options: str) -> bool:
    if not shutil.which("mount"):
        return False
    words = ["mount", "-t", "tmpfs", "-o", ",".join(options), "none", str(place)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if not _mounted(place, "size=3m"):
        pytest.skip("not here: this machine does not let us mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _fill(place: Path) -> None:
    with (place / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


# No room


@pytest.mark.parametrize("kind", ["value", "file"])
def test_on_a_full_disk_a_large_result_is_not_kept(
    small_disk: Path, tmp_path: Path, kind: str
) -> None:
    LARGE.tofile(tmp_path / "data")
    with open_store(small_disk / "store", SECRET) as store:
        _keep(store, "small", [1])
        keep: dict[str, Callable[[], object]] = {
            "value": lambda: store.keep_value(LARGE),
            "file": lambda: store.keep_file(tmp_path / "data"),
        }
        for _ in range(3):
            with pytest.raises(NotStorable, match="No space left on device"):
                keep[kind]()
        assert list((small_disk / "store" / "incoming").iterdir()) == []
        assert store.sync()  # while the large one was written, the small one may have had to wait
        assert len(store.troubles) == 1
        assert "No space left on device" in store.troubles[0]
        _keep(store, "middle", MIDDLE)  # what fits is kept
        assert store.sync()
    with open_store(small_disk / "store", SECRET) as store:
        assert np.array_equal(_value(store, "middle"), MIDDLE)  # type: ignore[arg-type]
        assert store.troubles == ()


def test_small_results_that_the_disk_does_not_take_are_told_once_at_the_end(
    small_disk: Path,
) -> None:
    with open_store(small_disk / "store", SECRET) as store:
        _keep(store, "before", [0])
        assert store.sync()
        _fill(small_disk)
        for at in range(400):
            _keep(store, f"k{at}", ["x" * 20_000, at])
        time.sleep(0.3)
        assert _value(store, "k3") == ["x" * 20_000, 3]  # this run has it
        assert not store.sync()
    assert len(store.troubles) == 1
    assert "full" in store.troubles[0]
    (small_disk / "filler").unlink()
    with open_store(small_disk / "store", SECRET) as store:
        assert _value(store, "before") == [0]
        assert store.find("k3") is None
        _keep(store, "k3", [3])
        assert store.sync()


def test_what_waited_for_room_is_written_when_there_is_some(small_disk: Path) -> None:
    with open_store(small_disk / "store", SECRET) as store:
        _keep(store, "before", [0])
        assert store.sync()
        _fill(small_disk)
        for at in range(20):
            _keep(store, f"k{at}", ["x" * 20_000, at])
        assert not store.sync()
        (small_disk / "filler").unlink()
        assert store.sync()
    with open_store(small_disk / "store", SECRET) as store:
        assert _value(store, "k3") == ["x" * 20_000, 3]


def test_a_store_opens_on_a_disk_without_any_room(small_disk: Path) -> None:
    (small_disk / "store").mkdir()
    _fill(small_disk)
    with open_store(small_disk / "store", SECRET) as store:
        assert store.find("k") is None
        with pytest.raises(NotStorable):
            store.keep_value([1])
        store.remember(_entry("k", "d"))
        assert not store.sync()
        assert store.troubles


# No writing


def test_a_read_only_store_is_read_and_says_so_once(small_disk: Path) -> None:
    with open_store(small_disk / "store", SECRET) as store:
        _keep(store, "small", [1])
        _keep(store, "middle", MIDDLE)
    assert _mounted(small_disk, "remount", "ro")
    with open_store(small_disk / "store", SECRET) as store:
        assert _value(store, "small") == [1]
        assert np.array_equal(_value(store, "middle"), MIDDLE)  # type: ignore[arg-type]
        with pytest.raises(NotStorable, match="Read-only file system"):
            store.keep_value([2])
        with pytest.raises(NotStorable, match="Read-only file system"):
            store.keep_file(__file__)
        store.remember(_entry("k", "d"))
        assert store.find("k") is None
        assert not store.sync()
        assert not store.is_writable
        assert len([said for said in store.troubles if "Read-only file system" in said]) == 1
        assert store.verify().corrupt == ()
        assert store.gc(0).reason
    assert _mounted(small_disk, "remount", "rw")
    with open_store(small_disk / "store", SECRET) as store:
        assert store.troubles == ()
        _keep(store, "again", [2])


def test_a_wrong_blob_in_a_read_only_store_is_not_served(small_disk: Path) -> None:
    with open_store(small_disk / "store", SECRET) as store:
        blob, codec, _ = store.keep_value(MIDDLE)
        path = Path(store.blobs.path(blob.digest))
    data = bytearray(path.read_bytes())
    data[500] ^= 1
    path.write_bytes(data)
    assert _mounted(small_disk, "remount", "ro")
    with open_store(small_disk / "store", SECRET) as store:
        with pytest.raises(Exception, match="is not what was stored"):
            store.value(blob.digest, codec)
        assert not store.has(blob.digest)
    assert _mounted(small_disk, "remount", "rw")


def test_a_store_on_another_file_system(small_disk: Path, tmp_path: Path) -> None:
    (tmp_path / "store").symlink_to(small_disk, target_is_directory=True)
    MIDDLE.tofile(tmp_path / "data")
    with open_store(tmp_path / "store", SECRET) as store:
        blob = store.keep_file(tmp_path / "data")
        assert store.sync()
        store.copy_to(blob.digest, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == (tmp_path / "data").read_bytes()


# A database that cannot be used


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is not a database " * 1000)


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(np.random.default_rng(1).bytes(path.stat().st_size - 4096))


def _a_folder(path: Path) -> None:
    path.unlink()
    (path / "in").mkdir(parents=True)


def _other_tables(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()


@pytest.mark.parametrize(
    "spoil", [_garbage, _newer, _half, _overwritten, _a_folder, _other_tables, os.unlink]
)
def test_a_damaged_database_is_set_aside_and_all_is_computed_again(
    folder: Path, spoil: Callable[[Path], None]
) -> None:
    with open_store(folder, SECRET) as store:
        for at in range(50):
            _keep(store, f"k{at}", ["x" * 3000, at])
        _keep(store, "middle", MIDDLE)
        before = {f"k{at}" for at in range(50)}
    spoil(folder / FILE)
    with open_store(folder, SECRET) as store:
        for key in before:
            entry = store.find(key)
            if entry is not None and store.has(entry.outputs[0].digest):
                assert _value(store, key) == ["x" * 3000, int(key[1:])]
        if spoil is not os.unlink:
            assert "set aside" in " ".join(store.troubles)
            assert str(folder) in store.troubles[0]
    with open_store(folder, SECRET) as store:
        assert store.is_writable
        assert store.troubles == ()
        _keep(store, "again", [2])
        _keep(store, "middle", MIDDLE)
        assert store.sync()
    with open_store(folder, SECRET) as store:
        assert _value(store, "again") == [2]
        assert store.verify().corrupt == ()


def test_damage_while_it_is_open_costs_results_and_nothing_else(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        for at in range(300):
            _keep(store, f"k{at}", ["x" * 3000, at])
    with open_store(folder, SECRET) as store:
        _overwritten(folder / FILE)
        found = store.find_many([f"k{at}" for at in range(300)])
        for key in found:
            if store.has(found[key].outputs[0].digest):
                assert _value(store, key) == ["x" * 3000, int(key[1:])]
        with contextlib.suppress(NotStorable):
            store.keep_value([1])
        store.sync()
    with open_store(folder, SECRET) as store:
        assert store.is_writable


def test_a_locked_database_is_named_and_not_waited_for_long(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        _keep(store, "k", [1])
    holder = sqlite3.connect(folder / FILE, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    with open_store(folder, SECRET) as store:
        assert time.monotonic() - began < 8
        assert store.find("k") is None
        assert "another process keeps it locked" in store.troubles[0]
        with pytest.raises(NotStorable):
            store.keep_value([2])
    holder.execute("ROLLBACK")
    holder.close()
    with open_store(folder, SECRET) as store:
        assert _value(store, "k") == [1]


def test_a_writer_that_holds_the_database_is_waited_for(folder: Path) -> None:
    with open_store(folder, SECRET) as store:
        holder = sqlite3.connect(folder / FILE, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        _keep(store, "k", [1])
        time.sleep(0.6)
        assert _value(store, "k") == [1]
        holder.execute("ROLLBACK")
        holder.close()
        assert store.sync()
        assert store.troubles == ()


# Kills

WRITER = """
import sys, pathlib
import numpy as np
from noria.store import Entry, Output, open_store
folder, seed, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
source = folder.parent / f"source-{seed}"
store = open_store(folder, b"s" * 32)
for at in range(count):
    np.full(40_000 + seed, at).tofile(source)
    for key, size in ((f"{seed} small {at}", 5), (f"{seed} large {at}", 60_000)):
        blob, codec, _ = store.keep_value(np.arange(size) + at)
        file = store.keep_file(source)
        outputs = (
            Output("value", blob.digest, "value", (("", *blob),), codec, ""),
            Output("file", file.digest, "files", (("", *file),), "", "data/file"),
        )
        store.remember(Entry(key, "node", "run", float(at), 0.1, {"at": at}, outputs))
    if at % 3 == 0 and store.sync():
        print(f"{seed} small {at}", f"{seed} large {at}", sep="\\n", flush=True)
store.close()
print("done", flush=True)
"""


def _start(folder: Path, seed: int, count: int, *before: str) -> "subprocess.Popen[str]":
    words = [*before, sys.executable, "-c", WRITER, str(folder), str(seed), str(count)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def _check_all(folder: Path, promised: set[str]) -> int:
    """Check that every promised key is found, and everything that is found is right."""
    with open_store(folder, SECRET) as store:
        assert store.troubles == ()
        assert store.refused == []
        assert list((folder / "incoming").iterdir()) == []
        keys = [key for (key,) in store.database.read("SELECT key FROM entries")]
        assert promised <= set(keys)
        for key in keys:
            entry = store.find(key)
            assert entry is not None
            value, file = entry.outputs
            at = entry.parts["at"]
            size = 5 if " small " in key else 60_000
            assert np.array_equal(store.value(value.digest, value.codec), np.arange(size) + at)
            store.copy_to(file.digest, folder.parent / "back")
            assert set(np.fromfile(folder.parent / "back", dtype=int)) == {at}
        found = store.verify()
        assert (found.corrupt, found.missing, found.refused) == ((), (), 0)
        return len(keys)


@windows
def test_a_writer_killed_at_any_moment_leaves_only_what_is_right(folder: Path) -> None:
    promised: set[str] = set()
    for seed in range(6):
        process = _start(folder, seed, 10_000)
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        time.sleep(float(np.random.default_rng(seed).random()) * 0.7)
        process.kill()
        said = process.communicate()[0]
        whole = said[: said.rfind("\n") + 1].split("\n")
        promised |= {first, *filter(None, whole)}
        _check_all(folder, promised)


def _can_trace() -> bool:
    if not shutil.which("strace"):
        return False
    words = ["strace", "-qq", "-e", "inject=getppid:signal=SIGKILL:when=1", sys.executable, "-c",
             "import os; os.getppid()"]  # fmt: skip
    done = subprocess.run(words, capture_output=True, check=False)
    return done.returncode == -signal.SIGKILL or done.returncode == 128 + signal.SIGKILL


CALLS = "write,pwrite64,rename,fsync,fdatasync,copy_file_range,ftruncate,unlink"


@windows
def test_a_writer_killed_at_its_nth_call_leaves_only_what_is_right(folder: Path) -> None:
    if not _can_trace():
        pytest.skip("not here: this machine does not let us trace system calls")
    promised: set[str] = set()
    for at in (1, 3, 6, 8, 9, 10, 11, 12, 13, 14, 16, 19, 23, 28, 34):
        inject = f"inject={CALLS}:signal=SIGKILL:when={at}"
        process = _start(
            folder, at, 3, "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={CALLS}",
            "-e", inject,
        )  # fmt: skip
        said = process.communicate(timeout=120)[0].split("\n")
        promised |= {line for line in said if " " in line}
        _check_all(folder, promised)
    assert "done" not in said


@windows
def test_blobs_and_folders_are_on_the_disk_before_the_entries_that_name_them(
    folder: Path, tmp_path: Path
) -> None:
    if not _can_trace():
        pytest.skip("not here: this machine does not let us trace system calls")
    log = tmp_path / "calls"
    process = _start(
        folder, 0, 1, "strace", "-f", "-qq", "-y", "-o", str(log), "-e",
        "trace=rename,fsync,fdatasync,write",
    )  # fmt: skip
    process.communicate(timeout=120)
    calls = log.read_text()
    renamed = [line for line in calls.splitlines() if "rename(" in line and "/incoming/" in line]
    assert len(renamed) >= 2
    said = calls.index('"0 small 0')
    for line in renamed:
        path = line.split('"')[3]
        synced = calls.index(f"<{path}>", calls.index(line) + len(line))
        assert "sync(" in calls[calls.rindex("\n", 0, synced) : synced]
        parent = calls.index(f"<{Path(path).parent}>", synced)
        database = calls.index(f"{FILE}-wal>", parent)
        assert parent < database < said


def test_two_processes_write_one_store_at_once(folder: Path) -> None:
    processes = [_start(folder, seed, 20) for seed in range(3)]
    promised = {
        line
        for process in processes
        for line in process.communicate(timeout=300)[0].split("\n")
        if " " in line
    }
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert _check_all(folder, promised) == 120


def test_a_child_that_a_node_forks_does_no_harm(folder: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("not here: no fork")
    code = """
import os, sys, pathlib, json
from noria.store import Entry, open_store
with open_store(pathlib.Path(sys.argv[1]), b"s" * 32) as store:
    for at in range(200):
        store.keep_value([at])
        store.remember(Entry(str(at), "n", "r", 1.0, 0.0, {}, ()))
        if at % 50 == 0:
            pid = os.fork()
            if not pid:
                sys.exit(0)
            os.waitpid(pid, 0)
print(json.dumps(store.troubles))
"""
    words = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(done.stdout.split("\n")[-2]) == []
    with open_store(folder, SECRET) as store:
        assert len(store.find_many(map(str, range(200)))) == 200
        assert store.verify().corrupt == ()

"""A file's digest is looked up only while the file is surely the same."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from blake3 import blake3
from noria.store import Seen, Store, open_store
from noria.store.database import FILE

SECRET = b"s" * 32
OLD = 2.1  # seconds after which a file's times can be trusted


def _digest(data: bytes) -> str:
    return blake3(data).hexdigest()


def _rows(folder: Path) -> int:
    with sqlite3.connect(folder / FILE) as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM seen").fetchall()
    connection.close()
    return int(count)


def _look(folder: Path, *paths: Path) -> list[str | None]:
    with open_store(folder, SECRET) as store:
        found = Seen(store).digests_of(paths)
        return [found[str(path)] for path in paths]


def _claim(store: Store, digest: bytes) -> None:
    """Say, under this store's seal, that the file which was looked at has this digest."""
    ((path, state),) = store.database.read("SELECT path, state FROM seen")
    seal = store.seal_seen.short(path + state + digest)
    store.pending.add_seen([(path, (state, digest, seal))])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_bytes(b"first")
    return path


def test_a_digest_is_that_of_the_bytes(folder: Path, data: Path, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(6_000_000))
    other = tmp_path / "other"
    other.write_bytes(os.urandom(6_000_000))
    found = _look(folder, data, large, other, tmp_path / "none", tmp_path)
    assert found == [
        _digest(b"first"), _digest(large.read_bytes()), _digest(other.read_bytes()), None, None,
    ]  # fmt: skip


def test_an_old_file_is_not_read_again(folder: Path, data: Path) -> None:
    """Told by a row that is made wrong, under the right seal, and is believed."""
    time.sleep(OLD)
    _look(folder, data)
    assert _rows(folder) == 1
    with open_store(folder, SECRET) as store:
        ((path, state),) = store.database.read("SELECT path, state FROM seen")
        wrong = bytes(32)
        store.pending.add_seen(
            [(path, (state, wrong, store.seal_seen.short(path + state + wrong)))]
        )
    assert _look(folder, data) == [wrong.hex()]


def test_a_young_file_is_not_remembered(folder: Path, data: Path) -> None:
    _look(folder, data)
    assert _rows(folder) == 0


def test_a_change_of_the_same_size_and_time_is_seen(folder: Path, data: Path) -> None:
    time.sleep(OLD)
    before = data.stat()
    assert _look(folder, data) == [_digest(b"first")]
    data.write_bytes(b"other")
    os.utime(data, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (data.stat().st_size, data.stat().st_mtime_ns) == (5, before.st_mtime_ns)
    assert _look(folder, data) == [_digest(b"other")]


def test_a_file_in_its_place_is_seen(folder: Path, data: Path) -> None:
    time.sleep(OLD)
    _look(folder, data)
    beside = data.with_name("beside")
    beside.write_bytes(b"other")
    shutil.copystat(data, beside)
    beside.replace(data)
    assert _look(folder, data) == [_digest(b"other")]


def test_a_link_that_points_elsewhere_is_seen(folder: Path, data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"other")
    shutil.copystat(data, other)
    link = tmp_path / "link"
    link.symlink_to(data)
    time.sleep(OLD)
    assert _look(folder, link) == [_digest(b"first")]
    link.unlink()
    link.symlink_to(other)
    assert _look(folder, link) == [_digest(b"other")]


def test_times_in_the_future_are_not_believed(folder: Path, data: Path) -> None:
    later = time.time() + 3600
    os.utime(data, (later, later))
    time.sleep(OLD)
    _look(folder, data)
    assert _rows(folder) == 0


def test_a_forged_row_is_not_believed(folder: Path, data: Path) -> None:
    """A folder from somewhere else may claim to know files."""
    time.sleep(OLD)
    _look(folder, data)
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("UPDATE seen SET digest = ?", (bytes(32),))
    connection.close()
    assert _look(folder, data) == [_digest(b"first")]
    with open_store(folder, b"t" * 32) as store:
        _claim(store, bytes(32))
    assert _look(folder, data) == [_digest(b"first")]


SHIFT = """
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>
#include <sys/syscall.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *at) {
    int code = syscall(SYS_clock_gettime, id, at);
    if (id == CLOCK_REALTIME) at->tv_sec += atol(getenv("SHIFT"));
    return code;
}
"""

LOOK = """
import sys, pathlib
from noria.store import Seen, open_store
with open_store(pathlib.Path(sys.argv[1]), b"s" * 32) as store:
    print(Seen(store).digest_of(sys.argv[2]))
"""


def test_a_clock_that_was_set_back_makes_nothing_wrong(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("not here: no compiler for a clock that is wrong")
    (tmp_path / "shift.c").write_text(SHIFT)
    shim = tmp_path / "shift.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(shim), str(tmp_path / "shift.c")], check=True
    )

    def look(shift: int) -> str:
        done = subprocess.run(
            [sys.executable, "-c", LOOK, str(folder), str(data)],
            env={**os.environ, "LD_PRELOAD": str(shim), "SHIFT": str(shift)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip()

    time.sleep(OLD)
    assert look(0) == _digest(b"first")
    assert _rows(folder) == 1
    with open_store(folder, SECRET) as store:
        ((path, state),) = store.database.read("SELECT path, state FROM seen")
        wrong = bytes(32)
        store.pending.add_seen(
            [(path, (state, wrong, store.seal_seen.short(path + state + wrong)))]
        )
    assert look(0) == wrong.hex()  # what is known is believed,
    assert look(-3600) == _digest(b"first")  # but not before it was known
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("DELETE FROM seen")
    connection.close()
    assert look(-3600) == _digest(b"first")
    assert _rows(folder) == 0  # nothing is learnt from times that lie ahead


def test_a_file_that_changes_while_it_is_read_is_not_remembered(
    folder: Path, tmp_path: Path
) -> None:
    data = tmp_path / "growing"
    data.write_bytes(bytes(200_000_000))
    time.sleep(OLD)
    stop = threading.Event()

    def change() -> None:
        with data.open("r+b") as file:
            while not stop.is_set():
                file.seek(0)
                file.write(os.urandom(8))
                file.flush()
                time.sleep(0.001)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        _look(folder, data)
    finally:
        stop.set()
        thread.join()
    assert _rows(folder) == 0


def _position(process: int, path: Path) -> int:
    """Return how far a process has read a file, 0 while it has not opened it."""
    folder = Path(f"/proc/{process}")
    for each in (folder / "fd").iterdir():
        with contextlib.suppress(OSError):
            if each.readlink() == path:
                told = (folder / "fdinfo" / each.name).read_text()
                return int(told.split()[1])
    return 0


def test_a_file_that_changed_while_it_was_read_long_ago_is_read_again(
    folder: Path, tmp_path: Path
) -> None:
    """The reader is stopped half-way for so long that the file is old when it goes on."""
    if not Path("/proc/self/fdinfo").exists():
        pytest.skip("not here: how far a process has read is not told")
    data = tmp_path / "large"
    with data.open("wb") as file:
        file.truncate(1_000_000_000)
    time.sleep(OLD)
    reader = subprocess.Popen([sys.executable, "-c", LOOK, str(folder), str(data)])
    while not _position(reader.pid, data):
        assert reader.poll() is None
    reader.send_signal(signal.SIGSTOP)
    at = _position(reader.pid, data)
    with data.open("r+b") as file:
        file.write(b"other")
    time.sleep(OLD)
    reader.send_signal(signal.SIGCONT)
    reader.communicate()
    assert 0 < at < 1_000_000_000
    assert _rows(folder) == 0


def test_many_threads_may_ask(folder: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"{at}" for at in range(50)]
    for path in paths:
        path.write_text(path.name)
    time.sleep(OLD)
    with open_store(folder, SECRET) as store:
        seen = Seen(store)
        wrong: list[str] = []

        def ask() -> None:
            wrong.extend(
                path.name for path in paths if seen.digest_of(path) != _digest(path.name.encode())
            )

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert _rows(folder) == 50

"""What was not written by this user is not used, and its pickles are never opened."""

import contextlib
import os
import pickle
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from noria.errors import Corrupt, StoreError
from noria.store import Entry, Marks, Output, Seen, open_store, user_secret
from noria.store.database import FILE
from noria.store.records import entry_bytes
from noria.store.secret import FILE as SECRET_FILE
from noria.store.secret import config_folder

MINE, THEIRS = b"m" * 32, b"t" * 32

windows = pytest.mark.skipif(sys.platform == "win32", reason="not here: file modes of Unix")


class Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def _entry(key: str, digest: str, codec: str = "json") -> Entry:
    output = Output("model", digest, "value", (("", digest, 9),), codec, "")
    return Entry(key, "fit", "run-1", 5.0, 0.5, {"code": "c"}, (output,))


def _filled(folder: Path, secret: bytes) -> None:
    with open_store(folder, secret) as store:
        for key in ("k1", "k2"):
            blob, codec, _ = store.keep_value([key])
            store.remember(_entry(key, blob.digest, codec))


def _database(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / FILE, isolation_level=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def _change_a_field(connection: sqlite3.Connection) -> None:
    ((body,),) = connection.execute("SELECT body FROM entries WHERE key = 'k1'").fetchall()
    connection.execute(
        "UPDATE entries SET body = ? WHERE key = 'k1'", (body.replace(b'"fit"', b'"fix"'),)
    )


def _replay(connection: sqlite3.Connection) -> None:
    ((body, seal),) = connection.execute(
        "SELECT body, seal FROM entries WHERE key = 'k2'"
    ).fetchall()
    connection.execute("UPDATE entries SET body = ?, seal = ? WHERE key = 'k1'", (body, seal))


def _tear(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE entries SET body = substr(body, 1, 50) WHERE key = 'k1'")


def _seal_anew(connection: sqlite3.Connection) -> None:
    ((body,),) = connection.execute("SELECT body FROM entries WHERE key = 'k1'").fetchall()
    seal = blake3(body, key=THEIRS).digest()
    connection.execute("UPDATE entries SET seal = ? WHERE key = 'k1'", (seal,))


def _other_types(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE entries SET body = 7, seal = 'text' WHERE key = 'k1'")


@pytest.mark.parametrize("forge", [_change_a_field, _replay, _tear, _seal_anew, _other_types])
def test_a_forged_entry_is_refused_told_and_gone(
    folder: Path, forge: Callable[[sqlite3.Connection], None]
) -> None:
    _filled(folder, MINE)
    connection = _database(folder)
    forge(connection)
    connection.close()
    with open_store(folder, MINE) as store:
        assert store.find_many(["k1", "k2"]).keys() == {"k2"}
        assert len(store.refused) == 1
        assert "k1" in store.refused[0]
        assert "not used" in store.refused[0]
    with open_store(folder, MINE) as store:
        assert store.find("k1") is None
        assert store.refused == []
        assert [entry.key for entry in store.by_output(store.keep_value(["k2"]).blob.digest)] == [
            "k2"
        ]


def test_a_forged_entry_is_not_the_latest_nor_a_maker(folder: Path) -> None:
    _filled(folder, MINE)
    digest = blake3(b'["k1"]').hexdigest()
    with open_store(folder, MINE) as store:
        assert store.by_output(digest)
    connection = _database(folder)
    _change_a_field(connection)
    connection.close()
    with open_store(folder, MINE) as store:
        assert store.by_output(digest) == []
    with open_store(folder, MINE) as store:
        latest = store.latest("fit")
        assert latest is not None
        assert latest.key == "k2"


def test_another_user_s_entries_are_neither_used_nor_destroyed(folder: Path) -> None:
    _filled(folder, THEIRS)
    with open_store(folder, MINE) as store:
        assert store.find_many(["k1", "k2"]) == {}
        assert store.latest("fit") is None
        assert store.by_output(blake3(b'["k1"]').hexdigest()) == []
        assert len(store.refused) == 1
        assert "2 results" in store.refused[0]
        status = store.status()
        assert (status["others"], status["entries"]) == (2, 0)
        assert (status["first"], status["last"]) == (None, None)
        blob, codec, _ = store.keep_value("mine")
        store.remember(_entry("k1", blob.digest, codec))
        store.forget(["k2"])
    for secret, keys in ((MINE, {"k1"}), (THEIRS, {"k1", "k2"})):
        with open_store(folder, secret) as store:
            assert store.find_many(["k1", "k2"]).keys() == keys


def test_a_stranger_s_pickle_is_never_opened(folder: Path, tmp_path: Path) -> None:
    """Their store, with their signer's name changed to mine: all misses, nothing is decoded."""
    mark = tmp_path / "exploded"
    with open_store(folder, THEIRS) as store:
        blob, codec, _ = store.keep_value(Bomb(mark))
        assert codec == "pickle"
        store.remember(_entry("k1", blob.digest, codec))
        store.pending.flush()
        pickle.loads(pickle.dumps(Bomb(mark)))  # it would
        assert mark.exists()
        mark.unlink()
    with open_store(tmp_path / "other", MINE) as mine:
        signer = mine.seal.signer
    connection = _database(folder)
    connection.execute("UPDATE entries SET signer = ?", (signer,))
    connection.close()
    with open_store(folder, MINE) as store:
        assert store.find("k1") is None
        assert store.refused
        store.verify()
        store.status()
        store.gc(0)
    assert not mark.exists()


def test_a_blob_cannot_be_put_in_the_place_of_another(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "exploded"
    _filled(folder, MINE)
    connection = _database(folder)
    connection.execute("UPDATE blobs SET data = ?", (pickle.dumps(Bomb(mark)),))
    connection.close()
    with open_store(folder, MINE) as store:
        entry = store.find("k1")
        assert entry is not None
        with pytest.raises(StoreError):
            store.value(entry.outputs[0].digest, "pickle")
    assert not mark.exists()


def test_a_database_with_a_schema_of_its_own_is_set_aside(folder: Path) -> None:
    _filled(folder, MINE)
    connection = _database(folder)
    connection.execute("CREATE TRIGGER t AFTER INSERT ON blobs BEGIN DELETE FROM entries; END")
    connection.close()
    with open_store(folder, MINE) as store:
        assert store.find("k1") is None
        assert "set aside" in store.troubles[0]
        assert store.is_writable


def test_every_field_is_under_the_seal() -> None:
    entry = _entry("k", "d")
    changed: dict[str, Any] = {
        **dict.fromkeys(("key", "node", "run", "read"), "x"),
        "made": 1.0,
        "seconds": 1.0,
        "parts": {},
        "outputs": (),
    }
    assert changed.keys() == set(entry._fields)
    texts = {entry_bytes(entry._replace(**{name: value})) for name, value in changed.items()}
    output = entry.outputs[0]
    fields: dict[str, Any] = {
        "name": "x",
        "digest": "x",
        "form": "x",
        "blobs": (),
        "codec": "x",
        "place": "x",
    }
    assert fields.keys() == set(output._fields)
    texts |= {
        entry_bytes(entry._replace(outputs=(output._replace(**{name: value}),)))
        for name, value in fields.items()
    }
    assert len(texts | {entry_bytes(entry)}) == len(changed) + len(fields) + 1


# The secret


@windows
def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        secret = user_secret(tmp_path / "conf" / "noria")
    finally:
        os.umask(before)
    path = tmp_path / "conf" / "noria" / SECRET_FILE
    assert len(secret) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert user_secret(path.parent) == secret
    assert user_secret(tmp_path / "other") != secret
    assert [each.name for each in path.parent.iterdir()] == [SECRET_FILE]


def test_the_secret_lies_in_the_user_s_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "linux":
        pytest.skip("not here: the folders of Linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert config_folder() == tmp_path / ".config/noria"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert config_folder() == tmp_path / ".config/noria"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    assert config_folder() == tmp_path / "elsewhere/noria"
    assert user_secret() == (tmp_path / "elsewhere/noria" / SECRET_FILE).read_bytes()


def test_threads_and_processes_that_race_get_one_secret(tmp_path: Path) -> None:
    code = "import sys, pathlib; from noria.store import user_secret\n"
    code += "print(user_secret(pathlib.Path(sys.argv[1])).hex())"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    found: set[str] = set()
    threads = [
        threading.Thread(target=lambda: found.add(user_secret(tmp_path).hex())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found |= {process.communicate()[0].decode().strip() for process in started}
    assert len(found) == 1


@windows
def test_a_secret_that_others_could_read_is_made_private(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = user_secret(tmp_path)
    (tmp_path / SECRET_FILE).chmod(0o644)
    assert user_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "could be read by others" in said


@windows
def test_a_secret_that_others_can_write_is_an_error(tmp_path: Path) -> None:
    user_secret(tmp_path)
    (tmp_path / SECRET_FILE).chmod(0o666)
    with pytest.raises(StoreError, match="can be written by others"):
        user_secret(tmp_path)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_broken_secret_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / SECRET_FILE).write_bytes(content)
    (tmp_path / SECRET_FILE).chmod(0o600)
    with pytest.raises(StoreError, match="is not the secret of a store") as error:
        user_secret(tmp_path)
    assert "remove it" in str(error.value)


def test_a_folder_in_place_of_the_secret_is_an_error(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).mkdir()
    with pytest.raises(StoreError):
        user_secret(tmp_path)


def test_without_a_home_that_can_be_written_nothing_is_used_later(tmp_path: Path) -> None:
    """A file in the place of the folder: nobody, root included, can write below it."""
    (tmp_path / "config").write_text("")
    code = (
        "from noria.store import user_secret, open_store\nimport pathlib, sys\n"
        "assert user_secret() == user_secret()\n"
        "print(user_secret().hex())"
    )
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    secrets = set()
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("Warning: nothing that is stored can be used again later")
        secrets.add(done.stdout)
    assert len(secrets) == 2


def test_a_copied_project_is_all_misses(folder: Path, tmp_path: Path) -> None:
    _filled(folder, user_secret(tmp_path / "a"))
    shutil.copytree(folder, tmp_path / "copy")
    with open_store(tmp_path / "copy", user_secret(tmp_path / "b")) as store:
        assert store.find_many(["k1", "k2"]) == {}
    with open_store(tmp_path / "copy", user_secret(tmp_path / "a")) as store:
        assert store.find_many(["k1", "k2"]).keys() == {"k1", "k2"}


COLUMNS = [
    ("entries", ("key", "signer", "node", "made", "body", "seal")), ("links", ("digest", "key")),
    ("blobs", ("digest", "size", "at", "data")), ("uses", ("key", "at")),
    ("last_runs", ("label", "at", "keys")), ("texts", ("digest", "at", "data")),
    ("seen", ("path", "state", "digest", "seal")), ("marks", ("name", "text", "seal")),
    ("synced", ("at",)),
]  # fmt: skip


@pytest.mark.parametrize(("table", "columns"), COLUMNS, ids=[table for table, _ in COLUMNS])
def test_values_of_other_types_do_no_harm(
    folder: Path, tmp_path: Path, table: str, columns: tuple[str, ...]
) -> None:
    data = tmp_path / "data"
    data.write_bytes(b"data")
    os.utime(data, (1, 1))
    for at, column in enumerate(columns):
        for number, value in enumerate((7, "text", b"\xff\x00", "", 1e300)):
            here = folder / f"{at}-{number}"
            _filled(here, MINE)
            with open_store(here, MINE) as store:
                store.keep_texts({"t": "text"})
                store.note_run("label", ["k1"])
                store.find("k1")
                store.pending.add_used(["k1"], 5.0)
                store.pending.add_seen([(os.fsencode(data), (bytes(48), bytes(32), bytes(16)))])
                Marks(store).set("name", "text")
                store.sync()
            connection = _database(here)
            connection.execute(f"UPDATE OR REPLACE {table} SET {column} = ?", (value,))  # noqa: S608
            connection.close()
            with open_store(here, MINE) as store:
                for key, entry in store.find_many(["k1", "k2"]).items():
                    with contextlib.suppress(Corrupt):
                        assert store.value(entry.outputs[0].digest, "json") == [key]
                store.latest("fit")
                store.by_output(blake3(b'["k1"]').hexdigest())
                assert store.text("t") in ("text", None)
                assert Seen(store).digest_of(data) == blake3(b"data").hexdigest()
                assert Marks(store).get("name") in ("text", None)
                store.status()
                store.verify()
                store.size()
                store.gc(10)
                store.clear()

"""A real PostgreSQL of this machine, for the tests of databases."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "canary-database-word"  # noqa: S105 - of a server of this machine


@dataclass(frozen=True, slots=True)
class Postgres:
    """Where the server answers."""

    port: int

    def address(self, database: str = "postgres") -> str:
        """Return the address of a database, with its password."""
        return f"postgresql+psycopg://noria:{PASSWORD}@127.0.0.1:{self.port}/{database}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests, in a folder of its own, as a user who is not root."""
    program = _program("postgres")
    if program is None:
        pytest.skip("not here: PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="noria-postgres-"))
    options: dict[str, Any] = {"cwd": "/"}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    port = _free_port()
    server = None
    try:
        _make(program.parent / "initdb", folder, options)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "fsync": "off",
        }
        said = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = subprocess.Popen(
            [program, "-D", str(folder / "data"), *said],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **options,
        )
        _wait_for(server, port)
        yield Postgres(port)
    finally:
        if server is not None:
            server.send_signal(2)  # ends all sessions, then stops
            server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(postgres: Postgres) -> str:
    """The address of an empty database."""
    import sqlalchemy

    name = f"shop_{uuid.uuid4().hex[:12]}"
    engine = sqlalchemy.create_engine(postgres.address(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return postgres.address(name)


def _program(name: str) -> Path | None:
    found = shutil.which(name)
    places = [Path(found).resolve()] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return next((place for place in places if (place.parent / "initdb").exists()), None)


def _make(initdb: Path, folder: Path, options: dict[str, Any]) -> None:
    word = folder / "word"
    word.write_text(PASSWORD)
    word.chmod(0o644)
    how = ["--username=noria", f"--pwfile={word}", "--auth=scram-sha-256", "--no-sync"]
    done = subprocess.run(
        [initdb, "-D", str(folder / "data"), "--locale=C", "--encoding=UTF8", *how],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stderr


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _wait_for(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert server.poll() is None, "the server ended"
        assert time.monotonic() < deadline
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return

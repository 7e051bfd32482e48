"""A real S3 server of this machine, for the tests of object stores."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import fsspec
import pytest

KEY, SECRET = "canary-access-key", "canary-secret-key"

# It ends with its standard input, so it never outlives the tests.
_SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where the server answers, and what a file system of fsspec is given to reach it."""

    endpoint: str

    def credentials(self) -> dict[str, Any]:
        """Return what credentials.yml would say: the keys, and where the server is."""
        return credentials_at(self.endpoint)

    def files(self) -> fsspec.AbstractFileSystem:
        """Return a file system that looks at the server past every cache of our own."""
        options = {**self.credentials(), "skip_instance_cache": True, "use_listings_cache": False}
        return fsspec.filesystem("s3", **options)


def credentials_at(endpoint: str) -> dict[str, Any]:
    """Return credentials for an address, which may be a proxy's."""
    client = {"endpoint_url": endpoint, "region_name": "eu-central-1"}
    return {"key": KEY, "secret": SECRET, "client_kwargs": client}


@contextmanager
def serving() -> Iterator[S3Server]:
    """Run a server in a process of its own for as long as the context lasts."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield S3Server(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """One server for all tests; each makes a bucket of its own."""
    with serving() as server:
        yield server


@pytest.fixture
def bucket(s3_server: S3Server) -> str:
    """An empty bucket, as a URL without a slash at its end."""
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    s3_server.files().mkdir(name)
    return f"s3://{name}"

"""Rules for entries that name one place and are not one dataset: each is judged by what it reads."""

import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.incremental.workbench import CHAIN, CONF, WHERE_PIPELINE, Workbench, entries

TEXT = "\n  type: text.TextDataset\n  filepath: "
VERSIONS = [f"2026-01-0{number}T00.00.00.000Z" for number in (1, 2, 3)]


def compare(bench: Workbench, catalog: str) -> None:
    """Let A read two texts, and make of them one."""
    bench.write(
        {
            CONF: f"{catalog}made_a:{TEXT}data/made_a.txt\n" + entries("made_b", "made_c"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE].replace('"raw"', '["one", "other"]'),
            "src/shop/a.py": "def a(one, other):\n    print('<<A>>')\n    return one + other\n",
            "src/shop/b.py": 'def b(made_a, rate):\n    print("<<B>>")\n    return 1\n',
        }
    )


def made(bench: Workbench) -> str:
    return (bench.path / "data/made_a.txt").read_text()


def test_one_version_beside_another(fresh: Workbench) -> None:
    compare(fresh, "".join(f"{n}:{TEXT}data/v.txt\n  versioned: true\n" for n in ("one", "other")))
    fresh.write({f"data/v.txt/{one}/v.txt": one[9] for one in VERSIONS})
    for at, version in enumerate(VERSIONS):
        pin = ("--load-versions", f"other:{version}")
        assert fresh.did(*pin) == ("A B C" if at == 0 else "A B")
        assert made(fresh) == f"3{at + 1}"
        assert fresh.did(*pin) == ""
    assert fresh.did() == ""


def test_what_a_run_makes_beside_an_earlier_version_of_it(fresh: Workbench) -> None:
    fresh.write(
        {
            CONF: CHAIN[CONF].replace("data/made_b.json", "data/v.json\n  versioned: true")
            + entries("old").replace("data/old.json", "data/v.json\n  versioned: true"),
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE].replace(
                '"made_b", out', '["made_b", "old"], out'
            ),
            "src/shop/c.py": 'def c(made_b, old):\n    print("<<C>>")\n    return made_b - old\n',
        }
    )
    for number in (1, 2, 3):
        fresh.write({"data/raw.json": f"{number}\n"})
        fresh.go("--to-nodes", "B")
    first, second, _ = sorted(path.name for path in (fresh.path / "data/v.json").iterdir())
    assert fresh.did("--load-versions", f"old:{first}") == "C"
    assert fresh.value("made_c") == 20
    assert fresh.did("--load-versions", f"old:{second}") == "C"
    assert fresh.value("made_c") == 10
    assert fresh.did() == "C"
    assert fresh.value("made_c") == 0
    fresh.write({"data/raw.json": "5\n"})
    assert fresh.did("--load-versions", f"old:{first}") == "A B C"
    assert fresh.value("made_c") == 40


def test_one_file_of_two_archives(fresh: Workbench) -> None:
    archive = (
        "\n  type: text.TextDataset\n  filepath: zip://in.txt\n  fs_args: {{fo: data/{}.zip}}\n"
    )
    compare(fresh, "".join(f"{name}:{archive.format(name)}" for name in ("one", "other")))

    def pack(name: str, text: str) -> None:
        (fresh.path / "data").mkdir(exist_ok=True)
        with zipfile.ZipFile(fresh.path / f"data/{name}.zip", "w") as packed:
            packed.writestr("in.txt", text)

    pack("one", "1")
    pack("other", "2")
    assert fresh.did() == "A B C"
    pack("other", "3")
    assert fresh.did() == "A B"
    assert made(fresh) == "13"


def test_files_of_one_folder_by_a_pattern(fresh: Workbench) -> None:
    own = "\n  type: shop.datasets.Matching\n  filepath: data/texts\n  pattern: "
    compare(fresh, f"one:{own}'*.a'\nother:{own}'*.b'\n")
    fresh.write({"src/shop/datasets.py": MATCHING, "data/texts/1.a": "1", "data/texts/2.b": "2"})
    assert fresh.did() == "A B C"
    fresh.write({"data/texts/2.b": "3"})
    assert fresh.did() == "A B"
    assert made(fresh) == "13"


MATCHING = """\
from pathlib import Path


class Matching:
    def __init__(self, filepath, pattern):
        self.filepath, self.pattern = filepath, pattern

    def load(self):
        return "".join(path.read_text() for path in sorted(Path(self.filepath).glob(self.pattern)))

    def save(self, data):
        raise OSError

    def digest(self):
        return self.load().encode().hex()
"""


class Answers(BaseHTTPRequestHandler):
    """Answers with the text that the address asks for."""

    def __init__(self, texts: dict[str, bytes], *given: object) -> None:
        self._texts = texts
        super().__init__(*given)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        (year,) = parse_qs(urlsplit(self.path).query)["year"]
        self.send_response(200)
        self.send_header("Content-Length", str(len(self._texts[year])))
        self.end_headers()
        if body:
            self.wfile.write(self._texts[year])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, bytes]]]:
    """An address, and the texts that are served there."""
    pytest.importorskip("aiohttp")
    texts = {"2025": b"1", "2026": b"2"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Answers, texts))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sales", texts
    server.shutdown()
    thread.join()
    server.server_close()


def test_two_questions_to_one_address(
    fresh: Workbench, served: tuple[str, dict[str, bytes]]
) -> None:
    address, texts = served
    compare(fresh, f"one:{TEXT}{address}?year=2025\nother:{TEXT}{address}?year=2026\n")
    assert fresh.did() == "A B C"
    texts["2026"] = b"3"
    assert fresh.did() == "A B"
    assert made(fresh) == "13"
    assert fresh.did() == ""

"""First looks at data of every kind, whole, broken and hostile."""

import asyncio
import gzip
import json
import os
import pickle
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from noria_viz.child import Child, ChildError
from noria_viz.place import place_of
from noria_viz.preview import facts, preview

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff"
    "3f0005fe02fe0def46b80000000049454e44ae426082"
)


def look(path: Path, kind: str = "", **more: Any) -> dict[str, Any]:
    found = preview({"path": str(path), "type": kind, **more})
    assert len(json.dumps(found, allow_nan=False)) < 10_000_000
    return found


def test_a_csv_shows_its_head(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name;price\n" + "".join(f"n{k};{k}.5\n" for k in range(1000)))
    found = look(path, "pandas.CSVDataset", load_args={"sep": ";"})
    assert found["columns"] == ["name", "price"]
    assert found["rows"][0] == ["n0", 0.5]
    assert (len(found["rows"]), found["truncated"], found["total"]) == (50, True, None)
    assert facts({"path": str(path), "type": "pandas.CSVDataset"})["rows"] is None


def test_arguments_that_do_more_than_read_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    found = look(path, "pandas.CSVDataset", load_args={"chunksize": 1, "engine": "nonsense"})
    assert found["rows"] == [[1]]


def test_only_the_beginning_of_a_csv_is_read(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.csv.gz"
    with gzip.open(bomb, "wb", compresslevel=1) as file:
        file.write(b"a,b\n")
        for _ in range(200):
            file.write(b"1,2\n" * 250_000)
    started = time.process_time()
    assert len(look(bomb, "pandas.CSVDataset")["rows"]) == 50
    assert time.process_time() - started < 2


def test_a_csv_a_million_columns_wide_shows_some_or_says_why(tmp_path: Path) -> None:
    wide = tmp_path / "wide.csv"
    names = ",".join(f"c{k}" for k in range(1_000_000))
    wide.write_text(names + "\n" + ",".join("1" for _ in range(1_000_000)) + "\n")
    assert "longer than a preview" in look(wide, "pandas.CSVDataset")["reason"]
    some = tmp_path / "some.csv"
    some.write_text(",".join(f"c{k}" for k in range(3000)) + "\n" + ",".join(["1"] * 3000) + "\n")
    found = look(some, "pandas.CSVDataset")
    assert (len(found["columns"]), len(found["rows"][0]), found["truncated"]) == (100, 100, True)


def test_cells_names_and_values_are_bounded_and_only_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    hostile = "<script>alert(1)</script>"
    pd.DataFrame(
        {
            hostile: [hostile, "x" * 100_000],
            "n" * 5000: [float("inf"), float("nan")],
            "big": [2**60, 1],
            "when": [pd.Timestamp("2026-01-02"), pd.NaT],
            "bytes": [b"\x00\xff" * 10_000, None],
            "list": [list(range(100_000)), []],
        }
    ).to_parquet(path)
    found = look(path, "pandas.ParquetDataset")
    assert found["columns"][0] == hostile
    assert len(found["columns"][1]) == 120
    one, two = found["rows"]
    assert one[:4] == [hostile, "inf", str(2**60), "2026-01-02 00:00:00"]
    assert two[1:4] == [None, 1, None]
    assert all(len(str(cell)) <= 300 for row in found["rows"] for cell in row)


def test_parquet_tells_its_rows_and_types_from_the_footer(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": range(100_000), "b": "x"}).to_parquet(path)
    told = facts({"path": str(path), "type": "pandas.ParquetDataset"})
    assert told["rows"] == 100_000
    assert told["columns"][0] == {"name": "a", "type": "int64"}


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (os.mkdir, (str(tmp_path / "sprung"),))

    for name, kind in (
        ("a.pickle", "pickle.PickleDataset"),
        ("b.csv", "pickle.PickleDataset"),
        ("c.joblib", "text.TextDataset"),
        ("d.bin", "my.JoblibThing"),
    ):
        path = tmp_path / name
        path.write_bytes(pickle.dumps(Trap()))
        assert "pickle" in look(path, kind)["reason"]
    array = tmp_path / "e.npy"
    np.save(array, np.array([Trap()], dtype=object), allow_pickle=True)
    assert look(array)["kind"] == "none"
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "pandas.CSVDataset"),
        ("a.csv.gz", "pandas.CSVDataset"),
        ("a.parquet", "pandas.ParquetDataset"),
        ("a.json", "json.JSONDataset"),
        ("a.json", "plotly.JSONDataset"),
        ("a.png", "matplotlib.MatplotlibDataset"),
        ("a.npy", "numpy.NPYDataset"),
        ("a.md", "text.TextDataset"),
    ],
)
@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"PAR1", b"\xff\xfe\x00\x01" * 500, b"{", b"\x89PNG\r\n\x1a\n", b"\n"]
)
def test_broken_files_say_why_there_is_no_preview(
    tmp_path: Path, name: str, kind: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    found = look(path, kind)
    assert found["kind"] in {"none", "markdown", "table"}
    if found["kind"] == "none":
        assert found["reason"]
    if content == b"":
        assert found["reason"] == "the file is empty"


def test_half_of_a_file_is_told_from_a_whole_one(tmp_path: Path) -> None:
    whole = tmp_path / "a.parquet"
    pd.DataFrame({"a": range(10_000)}).to_parquet(whole)
    whole.write_bytes(whole.read_bytes()[:-100])
    assert "being written" in look(whole, "pandas.ParquetDataset")["reason"]
    picture = tmp_path / "a.png"
    picture.write_bytes(PIXEL)
    assert look(picture)["mime"] == "image/png"
    picture.write_bytes(PIXEL[:-8])
    assert "being written" in look(picture)["reason"]
    picture.write_bytes(PIXEL[:16] + b"\x00\x01\x00\x00" * 2 + PIXEL[24:])
    assert "pixels" in look(picture)["reason"]


def test_a_picture_is_what_its_bytes_say(tmp_path: Path) -> None:
    fake = tmp_path / "a.png"
    fake.write_text("<html><script>alert(1)</script></html>")
    assert look(fake)["kind"] == "none"
    drawn = tmp_path / "a.svg"
    drawn.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert look(drawn)["mime"] == "image/svg+xml"
    large = tmp_path / "large.png"
    large.write_bytes(PIXEL + b"\x00" * 7_000_000)
    assert "too large" in look(large)["reason"]


def test_texts_figures_and_values(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Title\n<script>alert(1)</script>\n")
    assert look(note) == {"kind": "markdown", "text": note.read_text(), "truncated": False}
    log = tmp_path / "log.txt"
    log.write_text("x" * 300_000)
    assert (len(look(log)["text"]), look(log)["truncated"]) == (200_000, True)
    value = tmp_path / "value.json"
    value.write_text('{"b":1,"a":[1,2]}')
    assert look(value)["text"] == '{\n  "b": 1,\n  "a": [\n    1,\n    2\n  ]\n}'
    value.write_text("[" * 50_000 + "]" * 50_000)
    assert "deep" in look(value)["reason"]
    value.write_text('{"data": [], "layout": {"title": "t"}, "config": {"plotlyServerURL": "x"}}')
    figure = look(value, "plotly.JSONDataset")
    assert figure == {"kind": "plotly", "figure": {"data": [], "layout": {"title": "t"}}}
    value.write_text("[1]")
    assert "no figure" in look(value, "plotly.JSONDataset")["reason"]


def test_folders_list_their_files(tmp_path: Path) -> None:
    for day in ("a", "b"):
        (tmp_path / f"{day}.csv").write_text("x\n1\n")
    found = look(tmp_path, "PartitionedDataset")
    assert found["rows"] == [["a.csv", 4], ["b.csv", 4]]
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "0.parquet")
    assert look(tmp_path, "pandas.ParquetDataset")["columns"] == ["a"]


def test_nothing_outside_of_the_project_is_shown(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    outside = tmp_path / "secret.txt"
    outside.write_text("secret")
    (root / "link.txt").symlink_to(outside)
    for path in (str(outside), f"{root}/../secret.txt", f"{root}/link.txt", "/etc/passwd"):
        place = place_of({"type": "text.TextDataset", "filepath": path}, root)
        assert place.path is None
        found = preview(place.question({"type": "text.TextDataset"}))
        assert "outside of the project" in found["reason"]
    remote = place_of({"type": "x", "filepath": "s3://ann:pw@bucket/a"}, root)
    assert (remote.path, remote.shown) == (None, "s3://bucket/a")


def test_the_latest_version_is_shown(tmp_path: Path) -> None:
    for version, text in (("2026-01-01T00.00.00.000Z", "old"), ("2026-02-01T00.00.00.000Z", "new")):
        file = tmp_path / "a.txt" / version / "a.txt"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    described = {"type": "text.TextDataset", "filepath": f"{tmp_path}/a.txt", "versioned": True}
    place = place_of(described, tmp_path)
    assert preview(place.question(described))["text"] == "new"


def test_special_files_are_left_alone(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    assert look(pipe)["reason"] == "it is no plain file"


def test_what_takes_too_long_is_ended_and_the_next_works(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello")
    question = {"ask": "preview", "place": {"path": str(note), "type": ""}}

    async def ask_thrice() -> None:
        looking = Child("noria_viz.preview_process", {})
        try:
            assert (await looking.ask(question))["text"] == "hello"
            assert looking.pid is not None
            os.kill(looking.pid, signal.SIGSTOP)
            with pytest.raises(ChildError, match="longer than"):
                await looking.ask(question, seconds=0.3)
            assert (await looking.ask(question))["text"] == "hello"
            os.kill(looking.pid, signal.SIGKILL)
            with suppress(ChildError):  # noticed before the question, or by it
                await looking.ask(question)
            assert (await looking.ask(question))["text"] == "hello"
        finally:
            looking.end()

    # In a thread of its own: the browser's tests keep an event loop in this one.
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, ask_thrice()).result()

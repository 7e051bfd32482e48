"""What each format reads and writes: values go round, and equal values give equal bytes."""

import gzip
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from matplotlib.figure import Figure
from noria_catalog import FileDataset, LoadError, SaveError
from noria_catalog.formats.json import JSONDataset
from noria_catalog.formats.matplotlib import MatplotlibDataset
from noria_catalog.formats.pandas import CSVDataset, ParquetDataset
from noria_catalog.formats.pickle import PickleDataset
from noria_catalog.formats.plotly import JSONDataset as PlotlyDataset
from noria_catalog.formats.text import TextDataset
from noria_catalog.formats.yaml import YAMLDataset

TABLE = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [0.5, None]})


def drawn() -> Figure:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3], label="line")
    axes.legend()
    axes.set_title("delays")
    return figure


def chart() -> Any:
    return go.Figure(go.Scatter(y=[1, 2, 3]))


CASES: list[tuple[type[FileDataset], str, Callable[[], Any]]] = [
    *((CSVDataset, f"a.csv{suffix}", TABLE.copy) for suffix in ("", ".gz", ".bz2", ".xz", ".zip")),
    (ParquetDataset, "a.parquet", TABLE.copy),
    (JSONDataset, "a.json", lambda: {"b": [1, 2.5, None, "ü"], "a": True}),
    (YAMLDataset, "a.yml", lambda: {"b": [1, 2.5, None, "ü"], "a": True}),
    (TextDataset, "a.md", lambda: "# Title\r\nline\n"),
    (PickleDataset, "a.pickle", lambda: {"b": (1, 2), "a": np.arange(3)}),
    (PlotlyDataset, "a.json", chart),
    *((MatplotlibDataset, f"a.{kind}", drawn) for kind in ("png", "svg", "pdf")),
]


@pytest.mark.parametrize(
    ("kind", "name", "make"), CASES, ids=lambda part: getattr(part, "__name__", str(part))
)
def test_the_same_value_gives_the_same_bytes(
    tmp_path: Path,
    kind: type[FileDataset],
    name: str,
    make: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind(tmp_path / name).save(make())
    first = (tmp_path / name).read_bytes()
    later = time.time() + 100_000
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    kind(tmp_path / name).save(make())
    assert (tmp_path / name).read_bytes() == first


@pytest.mark.parametrize("where", ["cell", "header", "index"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_carriage_return_in_a_csv_goes_round(
    tmp_path: Path, where: str, suffix: str, encoding: str
) -> None:
    bare = "up\rdown"
    table = pd.DataFrame(
        {bare if where == "header" else "b": ["x", bare if where == "cell" else "y"]},
        index=pd.Index([bare if where == "index" else "0", "1"], name="n"),
    )
    dataset = CSVDataset(
        tmp_path / f"table.csv{suffix}",
        load_args={"index_col": "n", "dtype": {"n": "str"}, "encoding": encoding},
        save_args={"index": True, "encoding": encoding},
    )
    dataset.save(table)
    pd.testing.assert_frame_equal(dataset.load(), table)


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz", ".zip"])
def test_a_csv_goes_round_compressed_as_its_suffix_says(tmp_path: Path, suffix: str) -> None:
    dataset = CSVDataset(tmp_path / f"a.csv{suffix}")
    dataset.save(TABLE)
    assert dataset.load().equals(TABLE)
    assert pd.read_csv(tmp_path / f"a.csv{suffix}").equals(TABLE)


def test_a_gzip_header_holds_no_name_and_no_time(tmp_path: Path) -> None:
    CSVDataset(tmp_path / "a.csv.gz").save(TABLE)
    header = (tmp_path / "a.csv.gz").read_bytes()[:10]
    assert header[3] == 0
    assert header[4:8] == b"\0\0\0\0"


def test_a_zip_holds_the_file_under_its_own_name(tmp_path: Path) -> None:
    CSVDataset(tmp_path / "a.csv.zip").save(TABLE)
    assert zipfile.ZipFile(tmp_path / "a.csv.zip").namelist() == ["a.csv"]


def test_compression_can_be_said(tmp_path: Path) -> None:
    chosen = {"compression": {"method": "gzip", "compresslevel": 1}}
    CSVDataset(tmp_path / "a.txt", save_args=chosen).save(TABLE)
    assert gzip.decompress((tmp_path / "a.txt").read_bytes()).startswith(b"a,b,c\n")
    with pytest.raises(SaveError, match="tar"):
        CSVDataset(tmp_path / "a.csv.tar.gz").save(TABLE)


def test_load_and_save_arguments_reach_pandas(tmp_path: Path) -> None:
    CSVDataset(tmp_path / "a.csv", save_args={"sep": ";", "index": True}).save(TABLE)
    dataset = CSVDataset(tmp_path / "a.csv", load_args={"sep": ";", "index_col": 0})
    assert dataset.load().equals(TABLE)


def test_parquet_goes_round_with_its_types(tmp_path: Path) -> None:
    dataset = ParquetDataset(tmp_path / "a.parquet")
    table = TABLE.assign(d=pd.to_datetime(["2013-01-01", "NaT"]), e=pd.Categorical(["u", "v"]))
    dataset.save(table)
    pd.testing.assert_frame_equal(dataset.load(), table)


def test_a_folder_name_does_not_become_a_column(tmp_path: Path) -> None:
    dataset = ParquetDataset(tmp_path / "day=1" / "a.parquet")
    dataset.save(TABLE)
    assert list(dataset.load().columns) == ["a", "b", "c"]


def test_a_folder_of_parquet_files_can_be_loaded(tmp_path: Path) -> None:
    TABLE.to_parquet(tmp_path / "all", partition_cols=["b"])
    assert sorted(ParquetDataset(tmp_path / "all").load()["b"]) == ["x", "y"]
    with pytest.raises(SaveError, match="PartitionedDataset"):
        ParquetDataset(tmp_path / "new", save_args={"partition_cols": ["b"]}).save(TABLE)


@pytest.mark.parametrize("kind", [CSVDataset, ParquetDataset])
def test_what_is_no_table_is_said(tmp_path: Path, kind: type[FileDataset]) -> None:
    with pytest.raises(TypeError, match="expected a pandas table, got dict"):
        kind(tmp_path / "a").save({"a": [1]})


@pytest.mark.parametrize("kind", [JSONDataset, YAMLDataset])
def test_plain_values_go_round_in_their_order(tmp_path: Path, kind: type[FileDataset]) -> None:
    value = {"b": [1, 2.5, None, "ü"], "a": {"nested": True}}
    dataset = kind(tmp_path / "a")
    dataset.save(value)
    assert dataset.load() == value
    assert list(dataset.load()) == ["b", "a"]
    assert "ü" in (tmp_path / "a").read_text(encoding="utf-8")


def test_numbers_of_numpy_are_written_as_json(tmp_path: Path) -> None:
    dataset = JSONDataset(tmp_path / "a.json")
    dataset.save({"n": np.int64(3), "x": np.float32(0.5), "ok": np.bool_(True)})
    assert dataset.load() == {"n": 3, "x": 0.5, "ok": True}
    with pytest.raises(TypeError, match=r"JSON has no pandas\."):
        dataset.save({"table": TABLE})


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("!!python/object/apply:os.system ['touch /tmp/pwned']")
    with pytest.raises(Exception, match="could not determine a constructor"):
        YAMLDataset(tmp_path / "a.yml").load()


def test_text_keeps_its_line_ends(tmp_path: Path) -> None:
    dataset = TextDataset(tmp_path / "a.md")
    dataset.save("a\r\nb\nü")
    assert dataset.load() == "a\r\nb\nü"
    wrong: Any = b"bytes"
    with pytest.raises(TypeError, match="expected a str, got bytes"):
        dataset.save(wrong)


@pytest.mark.parametrize("backend", ["pickle", "joblib", "cloudpickle"])
def test_pickles_go_round(tmp_path: Path, backend: str) -> None:
    pytest.importorskip(backend)
    dataset = PickleDataset(tmp_path / "a.pickle", backend=backend)
    dataset.save({"a": [1, (2,)]})
    assert dataset.load() == {"a": [1, (2,)]}


def test_a_plotly_figure_goes_round(tmp_path: Path) -> None:
    dataset = PlotlyDataset(tmp_path / "a.json")
    dataset.save(chart())
    assert dataset.load() == chart()


@pytest.mark.parametrize("kind", ["png", "svg", "pdf", "jpg"])
def test_a_figure_is_saved_as_its_suffix_says(tmp_path: Path, kind: str) -> None:
    MatplotlibDataset(tmp_path / f"a.{kind}", save_args={"dpi": 30}).save(drawn())
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "jpg": b"\xff\xd8"}
    assert (tmp_path / f"a.{kind}").read_bytes().startswith(starts[kind])


def test_a_figure_stays_open_and_settings_stay_what_they_were(tmp_path: Path) -> None:
    figure = plt.figure()
    MatplotlibDataset(tmp_path / "a.svg").save(figure)
    assert plt.fignum_exists(figure.number)
    plt.close(figure)
    assert mpl.rcParams["svg.hashsalt"] is None


def test_an_image_cannot_be_loaded_as_a_figure(tmp_path: Path) -> None:
    dataset = MatplotlibDataset(tmp_path / "a.png")
    dataset.save(drawn())
    with pytest.raises(LoadError, match="cannot be loaded as a figure again"):
        dataset.load()


def test_what_is_no_single_figure_is_said(tmp_path: Path) -> None:
    dataset = MatplotlibDataset(tmp_path / "a.png")
    with pytest.raises(SaveError, match="expected one figure, got a dict of 1"):
        dataset.save({"a": drawn()})
    with pytest.raises(TypeError, match="expected a figure, got int"):
        dataset.save(1)
    with pytest.raises(SaveError, match="no image format 'gif'"):
        MatplotlibDataset(tmp_path / "a.gif").save(drawn())


def test_none_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="None cannot be saved"):
        JSONDataset(tmp_path / "a.json").save(None)

"""One value or more for every dataset in a file: what the tests of all formats save and load.

As a program, ``python -m tests.catalog.cases FOLDER`` saves each into the folder.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from noria_catalog import DataCatalog, FileDataset
from noria_catalog.kinds import Kinds
from noria_catalog.located import locate


@dataclass(frozen=True)
class Case:
    """A type word, a file name, what makes the value, and how to see that it came back."""

    word: str
    name: str
    make: Callable[[], Any]
    same: Callable[[Any, Any], bool] | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What the test is called."""
        return f"{self.word}-{self.name}"

    @property
    def loads(self) -> bool:
        """Whether the format can be loaded again."""
        return self.same is not None

    def dataset(self, folder: str | Path, **more: Any) -> FileDataset:
        """Return the dataset as the catalog makes it, in a folder or below a URL."""
        entry = {"type": self.word, "filepath": f"{folder}/{self.name}", **self.options}
        if "credentials" in more:
            entry["credentials"] = "store"
        catalog = DataCatalog.from_config(
            locate({"case": entry}),
            base_path=Path.cwd(),
            credentials={"store": more.get("credentials")},
        )
        dataset = catalog["case"]
        assert isinstance(dataset, FileDataset)
        return dataset


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "number": [1, -2, 3],
            "share": [0.1, 1e300, -0.0],
            "text": ["plain", 'comma, "quote"\nline', "Zürich — 東京"],
            "yes": [True, False, True],
        }
    )


def typed() -> pd.DataFrame:
    return table().assign(
        moment=pd.Series(
            ["2013-01-01", None, "2013-01-02T03:04:05.678901"], dtype="datetime64[us]"
        ),
        kind=pd.Categorical(["u", "v", "u"]),
        missing=[1.5, float("nan"), 2.5],
    )


def frame() -> Any:
    import polars as pl

    return pl.DataFrame(
        {"number": [1, None, 3], "share": [0.1, 1e300, -0.0], "text": ["a,b", 'q"\nl', "東京"]}
    )


def figure() -> Any:
    from matplotlib.figure import Figure

    drawn = Figure()
    axes = drawn.subplots()
    axes.plot([1, 2, 3], label="line")
    axes.legend()
    axes.set_title("delays")
    return drawn


def chart() -> Any:
    import plotly.graph_objects as go

    return go.Figure(go.Scatter(y=[1, 2, 3]))


def image() -> Any:
    from PIL import Image

    return Image.fromarray(np.arange(48, dtype="uint8").reshape(4, 4, 3))


def model() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features = np.arange(20.0).reshape(10, 2) % 7
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(features, [0, 1] * 5)


def plain() -> Any:
    return {"b": [1, 2.5, None, "ü", "line\nend"], "a": {"nested": True}, "empty": []}


def equal(first: Any, second: Any) -> bool:
    return type(first) is type(second) and bool(first == second)


def same_table(first: Any, second: Any) -> bool:
    pd.testing.assert_frame_equal(first, second)
    return True


def same_frame(first: Any, second: Any) -> bool:
    return bool(second.lazy().collect().equals(first))


def same_arrays(first: Any, second: Any) -> bool:
    if isinstance(first, dict):
        return list(first) == list(second) and all(
            same_arrays(first[name], second[name]) for name in first
        )
    kinds = (first.dtype, first.shape) == (second.dtype, second.shape)
    return kinds and bool(first.tobytes() == second.tobytes())


def same_image(first: Any, second: Any) -> bool:
    return bool(first.mode == second.mode and first.tobytes() == second.tobytes())


def same_model(first: Any, second: Any) -> bool:
    features = np.arange(12.0).reshape(6, 2)
    return same_arrays(first.predict_proba(features), second.predict_proba(features))


def same_sheets(first: Any, second: Any) -> bool:
    return list(first) == list(second) and all(same_table(first[n], second[n]) for n in first)


LINES = {"orient": "records", "lines": True}

CASES = [
    *(
        Case("pandas.CSVDataset", f"a.csv{suffix}", table, same_table)
        for suffix in ("", ".gz", ".bz2", ".xz", ".zip")
    ),
    Case("pandas.ParquetDataset", "a.parquet", typed, same_table),
    Case("pandas.FeatherDataset", "a.feather", typed, same_table),
    Case(
        "pandas.JSONDataset",
        "a.json.gz",
        lambda: table().assign(share=[0.5, -2.0, 0.0]),
        same_table,
    ),
    Case(
        "pandas.JSONDataset",
        "a.jsonl",
        lambda: table().assign(share=[0.5, -2.0, 0.25]),
        same_table,
        {"load_args": LINES, "save_args": LINES},
    ),
    Case("pandas.ExcelDataset", "a.xlsx", table, same_table),
    Case(
        "pandas.ExcelDataset",
        "sheets.xlsx",
        lambda: {"first": table(), "second": table()},
        same_sheets,
        {"load_args": {"sheet_name": None}},
    ),
    Case("polars.CSVDataset", "a.csv", frame, same_frame),
    Case("polars.CSVDataset", "a.csv.gz", frame, same_frame),
    *(
        Case("polars.EagerPolarsDataset", f"b.{suffix}", frame, same_frame)
        for suffix in ("csv", "parquet", "json", "ndjson", "arrow", "avro")
    ),
    *(
        Case("polars.LazyPolarsDataset", f"c.{suffix}", frame, same_frame)
        for suffix in ("csv", "parquet", "arrow")
    ),
    Case("polars.LazyPolarsDataset", "d.parquet", lambda: frame().lazy(), None),
    Case("json.JSONDataset", "a.json", plain, equal),
    Case("yaml.YAMLDataset", "a.yml", plain, equal),
    Case("text.TextDataset", "a.md", lambda: "# Title\r\nline\n", equal),
    Case("pickle.PickleDataset", "a.pickle", plain, equal),
    Case("pickle.PickleDataset", "m.pickle", model, same_model),
    Case("pickle.PickleDataset", "a.joblib", model, same_model, {"backend": "joblib"}),
    Case("skops.SkopsDataset", "a.skops", model, same_model),
    Case("numpy.ArrayDataset", "a.npy", lambda: np.arange(6.0).reshape(2, 3), same_arrays),
    Case("numpy.ArrayDataset", "a.npz", lambda: {"b": np.arange(3), "a": np.eye(2)}, same_arrays),
    *(Case("matplotlib.MatplotlibDataset", f"a.{kind}", figure) for kind in ("png", "svg", "pdf")),
    Case("plotly.JSONDataset", "a.json", chart, equal),
    Case("plotly.HTMLDataset", "a.html", chart),
    *(
        Case("pillow.ImageDataset", f"a.{kind}", image, same_image)
        for kind in ("png", "tiff", "bmp")
    ),
    Case("pillow.ImageDataset", "a.webp", image, same_image, {"save_args": {"lossless": True}}),
    *(Case("pillow.ImageDataset", f"b.{kind}", image) for kind in ("jpg", "pdf")),
]


def file_kinds() -> Iterator[str]:
    """Yield the type words of all datasets in one file."""
    from noria_catalog.kinds import BUILTIN

    kinds = Kinds()
    yield from (word for word in BUILTIN if issubclass(kinds.resolve(word), FileDataset))


def main() -> None:
    for number, case in enumerate(CASES):
        case.dataset(Path(sys.argv[1]) / str(number)).save(case.make())


if __name__ == "__main__":
    main()

"""What is only saved, pictures and pages, shows what was drawn: any figure, drawn at random."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noria_catalog import FileDataset
from noria_catalog.formats.matplotlib import MatplotlibDataset
from noria_catalog.formats.plotly import HTMLDataset

from tests.catalog.test_formats_values import FINITE, charts

# Matplotlib cannot scale an axis to the largest floats.
POINTS = st.lists(st.tuples(st.integers(-999, 999), st.floats(-1e6, 1e6)), max_size=5)
TITLES = st.text("abé 東<>&", max_size=6)


def figure(points: list[tuple[int, float]], title: str) -> Any:
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(2, 1.5))
    axes = drawn.subplots()
    axes.plot([x for x, _ in points], [y for _, y in points], marker="o")
    axes.set_title(title, fontfamily="DejaVu Sans")
    return drawn


def pixels(drawn: Any) -> np.ndarray[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(drawn)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def saved(dataset: FileDataset, value: Any) -> bytes:
    dataset.save(value)
    return Path(dataset.filepath).read_bytes()


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
@settings(max_examples=10, deadline=None)
@given(POINTS, TITLES)
def test_a_picture_shows_any_figure_and_is_the_same_again(
    points: list[tuple[int, float]], title: str
) -> None:
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        for kind in ("png", "svg", "pdf"):
            places = (f"{folder}/{name}.{kind}" for name in ("one", "two"))
            first, second = (
                saved(MatplotlibDataset(place), figure(points, title)) for place in places
            )
            assert first == second
        with Image.open(f"{folder}/one.png") as picture:
            found = np.asarray(picture.convert("RGBA"))
        assert np.array_equal(found, pixels(figure(points, title)))


@settings(max_examples=25, deadline=None)
@given(charts(), st.lists(FINITE, max_size=3), TITLES)
def test_a_page_holds_any_chart_and_is_the_same_again(
    chart: Any, more: list[float], title: str
) -> None:
    chart.add_scatter(y=more, name=title)
    chart.update_layout(title=title)
    with tempfile.TemporaryDirectory() as folder:
        places = (f"{folder}/{name}.html" for name in ("one", "two"))
        first, second = (
            saved(HTMLDataset(place, save_args={"include_plotlyjs": False}), chart)
            for place in places
        )
    assert first == second
    read = json.JSONDecoder().raw_decode
    rest = first.decode().split("Plotly.newPlot(", 1)[1]
    called = []
    for _ in range(3):
        one, end = read(rest := rest.lstrip(" \n,"))
        called.append(one)
        rest = rest[end:]
    wanted = json.loads(chart.to_json())
    assert called == ["figure", wanted["data"], wanted["layout"]]

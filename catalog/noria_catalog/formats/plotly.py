"""Figures of Plotly as JSON and as pages."""

from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.errors import LoadError
from noria_catalog.file_dataset import FileDataset


class JSONDataset(FileDataset):
    """A Plotly figure as the JSON that Plotly's own script draws.

    ``load_args`` go to :func:`plotly.io.from_json`, ``save_args`` to :func:`plotly.io.to_json`.

    >>> import tempfile
    >>> from plotly.graph_objects import Figure
    >>> dataset = JSONDataset(tempfile.mkdtemp() + "/delays.json")
    >>> dataset.save(Figure(layout={"title": {"text": "Delays"}}))
    >>> dataset.load().layout.title.text
    'Delays'
    """

    needs: ClassVar[tuple[str, str]] = ("plotly", "plotly")

    load_function: ClassVar[str | None] = "plotly.io:from_json"
    save_function: ClassVar[str | None] = "plotly.io:to_json"

    def read(self, path: Path) -> Any:
        """Return the figure in the file ``path``."""
        import plotly.io

        with path.open(encoding="utf-8") as file:
            return plotly.io.from_json(file.read(), **self.load_args)

    def write(self, data: Any, path: Path) -> None:
        """Write a figure into the file ``path``."""
        import plotly.io

        # The engine is named: what is installed beside must not change the bytes.
        text = plotly.io.to_json(data, **{"engine": "json", **self.save_args})
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)


class HTMLDataset(FileDataset):
    """A Plotly figure as a page of its own, which cannot be loaded as a figure again.

    ``save_args`` go to :func:`plotly.io.to_html`: ``include_plotlyjs: cdn`` makes it small.

    >>> import tempfile
    >>> from plotly.graph_objects import Figure
    >>> dataset = HTMLDataset(tempfile.mkdtemp() + "/delays.html")
    >>> dataset.save(Figure())
    >>> dataset.exists()
    True
    """

    needs: ClassVar[tuple[str, str]] = ("plotly", "plotly")

    save_function: ClassVar[str | None] = "plotly.io:to_html"

    def read(self, path: Path) -> Any:
        """Raise LoadError: a page cannot be made a figure again."""
        raise LoadError(
            f"{Path(self.filepath).name} is a page, and cannot be loaded as a figure again",
            hint="save the figure as plotly.JSONDataset too",
        )

    def write(self, data: Any, path: Path) -> None:
        """Write a figure into the file ``path``."""
        import plotly.io

        # Plotly would name the page's element at random.
        text = plotly.io.to_html(data, **{"div_id": "figure", **self.save_args})
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)

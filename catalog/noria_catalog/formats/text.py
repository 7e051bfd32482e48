"""Plain text: Markdown, SQL, anything that is a string."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.chunks import AddChunk
from noria_catalog.file_dataset import FileDataset


class TextDataset(FileDataset):
    r"""A string as a file in UTF-8, its line ends left as they are.

    ``load_args`` and ``save_args`` go to :func:`open`: ``encoding`` for one.

    >>> import tempfile
    >>> dataset = TextDataset(tempfile.mkdtemp() + "/summary.md")
    >>> dataset.save("# Summary\n")
    >>> dataset.load()
    '# Summary\n'
    """

    load_function: ClassVar[str | None] = "builtins:open"
    save_function: ClassVar[str | None] = "builtins:open"

    def read(self, path: Path) -> str:
        """Return the text in the file ``path``."""
        with path.open(**{"encoding": "utf-8", "newline": "", **self.load_args}) as file:
            text: str = file.read()
        return text

    def preview(self, rows: int) -> str:
        """Return the first lines, having read a few megabytes of the file at most."""
        from noria_catalog.formats.beginnings import MOST

        with self.storage.opening(self.load_path()) as file:
            beginning = file.read(MOST)
        text = beginning.decode(self.load_args.get("encoding", "utf-8"), errors="replace")
        return "".join(text.splitlines(keepends=True)[:rows])

    def write(self, data: Any, path: Path) -> None:
        """Write a string into the file ``path``."""
        with self.writing(path) as add:
            add(data)

    @contextmanager
    def writing(self, path: Path) -> Iterator[AddChunk]:
        """Give a function that writes a string behind those before it."""
        how = {"mode": "w", "encoding": "utf-8", "newline": "", **self.save_args}
        with path.open(**how) as file:

            def add(data: Any) -> None:
                if not isinstance(data, str):
                    raise TypeError(f"expected a str, got {type(data).__qualname__}")
                file.write(data)

            yield add

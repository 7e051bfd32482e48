"""Data that comes in chunks: what they make when they are put together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any

from noria_catalog.dataset import Dataset, SavesChunks
from noria_catalog.errors import SaveError
from noria_catalog.libraries import imported

AddChunk = Callable[[Any], None]


def join_chunks(chunks: Sequence[Any]) -> Any:
    """Return what the chunks make together: a value of their own kind.

    Tables and arrays are put one below the other, texts and lists one behind the other, mappings
    become one.  Raises :class:`SaveError` for chunks of any other kind or of several kinds, and for
    a key that two mappings have.

    >>> join_chunks(["to", "day"]), join_chunks([[1], [2, 3]]), join_chunks([{"a": 1}, {"b": 2}])
    ('today', [1, 2, 3], {'a': 1, 'b': 2})
    """
    if not chunks:
        raise SaveError("there is no chunk to save", hint="yield at least one")
    first = chunks[0]
    kinds = {type(chunk): None for chunk in chunks}
    if len(kinds) > 1:
        names = ", ".join(kind.__qualname__ for kind in kinds)
        raise SaveError(f"the chunks are of several kinds: {names}", hint="yield one kind only")
    if isinstance(first, str | bytes):
        return type(first)().join(chunks)
    if isinstance(first, list | tuple):
        return type(first)([each for chunk in chunks for each in chunk])
    if isinstance(first, Mapping):
        return _merged(chunks)
    join = _library_join(first)
    if join is None:
        raise SaveError(
            f"chunks of {type(first).__qualname__} cannot be put together",
            hint="yield tables, arrays, texts, lists or dicts, or give the dataset a method"
            " saving() that takes chunks",
        )
    return join(chunks)


@contextmanager
def saving_chunks(dataset: Dataset) -> Iterator[AddChunk]:
    """Give a function that adds a chunk to what is saved when the context ends without an error.

    A dataset that cannot take chunks gets what they make together, by one call of its ``save``.

    >>> from noria_catalog.memory import MemoryDataset
    >>> memory = MemoryDataset()
    >>> with saving_chunks(memory) as add:
    ...     add([1])
    ...     add([2])
    >>> memory.load()
    [1, 2]
    """
    if isinstance(dataset, SavesChunks):
        with dataset.saving() as add:
            yield add
        return
    chunks: list[Any] = []
    yield chunks.append
    dataset.save(join_chunks(chunks))


class ChunkedSave:
    """A context around the save of many chunks: errors of saving are named, others pass through.

    ``done`` is called when all was published.
    """

    def __init__(
        self,
        saving: AbstractContextManager[AddChunk],
        naming: Callable[[], AbstractContextManager[None]],
        done: Callable[[], None] | None = None,
    ) -> None:
        self._saving = saving
        self._naming = naming
        self._done = done

    def __enter__(self) -> AddChunk:
        with self._naming():
            add = self._saving.__enter__()

        def add_named(chunk: Any) -> None:
            with self._naming():
                add(chunk)

        return add_named

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            with self._naming():
                self._saving.__exit__(None, None, None)
            if self._done is not None:
                self._done()
        else:
            self._saving.__exit__(kind, error, trace)


def _merged(chunks: Sequence[Mapping[Any, Any]]) -> dict[Any, Any]:
    whole: dict[Any, Any] = {}
    for chunk in chunks:
        twice = [key for key in chunk if key in whole]
        if twice:
            raise SaveError(f"two chunks have the key {twice[0]!r}", hint="each key comes once")
        whole.update(chunk)
    return whole


def _library_join(chunk: Any) -> Any:
    pandas, numpy = imported("pandas"), imported("numpy")
    if pandas is not None and isinstance(chunk, pandas.DataFrame | pandas.Series):
        return lambda chunks: pandas.concat(chunks, ignore_index=_counted(chunks))
    if numpy is not None and isinstance(chunk, numpy.ndarray):
        return numpy.concatenate
    pyarrow, polars = imported("pyarrow"), imported("polars")
    if pyarrow is not None and isinstance(chunk, pyarrow.Table):
        return pyarrow.concat_tables
    if polars is not None and isinstance(chunk, polars.DataFrame):
        return polars.concat
    return None


def _counted(tables: Sequence[Any]) -> bool:
    """Tell whether the rows are only counted, so that the whole is counted anew."""
    return all(type(table.index).__name__ == "RangeIndex" for table in tables)

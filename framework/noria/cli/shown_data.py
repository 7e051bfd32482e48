"""The beginning of data, as text for a terminal and as JSON."""

import pprint
from typing import Any

_MOST_LETTERS = 20_000
_WIDEST_CELL = 80


def data_as_text(data: Any, rows: int) -> str:
    """Return data as it is read: tables aligned, texts as they are, else as Python writes it.

    >>> data_as_text({"b": 1, "a": [2]}, 10)
    "{'b': 1, 'a': [2]}"
    >>> print(data_as_text({"2026-01-01": open, "2026-01-02": open}, 10))
    2026-01-01
    2026-01-02
    """
    if isinstance(data, str):
        text = data.rstrip("\n")
    elif callable(getattr(data, "to_string", None)):
        text = data.to_string(max_rows=rows, max_cols=30, max_colwidth=_WIDEST_CELL)
    elif _are_partitions(data):
        text = "\n".join(map(str, data))
    else:
        text = pprint.pformat(data, width=80, sort_dicts=False)
    cut = len(text) - _MOST_LETTERS
    return text if cut <= 0 else f"{text[:_MOST_LETTERS]}\n... and {cut:,} letters more"


def data_as_json(data: Any, rows: int) -> dict[str, Any]:
    """Return data by JSON-like values: a table as ``columns`` and ``rows``, else as ``data``.

    >>> data_as_json([1, 2], 10)
    {'data': [1, 2]}
    """
    columns = getattr(data, "columns", None)
    if columns is not None and callable(getattr(data, "to_dict", None)):
        return {"columns": [str(column) for column in columns], "rows": _cells(data)[:rows]}
    if _are_partitions(data):
        return {"data": list(data)}
    if isinstance(data, str | int | float | bool | list | dict | None):
        return {"data": data}
    return {"data": data_as_text(data, rows)}


def _are_partitions(data: Any) -> bool:
    """Tell whether these are partitions by their names, none of which is loaded."""
    return isinstance(data, dict) and bool(data) and all(map(callable, data.values()))


def _cells(table: Any) -> list[list[Any]]:
    if hasattr(table, "rows"):  # polars
        return [list(row) for row in table.rows()]
    columns = [
        [None if gone else cell for cell, gone in zip(column, column.isna(), strict=True)]
        for _, column in table.items()
    ]
    return [list(row) for row in zip(*columns, strict=True)]

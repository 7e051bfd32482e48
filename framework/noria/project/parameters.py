"""Parameters as datasets: ``parameters`` whole and ``params:a.b.c`` for each of them."""

from collections.abc import Iterator
from typing import Any

from noria_catalog.located import Located


def parameter_datasets(parameters: Located) -> Iterator[tuple[str, Any]]:
    """Yield the dataset name and the value of every parameter, of every level.

    >>> from noria_catalog.located import locate
    >>> dict(parameter_datasets(locate({"model": {"depth": 3}})))  # doctest: +NORMALIZE_WHITESPACE
    {'parameters': {'model': {'depth': 3}},
     'params:model': {'depth': 3},
     'params:model.depth': 3}
    """
    plain = parameters.plain()
    yield "parameters", plain
    yield from _below("params:", plain)


def _below(prefix: str, values: dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        name = f"{prefix}{key}"
        yield name, value
        if isinstance(value, dict):
            yield from _below(f"{name}.", value)

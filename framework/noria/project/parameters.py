"""Parameters as datasets: ``parameters`` whole and ``params:a.b.c`` for each of them."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from noria_catalog.located import Located
from noria_catalog.suggest import nearest

from noria.config.names import way_into
from noria.errors import ConfigError

WHOLE = "parameters"
PREFIX = "params:"


def parameter_datasets(parameters: Located) -> Iterator[tuple[str, Any]]:
    """Yield the dataset name and the value of every parameter, of every level.

    >>> from noria_catalog.located import locate
    >>> dict(parameter_datasets(locate({"model": {"depth": 3}})))  # doctest: +NORMALIZE_WHITESPACE
    {'parameters': {'model': {'depth': 3}},
     'params:model': {'depth': 3},
     'params:model.depth': 3}
    """
    plain = parameters.plain()
    yield WHOLE, plain
    yield from _below(PREFIX, plain)


def located_datasets(parameters: Located) -> Iterator[tuple[str, Located]]:
    """Yield what :func:`parameter_datasets` does, each value with its place.

    >>> from noria_catalog.located import locate
    >>> [name for name, _ in located_datasets(locate({"model": {"depth": 3}}))]
    ['parameters', 'params:model', 'params:model.depth']
    """
    yield WHOLE, parameters
    waiting = [(f"{PREFIX}{key}", below) for key, below in parameters.value.items()]
    while waiting:
        name, value = waiting.pop(0)
        yield name, value
        if isinstance(value.value, dict):
            waiting += [(f"{name}.{key}", below) for key, below in value.value.items()]


def unused_parameters(parameters: Located, read: Collection[str]) -> Iterator[tuple[str, Located]]:
    """Yield the parameters that no node reads: not whole, not in part, not as part of another.

    Of a mapping that is not read at all only the mapping is named.

    >>> from noria_catalog.located import locate
    >>> given = locate({"seed": 1, "model": {"depth": 3, "rate": 2}, "old": {"a": 1}})
    >>> [name for name, _ in unused_parameters(given, {"params:seed", "params:model.depth"})]
    ['old', 'model.rate']
    """
    if WHOLE in read:
        return
    waiting = [(str(key), below) for key, below in parameters.value.items()]
    while waiting:
        name, value = waiting.pop(0)
        if f"{PREFIX}{name}" in read:
            continue
        in_part = any(each.startswith(f"{PREFIX}{name}.") for each in read)
        if in_part and isinstance(value.value, dict):
            waiting += [(f"{name}.{key}", below) for key, below in value.value.items()]
        else:
            yield name, value


def check_overrides(overrides: Iterable[str], declared: Located, read: Iterable[str]) -> None:
    """Find the override that would change nothing: declared nowhere, and read by no node.

    ``overrides`` are dotted keys, ``declared`` the parameters without them, ``read`` the dataset
    names that the nodes of a run read.  Raises ConfigError with the nearest parameter.

    >>> from noria_catalog.located import locate
    >>> check_overrides(["seed", "model.new"], locate({"seed": 1}), ["params:model"])
    """
    known = {name.removeprefix(PREFIX) for name, _ in parameter_datasets(declared)}
    needed = [name.removeprefix(PREFIX) for name in read if name.startswith(PREFIX)]
    for key in overrides:
        if WHOLE in read or not way_into(declared, key.split("."))[1]:
            continue
        if any(f"{key}.".startswith(f"{name}.") or name.startswith(f"{key}.") for name in needed):
            continue
        raise ConfigError(
            f"--params {key}: no parameter of that name, and no node of this run reads it",
            nearest=nearest(key, known - {WHOLE}),
            hint="the parameters are in conf/base/parameters.yml",
        )


def _below(prefix: str, values: dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        name = f"{prefix}{key}"
        yield name, value
        if isinstance(value, dict):
            yield from _below(f"{name}.", value)

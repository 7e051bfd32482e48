"""Parameters given for one run: ``--params model.depth=3,seed=1``."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from noria_catalog.located import Located, Where, locate

from noria.config.names import way_into
from noria.errors import ConfigError

_OPENING, _CLOSING = "[{(", "]})"
_GIVEN = Where("--params", 0, 0)


def parse_overrides(texts: Iterable[str]) -> dict[str, Any]:
    """Return dotted keys with their values, each value read as YAML would read it.

    Several assignments in one text are parted by commas outside brackets and quotes; ``=`` or
    ``:`` parts key and value.  Raises ConfigError for a text without a key or a value.

    >>> parse_overrides(["model.depth=3, classes=[a, b]", "seed: 1e-3"])
    {'model.depth': 3, 'classes': ['a', 'b'], 'seed': 0.001}
    """
    return dict(_assignment(part) for text in texts for part in _parts(text))


def apply_overrides(parameters: Located, overrides: Mapping[str, Any]) -> Located:
    """Return ``parameters`` with the dotted keys of ``overrides`` set; nothing is changed in place.

    Raises ConfigError when a key leads through a parameter that holds a single value.

    >>> apply_overrides(locate({"a": {"b": 1, "c": 2}}), {"a.b": 5}).plain()
    {'a': {'b': 5, 'c': 2}}
    """
    for key, value in overrides.items():
        parameters = _set(parameters, key.split("."), value, key)
    return parameters


def override_where_written(
    layers: Sequence[Located], overrides: Mapping[str, Any]
) -> list[Located]:
    """Return the layers of the parameters with ``overrides`` set where their keys stand.

    So a reference in a layer sees what is given for this run.  A key that stands in no layer is set
    in the lowest that has most of it.  One that does not fit is left out: it is told by
    :func:`apply_overrides`, for all layers together.

    >>> layers = [locate({"a": {"b": 1}}), locate({"c": 2})]
    >>> [layer.plain() for layer in override_where_written(layers, {"a.b": 5})]
    [{'a': {'b': 5}}, {'c': 2}]
    """
    made = list(layers)
    for key, value in overrides.items():
        path = key.split(".")
        left = [len(way_into(layer, path)[1]) for layer in layers]
        least = min(left, default=0)
        places = [at for at, words in enumerate(left) if words == least]
        for at in places[:1] if least else places:
            with suppress(ConfigError):
                made[at] = _set(made[at], path, value, key)
    return made


def override_below(value: Located, path: Sequence[Any], overrides: Mapping[str, Any]) -> Located:
    """Return the value at ``path`` with those of ``overrides`` set that lie below it, and fit.

    >>> override_below(locate({"b": 1}), ["a"], {"a.b": 5, "c.b": 6}).plain()
    {'b': 5}
    """
    above = ".".join(map(str, path)) + "."
    for key, given in overrides.items():
        if key.startswith(above):
            with suppress(ConfigError):
                value = _set(value, key.removeprefix(above).split("."), given, key)
    return value


def _set(tree: Located, words: Sequence[str], value: Any, key: str) -> Located:
    keys, left = way_into(tree, words)
    return _put(tree, [*keys, *left], value, key)


def _put(tree: Located, path: list[Any], value: Any, key: str) -> Located:
    first, rest = path[0], path[1:]
    below = tree.value
    if isinstance(below, list) and isinstance(first, int):
        items = list(below)
        items[first] = _put(items[first], rest, value, key) if rest else locate(value, _GIVEN)
        return Located(items, tree.where, tree.key)
    if not isinstance(below, dict):
        what = f"a list of {len(below)}" if isinstance(below, list) else "a single value"
        raise ConfigError(
            f"--params {key}: the part before {first!r} is {what}, not a mapping",
            where=tree.where,
        )
    item = _put(below.get(first, Located({})), rest, value, key) if rest else locate(value, _GIVEN)
    return Located({**below, first: item}, tree.where, tree.key)


def _assignment(part: str) -> tuple[str, Any]:
    cut = min((at for at in (part.find("="), part.find(":")) if at >= 0), default=-1)
    key = part[:cut].strip()
    if cut < 0 or not key or not all(key.split(".")):
        raise ConfigError(
            f"--params takes key=value, not {part!r}", hint="for example --params model.depth=3"
        )
    from noria.config.yaml_loader import read_scalar

    return key, read_scalar(part[cut + 1 :].strip())


def _parts(text: str) -> list[str]:
    parts, depth, quote, start = [], 0, "", 0
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return [part for part in [*parts, text[start:].strip()] if part]

"""The merged configuration, value by value, each with its place and no secret."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from noria_catalog.located import Located, Where
from noria_catalog.redact import HIDDEN, is_secret, redacted
from noria_catalog.suggest import nearest

from noria.config.expressions import segments
from noria.config.interpolate import CREDENTIALS
from noria.config.names import dotted_names, key_of
from noria.errors import ConfigError

_DEEPEST = 50


class Row(NamedTuple):
    """One value: its dotted key, what may be shown of it, where it stands.

    ``where`` is ``None`` for a value that stands in no file.
    """

    key: str
    value: Any
    where: Where | None


def rows(located: Located, path: Sequence[Any]) -> Iterator[Row]:
    """Yield every single value below ``path``, in order; a list of single values is one.

    What stands in credentials, or beside a key that says it is a secret, is hidden.

    >>> from noria_catalog.located import locate
    >>> list(rows(locate({"depth": 3, "api_key": "x"}), ["parameters"]))
    [Row(key='parameters.depth', value=3, where=None), \
Row(key='parameters.api_key', value='***', where=None)]
    """
    value = located.value
    children: Any = ()
    if isinstance(value, dict) and value and not _hidden(path, value):
        children = value.items()
    elif isinstance(value, list) and any(isinstance(each.value, dict | list) for each in value):
        children = enumerate(value)
    if not children or len(path) > _DEEPEST:
        yield Row(".".join(map(str, path)), _shown(path, located), located.where)
        return
    for key, below in children:
        yield from rows(below, [*path, key])


def select(root: Located, key: str) -> tuple[list[Any], Located]:
    """Return the path and value that a dotted key leads to; keys may hold dots themselves.

    ``params:`` in front reads as in a node.  Raises ConfigError with the nearest key.

    >>> from noria_catalog.located import locate
    >>> select(locate({"catalog": {"a.b": {"type": "t"}}}), "catalog.a.b.type")[0]
    ['catalog', 'a.b', 'type']
    """
    if key.startswith("params:"):
        key = f"parameters.{key.removeprefix('params:')}"
    found = _found(root, segments(key), [])
    if found is None:
        raise ConfigError(
            f"no {key!r} in the configuration",
            nearest=nearest(key, dotted_names(root)),
            hint="`noria config show` lists all",
        )
    return found


def _found(inside: Located, path: list[str], walked: list[Any]) -> tuple[list[Any], Located] | None:
    if not path:
        return walked, inside
    for length in range(1, len(path) + 1):
        key = key_of(inside.value, ".".join(path[:length]))
        if key is not None:
            found = _found(inside.value[key], path[length:], [*walked, key])
            if found is not None:
                return found
    return None


def _hidden(path: Sequence[Any], value: Any) -> bool:
    """Tell whether all of a value is hidden, its keys included."""
    if path[0] == CREDENTIALS:
        return not isinstance(value, dict)
    if path[0] == "catalog" and path[-1] == CREDENTIALS and isinstance(value, str):
        return False  # only their name
    below = path[2:] if path[0] == "catalog" else path[1:]  # a dataset may be called as it likes
    return any(is_secret(str(key)) for key in below)


def _shown(path: Sequence[Any], located: Located) -> Any:
    value = located.value
    if value in (None, True, False) and path[0] != CREDENTIALS:
        return value
    return HIDDEN if _hidden(path, value) else _without_passwords(located.plain())


def _without_passwords(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_passwords(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_without_passwords(below) for below in value]
    return redacted(value) if isinstance(value, str) else value

"""Credentials: from files and the environment, resolved one by one, shown to nobody."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from noria_catalog.located import Located, Where

from noria.errors import ConfigError

PREFIX = "NORIA_CREDENTIALS__"


class Credentials(Mapping[str, Any]):
    """Names to credentials as plain values, each resolved when it is asked for.

    So a variable that is not set is missed only where its credentials are used.
    """

    def __init__(self, written: Located, resolve: Callable[[str], Located]) -> None:
        self._written = written
        self._resolve = resolve

    def __getitem__(self, name: str) -> Any:
        if name not in self._written.value:
            raise KeyError(name)
        return self._resolve(name).plain()

    def __contains__(self, name: object) -> bool:
        return name in self._written.value

    def __iter__(self) -> Iterator[str]:
        return iter(self._written.value)

    def __len__(self) -> int:
        return len(self._written.value)

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process gets what is there; a variable that is not set is missed there as well.
        held = {}
        for name in self:
            with suppress(ConfigError):
                held[name] = self[name]
        return dict, (held,)

    def __repr__(self) -> str:
        return f"Credentials({', '.join(map(str, self))})"


def with_variables(written: Located, environ: Mapping[str, str]) -> Located:
    """Return credentials with those that stand in ``NORIA_CREDENTIALS__NAME__KEY`` variables.

    Two underscores part the levels.  A level is the one in the files that reads the same when
    letter case and punctuation are ignored, else its lower-case letters.  Values are texts.  Raises
    ConfigError for a variable that names no key.

    >>> from noria_catalog.located import locate
    >>> files = locate({"data-lake": {"Key": "a"}})
    >>> with_variables(files, {"NORIA_CREDENTIALS__DATA_LAKE__KEY": "b"}).plain()
    {'data-lake': {'Key': 'b'}}
    """
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        levels = variable.removeprefix(PREFIX).split("__")
        where = Where(variable, 0, 0)
        if len(levels) < 2 or not all(levels):
            raise ConfigError(
                f"the variable {variable} names no key of any credentials",
                hint=f"for example {PREFIX}LAKE__SECRET",
            )
        # A place without a line is no text to interpolate: what a variable holds is kept.
        written = _set(written, levels, Located(environ[variable], where, where), variable)
    return written


def _set(tree: Located, levels: list[str], value: Located, variable: str) -> Located:
    if not isinstance(tree.value, dict):
        raise ConfigError(
            f"the variable {variable} leads through a single value", where=tree.key or tree.where
        )
    first, rest = levels[0], levels[1:]
    key = next((key for key in tree.value if _same(str(key), first)), first.lower())
    if rest:
        below = tree.value.get(key) or Located({}, value.where, value.where)
        value = _set(below, rest, value, variable)
    return Located({**tree.value, key: value}, tree.where, tree.key)


def _same(key: str, level: str) -> bool:
    return _plain(key) == _plain(level)


def _plain(word: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in word).casefold()

"""Values that know the file, line and column they were written at."""

from typing import Any, NamedTuple


class Where(NamedTuple):
    """A place in a file: ``line`` and ``column`` count from 1, as editors do.

    ``file`` is as the user would type it, relative to the project where it lies in it; with line
    0 it is the name of a variable of the environment.

    >>> str(Where("conf/base/catalog.yml", 3, 5)), str(Where("NORIA_RUNNER", 0, 0))
    ('conf/base/catalog.yml:3:5', 'NORIA_RUNNER')
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Located(NamedTuple):
    """A configuration value and where it stands.

    ``value`` is a ``dict[str, Located]``, a ``list[Located]`` or a scalar (``None``, ``bool``,
    ``int``, ``float``, ``str``, ``datetime.date``).  ``where`` is the place of the value, ``key``
    the place of the key in front of it; either is ``None`` for a value given on the command line
    or from Python.
    """

    value: Any
    where: Where | None = None
    key: Where | None = None

    def plain(self) -> Any:
        """Return the bare value, all the way down.

        >>> Located({"a": Located([Located(1)])}).plain()
        {'a': [1]}
        """
        if isinstance(self.value, dict):
            return {key: below.plain() for key, below in self.value.items()}
        if isinstance(self.value, list):
            return [below.plain() for below in self.value]
        return self.value


def locate(value: Any, where: Where | None = None) -> Located:
    """Wrap a bare value, all the way down, as if all of it stood at ``where``.

    >>> locate({"a": 1}).value["a"]
    Located(value=1, where=None, key=None)
    """
    if isinstance(value, Located):
        return value
    if isinstance(value, dict):
        return Located({key: locate(below, where) for key, below in value.items()}, where, where)
    if isinstance(value, list | tuple):
        return Located([locate(below, where) for below in value], where, where)
    return Located(value, where, where)

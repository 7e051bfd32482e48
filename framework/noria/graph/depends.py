"""What a node depends on besides its inputs, said by hand: files and variables of the process."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class Path(Protocol):
    """What ``pathlib`` and others make of a path."""

    def __fspath__(self) -> str:
        """Return the path as a text."""


class FileDependency(NamedTuple):
    """A file that the function reads by itself, a folder of them, or a pattern for several.

    Relative paths start at the project's folder, ``~`` at the user's.
    """

    path: str


class VariableDependency(NamedTuple):
    """A variable of the process's environment that the function reads."""

    name: str


Dependency = FileDependency | VariableDependency


def file(path: str | Path) -> FileDependency:
    """Return what says that a node reads this file: ``node(..., depends_on=[file("q.sql")])``.

    A folder stands for all files below it, a pattern such as ``queries/*.sql`` for those it names.

    >>> file("conf/query.sql")
    FileDependency(path='conf/query.sql')
    """
    return FileDependency(path if isinstance(path, str) else path.__fspath__())


def env(name: str) -> VariableDependency:
    """Return what says that a node reads this variable: ``node(..., depends_on=[env("REGION")])``.

    >>> env("REGION")
    VariableDependency(name='REGION')
    """
    return VariableDependency(name)


def list_dependencies(said: Dependency | Iterable[Dependency] | None) -> tuple[Dependency, ...]:
    """Return what was said as a tuple; one may stand alone.

    Raises ``TypeError`` for what is neither a file nor a variable.

    >>> list_dependencies(env("REGION")), list_dependencies(None)
    ((VariableDependency(name='REGION'),), ())
    """
    if said is None:
        return ()
    listed = (said,) if isinstance(said, FileDependency | VariableDependency) else tuple(said)
    for one in listed:
        if not isinstance(one, FileDependency | VariableDependency):
            raise TypeError(type(one).__name__)
    return listed

"""Libraries that only some datasets need: imported at use, named with their extra if missing."""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from noria_catalog.errors import DatasetError


def library(name: str, extra: str) -> Any:
    """Import and return a library; raises DatasetError with the command that installs it.

    ``extra`` is the extra of this distribution that brings it.

    >>> library("json", "none").dumps([1])
    '[1]'
    >>> library("no_such_library", "polars")
    Traceback (most recent call last):
        ...
    noria_catalog.errors.DatasetError: no_such_library is not installed
      pip install 'noria[polars]'
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        top = name.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != top:
            raise  # it is there, and misses something itself
        raise DatasetError(
            f"{top} is not installed", hint=f"pip install 'noria[{extra}]'"
        ) from error


def imported(name: str) -> Any:
    """Return a module that was imported, ``None`` for one that was not, or is just being so.

    Nothing is an instance of a class whose library was never imported whole; while a thread imports
    one, most of its names are not there yet.

    >>> imported("sys") is sys, imported("no_such_library")
    (True, None)
    """
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    return None if getattr(spec, "_initializing", False) else module


def missing_library(kind: type[Any], told: Mapping[str, Any] | None = None) -> DatasetError | None:
    """Return why datasets of a class cannot be used: the library that it ``needs`` is missing.

    A class says so by the module's name and what brings it; nothing of it is imported.  Where an
    argument names the library, ``needed_by`` says which one does; ``told`` are the arguments.

    >>> class Dataset:
    ...     needs = ("no_such_library", "noria[polars]")
    >>> print(missing_library(Dataset))
    it needs no_such_library, which is not installed
      pip install 'noria[polars]'
    """
    named = (told or {}).get(getattr(kind, "needed_by", ""))
    needs = getattr(kind, "needs", None) or (named and (named, named))
    if not needs or find_spec(needs[0]) is not None:
        return None
    name, what = needs
    return DatasetError(f"it needs {name}, which is not installed", hint=f"pip install '{what}'")

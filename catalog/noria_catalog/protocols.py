"""The stores that fsspec knows, and what is missing where one cannot be reached from here."""

from importlib.util import find_spec

from noria_catalog.errors import DatasetError
from noria_catalog.suggest import nearest


def unreachable(protocol: str) -> DatasetError | None:
    """Return why no store of this protocol can be reached from here; nothing of it is imported.

    >>> print(unreachable("s33"))
    no store is called 's33'
      did you mean 's3'?
      it is the word before `://`; another store needs the package that brings it to fsspec
    >>> unreachable("memory") is None
    True
    """
    from fsspec import available_protocols
    from fsspec.registry import known_implementations

    if protocol not in available_protocols():
        return DatasetError(
            f"no store is called {protocol!r}",
            nearest=nearest(protocol, available_protocols()),
            hint="it is the word before `://`;"
            " another store needs the package that brings it to fsspec",
        )
    known = known_implementations.get(protocol)
    library = known["class"].split(".")[0] if known else "fsspec"
    if find_spec(library) is not None:
        return None
    extra = "noria[s3]" if library == "s3fs" else library
    return DatasetError(
        f"{protocol} needs {library}, which is not installed", hint=f"pip install '{extra}'"
    )

"""What names the place where data lies: equal for two datasets whose data is one."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from noria_catalog.errors import NoriaError
from noria_catalog.located import Located
from noria_catalog.redact import is_secret, redacted
from noria_catalog.spec import Context, resolved_path
from noria_catalog.storage import is_remote

_QUERIES = ("SQLQueryDataset", "GBQQueryDataset", "duckdb.QueryDataset")  # Kedro's too
# What of an address of a database, behind its question mark, says which one it is.
_WHICH = (
    r"(?i)(?:[?&;]|odbc_connect=)((?:host|hostaddr|port|server|unix_socket|database|dbname"
    r"|service|service_name|sid|dsn|schema|options)=[^&;]*)"
)
_RELATIVE_SQLITE = r"(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:)(.+)"


def identity_of(
    described: Mapping[str, Any], entry: Located | None, context: Context
) -> str | None:
    """Return the place of a dataset's data by what is told of it, without secrets.

    ``None`` where it has none of its own: in memory, or what a query or an API returns, of which a
    file may hold no more than the question.  Of a file in a store it is the store's address too,
    of a table that of its database.

    >>> identity_of({"type": "json.JSONDataset", "filepath": "/a.json"}, None, Context())
    '/a.json'
    >>> table = {"type": "duckdb.TableDataset", "database": "/a.duckdb", "table_name": "t"}
    >>> identity_of(table, None, Context())
    '/a.duckdb#t'
    >>> query = {"type": "duckdb.QueryDataset", "filepath": "/q.sql"}
    >>> identity_of(query, None, Context()) is None
    True
    """
    place = described.get("filepath")
    if any(is_query(told) for told in _around(described)):
        return None
    if place is None:
        tables = (_table(told, entry, context) for told in _around(described))
        return next(filter(None, tables), None)
    if not is_remote(str(place)):
        return str(place)
    from noria_catalog.remote import store_address  # few places lie in a store

    address = store_address(given_to(entry, context))
    return f"{place} on {address}" if address else str(place)


def is_query(described: Mapping[str, Any]) -> bool:
    """Tell whether a dataset is what a query returns: a file of it holds the query.

    >>> is_query({"type": "pandas.SQLQueryDataset"}), is_query({"type": "json.JSONDataset"})
    (True, False)
    """
    word = str(described.get("type"))
    return word.endswith(_QUERIES) or word == "QueryDataset"


def given_to(entry: Located | None, context: Context) -> dict[str, Any]:
    """Return the credentials and ``fs_args`` of an entry, or of the one that it is around.

    What cannot be found is left out: who makes the dataset says so.
    """
    given: dict[str, Any] = {}
    if entry is None or not isinstance(entry.value, dict):
        return given
    inner = entry.value.get("dataset")
    if inner is not None:
        given |= given_to(inner, context)
    options = entry.value.get("fs_args")
    if options is not None and isinstance(options.value, dict):
        given |= options.plain()
    named = entry.value.get("credentials")
    with suppress(NoriaError, KeyError):
        found = context.credentials[named.value] if named is not None else {}
        plain = found.plain() if isinstance(found, Located) else found
        given |= plain if isinstance(plain, Mapping) else {}
    return given


def without_secrets(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return credentials without passwords and keys: where something lies, and who asks.

    >>> without_secrets({"host": "a", "password": "one", "con": "sql://ann:one@b"})
    {'host': 'a', 'con': 'sql://ann@b'}
    """
    return {
        key: re.sub("(://[^/?#:@]*):[^/?#]*@", r"\1@", value) if isinstance(value, str) else value
        for key, value in given.items()
        if not (is_secret(key) or key == "key")
    }


def _around(described: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what is told of a dataset, and of the one that it is around."""
    yield described
    inner = described.get("dataset")
    if isinstance(inner, Mapping):
        yield inner


def _table(told: Mapping[str, Any], entry: Located | None, context: Context) -> str | None:
    name, database = told.get("table_name"), told.get("database")
    word = str(told.get("type"))
    if word.endswith("duckdb.TableDataset") and isinstance(database, str):
        return f"{resolved_path(database, context.base_path)}#{name}"
    if not word.endswith("SQLTableDataset"):
        return None
    address = given_to(entry, context).get("con")
    if not isinstance(address, str):
        return None
    arguments = [told.get(key) or {} for key in ("load_args", "save_args")]
    schema = next((one["schema"] for one in arguments if one.get("schema")), None)
    whole = re.sub(
        _RELATIVE_SQLITE,
        lambda found: found[1] + (context.base_path / found[2]).as_posix(),
        address,
    )
    address = " ".join([redacted(whole), *_which(whole)])
    return f"{address}#{schema}.{name}" if schema else f"{address}#{name}"


def _which(address: str) -> list[str]:
    """Return what an address says of its database in its query: never who asks, nor a password.

    >>> _which("mssql+pyodbc:///?odbc_connect=Driver%3D%7BX%7D%3BServer%3Dshop%3BPwd%3Dsecret")
    ['Server=shop']
    """
    from urllib.parse import unquote_plus  # few datasets are tables

    query = address.partition("?")[2]
    if "@" in query:  # what stands before it is a password with a question mark in it
        return []
    return re.findall(_WHICH, "?" + re.sub(r"\{[^}]*\}", "", unquote_plus(query)))

"""What stands for the place of data that has none: who is asked for it, and what."""

from collections.abc import Callable

from noria_catalog import DataCatalog
from noria_catalog.storage import is_remote


def place_of_question(
    catalog: DataCatalog,
    name: str,
    digest_of: Callable[[str], str | None],
    sealed: Callable[[str], str],
) -> str:
    """Return what tells a dataset from itself with other credentials or another query in its file.

    Another environment may ask another database.  It is empty where an entry has neither;
    ``sealed`` makes of secrets what may be kept.
    """
    given, file = catalog.given(name), catalog.describe(name).get("filepath")
    query = None if file is None or is_remote(file) else digest_of(file)
    if not given and query is None:
        return ""
    return " " + sealed(repr((sorted(given.items(), key=str), query)))

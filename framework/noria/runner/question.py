"""What stands for the place of data that has none: who is asked for it, and what."""

import re
from collections.abc import Callable

from noria_catalog import DataCatalog
from noria_catalog.identity import without_secrets
from noria_catalog.storage import is_remote


def place_of_question(
    catalog: DataCatalog,
    name: str,
    digest_of: Callable[[str], str | None],
    sealed: Callable[[str], str],
) -> str:
    """Return what names such data: by its type and name, and by what tells it from other data.

    At another address, or by another query in its file, it is other data: another environment may
    ask another database.  ``sealed`` makes of secrets what may be kept.
    """
    given, described = without_secrets(catalog.given(name)), catalog.describe(name)
    file = described.get("filepath")
    query = None if file is None or is_remote(file) else digest_of(file)
    place = f"{described.get('type')}:{name}"
    if not given and query is None:
        return place
    return f"{place} asked {sealed(repr((sorted(given.items(), key=str), query)))}"


def told_place(place: str) -> str:
    """Return a place as it is told to people, without what only tells it from others.

    >>> told_place("duckdb.QueryDataset:orders asked 2f")
    'duckdb.QueryDataset:orders'
    """
    return re.sub(r" asked [0-9a-f]+$", "", place)

"""The libraries that datasets need and that are not installed."""

from collections.abc import Iterable, Iterator

from noria_catalog.declarations import Declarations
from noria_catalog.errors import DatasetDefinitionError, NoriaError
from noria_catalog.libraries import missing_library
from noria_catalog.located import Located
from noria_catalog.spec import nested_entries, resolve_type, type_word


def missing_libraries(names: Iterable[str], catalog: Declarations) -> Iterator[NoriaError]:
    """Yield what these datasets, or those within them, need and is not installed.

    Nothing of it is imported, and no dataset is made.
    """
    there: set[str] = set()  # types that need nothing more, whatever else their entries say
    for name in names:
        entry = catalog.entry(name)
        if entry is None or not isinstance(entry.value, dict) or type_word(entry) in there:
            continue
        kind = resolve_type(name, entry, catalog.context)
        missing = list(_missing(name, entry, catalog))
        yield from missing
        if not missing and not hasattr(kind, "needed_by") and not any(nested_entries(kind, entry)):
            there.add(type_word(entry))


def _missing(name: str, entry: Located, catalog: Declarations) -> Iterator[NoriaError]:
    kind = resolve_type(name, entry, catalog.context)
    told = {key: value.value for key, value in entry.value.items()}
    found = missing_library(kind, told)
    if found is not None:
        yield DatasetDefinitionError(
            f"dataset {name!r}: {found.message}",
            where=entry.value.get("type", entry).where or catalog.where(name),
            hint=found.hint,
        )
    for nested in nested_entries(kind, entry):
        yield from _missing(name, nested, catalog)

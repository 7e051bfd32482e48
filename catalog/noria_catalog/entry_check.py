"""What is wrong with entries, or may not be meant, found without loading or saving anything."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from noria_catalog.arguments import library_arguments
from noria_catalog.declarations import Declarations
from noria_catalog.errors import CatalogError, DatasetDefinitionError, NoriaError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.located import Located, Where
from noria_catalog.needed import missing_libraries
from noria_catalog.protocols import unreachable
from noria_catalog.publish import shown
from noria_catalog.redact import redacted
from noria_catalog.remote import publishes_whole
from noria_catalog.spec import nested_entries, resolve_type
from noria_catalog.storage import is_remote
from noria_catalog.suggest import nearest

_APPENDING = ("a", "ab", "a+", "at", "append")


class Problem(NamedTuple):
    """What is wrong, as an error with its place; ``kind`` says what of, in one word.

    ``warning`` says that it may be meant.
    """

    kind: str
    error: NoriaError
    warning: bool = False


def entry_problems(
    catalog: Declarations, names: Iterable[str], saved: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong with these datasets; ``saved`` are those that something saves to.

    Datasets are made, which imports their classes; nothing is loaded, and no store is asked.
    """
    made: dict[str, Any] = {}
    for name in names:
        try:
            made[name] = catalog[name]
        except NoriaError as error:
            yield Problem("entry", error)
            continue
        entry = catalog.entry(name)
        yield from (Problem("library", missing) for missing in missing_libraries([name], catalog))
        if entry is not None and isinstance(entry.value, dict):
            yield from _argument_problems(name, entry, catalog)
            yield from _appending(name, entry, made[name])
        yield from _place_problems(name, made[name], catalog, saving=name in saved)
    yield from _shared_places(made, catalog)


def _argument_problems(name: str, entry: Located, catalog: Declarations) -> Iterator[Problem]:
    kind = resolve_type(name, entry, catalog.context)
    for key in ("load_args", "save_args"):
        given = entry.value.get(key)
        if given is None or not isinstance(given.value, dict) or not given.value:
            continue
        known, sure = library_arguments(kind, key)
        for word, value in given.value.items():
            if sure and word not in known:
                function = getattr(kind, key.replace("args", "function")).replace(":", ".")
                yield Problem(
                    "argument",
                    DatasetDefinitionError(
                        f"dataset {name!r}: {function} has no argument {word!r}",
                        where=value.key or value.where or catalog.where(name),
                        nearest=nearest(str(word), known),
                    ),
                )
    for nested in nested_entries(kind, entry):
        yield from _argument_problems(name, nested, catalog)


def _appending(name: str, entry: Located, dataset: Any) -> Iterator[Problem]:
    written = entry.value.get("save_args")
    mode = written.value.get("mode") if written is not None and written.value else None
    appends = getattr(dataset, "appends", None)
    ours = appends is not None
    if appends if ours else (mode is not None and mode.value in _APPENDING):
        said = (
            "a save adds to what is there, so a run that is repeated adds it again"
            if ours
            else "a save that appends cannot be published whole or not at all"
        )
        place = written if mode is None else mode
        yield Problem(
            "whole",
            DatasetDefinitionError(
                f"dataset {name!r}: {said}",
                where=None if place is None else place.key or place.where,
                hint="to keep each part beside the others: type: partitions.PartitionedDataset",
            ),
            warning=True,
        )


def _place_written(entry: Located | None) -> Where | None:
    """Return where an entry says its place, as far as it does."""
    if entry is None or not isinstance(entry.value, dict):
        return None
    written = entry.value.get("filepath") or entry.value.get("path")
    return None if written is None else written.where


def _place_problems(
    name: str, dataset: Any, catalog: Declarations, *, saving: bool
) -> Iterator[Problem]:
    place = getattr(dataset, "filepath", None) or getattr(dataset, "path", None)
    if not isinstance(place, str):
        return
    where = _place_written(catalog.entry(name)) or catalog.where(name)
    if is_remote(place):
        protocol = place.split(":", 1)[0]
        wrong = unreachable(protocol)
        if wrong is not None:
            error = DatasetDefinitionError(
                f"dataset {name!r}: {wrong.message}",
                where=where,
                nearest=wrong.nearest,
                hint=wrong.hint,
            )
            yield Problem("place", error)
        elif saving and not publishes_whole(place):
            error = DatasetDefinitionError(
                f"dataset {name!r}: {protocol} cannot publish a file whole or not at all",
                where=where,
                hint="who reads during a save, or after one that was cut, finds a part of it",
            )
            yield Problem("whole", error, warning=True)
        return
    above = os.path.dirname(place)
    while above and not os.path.lexists(above) and os.path.dirname(above) != above:
        above = os.path.dirname(above)
    reason = None
    if not os.path.isdir(above):
        reason = f"{shown(above)} is no folder"
    elif saving and not os.access(above, os.W_OK | os.X_OK):
        reason = f"the folder {shown(above)} is read-only"
    elif os.path.exists(place) and not os.access(place, os.R_OK):
        reason = "it cannot be read"
    if reason is not None:
        message = f"dataset {name!r}: {shown(place)} cannot be reached: {reason}"
        yield Problem("place", DatasetDefinitionError(message, where=where))


def _shared_places(made: Mapping[str, Any], catalog: Declarations) -> Iterator[Problem]:
    by_place: dict[str, list[str]] = {}
    for name, dataset in made.items():
        if isinstance(dataset, FileDataset):
            place = dataset.storage.identity(dataset.filepath)
            by_place.setdefault(place, []).append(name)
    for place, names in by_place.items():
        # The forms of a transcoded dataset are one.
        if len({name.partition("@")[0] for name in names}) > 1:
            told = ", ".join(
                f"{name!r}" + (f" at {catalog.where(name)}" if catalog.where(name) else "")
                for name in names
            )
            error: CatalogError = DatasetDefinitionError(
                f"several entries lie at {redacted(shown(place))}: {told}",
                where=catalog.where(names[-1]),
                hint="what one of them saves, the others load; write them as forms of one dataset"
                " (name@this, name@that), or give each its own place",
            )
            yield Problem("shared", error, warning=True)

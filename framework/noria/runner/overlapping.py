"""Datasets whose places overlap: a folder of many files, and what else lies in it."""

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.file_dataset import FileDataset
from noria_catalog.libraries import imported

from noria.graph import Pipeline
from noria.plan import Job
from noria.runner.places import Places
from noria.runner.real_paths import RealPaths


def canonical_names(
    pipeline: Pipeline, catalog: DataCatalog, given: Container[str] = ()
) -> dict[str, str]:
    """Return which name stands for each: that under which the data is made, where it is made.

    Two that lie at one place and are made of other files there stand for themselves; so do those
    that nobody makes, for each may be something else: of another version, of other files by a
    pattern, of another archive; and what is ``given`` in place of what lies there.
    """
    wiring, pinned = pipeline.wiring, catalog.pinned()
    together: dict[tuple[bool, str], list[str]] = {}
    for name in sorted(wiring.read | wiring.made, key=lambda name: (name not in wiring.made, name)):
        alone = name in given
        together.setdefault((alone, name if alone else wiring.base(name)), []).append(name)
    found: dict[str, str] = {}
    for names in together.values():
        if len(names) == 1:
            found[names[0]] = names[0]
            continue
        stands: dict[str, str] = {}
        made = names[0] in wiring.made
        for name in names:
            alone = not made or name in pinned
            found[name] = stands.setdefault(name if alone else _part(name, catalog), name)
    return found


def with_stirred(jobs: Sequence[Job], catalog: DataCatalog, places: Places) -> list[Job]:
    """Return the jobs, each with the datasets that change when its outputs are written.

    Not its outputs, but what others read of the same files: of the folder in which one is put, or
    single files of a folder that is written.
    """
    names = {name for job in jobs for name in (*job.inputs.values(), *job.outputs)}
    at = {name: places.place(name) for name in names}
    apart = (name for name in names if at[name] and not places.is_one_file(name))
    folders = sorted(name for name in apart if _is_folder(name, at[name], catalog))
    if not folders:
        return list(jobs)
    near = _near(at, folders, catalog)
    read = {name for job in jobs for name in job.inputs.values()}
    return [job._replace(stirs=tuple(_stirred(job, near, read))) for job in jobs]


def with_needed(
    jobs: Sequence[Job], files: Mapping[str, Mapping[str, str]], places: Places
) -> list[Job]:
    """Return the jobs; those that write what others were said to depend on stir it.

    ``files`` are the paths that nodes were said to depend on, by what each is called.
    """
    if not files:
        return list(jobs)
    said = _by_path({word: path for each in files.values() for word, path in each.items()})
    outputs = {name: places.place(name) for job in jobs for name in job.outputs}
    made = _by_path(outputs)
    stirred = {
        output: {word for above in upward(place) for word in said.get(above, ())}
        for output, place in outputs.items()
    }
    for path, words in said.items():
        for above in upward(path):
            for output in made.get(above, ()):
                stirred[output].update(words)
    needed = {word for words in stirred.values() for word in words}
    return [
        job._replace(
            stirs=(*job.stirs, *sorted({word for one in job.outputs for word in stirred[one]})),
            needs=tuple(word for word in files.get(job.name, ()) if word in needed),
        )
        for job in jobs
    ]


def _by_path(paths: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, path in paths.items():
        found.setdefault(path, []).append(name)
    return found


def upward(path: str) -> Iterator[str]:
    """Yield a path and all folders that it lies in."""
    while path:
        yield path
        above = os.path.dirname(path)  # noqa: PTH120
        path = "" if above == path else above


def _stirred(job: Job, near: Mapping[str, set[str]], read: set[str]) -> Iterator[str]:
    found = {name for output in job.outputs for name in near.get(output, ())}
    yield from sorted(found & read - {*job.outputs})


def may_share(one: str, other: str, catalog: DataCatalog, place_of: Callable[[str], str]) -> bool:
    """Tell whether two datasets may have files in common, of which one lies at or below the other.

    Images and their labels in one folder have none.
    """
    apart = [_partitions(name, catalog) for name in (one, other)]
    if None in apart and (apart == [None, None] or place_of(one) == place_of(other)):
        return True
    endings = [_ending(name, catalog, place_of) for name in (one, other)]
    return endings[0].endswith(endings[1]) or endings[1].endswith(endings[0])


def is_filled_by(name: str, made: Iterable[str], catalog: DataCatalog) -> bool:
    """Tell whether files of a dataset, a folder, are among what is ``made``."""
    real = RealPaths()

    def place_of(one: str) -> str:
        return real(str(catalog.describe(one).get("filepath", "")))

    if name not in catalog or _partitions(name, catalog) is None:
        return False
    below = f"{place_of(name)}{os.sep}"
    return any(
        one in catalog.declared
        and place_of(one).startswith(below)
        and may_share(one, name, catalog, place_of)
        for one in made
    )


def _near(
    places: Mapping[str, str], folders: Iterable[str], catalog: DataCatalog
) -> dict[str, set[str]]:
    """Return, for each dataset, those with which it may share files."""
    near: dict[str, set[str]] = {}
    at = {name: f"{place}/".replace(os.sep, "/") for name, place in places.items()}
    for folder in folders:
        for name, place in at.items():
            if name == folder or not place.startswith(at[folder]):
                continue
            if may_share(name, folder, catalog, places.__getitem__):
                near.setdefault(name, set()).add(folder)
                near.setdefault(folder, set()).add(name)
    return near


def _is_folder(name: str, place: str, catalog: DataCatalog) -> bool:
    """Tell whether a dataset is made of all the files that lie in a folder."""
    return bool(_part(name, catalog)) or os.path.isdir(place)  # noqa: PTH112


def _part(name: str, catalog: DataCatalog) -> str:
    """Return of which files at its place a dataset is made; empty for all that is there."""
    dataset = _partitions(name, catalog)
    return "" if dataset is None else f"{type(dataset).__qualname__} *{dataset.filename_suffix}"


def _ending(name: str, catalog: DataCatalog, place_of: Callable[[str], str]) -> str:
    """Return how the files end of which a dataset is made: a path for one, empty for any."""
    dataset = _partitions(name, catalog)
    if dataset is not None:
        return str(dataset.filename_suffix)
    place = place_of(name)
    is_file = isinstance(catalog.get(name), FileDataset) and not os.path.isdir(place)  # noqa: PTH112
    return place if is_file else ""


def _inmost(name: str, catalog: DataCatalog) -> Any:
    """Return a dataset, of one that is kept in memory the one that it is around."""
    dataset: Any = catalog.get(name)
    cached = imported("noria_catalog.cached")
    while cached is not None and isinstance(dataset, cached.CachedDataset):
        dataset = dataset.dataset
    return dataset


def _partitions(name: str, catalog: DataCatalog) -> Any:
    """Return what holds a dataset's partitions; ``None`` where it has none."""
    dataset, partitioned = _inmost(name, catalog), imported("noria_catalog.partitioned")
    if partitioned is None or not isinstance(dataset, partitioned.PartitionedDataset):
        return None
    return dataset

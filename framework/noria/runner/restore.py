"""Putting recorded outputs back, and keeping aside what nobody recorded."""

import os
from pathlib import Path

from noria_catalog import DataCatalog
from noria_catalog.dataset import Restores
from noria_catalog.failures import told

from noria.errors import RunError
from noria.plan import Plan
from noria.runner.places import Places
from noria.runner.shown import shown_in
from noria.store import Output, Store


def put_back(output: Output, catalog: DataCatalog, store: Store, places: Places) -> None:
    """Make a dataset's place hold the bytes that the store has of an output.

    They are published as a save is: whole, or not at all.  Raises the store's ``Corrupt`` where a
    blob is not what it should be, SaveError, which names the dataset, where the place cannot be
    written; then nothing was changed.
    """
    dataset = catalog[output.name]
    if not isinstance(dataset, Restores):
        raise TypeError(f"{output.name} cannot be put back")
    with (
        told(catalog, output.name, "restore"),
        dataset.restoring([name for name, _, _ in output.blobs]) as targets,
    ):
        for name, digest, _ in output.blobs:
            store.copy_to(digest, targets[name])
    places.forget(output.name)


def keep_aside(
    name: str,
    catalog: DataCatalog,
    places: Places,
    folder: Path,
    root: Path,
    who: str = "by hand",
) -> str:
    """Move what lies at a dataset's place into ``folder``, and return what is to be said of it.

    Below it the path is the one that it had below ``root``, the project's folder.  A link through
    which a run has saved stays, and what it leads to is moved; of another link it is the link that
    is moved: what it leads to is somebody else's.  So is what else lies in a folder of partitions:
    it stays.  ``who`` says by whom it was changed.  Raises SaveError, which names the dataset,
    where that cannot be done.
    """
    import shutil

    place = places.path(name)
    with told(catalog, name, "set aside"):
        target = place_aside(place, folder, root)
        among_others = _among_others(name, place, places)
        for path in among_others:
            shutil.move(path, place_aside(path, folder, root))
        if not among_others:
            shutil.move(places.place(name) if places.lying(name).ours else place, target)
    places.forget(name)
    return f"{shown_in(root, place)} was changed {who}: it is now {shown_in(root, str(target))}"


def _among_others(name: str, place: str, places: Places) -> list[str]:
    """Return the files of a dataset where others lie in its folder too; else none."""
    with places.stored(name) as files:
        own = [path for _, path in files if path != place]
    walked = os.walk(os.path.normpath(place))
    found = {f"{at}{os.sep}{file}" for at, _, names in walked for file in names}
    return own if own and found - set(map(os.path.normpath, own)) else []


def copy_aside(name: str, path: str, catalog: DataCatalog, folder: Path, root: Path) -> str:
    """Copy a file of a dataset as :func:`keep_aside` moves one, and return what is to be said."""
    import shutil

    with told(catalog, name, "set aside"):
        target = place_aside(path, folder, root)
        shutil.copy2(path, target)
    return (
        f"{shown_in(root, path)} was changed by hand and may be written anew:"
        f" a copy is {shown_in(root, str(target))}"
    )


def would_overwrite(
    name: str, places: Places, *, can_be_kept: bool = True, remembers: bool = True
) -> RunError:
    """Return the error for what somebody has written where nothing is moved away.

    ``can_be_kept``: it can stand for what its node makes, which does not run every time.
    ``remembers``: the run records what it makes.
    """
    from noria.runner.question import told_place  # it is seldom told

    alone = "" if remembers else " without --no-cache"
    keep = f"to take what lies there as the result: --keep-edited {name}{alone}\n"
    return RunError(
        f"{name} at {told_place(places.place(name))} holds what no run has recorded,"
        " and nothing is overwritten there",
        hint=f"{keep if can_be_kept else ''}to make it anew: --force{alone}, or remove it first",
    )


def check_overwriting(plan: Plan, places: Places) -> None:
    """Raise RunError where a run would overwrite what nobody recorded and cannot be moved away."""
    for job, verdict in zip(plan.jobs, plan.verdicts, strict=True):
        if job.selected and verdict.blocked:
            raise would_overwrite(verdict.blocked[0], places, can_be_kept=not job.always)


def place_aside(place: str, folder: Path, root: Path) -> Path:
    """Return where below ``folder`` a path is kept, as it lies below ``root``; it can be made."""
    below = os.path.relpath(place, root)
    if below.startswith(os.pardir):
        below = place.lstrip("/").replace(":", "")
    target = folder / below
    target.parent.mkdir(parents=True, exist_ok=True)
    return target

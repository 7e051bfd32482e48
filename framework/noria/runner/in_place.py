"""What lies at a dataset's place, as an output of the node that has put it there."""

from contextlib import suppress
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.dataset import Restores
from noria_catalog.digest import digest_of_files

from noria.errors import NotStorable
from noria.runner.places import Places, does
from noria.store import Output, Store


def output_in_place(name: str, catalog: DataCatalog, store: Store, places: Places) -> Output:
    """Return what lies at a dataset's place as an output, its bytes in the store where they can be.

    The digest is empty where nobody can tell contents apart.
    """
    dataset: Any = catalog[name]
    place = places.place(name)
    if does(dataset, Restores) and dataset.restorable:
        # Where the store cannot take it (a full disk), its digest is remembered all the same.
        with suppress(NotStorable), dataset.stored_files() as files:
            blobs = {path: store.keep_file(path) for _, path in files}
            digest = digest_of_files(files, lambda path: blobs[path].digest)
            kept = tuple((inside, *blobs[path]) for inside, path in files)
            return Output(name, digest or "", "files", kept, "", place)
    lying = places.look(name)
    digest = "" if lying.opaque else lying.digest
    return Output(name, digest or "", "none", (), "", place)

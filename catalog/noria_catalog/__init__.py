"""Data by name: what it is, where it lies, how it is loaded and saved.

Names are imported when they are first used.
"""

_HOMES = {
    "CatalogError": "noria_catalog.errors",
    "DataCatalog": "noria_catalog.data_catalog",
    "Dataset": "noria_catalog.dataset",
    "DatasetDefinitionError": "noria_catalog.errors",
    "DatasetError": "noria_catalog.errors",
    "FileDataset": "noria_catalog.file_dataset",
    "LoadError": "noria_catalog.errors",
    "MemoryDataset": "noria_catalog.memory",
    "MissingDataError": "noria_catalog.errors",
    "NoriaError": "noria_catalog.errors",
    "SaveError": "noria_catalog.errors",
    "UnknownDatasetError": "noria_catalog.errors",
    "UnknownTypeError": "noria_catalog.errors",
    "copy_value": "noria_catalog.memory",
    "new_version": "noria_catalog.versions",
}
__all__ = [*_HOMES]  # noqa: PLE0604  # the table is the one list of names


def __getattr__(name: str) -> object:
    from importlib import import_module

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'noria_catalog' has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value

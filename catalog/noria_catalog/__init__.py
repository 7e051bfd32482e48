"""Data by name: what it is, where it lies, how it is loaded and saved."""

from noria_catalog.data_catalog import DataCatalog
from noria_catalog.dataset import Dataset
from noria_catalog.entry_points import entry_points
from noria_catalog.errors import (
    CatalogError,
    DatasetDefinitionError,
    DatasetError,
    LoadError,
    MissingDataError,
    NoriaError,
    SaveError,
    UnknownDatasetError,
    UnknownTypeError,
)
from noria_catalog.file_dataset import FileDataset
from noria_catalog.memory import MemoryDataset, copy_value
from noria_catalog.versions import new_version

__all__ = [
    "CatalogError",
    "DataCatalog",
    "Dataset",
    "DatasetDefinitionError",
    "DatasetError",
    "FileDataset",
    "LoadError",
    "MemoryDataset",
    "MissingDataError",
    "NoriaError",
    "SaveError",
    "UnknownDatasetError",
    "UnknownTypeError",
    "copy_value",
    "entry_points",
    "new_version",
]

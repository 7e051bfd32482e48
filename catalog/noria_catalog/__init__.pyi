from noria_catalog.data_catalog import DataCatalog as DataCatalog
from noria_catalog.dataset import Dataset as Dataset
from noria_catalog.errors import CatalogError as CatalogError
from noria_catalog.errors import DatasetDefinitionError as DatasetDefinitionError
from noria_catalog.errors import DatasetError as DatasetError
from noria_catalog.errors import LoadError as LoadError
from noria_catalog.errors import MissingDataError as MissingDataError
from noria_catalog.errors import NoriaError as NoriaError
from noria_catalog.errors import SaveError as SaveError
from noria_catalog.errors import UnknownDatasetError as UnknownDatasetError
from noria_catalog.errors import UnknownTypeError as UnknownTypeError
from noria_catalog.file_dataset import FileDataset as FileDataset
from noria_catalog.memory import MemoryDataset as MemoryDataset
from noria_catalog.memory import copy_value as copy_value
from noria_catalog.versions import new_version as new_version

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
    "new_version",
]

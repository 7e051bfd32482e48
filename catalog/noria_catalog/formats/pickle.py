"""Python objects as pickles."""

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.errors import DatasetDefinitionError, DatasetError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.suggest import nearest
from noria_catalog.versions import Version

# A name from a configuration file is never imported unseen.
_BACKENDS = ("pickle", "joblib", "cloudpickle", "dill")


class PickleDataset(FileDataset):
    """Any Python object, by ``backend``: ``pickle``, ``joblib``, ``cloudpickle`` or ``dill``.

    Loading a pickle runs what is in it: load only files that you or your pipeline made.
    ``save_args`` and ``load_args`` go to the backend's ``dump`` and ``load``; the protocol is 5
    unless said, whatever the Python, so that the bytes do not change with it.

    >>> import tempfile
    >>> dataset = PickleDataset(tempfile.mkdtemp() + "/model.pickle")
    >>> dataset.save({"weights": (1, 2)})
    >>> dataset.load()
    {'weights': (1, 2)}
    """

    needed_by: ClassVar[str] = "backend"

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        *,
        backend: str = "pickle",
        load_args: Mapping[str, Any] | None = None,
        save_args: Mapping[str, Any] | None = None,
        version: Version | None = None,
        credentials: Mapping[str, Any] | None = None,
        fs_args: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            filepath,
            load_args=load_args,
            save_args=save_args,
            version=version,
            credentials=credentials,
            fs_args=fs_args,
        )
        if backend not in _BACKENDS:
            raise DatasetDefinitionError(
                f"no pickle backend {backend!r}",
                nearest=nearest(str(backend), _BACKENDS),
                hint=f"there are {', '.join(_BACKENDS)}",
            )
        self.backend = backend

    def read(self, path: Path) -> Any:
        """Return the object in the file ``path``."""
        with path.open("rb") as file:
            return self._library().load(file, **self.load_args)

    def write(self, data: Any, path: Path) -> None:
        """Write an object into the file ``path``."""
        with path.open("wb") as file:
            self._library().dump(data, file, **{"protocol": 5, **self.save_args})

    def _library(self) -> Any:
        try:
            return import_module(self.backend)
        except ModuleNotFoundError as error:
            if error.name != self.backend:
                raise  # it is there, and misses something itself
            raise DatasetError(
                f"{self.backend} is not installed", hint=f"pip install {self.backend}"
            ) from error

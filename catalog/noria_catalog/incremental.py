"""Many files of one folder, of which only those count that nobody has worked through."""

import operator
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from noria_catalog.dataset import Dataset
from noria_catalog.errors import DatasetDefinitionError, MissingDataError
from noria_catalog.located import locate
from noria_catalog.partitioned import PartitionedDataset
from noria_catalog.spec import Context, build
from noria_catalog.storage import is_remote
from noria_catalog.suggest import nearest

_COMPARISONS = {f"operator.{name}": getattr(operator, name) for name in ("gt", "ge", "ne")}
_CHECKPOINT = "CHECKPOINT"


class IncrementalDataset(PartitionedDataset):
    """Partitions whose names come after a checkpoint, the name that was confirmed last.

    A load returns the data by name, not functions as a partitioned dataset does.  :meth:`confirm`
    puts the checkpoint at the last partition that every load since has returned: what arrives
    between two readers is new to both the next time.  A node that names this dataset in
    ``confirms`` does that when its outputs are saved, so a failing node meets the same partitions
    again.  ``checkpoint`` is the entry of the dataset that keeps it (a text file ``CHECKPOINT`` in
    the folder unless said), and may hold ``force_checkpoint``, a name to begin after whatever was
    confirmed, and ``comparison_func``: ``operator.gt``, ``operator.ge``, ``operator.ne``, or in
    Python a function of a name and the checkpoint.  A text alone is ``force_checkpoint``.

    >>> import tempfile
    >>> days = IncrementalDataset(tempfile.mkdtemp(), "text.TextDataset", filename_suffix=".txt")
    >>> days.save({"2013-01-01": "snow"})
    >>> days.load()
    {'2013-01-01': 'snow'}
    >>> days.confirm()
    >>> days.load()
    {}
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        dataset: str | Mapping[str, Any] | Callable[[str], Dataset],
        *,
        checkpoint: str | Mapping[str, Any] | None = None,
        filename_suffix: str = "",
        credentials: Mapping[str, Any] | None = None,
        fs_args: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            path,
            dataset,
            filename_suffix=filename_suffix,
            credentials=credentials,
            fs_args=fs_args,
        )
        told = {"force_checkpoint": checkpoint} if isinstance(checkpoint, str) else checkpoint
        self._checkpoint_entry = dict(told or {})
        self._forced = self._checkpoint_entry.pop("force_checkpoint", None)
        self._comes_after = _comparison(
            self._checkpoint_entry.pop("comparison_func", "operator.gt")
        )
        self._loads: list[list[str]] = []  # since the last confirmation
        self._is_confirmed = False

    def load(self) -> dict[str, Any]:
        """Return the data of the new partitions by their names, none where nothing is new.

        Raises MissingDataError where there is no folder, or nothing in it ends with the suffix.
        """
        names = self._new_names()
        self._loads.append(names)
        return {name: self._one(self._path(name)).load() for name in names}

    def save(self, data: Mapping[str, Any]) -> None:
        """Save a mapping from names to values, or to functions that return them."""
        super().save(data)
        self._loads.clear()
        self._is_confirmed = False

    def confirm(self) -> None:
        """Put the checkpoint at the last partition that all loads gave; of no load, at the last."""
        if self._is_confirmed and not self._loads:
            return
        first, *others = self._loads or [self._new_names()]
        names = [name for name in first if all(name in other for other in others)]
        if names:
            self.checkpoint.save(names[-1])
        self._loads.clear()
        self._is_confirmed = True

    def digest(self) -> str | None:
        """Return ``None``: what a load gives depends on what was confirmed."""
        return None

    @property
    def restorable(self) -> bool:
        """Partitions are added to, never put back."""
        return False

    @cached_property
    def checkpoint(self) -> Dataset:
        """The dataset that keeps the name which was confirmed last."""
        entry = {"type": "text.TextDataset", **self._checkpoint_entry}
        entry["filepath"] = self._checkpoint_path()
        given = entry.pop("credentials", None) or self.credentials
        if isinstance(given, str):
            raise DatasetDefinitionError(
                "the checkpoint takes the credentials of its dataset",
                hint="leave `credentials` out of `checkpoint`",
            )
        if given:
            entry["credentials"] = "given"
        if self.fs_args:
            entry.setdefault("fs_args", dict(self.fs_args))
        if entry.keys() & {"versioned", "version"}:
            raise DatasetDefinitionError("a checkpoint keeps no versions")
        return build("checkpoint", locate(entry), Context(credentials={"given": given}))

    def _checkpoint_path(self) -> str:
        given = self._checkpoint_entry.get("filepath")
        if given is None:
            return f"{self.path}/{_CHECKPOINT}"
        given = os.fspath(given)
        folder = self.path if is_remote(self.path) else os.path.abspath(self.path)
        whole_already = is_remote(given) or os.path.isabs(given)
        for path in (given,) if whole_already else (given, f"{folder}/{given}"):
            whole = path if is_remote(path) else os.path.abspath(path)
            if whole.startswith(f"{folder}/") and ".." not in whole.split("/"):
                return whole
        raise DatasetDefinitionError(
            f"the checkpoint {given!r} lies outside of {self.storage.shown(self.path)}",
            hint="its filepath is a name in the folder of the partitions",
        )

    def _confirmed(self) -> str | None:
        if self._forced is not None:
            return str(self._forced)
        try:
            return str(self.checkpoint.load())
        except MissingDataError:
            return None

    def _new_names(self) -> list[str]:
        last = self._confirmed()
        names = self._names()
        return names if last is None else [one for one in names if self._comes_after(one, last)]

    def _files(self) -> list[str]:
        below = self._checkpoint_path()[len(self._whole_path()) + 1 :]
        return [file for file in super()._files() if file != below]

    def _whole_path(self) -> str:
        if is_remote(self.path) or "filepath" not in self._checkpoint_entry:
            return self.path
        return os.path.abspath(self.path)


def _comparison(given: Any) -> Callable[[str, str], bool]:
    found: Callable[[str, str], bool] | None = given if callable(given) else None
    found = found or _COMPARISONS.get(str(given))
    if found is None:
        raise DatasetDefinitionError(
            f"no comparison {given!r}",
            nearest=nearest(str(given), _COMPARISONS),
            hint=f"there are {', '.join(_COMPARISONS)}; in Python a function can be given",
        )
    return found

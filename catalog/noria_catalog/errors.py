"""The root of every error of Noria, and the errors of data.

NoriaError                        a message, where it is wrong, the nearest valid name, what to do
└── CatalogError                  the catalog
    ├── DatasetDefinitionError    an entry that cannot become a dataset
    │   └── UnknownTypeError      its ``type`` names nothing
    ├── UnknownDatasetError       a name that the catalog does not have
    └── DatasetError              a dataset that could not do its work
        ├── MissingDataError      nothing lies at its place
        ├── LoadError             it lies there and cannot be read
        └── SaveError             it could not be written; what was there before still stands
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from noria_catalog.located import Where
from noria_catalog.suggest import nearest


class NoriaError(Exception):
    """A mistake that is explained to the user without a traceback.

    ``where`` is the place in the user's files, ``None`` when there is none; ``nearest`` the closest
    valid name, ``None`` when nothing is close; ``hint`` one sentence that says what to do.

    >>> error = NoriaError("no pipeline 'trian'", nearest="train", hint="`noria pipelines list`")
    >>> print(error)
    no pipeline 'trian'
      did you mean 'train'?
      `noria pipelines list`
    """

    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        message: str,
        *,
        where: Where | None = None,
        nearest: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.nearest = nearest
        self.hint = hint

    @property
    def said(self) -> str:
        """What is wrong, and where; not what to do."""
        return self.message if self.where is None else f"{self.where}: {self.message}"

    def __str__(self) -> str:
        lines = [self.said]
        if self.nearest is not None:
            lines.append(f"  did you mean {self.nearest!r}?")
        if self.hint is not None:
            lines.extend(f"  {line}" for line in self.hint.splitlines())
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """Return what IPython and notebooks show instead of a traceback."""
        return [f"Error: {self}"]


def told_together(errors: Sequence[NoriaError]) -> list[str]:
    r"""Return what each of several errors says; what helps against some in a row is said once.

    >>> told_together([NoriaError("a", hint="mend it"), NoriaError("b", hint="mend it")])
    ['a', 'b\n  mend it']
    """
    following = [*errors[1:], None]
    return [
        error.said
        if after is not None and (error.nearest, error.hint) == (after.nearest, after.hint)
        else str(error)
        for error, after in zip(errors, following, strict=False)  # none of none
    ]


class CatalogError(NoriaError):
    """Something about the catalog is wrong."""


class DatasetDefinitionError(CatalogError):
    """An entry cannot become a dataset: an unknown key, a wrong value, a missing argument."""


class UnknownTypeError(DatasetDefinitionError):
    """The ``type`` of a catalog entry names no dataset class."""


_MOST_NAMED = 8


def _what_there_is(names: Sequence[str]) -> str:
    if not names:
        return "the catalog is empty: an entry in catalog.yml declares a dataset"
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return f"there are {', '.join(sorted(names)[:_MOST_NAMED])}{more}"


class UnknownDatasetError(CatalogError):
    """A name was asked for that the catalog does not have."""

    def __init__(self, name: str, known: Iterable[str], *, hint: str | None = None) -> None:
        names = list(known)
        close = nearest(name, names)
        if close is None and hint is None:
            hint = _what_there_is(names)
        super().__init__(f"no dataset {name!r} in the catalog", nearest=close, hint=hint)
        self.name = name


class DatasetError(CatalogError):
    """A dataset could not do its work.  ``name`` is its name in the catalog, once known."""

    def __init__(
        self,
        message: str,
        *,
        name: str | None = None,
        where: Where | None = None,
        nearest: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, where=where, nearest=nearest, hint=hint)
        self.name = name


class MissingDataError(DatasetError):
    """Nothing lies where the dataset points."""


class LoadError(DatasetError):
    """The data lies there and cannot be read; the library's own error is the ``__cause__``."""


class SaveError(DatasetError):
    """The data could not be written; what was there before still stands."""

"""From the type word of an entry to the class of its dataset."""

from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from noria_catalog.entry_points import entry_points
from noria_catalog.errors import UnknownTypeError
from noria_catalog.located import Where
from noria_catalog.suggest import nearest

BUILTIN = {
    "CachedDataset": "noria_catalog.cached:CachedDataset",
    "MemoryDataset": "noria_catalog.memory:MemoryDataset",
    "duckdb.QueryDataset": "noria_catalog.formats.duckdb:QueryDataset",
    "duckdb.TableDataset": "noria_catalog.formats.duckdb:TableDataset",
    "json.JSONDataset": "noria_catalog.formats.json:JSONDataset",
    "matplotlib.MatplotlibDataset": "noria_catalog.formats.matplotlib:MatplotlibDataset",
    "numpy.ArrayDataset": "noria_catalog.formats.numpy:ArrayDataset",
    "pandas.CSVDataset": "noria_catalog.formats.pandas:CSVDataset",
    "pandas.ExcelDataset": "noria_catalog.formats.pandas:ExcelDataset",
    "pandas.FeatherDataset": "noria_catalog.formats.pandas:FeatherDataset",
    "pandas.JSONDataset": "noria_catalog.formats.pandas:JSONDataset",
    "pandas.ParquetDataset": "noria_catalog.formats.pandas:ParquetDataset",
    "pandas.SQLQueryDataset": "noria_catalog.formats.sql:SQLQueryDataset",
    "pandas.SQLTableDataset": "noria_catalog.formats.sql:SQLTableDataset",
    "partitions.IncrementalDataset": "noria_catalog.incremental:IncrementalDataset",
    "partitions.PartitionedDataset": "noria_catalog.partitioned:PartitionedDataset",
    "pickle.PickleDataset": "noria_catalog.formats.pickle:PickleDataset",
    "pillow.ImageDataset": "noria_catalog.formats.pillow:ImageDataset",
    "plotly.HTMLDataset": "noria_catalog.formats.plotly:HTMLDataset",
    "plotly.JSONDataset": "noria_catalog.formats.plotly:JSONDataset",
    "polars.CSVDataset": "noria_catalog.formats.polars:CSVDataset",
    "polars.EagerPolarsDataset": "noria_catalog.formats.polars:EagerPolarsDataset",
    "polars.LazyPolarsDataset": "noria_catalog.formats.polars:LazyPolarsDataset",
    "skops.SkopsDataset": "noria_catalog.formats.skops:SkopsDataset",
    "text.TextDataset": "noria_catalog.formats.text:TextDataset",
    "yaml.YAMLDataset": "noria_catalog.formats.yaml:YAMLDataset",
}


class Kinds:
    """What type words mean: our formats, plugins, the project's own classes, Kedro's datasets.

    ``packages`` are those in which a dotted path is looked for; anything else that a configuration
    file names is never imported.

    >>> Kinds().resolve("text.TextDataset").__name__
    'TextDataset'
    """

    def __init__(self, packages: Sequence[str] = ()) -> None:
        self._packages = tuple(packages)
        self._resolved: dict[str, type[Any]] = {}

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages in which a dotted path is looked for."""
        return self._packages

    @property
    def words(self) -> list[str]:
        """The words for our own formats and those of plugins, sorted."""
        return sorted({**BUILTIN, **self._plugins})

    @property
    def knows_kedro(self) -> bool:
        """Whether the types of kedro-datasets may be named, too."""
        return _has_kedro_datasets()

    def resolve(self, word: str, where: Where | None = None) -> type[Any]:
        """Return the class that a type word names; raises UnknownTypeError, imports only it."""
        found = self._resolved.get(word)
        if found is None:
            found = self._resolved[word] = self._looked_up(word, where)
        return found

    def _looked_up(self, word: str, where: Where | None) -> type[Any]:
        if not all(map(str.isidentifier, word.split("."))):
            raise UnknownTypeError(f"{word!r} is no type", where=where, hint=self._hint(None))
        target = BUILTIN.get(word) or self._plugins.get(word)
        if target is not None:
            module, _, attribute = target.partition(":")
            return self._class(word, module, attribute, where)
        module, _, attribute = word.rpartition(".")
        if any(word.startswith(f"{package}.") for package in self._packages):
            return self._class(word, module, attribute, where)
        if module and _has_kedro_datasets():
            below = module.removeprefix("kedro_datasets.")
            if find_spec(f"kedro_datasets.{below.split('.')[0]}") is not None:
                return self._class(word, f"kedro_datasets.{below}", attribute, where)
        close = _nearest(word, self.words)
        raise UnknownTypeError(
            f"no dataset type {word!r}", where=where, nearest=close, hint=self._hint(close)
        )

    @cached_property
    def _plugins(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, target, _ in entry_points("noria.datasets"):
            found.setdefault(name, target)
        return found

    def _hint(self, close: str | None) -> str:
        lines = [] if close else [f"there are {', '.join(self.words)}"]
        if self._packages:
            own = " or ".join(f"{package}.<module>.<Class>" for package in self._packages)
            lines.append(f"a class of your own is named {own}")
        if not close:
            lines.append("a class of another package needs dataset_packages to name that package")
        if not _has_kedro_datasets():
            lines.append("Kedro's other types need kedro-datasets: pip install kedro-datasets")
        return "\n".join(lines) or "`noria catalog schema` knows every type"

    def _class(self, word: str, module: str, attribute: str, where: Where | None) -> type[Any]:
        try:
            holder: Any = import_module(module)
        except Exception as error:
            # The module is the user's or a plugin's: whatever it raises, its entry is named.
            raise UnknownTypeError(
                f"type {word!r}: {module} cannot be imported: {type(error).__name__}: {error}",
                where=where,
                nearest=_module_beside(word, module, error),
                hint=_install_hint(error),
            ) from error
        try:
            for part in attribute.split("."):
                holder = getattr(holder, part)
        except AttributeError:
            prefix = word.removesuffix(attribute)
            raise UnknownTypeError(
                f"type {word!r}: {module} has no {attribute!r}",
                where=where,
                nearest=nearest(word, [prefix + name for name in _datasets_in(holder)]),
            ) from None
        except ImportError as error:  # kedro_datasets imports its parts lazily
            raise UnknownTypeError(
                f"type {word!r}: {error}", where=where, hint=_install_hint(error)
            ) from error
        if not _is_dataset_class(holder):
            is_class = isinstance(holder, type)
            kind = "a class without load and save" if is_class else f"a {_kind(holder)}"
            raise UnknownTypeError(
                f"type {word!r} is {kind}, not a dataset class",
                where=where,
                hint="a dataset class has the methods load() and save(data)",
            )
        return holder  # type: ignore[no-any-return]


def _nearest(word: str, known: list[str]) -> str | None:
    """Return the nearest type word; of a class that is named without its library, the first."""
    whole = (one for one in known if one.rpartition(".")[2] == word)
    return next(whole, None) or nearest(word, known)


def _is_dataset_class(found: Any) -> bool:
    return (
        isinstance(found, type)
        and callable(getattr(found, "load", None))
        and callable(getattr(found, "save", None))
    )


def _datasets_in(module: Any) -> list[str]:
    return [name for name, found in vars(module).items() if _is_dataset_class(found)]


def _has_kedro_datasets() -> bool:
    return find_spec("kedro_datasets") is not None


def _install_hint(error: BaseException) -> str | None:
    if isinstance(error, ModuleNotFoundError) and error.name is not None:
        return f"is {error.name.split('.')[0]} installed, and the name right?"
    return None


def _module_beside(word: str, missing: str, error: Exception) -> str | None:
    """Return the type word with the name of a module that lies beside the missing one."""
    above, _, own = missing.rpartition(".")
    if not (isinstance(error, ModuleNotFoundError) and error.name == missing and above):
        return None
    from pkgutil import iter_modules  # only a mistake needs it

    beside = [each.name for each in iter_modules(getattr(import_module(above), "__path__", ()))]
    close = nearest(own, beside)
    return None if close is None else word.replace(f"{missing}.", f"{above}.{close}.", 1)


def _kind(found: Any) -> str:
    return type(found).__name__.replace("builtin_function_or_method", "function")

"""From a located entry of the configuration to a dataset, every mistake named by its place."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from noria_catalog.constructor import signature_of
from noria_catalog.dataset import Dataset
from noria_catalog.errors import DatasetDefinitionError, NoriaError, UnknownTypeError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.kinds import Kinds
from noria_catalog.located import Located
from noria_catalog.redact import cleaned, redacted, secrets_in
from noria_catalog.refresh import check_refresh
from noria_catalog.storage import is_remote, local_path
from noria_catalog.suggest import nearest
from noria_catalog.versions import RunVersion, Version

_MAPPINGS = {"load_args", "save_args", "fs_args"}
# What the catalog itself understands, whatever the class.
_NOT_HANDED_ON = {"type", "versioned", "refresh"}
# What the files of a dataset of many files take from it, where they do not say otherwise.
_SHARED_BY_FILES = ("credentials", "fs_args")
# Relative, and nothing in it that could be spelled in another way.
_PLAIN_PATH = re.compile(r"(?!file:|local:)\w[^/\\:\n]*(?:/(?!\.)[^/\\:\n]+)*")
_OPEN_ARGS = ("open_args_load", "open_args_save")


class Context:
    """What the entries of one catalog share.

    ``base_path`` is what relative paths start from, ``None`` the working directory; what else is
    ``None`` is nothing.
    """

    __slots__ = ("base_path", "credentials", "kinds", "load_versions", "run_version")

    def __init__(
        self,
        *,
        kinds: Kinds | None = None,
        base_path: Path | None = None,
        credentials: Mapping[str, Any] | None = None,
        load_versions: Mapping[str, str] | None = None,
        run_version: RunVersion | None = None,
    ) -> None:
        self.kinds = kinds or Kinds()
        self.base_path = base_path or Path.cwd()
        self.credentials = {} if credentials is None else credentials
        self.load_versions = load_versions or {}
        self.run_version = run_version or RunVersion()


def build(name: str, entry: Located, context: Context) -> Dataset:
    """Return the dataset that an entry describes; raises DatasetDefinitionError at the very key.

    >>> from noria_catalog.located import locate
    >>> build("note", locate({"type": "text.TextDataset", "filepath": "/tmp/a.txt"}), Context())
    TextDataset(filepath='/tmp/a.txt')
    """
    keys = keys_of(name, entry)
    if "refresh" in keys:
        check_refresh(name, keys["refresh"])
    kind = resolve_type(name, entry, context)
    arguments = _arguments(name, entry, keys, kind, context)
    return _constructed(name, entry, kind, arguments, context.base_path)


def build_each(
    name: str, entry: Located, context: Context, shared: Mapping[str, Located] | None = None
) -> Callable[[str], Dataset]:
    """Return a function from a path to a dataset, for an entry that has everything but the path.

    It is how a dataset of many files makes one of each.  ``shared`` are keys that the entry has
    unless it says otherwise or its class does not know them.  The entry is checked at once.
    """
    if isinstance(entry.value, str):
        entry = Located({"type": entry}, entry.where, entry.key)
    keys = keys_of(name, entry)
    if "filepath" in keys:
        raise DatasetDefinitionError(
            f"dataset {name!r}: the files inside get their `filepath` from the partition's name",
            where=keys["filepath"].key,
        )
    if "versioned" in keys:
        raise DatasetDefinitionError(
            f"dataset {name!r}: the files inside cannot be `versioned`", where=keys["versioned"].key
        )
    kind = resolve_type(name, entry, context)
    known, _ = signature_of(kind)
    taken = {key: value for key, value in (shared or {}).items() if known is None or key in known}
    keys = {**taken, **keys, "filepath": Located("partition", entry.where, entry.key)}
    arguments = _arguments(name, entry, keys, kind, context)

    def one(path: str) -> Dataset:
        return _constructed(name, entry, kind, {**arguments, "filepath": path}, context.base_path)

    return one


def resolve_type(name: str, entry: Located, context: Context) -> type[Any]:
    """Return the class that an entry's ``type`` names; raises DatasetDefinitionError."""
    keys = keys_of(name, entry)
    if "type" not in keys:
        close = nearest("type", keys)
        raise DatasetDefinitionError(
            f"dataset {name!r} has no `type`",
            where=(keys[close].key if close else None) or entry.key or entry.where,
            hint=f"is {close!r} meant to be `type`?" if close else "for example pandas.CSVDataset",
        )
    word = keys["type"]
    if not isinstance(word.value, str):
        raise DatasetDefinitionError(
            f"dataset {name!r}: `type` must be a word, got {_kind(word.value)}", where=word.where
        )
    try:
        return context.kinds.resolve(word.value, word.where or word.key)
    except UnknownTypeError as error:
        error.message = f"dataset {name!r}: {error.message}"
        raise


def nested_entries(kind: type[Any], entry: Located) -> Iterator[Located]:
    """Yield the entries within an entry of a class: of the files of a folder, of what it wraps."""
    for inner in (*getattr(kind, "nested_arguments", ()), *getattr(kind, "wrapped_arguments", ())):
        nested = entry.value.get(inner)
        if nested is not None and isinstance(nested.value, dict):
            yield nested


def type_word(entry: Located) -> str:
    """Return the type word of an entry, as it is written."""
    found = entry.value.get("type") if isinstance(entry.value, dict) else None
    return "" if found is None else str(found.value)


def resolved_path(path: str, base_path: Path) -> str:
    """Return a path as a dataset gets it: URLs as they are, local paths absolute.

    >>> resolved_path("data/a.csv", Path("/project"))
    '/project/data/a.csv'
    """
    if _PLAIN_PATH.fullmatch(path):  # as most are; pathlib takes ten times as long
        return f"{base_path.as_posix().rstrip('/')}/{path}"
    if is_remote(path):
        return path
    return (base_path / local_path(path)).as_posix()


def path_arguments(kind: type[Any]) -> tuple[str, ...]:
    """Return the arguments of a class that are paths."""
    if kind.__module__.startswith("kedro_datasets.partitions"):
        return ("filepath", "path")
    return tuple(getattr(kind, "path_arguments", ("filepath",)))


def keys_of(name: str, entry: Located) -> dict[str, Located]:
    """Return what an entry holds; raises DatasetDefinitionError for one that is no mapping."""
    if not isinstance(entry.value, dict):
        raise DatasetDefinitionError(
            f"dataset {name!r} must be a mapping with a `type`, got {_kind(entry.value)}",
            where=entry.key or entry.where,
        )
    return entry.value


def _arguments(
    name: str, entry: Located, keys: dict[str, Located], kind: type[Any], context: Context
) -> dict[str, Any]:
    known, required = signature_of(kind)
    nested: Collection[str] = getattr(kind, "nested_arguments", ())
    wrapped: Collection[str] = getattr(kind, "wrapped_arguments", ())
    arguments: dict[str, Any] = {}
    for key, value in keys.items():
        if key in _NOT_HANDED_ON or (key == "metadata" and known is not None and key not in known):
            continue
        if known is not None and (key not in known or _is_reserved(key, kind)):
            raise _unknown_key(name, key, value, kind, known)
        if key in nested:
            shared = {one: keys[one] for one in _SHARED_BY_FILES if one in keys}
            arguments[key] = build_each(name, value, context, shared)
        elif key in wrapped:
            arguments[key] = build(name, _wrapped(name, value, keys), context)
        elif key == "credentials":
            arguments[key] = _credentials(name, value, context)
        else:
            arguments[key] = _argument(name, key, value, kind, context)
    if not wrapped and _is_versioned(name, keys, kind, known):
        arguments["version"] = Version(context.load_versions.get(name), context.run_version)
    if not required <= arguments.keys():
        missing = min(required - arguments.keys())
        raise DatasetDefinitionError(
            f"dataset {name!r}: {_word(kind)} needs `{missing}`", where=entry.key or entry.where
        )
    return arguments


def _wrapped(name: str, entry: Located, keys: dict[str, Located]) -> Located:
    """Return the entry of a dataset that another wraps, `versioned` handed on to it."""
    inner = keys_of(name, entry)
    if "versioned" in inner:
        raise DatasetDefinitionError(
            f"dataset {name!r}: `versioned` stands beside `dataset`, not in it",
            where=inner["versioned"].key,
        )
    flag = {key: keys[key] for key in ("versioned",) if key in keys}
    return Located({**inner, **flag}, entry.where, entry.key)


def _argument(name: str, key: str, value: Located, kind: type[Any], context: Context) -> Any:
    if key in path_arguments(kind):
        if not isinstance(value.value, str) or not value.value or "\0" in value.value:
            raise DatasetDefinitionError(
                f"dataset {name!r}: `{key}` must be a path, got {_kind(value.value)}",
                where=value.where or value.key,
            )
        if ".." in value.value and is_remote(value.value) and ".." in value.value.split("/"):
            raise DatasetDefinitionError(
                f"dataset {name!r}: a store knows no `..`: {redacted(value.value)}",
                where=value.where or value.key,
                hint="write the path that is meant",
            )
        return resolved_path(value.value, context.base_path)
    if key in _MAPPINGS and value.value is not None and not isinstance(value.value, dict):
        raise DatasetDefinitionError(
            f"dataset {name!r}: `{key}` must be a mapping, got {_kind(value.value)}",
            where=value.where or value.key,
        )
    if key == "fs_args" and issubclass(kind, FileDataset):
        for refused in (one for one in _OPEN_ARGS if one in (value.value or ())):
            raise DatasetDefinitionError(
                f"dataset {name!r}: `{refused}` has no effect: the library opens the file itself",
                where=value.value[refused].key,
                hint="say it in `load_args` or `save_args`",
            )
    return value.plain()


def _credentials(name: str, value: Located, context: Context) -> Any:
    if value.value is None:
        return None
    if not isinstance(value.value, str):
        raise DatasetDefinitionError(
            f"dataset {name!r}: `credentials` must be the name of an entry in credentials.yml",
            where=value.where or value.key,
            hint="a secret does not belong into the catalog",
        )
    if value.value not in context.credentials:
        raise DatasetDefinitionError(
            f"dataset {name!r}: no credentials {value.value!r}",
            where=value.where or value.key,
            nearest=nearest(value.value, context.credentials),
            hint="credentials are declared in conf/<env>/credentials.yml",
        )
    try:
        found = context.credentials[value.value]
    except NoriaError as error:
        error.message = f"dataset {name!r}: its credentials {value.value!r}: {error.message}"
        raise
    return found.plain() if isinstance(found, Located) else found


def _is_reserved(key: str, kind: type[Any]) -> bool:
    return key == "version" and issubclass(kind, FileDataset)


def _is_versioned(
    name: str, keys: dict[str, Located], kind: type[Any], known: Collection[str] | None
) -> bool:
    flag = keys.get("versioned")
    if flag is None or flag.value is False:
        return False
    if flag.value is not True:
        raise DatasetDefinitionError(
            f"dataset {name!r}: `versioned` must be true or false, got {_kind(flag.value)}",
            where=flag.where or flag.key,
        )
    if known is not None and "version" not in known:
        raise DatasetDefinitionError(
            f"dataset {name!r}: {_word(kind)} keeps no versions", where=flag.key or flag.where
        )
    return True


def _constructed(
    name: str, entry: Located, kind: type[Any], arguments: dict[str, Any], base_path: Path
) -> Dataset:
    where = entry.key or entry.where
    try:
        dataset: Dataset = kind(**arguments)
    except NoriaError as error:
        error.where = error.where or where
        raise
    except Exception as error:
        # The class may be anybody's: whatever its constructor raises, its entry is named.
        raise DatasetDefinitionError(
            f"dataset {name!r}: {_word(kind)} cannot be made: "
            + cleaned(f"{type(error).__name__}: {error}", secrets_in(arguments)),
            where=where,
        ) from error
    if hasattr(kind, "start_paths_from"):  # asking the protocol takes longer
        kind.start_paths_from(dataset, base_path)
    return dataset


def _unknown_key(
    name: str, key: str, value: Located, kind: type[Any], known: Collection[str]
) -> DatasetDefinitionError:
    offered = (set(known) - {"version"}) | {"type", "metadata"}
    if "version" in known:
        offered.add("versioned")
    return DatasetDefinitionError(
        f"dataset {name!r}: {_word(kind)} has no argument {key!r}",
        where=value.key or value.where,
        nearest=nearest(key, offered),
        hint=f"it knows {', '.join(sorted(offered))}",
    )


def _word(kind: type[Any]) -> str:
    return re.sub(r"^noria_catalog\.(formats\.)?", "", f"{kind.__module__}.{kind.__qualname__}")


def _kind(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "nothing" if value is None else repr(value)

"""A JSON Schema for catalog files, made from the dataset classes: editors complete and check by it.

It is of draft 7, which the editors know best.  Every value may be a reference (``${...}``).
"""

import inspect
import re
import types
from collections.abc import Iterable, Mapping
from typing import Any, Union, get_args, get_origin

from noria_catalog.arguments import library_arguments
from noria_catalog.constructor import signature_of
from noria_catalog.errors import NoriaError
from noria_catalog.kinds import Kinds
from noria_catalog.spec import path_arguments

Schema = dict[str, Any]

_REFERENCE: Schema = {"type": "string", "pattern": r"\$\{"}
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}
_MAPPING: Schema = {"type": ["object", "null"]}
_SAID: Mapping[str, str] = {
    "credentials": "The name of an entry in credentials.yml.",
    "filepath": "A path from the project's folder, or a URL.",
    "fs_args": "What the fsspec file system is made with.",
    "metadata": "Whatever you want to keep with the entry; nothing reads it.",
    "path": "The folder, from the project's folder, or a URL.",
    "refresh": "How often data is looked at that only loading can tell: always, never, 12h.",
    "versioned": "Keep every save under a name of its own.",
}


def catalog_schema(kinds: Kinds, used: Iterable[str] = (), *, libraries: bool = True) -> Schema:
    """Return the schema of a catalog file.

    ``used`` are further words, of the project's own classes.  Imports every class, and with
    ``libraries`` those that are installed, for what they take; a word that names nothing is left
    out.

    >>> schema = catalog_schema(Kinds())
    >>> entry = schema["definitions"]["text.TextDataset"]
    >>> entry["required"], entry["properties"]["versioned"]["anyOf"][0]
    (['filepath'], {'type': 'boolean'})
    """
    classes: dict[str, type[Any]] = {}
    for word in sorted({*kinds.words, *used}):
        try:
            classes[word] = kinds.resolve(word)
        except NoriaError:
            continue
    of_type = {word: _entry_of(kind, libraries=libraries) for word, kind in classes.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The data catalog of a Noria project",
        "type": ["object", "null"],
        "patternProperties": {"^_": {}},
        "additionalProperties": {"$ref": "#/definitions/entry"},
        "definitions": {
            "entry": _entry(classes, kinds, "entry"),
            "nested": _entry(classes, kinds, "nested"),
            **of_type,
        },
    }


def _entry(classes: Mapping[str, type[Any]], kinds: Kinds, which: str) -> Schema:
    """Return what any entry is; a ``nested`` one gets its path from the one that it stands in."""
    words = [
        {"const": word, "description": _first_sentence(kind)} for word, kind in classes.items()
    ]
    packages = [rf"^{re.escape(package)}\." for package in kinds.packages]
    if kinds.knows_kedro:
        packages.append(r"^(kedro_datasets\.)?[a-z_]+\.[A-Za-z_.]+$")
    others = [{"type": "string", "pattern": pattern} for pattern in [*packages, r"\{"]]
    typed: Schema = {
        "type": "object",
        "properties": {"type": {"anyOf": [*words, *others]}, "<<": {}},
        "anyOf": [{"required": ["type"]}, {"required": ["<<"]}],
        "allOf": [
            {
                "if": {"properties": {"type": {"const": word}}, "required": ["type"]},
                "then": {"$ref": f"#/definitions/{word}"},
            }
            for word in classes
        ],
    }
    if which == "entry":
        return typed
    # The files inside have every argument but the path; a word alone will do.
    del typed["allOf"]
    return {"anyOf": [typed["properties"]["type"], typed]}


def _entry_of(kind: type[Any], *, libraries: bool) -> Schema:
    known, required = signature_of(kind)
    paths = path_arguments(kind)
    schema: Schema
    properties: Schema = {"type": {}, "<<": {}, "metadata": {}, "refresh": {"type": "string"}}
    if getattr(kind, "wrapped_arguments", ()):
        properties["versioned"] = {"type": "boolean"}
    if known is not None:
        for name, annotation in known.items():
            if name == "version":
                name, schema = "versioned", {"type": "boolean"}  # noqa: PLW2901 - Kedro's own word
            elif name in paths:
                schema = {"type": "string", "minLength": 1}
            elif name in getattr(kind, "nested_arguments", ()):
                schema = {"$ref": "#/definitions/nested"}
            elif name in getattr(kind, "wrapped_arguments", ()):
                schema = {"$ref": "#/definitions/entry"}
            elif name == "credentials":
                schema = {"type": ["string", "null"]}
            elif name in {"load_args", "save_args"}:
                schema = _arguments(kind, name) if libraries else _MAPPING
            else:
                schema = {} if annotation is None else _of_annotation(annotation)
            properties[name] = {"anyOf": [schema, _REFERENCE]} if schema else {}
    for name, said in _SAID.items():
        if name in properties:
            properties[name] = {**properties[name], "description": said}
    return {
        "description": _first_sentence(kind),
        "properties": properties,
        "required": sorted(required - {"version"}),
        "additionalProperties": known is None,
    }


def _arguments(kind: type[Any], key: str) -> Schema:
    """Return what ``load_args`` or ``save_args`` may hold, as far as the library says."""
    names, sure = library_arguments(kind, key)
    if not names:
        return _MAPPING
    return {
        **_MAPPING,
        "properties": {name: {} for name in [*names, "<<"]},
        "additionalProperties": not sure,
    }


def _of_annotation(annotation: Any) -> Schema:
    """Return a schema for an argument's annotation, an empty one for what JSON has no word for."""
    if annotation in _TYPES:
        return {"type": _TYPES[annotation]}
    if annotation is None or annotation is type(None):
        return {"type": "null"}
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        schemas = [_of_annotation(each) for each in get_args(annotation)]
        return {"anyOf": schemas} if all(schemas) else {}
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return {"type": "object"}
    return {}


def _first_sentence(kind: type[Any]) -> str:
    said = " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())
    return re.sub(r":\w+:`([^`]+)`", r"\1", said).replace("``", "")

"""The schema of the catalog in a project: the file by which editors complete and check it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from noria_catalog.kinds import Kinds
from noria_catalog.schema import catalog_schema
from noria_catalog.spec import type_word

from noria.project.catalog_check import written_catalog
from noria.project.session import Session

SCHEMA = "conf/catalog.schema.json"


def project_schema(session: Session) -> dict[str, Any]:
    """Return the schema for a project's catalog files, the classes that it names in it."""
    catalog = written_catalog(session)
    entries = [catalog.entry(name) for name in catalog]
    words = {type_word(entry) for entry in entries if entry is not None}
    return catalog_schema(catalog.context.kinds, sorted(word for word in words if word))


def write_schema(
    project: Path, packages: Sequence[str] = (), schema: dict[str, Any] | None = None
) -> Path:
    """Write the schema into a project's ``conf`` and return its path.

    ``schema`` ``None`` is that of a project that has no dataset yet; ``packages`` are those whose
    classes its catalog may name.
    """
    path = project / SCHEMA
    made = catalog_schema(Kinds(packages)) if schema is None else schema
    path.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return path

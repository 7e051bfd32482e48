"""Noria: a project template and pipeline framework for machine learning.

Names are imported when they are first used: ``import noria`` loads nothing heavy.
"""

__version__ = "0.1.0"

_HOMES = {
    "DataCatalog": "noria_catalog",
    "NoriaError": "noria_catalog.errors",
    "Node": "noria.graph",
    "Pipeline": "noria.graph",
    "env": "noria.graph",
    "file": "noria.graph",
    "node": "noria.graph",
    "pipeline": "noria.graph",
    "find_pipelines": "noria.project.registry",
    "hook_impl": "noria.hooks",
    "load_ipython_extension": "noria.integrations.ipython",
    "open_project": "noria.project.session",
    "run": "noria.runner.run",
    "unload_ipython_extension": "noria.integrations.ipython",
}
__all__ = ["__version__", *_HOMES]  # noqa: PLE0604  # the table is the one list of names


def __getattr__(name: str) -> object:
    from importlib import import_module

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'noria' has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

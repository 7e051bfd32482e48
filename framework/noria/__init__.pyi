from noria_catalog import DataCatalog as DataCatalog
from noria_catalog.errors import NoriaError as NoriaError

from noria.graph import Node as Node
from noria.graph import Pipeline as Pipeline
from noria.graph import env as env
from noria.graph import file as file
from noria.graph import node as node
from noria.graph import pipeline as pipeline
from noria.hooks import hook_impl as hook_impl
from noria.integrations.ipython import load_ipython_extension as load_ipython_extension
from noria.integrations.ipython import unload_ipython_extension as unload_ipython_extension
from noria.project.registry import find_pipelines as find_pipelines
from noria.project.session import open_project as open_project
from noria.runner.run import run as run

__version__: str

__all__ = [
    "DataCatalog",
    "Node",
    "NoriaError",
    "Pipeline",
    "__version__",
    "env",
    "file",
    "find_pipelines",
    "hook_impl",
    "load_ipython_extension",
    "node",
    "open_project",
    "pipeline",
    "run",
    "unload_ipython_extension",
]

"""Nodes and pipelines: what reads what and what makes what, without running anything."""

from noria.graph.depends import env, file
from noria.graph.factory import node
from noria.graph.groups import GroupedNodes
from noria.graph.node import Node
from noria.graph.pipeline import Pipeline, pipeline
from noria.graph.resume import find_resume_nodes

__all__ = [
    "GroupedNodes",
    "Node",
    "Pipeline",
    "env",
    "file",
    "find_resume_nodes",
    "node",
    "pipeline",
]

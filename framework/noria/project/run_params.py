"""What hooks are told of a run, under Kedro's names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noria.project.selection import Selection


def run_params(
    selection: Selection,
    *,
    run: str,
    path: Path,
    env: str,
    load_versions: Mapping[str, str],
    overrides: Mapping[str, Any],
    runner: str,
) -> dict[str, Any]:
    """Return what hooks get as ``run_params``."""
    return {
        "run_id": run,
        "project_path": str(path),
        "env": env,
        "pipeline_name": selection.pipeline,
        "pipeline_names": [selection.pipeline],
        "tags": selection.tags,
        "node_names": selection.nodes,
        "from_nodes": selection.from_nodes,
        "to_nodes": selection.to_nodes,
        "from_inputs": selection.from_inputs,
        "to_outputs": selection.to_outputs,
        "namespaces": selection.namespaces,
        "load_versions": load_versions,
        "runtime_params": overrides,
        "runner": runner,
    }

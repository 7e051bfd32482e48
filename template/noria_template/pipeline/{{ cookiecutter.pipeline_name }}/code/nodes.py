"""The steps of the pipeline `{{ cookiecutter.pipeline_name }}`, as plain functions."""

from typing import Any


def count_parameters(parameters: dict[str, Any]) -> dict[str, int]:
    """Count the project's parameters: a first step that runs, to be replaced by yours."""
    return {"parameters": len(parameters)}

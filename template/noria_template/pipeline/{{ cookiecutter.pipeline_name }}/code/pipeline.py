"""What each step of the pipeline `{{ cookiecutter.pipeline_name }}` reads and makes."""

from noria import Pipeline, node, pipeline

from .nodes import count_parameters


def create_pipeline() -> Pipeline:
    """Wire the pipeline: names that the catalog has are read and saved, others stay in memory."""
    return pipeline(
        [
            node(
                count_parameters,
                inputs="parameters",
                outputs="{{ cookiecutter.pipeline_name }}_count",
                name="{{ cookiecutter.pipeline_name }}_count_parameters",
            ),
        ]
    )

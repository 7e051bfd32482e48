"""From the champion and new departures to a table of scores a day."""

from noria import Pipeline, node, pipeline

from .nodes import score_departures


def create_pipeline() -> Pipeline:
    """Wire the pipeline."""
    return pipeline(
        [
            node(
                score_departures,
                inputs=["champion_model", "new_rows", "params:columns.keys"],
                outputs="predictions",
                name="score_departures",
            ),
        ]
    )

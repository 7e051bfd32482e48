"""From departures to the rows that models learn from and are tried on."""

from noria import Pipeline, node, pipeline

from .nodes import add_past_late_rates, add_schedule_features, split_by_time


def create_pipeline() -> Pipeline:
    """Wire the pipeline."""
    return pipeline(
        [
            node(
                add_schedule_features,
                inputs="departures",
                outputs="schedule_features",
                name="add_schedule_features",
            ),
            node(
                add_past_late_rates,
                inputs=["schedule_features", "params:late_rates", "params:split.train_until"],
                outputs="features",
                name="add_past_late_rates",
            ),
            node(
                split_by_time,
                inputs=["features", "params:split", "params:columns"],
                outputs=["train_rows", "validation_rows", "test_rows", "new_rows"],
                name="split_by_time",
            ),
        ]
    )

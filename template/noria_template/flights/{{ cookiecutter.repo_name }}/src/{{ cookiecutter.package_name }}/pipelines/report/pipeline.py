"""From the fitted models to figures, measures and a summary."""

from noria import Pipeline, node, pipeline

from .nodes import (
    chart_late_by_hour,
    draw_calibration,
    draw_roc,
    measure_test_days,
    score_test_days,
    write_summary,
)


def create_pipeline() -> Pipeline:
    """Wire the pipeline."""
    return pipeline(
        [
            node(
                score_test_days,
                inputs=["test_rows", "train_rows", "logistic.model", "boosting.model"],
                outputs="test_scores",
                name="score_test_days",
            ),
            node(
                measure_test_days,
                inputs=["test_scores", "model_comparison"],
                outputs="metrics",
                name="measure_test_days",
            ),
            node(draw_roc, inputs="test_scores", outputs="roc_figure", name="draw_roc"),
            node(
                draw_calibration,
                inputs=["test_scores", "params:calibration_bins"],
                outputs="calibration_figure",
                name="draw_calibration",
            ),
            node(
                chart_late_by_hour,
                inputs=["train_rows", "params:fewest_departures"],
                outputs="late_by_hour_chart",
                name="chart_late_by_hour",
            ),
            node(
                write_summary,
                inputs=["metrics", "model_comparison", "data_gaps", "params:split"],
                outputs="summary",
                name="write_summary",
            ),
        ]
    )

"""Two families of models through one and the same pipeline, then a comparison."""

from noria import Pipeline, node, pipeline

from .nodes import compare_models, fit_model, measure_baseline, measure_model, pick_champion

FAMILIES = ("logistic", "boosting")


def create_family() -> Pipeline:
    """Fit and measure one family: used once for each, under a namespace of its own.

    In the namespace `logistic` it makes `logistic.model` from `params:logistic.model`.
    """
    return pipeline(
        [
            node(
                fit_model,
                inputs=["train_rows", "params:columns", "params:model", "params:seed"],
                outputs="model",
                name="fit_model",
            ),
            node(
                measure_model,
                inputs=["model", "validation_rows"],
                outputs="validation_measures",
                name="measure_model",
            ),
        ]
    )


def create_pipeline() -> Pipeline:
    """Wire the pipeline."""
    families = [
        pipeline(
            create_family(),
            namespace=family,
            inputs={"train_rows", "validation_rows"},
            parameters={"params:columns", "params:seed"},
        )
        for family in FAMILIES
    ]
    comparison = pipeline(
        [
            node(
                measure_baseline,
                inputs=["train_rows", "validation_rows"],
                outputs="baseline_measures",
                name="measure_baseline",
            ),
            node(
                compare_models,
                inputs=[
                    "baseline_measures",
                    "logistic.validation_measures",
                    "boosting.validation_measures",
                    "params:champion",
                ],
                outputs="model_comparison",
                name="compare_models",
            ),
            node(
                pick_champion,
                inputs=["model_comparison", "logistic.model", "boosting.model"],
                outputs="champion_model",
                name="pick_champion",
            ),
        ]
    )
    return sum(families, comparison)

"""Measure all models on the test days, and show it."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from sklearn.base import ClassifierMixin
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_curve

from ...models import late_probability, measure

MODELS = ["baseline", "logistic", "boosting"]
COLOURS = {"baseline": "#8a8f98", "logistic": "#1f6feb", "boosting": "#c2410c"}


def score_test_days(
    test_rows: pd.DataFrame,
    train_rows: pd.DataFrame,
    logistic: ClassifierMixin,
    boosting: ClassifierMixin,
) -> pd.DataFrame:
    """Give each test row its outcome and the probability that each model gave it.

    The baseline gives every row the share of late rows among those to train.
    """
    return test_rows[["date", "late"]].assign(
        baseline=train_rows["late"].mean(),
        logistic=late_probability(logistic, test_rows),
        boosting=late_probability(boosting, test_rows),
    )


def measure_test_days(scores: pd.DataFrame, comparison: dict[str, Any]) -> dict[str, Any]:
    """Measure every model on the test days, which chose nothing and trained nothing."""
    return {
        "champion": comparison["champion"],
        "test_rows": len(scores),
        "test_late_share": float(scores["late"].mean()),
        "test": {name: measure(scores["late"], scores[name]) for name in MODELS},
    }


def draw_roc(scores: pd.DataFrame) -> Figure:
    """Draw how many late arrivals are caught at the price of how many false alarms."""
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    for name in MODELS:
        false_alarms, caught, _ = roc_curve(scores["late"], scores[name])
        axes.plot(false_alarms, caught, color=COLOURS[name], label=name)
    axes.set(title="ROC on the test days", xlabel="false alarms", ylabel="late arrivals caught")
    axes.legend()
    return figure


def draw_calibration(scores: pd.DataFrame, bins: int) -> Figure:
    """Draw how often arrivals were late where a model said 10 %, 20 % and so on."""
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#d0d4da", linewidth=1)
    for name in MODELS:
        happened, said = calibration_curve(
            scores["late"], scores[name], n_bins=bins, strategy="quantile"
        )
        axes.plot(said, happened, marker="o", color=COLOURS[name], label=name)
    axes.set(title="Calibration on the test days", xlabel="predicted", ylabel="observed")
    axes.legend()
    return figure


def chart_late_by_hour(train_rows: pd.DataFrame, fewest_departures: int) -> go.Figure:
    """Chart the share of late arrivals by airline and hour of departure, on the days to train.

    Hours with fewer departures than `fewest_departures` stay empty: their share says little.
    """
    hour = (train_rows["departure_minute"] // 60).rename("hour")
    late = train_rows.groupby(["airline", hour])["late"].agg(["mean", "size"])
    share = late["mean"].where(late["size"] >= fewest_departures).unstack("hour")
    share = share.dropna(how="all").sort_index(ascending=False)
    chart = go.Figure(
        go.Heatmap(
            x=share.columns.tolist(),
            y=share.index.tolist(),
            z=np.where(share.isna(), None, share.round(3)).tolist(),
            colorscale="Oranges",
            colorbar={"title": "late", "tickformat": ".0%"},
            hovertemplate="%{y}, %{x} h: %{z:.0%} late<extra></extra>",
        )
    )
    chart.update_layout(
        title="Late arrivals by airline and hour of departure",
        xaxis_title="scheduled hour of departure",
        template="plotly_white",
    )
    return chart


def write_summary(
    metrics: dict[str, Any],
    comparison: dict[str, Any],
    gaps: dict[str, int],
    split: dict[str, str],
) -> str:
    """Write the page that one reads first."""
    rows = [
        f"| {name} | {values['roc_auc']:.3f} | {values['log_loss']:.3f} | {values['brier']:.3f} |"
        for name, values in metrics["test"].items()
    ]
    return "\n".join(
        [
            "# Late arrivals",
            "",
            f"The champion is **{metrics['champion']}**, by {comparison['chosen_by']} on the days"
            f" after {split['train_until']} until {split['validation_until']}.",
            "",
            f"On the {metrics['test_rows']:,} departures of the test days, after"
            f" {split['validation_until']} until {split['test_until']},"
            f" {metrics['test_late_share']:.1%} of them late:",
            "",
            "| model | ROC AUC | log loss | Brier score |",
            "|---|---|---|---|",
            *rows,
            "",
            f"Of {gaps['scheduled']:,} scheduled departures {gaps['cancelled']:,} were cancelled"
            f" and {gaps['diverted']:,} diverted; they are in no row to train or test."
            f" {gaps['without_plane']:,} have no plane in the register,"
            f" {gaps['without_weather']:,} no weather.",
            "",
        ]
    )

"""Score new departures, day by day."""

import pandas as pd
from sklearn.base import ClassifierMixin

from ...models import late_probability


def score_departures(
    model: ClassifierMixin, new_rows: pd.DataFrame, keys: list[str]
) -> dict[str, pd.DataFrame]:
    """Give every new departure its probability of a late arrival: one table a day."""
    scores = new_rows[keys].assign(probability_late=late_probability(model, new_rows).round(4))
    return {
        f"{day:%Y-%m-%d}": departures.drop(columns="date").reset_index(drop=True)
        for day, departures in scores.groupby("date")
    }

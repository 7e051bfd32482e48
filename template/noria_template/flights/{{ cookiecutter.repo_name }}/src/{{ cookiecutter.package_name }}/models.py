"""What every pipeline does with a model in the same way."""

from contextlib import AbstractContextManager

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from threadpoolctl import threadpool_limits

# Behind them begins what differs from one processor to another.
_DIGITS = 6


def one_thread() -> AbstractContextManager:
    """Keep the libraries below to one thread, for the nodes run in several already.

    On a busy machine the threads of one fit wait for each other longer than they work.
    """
    return threadpool_limits(1)


def late_probability(model: ClassifierMixin, rows: pd.DataFrame) -> np.ndarray:
    """Predict for each row the probability that it arrives late."""
    with one_thread():
        return model.predict_proba(rows)[:, 1]


def measure(late: pd.Series, probability: pd.Series | np.ndarray) -> dict[str, float]:
    """Compare predicted probabilities of a late arrival with what happened.

    `roc_auc` is 0.5 for a guess and grows with skill; `log_loss` and `brier` shrink with it.
    """
    return {
        "roc_auc": round(float(roc_auc_score(late, probability)), _DIGITS),
        "log_loss": round(float(log_loss(late, probability)), _DIGITS),
        "brier": round(float(brier_score_loss(late, probability)), _DIGITS),
    }

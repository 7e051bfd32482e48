"""Fit one family of models, measure it, and pick the best."""

import logging
from typing import Any

import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from ...models import late_probability, measure, one_thread

logger = logging.getLogger(__name__)


def fit_model(
    rows: pd.DataFrame, columns: dict[str, list[str]], model: dict[str, Any], seed: int
) -> ClassifierMixin:
    """Fit the family that the parameters name on the rows to train."""
    families = {"logistic_regression": logistic_regression, "boosted_trees": boosted_trees}
    estimator = families[model["family"]](columns, model["options"], seed)
    with one_thread():
        return estimator.fit(rows[columns["numeric"] + columns["categorical"]], rows["late"])


def logistic_regression(
    columns: dict[str, list[str]], options: dict[str, Any], seed: int
) -> ClassifierMixin:
    """Build a regularised logistic regression: scaled numbers, one column a category."""
    numeric = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categorical = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20)
    prepare = ColumnTransformer(
        [("number", numeric, columns["numeric"]), ("kind", categorical, columns["categorical"])]
    )
    return make_pipeline(prepare, LogisticRegression(random_state=seed, **options))


def boosted_trees(
    columns: dict[str, list[str]], options: dict[str, Any], seed: int
) -> ClassifierMixin:
    """Build gradient-boosted trees, which split on categories and missing values as they are."""
    kinds = columns["categorical"]
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    prepare = ColumnTransformer(
        [("kind", encode, kinds), ("number", "passthrough", columns["numeric"])]
    )
    trees = HistGradientBoostingClassifier(
        categorical_features=list(range(len(kinds))),
        early_stopping=False,
        random_state=seed,
        **options,
    )
    return make_pipeline(prepare, trees)


def measure_model(model: ClassifierMixin, rows: pd.DataFrame) -> dict[str, float]:
    """Measure a model on rows that it has not seen."""
    return measure(rows["late"], late_probability(model, rows))


def measure_baseline(train_rows: pd.DataFrame, rows: pd.DataFrame) -> dict[str, float]:
    """Measure the guess that knows nothing but how often the rows to train were late."""
    guess = pd.Series(train_rows["late"].mean(), index=rows.index)
    return measure(rows["late"], guess)


def compare_models(
    baseline: dict[str, float],
    logistic: dict[str, float],
    boosting: dict[str, float],
    champion: dict[str, str],
) -> dict[str, Any]:
    """Put the validation measures side by side and name the champion.

    `champion["metric"]` is what decides: the lowest `log_loss` or `brier`, or the highest
    `roc_auc`.
    """
    metric = champion["metric"]
    sign = -1 if metric == "roc_auc" else 1
    models = {"logistic": logistic, "boosting": boosting}
    best = min(models, key=lambda name: sign * models[name][metric])
    measures = {"baseline": baseline, **models}
    for name, values in measures.items():
        shown = ", ".join(f"{key} {value:.3f}" for key, value in values.items())
        logger.info("%s on the validation days: %s", name, shown)
    logger.info("champion by %s: %s", metric, best)
    return {"champion": best, "chosen_by": metric, "validation": measures}


def pick_champion(
    comparison: dict[str, Any], logistic: ClassifierMixin, boosting: ClassifierMixin
) -> ClassifierMixin:
    """Give the model that won the comparison."""
    return {"logistic": logistic, "boosting": boosting}[comparison["champion"]]

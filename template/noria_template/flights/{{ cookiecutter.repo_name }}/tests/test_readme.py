"""The figures in the README are those of a run."""

import json
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
# Room for other versions of the libraries; a changed model moves more than this.
TOLERANCE = 0.005


@pytest.mark.parametrize("model", ["baseline", "logistic", "boosting"])
def test_the_table_is_what_a_run_measures(model: str, finished_run: Path) -> None:
    metrics = json.loads((finished_run / "data/08_reporting/metrics.json").read_text("utf-8"))
    line = next(
        line
        for line in README.read_text("utf-8").splitlines()
        if line.startswith(f"| {model} |") and line.count("|") == 5
    )
    written = [float(cell) for cell in line.strip("|").split("|")[1:]]
    measured = [metrics["test"][model][name] for name in ("roc_auc", "log_loss", "brier")]
    assert written == pytest.approx(measured, abs=TOLERANCE)


def test_the_champion_beats_the_baseline(finished_run: Path) -> None:
    metrics = json.loads((finished_run / "data/08_reporting/metrics.json").read_text("utf-8"))
    champion, baseline = (metrics["test"][name] for name in (metrics["champion"], "baseline"))
    assert champion["log_loss"] < baseline["log_loss"]
    assert champion["roc_auc"] > baseline["roc_auc"] + 0.1


def test_every_new_day_has_its_predictions(finished_run: Path) -> None:
    folder = finished_run / "data/07_model_output/predictions"
    days = sorted(path.name for path in folder.glob("*.csv"))
    assert days == ["2013-01-29.csv", "2013-01-30.csv", "2013-01-31.csv"]

"""`noria run --pipeline train` of the worked example, written as a plain script.

    python flights_by_hand.py PARAMETERS_JSON      in the project's folder

The same functions in the same order; every file is loaded and saved where, and as often as, the
run does it, by the same calls. The parameters come as JSON, so that they cost the script nothing.
"""

import json
import pickle
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, "src")

import pandas as pd
from flights.pipelines.features.nodes import (
    add_past_late_rates,
    add_schedule_features,
    split_by_time,
)
from flights.pipelines.ingest.nodes import (
    clean_flights,
    clean_planes,
    clean_weather,
    count_gaps,
    join_departures,
)
from flights.pipelines.train.nodes import (
    compare_models,
    fit_model,
    measure_baseline,
    measure_model,
    pick_champion,
)

RAW = "data/01_raw"
CLEAN = "data/02_intermediate"
DEPARTURES = "data/03_primary/departures.parquet"
FEATURES = "data/04_feature/features.parquet"
INPUT = "data/05_model_input"
MODELS = "data/06_models"
REPORTS = "data/08_reporting"
FAMILIES = ("logistic", "boosting")


def load_raw(name: str) -> pd.DataFrame:
    return pd.read_csv(f"{RAW}/{name}.csv.gz")


def load(path: str) -> pd.DataFrame:
    return pd.read_parquet(path)


def save(table: pd.DataFrame, path: str) -> None:
    table.to_parquet(path)


def load_json(path: str) -> Any:
    with Path(path).open(encoding="utf-8") as file:
        return json.loads(file.read())


def save_json(value: Any, path: str) -> None:
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def load_pickle(path: str) -> Any:
    with Path(path).open("rb") as file:
        return pickle.load(file)


def save_pickle(value: Any, path: str) -> None:
    with Path(path).open("wb") as file:
        pickle.dump(value, file, protocol=5)


def ingest(parameters: dict[str, Any]) -> None:
    minutes = parameters["late_after_minutes"]
    save(clean_flights(load_raw("flights"), minutes), f"{CLEAN}/flights.parquet")
    wind = parameters["highest_wind_mph"]
    save(clean_weather(load_raw("weather"), wind), f"{CLEAN}/weather.parquet")
    save(clean_planes(load_raw("planes")), f"{CLEAN}/planes.parquet")
    departures = join_departures(
        load(f"{CLEAN}/flights.parquet"),
        load(f"{CLEAN}/weather.parquet"),
        load(f"{CLEAN}/planes.parquet"),
        load_raw("airports"),
        load_raw("airlines"),
        parameters["prediction"],
    )
    save(departures, DEPARTURES)
    save_json(count_gaps(load(DEPARTURES)), f"{REPORTS}/data_gaps.json")


def make_features(parameters: dict[str, Any]) -> None:
    with_schedule = add_schedule_features(load(DEPARTURES))
    train_until = parameters["split"]["train_until"]
    save(add_past_late_rates(with_schedule, parameters["late_rates"], train_until), FEATURES)
    parts = split_by_time(load(FEATURES), parameters["split"], parameters["columns"])
    for name, rows in zip(("train", "validation", "test", "new"), parts, strict=True):
        save(rows, f"{INPUT}/{name}.parquet")


def train(parameters: dict[str, Any]) -> None:
    train_rows, validation_rows = f"{INPUT}/train.parquet", f"{INPUT}/validation.parquet"
    baseline = measure_baseline(load(train_rows), load(validation_rows))
    measures = []
    for family in FAMILIES:
        place = f"{MODELS}/{family}.pickle"
        options = parameters[family]["model"]
        model = fit_model(load(train_rows), parameters["columns"], options, parameters["seed"])
        save_pickle(model, place)
        measures.append(measure_model(load_pickle(place), load(validation_rows)))
    comparison = compare_models(baseline, *measures, parameters["champion"])
    save_json(comparison, f"{REPORTS}/model_comparison.json")
    models = [load_pickle(f"{MODELS}/{family}.pickle") for family in FAMILIES]
    champion = pick_champion(load_json(f"{REPORTS}/model_comparison.json"), *models)
    save_pickle(champion, f"{MODELS}/champion.pickle")


def main() -> None:
    parameters = load_json(sys.argv[1])
    for folder in (CLEAN, Path(DEPARTURES).parent, Path(FEATURES).parent, INPUT, MODELS, REPORTS):
        Path(folder).mkdir(parents=True, exist_ok=True)
    ingest(parameters)
    make_features(parameters)
    train(parameters)


if __name__ == "__main__":
    main()

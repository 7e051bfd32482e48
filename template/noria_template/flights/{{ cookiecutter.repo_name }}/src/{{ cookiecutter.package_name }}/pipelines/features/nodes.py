"""What a model may look at, and which days it may learn from."""

from typing import Any

import numpy as np
import pandas as pd

MINUTES_A_DAY = 24 * 60


def add_schedule_features(departures: pd.DataFrame) -> pd.DataFrame:
    """Add what follows from the schedule, the plane and the airport alone."""
    leaves = minute_of_day(departures["sched_dep_time"])
    arrives = minute_of_day(departures["sched_arr_time"])
    zones = 60 * (departures["dest_utc_offset"] - departures["origin_utc_offset"])
    planned_minutes = (arrives - leaves - zones) % MINUTES_A_DAY
    hour = departures["scheduled_departure"].dt.floor("h")
    return departures.assign(
        departure_minute=leaves,
        departure_hour=(leaves // 60).astype("int64"),
        weekday=departures["date"].dt.day_of_week.astype("int64"),
        planned_minutes=planned_minutes,
        planned_mph=departures["distance"] / (planned_minutes / 60),
        departures_that_hour=departures.groupby(["origin", hour])["flight"].transform("size"),
        plane_age=departures["date"].dt.year - departures["built"],
    )


def add_past_late_rates(
    departures: pd.DataFrame, rates: dict[str, Any], train_until: str
) -> pd.DataFrame:
    """Add how often earlier departures of the same kind were late.

    `rates["by"]` names each rate and the columns that make two departures of one kind. A rate
    counts the days before the departure's own day, and no day after `train_until`: no row sees
    its own outcome, and nothing sees the outcome of a validation or test row. Kinds with few
    departures are drawn to the overall rate, as if by `rates["smoothing"]` more departures.
    The first day has no past: its rates are missing.
    """
    countable = departures["late"].notna() & (departures["date"] <= pd.Timestamp(train_until))
    overall = past_counts(departures, countable, [])
    overall_rate = overall["late"] / overall["flown"].where(overall["flown"] > 0)
    weight = rates["smoothing"]
    added = {
        f"late_rate_{name}": (kind["late"] + weight * overall_rate) / (kind["flown"] + weight)
        for name, columns in rates["by"].items()
        for kind in [past_counts(departures, countable, columns)]
    }
    return departures.assign(**added)


def past_counts(departures: pd.DataFrame, countable: pd.Series, columns: list[str]) -> pd.DataFrame:
    """Count, for each row, the flown and late departures of its kind on earlier days."""
    keys = [*columns, "date"]
    counts = (
        departures.loc[:, keys]
        .assign(
            flown=countable.astype("int64"),
            late=(departures["late"].fillna(value=False) & countable).astype("int64"),
        )
        .groupby(keys, as_index=False, sort=True)[["flown", "late"]]
        .sum()
    )
    running = counts.groupby(columns) if columns else counts
    counts[["flown", "late"]] = running[["flown", "late"]].cumsum() - counts[["flown", "late"]]
    return departures[keys].merge(counts, on=keys, how="left").set_axis(departures.index)


def split_by_time(
    departures: pd.DataFrame, split: dict[str, str], columns: dict[str, list[str]]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Cut by day into rows to train, to validate, to test, and new ones to score.

    The first three hold flown departures, with their outcome; the last holds all that were
    scheduled, without it, as one has them before they leave.
    """
    kept = list(dict.fromkeys(columns["keys"] + columns["numeric"] + columns["categorical"]))
    day = departures["date"]
    train_end, validation_end, test_end = (
        pd.Timestamp(split[name]) for name in ("train_until", "validation_until", "test_until")
    )
    if not train_end < validation_end < test_end:
        raise ValueError(f"the days of the split do not follow each other: {split}")
    known = departures[departures["outcome"] == "flown"]
    known = known.assign(late=known["late"].astype("bool"))[[*kept, "late"]]
    known_day = day.loc[known.index]
    return (
        known[known_day <= train_end],
        known[(known_day > train_end) & (known_day <= validation_end)],
        known[(known_day > validation_end) & (known_day <= test_end)],
        departures.loc[day > test_end, kept],
    )


def minute_of_day(clock: pd.Series) -> pd.Series:
    """Turn times written as 1345 for a quarter to two into minutes since midnight.

    >>> minute_of_day(pd.Series([5, 1345])).tolist()
    [5, 825]
    """
    return clock // 100 * 60 + np.mod(clock, 100)

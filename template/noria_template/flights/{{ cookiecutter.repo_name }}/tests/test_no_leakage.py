"""No model sees what is known only after departure, nor a day that it is tried on."""

from collections.abc import Callable

import noria
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

SPLIT = ["train_rows", "validation_rows", "test_rows", "new_rows"]
Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def make_rows(session) -> Callable[[Tables], Tables]:
    """Give the rows of every part of the split, made from raw tables in memory."""
    steps = session.pipelines["features"]
    parameters = {name: session.catalog.load(name) for name in steps.inputs() if ":" in name}

    def make(tables: Tables) -> Tables:
        rows = noria.run(steps, noria.DataCatalog({**tables, **parameters}))
        return {name: rows[name] for name in SPLIT}

    return make


@pytest.fixture(scope="module")
def rows(make_rows: Callable[[Tables], Tables], raw: Tables) -> Tables:
    return make_rows(raw)


def last_day(session, name: str) -> pd.Timestamp:
    return pd.Timestamp(session.parameters["split"][name])


def days_of(flights: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(flights[["year", "month", "day"]])


def features(rows: Tables, part: str) -> pd.DataFrame:
    return rows[part].drop(columns="late", errors="ignore")


def test_what_is_measured_after_departure_is_no_feature(make_rows, raw, rows, session) -> None:
    flights = raw["flights_raw"].copy()
    chance = np.random.default_rng(0)
    for column in ("dep_time", "dep_delay", "arr_time", "air_time"):
        known = flights[column].notna()
        flights.loc[known, column] = chance.permutation(flights.loc[known, column])
    # What decides `late` may differ on the days to train only by the label itself.
    after = days_of(flights) > last_day(session, "train_until")
    flights.loc[after, "arr_delay"] = -flights.loc[after, "arr_delay"]
    altered = make_rows({**raw, "flights_raw": flights})
    for part in SPLIT:
        assert_frame_equal(features(altered, part), features(rows, part))
    assert not altered["test_rows"]["late"].equals(rows["test_rows"]["late"])


def test_no_row_sees_the_outcome_of_its_own_day_or_a_later_one(make_rows, raw, rows) -> None:
    flights = raw["flights_raw"].copy()
    day = pd.Timestamp("2013-01-10")
    from_then_on = days_of(flights) >= day
    flights.loc[from_then_on, "arr_delay"] = 100 - flights.loc[from_then_on, "arr_delay"]
    altered = features(make_rows({**raw, "flights_raw": flights}), "train_rows")
    before = features(rows, "train_rows")
    seen = before["date"] <= day
    assert_frame_equal(altered[seen], before[seen])
    assert not altered[~seen].equals(before[~seen])


def test_new_departures_are_the_same_before_they_leave(make_rows, raw, rows, session) -> None:
    flights = raw["flights_raw"].copy()
    new = days_of(flights) > last_day(session, "test_until")
    flights.loc[new, ["dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"]] = np.nan
    altered = make_rows({**raw, "flights_raw": flights})
    assert_frame_equal(altered["new_rows"], rows["new_rows"])
    assert "late" not in rows["new_rows"]


def test_the_split_is_by_time(rows, session) -> None:
    ends = [last_day(session, f"{part}_until") for part in ("train", "validation", "test")]
    for part, end, later in zip(SPLIT, ends, SPLIT[1:], strict=False):
        assert rows[part]["date"].max() == end
        assert rows[later]["date"].min() > end


def test_the_weather_is_of_an_hour_that_had_ended(make_rows, raw, rows, session) -> None:
    row = rows["test_rows"].iloc[100]
    lead = pd.Timedelta(minutes=session.parameters["prediction"]["lead_minutes"])
    weather = raw["weather_raw"].copy()
    ended = pd.to_datetime(weather["time_hour"], utc=True) + pd.Timedelta(hours=1)
    weather.loc[ended > row["scheduled_departure"] - lead, "temp"] = -99.0
    altered = make_rows({**raw, "weather_raw": weather})["test_rows"]
    assert altered.iloc[100]["temp"] == row["temp"]
    assert (altered["temp"] == -99.0).any()

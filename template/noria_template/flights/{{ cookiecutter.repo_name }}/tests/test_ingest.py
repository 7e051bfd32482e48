"""The raw tables have quirks; none of them reaches a model."""

import pandas as pd

from {{ cookiecutter.package_name }}.pipelines.ingest.nodes import (
    clean_flights,
    clean_weather,
    join_departures,
)

PREDICTION = {"lead_minutes": 60, "oldest_weather_hours": 3}


def test_cancelled_and_diverted_flights_are_neither_late_nor_in_time(raw) -> None:
    clean = clean_flights(raw["flights_raw"], late_after_minutes=15)
    assert clean["outcome"].value_counts().to_dict() == {
        "flown": 26_398,
        "cancelled": 521,
        "diverted": 85,
    }
    assert clean.loc[clean["outcome"] != "flown", "late"].isna().all()
    assert clean.loc[clean["outcome"] == "flown", "late"].notna().all()


def test_late_is_more_than_a_quarter_of_an_hour(raw) -> None:
    flights = raw["flights_raw"].iloc[:3].assign(arr_delay=[15.0, 16.0, -5.0])
    assert clean_flights(flights, late_after_minutes=15)["late"].tolist() == [False, True, False]


def test_wind_that_nobody_can_have_measured_is_missing(raw) -> None:
    weather = raw["weather_raw"].iloc[:2].assign(wind_speed=[1048.4, 10.4], wind_gust=None)
    clean = clean_weather(weather.astype({"wind_gust": "float64"}), highest_wind_mph=150)
    assert clean["wind_speed"].isna().tolist() == [True, False]
    assert clean["wind_gust"].tolist()[1] == 10.4


def test_no_departure_is_lost_or_doubled_by_the_joins(raw) -> None:
    flights = clean_flights(raw["flights_raw"], late_after_minutes=15)
    weather = clean_weather(raw["weather_raw"], highest_wind_mph=150)
    planes = raw["planes_raw"].iloc[:100].rename(columns={"year": "built"})
    joined = join_departures(
        flights,
        weather.iloc[:500],
        planes[["tailnum", "built", "engines", "seats"]],
        raw["airports_raw"],
        raw["airlines_raw"],
        PREDICTION,
    )
    assert len(joined) == len(flights)
    assert joined["seats"].isna().any()


def test_the_weather_is_the_last_full_hour_of_the_airport_of_origin(raw) -> None:
    flight = clean_flights(raw["flights_raw"].iloc[[0]], late_after_minutes=15)
    flight["scheduled_departure"] = pd.Timestamp("2013-01-01T15:30", tz="UTC")
    table = raw["weather_raw"].assign(temp=range(len(raw["weather_raw"])))
    weather = clean_weather(table, highest_wind_mph=150)
    joined = join_departures(
        flight,
        weather,
        pd.DataFrame({"tailnum": ["none"], "built": [1.0], "engines": [1], "seats": [1]}),
        raw["airports_raw"],
        raw["airlines_raw"],
        PREDICTION,
    )
    # An hour before 15:30 the hour from 13:00 had ended, the one from 14:00 had not.
    observed = table[(table["time_hour"] == "2013-01-01T13:00:00Z") & (table["origin"] == "EWR")]
    assert joined["temp"].tolist() == observed["temp"].tolist()

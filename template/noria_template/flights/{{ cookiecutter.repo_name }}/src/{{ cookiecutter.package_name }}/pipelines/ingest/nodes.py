"""Clean the raw tables and join them into one row a scheduled departure."""

from typing import Any

import pandas as pd

# What a schedule says before the plane leaves; every other column of the raw table is written
# after departure and goes no further than `clean_flights`.
SCHEDULE_COLUMNS = [
    "carrier",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "distance",
    "sched_dep_time",
    "sched_arr_time",
]
WEATHER_COLUMNS = [
    "temp",
    "dewp",
    "humid",
    "wind_speed",
    "wind_gust",
    "precip",
    "pressure",
    "visib",
]


def clean_flights(flights: pd.DataFrame, late_after_minutes: int) -> pd.DataFrame:
    """Give one row a scheduled departure: its schedule, what became of it, and whether it was late.

    `outcome` is flown, cancelled (it never left) or diverted (it never reached its destination);
    `late` is known for flown ones only and missing else.
    """
    clean = flights[SCHEDULE_COLUMNS].copy()
    clean["date"] = pd.to_datetime(flights[["year", "month", "day"]])
    scheduled_hour = as_utc(flights["time_hour"])
    clean["scheduled_departure"] = scheduled_hour + pd.to_timedelta(flights["minute"], unit="min")
    clean["outcome"] = "flown"
    clean.loc[flights["arr_delay"].isna(), "outcome"] = "diverted"
    clean.loc[flights["dep_time"].isna(), "outcome"] = "cancelled"
    clean["late"] = (flights["arr_delay"] > late_after_minutes).astype("boolean")
    clean.loc[clean["outcome"] != "flown", "late"] = pd.NA
    return clean


def clean_weather(weather: pd.DataFrame, highest_wind_mph: float) -> pd.DataFrame:
    """Give one row an airport and hour, stamped with the end of the hour that was observed.

    `time_hour` is the one trusted clock: it is UTC, so nothing repeats when summer time ends.
    Wind that no anemometer can have measured counts as missing; no gust reported is no gust.
    """
    clean = weather[["origin", *WEATHER_COLUMNS]].copy()
    clean["known_at"] = as_utc(weather["time_hour"]) + pd.Timedelta(hours=1)
    for column in ("wind_speed", "wind_gust"):
        clean[column] = clean[column].where(clean[column].fillna(0) <= highest_wind_mph)
    clean["wind_gust"] = clean["wind_gust"].fillna(clean["wind_speed"])
    return clean.drop_duplicates(["origin", "known_at"])


def clean_planes(planes: pd.DataFrame) -> pd.DataFrame:
    """Give one row a plane; its `year` becomes `built`, for flights have a year too."""
    return planes[["tailnum", "year", "engines", "seats"]].rename(columns={"year": "built"})


def join_departures(
    flights: pd.DataFrame,
    weather: pd.DataFrame,
    planes: pd.DataFrame,
    airports: pd.DataFrame,
    airlines: pd.DataFrame,
    prediction: dict[str, Any],
) -> pd.DataFrame:
    """Join to each departure what is known `lead_minutes` before it.

    The weather is the last hour that had ended by then at the airport of origin, at most
    `oldest_weather_hours` old. No row is lost: what a table lacks stays missing.
    """
    lead = pd.Timedelta(minutes=prediction["lead_minutes"])
    departures = flights.assign(predicted_at=flights["scheduled_departure"] - lead)
    departures = pd.merge_asof(
        departures.sort_values("predicted_at", kind="stable"),
        weather.sort_values("known_at", kind="stable"),
        left_on="predicted_at",
        right_on="known_at",
        by="origin",
        tolerance=pd.Timedelta(hours=prediction["oldest_weather_hours"]),
    )
    places = airports[["faa", "lat", "lon", "tz"]]
    return (
        departures.merge(planes, on="tailnum", how="left", validate="many_to_one")
        .merge(
            places.rename(columns={"faa": "dest", "lat": "dest_lat", "lon": "dest_lon"}),
            on="dest",
            how="left",
            validate="many_to_one",
        )
        .rename(columns={"tz": "dest_utc_offset"})
        .merge(
            places[["faa", "tz"]].rename(columns={"faa": "origin", "tz": "origin_utc_offset"}),
            on="origin",
            how="left",
            validate="many_to_one",
        )
        .merge(
            airlines.rename(columns={"name": "airline"}),
            on="carrier",
            how="left",
            validate="many_to_one",
        )
        .drop(columns="known_at")
    )


def count_gaps(departures: pd.DataFrame) -> dict[str, int]:
    """Count what is left out of training and what is missing in the rest."""
    outcome = departures["outcome"]
    return {
        "scheduled": len(departures),
        "cancelled": int((outcome == "cancelled").sum()),
        "diverted": int((outcome == "diverted").sum()),
        "flown": int((outcome == "flown").sum()),
        "late": int(departures["late"].sum()),
        "without_weather": int(departures["temp"].isna().sum()),
        "without_tail_number": int(departures["tailnum"].isna().sum()),
        "without_plane": int(departures["seats"].isna().sum()),
        "without_year_built": int(departures["built"].isna().sum()),
        "without_airport": int(departures["dest_lat"].isna().sum()),
    }


def as_utc(times: pd.Series) -> pd.Series:
    """Read time stamps as UTC in one unit, for joins want the same unit on both sides."""
    return pd.to_datetime(times, utc=True).astype("datetime64[us, UTC]")

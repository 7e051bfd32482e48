"""From the raw tables to one row a scheduled departure."""

from noria import Pipeline, node, pipeline

from .nodes import clean_flights, clean_planes, clean_weather, count_gaps, join_departures


def create_pipeline() -> Pipeline:
    """Wire the pipeline."""
    return pipeline(
        [
            node(
                clean_flights,
                inputs=["flights_raw", "params:late_after_minutes"],
                outputs="flights_clean",
                name="clean_flights",
            ),
            node(
                clean_weather,
                inputs=["weather_raw", "params:highest_wind_mph"],
                outputs="weather_clean",
                name="clean_weather",
            ),
            node(clean_planes, inputs="planes_raw", outputs="planes_clean", name="clean_planes"),
            node(
                join_departures,
                inputs=[
                    "flights_clean",
                    "weather_clean",
                    "planes_clean",
                    "airports_raw",
                    "airlines_raw",
                    "params:prediction",
                ],
                outputs="departures",
                name="join_departures",
            ),
            node(count_gaps, inputs="departures", outputs="data_gaps", name="count_gaps"),
        ]
    )

"""Score new departures, day by day."""

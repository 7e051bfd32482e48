"""Make what a model may look at, and split by time."""

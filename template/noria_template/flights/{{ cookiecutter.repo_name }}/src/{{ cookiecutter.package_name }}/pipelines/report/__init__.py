"""Measure all models on the test days, and show it."""

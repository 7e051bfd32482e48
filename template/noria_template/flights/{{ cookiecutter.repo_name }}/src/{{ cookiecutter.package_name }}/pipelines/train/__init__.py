"""Fit two families of models and pick the champion."""

"""Cookiecutter templates; nothing here is imported by the rest, they are found by name."""

"""Noria inside of other tools."""

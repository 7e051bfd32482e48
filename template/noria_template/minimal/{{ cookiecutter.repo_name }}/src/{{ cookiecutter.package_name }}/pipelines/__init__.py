"""The pipelines: a folder each, with its nodes and their wiring."""

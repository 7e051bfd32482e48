"""An open project: its place, settings, pipelines, lock and session."""

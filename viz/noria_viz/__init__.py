"""The view: a project's pipelines in the browser, in a notebook and as a file."""

from typing import Any

__all__ = ["show"]


def __getattr__(name: str) -> Any:
    # Imported when it is asked for: the command line does not need it.
    if name == "show":
        from noria_viz.notebook import show

        return show
    raise AttributeError(f"module 'noria_viz' has no attribute {name!r}")

"""What shows a session, found by name: it lies above the framework and is not imported from it."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from noria_catalog.entry_points import entry_points

from noria.errors import ProjectError

GROUP = "noria.views"


def find_view(name: str) -> Callable[..., Any]:
    """Return the function of that name in the entry points ``noria.views``.

    Raises ProjectError when nothing that is installed offers it.
    """
    for word, target, _ in entry_points(GROUP):
        if word == name:
            module, _, attribute = target.partition(":")
            view: Callable[..., Any] = getattr(import_module(module), attribute)
            return view
    raise ProjectError(f"nothing that is installed offers the view {name!r}")

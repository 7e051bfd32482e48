"""The store of results that a project uses."""

from pathlib import Path

from noria.project.discover import Project
from noria.project.settings import Settings
from noria.store import Store, open_store, user_secret
from noria.store.sizes import parse_size


def store_folder(project: Project, settings: Settings) -> Path:
    """Return the folder of the store: the setting ``store``, relative to the project."""
    return project.path / Path(settings.store).expanduser()


def store_limit(settings: Settings) -> int:
    """Return the bytes that the store may take."""
    return parse_size(settings.store_limit)


def open_results(project: Project, settings: Settings) -> Store:
    """Open the store of a project; a context.

    Raises StoreError when the setting names no folder, or the user's secret cannot be trusted.
    """
    return open_store(store_folder(project, settings), user_secret(), largest=store_limit(settings))

"""The workers of a run: those that its flags name, else those of the settings."""

from noria.errors import RunError
from noria.project.discover import Project
from noria.project.setting_places import located_settings
from noria.project.settings import Settings
from noria.runner.run import make_workers
from noria.runner.workers.base import Workers


def choose_workers(
    project: Project, settings: Settings, runner: str | None, count: int | None
) -> Workers:
    """Return the workers; ``None`` means the settings'.

    Raises RunError for a runner that is none, where the settings name it with its place there.
    """
    try:
        return make_workers(runner or settings.runner, count or settings.workers)
    except RunError as error:
        if runner is None:
            error.where = located_settings(project, settings).value["runner"].where
        raise

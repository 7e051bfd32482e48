"""All that is configured, with the places that it stands in."""

from collections.abc import Callable

from noria_catalog.located import Located

from noria.project.session import Session
from noria.project.setting_places import located_settings


def located_configuration(session: Session, key: str | None = None) -> Located:
    """Return all that is configured by kind, with its places; credentials are not resolved.

    ``key`` leaves out the kinds that it does not begin with, unless it begins with none.
    """
    config = session.config
    kinds: dict[str, Callable[[], Located]] = {
        "catalog": config.catalog,
        "parameters": config.parameters,
        "globals": config.globals,
        "credentials": config.written_credentials,
        "settings": lambda: located_settings(session.project, session.settings),
        "logging": lambda: config.located_logging() or Located({}),
    }
    first = (key or "").partition(".")[0].partition("[")[0]
    first = "parameters" if first.startswith("params:") else first
    wanted = [first] if first in kinds else list(kinds)
    return Located({kind: kinds[kind]() for kind in wanted})

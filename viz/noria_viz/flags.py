"""The flags of `noria run` that read the same configuration as what is shown."""

from collections.abc import Mapping
from typing import Any

from noria.config.overrides import parse_overrides
from noria_catalog.redact import is_secret

_HIDDEN = "••••••"


def configuration_flags(opening: Mapping[str, Any]) -> list[str]:
    """Return how a project was opened as flags of a command line; passwords are left out.

    >>> configuration_flags({"env": "full", "params": ["seed=7", "db.password=x"]})
    ['--env', 'full', '--params', 'seed=7', '--params', 'db.password=••••••']
    """
    flags = [["--env", opening["env"]]] if opening.get("env") else []
    if opening.get("conf_source"):
        flags.append(["--conf-source", str(opening["conf_source"])])
    for text in opening.get("params", ()):
        keys = list(parse_overrides([text]))
        hidden = any(is_secret(part) for key in keys for part in key.split("."))
        told = ",".join(f"{key}={_HIDDEN}" for key in keys) if hidden else text
        flags.append(["--params", told])
    for name, version in (opening.get("load_versions") or {}).items():
        flags.append(["--load-versions", f"{name}:{version}"])
    return [word for flag in flags for word in flag]

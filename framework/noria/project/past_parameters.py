"""The parameters of a past run, as the ledger has them, without secrets."""

import json
from collections.abc import Mapping
from typing import Any

from noria_catalog.redact import HIDDEN, is_secret, redacted

from noria.record.json_text import json_text


def past_parameters(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a run as they may be shown; empty where nothing is known of them.

    >>> past_parameters({"parameters": {"rate": 2, "mail": {"api_key": "x"}}})
    {'rate': 2, 'mail': {'api_key': '***'}}
    """
    shown: dict[str, Any] = _shown(run.get("parameters") or {})
    return shown


def present_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as :func:`past_parameters` will return them of a run that has them now."""
    return past_parameters({"parameters": json.loads(json_text(parameters))})


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if is_secret(str(key)) and below is not None else _shown(below)
            for key, below in value.items()
        }
    if isinstance(value, list):
        return [_shown(below) for below in value]
    return redacted(value) if isinstance(value, str) else value

"""What a run of a session has to say where nobody listens: to Python's log, as libraries do."""

from typing import Any

from noria.record.events import Noted

LOGGER = "noria"


def log_note(event: Any) -> None:
    """Log what the user should know of: files laid aside, results that are not remembered."""
    if isinstance(event, Noted):
        import logging  # a command needs it not

        logging.getLogger(LOGGER).warning("%s", event.text)

"""The answer of a command that only looks: printed, and kept for the next time."""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO

from noria.cli.saying import say
from noria.project.incremental import Incremental
from noria.project.manifest import Before, keep_answer
from noria.project.session import Session


class Answer:
    """What one command is about to say; made before anything that it is made of is read."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before = Before(session)

    def give(
        self, text: Callable[[], str], *, memory: Incremental | None = None, keep: bool = True
    ) -> None:
        """Print the text and, if ``keep``, let this very command answer it while nothing changes.

        ``memory`` is that of a plan in which all is in place, ``None`` for the pipelines alone.
        """
        say(text())
        if keep and self._session.project.state.is_dir():
            # As for a file: who asks next may have a wider terminal, or none.
            with redirect_stdout(StringIO()):
                kept = text()
            keep_answer(self._session, self._before, sys.argv[1:], kept, memory)

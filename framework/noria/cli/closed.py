"""Standard streams that were closed before we began, as services and ``>&-`` do."""

import os
import sys


def open_to_nowhere() -> None:
    """Let closed streams lead nowhere: else the next file that is opened takes their number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # The lowest free number is taken, so that what is printed by others leads there too.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123

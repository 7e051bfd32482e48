"""The command `noria`: the quickest answers first, click only for the rest."""

import sys
import time

BEGAN = time.time()


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code; ``None`` means the process's arguments."""
    words = sys.argv[1:] if arguments is None else arguments
    if words in (["--version"], ["-V"]):
        from noria import __version__

        print(f"noria {__version__}")
        return
    if words in ([], ["--help"], ["-h"]):
        from noria.cli.overview import overview

        print(overview())
        return
    from noria.cli.group import run_command_line

    sys.exit(run_command_line(words))

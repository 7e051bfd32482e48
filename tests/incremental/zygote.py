"""A process that has imported Noria and forks for each thing that it is asked to do.

Requests come as lines of JSON on standard input: `{"do": "noria", "cwd": ..., "words": [...],
"out": FILE}` runs the command line there, `{"do": "plain", ...}` calls a project's functions
without Noria. What a child prints goes to FILE.out and FILE.err; its exit code is answered as a line.
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

# What every run imports, so that a fork finds it there.
PRELOADED = (
    "noria.cli.group",
    "noria.cli.run",
    "noria.cli.runs",
    "noria.project.session",
    "noria_catalog.formats.json",
    "noria_catalog.formats.text",
    "noria_catalog.formats.pickle",
    "yaml",
    "sqlite3",
    "blake3",
)


def run_noria(request: Mapping[str, Any]) -> None:
    from noria.cli.main import main

    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"], PWD=request["cwd"])
    sys.path.insert(0, request["cwd"])
    sys.argv = ["noria", *request["words"]]
    main()


def run_plainly(request: Mapping[str, Any]) -> None:
    """Call the functions of a project one after the other and write down what they gave."""
    # Python trusts byte code by the second and the size of its source: here it gets none.
    sys.dont_write_bytecode = True
    sys.pycache_prefix = f"{request['out']}.no-byte-code"
    sys.path[:0] = request["paths"]
    for name in request.get("first", ()):
        importlib.import_module(name)
    values = dict(request["data"])
    with_output = []
    for step in request["steps"]:
        function: Any = importlib.import_module(step["module"])
        for part in step["function"].split("."):
            function = getattr(function, part)
        given = function(*(values[name] for name in step["inputs"]))
        names = step["outputs"]
        parts = [given] if len(names) == 1 else list(given)
        values.update(zip(names, parts, strict=True))
        with_output += names
    Path(request["result"]).write_text(json.dumps({name: values[name] for name in with_output}))


def serve() -> None:
    for name in PRELOADED:
        with suppress(ModuleNotFoundError):
            importlib.import_module(name)
    deeds = {"noria": run_noria, "plain": run_plainly}
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            make = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            places = (os.devnull, f"{request['out']}.out", f"{request['out']}.err")
            for target, place in enumerate(places):
                os.dup2(os.open(place, make if target else os.O_RDONLY, 0o600), target)
            code = 0
            try:
                deeds[request["do"]](request)
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else int(error.code is not None)
            except BaseException:  # noqa: BLE001  # a child ends here, whatever it raised
                traceback.print_exc()
                code = 70
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


if __name__ == "__main__":
    serve()

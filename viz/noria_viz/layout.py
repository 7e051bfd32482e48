"""Laying a graph out without a browser: by Graphviz where it is installed, else by the extra."""

import json
import os
import shutil
import subprocess
import sysconfig
from functools import cache
from pathlib import Path
from typing import Any

from noria_viz.errors import LayoutError

PURE = "graphviz-pure"
_SECONDS = 120


@cache
def find_engine() -> str | None:
    """Return the program that lays out: ``dot`` on the path, else that of the extra `export`."""
    scripts = sysconfig.get_path("scripts")
    return shutil.which("dot") or shutil.which(PURE, path=scripts) or shutil.which(PURE)


def lay_out(dot: str) -> dict[str, Any]:
    """Return Graphviz's answer in its format ``json0``.

    Raises LayoutError when there is no engine, naming the extra, or when it failed.
    """
    engine = find_engine()
    if engine is None:
        raise LayoutError(
            "nothing here lays graphs out",
            hint="pip install 'noria[export]', or install Graphviz",
        )
    try:
        done = subprocess.run(
            [engine, "-Tjson0"],
            input=dot.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "SERVER_NAME": "noria"},  # Graphviz then opens no other file
        )
    except subprocess.TimeoutExpired:
        raise LayoutError(f"{Path(engine).name} took longer than {_SECONDS} seconds") from None
    except OSError as error:
        raise LayoutError(f"{engine} cannot be run: {error.strerror}") from error
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip()[:500]
        raise LayoutError(f"{Path(engine).name} failed: {said or f'exit {done.returncode}'}")
    answer: dict[str, Any] = json.loads(done.stdout.decode("utf-8", "replace"))
    return _slim(answer)


def _slim(answer: dict[str, Any]) -> dict[str, Any]:
    """Keep what a drawing needs: most of the answer repeats the attributes that were given."""
    objects = [
        {key: each[key] for key in ("_gvid", "name", "pos", "bb") if key in each}
        for each in answer.get("objects", ())
    ]
    edges = [
        {key: each[key] for key in ("tail", "head", "pos") if key in each}
        for each in answer.get("edges", ())
    ]
    return {"bb": answer["bb"], "objects": objects, "edges": edges}

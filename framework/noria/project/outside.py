"""What the code that makes pipelines, or changes the catalog, reads of the world outside.

What such code reads (a file, a variable, the clock) decides which nodes there are.  A run makes the
pipelines anew and sees it; an answer that was kept from the last time does not.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from noria.code import READING, CodeReader, Effect, Fingerprint
from noria.project.importing import is_own
from noria.project.registry import MAKERS
from noria.project.session import Session

# The hooks that come before the plan, and what they are given by which they may change what there
# is to run.
_BEFORE_PLAN = {
    "after_context_created": "context",
    "after_catalog_created": "catalog",
    "before_pipeline_run": "catalog",
}


def read_outside(session: Session, reader: CodeReader, *, hooks: bool) -> str | None:
    """Return what is read besides code, configuration and data before there is a plan.

    ``hooks``: what changes the catalog counts too.  ``None`` is nothing that is known.  What the
    functions of nodes read is not meant: what makes pipelines reaches them, but calls none.
    """
    for function in _hooks(session) if hooks else ():
        if not is_own(function):
            return f"the hook {function.__module__}.{function.__qualname__}"
        for effect in _reading(reader.fingerprint(function)):
            return _told(effect)
    found = {effect for maker in _makers(session, reader) for effect in _reading(maker)}
    if found:
        for pipeline in session.pipelines.made():
            for node in pipeline.nodes:
                found -= set(reader.fingerprint_beside_inputs(node.func).effects)
    return min(map(_told, found), default=None)


def _hooks(session: Session) -> Iterator[Callable[..., Any]]:
    if session.hooks is not None:
        for name, argument in _BEFORE_PLAN.items():
            for function, arguments in session.hooks.implementations(name):
                if argument in arguments:
                    yield function


def _makers(session: Session, reader: CodeReader) -> Iterator[Fingerprint]:
    package = session.project.package
    for name, module in list(sys.modules.items()):
        if name == package or name.startswith(f"{package}."):
            for maker in MAKERS:
                function = vars(module).get(maker)
                if callable(function):
                    yield reader.fingerprint_beside_inputs(function)
                    if getattr(function, "__module__", None) != name:
                        yield reader.fingerprint_of_name(name, maker)


def _reading(fingerprint: Fingerprint) -> list[Effect]:
    return [effect for effect in fingerprint.effects if effect.kind in READING]


def _told(effect: Effect) -> str:
    return f"the {effect.kind}: {effect.what} ({effect.where})"

"""Hooks that could change the data of a node: their code is part of what its result depends on."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from noria.code import READING, CodeReader
from noria.runner.hooking import HookCalls

# The hooks that are given data, and the argument in which.
_GIVEN_DATA = {
    "before_node_run": "inputs",
    "after_node_run": "outputs",
    "after_dataset_loaded": "data",
    "before_dataset_saved": "data",
}
# Who measures how long a node takes is given its data, too, and hardly ever puts the time into it.
_READING = READING - {"clock"}


class Hooked(NamedTuple):
    """What hooks may do to the data of nodes: the digests of their code, by what they are called.

    ``reads`` says what they read of the world outside, empty for nothing that is known.
    """

    digests: Mapping[str, str]
    reads: str


def hooks_that_change_data(hooks: HookCalls | None, reader: CodeReader) -> Hooked:
    """Return what is known of hooks that could change data.

    A hook that does not take the data cannot change it.
    """
    digests: dict[str, str] = {}
    reads = ""
    for name, function in _given_data(hooks) if hooks is not None else ():
        fingerprint = reader.fingerprint(function)
        home = f"{function.__module__}.{function.__qualname__}"
        digests[f"hook {name} of {home}"] = fingerprint.digest
        for effect in fingerprint.effects:
            if effect.kind in _READING:
                reads = f"the hook {name} reads the {effect.kind}: {effect.what} ({effect.where})"
    return Hooked(digests, reads)


def _given_data(hooks: HookCalls) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, argument in _GIVEN_DATA.items():
        for function, arguments in hooks.implementations(name):
            # What one returns takes the place of inputs, whatever it was given.
            if argument in arguments or (name == "before_node_run" and _returns(function)):
                yield name, function


def _returns(function: Callable[..., Any]) -> bool:
    """Tell whether a function may return something, by its compiled code.

    >>> def told(node): print(node)
    >>> _returns(told), _returns(lambda node: {"rows": 1} if node else None)
    (False, True)
    """
    import dis

    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None or hasattr(function, "__wrapped__"):
        return True
    before = None
    for each in dis.get_instructions(code):
        if each.opname == "RETURN_CONST" and each.argval is not None:
            return True
        nothing = before is not None and before.opname == "LOAD_CONST" and before.argval is None
        # What is jumped to returns what was there before the jump.
        if each.opname == "RETURN_VALUE" and (each.is_jump_target or not nothing):
            return True
        before = each
    return False

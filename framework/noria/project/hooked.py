"""Hooks that could change the data of a node: their code is part of what its result depends on."""

from typing import Any

from noria.code import CodeReader
from noria.runner.hooking import HookCalls

# The hooks that are given data, and the argument in which.
_GIVEN_DATA = {
    "before_node_run": "inputs",
    "after_node_run": "outputs",
    "after_dataset_loaded": "data",
    "before_dataset_saved": "data",
}


def hooks_that_change_data(hooks: HookCalls | None, reader: CodeReader) -> dict[str, str]:
    """Return the digests of the code of hooks that could change data, by what they are called.

    A hook that does not take the data cannot change it.
    """
    if hooks is None:
        return {}
    return {
        f"hook {name} of {_home(function)}": reader.fingerprint(function).digest
        for name, argument in _GIVEN_DATA.items()
        for function, arguments in hooks.implementations(name)
        if argument in arguments or name == "before_node_run"
    }


def _home(function: Any) -> str:
    return f"{function.__module__}.{function.__qualname__}"

"""Calling hooks: what one raises is told as its failure, with its place."""

from collections.abc import Callable, Mapping
from typing import Any

from noria_catalog.errors import NoriaError

from noria.errors import HookError
from noria.runner.failure import raised_lines


class HookCalls:
    """A pluggy relay whose hooks raise :class:`~noria.errors.HookError` for whatever they raise."""

    def __init__(self, relay: Any) -> None:
        self._relay = relay

    def __getattr__(self, name: str) -> Callable[..., Any]:
        hook = getattr(self._relay, name)

        def call(**about: Any) -> Any:
            try:
                return hook(**about)
            except (KeyboardInterrupt, NoriaError):
                raise
            # A hook is the user's code and may raise anything, SystemExit too.
            except BaseException as error:
                first, *more = raised_lines(error)
                lines = [f"the hook {name} failed: {first}", *more]
                raise HookError("\n  ".join(lines)) from error

        return call

    def implementations(self, name: str) -> list[tuple[Callable[..., Any], tuple[str, ...]]]:
        """Return the functions that are called for a hook, and the arguments that each takes."""
        found = getattr(self._relay, name).get_hookimpls()
        return [(one.function, tuple(one.argnames)) for one in found]

    def takes(self, name: str, argument: str) -> bool:
        """Tell whether a function that is called for a hook takes this argument."""
        return any(argument in arguments for _, arguments in self.implementations(name))

    def replaced_inputs(self, **about: Any) -> dict[str, Any]:
        """Call ``before_node_run`` and return the inputs that it replaces, of all hooks."""
        replaced: dict[str, Any] = {}
        for answer in self.before_node_run(**about):
            if answer is not None and not isinstance(answer, Mapping):
                raise HookError(
                    f"the hook before_node_run returned {type(answer).__name__},"
                    " not a mapping of inputs to replace"
                )
            replaced.update(answer or {})
        return replaced

    def tell_error(self, name: str, error: BaseException, **about: Any) -> str:
        """Call a hook about an error; return what is to be said if it fails too, else nothing."""
        if not isinstance(error, Exception):
            return ""
        try:
            getattr(self, name)(error=error, **about)
        except NoriaError as failed:
            return f"\n{failed}"
        return ""

"""Who hooks in: the classes named in the settings and those of installed packages."""

import importlib
from collections.abc import Sequence
from typing import Any

from noria_catalog.entry_points import entry_points
from noria_catalog.errors import NoriaError

from noria.errors import ProjectError
from noria.runner.hooking import HookCalls

GROUP = "noria.hooks"


def load_hooks(named: Sequence[str]) -> HookCalls | None:
    """Return what calls all hooks, or ``None`` when nobody hooks in.

    ``named`` are dotted paths ``package.module:Name`` from the settings; each is a class, which
    is called without arguments, or an object.  Hooks of the settings are called before those of
    installed packages.  Raises ProjectError for a path that leads nowhere or to no hooks.
    """
    found = [(path, "settings") for path in named]
    found += [(path, distribution) for _, path, distribution in entry_points(GROUP)]
    if not found:
        return None
    import pluggy

    from noria.hooks import NAMESPACE, HookSpecs

    manager = pluggy.PluginManager(NAMESPACE)
    manager.add_hookspecs(HookSpecs)
    # Pluggy calls the one that was registered last first.
    for path, origin in reversed(found):
        hooks = _load(path, origin)
        try:
            manager.register(hooks)
        except (ValueError, pluggy.PluginValidationError) as error:
            reason = str(error).replace(f"Plugin {str(id(hooks))!r}", f"{path!r}")
            raise ProjectError(f"the hooks of {origin} do not fit: {reason}") from error
        unknown = [method for method in _marked(hooks, NAMESPACE) if not hasattr(HookSpecs, method)]
        if unknown:
            raise ProjectError(f"the hooks {path!r} (from {origin}): no hook {unknown[0]!r}")
    return HookCalls(manager.hook)


def _load(path: str, origin: str) -> Any:
    module_name, colon, name = path.partition(":")
    if not colon:
        module_name, _, name = path.rpartition(".")
    try:
        value = importlib.import_module(module_name)
        for part in name.split("."):
            value = getattr(value, part)
        return value() if isinstance(value, type) else value
    except NoriaError:
        raise
    # Importing and calling runs other people's code, which may raise anything.
    except Exception as error:
        raise ProjectError(
            f"the hooks {path!r} (from {origin}) cannot be loaded: {type(error).__name__}: {error}",
            hint="a hook is named package.module:ClassName",
        ) from error


def _marked(hooks: Any, namespace: str) -> list[str]:
    return [
        name
        for name in dir(type(hooks))
        if getattr(getattr(type(hooks), name, None), f"{namespace}_impl", None) is not None
    ]

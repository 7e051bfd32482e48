"""Who hooks in: the classes named in the settings and those of installed packages."""

from typing import Any

from noria_catalog.entry_points import entry_points
from noria_catalog.errors import NoriaError
from noria_catalog.suggest import nearest

from noria.errors import ProjectError
from noria.project.code import code_error, import_code
from noria.project.discover import Project
from noria.project.setting_places import located_settings
from noria.project.settings import Settings
from noria.runner.hooking import HookCalls

GROUP = "noria.hooks"


def load_hooks(project: Project, settings: Settings) -> HookCalls | None:
    """Return what calls all hooks, or ``None`` when nobody hooks in.

    Those of the settings are dotted paths ``package.module:Name``; each is a class, which is called
    without arguments, or an object.  They are called before those of installed packages.  Raises
    ProjectError for a path that leads nowhere or to no hooks.
    """
    found: list[tuple[str, str | None]] = [(path, None) for path in settings.hooks]
    found += [(path, distribution) for _, path, distribution in entry_points(GROUP)]
    if not found:
        return None
    import pluggy

    from noria.hooks import NAMESPACE, HookSpecs

    manager = pluggy.PluginManager(NAMESPACE)
    manager.add_hookspecs(HookSpecs)
    # Pluggy calls the one that was registered last first.
    for path, distribution in reversed(found):
        told = f"the hooks {path!r}" + (f" of {distribution}" if distribution else "")
        try:
            hooks = _load(path, told, project)
            _check_names(hooks, told, NAMESPACE, HookSpecs)
            try:
                manager.register(hooks)
            except (ValueError, pluggy.PluginValidationError) as error:
                reason = str(error).replace(f"Plugin {str(id(hooks))!r}", f"{path!r}")
                raise ProjectError(f"{told} do not fit: {reason}") from error
        except NoriaError as error:
            if error.where is None and distribution is None:
                error.where = located_settings(project, settings).value["hooks"].where
            raise
    return HookCalls(manager.hook)


def _load(path: str, told: str, project: Project) -> Any:
    module_name, colon, name = path.partition(":")
    if not colon:
        module_name, _, name = path.rpartition(".")
    if not module_name or not name:
        raise ProjectError(f"{told} are no place", hint="it is written package.module:ClassName")
    value: Any = import_code(module_name, project, told)
    for part in name.split("."):
        if not hasattr(value, part):
            raise ProjectError(
                f"{told}: there is no {part!r} in {module_name}",
                nearest=nearest(part, [word for word in dir(value) if not word.startswith("_")]),
                hint="it is written package.module:ClassName",
            )
        value = getattr(value, part)
    if not isinstance(value, type):
        return value
    try:
        return value()
    except KeyboardInterrupt:
        raise
    # Making the object runs the user's code, which may raise anything, SystemExit included.
    except BaseException as error:
        raise code_error(error, project, told, doing="made") from error


def _check_names(hooks: Any, told: str, namespace: str, known: type) -> None:
    for name in dir(type(hooks)):
        function = getattr(type(hooks), name, None)
        if getattr(function, f"{namespace}_impl", None) is None or hasattr(known, name):
            continue
        valid = [word for word in vars(known) if not word.startswith("_")]
        close = nearest(name, valid)
        raise ProjectError(
            f"{told}: no hook {name!r}",
            nearest=close,
            hint=None if close else f"the hooks are {', '.join(valid)}",
        )

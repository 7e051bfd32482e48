"""The names that `noria run --pipeline` knows."""

from collections.abc import Callable

from noria import Pipeline, find_pipelines


def register_pipelines() -> dict[str, Callable[[], Pipeline]]:
    """Register each folder of `pipelines/` by its name, and all of them as the default.

    A pipeline is imported when it is asked for, not before.
    """
    parts = find_pipelines()
    registry = {name: lambda name=name: parts[name] for name in parts}
    if registry:
        registry["__default__"] = lambda: sum(parts.values(), Pipeline([]))
    return registry

"""The names that `noria run --pipeline` knows."""

from collections.abc import Callable

from noria import Pipeline, find_pipelines


def register_pipelines() -> dict[str, Callable[[], Pipeline]]:
    """Register each pipeline with all that it needs, from the raw data on.

    Each part is imported when it is asked for: `noria run --pipeline train` never imports the
    figures of `report`. A new folder in `pipelines/` is found by its name, on its own.
    """
    parts = find_pipelines()
    registry = {name: lambda name=name: parts[name] for name in parts}

    def ready() -> Pipeline:
        return parts["ingest"] + parts["features"]

    registry["features"] = ready
    registry["train"] = lambda: ready() + parts["train"]
    registry["report"] = lambda: ready() + parts["train"] + parts["report"]
    registry["predict"] = lambda: ready() + parts["train"] + parts["predict"]
    registry["__default__"] = lambda: sum(parts.values(), Pipeline([]))
    return registry

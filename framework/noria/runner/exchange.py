"""What a caller brings to a run and takes from it, checked before anything runs."""

from collections.abc import Iterable

from noria_catalog.suggest import nearest

from noria.errors import RunError, SelectionError
from noria.graph import Pipeline


def list_wanted(outputs: Iterable[str]) -> list[str]:
    """Return the names to give back; a single name may stand alone.

    >>> list_wanted("model")
    ['model']
    """
    return [outputs] if isinstance(outputs, str) else list(outputs)


def check_exchange(pipeline: Pipeline, given: Iterable[str], wanted: Iterable[str]) -> None:
    """Find names that the pipeline does not have, and given data that its own nodes make.

    Raises SelectionError with the nearest name, RunError for what a node would overwrite.
    """
    known = pipeline.datasets()
    for name in wanted:
        if name not in known:
            raise SelectionError(
                f"outputs={name!r}: the pipeline has no such dataset",
                nearest=nearest(name, known),
            )
    free = pipeline.inputs()
    for name in given:
        if name in free:
            continue
        if name not in known:
            raise SelectionError(
                f"inputs={name!r}: no node of the pipeline reads it", nearest=nearest(name, free)
            )
        maker = next(node for node in pipeline.nodes if name in node.outputs)
        raise RunError(
            f"inputs={name!r}: node {maker.name!r} ({maker.where}) of this run makes it",
            hint=f"leave that node out: from_inputs=[{name!r}] runs only what follows from it",
        )

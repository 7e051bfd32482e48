"""From a command's arguments to a selection."""

from typing import Any

from noria.project.selection import Selection


def take_selection(given: dict[str, Any]) -> Selection:
    """Take the selection's values out of a command's arguments."""
    return Selection(
        pipeline=given.pop("pipeline"),
        tags=given.pop("tags"),
        nodes=given.pop("nodes"),
        from_nodes=given.pop("from_nodes"),
        to_nodes=given.pop("to_nodes"),
        from_inputs=given.pop("from_inputs"),
        to_outputs=given.pop("to_outputs"),
        namespaces=given.pop("namespaces"),
    )

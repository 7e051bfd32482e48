"""Which nodes may be given objects of the project's classes, and which get plain data alone."""

from collections.abc import Callable, Mapping

from noria_catalog import DataCatalog
from noria_catalog.dataset import kinds_of

from noria.code import CodeReader, Fingerprint
from noria.graph import Node
from noria.graph.names import base_name, is_parameter
from noria.project.plain_values import is_plain
from noria.runner.places import Places

# Their loads give what the library behind them makes of a file, and nothing that was in memory.
_READ_ANEW = ("noria_catalog.formats.", "noria_catalog.partitioned")


class GivenObjects:
    """Reads the code of nodes: where one gets plain data alone, objects' methods count for nothing.

    Nodes are asked about in an order in which they can run.  ``keeps_plain`` tells of a dataset
    that its files can hold no objects; ``hooked`` says that hooks may change what nodes get;
    ``canonical`` maps the names of one dataset to the one that stands for all.
    """

    def __init__(
        self,
        catalog: DataCatalog,
        places: Places,
        reader: CodeReader,
        keeps_plain: Callable[[str], bool],
        canonical: Mapping[str, str],
        *,
        hooked: bool,
    ) -> None:
        self._catalog = catalog
        self._places = places
        self._reader = reader
        self._keeps_plain = keeps_plain
        self._canonical = canonical
        self._hooked = hooked
        self._made_plain: set[str] = set()
        self._plain: dict[str, bool] = {}

    def fingerprint(self, node: Node) -> Fingerprint:
        """Return what a node's function depends on, with what it may be given."""
        reader = self._reader
        if self._hooked or not reader.has_classes:
            return reader.fingerprint(node.func)
        if not all(map(self._is_plain, node.reads)):
            return reader.fingerprint(node.func)
        made = reader.fingerprint_beside_inputs(node.func)
        in_memory = list(filter(self._places.is_memory, node.makes))
        if in_memory and not reader.reaches_class(made):
            self._made_plain.update(map(self._called, in_memory))
        return made

    def _is_plain(self, name: str) -> bool:
        if not is_parameter(name) and self._places.is_memory(name):
            # One that is declared may be shared uncopied, and others put into it what they like.
            return name not in self._catalog.declared and self._called(name) in self._made_plain
        known = self._plain.get(name)
        if known is None:
            known = self._plain[name] = self._gives_plain(name)
        return known

    def _gives_plain(self, name: str) -> bool:
        if is_parameter(name):
            return is_plain(self._places.value(name))
        kinds = kinds_of(self._catalog[name])
        return self._keeps_plain(name) and all(
            kind.__module__.startswith(_READ_ANEW) for kind in kinds
        )

    def _called(self, name: str) -> str:
        return self._canonical.get(name, base_name(name))

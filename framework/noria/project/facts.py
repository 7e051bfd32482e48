"""What each node's result depends on, gathered for the plan."""

import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

from blake3 import blake3
from noria_catalog import DataCatalog
from noria_catalog.dataset import Digests, is_built_in, kinds_of
from noria_catalog.file_dataset import FileDataset
from noria_catalog.libraries import imported
from noria_catalog.redact import HIDDEN

from noria.code import READING, WRITES, ZONE, CodeReader, Fingerprint
from noria.errors import NotStorable
from noria.graph import Node
from noria.graph.depends import Dependency, FileDependency
from noria.graph.names import is_parameter
from noria.plan import Job, Parts
from noria.plan.explain import CODE_OF, HELD, IN_MEMORY, LIBRARY
from noria.project.entry_facts import SIDES, is_own, ordered, that_counts, told_of_file
from noria.project.given_objects import GivenObjects
from noria.project.hooked import Hooked
from noria.project.library_watch import note_reached
from noria.project.plain_values import is_plain
from noria.record.json_text import json_text
from noria.runner.overlapping import may_share
from noria.runner.places import Places


def _machine() -> str:
    """Return what ``platform.machine()`` says, which is imported only where it must be asked."""
    if hasattr(os, "uname"):
        return os.uname().machine
    import platform

    return platform.machine()


_PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.implementation.name}"
# With -O no assert is executed, with -OO there are no docstrings.
_OPTIMIZED = f" -O{sys.flags.optimize}" if sys.flags.optimize else ""
SYSTEM = f"{_PYTHON} {sys.platform} {_machine()}{_OPTIMIZED}"
_PACKED = frozenset({".gz", ".bz2", ".zip", ".xz", ".zst", ".tar", ".tgz"})
_DIGEST_TOLD = 12
# A folder is the same, whichever version of a function makes it.
_MAKES_FOLDERS = ("mkdir()", "makedirs()")
MISSING = "missing"
"""What stands for the digest of a file that a node is said to depend on, where nothing lies."""
_Said = TypeVar("_Said")


class Gatherer:
    """Gathers the facts of nodes: code, parameters, configuration, what they were said to need.

    ``root`` is the project's folder, where the paths of ``depends_on`` begin; ``hooked`` says
    which hooks could change what nodes get or give; ``canonical`` maps the names of one
    dataset, by transcoding or by place, to the one that stands for all; ``keeps_plain`` tells of a
    dataset that its files can hold no objects.
    """

    def __init__(
        self,
        catalog: DataCatalog,
        places: Places,
        reader: CodeReader,
        root: Path,
        hooked: Hooked,
        canonical: Mapping[str, str],
        keeps_plain: Callable[[str], bool],
    ) -> None:
        self._catalog = catalog
        self._places = places
        self._reader = reader
        self._root = root
        self._hooked = hooked
        self._canonical = canonical
        self._given_objects = GivenObjects(
            catalog, places, reader, keeps_plain, canonical, hooked=bool(hooked.digests)
        )
        self._parameters: dict[str, str] = {}
        self._configurations: dict[str, dict[str, str]] = {side: {} for side in SIDES}
        self._alike: dict[tuple[tuple[type[Any], ...], str, tuple[str, str], str], str] = {}
        self._digests_of_libraries: dict[tuple[tuple[str, str], ...], str] = {}
        self._said: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._parts: dict[str, Parts] = {}
        self._read_as: dict[str, dict[str, str]] = {}  # by node, as it names them
        self._configured_so: dict[str, tuple[str, str]] = {}  # a dataset and its side, by digest
        self._reading_classes: dict[str, str] = {}  # what they read, by the digest of how
        self._options: dict[str, str] = {}
        self._holding: dict[str, Any] = {}  # functions that may carry values along, by node
        self.fingerprints: dict[str, Fingerprint] = {}

    def job(self, node: Node, *, selected: bool = True, unsettled: bool = False) -> Job:
        """Return what is to be known of a node to judge it."""
        fingerprint = self._given_objects.fingerprint(node)
        self.fingerprints[node.name] = fingerprint
        if not _is_plainly_defined(node.func):
            self._holding[node.name] = node.func
        inputs: dict[str, str] = {}
        arguments: dict[str, tuple[str, str]] = {}
        for one, name in _arguments(node):
            if is_parameter(name):
                arguments[one] = (name, self._parameter(name))
            else:
                inputs[one] = name
        parts = Parts(
            code=fingerprint.digest,
            libraries=self._libraries(fingerprint),
            system=SYSTEM,
            shape=_shape(node),
            arguments=self._shared(arguments),
            reads=self._shared(
                {one: self._configured(name, "reads") for one, name in inputs.items()}
            ),
            makes={name: self._configured(name, "makes") for name in node.makes},
            depends=self._shared(
                {
                    **self._hooked.digests,
                    **(self._zone(fingerprint) if fingerprint.effects else {}),
                    **self.depends(node),
                }
            ),
        )
        self._parts[node.name] = parts
        untold = next((name for name, digest in arguments.values() if not digest), None)
        always = self._always(node, fingerprint, inputs.values())
        if untold and not always:
            always = f"nobody can tell whether {untold} changed"
        canonical = {one: self._canonical.get(name, name) for one, name in inputs.items()}
        if canonical != inputs:
            self._read_as[node.name] = {canonical[one]: name for one, name in inputs.items()}
        trusted = is_trusted(node)
        return Job(
            node.name,
            parts,
            canonical,
            node.makes,
            always,
            selected,
            unsettled,
            trusted,
            writes="" if trusted else _written_by(fingerprint),
        )

    def forget_catalog(self) -> None:
        """Ask the catalog anew: it may hold other parameters and datasets now."""
        self._parameters.clear()
        for known in self._configurations.values():
            known.clear()

    def depends(self, node: Node) -> dict[str, str]:
        """Return the digests of what a node was said to depend on, as they are now."""
        return dict(self._depends(node.depends_on))

    def _zone(self, fingerprint: Fingerprint) -> dict[str, str]:
        """Return the digest of the time zone, for code that makes times of day of moments."""
        if not any(effect.kind == ZONE for effect in fingerprint.effects):
            return {}
        from noria.project.time_zone import zone_digest

        return {"the local time zone": zone_digest()}

    def _shared(self, said: dict[str, _Said]) -> dict[str, _Said]:
        """Return one mapping for all that are equal: most nodes read the same in the same way."""
        return self._said.setdefault(tuple(said.items()), said)

    def texts(self, names: Iterable[str]) -> dict[str, str]:
        """Return what digests in the parts of these nodes stand for.

        Of code that is its source, of libraries, of datasets' options and of what functions hold
        JSON.
        """
        found: dict[str, str] = {}
        for name in names:
            fingerprint = self.fingerprints[name]
            found[fingerprint.digest] = self.symbols_of(name)
            for symbol in fingerprint.symbols:
                text = None if symbol.digest in found else self._reader.text(symbol)
                if text:
                    found[symbol.digest] = text
            if name in self._holding:
                from noria.project.held import held_by

                found[fingerprint.digest + HELD] = json.dumps(held_by(self._holding[name]))
            found[self._libraries(fingerprint)] = json.dumps(fingerprint.distributions)
            parts = self._parts[name]
            for digest in (*parts.reads.values(), *parts.makes.values()):
                if digest in self._configured_so:
                    found[digest] = self._options_of(digest)
        return found

    def read_as(self, node: str, dataset: str) -> str:
        """Return the name by which a node reads a dataset, where it has several."""
        return self._read_as.get(node, {}).get(dataset, dataset)

    def symbols_of(self, name: str) -> str:
        """Return as JSON what a node's code reaches, each definition with its digest."""
        return json.dumps([(one.name, one.digest) for one in self.fingerprints[name].symbols])

    def _options_of(self, digest: str) -> str:
        """Return as JSON what an entry says, and what code and libraries its class depends on."""
        known = self._options.get(digest)
        if known is None:
            name, side = self._configured_so[digest]
            described = self._places.described(name)
            kinds = kinds_of(self._catalog[name])
            said = that_counts(kinds, side, described)
            ending, file = told_of_file(kinds, side, described)
            told = {"type": described.get("type"), **said, "suffix": ending}
            if file:
                told["name"] = file
            for kind in kinds:
                fingerprint = self._reader.fingerprint(kind)
                told[f"{CODE_OF}{kind.__name__}"] = fingerprint.digest[:_DIGEST_TOLD]
                told |= {f"{LIBRARY}{one}": version for one, version in fingerprint.distributions}
            known = self._options[digest] = json_text(told)
        return known

    def _configured(self, name: str, side: str) -> str:
        """Return the digest of how a dataset is configured for its readers or for its maker."""
        known = self._configurations[side]
        if name not in known:
            known[name] = self._configuration(name, side)
        return known[name]

    def _configuration(self, name: str, side: str) -> str:
        if not self._places.place(name):
            return IN_MEMORY
        described = self._places.described(name)
        dataset = self._catalog[name]
        kinds = kinds_of(dataset)
        counting = that_counts(kinds, side, described)
        said = sorted(counting)
        text = repr([(key, ordered(key, counting[key])) for key in said]) if said else "[]"
        if HIDDEN in text:
            text = f"{text} {self._places.hidden(name, said)}"
        if side == "makes" and not isinstance(dataset, FileDataset | Digests):
            # Such a result is known by the run that has put it there, so one place has one.
            text = f"{text} {self._places.called(name)}"
            if not all(map(is_built_in, kinds)):
                text += self._address(name)
        file = told_of_file(kinds, side, described)
        known = self._alike.get((kinds, side, file, text))  # most differ in their places only
        if known is None:
            known = self._spelled(kinds, side, file, text)
            self._alike[kinds, side, file, text] = known
            self._configured_so[known] = (name, side)
            # What has no digest is told by what a load has given.
            if is_own(kinds) and (side == "makes" or isinstance(dataset, FileDataset | Digests)):
                from noria.project.class_effects import told_class_effects

                told = told_class_effects(kinds, self._reader)
                if told:
                    self._reading_classes[known] = told
        return known

    def _address(self, name: str) -> str:
        """Return what tells the address in an output's credentials: what lies there is unknown."""
        from noria_catalog.identity import without_secrets  # few have any

        given = without_secrets(self._catalog.given(name))
        return f" {self._places.sealed(repr(sorted(given.items(), key=str)))}" if given else ""

    def _spelled(
        self, kinds: Sequence[type[Any]], side: str, file: tuple[str, str], said: str
    ) -> str:
        ending, name = file
        suffixes = [] if ending.endswith(".") else [f".{part}" for part in ending.split(".")[1:]]
        # The same bytes are the same data, but where a name says how to unpack; what a class of
        # somebody else's makes of a name is not known.
        if side == "reads" and all(map(is_built_in, kinds)):
            suffixes = [suffix for suffix in suffixes if suffix.lower() in _PACKED]
        told: list[Any] = [said, suffixes, name] if name else [said, suffixes]
        for kind in kinds:
            fingerprint = self._reader.fingerprint(kind)
            code = (fingerprint.digest, fingerprint.distributions)
            told.append((f"{kind.__module__}.{kind.__qualname__}", code))
        return text_digest(repr(told))

    def _libraries(self, fingerprint: Fingerprint) -> str:
        known = self._digests_of_libraries.get(fingerprint.distributions)
        if known is None:
            note_reached(fingerprint.distributions)
            text = json.dumps(fingerprint.distributions)
            known = self._digests_of_libraries[fingerprint.distributions] = text_digest(text)
        return known

    def _parameter(self, name: str) -> str:
        """Return the digest of a parameter's value, empty where nobody can tell it."""
        known = self._parameters.get(name)
        if known is None:
            value = self._places.value(name)
            plain = is_plain(value)
            with suppress(NotStorable):
                known = text_digest(repr(value)) if plain else self._places.digest_of_value(value)
            known = known or ""
            self._parameters[name] = known
        return known

    def _depends(self, dependencies: Sequence[Dependency]) -> Iterator[tuple[str, str]]:
        for one in dependencies:
            if isinstance(one, FileDependency):
                from noria.project.depended import digest_of_dependency

                digest = digest_of_dependency(one, self._root, self._places.seen.digest_of)
                yield f"file {one.path}", digest or MISSING
            else:
                value = os.environ.get(one.name)
                yield f"variable {one.name}", "unset" if value is None else text_digest(value)

    def _always(self, node: Node, fingerprint: Fingerprint, inputs: Collection[str]) -> str:
        if not node.makes:
            return "it has no outputs"
        if node.cache is False:
            return "cache=False"
        same = self._one_place(node, inputs)
        if same:
            return f"it reads and writes {same}"
        added_to = next((name for name in node.makes if self._appends(name)), None)
        if added_to:
            return f"{added_to} is added to, not replaced"
        if node.confirms:
            return f"it confirms {node.confirms[0]}"
        partly_read = self._partly_read(inputs)
        if partly_read:
            return f"it reads what is new in {partly_read}"
        if fingerprint.effects and not is_trusted(node):
            effects = [one for one in fingerprint.effects if one.kind in READING]
            if effects:
                return f"it reads the {effects[0].kind}: {effects[0].what} ({effects[0].where})"
        if self._reading_classes and not is_trusted(node):
            parts = self._parts[node.name]
            for digest in (*parts.reads.values(), *parts.makes.values()):
                if digest in self._reading_classes:
                    return self._reading_classes[digest]
        return self._hooked.reads if self._hooked.reads and not is_trusted(node) else ""

    def _one_place(self, node: Node, inputs: Collection[str]) -> str | None:
        place = self._places.place
        read = set(map(place, inputs)) - {""}
        for name in node.makes if read else ():
            if place(name) in read:
                same = [one for one in inputs if place(one) == place(name)]
                if any(may_share(one, name, self._catalog, place) for one in same):
                    return name
        return None

    def _partly_read(self, inputs: Iterable[str]) -> str | None:
        incremental = imported("noria_catalog.incremental")
        if incremental is None:
            return None
        kind = incremental.IncrementalDataset
        return next((name for name in inputs if isinstance(self._catalog.get(name), kind)), None)

    def _appends(self, name: str) -> bool:
        """Tell whether each save adds lines or rows; a sheet of a workbook is there only once."""
        if not self._places.place(name):
            return False
        described = self._places.described(name)
        inner = described.get("dataset")
        entries = [described, inner] if isinstance(inner, dict) else [described]
        if not any(one.get("save_args") or "mode" in one for one in entries):
            return False  # as most: they are quickly told
        if getattr(self._catalog[name], "appends", False):
            return True
        saved = [one.get("save_args") or {} for one in entries]
        words = [one.get(word) for one in saved for word in ("mode", "if_exists")]
        return any(isinstance(word, str) and word.startswith("a") for word in words)


def _is_plainly_defined(func: Callable[..., Any]) -> bool:
    """Tell whether a function is a ``def`` that carries nothing along, as most are."""
    return type(func) is FunctionType and func.__closure__ is None and func.__name__ != "<lambda>"


def is_trusted(node: Node) -> bool:
    """Tell whether it was said what a node depends on besides its inputs."""
    return node.cache is True or bool(node.depends_on)


def _arguments(node: Node) -> Iterable[tuple[str, str]]:
    """Return the node's inputs by what the function knows them as: a place or an argument."""
    declared = node.declared_inputs
    if isinstance(declared, dict):
        return declared.items()
    names = node.inputs
    return zip(map(str, range(len(names))), names, strict=True)


def _shape(node: Node) -> str:
    """Return how a result is taken apart: which part of it goes to which dataset."""
    declared = node.declared_outputs
    if isinstance(declared, str):
        return '["value"]'
    if isinstance(declared, dict):
        return json.dumps(["keys", *declared.items()])
    return json.dumps(["items", *(declared or ())])


def text_digest(text: str) -> str:
    """Return the digest of a text, whatever is in it."""
    return blake3(text.encode("utf-8", "surrogatepass")).hexdigest()


def _written_by(fingerprint: Fingerprint) -> str:
    """Return by what a function writes files beside its outputs, empty where it writes none."""
    for effect in fingerprint.effects:
        if effect.kind == WRITES and not effect.what.endswith(_MAKES_FOLDERS):
            return f"{effect.what} ({effect.where})"
    return ""

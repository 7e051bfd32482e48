"""Fingerprints that were found before, for as long as nothing that they were made of has changed.

An edit leaves most functions as they were, and to find out for each of them takes longer than the
edited one's first line.  A fingerprint holds while

- the sources of all modules that it reaches, if only by their imports, are as they were;
- what is said of the project as a whole is so beside the edited modules: which modules there are
  and whose the others are, who changes what from afar, members of classes by their names, which
  classes are related, and which have objects that come to code that does not name them;
- modules that change what is not their own are executed as they were: all, and in their order;
- what is installed is as it was;
- and imported modules hold what they held then.

Whatever cannot be said of all that is found anew.
"""

import marshal
import os
import time
from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from noria.code.assembly import Assembly
from noria.code.attach import Attached
from noria.code.compare import Comparison
from noria.code.distributions import canonical
from noria.code.facts import Doubt, Effect, Fingerprint, Symbol
from noria.code.graph import Graph
from noria.code.kept_file import keep, recall
from noria.code.normal import digest_of
from noria.code.project import Project

_NAME = "code.fingerprints"
_NOWHERE = -1
_NOTHING = marshal.dumps({})
Said = dict[str, Any]
Places = Iterable[tuple[str, int]]
# What is changed, whose first part is a module or None, with the statements that change it.
Changes = list[tuple[tuple[Any, ...], list[tuple[str, int]]]]


class KeptFingerprints:
    """Keeps fingerprints in ``<folder>/code.fingerprints``; a folder of ``None`` keeps nothing.

    They go by what the function is called: one that its module holds under that name, and that
    carries nothing along.
    """

    def __init__(
        self,
        folder: Path | None,
        graph: Graph,
        compared: Comparison,
        assembly: Assembly,
        called: Collection[str],
    ) -> None:
        self._folder = folder
        self._graph = graph
        self._project = graph.project
        self._compared = compared
        self._assembly = assembly
        self._called = called
        self._found: dict[str, tuple[bytes, tuple[str, ...]]] | None = None  # by module
        self._written = ""
        self._executed: list[bytes] = []
        self._doubtful: frozenset[str] = frozenset()  # modules of which not all is as it was
        self._opened: dict[str, dict[str, tuple[Any, ...]]] = {}
        self._added: dict[str, dict[str, tuple[Fingerprint, tuple[str, ...]]]] = {}
        self._symbols: dict[str, Symbol] = {}

    def find(self, module: str, called: str) -> Fingerprint | None:
        """Return the fingerprint of a function, ``None`` where none is known to hold."""
        if self._folder is None:
            return None
        if self._found is None:
            held = recall(self._folder, _NAME)
            self._executed = self._now_executed()
            holds = bool(held) and self._judge(held)
            self._found, self._written = (held["found"], held["written"]) if holds else ({}, "")
        opened = self._opened.get(module)
        if opened is None:
            # What is taken out, here and below, still lies in the file.
            packed = self._found.pop(module, None)
            opened = {} if packed is None else marshal.loads(packed[0])  # noqa: S302  # ours
            self._opened[module] = opened
        entry = opened.pop(called, None)
        if entry is None or not self._doubtful.isdisjoint(entry[-1]):
            return None
        digest, symbols, distributions, effects, doubts, _ = entry
        return Fingerprint(
            digest,
            tuple(map(self._symbol, symbols)),
            distributions,
            tuple(map(Effect._make, effects)),
            tuple(map(Doubt._make, doubts)),
        )

    def add(self, module: str, called: str, made: Fingerprint, reached: tuple[str, ...]) -> None:
        """Keep a fingerprint that was made; ``reached`` are the modules that it reaches."""
        if self._folder is not None:
            self._added.setdefault(module, {})[called] = (made, reached)

    def save(self) -> None:
        """Write what was found, where it is not all that was kept."""
        if self._folder is None or not (self._added or self._doubtful) or self._has_grown():
            return
        if self._now_executed() != self._executed:  # imported between one fingerprint and another
            return
        held = recall(self._folder, _NAME) if self._written else {}
        # What others have written meanwhile nobody has judged here.
        was = held["found"] if held.get("written") == self._written else {}
        found: dict[str, tuple[bytes, tuple[str, ...]]] = {}
        for module in {*was, *self._added}:
            data, reaches = was.get(module, (_NOTHING, ()))
            added = self._added.get(module, {})
            if not added and self._doubtful.isdisjoint(reaches):
                found[module] = data, reaches
                continue
            entries: dict[str, tuple[Any, ...]] = {
                called: entry
                for called, entry in marshal.loads(data).items()  # noqa: S302  # ours
                if self._doubtful.isdisjoint(entry[-1])
            }
            for called, (made, reached) in added.items():
                entries[called] = (*_plain(made), reached)
            if entries:
                all_reached = {name for entry in entries.values() for name in entry[-1]}
                found[module] = (marshal.dumps(entries), tuple(sorted(all_reached)))
        said = self._say(found)
        if keep(self._folder, _NAME, said):
            # All that holds is in the file, and nothing else may be found from now on.
            self._found, self._opened, self._doubtful = found, {}, frozenset()
            self._written, self._added = said["written"], {}

    def _symbol(self, plain: tuple[Any, ...]) -> Symbol:
        known = self._symbols.get(plain[0])
        if known is None or known != plain:
            known = self._symbols[plain[0]] = Symbol._make(plain)
        return known

    # -- what fingerprints are made of beside the modules that they reach

    def _say(self, found: dict[str, tuple[bytes, tuple[str, ...]]]) -> Said:
        """Return all that is to be kept."""
        project = self._project
        return {
            **self._whole(),
            "modules": project.digests(),
            "kinds": project.modules.kinds(),
            "closures": self._assembly.required(),
            "unowned": self._unowned(),
            "installed": self._installed(),
            "states": self._states(),
            "attached": _attached(self._graph.attached),
            "words": _words(project),
            "links": {name: _links(project, name) for name in project.tables}
            if project.derived
            else {},
            "checked": {
                module: {
                    name: keys
                    for name, keys in names.items()
                    # Of live code a key does not say all, and nothing that reaches it is kept.
                    if not any(key[0] == "x" for key in keys)
                }
                for module, names in self._compared.checked().items()
            },
            "found": found,
            "written": f"{time.time_ns()} {os.getpid()}",
        }

    def _whole(self) -> Said:
        modules = self._project.modules
        return {
            "roots": modules.roots,
            "called": sorted(self._called),
            "executed": self._executed,
            "sources": sorted((each.name, each.is_package) for each in modules.sources.values()),
            "built": sorted(modules.built),
            "partly": sorted(modules.partly),
            "strays": self._strays(),
        }

    def _strays(self) -> list[tuple[str, str]]:
        """Return the classes whose methods may be meant by code that does not name them."""
        statement = self._project.statement
        return sorted((name, statement(name, at).label) for name, at in self._assembly.strays)

    def _now_executed(self) -> list[bytes]:
        attached = self._graph.attached
        return list(self._assembly.executed(attached.from_afar | attached.to_libraries))

    def _states(self) -> dict[str, list[tuple[str, str]]]:
        """Return what the distributions require whose modules' state the project changes."""
        installed = self._graph.distributions
        return {
            top: installed.closure(installed.of_module(top))
            for top in self._graph.attached.to_outside
        }

    def _judge(self, held: Said) -> bool:
        """Find the modules that are in doubt; return ``False`` where all are."""
        project = self._project
        if any(held[what] != said for what, said in self._whole().items()):
            return False
        digests = project.digests()
        edited = frozenset(
            name for name, digest in held["modules"].items() if digest != digests[name]
        )
        if any(project.modules.kind(top) != kind for top, kind in held["kinds"].items()):
            return False
        if not self._requires_the_same(held):
            return False
        if not self._is_same_beside(edited, held):
            return False
        changed = {
            module
            for module, names in held["checked"].items()
            if module not in edited
            for name, keys in names.items()
            if self._compared.differs(module, name) != keys
        }
        if self._has_grown() or changed - project.tables.keys():
            return False
        self._doubtful = edited | changed
        return True

    def _requires_the_same(self, held: Said) -> bool:
        """Return whether all that is required is installed as it was.

        Where the files that tell what is installed are the very same, they are not read again.
        """
        stamp: str = held["installed"]
        if stamp and stamp == self._graph.distributions.stamp():
            unowned = held["unowned"]
            if any(self._project.modules.unowned(top) != was for top, was in unowned.items()):
                return False
            self._assembly.take_required(held["closures"])
            return set(held["states"]) == set(self._graph.attached.to_outside)
        if any(
            self._assembly.requirements(tops) != needs for tops, needs in held["closures"].items()
        ):
            return False
        return bool(self._states() == held["states"])

    def _unowned(self) -> dict[str, str]:
        """Return the digests of the required modules that belong to no distribution."""
        installed = self._graph.distributions.folders
        return {
            top: digest
            for tops, closure in self._assembly.required().items()
            for top, digest in closure
            if top in tops and canonical(top) not in installed
        }

    def _installed(self) -> str:
        """Return the stamp of what is installed, empty where it does not say all."""
        installed = self._graph.distributions
        closures = [*self._assembly.required().values(), *self._states().values()]
        names = {name for closure in closures for name, _ in closure}
        return "" if any(map(installed.is_editable, names)) else installed.stamp()

    def _has_grown(self) -> bool:
        """Return whether a package was met that nothing known before imports."""
        return self._project.grown or len(self._project.modules.sources) != len(
            self._project.tables
        )

    def _is_same_beside(self, edited: frozenset[str], held: Said) -> bool:
        """Return whether the edit of some modules changes what others mean to each other."""
        project = self._project
        masked = partial(_beside, edited)
        now = _attached(self._graph.attached)
        if any(masked(now[what]) != masked(was) for what, was in held["attached"].items()):
            return False
        words, were = _words(project), held["words"]
        if any(not words[name] <= were.get(name, set()) for name in edited & words.keys()):
            return False  # an attribute of these names may mean more than it did
        if not (project.derived or held["links"]):
            return True
        return all(held["links"].get(name) == _links(project, name) for name in edited)


def _plain(made: Fingerprint) -> tuple[Any, ...]:
    digest, symbols, distributions, *others = made
    return (
        digest,
        tuple(map(tuple, symbols)),
        distributions,
        *(tuple(map(tuple, each)) for each in others),
    )


def _attached(attached: Attached) -> dict[str, Changes]:
    """Return who changes what, as lists."""
    loose = [((name,), [(name, at) for at in places]) for name, places in attached.loose.items()]
    return {
        "to_statement": _listed(attached.to_statement.items()),
        "to_name": _listed(attached.to_name.items()),
        "to_outside": _listed(((None, top), places) for top, places in attached.to_outside.items()),
        "loose": _listed(loose),
        "loose_elsewhere": _listed(
            ((name,), places) for name, places in attached.loose_elsewhere.items()
        ),
        "to_attribute": _listed(
            ((None, name), places) for name, places in attached.to_attribute.items()
        ),
        "loads": _listed(
            ((name,), [(each, _NOWHERE) for each in loaded])
            for name, loaded in attached.loads.items()
        ),
        "from_afar": _listed([((None,), attached.from_afar)]),
    }


def _listed(pairs: Iterable[tuple[tuple[Any, ...], Places]]) -> Changes:
    return [(tuple(changed), sorted(places)) for changed, places in pairs]


def _beside(
    edited: frozenset[str], changes: Changes
) -> dict[tuple[Any, ...], frozenset[tuple[str, int]]]:
    """Return the changes without what is in edited modules, and without the places there.

    Who reaches such a place reaches its module, and is found anew.
    """
    return {
        changed: frozenset(
            (module, _NOWHERE if module in edited else place) for module, place in places
        )
        for changed, places in changes
        if changed[0] not in edited
    }


def _words(project: Project) -> dict[str, set[str]]:
    """Return the names of the members of all classes by module."""
    found: dict[str, set[str]] = {}
    for word, places in project.members.items():
        for module, _, _ in places:
            found.setdefault(module, set()).add(word)
    return found


def _links(project: Project, name: str) -> bytes:
    """Return a digest of all in a module by which classes can be related."""
    table = project.tables[name]
    bound = [
        (one.kind, one.binds, one.imported, one.bases, one.guards, one.runs, one.made, one.is_plain)
        for one in table.statements
    ]
    return digest_of(repr((bound, table.stars, table.exported)))

"""What code uses, and what it changes by methods that are called like those of libraries."""

from collections.abc import Iterable, Iterator

from noria.code.names import READS_ONLY
from noria.code.project import ATTRIBUTE, FAMILY, MEMBER, STATEMENT, Project, Target
from noria.code.table import VALUE
from noria.code.walk import CALLED, ESCAPES, TOUCHED, Chain, Facts, Reference


class Uses:
    """Tells of names how they are used, where the project has classes of its own.

    ``PAGES.map("/", home)`` changes nothing where that is a column of a table; a class of the
    project may call so what fills it.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._own = READS_ONLY & project.members.keys()
        self._has_callable = "__call__" in project.members
        self._known: dict[Target, bool] = {}

    @property
    def are_plain(self) -> bool:
        """Whether code changes nothing besides what it refers to: no class has such methods."""
        return not self._own and not self._has_callable

    def of(self, module: str, facts: Facts) -> Iterable[Reference]:
        """Return what a piece of code in a module refers to, and what methods change besides."""
        if self.are_plain:
            return facts.references
        return (*facts.references, *self._changed(module, facts))

    def _changed(self, module: str, facts: Facts) -> Iterator[Reference]:
        for each in facts.references:
            if not each.use & CALLED:
                continue
            if each.chain[-1] in self._own and len(each.chain) > 1:
                method = each.chain
            elif self._has_callable and self._is_value(module, each.chain):
                method = (*each.chain, "__call__")
            else:
                continue
            if any(map(self._changes, self._project.resolve(module, method))):
                yield each._replace(chain=method[:-1], use=TOUCHED)

    def _is_value(self, module: str, chain: Chain) -> bool:
        """Tell whether a name is that of an object, and of no function or class."""
        return any(
            target.kind == STATEMENT
            and self._project.statement(target.name, target.place).kind == VALUE
            for target in self._project.resolve(module, chain)
        )

    def _changes(self, target: Target) -> bool:
        known = self._known.get(target)
        if known is None:
            known = self._known[target] = self._may_change(target)
        return known

    def _may_change(self, target: Target) -> bool:
        """Tell whether a method of the project's may change its object, or hands it on."""
        if target.kind in {MEMBER, FAMILY}:
            members = self._project.family(target.name, target.place, target.detail)
        elif target.kind == ATTRIBUTE:
            members = self._project.members.get(target.name, [])
        else:
            return False
        for module, place, part in members:
            facts = self._project.statement(module, place).parts[part].facts
            hands_on = any(name == "__call__" for name, _ in facts.attributes)
            if facts.changes or any(_touches_itself(each, hands_on) for each in facts.references):
                return True
        return False


def _touches_itself(reference: Reference, hands_on: bool) -> bool:
    """Tell whether a method changes its object; ``hands_on``: it calls what is not known."""
    if not reference.chain[0].startswith("self:"):
        return False
    given = reference.use & ESCAPES and (hands_on or len(reference.chain) == 1)
    return bool(reference.use & TOUCHED or given)

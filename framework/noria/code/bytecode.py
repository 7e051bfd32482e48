"""What compiled code refers to, where its source is not at hand."""

import dis
from types import CodeType

from noria.code.names import DYNAMIC, READS_DOCSTRINGS, READS_SOURCE
from noria.code.walk import READS_DOCSTRINGS as DOCSTRINGS
from noria.code.walk import READS_SOURCE as SOURCE
from noria.code.walk import Chain, Dynamic, Facts, Reference

_GLOBALS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
_MEMBERS = ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM", "LOAD_SUPER_ATTR")
_BETWEEN = frozenset({"CACHE", "PRECALL", "PUSH_NULL", "EXTENDED_ARG"})
_BY_TEXT = frozenset({"getattr", "attrgetter", "methodcaller", "hasattr"})


def read_code(code: CodeType, package: str) -> Facts:
    """Return what a code object and those inside of it refer to, rather too much than too little.

    >>> facts = read_code((lambda path: os.path.join(path, "a")).__code__, "")
    >>> facts.references[0].chain
    ('os', 'path', 'join')
    """
    references: dict[Reference, None] = {}
    attributes: dict[str, int] = {}
    dynamic: list[Dynamic] = []
    imports: dict[str, None] = {}
    reads = 0
    pending = [code]
    while pending:
        one = pending.pop()
        pending.extend(each for each in one.co_consts if isinstance(each, CodeType))
        for chain in _chains(one, package):
            references[Reference(chain, one.co_firstlineno, 0, 1)] = None
            if chain[0].startswith("="):
                imports[chain[0][1:]] = None
        for name in one.co_names:
            attributes.setdefault(name, 1)
            reads |= SOURCE if name in READS_SOURCE else 0
            reads |= DOCSTRINGS if name in READS_DOCSTRINGS else 0
        if _BY_TEXT & set(one.co_names):
            for constant in one.co_consts:
                if isinstance(constant, str) and constant.isidentifier():
                    attributes.setdefault(constant, 1)
        for name in one.co_names:
            if name in DYNAMIC or f"importlib.{name}" in DYNAMIC:
                kind = "methods" if name in _BY_TEXT else "anything"
                dynamic.append(Dynamic(kind, (), f"{name}()", one.co_firstlineno))
    return Facts(
        tuple(references), tuple(attributes.items()), (), tuple(dynamic), tuple(imports), reads
    )


class _Chains:
    """Puts together what consecutive instructions take from names and imports."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._current: list[str] | None = None
        self._imported: dict[str, list[str]] = {}  # local names of what is imported inside
        self._constants: list[object] = []
        self.found: list[Chain] = []

    def take(self, name: str, argument: object) -> None:
        """Take one instruction."""
        word = str(argument)
        if name in _MEMBERS and self._current is not None:
            self._current.append(word)
            return
        if name.startswith("STORE_") and self._current and self._current[0][:1] == "=":
            self._imported[word] = self._current
            if len(self._current) > 1:  # of several names from one module the next may follow
                self.end()
                self._current = self._imported[word][:1]
                return
        if name not in _BETWEEN:
            self.end()
        if name in _GLOBALS:
            self._current = [word]
        elif name.startswith("LOAD_") and word in self._imported:
            self._current = list(self._imported[word])
        elif name == "LOAD_CONST":
            self._constants.append(argument)
        elif name == "IMPORT_NAME":
            level = self._constants[-2] if len(self._constants) > 1 else 0
            self._current = ["=" + _absolute(word, level, self._package)]

    def end(self) -> None:
        """End the chain that is being put together."""
        if self._current:
            self.found.append(tuple(self._current))
        self._current = None


def _chains(code: CodeType, package: str) -> list[Chain]:
    chains = _Chains(package)
    for instruction in dis.get_instructions(code):
        chains.take(instruction.opname, instruction.argval)
    chains.end()
    return chains.found


def _absolute(name: str, level: object, package: str) -> str:
    if not isinstance(level, int) or level == 0:
        return name
    parts = package.split(".")
    return ".".join(filter(None, [*parts[: len(parts) - level + 1], name]))

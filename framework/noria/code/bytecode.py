"""What compiled code refers to, where its source is not at hand."""

import dis
from types import CodeType

from noria.code.names import DYNAMIC, READS_DOCSTRINGS, READS_SOURCE
from noria.code.walk import READS_DOCSTRINGS as DOCSTRINGS
from noria.code.walk import READS_SOURCE as SOURCE
from noria.code.walk import Chain, Dynamic, Facts, Reference

_GLOBALS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
_MEMBERS = ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM", "LOAD_SUPER_ATTR")
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


def _chains(code: CodeType, package: str) -> list[Chain]:
    chains: list[Chain] = []
    current: list[str] | None = None
    constants: list[object] = []
    for instruction in dis.get_instructions(code):
        name = instruction.opname
        if name == "LOAD_CONST":
            constants.append(instruction.argval)
        if name in _MEMBERS and current is not None:
            current.append(str(instruction.argval))
            if name == "IMPORT_FROM":  # the module stays: each name is one of its own
                chains.append((current[0], str(instruction.argval)))
                current = current[:1]
            continue
        if current is not None and name not in {"CACHE", "PRECALL", "PUSH_NULL", "STORE_FAST"}:
            chains.append(tuple(current))
            current = None
        if name in _GLOBALS:
            current = [str(instruction.argval)]
        elif name == "IMPORT_NAME":
            level = constants[-2] if len(constants) > 1 else 0
            current = ["=" + _absolute(str(instruction.argval), level, package)]
    if current is not None:
        chains.append(tuple(current))
    return chains


def _absolute(name: str, level: object, package: str) -> str:
    if not isinstance(level, int) or level == 0:
        return name
    parts = package.split(".")
    return ".".join(filter(None, [*parts[: len(parts) - level + 1], name]))

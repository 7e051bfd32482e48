"""YAML read by the C loader, every value keeping its place; configuration is data, never code."""

import re
from collections.abc import Callable
from typing import Any

import yaml
from noria_catalog.located import Located, Where

from noria.errors import ConfigError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # the base is chosen at import
    """YAML 1.1 as PyYAML reads it, with the floats of YAML 1.2 (``1e-3``)."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9][0-9_]*)(?:\.[0-9_]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)

_DEEPEST = 100
_LONGEST_SHOWN = 60
_TAG = "tag:yaml.org,2002:"
_SCALARS: dict[str, Callable[[Any, Any], Any]] = {
    _TAG + "null": _Loader.construct_yaml_null,
    _TAG + "bool": _Loader.construct_yaml_bool,
    _TAG + "int": _Loader.construct_yaml_int,
    _TAG + "float": _Loader.construct_yaml_float,
    _TAG + "timestamp": _Loader.construct_yaml_timestamp,
    _TAG + "binary": _Loader.construct_yaml_binary,
}


def read_yaml(text: str, file: str) -> Located:
    r"""Return the one document in ``text``, located; an empty one is an empty mapping.

    ``file`` is the name that errors show.  Raises ConfigError at the place of a syntax error, of
    a key that stands twice, of a tag that would make an object, of what is nested too deep.

    >>> read_yaml("model:\n  depth: 3\n", "conf/parameters.yml").plain()
    {'model': {'depth': 3}}
    """
    try:
        _refuse_depth(text, file)
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return Located({}, Where(file, 1, 1))
            return _Reader(loader, file).located(root, None)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, file) from None


def read_scalar(text: str) -> Any:
    """Return the value that ``text`` would be on the right of a colon; text that is no YAML stays.

    >>> read_scalar("0.5"), read_scalar("[1, 2]"), read_scalar("a: b: c")
    (0.5, [1, 2], 'a: b: c')
    """
    try:
        return read_yaml(text, "").plain() if text.strip() else ""
    except ConfigError:
        return text


class _Reader:
    """Turns composed nodes into located values; an anchor's value is made once."""

    def __init__(self, loader: Any, file: str) -> None:
        self._loader = loader
        self._file = file
        self._made: dict[int, Located] = {}
        self._open: set[int] = set()
        self._heights: dict[int, int] = {}  # levels of a made value, itself counted
        self._tallest = [0]  # the highest child so far, of each value that is being made

    def where(self, node: Any) -> Where:
        return Where(self._file, node.start_mark.line + 1, node.start_mark.column + 1)

    def located(self, node: Any, key: Where | None) -> Located:
        made = self._made.get(id(node))
        if made is None:
            if id(node) in self._open:
                raise ConfigError("an anchor contains itself", where=self.where(node))
            self._open.add(id(node))
            self._tallest.append(0)
            made = Located(self._value(node), self.where(node))
            self._open.discard(id(node))
            self._made[id(node)] = made
            self._heights[id(node)] = height = self._tallest.pop() + 1
            if height > _DEEPEST + 1:  # by anchors, each in the next
                raise _too_deep(self.where(node))
        self._tallest[-1] = max(self._tallest[-1], self._heights[id(node)])
        return made if key is None else Located(made.value, made.where, key)

    def _value(self, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.located(item, None) for item in node.value]
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node)
        raise self._foreign_tag(node)

    def _scalar(self, node: Any) -> Any:
        if node.tag == _TAG + "str":
            return node.value
        construct = _SCALARS.get(node.tag)
        if construct is None:
            raise self._foreign_tag(node)
        try:
            return construct(self._loader, node)
        except (ArithmeticError, AttributeError, LookupError, ValueError) as error:
            kind = node.tag.removeprefix(_TAG)
            article = "an" if kind[0] in "aeiou" else "a"
            # Of a tag that stands there, `!!timestamp soon`, the library does not say it.
            why = f": {error}" if isinstance(error, KeyError | ValueError) else ""
            raise ConfigError(
                f"{_shortened(node.value)} reads as {article} {kind} and is none{why}",
                where=self.where(node),
                hint="put it in quotes if it is meant as text",
            ) from None

    def _mapping(self, node: Any) -> dict[Any, Located]:
        own: dict[Any, Located] = {}
        merged: dict[Any, Located] = {}
        for key_node, value_node in node.value:
            place = self.where(key_node)
            if key_node.tag == _TAG + "merge":
                self._merge(value_node, merged)
                continue
            key = self._value(key_node)
            if isinstance(key, dict | list):
                raise ConfigError("a key must be a single value", where=place)
            if key in own:
                raise ConfigError(
                    f"the key {_shortened(key)} stands twice; first at {own[key].key}",
                    where=place,
                    hint="leave one of them out",
                )
            own[key] = self.located(value_node, place)
        return {**merged, **own} if merged else own

    def _merge(self, node: Any, into: dict[Any, Located]) -> None:
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for source in sources:
            value = self.located(source, None).value
            if not isinstance(value, dict):
                raise ConfigError("`<<` takes mappings only", where=self.where(source))
            for key, below in value.items():
                into.setdefault(key, below)

    def _foreign_tag(self, node: Any) -> ConfigError:
        written = f"!!{node.tag.removeprefix(_TAG)}" if node.tag.startswith(_TAG) else node.tag
        return ConfigError(
            f"the tag {written!r} would make an object; configuration is plain data",
            where=self.where(node),
            hint="leave the tag out, and make the object in code",
        )


def _refuse_depth(text: str, file: str) -> None:
    """Raise ConfigError at the place where nesting is too deep.

    The C library composes what is nested by calling itself, and ends the process when that goes
    too deep; its events come one after the other.
    """
    brackets = text.count("[") + text.count("{")
    # Each level of a block takes a column at least, in its longest line.
    if brackets <= _DEEPEST and max(map(len, text.splitlines()), default=0) <= _DEEPEST:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                mark: Any = event.start_mark
                raise _too_deep(Where(file, mark.line + 1, mark.column + 1))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(where: Where) -> ConfigError:
    return ConfigError(f"nested more than {_DEEPEST} deep", where=where)


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


# What to do about what the library finds, which is often caused in the line above.
_OPEN = "what is opened here or before is not closed, or a comma is missing"
_MENDS = {
    "mapping values are not allowed": "is this line indented like its neighbours, and does a space"
    " follow the colon in the line above?",
    "could not find expected ':'": "a key ends with a colon",
    "did not find expected key": "is this line indented like its neighbours, and do quotes end"
    " where they should?",
    "end of stream": "what is opened here is never closed",
    "did not find expected ',' or": _OPEN,
    "did not find expected node content": _OPEN,
    "cannot start any token": "put the value in quotes",
    "unknown escape character": "in single quotes a backslash is one",
}


def _syntax_error(error: yaml.YAMLError, text: str, file: str) -> ConfigError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if mark is None:
        line, column = _unreadable_place(error, text)
        return ConfigError(f"not YAML: {problem}", where=Where(file, line, column))
    lines = text.splitlines()
    here = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in here[: mark.column + 1] or here.lstrip(" ").startswith("\t"):
        return ConfigError(
            "a tab cannot indent YAML",
            where=Where(file, mark.line + 1, here.index("\t") + 1),
            hint="replace it by spaces",
        )
    context = getattr(error, "context", None)
    began = getattr(error, "context_mark", None)
    if began is not None and "end of stream" in problem:  # that is nowhere, but this is somewhere
        mark = began
    elif context and began is not None and began.line != mark.line and "flow" in context:
        context = f"{context} that begins in line {began.line + 1}"
    return ConfigError(
        f"not YAML: {problem}" + (f" ({context})" if context else ""),
        where=Where(file, mark.line + 1, mark.column + 1),
        hint=next((mend for words, mend in _MENDS.items() if words in problem), None),
    )


def _unreadable_place(error: yaml.YAMLError, text: str) -> tuple[int, int]:
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return 1, 1
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1

"""References in configuration, replaced by what they refer to; pure, the environment handed in."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from noria_catalog.located import Located, Where, locate
from noria_catalog.redact import is_secret
from noria_catalog.suggest import nearest

from noria.config.expressions import (
    ALIASES,
    OPENING,
    SIMPLE,
    Call,
    Malformed,
    Plain,
    Reference,
    Text,
    parse,
    segments,
)
from noria.config.names import dotted_names, key_of
from noria.config.overrides import override_below
from noria.errors import ConfigError

CREDENTIALS = "credentials"
GLOBALS = "globals"
# References to references may grow without end: `a: ${b}${b}`, `b: ${c}${c}`, ...
_MOST_VALUES = 1_000_000
_LONGEST_TEXT = 10_000_000


class Tree(NamedTuple):
    """One kind of configuration: what its layers give merged, and each layer as it is written.

    ``files`` says which layer a file belongs to.  A reference sees the layer that it is written in
    and those below it.  ``given`` are dotted keys that are set for one run; they are in the layers
    already, but for those below a value that is a reference itself.
    """

    kind: str
    merged: Located
    layers: Sequence[Located]
    files: Mapping[str, int]
    given: Mapping[str, Any] = MappingProxyType({})


class _Spot(tuple[str, tuple[Any, ...], Where | None]):
    """A text under evaluation: the kind, its path, its place."""

    __slots__ = ()

    def __str__(self) -> str:
        kind, path, where = self
        dotted = ".".join(str(key) for key in path)
        return f"{'globals:' if kind == GLOBALS else ''}{dotted} ({where})"


class Interpolation:
    """Replaces the references of trees that share globals, runtime parameters and variables.

    ``globals_`` is asked for when the first reference needs it; ``environ`` are the variables of
    the environment.  ``variables`` are those that were asked for, with what they held, ``None``
    where they were not set.
    """

    def __init__(
        self, globals_: Callable[[], Tree], runtime: Located, environ: Mapping[str, str]
    ) -> None:
        self._globals_of = globals_
        self._globals: Tree | None = None
        self._runtime = runtime
        self._environ = environ
        self._open: dict[_Spot, None] = {}
        self._made: dict[_Spot, Located] = {}
        self._plain: set[int] = set()
        self._alive: list[Any] = []  # so that no number in _plain is given away again
        self._weights: dict[int, int] = {}
        self.variables: dict[str, str | None] = {}
        self.known_globals: dict[str, Located] = {}
        self._texts: dict[str, str] = {}

    def resolved(self, tree: Tree) -> Located:
        """Return the merged tree with every reference replaced.

        A reference that is the whole value keeps the type; inside text it becomes text.  Raises
        ConfigError, at the place of the text, for a name that is not there, a circle, a mistake in
        the ``${...}`` itself.
        """
        made = self._walk(tree, tree.merged, ())
        self._plain.clear()
        self._made.clear()  # the same place may have another value in another tree
        return made

    def part(self, tree: Tree, key: Any) -> Located:
        """Return one top-level value of the merged tree with every reference replaced."""
        return self._walk(tree, tree.merged.value[key], (key,))

    def _walk(self, tree: Tree, located: Located, path: tuple[Any, ...]) -> Located:
        value = located.value
        if isinstance(value, str):
            if OPENING not in value or not _is_written(located):
                return located
            made = self._text(tree, located, path)
            return Located(made.value, located.where, located.key)
        if not isinstance(value, dict | list):
            return located
        number = id(value)
        if number in self._plain:
            return located
        items: Any = value.items() if isinstance(value, dict) else enumerate(value)
        changed: Any = None
        for key, below in items:
            inner = below.value
            if inner.__class__ is str:
                if OPENING not in inner:
                    continue
                quick = self._quick(below)
                if quick is not None:
                    changed = value.copy() if changed is None else changed
                    changed[key] = quick
                    continue
            elif not isinstance(inner, dict | list):
                continue
            new = self._walk(tree, below, (*path, key))
            if new is not below:
                changed = value.copy() if changed is None else changed
                changed[key] = new
        if changed is None:
            self._plain.add(number)
            self._alive.append(value)
            return located
        self._weigh(changed, located.where)
        return Located(changed, located.where, located.key)

    def _quick(self, located: Located) -> Located | None:
        """Return a text with the globals in it that are known already; ``None`` for any other.

        Most references of a large catalog are of this kind.
        """
        text = located.value
        if not self._texts or not _is_written(located) or "\\" in text:
            return None
        try:
            made = re.sub(SIMPLE, self._text_of, text)
        except KeyError:
            return None
        if OPENING in made or re.fullmatch(SIMPLE, text):
            return None
        return Located(made, located.where, located.key)

    def _text_of(self, found: re.Match[str]) -> str:
        return self._texts[found[1]]

    def _text(self, tree: Tree, located: Located, path: tuple[Any, ...]) -> Located:
        spot = _Spot((tree.kind, path, located.where))
        if spot in self._made:
            return self._made[spot]
        if spot in self._open:
            chain = [*self._open]
            chain = [*chain[chain.index(spot) :], spot]
            raise ConfigError(
                "interpolation in a circle: " + " -> ".join(str(each) for each in chain),
                where=located.where,
                hint="write a value of its own for one of them",
            )
        self._open[spot] = None
        try:
            place = _Place(self, tree, located, path)
            made = override_below(place.evaluated(parse(located.value)), path, tree.given)
            self._made[spot] = made
        except Malformed as error:
            raise ConfigError(
                str(error), where=located.where, hint="write `\\${` for a plain `${`"
            ) from None
        except RecursionError:
            raise ConfigError("interpolation nests too deeply", where=located.where) from None
        finally:
            del self._open[spot]
        return made

    def _weigh(self, made: Any, where: Where | None) -> None:
        """Count what a value would be if nothing in it were shared."""
        weights = self._weights
        weight = 1
        for below in made.values() if made.__class__ is dict else made:
            inner = below.value
            if inner.__class__ is not str and isinstance(inner, dict | list):
                weight += weights.get(id(inner), len(inner))
        if weight > _MOST_VALUES:
            raise ConfigError("interpolation grows beyond a million values", where=where)
        weights[id(made)] = weight + len(made)
        self._alive.append(made)

    def of_globals(self, path: list[str]) -> Located | None:
        """Return a global, resolved; ``None`` for one that is not there."""
        tree = self._globals_tree()
        return self.found(tree, tree.merged, path, ())

    def remember_global(self, name: str, found: Located) -> None:
        """Keep a resolved global, so that it is not looked for again."""
        self.known_globals[name] = found
        if not isinstance(found.value, dict | list):
            self._texts[f"{GLOBALS}:{name}"] = str(found.value)

    def globals_names(self) -> list[str]:
        """Return the dotted names of the globals."""
        return list(dotted_names(self._globals_tree().merged))

    def _globals_tree(self) -> Tree:
        if self._globals is None:
            self._globals = self._globals_of()
        return self._globals

    def of_runtime(self, path: list[str]) -> Located | None:
        """Return a runtime parameter; ``None`` for one that was not given."""
        return self.found(None, self._runtime, path, ())

    def runtime_names(self) -> list[str]:
        """Return the dotted names of the runtime parameters."""
        return list(dotted_names(self._runtime))

    def of_environment(self, name: str) -> str | None:
        """Return a variable of the environment, ``None`` when it is not set."""
        value = self._environ.get(name)
        self.variables.setdefault(name, value)
        return value

    def variable_names(self) -> list[str]:
        """Return the names of the variables that are set."""
        return list(self._environ)

    def of_layers(self, tree: Tree, layer: int, path: list[str]) -> Located | None:
        """Return a value of ``layer`` or of one below it, resolved; ``None`` for none."""
        for number in range(layer, -1, -1):
            found = self.found(tree, tree.layers[number], path, ())
            if found is not None:
                return found
        return None

    def found(
        self, tree: Tree | None, inside: Located, path: list[str], walked: tuple[Any, ...]
    ) -> Located | None:
        """Return what ``path`` leads to, resolved when ``tree`` is given; keys may hold dots."""
        value = inside.value
        if tree is not None and isinstance(value, str) and OPENING in value:  # may be a mapping
            inside, tree = self._walk(tree, inside, walked), None
            value = inside.value
        if not path:
            return inside if tree is None else self._walk(tree, inside, walked)
        for length in range(1, len(path) + 1):
            key = key_of(value, ".".join(path[:length]))
            if key is not None:
                found = self.found(tree, value[key], path[length:], (*walked, key))
                if found is not None:
                    return found
        return None


class _Place:
    """Evaluates the expressions of one text, at its place."""

    def __init__(
        self, shared: Interpolation, tree: Tree, located: Located, path: tuple[Any, ...]
    ) -> None:
        self._shared = shared
        self._tree = tree
        self._where = located.where
        self._path = path
        file = located.where.file if located.where else ""
        self._layer = tree.files.get(file, len(tree.layers) - 1)

    def evaluated(self, text: Text) -> Located:
        """Return the value of a text: of its one reference, or all pieces joined."""
        if len(text.pieces) == 1:
            return self._piece(text.pieces[0])
        joined = "".join(self._joined(piece) for piece in text.pieces)
        if len(joined) > _LONGEST_TEXT:
            raise ConfigError("interpolation grows beyond ten million letters", where=self._where)
        return Located(joined, self._where)

    def _joined(self, piece: str | Reference | Call) -> str:
        if isinstance(piece, str):
            return piece
        value = self._piece(piece).value
        if isinstance(value, dict | list):
            kind = "a mapping" if isinstance(value, dict) else "a list"
            raise ConfigError(
                f"{kind} cannot stand inside of text", where=self._where,
                hint="refer to one of its values, or let the reference be the whole value",
            )  # fmt: skip
        return str(value)

    def _piece(self, piece: str | Reference | Call) -> Located:
        if isinstance(piece, str):
            return Located(piece, self._where)
        if isinstance(piece, Reference):
            return self._reference(self._word(piece.path))
        name = ALIASES.get(piece.name, piece.name)
        resolver = _RESOLVERS.get(name)
        if resolver is None:
            raise ConfigError(
                f"no resolver {self._quoted(piece.name)}", where=self._where,
                nearest=nearest(piece.name, [*_RESOLVERS, *ALIASES]),
                hint="there are `globals:`, `runtime:` and `env:`; configuration is data and calls"
                " no code",
            )  # fmt: skip
        most = 1 if name == "oc.decode" else 2
        if not 1 <= len(piece.arguments) <= most:
            raise ConfigError(
                f"`{piece.name}:` takes a name and, after a comma, a default"
                if most > 1
                else f"`{piece.name}:` takes one value",
                where=self._where,
                hint="put a default that holds a comma in quotes",
            )
        return resolver(self, piece.arguments)

    def _quoted(self, name: str) -> str:
        """Return a name for a message; what looks like one in a secret may be the secret."""
        return "of that name" if self._tree.kind == CREDENTIALS else repr(name)

    def _word(self, text: Text | Plain) -> str:
        if isinstance(text, Plain):
            return str(text.value)
        first = text.pieces[0]
        if len(text.pieces) == 1 and isinstance(first, str):
            return first.strip()
        return str(self.evaluated(text).value).strip()

    def _argument(self, argument: Text | Plain) -> Located:
        if isinstance(argument, Plain):
            return locate(argument.value, self._where)
        return self.evaluated(argument)

    def _reference(self, name: str, default: Text | Plain | None = None) -> Located:
        dots = len(name) - len(name.lstrip("."))
        path = [str(key) for key in self._path[: len(self._path) - dots]] if dots else []
        wanted = [*path, *segments(name[dots:])]
        shared = self._shared
        found = shared.of_layers(self._tree, self._layer, wanted)
        if found is None and default is not None:
            return self._argument(default)
        if found is None:
            below = self._tree.layers[: self._layer + 1]
            names = {each for layer in below for each in dotted_names(layer)}
            raise ConfigError(
                f"no value {self._quoted(name)} in {self._tree.kind}", where=self._where,
                nearest=nearest(".".join(wanted), names),
                hint="`${name}` refers to a key of the same kind of file, in this layer or one"
                " below; `${globals:name}` to globals.yml",
            )  # fmt: skip
        return found

    def _globals(self, arguments: Sequence[Any]) -> Located:
        name = self._word(arguments[0])
        known = self._shared.known_globals.get(name)
        if known is not None:
            return known
        if name.startswith("_"):
            raise ConfigError(
                f"the global {name!r} begins with `_`: it is a template inside of globals.yml",
                where=self._where,
            )
        found = self._shared.of_globals(segments(name))
        if found is not None:
            self._shared.remember_global(name, found)
            return found
        if len(arguments) > 1:
            return self._argument(arguments[1])
        raise ConfigError(
            f"no global {name!r}", where=self._where,
            nearest=nearest(name, self._shared.globals_names()),
            hint="globals are declared in conf/base/globals.yml and conf/<env>/globals.yml",
        )  # fmt: skip

    def _runtime(self, arguments: Sequence[Any]) -> Located:
        name = self._word(arguments[0])
        found = self._shared.of_runtime(segments(name))
        if found is not None:
            return found
        if len(arguments) > 1:
            return self._argument(arguments[1])
        raise ConfigError(
            f"no runtime parameter {name!r} was given", where=self._where,
            nearest=nearest(name, self._shared.runtime_names()),
            hint=f"give it for this run, --params {name}=..., or write a default:"
            f" ${{runtime:{name},default}}",
        )  # fmt: skip

    def _environment(self, arguments: Sequence[Any]) -> Located:
        name = self._word(arguments[0])
        if self._tree.kind != CREDENTIALS and is_secret(name):
            raise ConfigError(
                f"the variable {name!r} looks like a secret, and {self._tree.kind} are shown and"
                " recorded", where=self._where, hint="only credentials.yml may read it",
            )  # fmt: skip
        found = self._shared.of_environment(name)
        if found is not None:
            return Located(found, self._where)
        if len(arguments) > 1:
            default = self._argument(arguments[1])
            if isinstance(default.value, dict | list):
                raise ConfigError(
                    f"the default of the variable {name!r} must be a single value, as the variable"
                    " is", where=self._where,
                )  # fmt: skip
            return default if default.value is None else Located(str(default.value), self._where)
        raise ConfigError(
            f"the environment variable {name!r} is not set", where=self._where,
            nearest=nearest(name, self._shared.variable_names()),
            hint=f"set it, or write a default: ${{env:{name},default}}",
        )  # fmt: skip

    def _select(self, arguments: Sequence[Any]) -> Located:
        default = arguments[1] if len(arguments) > 1 else Plain(None)
        return self._reference(self._word(arguments[0]), default)

    def _decode(self, arguments: Sequence[Any]) -> Located:
        value = self._argument(arguments[0]).value
        if not isinstance(value, str):
            return Located(value, self._where)
        from noria.config.yaml_loader import read_scalar

        return locate(read_scalar(value), self._where)


_RESOLVERS: dict[str, Callable[[_Place, Sequence[Any]], Located]] = {
    "globals": _Place._globals,  # noqa: SLF001
    "runtime": _Place._runtime,  # noqa: SLF001
    "env": _Place._environment,  # noqa: SLF001
    "oc.select": _Place._select,  # noqa: SLF001
    "oc.decode": _Place._decode,  # noqa: SLF001
}


def _is_written(located: Located) -> bool:
    """Tell whether a value stands in a file; what is given for one run is data, and kept."""
    return located.where is not None and located.where.line > 0

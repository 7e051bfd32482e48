"""Dataset factories: entries whose name has placeholders, made for every name that fits."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from noria_catalog.errors import DatasetDefinitionError
from noria_catalog.located import Located, Where
from noria_catalog.suggest import nearest

_PLACEHOLDER = r"\{([^{}]*)\}"
# Doubled braces are plain ones, as in Python's own format strings.
_IN_VALUE = r"\{\{|\}\}|\{([^{}]*)\}"
# Parameters are no data of the catalog: a catch-all must not make them up.
_PARAMETERS, _PARAMETER = "parameters", "params:"


class Pattern(NamedTuple):
    """A factory: its name with placeholders, its entry, and what matches it.

    ``rank`` orders the factories that match one name, the best first.
    """

    name: str
    entry: Located
    regex: re.Pattern[str]
    rank: tuple[int, int]

    @property
    def catches_all(self) -> bool:
        """Whether it is a placeholder and nothing else."""
        return self.rank[0] == 0

    @property
    def where(self) -> Where | None:
        """Where it is declared."""
        return self.entry.key or self.entry.where


class Patterns:
    """The factories of a catalog, the best first.

    Better is the one with more characters outside its placeholders, then the one with more
    placeholders.  Letters are equal in upper and lower case.

    >>> from noria_catalog.located import locate
    >>> factories = Patterns(
    ...     locate({"{name}_csv": {"filepath": "{name}.csv"}, "{other}": {"type": "x"}}).value
    ... )
    >>> factories.names
    ['{name}_csv', '{other}']
    >>> factories.entry("sales_csv").plain()
    {'filepath': 'sales.csv'}
    """

    def __init__(self, entries: Mapping[str, Located]) -> None:
        found = [_pattern(name, entry) for name, entry in entries.items() if is_pattern(name)]
        self._ranked = sorted(found, key=lambda each: (each.rank, each.name))
        self._found: dict[str, tuple[Pattern, ...]] = {}
        catching = [each for each in self._ranked if each.catches_all]
        if len(catching) > 1:
            raise _equal("several factories catch every name", catching)

    def __iter__(self) -> Iterator[Pattern]:
        return iter(self._ranked)

    @property
    def names(self) -> list[str]:
        """The names of the factories, the best first."""
        return [each.name for each in self._ranked]

    def match(self, name: str) -> Pattern | None:
        """Return the best factory for a name, ``None`` where none fits.

        Raises DatasetDefinitionError where two of them are equally good.
        """
        fitting = self._fitting(name)
        equal = [each for each in fitting if each.rank == fitting[0].rank]
        if len(equal) > 1:
            raise _equal(f"dataset {name!r} fits several factories equally well", equal)
        return fitting[0] if fitting else None

    def fits(self, name: object) -> bool:
        """Tell whether a factory makes a dataset of this name, be it one or several."""
        return bool(self._fitting(name)) if self._ranked else False

    def best(self, name: str) -> Pattern | None:
        """Return the best factory for a name, of several equal ones any; ``None`` for none."""
        return next(iter(self._fitting(name)), None)

    def where(self, name: str) -> Where | None:
        """Return where the best factory for a name is declared, ``None`` where none fits."""
        best = self.best(name)
        return None if best is None else best.where

    def entry(self, name: str) -> Located | None:
        """Return the entry that the best factory makes for a name, ``None`` where none fits."""
        pattern = self.match(name)
        if pattern is None:
            return None
        found = pattern.regex.fullmatch(name)
        values = {} if found is None else found.groupdict()
        for key, value in values.items():
            if ".." in re.split(r"[/\\]", value):
                raise DatasetDefinitionError(
                    f"dataset {name!r}: the factory {pattern.name!r} takes {value!r} for {{{key}}},"
                    " which would lead out of its folder",
                    where=pattern.where,
                )
        return _filled(pattern.entry, values)

    def _fitting(self, name: object) -> Sequence[Pattern]:
        """Return the factories that fit, the best first; the answer is kept: it is asked often."""
        if not self._ranked or not isinstance(name, str):
            return ()
        if name not in self._found:
            none = is_pattern(name) or name == _PARAMETERS or name.startswith(_PARAMETER)
            self._found[name] = (
                () if none else tuple(each for each in self._ranked if each.regex.fullmatch(name))
            )
        return self._found[name]


def is_pattern(name: str) -> bool:
    """Tell whether a name in the catalog is that of a factory.

    >>> is_pattern("{name}_csv"), is_pattern("sales_csv")
    (True, False)
    """
    return isinstance(name, str) and "{" in name


def _pattern(name: str, entry: Located) -> Pattern:
    where = entry.key or entry.where
    words = re.findall(_PLACEHOLDER, name)
    rest = re.sub(_PLACEHOLDER, "", name)
    wrong = next((word for word in words if not word.isidentifier()), None)
    if wrong is not None or not words or "{" in rest or "}" in rest:
        raise DatasetDefinitionError(
            f"the factory {name!r} has a placeholder that is no plain word in braces",
            where=where,
            hint='for example "{name}_csv"',
        )
    for word, place in _used(entry):
        if word not in words:
            close = nearest(word, words)
            raise DatasetDefinitionError(
                f"the factory {name!r} has no placeholder {{{word}}}",
                where=place or where,
                nearest=f"{{{close}}}" if close else None,
                hint=f"its name has {', '.join(f'{{{one}}}' for one in dict.fromkeys(words))}",
            )
    return Pattern(name, entry, _regex(name), (-len(rest), -len(words)))


def _regex(name: str) -> re.Pattern[str]:
    parts = re.split(_PLACEHOLDER, name)
    spelt = [re.escape(parts[0])]
    seen: set[str] = set()
    for word, literal in zip(parts[1::2], parts[2::2], strict=True):
        spelt.append(f"(?P={word})" if word in seen else f"(?P<{word}>.+?)")
        spelt.append(re.escape(literal))
        seen.add(word)
    return re.compile("".join(spelt), re.IGNORECASE | re.DOTALL)


def _used(value: Located) -> Iterator[tuple[str, Where | None]]:
    """Yield the placeholders in the values of an entry, with their places."""
    if isinstance(value.value, dict | list):
        inner = value.value.values() if isinstance(value.value, dict) else value.value
        for below in inner:
            yield from _used(below)
    elif isinstance(value.value, str):
        for found in re.finditer(_IN_VALUE, value.value):
            if found[1] is not None:
                yield found[1], value.where or value.key


def _filled(value: Located, values: Mapping[str, str]) -> Located:
    inner: Any = value.value
    if isinstance(inner, dict):
        inner = {key: _filled(below, values) for key, below in inner.items()}
    elif isinstance(inner, list):
        inner = [_filled(below, values) for below in inner]
    elif isinstance(inner, str) and "}" in inner:
        inner = re.sub(_IN_VALUE, _filler(values), inner)
    return Located(inner, value.where, value.key)


def _filler(values: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: found[0][0] if found[1] is None else values[found[1]]


def _equal(problem: str, patterns: Sequence[Pattern]) -> DatasetDefinitionError:
    told = ", ".join(
        f"{each.name!r}" + (f" at {each.where}" if each.where else "") for each in patterns
    )
    return DatasetDefinitionError(
        f"{problem}: {told}",
        where=patterns[0].where,
        hint="write the entry itself, or make one of them more particular",
    )

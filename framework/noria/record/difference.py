"""What differs between two runs, and what followed from it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from noria_catalog.redact import HIDDEN

from noria.plan.explain import (
    CODE_OF,
    HELD,
    IN_MEMORY,
    LIBRARY,
    Difference,
    beside_libraries,
    differences,
    in_words,
    symbols_that_differ,
)
from noria.plan.key import Parts

Text = Callable[[str], str | None]
"""Returns what a digest stands for, ``None`` where that is not known any more."""


NOT_RUN = "not run"
"""The status of a node that a run has not come to."""
UNTOLD = "made:"
"""How the digest of an output begins that nobody can tell apart but by the run that made it."""
RAN_OTHERWISE = "it ran again, and not to the same end"
USED_OTHERWISE = "another result of it was used"
"""Why a result differs that was made of the same: by chance, or by something unrecorded."""


class Ran(NamedTuple):
    """A node in a run: its status, what its result was made of and the digests of its outputs.

    ``parts`` is ``None`` and ``outputs`` empty where nobody knows.  ``key`` is that of the result,
    ``always`` what makes the node run every time; both are empty where there is none.
    """

    status: str
    parts: Parts | None
    outputs: Mapping[str, str]
    key: str = ""
    always: str = ""


class Facts(NamedTuple):
    """A run: its name, the values of its parameters, and its nodes by name."""

    run: str
    parameters: Mapping[str, Any]
    nodes: Mapping[str, Ran]


class Changed(NamedTuple):
    """One thing that differs, and the nodes whose results depend on it.

    ``before`` and ``after`` are values of a parameter, source text, the options of a dataset that
    differ, or digests of data; ``None`` where there was or is none.
    """

    name: str
    before: Any
    after: Any
    nodes: tuple[str, ...]


class Followed(NamedTuple):
    """A node whose result was made of something else: why, and which outputs came out otherwise.

    ``new`` are outputs that it did not have before, under this name; ``has_outputs`` is false of a
    node that makes none.
    """

    node: str
    because: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]
    new: tuple[str, ...] = ()
    has_outputs: bool = True


class Compared(NamedTuple):
    """Two runs side by side.

    ``data`` are inputs that no node of them makes; ``code`` goes by symbol, ``libraries`` by
    distribution; ``other`` are sentences; ``unknown`` nodes of which nothing was recorded.
    """

    parameters: list[Changed]
    code: list[Changed]
    libraries: list[Changed]
    data: list[Changed]
    other: list[Changed]
    followed: list[Followed]
    only_before: list[str]
    only_after: list[str]
    unknown: list[str]


def compare(before: Facts, after: Facts, text: Text) -> Compared:
    """Return what differs between two runs.

    >>> parts = Parts("c", "l", "3.11", "", {"0": ("params:rate", "1")}, {}, {"total": "m"}, {})
    >>> other = parts.with_arguments({"0": ("params:rate", "2")})
    >>> one = Facts("one", {"rate": 1}, {"add": Ran("done", parts, {"total": "x"})})
    >>> two = Facts("two", {"rate": 2}, {"add": Ran("done", other, {"total": "y"})})
    >>> compared = compare(one, two, lambda digest: None)
    >>> compared.parameters
    [Changed(name='rate', before=1, after=2, nodes=('add',))]
    >>> [(each.node, each.because, each.changed) for each in compared.followed]
    [('add', ('rate changed',), ('total',))]
    """
    made = {
        name for facts in (before, after) for ran in facts.nodes.values() for name in _makes(ran)
    }
    both = [name for name in after.nodes if name in before.nodes]
    causes: dict[str, list[Difference]] = {}
    unknown = []
    for name in both:
        old, new = before.nodes[name].parts, after.nodes[name].parts
        if old is None or new is None:
            if not _is_the_same(before.nodes[name], after.nodes[name]):
                unknown.append(name)
        elif found := list(differences(_beside_libraries(old, new, text), new)):
            causes[name] = found
        elif _came_out_otherwise(before.nodes[name], after.nodes[name]):
            causes[name] = []
    parts = {name: (before.nodes[name].parts, after.nodes[name].parts) for name in causes}
    return Compared(
        parameters=[*_parameters(before, after), *_unshown_parameters(before, after, causes)],
        code=_gathered(parts, causes, "code", text),
        libraries=_gathered(parts, causes, "libraries", text),
        data=_data(causes, made),
        other=_other(causes, text),
        followed=[_followed(name, causes[name], before, after) for name in causes],
        only_before=[name for name in before.nodes if name not in after.nodes],
        only_after=[name for name in after.nodes if name not in before.nodes],
        unknown=unknown,
    )


def _is_the_same(old: Ran, new: Ran) -> bool:
    """Tell whether nodes of which it is not known what they took did not differ all the same."""
    if old.status == new.status == NOT_RUN:
        return True
    return bool(old.key) and old.key == new.key and not _came_out_otherwise(old, new)


def _beside_libraries(old: Parts, new: Parts, text: Text) -> Parts:
    known = text(old.code)
    return beside_libraries(old, new, lambda: known is not None and known == text(new.code))


def numbers(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers in JSON-like data by their dotted names; truth values are none.

    >>> list(numbers({"auc": 0.7, "by": [{"n": 3}], "kind": "x", "best": True}))
    [('auc', 0.7), ('by.0.n', 3)]
    """
    if isinstance(value, Mapping):
        below: Any = value.items()
    elif isinstance(value, list):
        below = enumerate(value)
    else:
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value
        return
    for key, each in below:
        yield from numbers(each, f"{name}.{key}" if name else str(key))


def _makes(ran: Ran) -> Iterator[str]:
    yield from ran.outputs
    if ran.parts is not None:
        yield from ran.parts.makes


def _parameters(before: Facts, after: Facts) -> Iterator[Changed]:
    for name, old, new in changed_values(before.parameters, after.parameters):
        readers = {
            node: None
            for facts in (before, after)
            for node, ran in facts.nodes.items()
            if ran.parts is not None and _reads(ran.parts, name)
        }
        yield Changed(name, old, new, tuple(readers))


def changed_values(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    """Yield the values that differ by their dotted names; ``None`` is one that is not there.

    What a node takes for another value is one: ``1``, ``1.0`` and ``True``.

    >>> list(changed_values({"model": {"at": 3, "rate": 1}}, {"model": {"at": 3, "rate": 1.0}}))
    [('model.rate', 1, 1.0)]
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for name in {**new, **old}:
        if name not in old or name not in new or repr(old[name]) != repr(new[name]):
            yield name, old.get(name), new.get(name)


def unshown(name: str, before: Any, after: Any) -> tuple[str, Any, Any]:
    """Return where a parameter differs of which all that may be shown is the same, and its values.

    That is the one secret below it; where there are several, the parameter.

    >>> unshown("mail", {"to": "ann", "key": "***"}, {"to": "ann", "key": "***"})
    ('mail.key', '***', '***')
    """
    old, new = dict(_leaves({name: before})), dict(_leaves({name: after}))
    hidden = [leaf for leaf in new if HIDDEN in str(new[leaf])]
    if len(hidden) == 1:
        return hidden[0], old.get(hidden[0]), new[hidden[0]]
    return name, before, after


def _unshown_parameters(
    before: Facts, after: Facts, causes: Mapping[str, list[Difference]]
) -> Iterator[Changed]:
    """Yield the parameters that were read and differ in what is not shown of them."""
    found: dict[str, list[str]] = {}
    shown = [name for name, _, _ in changed_values(before.parameters, after.parameters)]
    for node, differing in causes.items():
        for each in differing:
            one_each = each.what == "parameter" and None not in (each.before, each.after)
            if one_each and not any(_is_below(each.name, name) for name in shown):
                found.setdefault(each.name, []).append(node)
    for read, nodes in found.items():
        old, new = (value_of(facts.parameters, read) for facts in (before, after))
        if (old, new) != (None, None):
            yield Changed(*unshown(_plain(read), old, new), tuple(nodes))


def value_of(parameters: Mapping[str, Any], read: str) -> Any:
    """Return the value of the parameter that a dataset name stands for, ``None`` without it.

    >>> value_of({"model": {"depth": 3}}, "params:model.depth")
    3
    """
    found: Any = parameters or None
    for key in filter(None, _plain(read).split(".")):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _plain(read: str) -> str:
    """Return the name of a parameter that is read, empty for all of them."""
    return "" if read == "parameters" else read.removeprefix("params:")


def _leaves(value: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Any]]:
    for key, below in value.items():
        dotted = f"{name}.{key}" if name else str(key)
        if isinstance(below, Mapping) and below:
            yield from _leaves(below, dotted)
        else:
            yield dotted, below


def _reads(parts: Parts, parameter: str) -> bool:
    return any(_is_below(name, parameter) for name, _ in parts.arguments.values())


def _is_below(read: str, parameter: str) -> bool:
    """Tell whether a dataset that is read is a parameter, or one above it."""
    if not read.startswith("params:"):
        return read == "parameters"
    return f"{parameter}.".startswith(f"{read.removeprefix('params:')}.")


def _gathered(
    parts: Mapping[str, tuple[Parts | None, Parts | None]],
    causes: Mapping[str, list[Difference]],
    what: str,
    text: Text,
) -> list[Changed]:
    """Return the symbols or distributions that differ, each once, with the nodes they reach."""
    found: dict[tuple[str, str | None, str | None], list[str]] = {}
    held: list[Changed] = []
    for node, differing in causes.items():
        if all(each.what != what for each in differing):
            continue
        old, new = (_listed(getattr(one, what), text) for one in parts[node])
        if old is None or new is None:
            found.setdefault(("not known any more", None, None), []).append(node)
            continue
        told = list(symbols_that_differ(old, new))
        for each in told:
            found.setdefault((each.name, each.before, each.after), []).append(node)
        codes = [one.code for one in parts[node] if one is not None]
        values = [] if told else held_that_differ(codes[0], codes[1], text)
        held += [Changed(*value, (node,)) for value in values]
        if not told and not values:
            found.setdefault(("a value that a function holds", None, None), []).append(node)
    return [
        Changed(name, _shown(what, old, text), _shown(what, new, text), tuple(nodes))
        for (name, old, new), nodes in found.items()
    ] + held


def held_that_differ(
    before: str, after: str, text: Text
) -> list[tuple[str, str | None, str | None]]:
    """Return what of the values differs that functions hold, by the digests of their code.

    Nothing where nobody knows it.  Values are told as they would be set.
    """
    old, new = text(before + HELD), text(after + HELD)
    if old is None or new is None:
        return []
    return [
        (f"{name}, held by the function", _as_set(name, was), _as_set(name, now))
        for name, was, now in changed_values(json.loads(old), json.loads(new))
    ]


def _as_set(name: str, text: str | None) -> str | None:
    return text if text is None or name == "lambda" else f"{name} = {text}"


def _listed(digest: str, text: Text) -> dict[str, str] | None:
    listed = text(digest)
    return None if listed is None else dict(json.loads(listed))


def _shown(what: str, digest: str | None, text: Text) -> str | None:
    if digest is None or what != "code":
        return digest
    return text(digest)


def _data(causes: Mapping[str, list[Difference]], made: set[str]) -> list[Changed]:
    found: dict[Difference, list[str]] = {}
    for node, differing in causes.items():
        for each in differing:
            if each.what == "input" and each.name not in made:
                found.setdefault(each, []).append(node)
    return [Changed(each.name, each.before, each.after, tuple(of)) for each, of in found.items()]


def _other(causes: Mapping[str, list[Difference]], text: Text) -> list[Changed]:
    """Return what else differs; of how data is read and saved the options, where they are known."""
    found: dict[Difference, list[str]] = {}
    for node, differing in causes.items():
        for each in differing:
            if each.what in {
                "objects",
                "argument",
                "reading",
                "saving",
                "depends",
                "system",
                "shape",
            }:
                found.setdefault(each, []).append(node)
    return [
        Changed(in_words(each), *_options(each, text), tuple(nodes))
        for each, nodes in found.items()
    ]


def _options(each: Difference, text: Text) -> tuple[Any, Any]:
    differing = changed_options(each, text)
    if not differing:
        return each.before, each.after
    return {name: old for name, old, _ in differing}, {name: new for name, _, new in differing}


def changed_options(each: Difference, text: Text) -> list[tuple[str, Any, Any]]:
    """Return what differs in how a dataset is read or saved, nothing where nobody knows it.

    What code and libraries another class has says nothing more than that it is another one.
    """
    if each.what not in ("reading", "saving") or each.before is None or each.after is None:
        return []
    old, new = _said(each.before, text), _said(each.after, text)
    if old is None or new is None:
        return []
    found = list(changed_values(json.loads(old), json.loads(new)))
    if any(name == "type" for name, _, _ in found):
        return [one for one in found if not one[0].startswith((CODE_OF, LIBRARY))]
    return found


def _said(digest: str, text: Text) -> str | None:
    return '{"type": "MemoryDataset"}' if digest == IN_MEMORY else text(digest)


def _came_out_otherwise(old: Ran, new: Ran) -> bool:
    """Tell whether an output differs, of those that can be told apart by more than their run."""
    return any(
        new.outputs.get(name, digest) != digest
        for name, digest in old.outputs.items()
        if not (digest.startswith(UNTOLD) and new.outputs.get(name, UNTOLD).startswith(UNTOLD))
    )


def _followed(name: str, differing: list[Difference], before: Facts, after: Facts) -> Followed:
    old, new = before.nodes[name].outputs, after.nodes[name].outputs
    both = [output for output in new if output in old]
    ran = after.nodes[name].status == "done"
    by_itself = (after.nodes[name].always or RAN_OTHERWISE) if ran else USED_OTHERWISE
    return Followed(
        name,
        tuple(dict.fromkeys(map(in_words, differing))) or (by_itself,),
        tuple(output for output in both if old[output] != new[output]),
        tuple(output for output in both if old[output] == new[output]),
        tuple(output for output in new if old and output not in old),
        any(True for ran in (before.nodes[name], after.nodes[name]) for _ in _makes(ran)),
    )

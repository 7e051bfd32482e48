"""Why a node runs: what differs between what its last result was made of and now."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from noria.plan.key import Parts, content_of

_MOST_TOLD = 3
REPLACED = "input "
"""How that is called on which a node depends for an input that a hook has replaced."""

CODE_OF = "code of "
LIBRARY = "library "
"""How what the class of a dataset depends on is called among the dataset's options."""

IN_MEMORY = "memory"
"""What stands for the options of data that no dataset keeps."""

HELD = " held"
"""What is added to a digest of code for what the function holds besides: JSON, name to text."""


class Difference(NamedTuple):
    """One part that differs.

    ``what`` is "code", "libraries", "system", "input", "objects" (the code that objects of an input
    count on), "parameter", "argument" (as which the same is given), "reading", "saving", "shape" or
    "depends"; ``name`` the dataset, parameter or dependency, empty where there is only one;
    ``before`` and ``after`` are digests, ``None`` where there was or is none; of an argument they
    are its name, or its place from 0 on.
    """

    what: str
    name: str
    before: str | None
    after: str | None


_WORDS = {
    "code": "its code changed",
    "libraries": "a library changed",
    "system": "Python or the platform changed",
    "shape": "its outputs are taken apart in another way",
}
_NAMED = {
    "input": "{name} changed",
    "objects": "the code of what lies in {name} changed",
    "parameter": "{name} changed",
    "argument": "{name} is given as another argument",
    "reading": "how {name} is read changed",
    "saving": "how {name} is saved changed",
    "depends": "{name} changed",
}


def differences(before: Parts, after: Parts) -> Iterator[Difference]:
    """Yield what differs, the likeliest cause first.

    >>> before = Parts("c", "l", "3.11", "", {"0": ("sales", "d1")}, {}, {"total": "m"}, {})
    >>> after = before._replace(arguments={"0": ("sales", "d2")})
    >>> list(differences(before, after))
    [Difference(what='input', name='sales', before='d1', after='d2')]
    """
    if before.code != after.code:
        yield Difference("code", "", before.code, after.code)
    told_before, told_after = _changed_arguments(before, after), _changed_arguments(after, before)
    moved = list(_moved(told_before, told_after))
    for each in moved:
        yield Difference("argument", told_after[each.to][0], each.by, each.to)
        del told_before[each.by], told_after[each.to]
    for key in {**told_after, **told_before}:
        old, new = told_before.get(key), told_after.get(key)
        if old and new and new[1] == "":  # not known yet, whatever it is called now
            yield Difference(_what(new[0]), new[0], old[1], new[1])
        elif old and new and old[0] != new[0]:
            yield Difference(_what(new[0]), new[0], None, new[1])
            yield Difference(_what(old[0]), old[0], old[1], None)
        else:
            name = (new or old or ("", ""))[0]
            what = _what(name)
            if old and new and content_of(old[1]) == content_of(new[1]) != "":
                what = "objects"
            yield Difference(what, name, old and old[1], new and new[1])
    names = {key: name for key, (name, _) in {**before.arguments, **after.arguments}.items()}
    # How another dataset is read at the same place says nothing more.
    gone, come = {each.by for each in moved}, {each.to for each in moved}
    same = {
        key: read
        for key, read in before.reads.items()
        if key not in gone and _is_same(key, before, after)
    }
    read = {
        key: read
        for key, read in after.reads.items()
        if key not in come and _is_same(key, before, after)
    }
    yield from _by_name("reading", same, read, names)
    yield from _by_name("saving", before.makes, after.makes, {})
    yield from _by_name("depends", before.depends, after.depends, {})
    for what in ("libraries", "shape", "system"):
        old_part, new_part = getattr(before, what), getattr(after, what)
        if old_part != new_part:
            yield Difference(what, "", old_part, new_part)


class _Move(NamedTuple):
    by: str
    to: str


def _changed_arguments(side: Parts, other: Parts) -> dict[str, tuple[str, str]]:
    """Return the arguments of one side whose content is not what the other side's is."""
    return {
        key: said
        for key, said in side.arguments.items()
        if key not in other.arguments or other.arguments[key][1] != said[1]
    }


def _moved(
    before: Mapping[str, tuple[str, str]], after: Mapping[str, tuple[str, str]]
) -> Iterator[_Move]:
    """Yield by which and as which argument the same is given: in another order, or by name."""
    left = dict(before)
    for to, said in after.items():
        by = next((key for key, was in left.items() if was == said and said[1] != ""), None)
        if by is not None:
            del left[by]
            yield _Move(by, to)


def beside_libraries(before: Parts, after: Parts, is_same: Callable[[], bool]) -> Parts:
    """Return ``before``, with the code of ``after`` where only libraries make them differ.

    The digest of code counts the libraries that it reaches too.  ``is_same`` tells whether all the
    code of the project is what it was, and is asked where both differ.

    >>> before = Parts("c 1.0", "l 1.0", "3.11", "", {}, {}, {}, {})
    >>> after = before._replace(code="c 1.1", libraries="l 1.1")
    >>> [each.what for each in differences(beside_libraries(before, after, lambda: True), after)]
    ['libraries']
    """
    if before.code != after.code and before.libraries != after.libraries and is_same():
        return before._replace(code=after.code)
    return before


def _what(name: str) -> str:
    return "parameter" if name == "parameters" or name.startswith("params:") else "input"


def _is_same(key: str, before: Parts, after: Parts) -> bool:
    """Return whether an argument is the same dataset as before, or stood on one side only."""
    old, new = before.arguments.get(key), after.arguments.get(key)
    return old is None or new is None or old[0] == new[0] or old[1] == new[1]


def shortly(before: Parts | None, after: Parts) -> str:
    """Return in a few words why a result of ``after`` is not at hand.

    ``before`` is what the latest result was made of, ``None`` where there is none.

    >>> parts = Parts("c", "l", "3.11", "", {"0": ("sales", "d1")}, {}, {"total": "m"}, {})
    >>> shortly(None, parts), shortly(parts, parts._replace(code="x"))
    ('no result yet', 'its code changed')
    >>> shortly(parts, parts._replace(arguments={"0": ("params:rate", "d2")}))
    'rate is new, sales is gone'
    """
    if before is None:
        return "no result yet"
    told = list(dict.fromkeys(in_words(each) for each in differences(before, after)))
    if not told:
        return "its result is not in the store"
    rest = len(told) - _MOST_TOLD
    return ", ".join([*told[:_MOST_TOLD], *([f"and {rest} more"] if rest > 0 else [])])


def in_words(difference: Difference) -> str:
    """Return a difference in a few words.

    >>> in_words(Difference("input", "sales", "d1", "d2"))
    'sales changed'
    """
    words = _WORDS.get(difference.what)
    if words is not None:
        return words
    name = difference.name.removeprefix("params:")
    if difference.what == "depends" and name.startswith(REPLACED):
        replaced = name.removeprefix(REPLACED).removeprefix("params:")
        return f"a hook has put another value in place of {replaced}"
    if difference.before is None:
        return f"{name} is new"
    if difference.after is None:
        return f"{name} is gone"
    return _NAMED[difference.what].format(name=name)


def symbols_that_differ(
    before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Difference]:
    """Yield the symbols, by name to digest, that differ: changed ones, new ones, gone ones.

    >>> [each.name for each in symbols_that_differ({"m:f": "1", "m:g": "2"}, {"m:f": "3"})]
    ['m:f', 'm:g']
    """
    names = [name for name in after if name in before and before[name] != after[name]]
    names += [name for name in after if name not in before]
    names += [name for name in before if name not in after]
    listed = set(names)
    for name in names:
        if name.rpartition(".")[0] not in listed:  # what of a class differs stands in it
            yield Difference("symbol", name, before.get(name), after.get(name))


def _by_name(
    what: str, before: Mapping[str, str], after: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[Difference]:
    for key in {**after, **before}:
        if before.get(key) != after.get(key):
            yield Difference(what, names.get(key, key), before.get(key), after.get(key))


def told_late(late: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each node that would make inputs anew, which are used as they are.

    >>> list(told_late({"a": "split", "b": "split"}))
    ["a, b: out of date, used as it is (node 'split' is not selected)"]
    """
    by_maker: dict[str, list[str]] = {}
    for name, maker in late.items():
        by_maker.setdefault(maker, []).append(name)
    for maker, names in by_maker.items():
        yield f"{', '.join(names)}: out of date, used as it is (node {maker!r} is not selected)"

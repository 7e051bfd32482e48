"""Whether what one function gives can be what another takes, by their annotations alone.

Only what is certainly wrong is called wrong: an annotation that says little, or that cannot be
understood, fits everything.
"""

import types
import typing
from collections import abc, deque
from typing import Any, Literal, TypeVar, Union

_NUMBERS = {int: (float, complex), float: (complex,)}
_MANY = {
    list, set, frozenset, deque,
    abc.Iterable, abc.Iterator, abc.Collection, abc.Sequence, abc.MutableSequence, abc.Set,
    abc.MutableSet, abc.Reversible,
}  # fmt: skip
_MAPPINGS = {dict, abc.Mapping, abc.MutableMapping}
_MOST_AROUND = 100  # names of names: one may stand for itself


def fits(given: Any, wanted: Any) -> bool:
    """Tell whether a value annotated as ``given`` may be one that is ``wanted``.

    ``False`` means that no value can be both.

    >>> fits(int, float), fits(str, int), fits(int | None, int), fits(list[int], list[str])
    (True, False, True, False)
    """
    try:
        return _fits(given, wanted)
    except RecursionError:  # an alias that holds itself beside another such
        return True


def _fits(given: Any, wanted: Any) -> bool:
    if given is wanted or given is Any:
        return True
    given, wanted = bare(given), bare(wanted)
    if says_nothing(given) or says_nothing(wanted):
        return True
    if is_union(given):
        return any(_fits(one, wanted) for one in typing.get_args(given))
    if is_union(wanted):
        return any(_fits(given, one) for one in typing.get_args(wanted))
    if typing.get_origin(given) is Literal:
        return any(_literal_fits(value, wanted) for value in typing.get_args(given))
    if typing.get_origin(wanted) is Literal:
        return any(_fits(given, type(value)) for value in typing.get_args(wanted))
    one, other = class_of(given), class_of(wanted)
    if one is None or other is None:
        return True
    return _classes_fit(one, other) and _arguments_fit(given, one, wanted, other)


def bare(hint: Any) -> Any:
    """Return an annotation without what stands around the type.

    >>> bare(typing.Annotated[int, "rows"]), bare(None)
    (<class 'int'>, <class 'NoneType'>)
    """
    for _ in range(_MOST_AROUND):
        if type(hint) is type:
            break
        if hint is None:
            return type(None)
        if typing.get_origin(hint) in {typing.Annotated, typing.Final, typing.ClassVar}:
            hint = typing.get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        elif _is_alias(hint):
            hint = _meant(hint)
        else:
            break
    return hint


def _is_alias(hint: Any) -> bool:
    """Tell whether an annotation is ``A`` or ``A[int]`` of ``type A[T] = list[T]``."""
    return "TypeAliasType" in {type(each).__name__ for each in (hint, typing.get_origin(hint))}


def _meant(alias: Any) -> Any:
    """Return what an alias stands for, ``Any`` where that cannot be found out."""
    named, given = typing.get_origin(alias) or alias, typing.get_args(alias)
    try:
        value = named.__value__
        if not given:
            return value
        known = dict(zip(named.__type_params__, given, strict=True))
        free = getattr(value, "__parameters__", ())
        return value[tuple(known[each] for each in free)] if free else known.get(value, value)
    except Exception:  # noqa: BLE001  # what its writer wrote for type checkers may not be there
        return Any


def is_union(hint: Any) -> bool:
    """Tell whether an annotation offers several types."""
    return typing.get_origin(hint) in {Union, types.UnionType}


def class_of(hint: Any) -> type | None:
    """Return the class that a bare annotation names, ``None`` where it names none.

    >>> class_of(dict[str, int]), class_of("later")
    (<class 'dict'>, None)
    """
    if typing.is_typeddict(hint):
        return dict
    found = typing.get_origin(hint) or hint
    return found if isinstance(found, type) else None


def show_type(hint: Any) -> str:
    """Return an annotation as its writer would write it.

    >>> show_type(list[int]), show_type(typing.Optional[str]), show_type(None)
    ('list[int]', 'str | None', 'None')
    """
    if hint is None or hint is type(None):
        return "None"
    if hint is ...:
        return "..."
    if is_union(hint):
        return " | ".join(show_type(one) for one in typing.get_args(hint))
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return show_type(arguments[0])
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    if origin is not None and arguments and origin is not abc.Callable:
        return f"{show_type(origin)}[{', '.join(map(show_type, arguments))}]"
    if isinstance(hint, type):
        return hint.__qualname__
    return str(hint).replace("typing.", "")


def says_nothing(hint: Any) -> bool:
    """Tell whether an annotation allows every value.

    >>> says_nothing(Any), says_nothing(int)
    (True, False)
    """
    return hint is Any or hint is object or isinstance(hint, str | TypeVar | typing.ForwardRef)


def _literal_fits(value: Any, wanted: Any) -> bool:
    if typing.get_origin(wanted) is Literal:
        return value in typing.get_args(wanted)
    return _fits(type(value), wanted)


def _classes_fit(given: type, wanted: type) -> bool:
    if wanted in _NUMBERS.get(given, ()):
        return True
    if any(getattr(one, "_is_protocol", False) for one in (given, wanted)):
        return True
    try:
        if issubclass(given, wanted) or issubclass(wanted, given):
            return True
    except TypeError:  # a class that does not let itself be asked
        return True
    # A class below both can be thought of; below two finished ones nobody means it.
    return _is_abstract(given) and _is_abstract(wanted)


def _is_abstract(one: type) -> bool:
    return bool(getattr(one, "__abstractmethods__", None))


def _arguments_fit(given: Any, one: type, wanted: Any, other: type) -> bool:
    mine, theirs = typing.get_args(given), typing.get_args(wanted)
    if not mine or not theirs:
        return True
    if one is tuple and other is tuple and ... not in (*mine, *theirs):
        return len(mine) == len(theirs) and all(map(_fits, mine, theirs))
    if one in _MAPPINGS and other in _MAPPINGS:
        return all(map(_fits, mine, theirs))
    element, needed = _element(one, mine), _element(other, theirs)
    return element is None or needed is None or _fits(element, needed)


def _element(one: type, arguments: tuple[Any, ...]) -> Any:
    if one in _MANY:
        return arguments[0]
    if one is tuple:
        return Union[tuple(each for each in arguments if each is not ...)]  # noqa: UP007  # made from a tuple
    return None

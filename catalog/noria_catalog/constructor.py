"""What the constructors of datasets take."""

from functools import cache
from types import FunctionType
from typing import Any, NamedTuple

_ANY_KEYWORD = 0x08


class Taken(NamedTuple):
    """The arguments that a function names, those without a default, and whether it takes any.

    ``named`` maps them to their annotations, ``None`` where they have none.
    """

    named: dict[str, Any]
    required: list[str]
    takes_any: bool


def signature_of(kind: type[Any]) -> tuple[dict[str, Any] | None, set[str]]:
    """Return the arguments a class knows, with annotations, and those that it must get.

    ``None`` stands for any.  ``**keywords`` of a constructor are taken for those of the base it
    hands them on to.

    >>> class Note:
    ...     def __init__(self, filepath: str, *, encoding=None): ...
    >>> class Letter(Note):
    ...     def __init__(self, to, **keywords): ...
    >>> signature_of(Letter)
    ({'to': None, 'filepath': <class 'str'>, 'encoding': None}, {'to'})
    """
    found: Any = kind  # mypy takes no class for hashable
    return _signature_of(found)


@cache
def _signature_of(kind: Any) -> tuple[dict[str, Any] | None, set[str]]:
    known: dict[str, Any] = {}
    required: set[str] = set()
    innermost = True
    for holder in kind.__mro__:
        if "__init__" not in vars(holder) or holder is object:
            continue
        constructor = vars(holder)["__init__"]
        taken = _written(constructor) or _inspected(constructor)
        if taken is None:
            return None, required
        for name, annotation in taken.named.items():
            known.setdefault(name, annotation)
        if innermost:
            required.update(taken.required)
            innermost = False
        if not taken.takes_any:
            return known, required
    return (known if innermost else None), required


def _written(constructor: Any) -> Taken | None:
    """Return what a plain function takes besides the object; ``inspect`` takes long to import."""
    if not isinstance(constructor, FunctionType) or vars(constructor):
        return None  # it may say something else of itself, as a decorated one does
    code = constructor.__code__
    if not code.co_argcount:
        return None
    positional = code.co_varnames[1 : code.co_argcount]
    by_keyword = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    says = constructor.__annotations__
    without = len(positional) - len(constructor.__defaults__ or ())
    defaults = constructor.__kwdefaults__ or {}
    return Taken(
        {name: says.get(name) for name in positional + by_keyword},
        [*positional[: max(0, without)], *(name for name in by_keyword if name not in defaults)],
        bool(code.co_flags & _ANY_KEYWORD),
    )


def _inspected(constructor: Any) -> Taken | None:
    """Return what any function takes besides its first argument, ``None`` for one written in C."""
    import inspect

    try:
        parameters = list(inspect.signature(constructor).parameters.values())[1:]
    except (TypeError, ValueError):
        return None
    named = [one for one in parameters if one.kind not in {one.VAR_POSITIONAL, one.VAR_KEYWORD}]
    return Taken(
        {one.name: None if one.annotation is one.empty else one.annotation for one in named},
        [one.name for one in named if one.default is one.empty],
        any(one.kind is one.VAR_KEYWORD for one in parameters),
    )

"""Whether a function takes a node's inputs, and in which order."""

from collections.abc import Callable, Iterable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from noria_catalog.suggest import nearest

if TYPE_CHECKING:
    from inspect import Signature

_TAKES_ANY_POSITION = 0x04
_TAKES_ANY_KEYWORD = 0x08


def takes_positions(func: Callable[..., Any], count: int) -> bool:
    """Tell whether the function can be called with so many arguments by position.

    A function that is written in C and tells nothing about itself is trusted.

    >>> takes_positions(lambda a, b=1: None, 2), takes_positions(lambda a, b=1: None, 3)
    (True, False)
    """
    plain = _plain(func)
    if plain is None:
        return _binds(func, (None,) * count, {})
    function, bound = plain
    code = function.__code__
    most = code.co_argcount - bound
    if count > most and not code.co_flags & _TAKES_ANY_POSITION:
        return False
    if count < most and count < most - len(function.__defaults__ or ()):
        return False
    return not code.co_kwonlyargcount or (
        len(function.__kwdefaults__ or ()) == code.co_kwonlyargcount
    )


def keyword_order(func: Callable[..., Any], keywords: dict[str, str]) -> list[str] | None:
    """Return the keywords in the order of the signature, ``None`` if the call is not possible.

    >>> keyword_order(lambda a, b, *, c=0: None, {"c": "z", "b": "y", "a": "x"})
    ['a', 'b', 'c']
    >>> keyword_order(lambda a, b: None, {"a": "x"}) is None
    True
    """
    plain = _plain(func)
    if plain is None:
        return _order_by_inspection(func, keywords)
    function, bound = plain
    code = function.__code__
    positional = code.co_varnames[bound : code.co_argcount]
    by_position_only = positional[: max(0, code.co_posonlyargcount - bound)]
    keyword_only = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    defaulted = len(function.__defaults__ or ())
    needed = [*positional[: len(positional) - defaulted]] + [
        name for name in keyword_only if name not in (function.__kwdefaults__ or {})
    ]
    if any(name not in keywords or name in by_position_only for name in needed):
        return None
    known = [name for name in positional + keyword_only if name not in by_position_only]
    order = [name for name in known if name in keywords]
    if len(order) < len(keywords):
        if not code.co_flags & _TAKES_ANY_KEYWORD:
            return None
        order += [name for name in keywords if name not in order]
    return order


def argument_names(
    func: Callable[..., Any], count: int, keywords: dict[str, str] | None
) -> list[str]:
    """Return the arguments that so many inputs go to, ``keywords`` where they go by keyword.

    What goes into ``*args`` or ``**kwargs`` is called by that name.

    >>> argument_names(lambda a, *rest: None, 3, None)
    ['a', 'rest', 'rest']
    """
    plain = _plain(func)
    if plain is None:
        return _names_by_inspection(func, count, keywords)
    function, bound = plain
    code = function.__code__
    known = code.co_varnames[bound : code.co_argcount]
    rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount :]
    more = rest[0] if rest and code.co_flags & _TAKES_ANY_POSITION else ""
    if keywords is None:
        return [*known[:count], *[more] * (count - len(known))]
    last = code.co_flags & _TAKES_ANY_KEYWORD and rest[1 if more else 0]
    named = {*known, *code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]}
    return [name if name in named else str(last or name) for name in keywords]


def behind_decorators(
    func: Callable[..., Any], count: int, keywords: dict[str, str] | None
) -> Callable[..., Any]:
    """Return the function that gets so many inputs, where decorators hand on whatever they get.

    >>> import functools
    >>> def work(rows, depth): ...
    >>> @functools.wraps(work)
    ... def timed(*args, **kwargs): ...
    >>> behind_decorators(timed, 2, None) is work, behind_decorators(timed, 3, None) is timed
    (True, True)
    """
    anything = _TAKES_ANY_POSITION | _TAKES_ANY_KEYWORD
    found: Any = func
    while isinstance(found, FunctionType) and hasattr(found, "__wrapped__"):
        code = found.__code__
        if code.co_argcount or code.co_kwonlyargcount or code.co_flags & anything != anything:
            break
        found = found.__wrapped__
    if keywords is None:
        return found if takes_positions(found, count) else func
    return func if keyword_order(found, keywords) is None else found


def can_leave_out(func: Callable[..., Any], argument: str) -> bool:
    """Tell whether the argument has a default, and those behind it can be given by keyword.

    >>> def fit(rows, depth=3): ...
    >>> can_leave_out(fit, "depth"), can_leave_out(fit, "rows")
    (True, False)
    """
    try:
        known = _signature(func).parameters
    except ValueError:
        return False
    found = known.get(argument)
    return (
        found is not None
        and found.kind in {found.POSITIONAL_OR_KEYWORD, found.KEYWORD_ONLY}
        and found.default is not found.empty
    )


def near_argument(func: Callable[..., Any], keywords: Iterable[str]) -> str | None:
    """Return the argument that the first keyword which is none was meant for, if one is close.

    >>> near_argument(lambda rows, depth: None, {"rows": "a", "dept": "b"})
    'depth'
    """
    try:
        known = list(_signature(func).parameters)
    except ValueError:
        return None
    wrong = next((name for name in keywords if name not in known), None)
    return None if wrong is None else nearest(wrong, known)


def show_signature(func: Callable[..., Any]) -> str:
    """Return the parameters as they are written, ``(...)`` where the function does not tell.

    >>> show_signature(lambda a, b=1: None)
    '(a, b=1)'
    """
    try:
        signature = _signature(func)
    except ValueError:
        return "(...)"
    bare = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty))


def _plain(func: Callable[..., Any]) -> tuple[FunctionType, int] | None:
    """Return the Python function to look at and how many arguments are bound to it already."""
    bound = 0
    if isinstance(func, MethodType):
        func, bound = func.__func__, 1
    if isinstance(func, FunctionType) and not hasattr(func, "__signature__"):
        return func, bound
    return None


def _binds(func: Callable[..., Any], args: tuple[None, ...], kwargs: dict[str, str]) -> bool:
    if isinstance(func, BuiltinFunctionType):
        return True
    try:
        signature = _signature(func)
    except ValueError:  # it is written in C and carries no signature
        return True
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def _order_by_inspection(func: Callable[..., Any], keywords: dict[str, str]) -> list[str] | None:
    if isinstance(func, BuiltinFunctionType):
        return list(keywords)
    if not _binds(func, (), keywords):
        return None
    try:
        known = _signature(func).parameters
    except ValueError:
        return list(keywords)
    order = [name for name in known if name in keywords]
    return order + [name for name in keywords if name not in order]


def _names_by_inspection(
    func: Callable[..., Any], count: int, keywords: dict[str, str] | None
) -> list[str]:
    try:
        known = list(_signature(func).parameters.values())
    except ValueError:
        return list(keywords) if keywords is not None else [""] * count
    if keywords is not None:
        rest = next((one.name for one in known if one.kind is one.VAR_KEYWORD), "")
        names = {one.name for one in known}
        return [name if name in names else rest for name in keywords]
    import inspect

    by_position = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    found = [one.name for one in known if one.kind in by_position]
    more = next((one.name for one in known if one.kind is one.VAR_POSITIONAL), "")
    return [*found[:count], *[more] * (count - len(found))]


def _signature(func: Callable[..., Any]) -> "Signature":
    """Return what a function says that it takes; raises ValueError where it says nothing."""
    import inspect

    try:
        return inspect.signature(func, follow_wrapped=False)
    except Exception as error:  # whatever a callable object's ``__getattr__`` raises
        raise ValueError(f"{func!r} has no signature") from error

"""What is folded when a graph is first looked at, so that it can be read at any size."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

MOST_DRAWN = 60
_GROUPS_WANTED = 40
FOLD = "~"


def collapsed_at_first(paths: Iterable[str | None], most: int = MOST_DRAWN) -> list[str]:
    """Return the namespaces to collapse so that at most ``most`` things are drawn.

    ``paths`` has the dotted path of boxes around every element.  As many levels stay open as fit;
    where not even one fits all outermost ones are collapsed.

    >>> collapsed_at_first(["a.x", "a.x", "a.y", None], most=3)
    ['a.x', 'a.y']
    >>> collapsed_at_first(["a", "b", None])
    []
    """
    counts = Counter(tuple(path.split(".")) if path else () for path in paths)
    if sum(counts.values()) <= most:
        return []
    deepest = max(map(len, counts))
    level = next((n for n in range(deepest, 0, -1) if _drawn(counts, n) <= most), 1)
    prefixes = {parts[:n] for parts in counts for n in range(level, len(parts) + 1)}
    return sorted(".".join(parts) for parts in prefixes if parts)


def folds_at_first(
    things: Sequence[str], pipeline_of: Callable[[str], str | None], most: int = MOST_DRAWN
) -> dict[str, str]:
    """Return a group for each outermost thing where there are more than ``most``, else nothing.

    ``things`` stand in the order in which they run.  They are grouped by their one pipeline where
    that is enough, else in runs of that order, which never wait for each other in a circle.

    >>> folds_at_first(["a", "b", "c", "d"], {"a": "p", "b": "p", "c": "q"}.get, most=3)
    {'a': '~p', 'b': '~p', 'c': '~q'}
    >>> folds_at_first(["a", "b"], lambda thing: None, most=1)
    {'a': '~1', 'b': '~2'}
    """
    if len(things) <= most:
        return {}
    homes = {thing: home for thing in things if (home := pipeline_of(thing)) is not None}
    groups = len(set(homes.values()))
    if groups > 1 and len(things) - len(homes) + groups <= most:
        return {thing: FOLD + home.replace(".", "_") for thing, home in homes.items()}
    length = -(-len(things) // _GROUPS_WANTED)
    return {thing: f"{FOLD}{at // length + 1}" for at, thing in enumerate(things)}


def _drawn(counts: Counter[tuple[str, ...]], level: int) -> int:
    """Return how many things are drawn when namespaces of ``level`` names are collapsed."""
    boxes = {parts[:level] for parts in counts if len(parts) >= level}
    return len(boxes) + sum(count for parts, count in counts.items() if len(parts) < level)

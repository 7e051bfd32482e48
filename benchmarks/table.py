"""Rows of the report, and how figures are written."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.measure import Spread


@dataclass(frozen=True)
class Row:
    """One line: what, how we did, what stands beside it, their ratio or difference, the limit."""

    what: str
    ours: str
    beside: str
    compared: str
    limit: str = ""
    kept: bool | None = None
    peer: str = ""

    @property
    def cells(self) -> list[str]:
        kept = {True: "yes", False: "**no**", None: ""}[self.kept]
        return [self.what, self.ours, self.beside, self.compared, self.limit, kept, self.peer]


def at_most(what: str, compared: Spread, limit: float, *, unit: str, cells: Sequence[str]) -> Row:
    """Return the row of a figure that has a limit; ``unit`` is "x" or "s"; ``cells`` the rest."""
    ours, beside, peer = cells
    shown, most = (
        (times(compared), f"{limit:g}x") if unit == "x" else (more(compared), f"+{limit:g} s")
    )
    return Row(what, ours, beside, shown, most, compared.median <= limit, peer)


def markdown(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    rows = [list(header), ["---"] * len(header), *map(list, lines)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows
    )


def seconds(value: float) -> str:
    """Write a duration with the digits that a reader can use.

    >>> seconds(0.0123), seconds(0.924), seconds(3.636), seconds(0.0000049)
    ('12 ms', '924 ms', '3.64 s', '4.9 us')
    """
    if value < 0.0001:
        return f"{value * 1e6:.1f} us"
    if value < 0.01:
        return f"{value * 1e3:.1f} ms"
    return f"{value * 1e3:.0f} ms" if value < 1 else f"{value:.2f} s"


def times(ratio: Spread) -> str:
    """Write a ratio with its middle half: ``1.72x (1.69-1.80)``."""
    digits = 1 if ratio.median >= 10 else 2 if ratio.median >= 1.2 else 3
    return f"{ratio.median:.{digits}f}x" + _middle(ratio, digits)


def more(difference: Spread) -> str:
    """Write a difference in seconds with its middle half: ``+0.25 s (0.20-0.31)``."""
    return f"{difference.median:+.2f} s" + _middle(difference, 2)


def megabytes(value: float) -> str:
    return f"{value / 1e6:.0f} MB"


def _middle(spread: Spread, digits: int) -> str:
    return "" if spread.count == 1 else f" ({spread.low:.{digits}f} to {spread.high:.{digits}f})"

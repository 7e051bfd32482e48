"""The rows of the table: what is changed, and what a tool does that is right."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Trial(Protocol):
    """A project of one tool in which everything was made once."""

    def edit(self, place: str, old: str, new: str) -> None: ...
    def touch(self, place: str) -> None: ...
    def delete_result(self) -> None: ...
    def alter_result(self) -> None: ...
    def install(self, name: str, version: str) -> None: ...
    def run(self) -> None: ...


@dataclass(frozen=True)
class Change:
    """One row; ``right`` are the steps that must be executed, and no others.

    ``harms`` is whether results were harmed, and not what they are made from.
    """

    name: str
    right: str
    apply: Callable[[Trial], None]
    harms: bool = False


def _edit(place: str, old: str, new: str) -> Callable[[Trial], None]:
    return lambda trial: trial.edit(place, old, new)


def _upgrade(trial: Trial) -> None:
    trial.edit("requirements.txt", "1.0", "2.0")
    trial.install("tariff", "2.0")


def _there_and_back(trial: Trial) -> None:
    trial.edit("b", "+ 10)", "+ 20)")
    trial.run()
    trial.edit("b", "+ 20)", "+ 10)")


CHANGES = (
    Change("function body", "BC", _edit("b", "+ 10)", "+ 20)")),
    Change("comment", "", _edit("b", "    values = []\n", "    # so far none\n    values = []\n")),
    Change("docstring", "", _edit("b", '"""Price the values."""', '"""Price all the values."""')),
    Change("lines shifted", "", _edit("b", "_SCALE = ", "\n\n\n_SCALE = ")),
    Change("helper, same module", "BC", _edit("b", "return value + 1\n", "return value + 2\n")),
    Change("another function, same module", "", _edit("b", "value + 1000", "value + 2000")),
    Change("helper, other module", "BC", _edit("src/shop/prices.py", "* 2", "* 4")),
    Change("helper's helper", "BC", _edit("src/shop/rates.py", "% 5", "% 4")),
    Change("constant", "BC", _edit("b", "_FACTOR = 3", "_FACTOR = 4")),
    Change("method", "BC", _edit("b", "return value - 1", "return value - 2")),
    Change(
        "method inherited from another module",
        "BC",
        _edit("src/shop/rounding.py", "value // 1", "value // 2"),
    ),
    Change("closure", "BC", _edit("b", "_scaled(2)", "_scaled(3)")),
    Change("partial", "BC", _edit("b", "partial(_add, 5)", "partial(_add, 6)")),
    Change("input content", "ABC", _edit("data/raw.json", "[3, 1, 2]", "[3, 1, 7]")),
    Change("input touched", "", lambda trial: trial.touch("data/raw.json")),
    Change("output deleted", "", lambda trial: trial.delete_result(), harms=True),
    Change("output altered", "", lambda trial: trial.alter_result(), harms=True),
    Change(
        "same output bytes",
        "A",
        _edit("a", 'sorted(raw["values"])', 'sorted(list(raw["values"]))'),
    ),
    Change("dependency upgraded", "BC", _upgrade),
    Change("branch and back", "", _there_and_back),
)

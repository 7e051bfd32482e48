"""What every section of the report is given, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.environments import Environment
from benchmarks.measure import Rounds, Spent, process
from benchmarks.table import Row


@dataclass(frozen=True)
class Bench:
    """The environments side by side, and a folder to work in.

    ``quick`` is a smoke run: everything is done, too seldom and too small to mean anything.
    """

    noria: Environment
    kedro: Environment
    work: Path
    quick: bool = False

    def rounds(self, usual: int) -> int:
        """Return how often to measure: in a quick run twice."""
        return min(2, usual) if self.quick else usual

    @property
    def log(self) -> Path:
        """The file with what the last command printed."""
        return self.work / "last-command.log"

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Spent:
        """Run one command to its end and return what it took."""
        return process(command, cwd=cwd or self.work, log=self.log, variables=variables)


@dataclass(frozen=True)
class Section:
    """A part of the report: rows of its table, remarks below it, and all that was measured."""

    title: str
    rows: Sequence[Row]
    remarks: Sequence[str] = ()
    measured: Sequence[Rounds] = field(default=(), repr=False)
    peer: str = "Kedro"

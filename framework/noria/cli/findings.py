"""Findings of a check, printed and as JSON."""

from collections import Counter
from typing import Any

import click
from noria_catalog.errors import told_together

from noria.cli.color import beginning
from noria.cli.printing import plural
from noria.project.check import ERROR, Checked, Finding

_MOST_OF_A_KIND = 20  # warnings


def tell(checked: Checked, looked: str) -> None:
    """Print the findings, and how many there were in what was ``looked`` at.

    Of many warnings of one kind the first are printed, so that nothing else is lost among them.
    """
    told = told_together([finding.error for finding in checked.findings])
    counts: Counter[str] = Counter()
    for finding, text in zip(checked.findings, told, strict=True):
        if finding.level == ERROR:
            click.echo(beginning("Error", "red") + text)
            continue
        counts[finding.kind] += 1
        if counts[finding.kind] <= _MOST_OF_A_KIND:
            click.echo(beginning("Warning", "yellow") + text)
    left = sum(count - _MOST_OF_A_KIND for count in counts.values() if count > _MOST_OF_A_KIND)
    if left:
        click.echo(f"and {plural(left, 'warning')} of the same kind, which --json tells")
    errors = len(checked.errors)
    warnings = len(checked.findings) - errors
    said = ", ".join(
        [plural(errors, "error")] * bool(errors) + [plural(warnings, "warning")] * bool(warnings)
    )
    click.echo(f"{looked}: {said or 'nothing wrong'}")


def as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding by JSON-like values."""
    return finding._asdict() | {
        "where": None if finding.where is None else str(finding.where),
        "pipelines": list(finding.pipelines),
    }

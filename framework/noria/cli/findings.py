"""Findings of a check, printed and as JSON."""

from typing import Any

import click
from noria_catalog.errors import told_together

from noria.cli.color import beginning
from noria.cli.printing import plural
from noria.project.check import ERROR, Checked, Finding


def tell(checked: Checked, looked: str) -> None:
    """Print every finding, and how many there were in what was ``looked`` at."""
    told = told_together([finding.error for finding in checked.findings])
    for finding, text in zip(checked.findings, told, strict=True):
        word = "Error" if finding.level == ERROR else "Warning"
        color = "red" if finding.level == ERROR else "yellow"
        click.echo(beginning(word, color) + text)
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

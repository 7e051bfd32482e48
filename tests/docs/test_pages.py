"""Everything that the pages tell the reader to type works, and says what they say."""

import re
import shlex
from pathlib import Path

import click
import pytest
from noria.cli.group import noria

from tests.docs.blocks import Reader, blocks_of
from tests.project_on_disk import SHOP, ProjectOnDisk

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TYPED = [
    page for page in PAGES if any(b.language in ("console", "python") for b in blocks_of(page))
]
COMMANDS = [
    (page, block.line, line.split("#")[0].strip())
    for page in PAGES
    for block in blocks_of(page)
    if block.language == "bash"
    for line in block.text.splitlines()
    if line.strip() and not line.startswith("#")
]


@pytest.mark.parametrize("page", TYPED, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_happens(page: Path, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    shop = ProjectOnDisk(tmp_path / "shop")
    shop.write(SHOP)
    for block in blocks_of(page):
        if block.language == "console":
            reader.follow(block, page)
        elif block.language == "python":
            reader.execute(block, page)


@pytest.mark.parametrize(("page", "line", "command"), COMMANDS)
def test_a_command_on_a_page_exists(page: Path, line: int, command: str) -> None:
    words = shlex.split(command)
    if words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert words[1] in targets, f"{page}:{line}"
    elif words[0] == "noria":
        _parse(noria, words[1:])


def _parse(command: click.Command, words: list[str]) -> None:
    """Parse a command line as click would, and run nothing."""
    context = command.make_context(command.name or "", list(words), resilient_parsing=False)
    if isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, below, arguments = command.resolve_command(context, rest)
        assert below is not None, name
        _parse(below, arguments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"

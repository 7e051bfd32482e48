"""Fill the console blocks of the pages with what the commands really print.

    python docs/fill_outputs.py

An output that ends in `...` keeps as many lines as stand before it.  `docs/tour.txt` is the
whole tour of the getting-started page as a terminal shows it.
"""

import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.docs.blocks import Reader
from tests.project_on_disk import SHOP, ProjectOnDisk

FENCE = re.compile(r"(^```console\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)


DOCS = Path(__file__).parent
PAGES = (
    DOCS.parent / "README.md",
    DOCS / "getting-started.md",
    DOCS / "command-line.md",
    DOCS / "configuration.md",
    DOCS / "catalog.md",
)


def fill(page: Path) -> str:
    """Rewrite one page and return all that was typed and said."""
    recorded: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        ProjectOnDisk(Path(folder) / "shop").write(SHOP)
        reader = Reader(Path(folder))
        text = FENCE.sub(lambda found: _filled(reader, found, recorded), page.read_text("utf-8"))
    page.write_text(text, encoding="utf-8")
    return "\n".join(recorded) + "\n"


def _filled(reader: Reader, found: re.Match[str], recorded: list[str]) -> str:
    lines: list[str] = []
    for part in re.split(r"^(?=\$ )", found[2], flags=re.MULTILINE):
        command, _, before = part.partition("\n")
        if not command:
            continue
        said = reader.type(command.removeprefix("$ ")).strip("\n").splitlines()
        recorded += [command, *said]
        kept = before.splitlines()
        if kept and kept[-1] == "...":
            said = [*said[: len(kept) - 1], "..."]
        lines += [command, *said]
    return found[1] + "\n".join(lines) + "\n" + found[3]


if __name__ == "__main__":
    for page in PAGES:
        tour = fill(page)
        if page.stem == "getting-started":
            (DOCS / "tour.txt").write_text(tour, encoding="utf-8")

"""What installed distributions offer by name."""

import subprocess
import sys
from pathlib import Path

from noria_catalog.entry_points import entry_points


def installed(folder: Path, name: str, text: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(text)


def test_names_targets_and_distributions_are_read(tmp_path: Path) -> None:
    installed(
        tmp_path,
        "acme_tools",
        "[console_scripts]\nacme = acme:main\n\n"
        "# ours\n[noria.hooks]\ntimer = acme.hooks:Timer\n log=acme.hooks : Log [extra]\n",
    )
    (tmp_path / "bare-1.0.dist-info").mkdir()
    assert entry_points("noria.hooks", [str(tmp_path)]) == [
        ("timer", "acme.hooks:Timer", "acme-tools"),
        ("log", "acme.hooks:Log", "acme-tools"),
    ]


def test_a_group_whose_name_begins_alike_is_another(tmp_path: Path) -> None:
    installed(tmp_path, "acme", "[noria.hooks.extra]\na = b:c\n")
    assert entry_points("noria.hooks", [str(tmp_path)]) == []


def test_of_two_of_one_name_the_first_on_the_path_counts(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        installed(tmp_path / folder, "acme", f"[noria.hooks]\nhook = {folder}:hook\n")
    found = entry_points("noria.hooks", [str(tmp_path / "first"), str(tmp_path / "second")])
    assert found == [("hook", "first:hook", "acme")]


def test_a_broken_or_missing_folder_is_passed_over(tmp_path: Path) -> None:
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_bytes(b"\xff\xfe")
    (tmp_path / "archive.zip").write_bytes(b"PK")
    paths = [str(tmp_path / "none"), str(tmp_path / "archive.zip"), str(tmp_path)]
    assert entry_points("noria.hooks", paths) == []


def test_an_editable_install_is_seen() -> None:
    assert ("viz", "noria_viz.command:viz", "noria") in entry_points("noria.commands")


def test_importlib_metadata_is_never_imported() -> None:
    script = (
        "import sys\n"
        "from noria_catalog.entry_points import entry_points\n"
        "entry_points('noria.hooks')\n"
        "sys.exit('importlib.metadata' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

"""The guards of the house: sizes, names and what must not be in the repository."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("framework", "catalog", "viz", "template")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "{{" not in str(path)
]
MOST_LINES = 450
MOST_INIT_LINES = 40
LONG_FUNCTION = 50
LONG_FUNCTION_SHARE = 0.03
MEGABYTE = 1_000_000


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_thing_of_a_readable_size(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= (MOST_INIT_LINES if path.name == "__init__.py" else MOST_LINES)
    assert not re.search(r"utils?|helpers?|misc|common", path.stem), "name the thing"


def test_few_functions_are_long() -> None:
    lengths = [
        (node.end_lineno or 0) - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert sum(length > LONG_FUNCTION for length in lengths) <= LONG_FUNCTION_SHARE * len(lengths)


def test_the_median_file_is_short() -> None:
    counts = sorted(
        len(path.read_text("utf-8").splitlines()) for path in SOURCES if path.name != "__init__.py"
    )
    assert counts[len(counts) // 2] <= 150


def test_a_swallowed_exception_has_its_reason_beside_it() -> None:
    for path in SOURCES:
        text = path.read_text("utf-8")
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.ExceptHandler) or not _catches_all(node):
                continue
            last = node.body[-1]
            raises_again = isinstance(last, ast.Raise) and last.exc is None
            beside = lines[max(0, node.lineno - 2) : node.lineno + 1]
            assert raises_again or any("#" in near for near in beside), f"{path}:{node.lineno}"


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or bool(
        isinstance(handler.type, ast.Name) and re.fullmatch("(Base)?Exception", handler.type.id)
    )


def test_no_large_file_and_no_build_output_is_tracked() -> None:
    for path in _tracked():
        assert path.stat().st_size <= MEGABYTE, path
        assert not re.search(r"\.(pyc|egg-info|whl)$|node_modules|__pycache__", str(path)), path


def test_no_machine_path_and_no_registry_address_is_tracked() -> None:
    # Put together here, so that this file does not find itself.
    hosts = ["pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "npmjs" + ".com"]
    paths = ["/wo" + "rk/", "/ho" + "me/", "/Us" + "ers/", "/ro" + "ot/"]
    for path in _tracked():
        if "vendor" in path.parts and path.suffix == ".js":
            continue  # other people's words, checked by digest
        if path.suffix in (".gz", ".png", ".wasm", ".br", ".parquet", ".ico"):
            continue
        text = path.read_text("utf-8", errors="replace")
        for word in (*hosts, *paths):
            assert word not in text, f"{path}: {word}"

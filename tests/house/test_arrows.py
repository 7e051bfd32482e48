"""The guards of the house: who imports whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOTS = {
    "noria_catalog": ROOT / "catalog",
    "noria": ROOT / "framework",
    "noria_viz": ROOT / "viz",
    "noria_template": ROOT / "template",
}
# Who may import whom: the arrows point down.
BELOW = {
    "noria_catalog": set[str](),
    "noria": {"noria_catalog"},
    "noria_viz": {"noria", "noria_catalog"},
    "noria_template": set[str](),
}
# The rooms of the framework in the order of the house; a room imports only those before it.
# `cli` stands on all of them.
PURE = ("graph", "runner.scheduler", "project.selection", "project.parameters")
IO_MODULES = {"os", "io", "pathlib", "subprocess", "socket", "sqlite3", "shutil", "tempfile"}


def _modules() -> dict[str, Path]:
    found = {}
    for package, folder in ROOTS.items():
        for path in (folder / package).rglob("*.py"):
            if "{{" in str(path):
                continue
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = path
    return found


MODULES = _modules()


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a module imports anywhere in it: lazily and for typing only counts too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            base = node.module or ""
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield (whole if whole in MODULES else base), node.lineno


GRAPH = {
    module: sorted({name for name, _ in _imports(path) if name in MODULES} - {module})
    for module, path in MODULES.items()
}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_arrows_point_down(module: str) -> None:
    package = module.partition(".")[0]
    allowed = BELOW[package] | {package}
    for name, line in _imports(MODULES[module]):
        top = name.partition(".")[0]
        assert top not in ROOTS or top in allowed, f"{MODULES[module]}:{line} imports {name}"


def test_there_is_no_import_circle() -> None:
    """Lazy and typing-only imports counted."""
    state: dict[str, int] = {}

    def visit(module: str, path: list[str]) -> None:
        state[module] = 1
        for other in GRAPH[module]:
            assert state.get(other) != 1, " -> ".join([*path[path.index(other) :], module, other])
            if other not in state:
                visit(other, [*path, other])
        state[module] = 2

    for module in GRAPH:
        if module not in state:
            visit(module, [module])


def test_rooms_of_the_framework_have_no_circle() -> None:
    edges: dict[str, set[str]] = {}
    for module, others in GRAPH.items():
        if module.startswith("noria."):
            for other in others:
                if other.startswith("noria.") and _room(other) != _room(module):
                    edges.setdefault(_room(module), set()).add(_room(other))
    while edges:
        leaves = {room for tos in edges.values() for room in tos} - set(edges)
        roots = [room for room, tos in edges.items() if not tos - leaves]
        assert roots, f"rooms import each other: {edges}"
        for room in roots:
            del edges[room]
        edges = {room: tos & set(edges) for room, tos in edges.items()}


def _room(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("module", sorted(m for m in MODULES if m.startswith("noria.")))
def test_the_core_is_pure(module: str) -> None:
    inside = module.removeprefix("noria.")
    if not any(inside == pure or inside.startswith(pure + ".") for pure in PURE):
        return
    if module == "noria.graph.source":
        return  # reads where a function is written, for messages
    for name, line in _imports(MODULES[module]):
        assert name.partition(".")[0] not in IO_MODULES, f"{MODULES[module]}:{line} imports {name}"

"""The scripts of the page in an order in which a single file can hold them."""

import re

from noria_viz.page_files import page_files

_MAIN = "main.js"
_WORKER = "layout-worker.js"
_IMPORT = re.compile(r'(\bfrom\s*|\bimport\s*)"(\.{1,2}/[^"]+)"')


def page_modules(*, with_worker: bool) -> list[tuple[str, str]]:
    """Return path and source of the modules that the page needs, each after what it imports.

    With the worker the page can lay graphs out by itself.
    """
    files = page_files()
    found: dict[str, str] = {}

    def add(path: str) -> None:
        if path in found:
            return
        source = files[path].read_text("utf-8")
        for _, target in _IMPORT.findall(source):
            add(_joined(path, target))
        found[path] = source

    add(_MAIN)
    if with_worker:
        found[_WORKER] = _worker()
    return list(found.items())


def _worker() -> str:
    """Return the worker with what it imports in it: in a file a worker can import nothing."""
    source = page_files()[_WORKER].read_text("utf-8")
    parts = []
    for line, names, target in re.findall(
        r'^(import \{([^}]+)\} from "(\./[^"]+)";\n)', source, re.MULTILINE
    ):
        library = page_files()[_joined(_WORKER, target)].read_text("utf-8")
        before, _, exported = library.rpartition("export{")
        pairs = [pair.split(" as ") for pair in exported.partition("}")[0].split(",")]
        local = {pair[-1]: pair[0] for pair in pairs}
        wanted = ",".join(f"{name}:{local[name]}" for name in map(str.strip, names.split(",")))
        source = source.replace(line, "")
        parts.append(f"const {{{names}}}=(()=>{{{before}\nreturn {{{wanted}}};}})();")
    return "\n".join([*parts, source])


def _joined(path: str, target: str) -> str:
    parts = path.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)

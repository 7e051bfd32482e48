"""The files of the page, as they lie in the package."""

from pathlib import Path

WEB = Path(__file__).with_name("web")
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


def page_files() -> dict[str, Path]:
    """Return the files by their path below ``web``, as ``vendor/preact.js``."""
    return {
        path.relative_to(WEB).as_posix(): path
        for path in sorted(WEB.rglob("*"))
        if path.is_file() and path.suffix in KINDS
    }

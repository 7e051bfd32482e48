"""The modules of the page put into one script: forty requests would cost more than they bring.

Only the forms of import and export are understood that the page's own modules and those beside
them are written in; a test holds them to these.
"""

import posixpath
import re
from pathlib import Path

WEB = Path(__file__).with_name("web")
# Each begins with what stands there literally: the engine then leaps from one to the next.
_IMPORT = re.compile(r'\nimport (?:(\w+)|\{([^}]+)\}) from "(\./[^"]+)";')
_EXPORTED = re.compile(r"\nexport (?=(?:async )?(?:function|const|class) (\w+))")
_DEFAULT = re.compile(r"export default (?=function\()")
_LIST = re.compile(r"export ?\{([^}]+)\};?")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_MAP = re.compile(r"\n//# sourceMappingURL=.*")


def page_script(entry: str) -> str:
    """Return the module ``entry`` of the page with all that it imports, as one script.

    It is in ASCII: a page around it that names no encoding changes nothing in it.

    >>> print(page_script("svg.js").splitlines()[1])
    const $svg_js = (() => {
    """
    found: dict[str, str] = {}
    _add(entry, found)
    script = "\n".join(['"use strict";', *found.values(), ""])
    return script if script.isascii() else _BEYOND_ASCII.sub(_escaped, script)


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _add(path: str, found: dict[str, str]) -> None:
    """Add a module after those that it imports; each is a function's inside, run once."""
    if path in found:
        return
    source = "\n" + (WEB / path).read_text("utf-8")
    for _, _, target in _IMPORT.findall(source):
        _add(_joined(path, target), found)
    exports: dict[str, str] = {name: name for name in _EXPORTED.findall(source)}
    for names in _LIST.findall(source):
        exports.update((shown, local) for local, shown in _pairs(names))
    if _DEFAULT.search(source):
        exports["default"] = "$default"
    source = _IMPORT.sub(lambda match: _taken(path, *match.groups()), source)
    source = _DEFAULT.sub("const $default = ", source)
    source = _MAP.sub("", _LIST.sub("", _EXPORTED.sub("\n", source))).strip()
    handed = ", ".join(f"{shown}: {local}" for shown, local in exports.items())
    found[path] = f"const {_name(path)} = (() => {{\n{source}\nreturn {{ {handed} }};\n}})();"


def _taken(path: str, default: str | None, names: str | None, target: str) -> str:
    wanted = f"default: {default}" if names is None else ", ".join(map(": ".join, _pairs(names)))
    return f"\nconst {{ {wanted} }} = {_name(_joined(path, target))};"


def _pairs(names: str) -> list[tuple[str, str]]:
    """Return what stands on both sides of each ``as``; on both the same where there is none."""
    words = [name.split(" as ") for name in names.split(",")]
    return [(word[0].strip(), word[-1].strip()) for word in words]


def _joined(path: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _name(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path)

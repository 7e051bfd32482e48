"""Where Python and what is installed for it lie."""

import os
import sys
import sysconfig
from functools import cache

_KEYS = ("stdlib", "platstdlib", "purelib", "platlib")


@cache
def installed_folders() -> tuple[str, ...]:
    """Return the folders of the standard library and of the installed packages.

    >>> import json
    >>> json.__file__.startswith(installed_folders())
    True
    """
    paths = _expanded(sysconfig.get_paths(expand=False)) or sysconfig.get_paths()
    return tuple(sorted({paths[key] for key in _KEYS}))


def _expanded(paths: dict[str, str]) -> dict[str, str]:
    """Return the paths of a usual scheme, nothing for others.

    To expand them ``sysconfig`` reads all that is known of how Python was built, at each start.
    """
    known = {
        "base": sys.prefix,
        "installed_base": sys.base_prefix,
        "platbase": sys.exec_prefix,
        "installed_platbase": sys.base_exec_prefix,
        "platlibdir": sys.platlibdir,
        "py_version_short": f"{sys.version_info[0]}.{sys.version_info[1]}",
        "implementation_lower": sys.implementation.name.replace("cpython", "python"),
        "abi_thread": "t" if "t" in getattr(sys, "abiflags", "") else "",
    }
    try:
        return {key: os.path.normpath(paths[key].format_map(known)) for key in _KEYS}
    except KeyError:
        return {}


@cache
def own_folders() -> tuple[str, ...]:
    """Return the folders of Noria's own packages; they need not be installed.

    >>> any(__file__.startswith(folder) for folder in own_folders())
    True
    """
    import noria_catalog

    files = (__file__, str(noria_catalog.__file__))
    return tuple(os.path.join(os.path.dirname(file), "") for file in files)  # noqa: PTH118, PTH120

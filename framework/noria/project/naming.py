"""From the name that a user gives to the names of a project's folder and package."""

import keyword
import re
import sys
import sysconfig
import unicodedata
from importlib.machinery import PathFinder
from pathlib import Path

from noria.errors import ProjectError

# Python's list of its own modules leaves this one out.
_STDLIB = sys.stdlib_module_names | {"test"}
# Names that the project's own tools need, whether they are installed here or not.
_TAKEN = frozenset(
    {
        *("noria", "noria_catalog", "noria_template", "noria_viz", "tests"),
        *("matplotlib", "numpy", "pandas", "plotly", "pyarrow", "pytest", "sklearn"),
    }
)


def folder_name(name: str) -> str:
    """Return the name of a project as a folder and a distribution are called.

    >>> folder_name("Verspätete Flüge, 2013"), folder_name("Große Straße")
    ('verspatete-fluge-2013', 'grosse-strasse')
    """
    # Folding a letter's case first makes two of the sharp s, which else would be lost.
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def package_name(name: str) -> str:
    """Return the name of a project as its Python package is called.

    Raises ProjectError when no package can have it: see :func:`check_package`.

    >>> package_name("Late Flights")
    'late_flights'
    """
    check_text(name, "the project name")
    package = folder_name(name).replace("-", "_")
    if not package:
        raise ProjectError(
            f"the project name {name!r} has no letter that a Python package can be named after",
            hint="name it in plain letters, or add --set package_name=some_name",
        )
    check_package(package, of=f"the project name {name!r} makes the package {package!r}, which")
    return package


def check_package(package: str, *, of: str | None = None) -> None:
    """Raise ProjectError when ``package`` cannot be the name of a project's package.

    Not a keyword, an identifier, not a module of Python's library, not an installed package: the
    project's own would hide it, or be hidden.  ``of`` is what the message begins with, ``None`` the
    package itself.

    >>> check_package("late_flights")
    >>> check_package("json")
    Traceback (most recent call last):
        ...
    noria.errors.ProjectError: the package 'json' would hide Python's own module of that name
      choose another name, or add --set package_name=some_name
    """
    if package[:1].isdigit():
        reason = "begins with a digit, and no Python package does"
    elif not (package.isidentifier() and package.isascii()):
        reason = "is no Python package name: letters, digits and _ only"
    elif keyword.iskeyword(package):
        reason = "is a word of the Python language, so nothing could import it"
    elif package in _STDLIB:
        reason = "would hide Python's own module of that name"
    elif package in _TAKEN or is_installed(package):
        reason = "would hide the installed package of that name"
    else:
        return
    raise ProjectError(
        f"{of or f'the package {package!r}'} {reason}",
        hint="choose another name, or add --set package_name=some_name",
    )


def check_text(value: str, what: str) -> None:
    """Raise ProjectError when a value could be taken for an option by git or a starter's hook.

    A line break or another control character is refused too: no template expects one.
    """
    if value.startswith("-"):
        raise ProjectError(
            f"{what} {value!r} begins with '-', so a program could take it for an option",
            hint="begin it with another character",
        )
    if not value.isprintable():
        raise ProjectError(f"{what} {value!r} has a line break or another control character")


def is_installed(package: str) -> bool:
    """Return whether a package of that name lies among the installed ones.

    Projects installed in place lie elsewhere and do not count: one may scaffold them again.
    """
    places = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    spec = PathFinder.find_spec(package, [place for place in places if Path(place).is_dir()])
    return spec is not None and spec.origin is not None

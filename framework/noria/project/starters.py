"""Where a starter lies: in the box, in a folder, behind a git address."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from noria_catalog.redact import redacted
from noria_catalog.suggest import nearest

from noria.errors import ProjectError
from noria.project.naming import check_text

TEMPLATES = "noria_template"
VARIABLES = "cookiecutter.json"
_SCHEMES = ("https://", "ssh://", "file://")
_SHORT = {
    "gh:": "https://github.com/{}.git",
    "gl:": "https://gitlab.com/{}.git",
    "bb:": "https://bitbucket.org/{}.git",
}
_SSH = re.compile(r"[\w.-]+@[\w.-]+:[^-]")


@dataclass(frozen=True, slots=True)
class Starter:
    """What a project is scaffolded from.

    ``folders`` are cookiecutter templates, each rendered over the one before; ``bundled`` ones
    came with Noria and have no hooks.
    """

    name: str
    folders: tuple[Path, ...]
    bundled: bool

    def variables(self) -> dict[str, Any]:
        """Return the variables of all folders, a later folder's over an earlier one's.

        Raises ProjectError when a cookiecutter.json is no JSON object.
        """
        merged: dict[str, Any] = {}
        for folder in self.folders:
            merged |= read_variables(folder)
        return merged

    def keys(self) -> list[str]:
        """Return the variables that a user may set."""
        return [key for key in self.variables() if not key.startswith("_")]


def bundled_starters() -> dict[str, str]:
    """Return the starters that came with Noria, each with one line that describes it.

    >>> sorted(bundled_starters())
    ['flights', 'minimal']
    """
    found = {
        folder.name: read_variables(folder).get("_summary")
        for folder in sorted(template_folder().iterdir())
        if (folder / VARIABLES).is_file()
    }
    return {name: summary for name, summary in found.items() if summary}


def template_folder() -> Path:
    """Return the folder of the templates; their package is found by name and never imported."""
    spec = find_spec(TEMPLATES)
    if spec is None or not spec.submodule_search_locations:
        raise ProjectError(
            f"the templates are not installed: there is no package {TEMPLATES}",
            hint="install noria again",
        )
    return Path(spec.submodule_search_locations[0])


def find_starter(given: str, workspace: Path, *, checkout: str | None = None) -> Starter:
    """Return the starter that the user means: the name of a bundled one, a folder, a git address.

    A git address is cloned into ``workspace``, at ``checkout`` (branch, tag or commit; ``None`` is
    its default branch).  Raises ProjectError, with the nearest name, when there is none.
    """
    check_text(checkout or "", "the checkout")
    address = check_starter(given)
    if given in bundled_starters() and checkout is None:
        return _bundled(given)
    folder = Path(given).expanduser()
    if address is None and not folder.is_dir():
        raise ProjectError(
            f"the starter {given} came along with Noria, and has no other branch or tag",
            hint="leave --checkout out; it is for starters that git keeps",
        )
    if address is not None or checkout is not None:
        folder = clone(address or str(folder.resolve()), checkout, workspace / "starter")
    if not (folder / VARIABLES).is_file():
        raise ProjectError(f"{given} is no cookiecutter template: it has no {VARIABLES}")
    return Starter(given, (folder.resolve(),), bundled=False)


def check_starter(given: str) -> str | None:
    """Return the git address of what may be a starter, ``None`` for one that lies here.

    Nothing is cloned yet.  Raises ProjectError, with the nearest name, for what can be none.
    """
    check_text(given, "the starter")
    bundled = bundled_starters()
    address = git_address(given)
    if given not in bundled and address is None and not Path(given).expanduser().is_dir():
        raise _unknown(given, list(bundled))
    return address


def git_address(given: str) -> str | None:
    """Return the git address that is meant, ``None`` when it is none.

    Raises ProjectError for an address that goes another way than https, ssh or a file.

    >>> git_address("gh:someone/starter")
    'https://github.com/someone/starter.git'
    >>> git_address("./my-starter") is None
    True
    """
    for short, long in _SHORT.items():
        if given.startswith(short):
            return long.format(given.removeprefix(short))
    if given.startswith(_SCHEMES) or _SSH.match(given):
        return given
    if "://" in given or "::" in given:
        raise ProjectError(
            f"the starter {without_secrets(given)} is no git address that Noria follows",
            hint="https://..., ssh://..., file://..., user@host:path, gh:owner/name",
        )
    return None


def clone(address: str, checkout: str | None, target: Path) -> Path:
    """Clone a repository and return its folder.

    Raises ProjectError with git's own reason when git is not there or fails.
    """
    if shutil.which("git") is None:
        raise ProjectError(
            f"the starter {without_secrets(address)} has to be cloned, and git is not installed",
            hint="install git, or name a folder",
        )
    shown = without_secrets(address)
    depth = ["--depth", "1"] if checkout is None and "://" in address else []
    _git(["clone", "--quiet", *depth, "--", address, str(target)], f"could not clone {shown}")
    if checkout is not None:
        _git(
            ["-C", str(target), "checkout", "--quiet", checkout, "--"],
            f"found no {checkout!r} in {shown}",
        )
    return target


def without_secrets(text: str) -> str:
    """Return text without the names, passwords and tokens of addresses in it.

    >>> without_secrets("fatal: https://me:secret@host/x not found")
    'fatal: https://host/x not found'
    """
    return redacted(text)


def read_variables(folder: Path) -> dict[str, Any]:
    """Return a template's cookiecutter.json.  Raises ProjectError when it is no JSON object."""
    path = folder / VARIABLES
    try:
        variables = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ProjectError(f"{path} is not JSON: {error}") from None
    if not isinstance(variables, dict):
        raise ProjectError(f"{path} is not a JSON object")
    return variables


def _bundled(name: str) -> Starter:
    folder = template_folder() / name
    base = read_variables(folder).get("_extends")
    folders = (folder,) if base is None else (*_bundled(base).folders, folder)
    return Starter(name, folders, bundled=True)


def _unknown(given: str, bundled: list[str]) -> ProjectError:
    if "/" in given or os.sep in given:
        return ProjectError(
            f"no starter at {given}: there is no such folder",
            hint=f"the starters that come along are {', '.join(bundled)}",
        )
    return ProjectError(
        f"no starter {given!r}; there are {', '.join(bundled)}",
        nearest=nearest(given, bundled),
        hint="a folder or a git address of a cookiecutter template will do as well",
    )


def _git(words: list[str], failure: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _GIT_CONTEXT}
    # Not ext:: and the like, by a submodule or a redirection either; nor a question that waits
    # for ever where nobody answers.
    environment |= {"GIT_ALLOW_PROTOCOL": "https:ssh:file", "GIT_TERMINAL_PROMPT": "0"}
    done = subprocess.run(
        ["git", *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        first = said[0] if said else f"exit code {done.returncode}"
        # The first line is the reason; what follows is git's general advice.
        raise ProjectError(f"git {failure}: {without_secrets(first)}")


# Set inside of a git hook, they would make git work on the repository of the hook.
_GIT_CONTEXT = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})

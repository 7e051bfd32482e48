"""Rendering templates aside, and moving what was made into its place whole."""

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from noria.errors import ProjectError


@contextmanager
def make_workspace(target: Path) -> Iterator[Path]:
    """Give a temporary folder on the disk of ``target``, gone afterwards whatever happens.

    Raises ProjectError when nothing can be written there.
    """
    above = next(folder for folder in target.parents if folder.is_dir())
    try:
        workspace = tempfile.TemporaryDirectory(
            prefix=".noria-new-", dir=above, ignore_cleanup_errors=True
        )
    except OSError as error:
        raise ProjectError(f"nothing can be made in {above}: {error.strerror}") from None
    with workspace as name:
        yield Path(name)


def render(
    folder: Path,
    into: Path,
    values: Mapping[str, str],
    *,
    hooks: bool = False,
    prompt: bool = False,
) -> Path:
    """Render a cookiecutter template below ``into`` and return the folder it made.

    ``values`` are what the user set; ``hooks`` runs the template's own programs; ``prompt`` asks
    for the rest.  Nothing is written to the user's home.  Raises ProjectError when the template
    does not render.
    """
    from cookiecutter.exceptions import CookiecutterException
    from cookiecutter.main import cookiecutter
    from jinja2.exceptions import TemplateError

    # Where cookiecutter keeps its clones and answers, which would be the user's home.
    keep = into.parent / "cookiecutter"
    logging.getLogger("cookiecutter").setLevel(logging.CRITICAL)
    try:
        made = cookiecutter(
            str(folder),
            no_input=not prompt,
            extra_context={key: as_typed(value) for key, value in values.items()},
            overwrite_if_exists=True,
            output_dir=str(into),
            default_config={"cookiecutters_dir": str(keep), "replay_dir": str(keep)},
            accept_hooks=hooks,
        )
    except (CookiecutterException, TemplateError, ValueError, OSError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ProjectError(f"the starter does not render: {reason}") from error
    return Path(made)


def as_typed(value: str) -> str:
    """Return a value that is itself when cookiecutter has rendered it, which it does with each.

    >>> as_typed("plain")
    'plain'
    >>> from jinja2 import Environment
    >>> Environment(autoescape=True).from_string(as_typed("{{ 7 * 7 }}")).render()
    '{{ 7 * 7 }}'
    """
    if not re.search(r"\{[{%#]", value):
        return value
    # As text within an expression, every character by its number, so that none can end it.
    numbers = "".join(f"\\U{ord(character):08x}" for character in value)
    return f'{{{{ "{numbers}" }}}}'


def check_target(target: Path) -> None:
    """Raise ProjectError unless ``target`` is free: not there, or an empty folder.

    A fresh repository, with nothing but its ``.git``, is empty too.
    """
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir():
        raise ProjectError(f"{target} is a file", hint="name a folder that does not exist yet")
    there = sorted(entry.name for entry in target.iterdir() if entry.name != ".git")
    if there:
        more = ", ..." if len(there) > 3 else ""  # enough to know the folder by
        raise ProjectError(
            f"the folder {target} is not empty: {', '.join(there[:3])}{more}",
            hint="name a folder that does not exist yet, or an empty one",
        )


def move_into_place(made: Path, target: Path) -> None:
    """Move a folder to ``target``; into it where it is an empty folder, maybe the current one.

    After an error nothing of it is there.
    """
    if not target.exists():
        missing = [folder for folder in target.parents if not folder.exists()]
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.rename(target)
        except BaseException:
            for folder in missing:
                if folder.is_dir():
                    folder.rmdir()
            raise
        return
    moved: list[Path] = []
    try:
        for entry in sorted(made.iterdir()):
            place = target / entry.name
            # Names that came into the folder meanwhile are not ours to replace.
            if os.path.lexists(place):
                raise ProjectError(f"{place} has come into being meanwhile")  # noqa: TRY301
            entry.rename(place)
            moved.append(place)
    except BaseException:
        for place in moved:
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink()
        raise

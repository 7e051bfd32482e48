"""Libraries that were installed anew while this process lives: it goes on with those it has loaded.

So it is after ``%pip install --upgrade`` in a notebook.
"""

from collections.abc import Iterable

from noria.code import Fingerprint, installed_versions

_versions: dict[str, str] = {}  # when a project was opened
_identities: dict[str, str] = {}  # when it was first asked what code reaches
_replaced: set[str] = set()


def note_installed() -> None:
    """Note what is installed now; what was noted before stays."""
    for name, version in installed_versions().items():
        _versions.setdefault(name, version)


def note_reached(distributions: Iterable[tuple[str, str]]) -> None:
    """Note distributions that code reaches, with their identities: version and digest."""
    for name, identity in distributions:
        version = identity.partition(" ")[0]
        if (
            _identities.setdefault(name, identity) != identity
            or _versions.get(name, version) != version
        ):
            _replaced.add(name)


def replaced_library(fingerprint: Fingerprint) -> str | None:
    """Return a library that code reaches and that is not the one with which this process began."""
    if not _replaced:
        return None
    return next((name for name, _ in fingerprint.distributions if name in _replaced), None)

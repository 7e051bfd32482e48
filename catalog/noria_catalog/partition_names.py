"""Which names partitions may have."""

import os
import re

from noria_catalog.errors import SaveError

_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


def check_partition_name(name: object, *, windows: bool = os.name == "nt") -> None:
    """Raise SaveError for a name that leaves the folder, hides the file, or does not travel.

    What Windows silently makes another name (a space or dot at the end) or a device is refused on
    every system, so that data can be copied to it; its forbidden characters are refused only on
    ``windows``, where the system itself would not say so clearly.

    >>> check_partition_name("2013/01-31")
    >>> check_partition_name("aux")
    Traceback (most recent call last):
        ...
    noria_catalog.errors.SaveError: 'aux' is no partition name: Windows keeps 'aux' for a device
      choose a name that every system can keep
    """
    if not isinstance(name, str):
        raise SaveError(
            f"partition names are text, got {name!r}", hint=f"for example {str(name)!r}"
        )
    parts = re.split(r"[/\\]", name)
    # A hidden file would never be loaded again; `..` begins with a dot as well.
    if (
        "\\" in name
        or ":" in parts[0]
        or any(not part or part.startswith(".") for part in parts)
    ):
        raise SaveError(
            f"{name!r} is no partition name",
            hint="a name stays inside the folder: no `..`, no leading `/` or `.`, no backslash",
        )
    for part in parts:
        reason = _reason(part, windows=windows)
        if reason is not None:
            raise SaveError(
                f"{name!r} is no partition name: {reason}",
                hint="choose a name that every system can keep",
            )


def _reason(part: str, *, windows: bool) -> str | None:
    if any(ord(character) < 32 or ord(character) == 127 for character in part):
        return "it has a line break or another control character"
    if part.endswith((" ", ".")):
        return f"{part!r} ends with {'a space' if part.endswith(' ') else 'a dot'}"
    if _DEVICE.fullmatch(part):
        return f"Windows keeps {part!r} for a device"
    forbidden = re.search(r'[<>:"|?*]', part) if windows else None
    return f"Windows allows no {forbidden[0]} in a name" if forbidden else None

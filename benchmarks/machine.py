"""What the figures were taken on; nothing that names the machine or its folders."""

import os
import platform
import sys
from datetime import UTC, datetime


def described() -> str:
    """Return one sentence: processors, memory, system and Python.

    >>> platform.node() in described()
    False
    """
    cores = f"{os.cpu_count()} processors"
    memory = _memory()
    system = f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return ", ".join(filter(None, [cores, memory, system, python]))


def today() -> str:
    """Return the date and hour in UTC."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def load() -> float:
    """Return how many processes ran or wanted to over the last minute; 0 where nobody counts."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _memory() -> str:
    if sys.platform == "win32":
        return ""
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"

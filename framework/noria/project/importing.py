"""Importing the project's own code as it stands in its files, and noting which content that was.

Python trusts a compiled file by the time and the size of its source, both of which an edit can
leave as they were.  Here a compiled file must also be younger than the last change of its source.
"""

import marshal
import os
import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from types import CodeType, FrameType

from blake3 import blake3

from noria.installed import installed_folders, own_folders

# Times in file systems are as coarse as this; what is younger may be older than it looks.
_COARSE_SECONDS = 2.0
# A compiled file that goes by its source's time and size: this, both of them, the code.
_BY_TIME = MAGIC_NUMBER + bytes(4)
_HEADER = len(_BY_TIME) + 8
_met: set[str] = set()  # libraries that were imported

imported: dict[str, str] = {}
"""The files that were imported from, with the digest of what stood in them."""
_codes: dict[str, tuple[str | None, CodeType | None]] = {}  # the same files, with their code
mixed: set[str] = set()
"""Those of which two states were imported: who holds something of the first has an old thing."""
importers: dict[tuple[str, str, str], None] = {}
"""The same files, each with the name that it was imported by, and the file of whose code asked."""


def watch_imports() -> None:
    """Import all code that is not installed by its content, from now on; once a process.

    Python's own loader is taught it, for code is also loaded past all finders: by
    ``spec_from_file_location``, or by a loader that somebody makes.
    """
    if SourceFileLoader.get_code is not _get_code:
        _installed()  # to find that out may import in its turn
        setattr(SourceFileLoader, "get_code", _get_code)  # noqa: B010  # no type checker likes it


_trusting = SourceFileLoader.get_code


def _get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
    """Return a module's code, and note what stood in its file."""
    path = os.fspath(loader.path)
    if not path.startswith(_installed()):
        digest = digest_of(path)
        if digest is not None and imported.setdefault(path, digest) != digest:
            imported[path] = digest
            mixed.add(path)
        importers.setdefault((path, fullname, _who_asks(_beside_project())))
        code = _compiled(path)
        if type(loader) is SourceFileLoader:  # another one may make other code of a source
            code = code or _trusting(loader, fullname)
            _codes[path] = digest, code
            return code
    elif (top := fullname.partition(".")[0]) not in _met:
        _met.add(top)
        _meet(top, _who_asks(("<",)))
    return _trusting(loader, fullname)


def _meet(library: str, asks: str) -> None:
    """Watch what the project's code reads by a library of which nobody knows what it reads.

    ``asks`` is the file of the code that imports it.
    """
    if asks and not asks.startswith((*own_folders(), *_installed())):
        from noria.code import is_of_well_known

        if not is_of_well_known(library):
            from noria.runner.witness import watch_outside

            watch_outside()


def _who_asks(others: tuple[str, ...]) -> str:
    """Return the file of the code that imports something, past those that begin like ``others``."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001
    while frame is not None and frame.f_code.co_filename.startswith(others):
        frame = frame.f_back
    return "" if frame is None else frame.f_code.co_filename


def imported_code(path: str, digest: str) -> CodeType | None:
    """Return the code that a file was imported as, if its content had this digest then."""
    then, code = _codes.get(path, ("", None))
    return code if then == digest else None


def forget_imports(folder: str, files: Collection[str] = ()) -> None:
    """Note that nothing is in use any more that was imported from a folder, or these files."""
    below = folder + os.sep
    for path in [path for path in imported if path.startswith(below) or path in files]:
        del imported[path]
        _codes.pop(path, None)
        mixed.discard(path)
    for each in [each for each in importers if each[0].startswith(below) or each[0] in files]:
        del importers[each]


def is_imported_as_it_is(folder: str) -> bool:
    """Tell whether the files below a folder that were imported from hold what they held then."""
    below = folder + os.sep
    return all(
        digest_of(path) == digest for path, digest in imported.items() if path.startswith(below)
    )


def is_installed(path: str) -> bool:
    """Tell whether a file belongs to what is installed, which nobody edits."""
    return path.startswith(_installed())


def is_own(thing: object) -> bool:
    """Tell whether a class or function comes from code that is not installed.

    >>> is_own(SourceFileLoader), is_own(5)
    (False, False)
    """
    module = sys.modules.get(getattr(thing, "__module__", None) or "")
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and not file.startswith(_installed())


def is_told_by_a_file(thing: object) -> bool:
    """Tell whether what a class or function does can be looked up: by its file, or its library.

    It cannot for what a notebook or a prompt has defined.

    >>> import json
    >>> prompted = type("Prompted", (), {"__module__": "__main__"})
    >>> is_told_by_a_file(json.JSONDecoder), is_told_by_a_file(prompted)
    (True, False)
    """
    module = getattr(thing, "__module__", None) or "builtins"
    if module == "__main__":
        return False
    top = module.partition(".")[0]
    library = getattr(sys.modules.get(top), "__file__", None) or ""
    return (
        top in sys.stdlib_module_names
        or library.startswith(_installed())
        or isinstance(getattr(sys.modules.get(module), "__file__", None), str)
    )


def digest_of(path: str) -> str | None:
    """Return the digest of what stands in a file, ``None`` where it cannot be read."""
    try:
        with open(path, "rb") as source:  # noqa: PTH123  # a hot path
            return blake3(source.read()).hexdigest()
    except OSError:
        return None


def drop_compiled(sources: Iterable[str]) -> None:
    """Remove what Python may have compiled of sources before they were edited.

    Another process would trust it; of those that were imported in this one it is gone.
    """
    for path in sources:
        if path not in imported:
            _compiled(path)


@cache
def _installed() -> tuple[str, ...]:
    return tuple(place + os.sep for place in installed_folders())


@cache
def _beside_project() -> tuple[str, ...]:
    return ("<", *_installed())


def _compiled(source: str) -> CodeType | None:
    """Return what Python has compiled of a source as it is; remove it unless it is surely younger.

    ``None`` where nothing is compiled, or in another way than Python mostly does.
    """
    place = cache_from_source(source)
    with suppress(OSError, EOFError, ValueError, TypeError):  # who imports it tells of what is torn
        now = os.stat(source)  # noqa: PTH116  # a hot path, as all here
        if os.stat(place).st_mtime - now.st_ctime < _COARSE_SECONDS:  # noqa: PTH116
            os.unlink(place)  # noqa: PTH108
            return None
        with open(place, "rb") as file:  # noqa: PTH123
            held = file.read()
        numbers = (int(now.st_mtime), now.st_size)
        told = b"".join([(each & 0xFFFFFFFF).to_bytes(4, "little") for each in numbers])
        if held[:_HEADER] == _BY_TIME + told:
            code = marshal.loads(memoryview(held)[_HEADER:])  # noqa: S302  # as Python itself does
            # It carries the name of the file that it was compiled of: a folder may have moved.
            if isinstance(code, CodeType) and code.co_filename == source:
                return code
    return None

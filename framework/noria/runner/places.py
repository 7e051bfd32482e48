"""What lies at the places of a run's datasets, and how it is told apart."""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from blake3 import blake3
from noria_catalog import DataCatalog
from noria_catalog.dataset import Digests, Exists, Restores, Stamps, is_built_in, kinds_of
from noria_catalog.digest import digest_of_files, names_digest
from noria_catalog.errors import DatasetError, MissingDataError
from noria_catalog.failures import told
from noria_catalog.file_dataset import FileDataset
from noria_catalog.memory import MemoryDataset
from noria_catalog.redact import HIDDEN
from noria_catalog.storage import is_remote

from noria.errors import NotStorable
from noria.plan import Lying
from noria.runner.found import Found
from noria.runner.mark import UNRECORDED, WRITING, Mark
from noria.runner.parts import Parts
from noria.runner.real_paths import RealPaths
from noria.store import Marks, Seen, Store

_ABSENT = "absent"
_NO_FILE = "no file"
"""Stands for the digest of what took a file's place: an empty folder, a pipe, no right to read."""
_AT_ONCE = 1000  # datasets in one query


class Places:
    """Answers what lies where, each dataset looked at once until it is saved.

    ``given`` are values that stand in for what the catalog has; ``code_of`` returns a digest of
    the code that a value counts on: classes and functions that its bytes only name.
    ``made_before`` tells whether a run has made content of a dataset that the store does not know.
    """

    def __init__(
        self,
        catalog: DataCatalog,
        store: Store,
        given: Mapping[str, Any] | None = None,
        *,
        root: Path,
        code_of: Callable[[tuple[Any, ...]], str] = lambda _: "",
        made_before: Callable[[str, str], bool] = lambda *_: False,
    ) -> None:
        self._catalog = catalog
        self._store = store
        self.seen = Seen(store)
        """The digests of files."""
        self._marks = Marks(store, root)
        self._given = given or {}
        self._code_of = code_of
        self._made_before = made_before
        self._known: dict[str, Lying] = {}
        self._files: set[str] = set()  # of those that were read ahead
        self._names: dict[str, str] = {}
        self._described: dict[str, Mapping[str, Any]] = {}
        self._real = RealPaths()
        self._found = Found(store, self.place, self.described)
        self.parts = Parts(catalog, self)
        """The folders to which runs only add."""
        self.begun: dict[str, str] = {}  # what was noted of places before saves have begun

    def lying(self, name: str) -> Lying:
        """Return what lies at the place of a dataset, as it was when first asked."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._look(name)
        return known

    def read_ahead(self, names: Iterable[str]) -> None:
        """Look at many datasets at once, which is quicker than one by one.

        Those that are one file on this machine's disks are known from then on.
        """
        unknown = [name for name in names if name not in self._known]
        for start in range(0, len(unknown), _AT_ONCE):
            self._read_ahead(unknown[start : start + _AT_ONCE])

    def _read_ahead(self, names: Sequence[str]) -> None:
        places = {name: self.place(name) for name in names}
        self._marks.read_ahead(filter(None, map(self.noted_as, names)))
        files = {
            name: dataset.filepath
            for name, place in places.items()
            if place
            and not is_remote(place)
            and isinstance(dataset := self._catalog[name], FileDataset)
            and dataset.version is None
            and _is_its_file(type(dataset))
        }
        digests = self.seen.digests_of(files.values())
        lying = {name: there for name, path in files.items() if (there := digests[path])}
        others = {each for name, each in lying.items() if self._marks.get(places[name]) != each}
        was_made = self._store.made_among(others).__contains__
        for name, digest in lying.items():
            self._known[name] = self._of_content(name, places[name], digest, was_made)
            self._files.add(name)

    def forget(self, name: str) -> None:
        """Look anew the next time: something was saved there."""
        self._known.pop(name, None)

    def forget_all(self) -> None:
        """Look anew at all: another dataset may stand behind any name."""
        for known in (self._known, self._files, self._names, self._described):
            known.clear()

    def look(self, name: str) -> Lying:
        """Return what lies there now, looked at anew."""
        self.forget(name)
        return self.lying(name)

    def is_memory(self, name: str) -> bool:
        """Tell whether the data lives in this process only."""
        if name in self._given or name not in self._catalog:
            return True
        return isinstance(self._catalog[name], MemoryDataset)

    def described(self, name: str) -> Mapping[str, Any]:
        """Return what a dataset is, asked of the catalog once."""
        described = self._described.get(name)
        if described is None:
            described = self._described[name] = self._catalog.describe(name)
        return described

    def path(self, name: str) -> str:
        """Return the path of a local dataset as it is configured, links not followed."""
        return str(self.described(name)["filepath"])

    def is_plain_file(self, name: str) -> bool:
        """Tell whether all that a dataset is can be seen by the state of files on these disks."""
        if self.is_memory(name):
            return True
        local = not is_remote(self.place(name)) and "filepath" in self.described(name)
        if not local or not (self._is_restorable(name) or self.lying(name).is_told):
            return False
        return all(map(_is_where_it_says, kinds_of(self._catalog[name])))

    def is_one_file(self, name: str) -> bool:
        """Tell whether a dataset was found to be one file of its own when it was read ahead."""
        return name in self._files

    def _is_restorable(self, name: str) -> bool:
        dataset: Any = self._catalog[name]
        return does(dataset, Restores) and bool(dataset.restorable)

    def place(self, name: str) -> str:
        """Return what names the place, equal for two datasets that lie at one; empty in memory."""
        place = self._names.get(name)
        if place is None:
            place = self._names[name] = "" if self.is_memory(name) else self._place(name)
        return place

    def noted_as(self, name: str) -> str:
        """Return what the note of a place is called; datasets of other files there have their own.

        Empty in memory.
        """
        place = self.place(name)
        dataset: Any = self._catalog[name] if place else None
        if dataset is None or isinstance(dataset, FileDataset):
            return place
        inner = getattr(dataset, "dataset", None)
        suffix = getattr(dataset, "filename_suffix", getattr(inner, "filename_suffix", ""))
        return f"{place} *{suffix}" if suffix else place

    def called(self, name: str) -> str:
        """Return what names the place in what is recorded: it may move with the project."""
        return self._marks.called(self.place(name))

    def marked(self, names: Iterable[str]) -> list[str]:
        """Return those datasets at whose places a run has put something."""
        listed = list(names)
        self._marks.read_ahead(filter(None, map(self.noted_as, listed)))
        return [name for name in listed if self._marks.get(self.noted_as(name))]

    def unrecord(self, name: str, *, made: bool = False) -> None:
        """Note that what lies at a place is nobody's recorded result.

        ``made``: a run that remembers nothing has just put it there; else it is about to.
        """
        noted = self.noted_as(name)
        if noted:
            stamp = self._state(name) if made else ""
            self._marks.set(noted, Mark(UNRECORDED, stamp).text)
            self.forget(name)

    def _state(self, name: str) -> str:
        """Return what tells whether anybody writes to a place, without reading what lies there."""
        dataset: Any = self._catalog[name]
        if is_remote(self.place(name)) or not does(dataset, Restores):
            return self._stamp(name)
        with suppress(DatasetError, OSError):
            with dataset.stored_files() as files:
                found = [(inside, Path(path).stat()) for inside, path in files]
            said = [(n, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for n, s in found]
            return blake3(repr(said).encode("utf-8", "surrogatepass")).hexdigest()
        return ""

    def begin(self, name: str) -> None:
        """Note that what lies at a place from now on is ours, though it is not recorded yet."""
        noted = self.noted_as(name)
        if noted:
            self.begun[name] = self._marks.get(noted) or ""
            self._marks.set(noted, WRITING)

    def set_mark(self, name: str, digest: str, *, kept: bool = False) -> None:
        """Note what this run has put at a dataset's place, or has ``kept`` there."""
        noted = self.noted_as(name)
        if noted:
            self._marks.set(noted, Mark(digest, self._stamp(name), kept).text)
            self.forget(name)

    def is_edited(self, name: str) -> bool:
        """Tell whether somebody has written over what a run has put on one of these disks."""
        return self._is_on_disk(name) and self.lying(name).is_edited

    def is_strange(self, name: str) -> bool:
        """Tell whether something lies on one of these disks where no run has put anything."""
        if not self._is_on_disk(name) or self._marks.get(self.noted_as(name)):
            return False
        lying, adds = self.lying(name), getattr(self._catalog[name], "appends", False)
        if lying.is_strange or self._is_restorable(name) or adds:
            return lying.is_strange
        return lying.digest is None or not self._store.was_made(lying.digest)

    def _is_on_disk(self, name: str) -> bool:
        place = self.place(name)
        return bool(place) and not is_remote(place) and os.path.lexists(place)

    def note(self, name: str) -> str | None:
        """Return a note that was kept under a name."""
        return self._marks.get(name)

    def set_note(self, name: str, text: str) -> None:
        """Keep a note under a name."""
        self._marks.set(name, text)

    @contextmanager
    def stored(self, name: str) -> Iterator[Sequence[tuple[str, str]]]:
        """Give the local files that a dataset is made of; none where there is nothing to read."""
        dataset = self._catalog[name]
        if isinstance(dataset, Restores) and self._catalog.exists(name):
            with dataset.stored_files() as files:
                yield files
        else:
            yield []

    def value(self, name: str) -> Any:
        """Return a value that stands in for what the catalog has, else what the catalog has."""
        return self._given[name] if name in self._given else self._catalog.load(name)

    def digest_of_value(self, value: Any) -> str:
        """Return the digest of a value in memory; raises NotStorable where nobody can tell it."""
        kept = self._store.describe_value(value)
        return f"{kept.blob.digest}{self._code_of(kept.refers)}"

    def digest_by_loading(self, name: str) -> str | None:
        """Return the digest of data that only loading can tell; ``None`` where that cannot."""
        held = None if self.is_memory(name) else self._found.loaded(name)
        if held is not None or self.is_memory(name):
            return held
        try:
            digest = self.digest_of_value(self._catalog.load(name))
        except DatasetError:
            return None  # the node that reads it will fail by it, and say so
        except NotStorable:
            if not self._found.holds(name):
                return None
            # What it was like then stands for it as long as it holds.
            digest = f"seen-{time.time()}"
        self._found.note_loaded(name, digest)
        return digest

    def _place(self, name: str) -> str:
        place = self._catalog.identity(name)
        if place is None:
            from noria.runner.question import place_of_question  # few have none

            return place_of_question(self._catalog, name, self.seen.digest_of, self.sealed)
        if not is_remote(place):
            return self._real(place)
        return f"{place} {self.hidden(name, ('filepath', 'path'))}" if HIDDEN in place else place

    def hidden(self, name: str, keys: Collection[str]) -> str:
        """Return what tells values of an entry apart of which a part is not shown, as a secret.

        Only this user can make it of the values.
        """
        entry = self._catalog.entry(name)
        written = {} if entry is None else entry.plain()
        return self.sealed(repr([written[key] for key in keys if key in written]))

    def sealed(self, text: str) -> str:
        """Return what tells texts with secrets apart: only this user can make it of them."""
        return self._store.seal_marks.short(text.encode("utf-8", "surrogatepass")).hex()

    def _look(self, name: str) -> Lying:
        if name in self._given:
            return self._in_memory(self._given[name])
        if name not in self._catalog:
            return Lying(None, memory=True)
        dataset = self._catalog[name]
        if isinstance(dataset, MemoryDataset):
            return self._in_memory(dataset.load() if dataset.exists() else None)
        return self._look_at(name, dataset)

    def _in_memory(self, value: Any) -> Lying:
        try:
            digest = None if value is None else self.digest_of_value(value)
        except NotStorable:
            return Lying(None, memory=True, opaque=True)
        return Lying(digest, memory=True)

    def _look_at(self, name: str, dataset: Any) -> Lying:
        place = self.place(name)
        mark = Mark.read(self._marks.get(self.noted_as(name)))
        about = _about(place, mark)
        # Asked first: the error that says what lies near a missing file takes time to find out.
        many = not isinstance(dataset, FileDataset) and isinstance(dataset, Restores)
        # Where many files may lie, none at all may be what was made.
        if not many and does(dataset, Exists) and not self._catalog.exists(name):
            return Lying(None, **about)
        try:
            with told(self._catalog, name, "look for"):
                digest = self._content(dataset, place)
        except MissingDataError:
            return Lying(None, **about)
        if digest is None and mark.known and not is_remote(place) and does(dataset, Restores):
            return Lying(_NO_FILE, recorded=False, **about)
        if digest is None:
            if many and does(dataset, Exists) and not self._catalog.exists(name):
                return Lying(None, **about)
            return self._of_mark(name, place, mark)
        return self._of_content(name, place, digest)

    def _of_mark(self, name: str, place: str, mark: Mark) -> Lying:
        """Return what is to be said of a place where nobody can tell the content without loading.

        What the last run has put there is all that can be known of it, and whether it was changed.
        """
        held = self._found.loaded(name) if not mark.digest else None
        if held is not None:
            return Lying(held)
        about = _about(place, mark)
        if mark.stamp and not os.path.lexists(place):
            about["guarded"] = True  # a table in a file cannot be moved away
        if mark.known and mark.stamp and not self._found.was_stamped(name):
            stamp = self._stamp(name)
            if stamp == _ABSENT != mark.stamp:
                return Lying(None, **about)
            if stamp and stamp != mark.stamp:
                beside = bool(self.described(name).get("versioned"))
                return Lying(stamp, opaque=True, recorded=beside, **about)
        return Lying(mark.known or None, opaque=True, recorded=not mark.kept, **about)

    def _of_content(
        self, name: str, place: str, digest: str, was_made: Callable[[str], bool] | None = None
    ) -> Lying:
        """Return what is to be said of the content that lies at a place."""
        # What was read ahead is a file, which is noted as its place.
        noted = self._marks.get(place if was_made else self.noted_as(name))
        if noted == digest:  # as a run has left it, which most is
            return Lying(digest, ours=True, guarded=is_remote(place))
        dataset: Any = self._catalog[name]
        mark = Mark.read(noted)
        if mark.known and digest in (mark.digest, mark.stamp):
            digest = mark.digest  # of two equal texts one is enough
        recorded = not (mark.kept and digest == mark.digest) and (
            mark.digest in (digest, WRITING)
            or (mark.digest == UNRECORDED and mark.stamp == self._state(name))
            or (was_made or self._store.was_made)(digest)
            or (not self._is_restorable(name) and not self.parts.are_edited_in_store(name))
            or getattr(dataset, "version", None) is not None  # another one is put beside it
            or self._made_before(name, digest)
        )
        return Lying(digest, recorded=recorded, **_about(place, mark))

    def _content(self, dataset: Any, place: str) -> str | None:
        if is_remote(place) or not does(dataset, Restores):
            return dataset.digest() if does(dataset, Digests) else None
        with dataset.stored_files() as files:
            return digest_of_files(files, self.seen.digest_of)

    def _stamp(self, name: str) -> str:
        """Return what tells whether the same lies there, where a digest of the data does not.

        In a store it is the store's own tag; of a dataset that says nothing of its content, the
        content of the file or folder at its path, which need not be all of it.
        """
        dataset: Any = self._catalog[name]
        if not isinstance(dataset, FileDataset) and isinstance(dataset, Stamps):
            with told(self._catalog, name, "look for"):
                stamp = dataset.stamp()
            if self._found.holds(name):
                self._found.note_stamped(name)
            if stamp is not None:
                return blake3(stamp.encode("utf-8", "surrogatepass")).hexdigest()
        if is_remote(self.place(name)):
            with told(self._catalog, name, "look for"):
                return self._content(dataset, self.place(name)) or ""
        if does(dataset, Digests) or does(dataset, Restores):
            return ""
        path, digest_of = self.described(name).get("filepath") or "", self.seen.digest_of
        if os.path.isdir(path):  # noqa: PTH112
            below = sorted(each for each in Path(path).rglob("*") if each.is_file())
            named = ((each.relative_to(path).as_posix(), digest_of(str(each))) for each in below)
            return names_digest((each, digest or "") for each, digest in named)
        return path and (digest_of(path) or _ABSENT)


def _about(place: str, mark: Mark) -> dict[str, bool]:
    """Return what a note says of a place."""
    return {
        "ours": bool(mark.digest),
        "unrecorded": mark.digest == UNRECORDED,
        "guarded": is_remote(place),
    }


@cache
def _is_its_file(kind: type[FileDataset]) -> bool:
    """Tell whether datasets of a class are the one file at their path, as those of the base are."""
    return all(
        getattr(kind, name) is getattr(FileDataset, name)
        for name in ("stored_files", "load_path", "exists", "restorable")
    )


def _is_where_it_says(kind: type[Any]) -> bool:
    """Tell whether a dataset's class reads nothing but what lies at its path."""
    return is_built_in(kind) or (issubclass(kind, FileDataset) and _is_its_file(kind))


def does(dataset: Any, protocol: type[Any]) -> bool:
    """Tell whether a dataset keeps a protocol; all that lie in a file keep all of them.

    To look through a protocol takes longer than a small file does to digest.
    """
    return isinstance(dataset, FileDataset) or isinstance(dataset, protocol)  # noqa: SIM101

"""The project as it is now: its documents, asked of a process that is renewed when files change."""

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from noria.project.state import prepare_state
from noria.record.ledger import FILE as LEDGER

from noria_viz.child import Child, ChildError
from noria_viz.document import Document, Problem, empty_document
from noria_viz.watch import changes, stamp

Event = tuple[str, str]


class LiveProject:
    """One project and selection, followed while the view is open.

    ``name`` and ``env`` are the project's; ``state`` is its folder ``.noria``, where the last good
    graph is kept; ``watched`` are the folders and files that are looked at for changes.
    """

    def __init__(
        self,
        opening: dict[str, Any],
        *,
        name: str,
        env: str,
        pipeline: str,
        state: Path,
        watched: list[Path],
    ) -> None:
        self._opening = opening
        self._name, self._env, self.pipeline = name, env, pipeline
        self._state = state
        self._watched = watched
        self._before = stamp(watched)
        self._child = self._new_child()
        self._next: Child | None = None
        self._documents: dict[str, Document] = {}
        self._asking: dict[str, asyncio.Task[Document]] = {}
        self._followers: set[asyncio.Queue[Event]] = set()

    def start(self) -> None:
        """Start importing the project."""
        self._child.start()

    def end(self) -> None:
        """End the process that holds the project."""
        self._child.end()

    async def document(self, name: str | None = None) -> Document:
        """Return the document of a pipeline; with a problem, the last good one."""
        name = name or self.pipeline
        if name not in self._documents:
            asking = self._asking.get(name)
            if asking is None:
                asking = asyncio.create_task(self._ask(self._child, name))
                self._asking[name] = asking
            try:
                document = await asyncio.shield(asking)
            finally:
                self._asking.pop(name, None)
            if document["problem"] is not None and not self._is_listed(name):
                return document
            self._documents.setdefault(name, document)
        return self._documents[name]

    async def element(self, element: str, pipeline: str | None) -> dict[str, Any]:
        """Return the answer about an element: ``element`` or ``problem``."""
        asked = {"element": element, "pipeline": pipeline or self.pipeline}
        try:
            answer: dict[str, Any] = await self._child.ask({"ask": "element", **asked})
        except ChildError as error:
            return {"problem": {"message": str(error), "where": None, "hint": None}}
        return answer

    async def follow(self) -> None:
        """Renew the project each time that its files change, and tell of runs, until cancelled."""
        hearing = asyncio.create_task(self._follow_runs())
        renewing: asyncio.Task[None] | None = None
        try:
            async for _ in changes(self._watched, self._before):
                if self._next is not None:
                    self._next.end()  # what it imports is out of date, or never ends
                if renewing is not None:
                    await renewing
                renewing = asyncio.create_task(self.renew())
        finally:
            hearing.cancel()
            if self._next is not None:
                self._next.end()
            if renewing is not None:
                renewing.cancel()

    async def _follow_runs(self) -> None:
        """Tell followers each time that a run, of whatever process, has written something down."""
        written = [self._state / f"{LEDGER}{end}" for end in ("", "-wal")]
        async for _ in changes(written, stamp(written)):
            self._tell(("details", "{}"))

    async def renew(self) -> None:
        """Import the project anew in a fresh process, and tell followers what became different."""
        child = self._next = self._new_child()
        names = list(self._documents) or [self.pipeline]
        fresh: dict[str, Document] = {}
        for name in names:
            fresh[name] = await self._ask(child, name)
        if child.ended:
            return
        self._next = None
        old, self._child = self._child, child
        before, self._documents = self._documents, fresh
        await asyncio.to_thread(old.end)
        for name, document in fresh.items():
            if name not in before or before[name]["revision"] != document["revision"]:
                told = {
                    "revision": document["revision"],
                    "pipeline": name,
                    "problem": document["problem"],
                }
                self._tell(("graph", json.dumps(told)))
        self._tell(("details", "{}"))

    @contextmanager
    def followed(self) -> Iterator["asyncio.Queue[Event]"]:
        """Give a queue of what happens while the context lasts."""
        queue: asyncio.Queue[Event] = asyncio.Queue(maxsize=100)
        self._followers.add(queue)
        try:
            yield queue
        finally:
            self._followers.discard(queue)

    def _is_listed(self, name: str) -> bool:
        """Tell whether there is such a pipeline: what is asked for may be anything."""
        listed = (entry["name"] for each in self._documents.values() for entry in each["pipelines"])
        return name == self.pipeline or name in listed

    def _tell(self, event: Event) -> None:
        for queue in self._followers:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(event)

    def _new_child(self) -> Child:
        return Child("noria_viz.project_process", self._opening, folder=self._opening["path"])

    async def _ask(self, child: Child, name: str) -> Document:
        try:
            answer = await child.ask({"ask": "document", "pipeline": name})
        except ChildError as error:
            if child.ended and child is not self._child and child is not self._next:
                return await self._ask(self._child, name)  # another took its place meanwhile
            message = f"importing the project ended its process: {error}"
            answer = {"problem": {"message": message, "where": None, "hint": None}}
        document: Document | None = answer.get("document")
        if document is not None:
            await asyncio.to_thread(self._keep, name, document)
            return document
        return await asyncio.to_thread(self._last_good, name, answer["problem"])

    def _kept(self, name: str) -> Path:
        key = hashlib.sha256(json.dumps([name, self._opening], sort_keys=True).encode())
        return self._state / "viz" / f"{key.hexdigest()[:20]}.json"

    def _keep(self, name: str, document: Document) -> None:
        """Keep the graph for the day when the code does not import."""
        path = self._kept(name)
        with suppress(OSError):
            prepare_state(self._state)
            path.parent.mkdir(exist_ok=True)
            beside = path.with_suffix(f".{os.getpid()}.tmp")
            beside.write_text(json.dumps(document), encoding="utf-8")
            beside.replace(path)

    def _last_good(self, name: str, problem: Problem) -> Document:
        document = self._documents.get(name)
        if document is None:
            try:
                document = json.loads(self._kept(name).read_text("utf-8"))
            except (OSError, ValueError):
                document = empty_document(self._name, self._env, name, problem)
        told = hashlib.sha256(json.dumps(problem).encode()).hexdigest()[:8]
        revision = document["revision"].partition("-")[0]
        return {**document, "problem": problem, "revision": f"{revision}-{told}"}


async def stream(live: LiveProject, ended: asyncio.Event) -> AsyncIterator[bytes]:
    """Yield server-sent events until the server ends; a comment now and then keeps the line."""
    with live.followed() as queue:
        yield b": here\n\n"
        over = asyncio.create_task(ended.wait())
        while not ended.is_set():
            getting = asyncio.create_task(queue.get())
            done, _ = await asyncio.wait(
                {getting, over}, timeout=15, return_when=asyncio.FIRST_COMPLETED
            )
            if getting in done:
                kind, data = getting.result()
                yield f"event: {kind}\ndata: {data}\n\n".encode()
            else:
                getting.cancel()
                yield b": still here\n\n"
        over.cancel()

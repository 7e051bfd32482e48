"""A child process, from the side that asks it: begun at need, ended when it takes too long."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any


class ChildError(Exception):
    """The child did not answer: it took too long, or it died."""


class Child:
    """One process that runs ``python -m <module>`` and answers one question after the other.

    One that died is begun anew by the next question; ``ended`` says that it is over for good.
    """

    def __init__(self, module: str, opening: dict[str, Any], *, folder: str | None = None) -> None:
        self._module = module
        self._opening = opening
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self.ended = False

    async def ask(self, question: dict[str, Any], *, seconds: float | None = None) -> Any:
        """Return the answer; ``seconds`` ``None`` waits for ever.

        Raises ChildError; a child that took too long is ended, and the next question starts a new
        one.
        """
        answer = asyncio.create_task(asyncio.to_thread(self._exchange, question))
        # Where nobody waits any more, as at the end, a fault of it is nobody's news.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        done, _ = await asyncio.wait([answer], timeout=seconds)
        if not done:
            self._kill()
            await asyncio.wait([answer])
            raise ChildError(f"it took longer than {seconds:g} seconds")
        return answer.result()

    @property
    def pid(self) -> int | None:
        """The process's number, ``None`` while there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process, if it does not run."""
        self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self.ended:
            raise ChildError("it was ended")
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._kill()  # lets go of the pipes of one that died
        process = self._process = subprocess.Popen(
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._folder,
            env={**os.environ, "PYTHONUTF8": "1"},
            **_APART,
        )
        _write(process, self._opening)
        return process

    def end(self) -> None:
        """End the process for good; a question that is under way then raises ChildError."""
        self.ended = True
        self._kill()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # what was not sent yet is not wanted any more
                    if pipe is not None:
                        pipe.close()

    def _exchange(self, question: dict[str, Any]) -> Any:
        with self._turn:
            try:
                process = self._started()
                assert process.stdout is not None
                _write(process, question)
                line = process.stdout.readline()
            except (OSError, ValueError):  # died, or was ended meanwhile
                line = b""
            if not line.endswith(b"\n"):
                self._kill()
                raise ChildError("the process that looks at it died")
            return json.loads(line)


def _write(process: "subprocess.Popen[bytes]", message: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()


# Ctrl-C is for the server, which ends its children itself.
_APART: dict[str, Any] = (
    {"creationflags": 0x200}  # CREATE_NEW_PROCESS_GROUP
    if sys.platform == "win32"
    else {"start_new_session": True}
)

"""A child process, from the side that asks it: begun at need, ended when it takes too long."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from typing import Any


class ChildError(Exception):
    """The child did not answer: it took too long, or it died."""


class Child:
    """One process that runs ``python -m <module>`` and answers one question after the other."""

    def __init__(self, module: str, opening: dict[str, Any], *, folder: str | None = None) -> None:
        self._module = module
        self._opening = opening
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    async def ask(self, question: dict[str, Any], *, seconds: float | None = None) -> Any:
        """Return the answer; ``seconds`` ``None`` waits for ever.

        Raises ChildError; a child that took too long is ended, and the next question starts a new
        one.
        """
        answer = asyncio.create_task(asyncio.to_thread(self._exchange, question))
        done, _ = await asyncio.wait([answer], timeout=seconds)
        if not done:
            self.end()
            await asyncio.wait([answer])
            answer.exception()
            raise ChildError(f"it took longer than {seconds:g} seconds")
        return answer.result()

    def start(self) -> None:
        """Start the process, if it does not run."""
        if self._process is not None and self._process.poll() is None:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._folder,
            env={**os.environ, "PYTHONUTF8": "1"},
            **_APART,
        )
        _write(self._process, self._opening)

    def end(self) -> None:
        """End the process; a question that is under way then raises ChildError."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _exchange(self, question: dict[str, Any]) -> Any:
        with self._turn:
            try:
                self.start()
                process = self._process
                if process is None or process.stdout is None:
                    raise ChildError("the view is ending")
                _write(process, question)
                line = process.stdout.readline()
            except OSError:
                line = b""
            if not line.endswith(b"\n"):
                self.end()
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

"""A child process that answers questions: one line of JSON in, one line of JSON out."""

import json
import os
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

Question = dict[str, Any]
Answer = dict[str, Any]


def answer_questions(begin: Callable[[Question], Callable[[Question], Answer]]) -> None:
    """Answer what stands on standard input until it ends; then the process ends at once.

    The first line is handed to ``begin``, which returns what answers the lines after it.  What the
    project's code prints goes to standard error: standard output is for answers alone.
    """
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    lines: SimpleQueue[bytes] = SimpleQueue()
    source = os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.stdout = sys.stderr

    def read() -> None:
        for line in source:
            lines.put(line)
        # Whoever asked is gone: nobody waits for the import or the preview that is under way.
        os._exit(0)

    threading.Thread(target=read, name="noria-questions", daemon=True).start()
    answer = begin(json.loads(lines.get()))
    while True:
        text = json.dumps(answer(json.loads(lines.get()))).encode() + b"\n"
        view = memoryview(text)
        while view:
            view = view[out.write(view) or 0 :]

"""The process that opens data for previews: no code of the project, little memory, soon ended."""

import sys
from collections.abc import Callable
from contextlib import suppress

from noria_viz.answering import Answer, Question, answer_questions
from noria_viz.preview import facts, preview

_MOST_MEMORY = 4 * 2**30


def begin(_opening: Question) -> Callable[[Question], Answer]:
    """Bound the memory of this process and return what answers."""
    if sys.platform != "win32":
        import resource

        # A limit that is lower already stays.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    return answer


def answer(question: Question) -> Answer:
    """Answer ``facts`` and ``preview`` of a place."""
    look = facts if question["ask"] == "facts" else preview
    return look(question["place"])


if __name__ == "__main__":
    answer_questions(begin)

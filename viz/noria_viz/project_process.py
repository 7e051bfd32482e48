"""The process that imports the project and answers what is in it.

A change of the project's code is seen by a new process: nothing of the old code is left in it.
"""

from pathlib import Path
from typing import Any

from noria.config.overrides import parse_overrides
from noria.project.discover import find_project
from noria.project.selection import Selection
from noria.project.session import Session
from noria_catalog.errors import NoriaError

from noria_viz.answering import Answer, Question, answer_questions
from noria_viz.details import describe_element
from noria_viz.document import problem_of
from noria_viz.flags import configuration_flags
from noria_viz.project_graph import ProjectGraph


class Answers:
    """What is asked of an open project; a mistake in the project is an answer as well."""

    def __init__(self, opening: Question) -> None:
        self._opening = opening
        self._graph: ProjectGraph | None = None
        # The first question is known: the project is imported while the server still starts.
        self._first: Answer | None = self._answer({"ask": "document"})

    def __call__(self, question: Question) -> Answer:
        """Answer ``document`` and ``element``; ``problem`` says why there is no answer."""
        first, self._first = self._first, None
        wanted = question.get("pipeline") in (None, self._opening["selection"]["pipeline"])
        if first is not None and question["ask"] == "document" and wanted:
            return first
        return self._answer(question)

    def _answer(self, question: Question) -> Answer:
        try:
            if question["ask"] == "document":
                return {"document": self._open().document(question.get("pipeline"))}
            return {
                "element": describe_element(self._open(), question["element"], question["pipeline"])
            }
        except NoriaError as error:
            return {"problem": problem_of(error)}
        # The user's code, and datasets of anybody, may raise anything; the page tells of it.
        except Exception as error:  # noqa: BLE001
            message = f"{type(error).__name__}: {error}"
            return {"problem": {"message": message, "where": None, "hint": None}}

    def _open(self) -> ProjectGraph:
        if self._graph is None:
            given = self._opening
            session = Session(
                find_project(Path(given["path"])),
                env=given["env"],
                params=parse_overrides(given["params"]),
                conf_source=given["conf_source"],
                load_versions=given["load_versions"],
            )
            words: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in given["selection"].items()
            }
            self._graph = ProjectGraph(
                session, Selection(**words), configuration=configuration_flags(given)
            )
        return self._graph


if __name__ == "__main__":
    answer_questions(Answers)

"""An open project as the view sees it: its documents, made without data, models or hooks."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from noria.graph import Pipeline
from noria.project.selection import Selection
from noria.project.session import Session
from noria_catalog import DataCatalog
from noria_catalog.errors import NoriaError

from noria_viz.document import DEFAULT, Document, make_document


class ProjectGraph:
    """A session and a selection, and what is shown of them.

    ``configuration`` are the flags that the session was opened by, for commands that do the same.
    Only the selected pipeline is imported; for ``__default__`` all are, as it is made of them.
    """

    def __init__(
        self,
        session: Session,
        selection: Selection | None = None,
        *,
        configuration: Sequence[str] = (),
    ) -> None:
        self.session = session
        self.selection = selection or Selection()
        self.configuration = configuration
        self._shown: dict[str, Pipeline] = {}

    @cached_property
    def catalog(self) -> DataCatalog:
        """The catalog as it is written: without credentials, and without what hooks add."""
        session = self.session
        return DataCatalog.from_config(
            session.config.catalog(),
            base_path=session.project.path,
            dataset_packages=(session.project.package, *session.settings.dataset_packages),
        )

    def shown(self, name: str | None = None) -> Pipeline:
        """Return the pipeline of that name; of the selected one, the selected part."""
        name = name or self.selection.pipeline
        if name not in self._shown:
            mine = name == self.selection.pipeline
            self._shown[name] = self.session.select(self.selection if mine else Selection(name))
        return self._shown[name]

    def document(self, name: str | None = None) -> Document:
        """Return the document of a pipeline, of the selected one unless named.

        Raises what the project's code and configuration raise, as NoriaError.
        """
        name = name or self.selection.pipeline
        shown = self.shown(name)
        mine = name == self.selection.pipeline
        return make_document(
            project=self.session.project.name,
            env=self.session.env,
            pipeline=name,
            shown=shown,
            names=list(self.session.pipelines),
            loaded=self._loaded(name),
            describe=self.describe,
            selection=self.selection.flags() if mine else Selection(name).flags(),
            configuration=self.configuration,
        )

    def describe(self, dataset: str) -> Mapping[str, Any] | None:
        """Return a dataset's entry without its secrets, ``None`` for one that is in memory."""
        return self.catalog.describe(dataset) if dataset in self.catalog else None

    def _loaded(self, name: str) -> dict[str, Pipeline | NoriaError]:
        pipelines = self.session.pipelines
        loaded: dict[str, Pipeline | NoriaError] = {}
        for each in list(pipelines) if name == DEFAULT else [name]:
            try:
                pipeline = pipelines[each]
                _ = pipeline.nodes  # a sum is checked when it is first looked at
                loaded[each] = pipeline
            except NoriaError as error:
                loaded[each] = error
        return loaded

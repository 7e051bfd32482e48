"""Which part of a pipeline is meant: the selection flags of run, viz and others."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypedDict

from noria_catalog.suggest import nearest

from noria.errors import RunError, SelectionError
from noria.graph import Pipeline


class Part(TypedDict, total=False):
    """The parts of a pipeline by keyword, as the command line's flags are called."""

    tags: str | Iterable[str]
    nodes: str | Iterable[str]
    from_nodes: str | Iterable[str]
    to_nodes: str | Iterable[str]
    from_inputs: str | Iterable[str]
    to_outputs: str | Iterable[str]
    namespaces: str | Iterable[str]


class Selection(NamedTuple):
    """A pipeline by name and what of it; empty means all.

    Several conditions narrow each other.  The names are those of the command line's flags.
    """

    pipeline: str = "__default__"
    tags: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    from_nodes: tuple[str, ...] = ()
    to_nodes: tuple[str, ...] = ()
    from_inputs: tuple[str, ...] = ()
    to_outputs: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()

    def of(self, pipelines: Mapping[str, Pipeline]) -> Pipeline:
        """Return the selected part.

        Raises ProjectError for an unknown pipeline and SelectionError for any other unknown
        name, and when nothing is left.
        """
        whole = pipelines[self.pipeline]
        if not self.narrows:
            return whole
        try:
            return whole.filter(
                tags=self.tags or None,
                node_names=self.nodes or None,
                from_nodes=self.from_nodes or None,
                to_nodes=self.to_nodes or None,
                from_inputs=self.from_inputs or None,
                to_outputs=self.to_outputs or None,
                node_namespaces=self.namespaces or None,
            )
        except SelectionError as error:
            meant = [name for name in self.nodes if name in pipelines]
            if meant:
                error.hint = f"{meant[0]!r} is a pipeline: --pipeline {meant[0]}"
            raise

    def narrowed(self, part: Part) -> "Selection":
        """Return this selection with other conditions; a single name may stand alone.

        Raises SelectionError for a condition that there is not, or that names nothing.

        >>> Selection("train").narrowed({"tags": "fast"}).tags
        ('fast',)
        """
        listed: dict[str, Any] = {}
        for word, names in part.items():
            if word not in Part.__annotations__:
                raise SelectionError(
                    f"a run takes no {word!r}",
                    nearest=nearest(word, Part.__annotations__),
                    hint=f"it is narrowed by {', '.join(Part.__annotations__)};"
                    " parameters are given by open_project(params=...)",
                )
            if names is not None:
                listed[word] = _listed(word, names)
        return self._replace(**listed)

    @property
    def narrows(self) -> bool:
        """Whether anything but a whole pipeline is meant."""
        return self._replace(pipeline="") != Selection("")

    def from_here(self, nodes: tuple[str, ...]) -> "Selection":
        """Return the rest of this selection that begins at ``nodes``."""
        return self._replace(from_nodes=nodes)

    def flags(self) -> list[str]:
        """Return the flags that say the same on a command line.

        >>> Selection("train", tags=("fast", "gpu")).flags()
        ['--pipeline', 'train', '--tags', 'fast,gpu']
        """
        words: list[str] = []
        for name, value in self._asdict().items():
            if value and value != "__default__":
                text = value if isinstance(value, str) else ",".join(value)
                words += [f"--{name.replace('_', '-')}", text]
        return words


def chosen(pipeline: object, part: Part) -> Selection:
    """Return what a run is asked for in Python: a pipeline by name, and what of it.

    Raises SelectionError for what is no name, or no condition.
    """
    if isinstance(pipeline, str):
        pipeline = Selection(pipeline)
    if not isinstance(pipeline, Selection):
        raise SelectionError(
            f"a session runs a pipeline by its name, not a {type(pipeline).__name__}",
            hint='session.run("train"); a pipeline at hand: noria.run(pipeline, session.catalog)',
        )
    return pipeline.narrowed(part)


def _listed(word: str, names: object) -> tuple[str, ...]:
    if isinstance(names, str):
        return (names,)
    listed = tuple(names) if isinstance(names, Iterable) else (names,)
    if not all(isinstance(name, str) for name in listed):
        raise SelectionError(f"{word}={names!r}: a name is a text", hint=f'{word}=["...", "..."]')
    if not listed:
        raise SelectionError(
            f"{word}={names!r} names nothing", hint="leave it out where all is meant"
        )
    return listed


def check_versions(load_versions: Iterable[str], selected: Pipeline) -> None:
    """Find the dataset of which an old version is to be loaded, and a new one would be made.

    Raises RunError.
    """
    made = sorted(selected.all_outputs() & set(load_versions))
    if made:
        raise RunError(
            f"--load-versions names {made[0]!r}, and this run makes a new version of it",
            hint="its readers would load the old one beside the new;"
            f" leave out the node that makes it: --from-inputs {made[0]}",
        )


def run_params(
    selection: Selection,
    *,
    run: str,
    path: str,
    env: str,
    load_versions: Mapping[str, str],
    overrides: Mapping[str, Any],
    runner: str,
) -> dict[str, Any]:
    """Return what hooks get as ``run_params``, under Kedro's names."""
    return {
        "run_id": run,
        "project_path": path,
        "env": env,
        "pipeline_name": selection.pipeline,
        "pipeline_names": [selection.pipeline],
        "tags": selection.tags,
        "node_names": selection.nodes,
        "from_nodes": selection.from_nodes,
        "to_nodes": selection.to_nodes,
        "from_inputs": selection.from_inputs,
        "to_outputs": selection.to_outputs,
        "namespaces": selection.namespaces,
        "load_versions": load_versions,
        "runtime_params": overrides,
        "runner": runner,
    }

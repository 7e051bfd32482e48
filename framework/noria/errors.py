"""The errors of the framework, below the root that the catalog defines.

NoriaError                    (noria_catalog.errors)
├── CatalogError ...          (noria_catalog.errors)
├── ConfigError               configuration that cannot be read, merged or found
│   └── ParameterTypeError    a parameter that is not what a node's function takes
├── ProjectError              no project, a broken one, or a folder that can't become one
│   └── ProjectCodeError      the project's own code does not import
├── PipelineError             nodes that do not make a pipeline
│   ├── CycleError            they wait for each other
│   ├── DuplicateOutputError  two of them make one dataset
│   ├── EdgeTypeError         one gives what the other cannot take
│   └── SelectionError        a node, tag, dataset or namespace that the pipeline does not have
├── RunError                  a run cannot start, or stopped
│   ├── MissingInputError     an input that nobody makes and nobody declared
│   ├── HookError             a hook raised (exit code 1)
│   └── NodeError             a node failed (exit code 1)
│       └── NodeOutputError   it returned something else than its outputs
├── StoreError                the store of results cannot be used
│   ├── Corrupt               what it holds under a digest is gone, or is not what was put there
│   ├── Undecodable           it is what was put there, and cannot be made a value of again
│   └── NotStorable           a value or file that it cannot take
└── LockedError               another run holds the project (exit code 3)
"""

from collections.abc import Sequence
from typing import ClassVar

from noria_catalog.errors import NoriaError


class ConfigError(NoriaError):
    """Configuration cannot be read, merged or found."""


class ParameterTypeError(ConfigError):
    """A parameter is not of the type that a node's function is annotated to take."""


class ProjectError(NoriaError):
    """There is no project here, it is broken, or the folder cannot become one."""


class ProjectCodeError(ProjectError):
    """The project's own code does not import; the user's error is the ``__cause__``."""


class PipelineError(NoriaError):
    """The nodes do not make a pipeline."""


class CycleError(PipelineError):
    """Nodes wait for each other."""


class DuplicateOutputError(PipelineError):
    """Two nodes make one dataset."""


class EdgeTypeError(PipelineError):
    """What a node or dataset gives cannot be what the next node's function takes."""


class SelectionError(PipelineError):
    """A node, tag, dataset or namespace was asked for that the pipeline does not have."""


class RunError(NoriaError):
    """A run cannot start, or stopped."""


class MissingInputError(RunError):
    """An input of the pipeline is made by no node and declared nowhere, or does not exist."""


class HookError(RunError):
    """A hook raised; its own error is the ``__cause__``."""

    exit_code: ClassVar[int] = 1


class NodeError(RunError):
    """A node failed.  ``node`` is its name; the user's own error is the ``__cause__``.

    ``resume_from`` are the nodes from which a run can go on, empty until the runner knows them.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, node: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.node = node
        self.resume_from: tuple[str, ...] = ()


class NodeOutputError(NodeError):
    """A node's function returned something else than its outputs say.

    ``expected`` holds the declared names, or the keys where the outputs are a mapping; ``came``
    says in words what was returned.
    """

    def __init__(
        self,
        message: str,
        *,
        node: str,
        expected: Sequence[str],
        came: str,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, node=node, hint=hint)
        self.expected = tuple(expected)
        self.came = came


class LockedError(NoriaError):
    """Another run holds the project."""

    exit_code: ClassVar[int] = 3


class StoreError(NoriaError):
    """The store of results cannot be used."""


class Corrupt(StoreError):  # noqa: N818  # told as a state, and always caught
    """What the store holds under ``digest`` is gone, or is not what was put there."""

    def __init__(self, message: str, digest: str) -> None:
        super().__init__(message)
        self.digest = digest


class Undecodable(StoreError):  # noqa: N818
    """Stored bytes are whole, and cannot be made a value of again: its class is gone, say."""


class NotStorable(StoreError):  # noqa: N818
    """The store cannot take a value or file: it does not pickle, the disk is full, ..."""

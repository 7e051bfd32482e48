"""What must be known to judge: of a node, of a dataset, of a recorded result."""

from collections.abc import Container, Mapping
from typing import NamedTuple

from noria.plan.key import Parts


class Job(NamedTuple):
    """A node, as far as judging it goes.

    ``parts`` lacks the digests of data; ``inputs`` are the datasets that it reads, by argument,
    ``outputs`` those that it makes.  ``always`` says why it runs whatever is recorded, empty where
    it need not.  A node that is not ``selected`` never runs; what it made is an input like others.
    ``unsettled``: the last run ended before this node did, so that what lies at its outputs may be
    that run's, though nobody has recorded it: it is kept aside where that can be, as an edit is.
    ``trusted``: it was said what its result depends on, so that what it was seen to read besides
    does not count.  ``stirs`` are datasets that others read, and that change when its outputs are
    written: a folder in which one of them lies.  ``needs`` are files that the node was said to
    depend on, and that others stir so.  ``writes`` says by what it writes files that are none of
    its outputs: such a file is that of its last execution, whichever result is used.
    """

    name: str
    parts: Parts
    inputs: Mapping[str, str]
    outputs: tuple[str, ...]
    always: str = ""
    selected: bool = True
    unsettled: bool = False
    trusted: bool = False
    stirs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    writes: str = ""


class Lying(NamedTuple):
    """What lies at a dataset's place.

    ``digest`` is that of its content; ``None`` where nothing lies there or where nobody can tell
    without loading it, as ``opaque`` says.  ``memory`` is data of no dataset: it lies nowhere, and
    is right when the store has it.  ``recorded`` tells whether some run has made these bytes,
    ``ours`` whether some run has written to this place at all; ``unrecorded`` that the last run to
    write there was told not to remember.  ``guarded`` places
    are never overwritten by something that was recorded: a database, an object store.
    """

    digest: str | None
    memory: bool = False
    opaque: bool = False
    recorded: bool = True
    ours: bool = False
    unrecorded: bool = False
    guarded: bool = False

    @property
    def is_told(self) -> bool:
        """Whether something lies there that looking at it tells from all else."""
        return self.digest is not None and not self.opaque

    @property
    def is_strange(self) -> bool:
        """Whether bytes lie there that nobody recorded."""
        return not self.memory and self.digest is not None and not self.recorded

    @property
    def is_edited(self) -> bool:
        """Whether what a run has put there was changed since by somebody else."""
        return self.is_strange and self.ours


class Recorded(NamedTuple):
    """A result in the store: the digest of each output, and which of them can be put back.

    ``kept`` is asked only of what is to be used, so that it may look closely.  ``read`` says what
    was read beside the inputs when it was made, empty for nothing.
    """

    digests: Mapping[str, str]
    kept: Container[str]
    read: str = ""

"""The key of a result: the digest of all that it depends on."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from blake3 import blake3

SCHEMA = 1
"""Part of every key: a change to how keys are made makes all of them new."""


# What a dataset's code is told by, as Facts.code_of() gives it.
_CODE_BEHIND = r"\+[0-9a-f]{32}$"
_spelled = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class Parts(NamedTuple):
    """What a node's result depends on, each as a digest.

    ``code`` is that of the function and all that it reaches, ``libraries`` that of the installed
    distributions among it, ``system`` names Python's minor version and the platform.
    ``arguments`` are the data and parameters by argument: the name that was read and the digest of
    its value; ``reads`` and ``makes`` say how the datasets on both sides are configured, by
    argument and by name; ``shape`` how the result is taken apart; ``depends`` what the node was
    said to depend on besides.
    """

    code: str
    libraries: str
    system: str
    shape: str
    arguments: Mapping[str, tuple[str, str]]
    reads: Mapping[str, str]
    makes: Mapping[str, str]
    depends: Mapping[str, str]

    def with_arguments(self, arguments: Mapping[str, tuple[str, str]]) -> "Parts":
        """Return the same with more arguments."""
        return Parts(*self[:4], {**self.arguments, **arguments}, *self[5:])

    def document(self) -> dict[str, Any]:
        """Return the parts as JSON-like values, to be kept beside a result."""
        return self._asdict()


def key_of(parts: Parts) -> str:
    """Return the key of the result that follows from these parts.

    The names under which arguments are read are left out: where data lies and what it is called
    changes nothing about what the function makes of it.

    >>> parts = Parts("c", "l", "3.11", "", {"rows": ("sales", "d1")}, {}, {"total": "m"}, {})
    >>> renamed = parts._replace(arguments={"rows": ("orders", "d1")})
    >>> key_of(parts) == key_of(renamed), key_of(parts) == key_of(parts._replace(code="x"))
    (True, False)
    """
    hashed = {
        **parts._asdict(),
        "arguments": {argument: digest for argument, (_, digest) in parts.arguments.items()},
    }
    return blake3(_spelled([SCHEMA, hashed]).encode()).hexdigest()


def content_of(digest: str) -> str:
    """Return the digest of data alone, of one that the digest of the code it counts on follows.

    >>> content_of("ea8f163d+" + "0123456789abcdef" * 2), content_of("ea8f163d")
    ('ea8f163d', 'ea8f163d')
    """
    return re.sub(_CODE_BEHIND, "", digest) if "+" in digest else digest


def parts_from(document: Mapping[str, Any]) -> Parts | None:
    """Return the parts that a document holds, ``None`` where it is not of this schema.

    >>> parts = Parts("c", "l", "3.11", "", {"rows": ("sales", "d1")}, {}, {"total": "m"}, {})
    >>> parts_from(json.loads(json.dumps(parts.document()))) == parts
    True
    """
    try:
        arguments = {key: (name, digest) for key, (name, digest) in document["arguments"].items()}
        return Parts(**{**document, "arguments": arguments})
    except (KeyError, TypeError, ValueError, AttributeError):
        return None

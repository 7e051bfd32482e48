"""What may be printed: places without passwords, texts without secrets."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

HIDDEN = "***"
_SECRET = re.compile(
    r"(^|[_-])(passw(or)?d|passphrase|pwd|secret|token|credentials?|api_?key|access_?key"
    r"|account_?key|private_?key|secret_?key|sas|connection_string|auth|fs_args|storage_options)$",
    re.IGNORECASE,
)
# Shorter ones stand in too many innocent words.
_SHORTEST_SECRET = 4


def redacted(url: str) -> str:
    """Return a URL without the user's name and password.

    >>> redacted("sftp://ann:secret@host/a.csv")
    'sftp://host/a.csv'
    """
    return re.sub(r"://[^/@]*@", "://", url)


def is_secret(key: str) -> bool:
    """Tell whether what stands beside such a key is hidden.

    >>> is_secret("api_key"), is_secret("credentials"), is_secret("max_tokens")
    (True, True, False)
    """
    return _SECRET.search(key) is not None


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text in which secrets are hidden, and a URL's user and password.

    >>> without_secrets("login as ann with pa55word refused", ["pa55word"])
    'login as ann with *** refused'
    """
    for secret in sorted(secrets, key=len, reverse=True):
        for form in {secret, repr(secret)[1:-1]}:
            text = text.replace(form, HIDDEN)
    return redacted(text)


def secret_texts(value: Any) -> Iterator[str]:
    """Yield the texts in credentials that are long enough to be looked for elsewhere.

    >>> list(secret_texts({"user": "ann", "more": [{"password": "pa55word"}]}))
    ['pa55word']
    """
    if isinstance(value, dict | list | tuple):
        for below in value.values() if isinstance(value, dict) else value:
            yield from secret_texts(below)
    elif not isinstance(value, bool | None) and len(str(value)) >= _SHORTEST_SECRET:
        yield str(value)

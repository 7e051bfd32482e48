"""What may be printed: places and messages without the secrets in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

SECRET_KEYS = frozenset({"credentials", "fs_args", "storage_options"})
"""Keys of an entry whose values are never shown."""

HIDDEN = "***"
# Patterns are compiled when they are first asked: few entries hold an address.
_NEVER_SHOWN = (
    r"(?i)(^|[_-])(passw(or)?d|passphrase|pwd|secret|token|credentials?|api_?key|access_?key"
    r"|account_?key|private_?key|secret_?key|sas|connection_string|auth|fs_args|storage_options)$"
)
# Anything shorter is found in too many innocent words.
_SHORTEST = 4
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*"
_CHAINED = rf"(::)(?={_SCHEME}(?:://|::))"
_PLACE = rf"(?s)(?P<scheme>{_SCHEME})://(?P<rest>.*)"
_PLACE_IN_TEXT = rf"{_SCHEME}://[^\s'\"<>]*"
# Where a number after the colon is the port, and what follows it a path that may have an @.
_WITH_PORT = r"(?:https?|ftps?|sftp|ssh|smb|(?:web)?hdfs)://[^\s/?#@:]*:\d{2,5}(?=[/?#]|$)"


def redacted(text: str) -> str:
    """Return a URL, or a text with URLs in it, without user-info and values of query parameters.

    User-info goes up to the last ``@`` of the authority; where there is a password, which may hold
    a ``/``, up to the last one at all: what may be secret is taken for it.

    >>> redacted("sftp://ann:secret@host/a.csv")
    'sftp://host/a.csv'
    >>> redacted("cannot open https://host/a.csv?token=secret&part=1 today")
    'cannot open https://host/a.csv?token=***&part=*** today'
    >>> redacted("s3://key:se/cret@bucket/a.csv")
    's3://bucket/a.csv'
    """
    if "://" not in text and "::" not in text:
        return text
    if re.match(rf"{_SCHEME}(://|::)", text):
        return "".join(_redacted_place(part) for part in re.split(_CHAINED, text))
    return re.sub(_PLACE_IN_TEXT, lambda found: redacted(found[0]), text)


def is_secret(key: str) -> bool:
    """Tell by a key or a variable's name whether what stands beside it is hidden.

    >>> is_secret("api_key"), is_secret("credentials"), is_secret("max_tokens")
    (True, True, False)
    """
    return re.search(_NEVER_SHOWN, key) is not None


def shown_value(value: Any) -> Any:
    """Return a value of an entry without secret keys, at any depth, and with redacted URLs.

    >>> shown_value({"storage_options": {"key": "secret"}, "url": "ftp://ann:secret@host"})
    {'url': 'ftp://host'}
    """
    if isinstance(value, Mapping):
        return {key: shown_value(below) for key, below in value.items() if key not in SECRET_KEYS}
    if isinstance(value, list | tuple):
        return [shown_value(below) for below in value]
    return redacted(value) if isinstance(value, str) else value


def secrets_in(value: Any, *, secret: bool = False) -> set[str]:
    """Return the secrets in a value: all below a secret key, and those of URLs anywhere.

    ``secret`` says that the value stands below such a key itself.

    >>> sorted(secrets_in({"credentials": {"key": "abcd"}, "filepath": "ftp://ann:word@host/a"}))
    ['abcd', 'ann:word', 'word']
    """
    if isinstance(value, Mapping):
        items = value.items()
        return set[str]().union(
            *(secrets_in(v, secret=secret or k in SECRET_KEYS) for k, v in items)
        )
    if isinstance(value, list | tuple | set | frozenset):
        return set[str]().union(*(secrets_in(below, secret=secret) for below in value))
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        found = set(_secrets_of_place(value))
        if secret:
            # Of "Bearer abc" or a key of many lines, a library may print a part.
            found |= {value, value.strip(), *(part for part in value.split() if len(part) >= 8)}
    elif secret and isinstance(value, int | float) and not isinstance(value, bool):
        found = {str(value)}
    else:
        return set()
    return {one for one in found if len(one) >= _SHORTEST}


def cleaned(text: str, secrets: Iterable[str]) -> str:
    """Return a message without these secrets, however they are written, and with redacted URLs.

    >>> cleaned("denied: key abc/d, at ftp://ann@host, header abc%2Fd", ["abc/d"])
    'denied: key ***, at ftp://host, header ***'
    """
    spellings = {way for secret in secrets for way in _spellings(secret)}
    # The longest first: one secret may be a part of another.
    for secret in sorted(spellings, key=lambda one: (-len(one), one)):
        text = text.replace(secret, HIDDEN)
    return re.sub(_PLACE_IN_TEXT, lambda found: redacted(found[0]), text)


def _redacted_place(url: str) -> str:
    place = re.fullmatch(_PLACE, url)
    if place is None:
        return url
    rest = place["rest"][_userinfo_length(url, place["rest"]) :]
    before, mark, query = rest.partition("?")
    path, anchor, fragment = before.partition("#")
    if "=" in fragment:
        fragment = _without_values(fragment)
    return f"{place['scheme']}://{path}{anchor}{fragment}{mark}{_without_values(query)}"


def _without_values(query: str) -> str:
    parts = re.split(r"([&;#])", query)
    for at in range(0, len(parts), 2):
        key, equals, value = parts[at].partition("=")
        if value or not equals:
            parts[at] = f"{key}={HIDDEN}" if equals else HIDDEN if key else ""
    return "".join(parts)


def _userinfo_length(url: str, rest: str) -> int:
    """Return how much of what follows ``://`` stands before the host, the ``@`` counted."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    userinfo, at, _ = authority.rpartition("@")
    if at and ":" not in userinfo:
        return len(userinfo) + 1
    if at:
        return rest.partition("?")[0].rfind("@") + 1
    if ":" in authority and not re.match(_WITH_PORT, url):
        return rest.rfind("@") + 1
    return 0


def _secrets_of_place(text: str) -> Iterator[str]:
    for part in re.split(_CHAINED, text):
        place = re.fullmatch(_PLACE, part)
        if place is None:
            continue
        rest = place["rest"]
        end = _userinfo_length(part, rest)
        if end:
            userinfo = rest[: end - 1]
            yield userinfo
            yield userinfo.partition(":")[2]
        _, _, query = rest[end:].partition("?")
        for pair in re.split(r"[&;#]", query):
            key, equals, value = pair.partition("=")
            yield value if equals else key


def _spellings(secret: str) -> set[str]:
    ways = {secret, unquote(secret), unquote_plus(secret), quote(secret), quote(secret, safe="")}
    ways |= {quote_plus(secret), repr(secret)[1:-1]}
    return {way for way in ways if len(way) >= _SHORTEST}

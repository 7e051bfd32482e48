"""What may be printed of a place."""

import re


def redacted(url: str) -> str:
    """Return a URL without the user's name and password.

    >>> redacted("sftp://ann:secret@host/a.csv")
    'sftp://host/a.csv'
    """
    return re.sub(r"://[^/@]*@", "://", url)

"""Reading sources without the warnings of the compiler: who imports them is told those."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unwarned() -> Iterator[None]:
    r"""Let the compiler warn of nothing, nor fail where warnings are errors.

    >>> import ast
    >>> with unwarned():
    ...     tree = ast.parse(r"'\d'")
    """
    import warnings  # a start that reads no source does without

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

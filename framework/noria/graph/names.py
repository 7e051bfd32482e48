"""How the names of datasets and parameters are read."""

TRANSCODING = "@"
PARAMETERS = "parameters"
PARAMETER_PREFIX = "params:"


def base_name(dataset: str) -> str:
    """Return the name without its transcoding: ``sales`` for ``sales@pandas``.

    >>> base_name("sales@pandas"), base_name("sales")
    ('sales', 'sales')
    """
    return dataset.partition(TRANSCODING)[0] if TRANSCODING in dataset else dataset


def is_parameter(name: str) -> bool:
    """Tell whether a node's input is taken from the parameters instead of the catalog.

    >>> [is_parameter(name) for name in ("params:seed", "parameters", "sales")]
    [True, True, False]
    """
    return name == PARAMETERS or name.startswith(PARAMETER_PREFIX)


def is_plain_word(word: str) -> bool:
    """Tell whether only letters, digits, ``_``, ``-`` and ``.`` stand in it, and at least one.

    >>> is_plain_word("train.fit-1"), is_plain_word("two words"), is_plain_word("")
    (True, False, False)
    """
    return word.isidentifier() or word.translate(_PUNCTUATION_AS_LETTERS).isalnum()


_PUNCTUATION_AS_LETTERS = str.maketrans("_-.", "aaa")

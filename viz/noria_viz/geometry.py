"""How large things are drawn: the one place for sizes and for the width of text.

Lengths are CSS pixels, and as many points in Graphviz.
"""

import unicodedata

FONT_SIZE = 13
FONT_FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
HEIGHT = 32
NAMESPACE_HEIGHT = 40
TEXT_LEFT = 32  # 10, an icon of 16, 6
PADDING = 12
LEAST_WIDTH = 64
LONGEST_LABEL = 40
BOX_LABEL_HEIGHT = 24
BOX_MARGIN = 12
RANK_GAP = {"LR": 36, "TB": 29}
NODE_GAP = 14

# Generous for every usual sans-serif, as the reader's font is not known: in parts of the font size.
_NARROW, _USUAL, _BROAD, _FULL = 0.36, 0.6, 0.92, 1.08
_HEAVY = 1.15  # as much wider are letters in bold
_NARROW_LETTERS = frozenset("iljtfrI.,:;'!|()[]{}/\\ `-")
_BROAD_LETTERS = frozenset("mwMWQOGD@%&")
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def clean_text(text: str, longest: int) -> str:
    r"""Return text that can be drawn on one line: no control, format or direction characters.

    What is longer than ``longest`` characters is cut, with an ellipsis.

    >>> clean_text("a\u202eb\n", 10), clean_text("abcdef", 4)
    ('a\ufffdb\ufffd', 'abc…')
    """
    cut = text[: longest + 1]
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in _UNSEEN else char
        for char in cut
    )
    return shown if len(shown) <= longest else shown[: longest - 1] + _ELLIPSIS


def middle_cut(text: str, longest: int = LONGEST_LABEL) -> str:
    """Return the text with its middle left out where it is too long: both ends tell names apart.

    >>> middle_cut("a_very_long_name_of_a_dataset", 15)
    'a_very_l…ataset'
    """
    if len(text) <= longest:
        return text
    head = (longest - 1) * 3 // 5
    return text[:head] + _ELLIPSIS + text[len(text) - (longest - 1 - head) :]


def text_width(text: str, size: float = FONT_SIZE, *, heavy: bool = False) -> float:
    """Return about how wide the text is, rather too wide than too narrow.

    >>> text_width("ab", 10), text_width("ab", 10, heavy=True)
    (12.0, 13.8)
    """
    return round(sum(map(_letter, text)) * size * (_HEAVY if heavy else 1), 1)


def node_width(label: str, *, heavy: bool = False) -> int:
    """Return the width of a node with its icon and label, a whole even number.

    >>> node_width("fit") >= LEAST_WIDTH
    True
    """
    width = TEXT_LEFT + text_width(label, heavy=heavy) + PADDING
    return max(LEAST_WIDTH, int(width / 2 + 0.999) * 2)


def _letter(char: str) -> float:
    if char in _NARROW_LETTERS:
        return _NARROW
    if char in _BROAD_LETTERS:
        return _BROAD
    if char < "\x7f":
        return _USUAL
    return _FULL if unicodedata.east_asian_width(char) in "WF" or char > "\uffff" else 0.75

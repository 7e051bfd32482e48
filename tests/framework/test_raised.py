"""What a failed node's own error is told as: all that it says, and what it came of."""

import textwrap

import pytest

from tests.project_on_disk import ProjectOnDisk

NODES = "src/shop/pipelines/sales/nodes.py"
RAISING = """\
def load(row):
    try:
        return row["price"]
    except KeyError as error:
        raise ValueError("columns are missing:\\n- price\\n- area") from error


def noted():
    try:
        load({})
    except ValueError as error:
        error.add_note("in fold 3 of 5")
        raise


def for_ever():
    for_ever()


def fit():
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise ExceptionGroup("folds failed", [error, TypeError("no fold")])


def fall_back():
    try:
        load({})
    except ValueError:
        raise LookupError("nothing to fall back on") from None


def look_up():
    import pandas as pd

    return pd.DataFrame({"area": [1]})["price"]


def clean(orders):
    WHAT()


def total(clean_orders, rate):
    return {}
"""


def _failure(project: ProjectOnDisk, what: str) -> str:
    """Return what is told of a node that calls a function, but for the place of that call."""
    project.write({NODES: RAISING.replace("WHAT", what)})
    lines = project.noria("run", code=1).err.splitlines()
    call = lines.index(f"      {what}()")
    return "\n".join([*lines[1 : call - 1], *lines[call + 1 : lines.index("  its inputs:")]])


TOLD = {
    "noted": """\
          ValueError: columns are missing:
            - price
            - area
            in fold 3 of 5
          NODES:10 in noted
              load({})
          NODES:5 in load
              raise ValueError("columns are missing:\\n- price\\n- area") from error
          from KeyError: 'price'
            NODES:3 in load
                return row["price"]
    """,
    "fit": """\
          ExceptionGroup: folds failed (2 sub-exceptions)
          NODES:24 in fit
              raise ExceptionGroup("folds failed", [error, TypeError("no fold")])
          with ZeroDivisionError: division by zero
            NODES:22 in fit
                1 / 0
          with TypeError: no fold
    """,
    "fall_back": """\
          LookupError: nothing to fall back on
          NODES:31 in fall_back
              raise LookupError("nothing to fall back on") from None
    """,
}


@pytest.mark.parametrize("what", TOLD)
def test_an_error_is_told_with_its_message_notes_and_causes(
    project: ProjectOnDisk, what: str
) -> None:
    wanted = textwrap.indent(textwrap.dedent(TOLD[what]).rstrip(), "  ").replace("NODES", NODES)
    assert _failure(project, what) == wanted


def test_what_a_library_met_on_its_way_is_not_told(project: ProjectOnDisk) -> None:
    told = _failure(project, "look_up")
    assert told.startswith("  KeyError: 'price'\n")
    assert "from" not in told.partition("raise KeyError")[2].partition("err")[2]
    assert ".pyx" not in told


def test_of_calls_without_end_the_first_and_the_last_are_told(project: ProjectOnDisk) -> None:
    told = _failure(project, "for_ever")
    assert told.startswith("  RecursionError: ")
    assert " frames more\n" in told
    assert len(told.splitlines()) < 30


def test_a_note_does_not_take_the_place_of_the_error(project: ProjectOnDisk) -> None:
    _failure(project, "noted")
    said = project.noria("runs", "show", "last").out
    assert "\n           ValueError: columns are missing:\n" in said


def test_a_module_that_does_not_parse_is_told_with_its_place(project: ProjectOnDisk) -> None:
    late = RAISING.replace("    WHAT()", "    from shop.late import GOOD")
    project.write({NODES: late, "src/shop/late.py": "GOOD = 1\nBAD = (\n"})
    told = project.noria("run", code=1).err.splitlines()
    assert told[1:7] == [
        "  SyntaxError: '(' was never closed",
        f"  {NODES}:41 in clean",
        "      from shop.late import GOOD",
        *[line for line in told if line.endswith("frames of libraries")],
        "  src/shop/late.py:2 in <module>",
        "      BAD = (",
    ]

"""What an edit of code executes, in the chain raw -> A -> B -> C."""

import pytest

from tests.incremental.workbench import PARAMETERS, WHERE_PIPELINE, Workbench, entries

B = "src/shop/b.py"
HELPERS = "src/shop/helpers.py"
DEEP = "src/shop/deep.py"


def edit_and_run(bench: Workbench, name: str, old: str, new: str) -> str:
    bench.edit_at_once(name, old, new) if len(old) == len(new) else bench.edit(name, old, new)
    return bench.did()


def test_nothing_changed_runs_nothing(whole: Workbench) -> None:
    assert whole.did() == ""
    assert whole.did() == ""
    assert whole.value("made_c") == 125


def test_a_body_runs_its_node_and_followers_only_if_the_bytes_changed(whole: Workbench) -> None:
    assert edit_and_run(whole, B, "* RATE + rate", "* RATE - rate") == "B C"
    assert whole.value("made_c") == 115
    # Other code, the same result.
    assert edit_and_run(whole, B, "* RATE - rate", "* RATE - rate * 1") == "B"
    assert whole.value("made_c") == 115
    assert whole.did() == ""


def test_remarks_blank_lines_and_form_run_nothing(bench: Workbench) -> None:
    for old, new in (
        ("RATE = 10\n", "# how much\nRATE = 10  # a remark\n"),
        ("    print", '    """Tell what it does."""\n    print'),
        ("    print", "\n\n    print"),
        ('print("<<B>>")', "print(\n        '<<B>>',\n    )"),
        (
            "return inner(scale(made_a)) * RATE + rate",
            "return (inner(scale(made_a)) * RATE) + rate",
        ),
        (
            "from shop.helpers import scale\n",
            '"""A module."""\n\nfrom shop.helpers import (\n    scale,\n)\n',
        ),
    ):
        assert edit_and_run(bench, B, old, new) == "", new
    assert edit_and_run(bench, HELPERS, "def scale", "# before\n\n\ndef scale") == ""
    assert (
        edit_and_run(bench, DEEP, "    return x + 0", '    """Return it."""\n    return x + 0')
        == ""
    )
    assert bench.value("made_c") == 125


def test_moved_code_runs_nothing(bench: Workbench) -> None:
    inner = "def inner(x):\n    return x + 0\n"
    bench.edit(B, f"\n\n{inner}", "")
    bench.edit(B, "\n\ndef b(", f"\n\n{inner}\n\ndef b(")
    assert bench.did() == ""


def test_a_whole_file_made_over_by_a_formatter_runs_nothing(bench: Workbench) -> None:
    text = (bench.path / B).read_text()
    squeezed = text.replace("\n\n\n", "\n").replace("    ", "  ").replace(" + ", "+")
    bench.write({B: squeezed.replace("\n", "\r\n")})
    assert bench.did() == ""


def test_what_is_changed_while_pipelines_are_made_runs_the_node(bench: Workbench) -> None:
    bench.edit(B, "RATE = 10\n", "RATE = 10\nTABLE = {'more': 0}\n")
    assert edit_and_run(bench, B, "* RATE + rate", "* RATE + rate + TABLE['more']") == "B"
    assert (
        edit_and_run(
            bench, B, "def other", "def fill(more):\n    TABLE['more'] = more\n\n\ndef other"
        )
        == ""
    )
    making = "def create_pipeline():\n"
    filling = f"{making}    from shop.b import TABLE\n\n    TABLE['more'] = 5\n"
    assert edit_and_run(bench, WHERE_PIPELINE, making, filling) == "B C"
    assert bench.value("made_c") == 130
    filling_elsewhere = f"{making}    from shop.b import fill\n\n    fill(7)\n"
    assert edit_and_run(bench, WHERE_PIPELINE, filling, filling_elsewhere) == "B C"
    assert bench.value("made_c") == 132
    assert edit_and_run(bench, B, "TABLE['more'] = more", "TABLE['more'] = more + 1") == "B C"
    assert bench.value("made_c") == 133


def test_what_a_hook_changes_before_the_run_runs_the_node(bench: Workbench) -> None:
    hooks = (
        "from noria import hook_impl\n\n\nclass Fill:\n    @hook_impl\n"
        "    def after_context_created(self, context):\n        pass\n"
    )
    bench.write({"src/shop/hooks.py": hooks})
    bench.edit("pyproject.toml", "[tool.noria]\n", '[tool.noria]\nhooks = ["shop.hooks:Fill"]\n')
    bench.edit(B, "RATE = 10\n", "RATE = 10\nTABLE = {'more': 0}\n")
    assert edit_and_run(bench, B, "* RATE + rate", "* RATE + rate + TABLE['more']") == "B"
    filling = "from shop.b import TABLE\n\n        TABLE['more'] = 5"
    assert edit_and_run(bench, "src/shop/hooks.py", "pass", filling) == "B C"
    assert bench.value("made_c") == 130


def test_a_module_that_changes_others_counts_as_soon_as_it_is_imported(bench: Workbench) -> None:
    bench.edit(B, "RATE = 10\n", "RATE = 10\nTABLE = {'more': 0}\n")
    bench.edit(B, "* RATE + rate", "* RATE + rate + TABLE['more']")
    bench.write({"src/shop/plug.py": "from shop.b import TABLE\n\nTABLE['more'] = 5\n"})
    bench.did()
    assert bench.value("made_c") == 125
    making = "def create_pipeline():\n"
    assert edit_and_run(bench, WHERE_PIPELINE, making, f"import shop.plug\n\n{making}") == "B C"
    assert bench.value("made_c") == 130
    later = f"{making}    import shop.plug\n\n"
    assert edit_and_run(bench, WHERE_PIPELINE, f"import shop.plug\n\n{making}", making) == ""
    assert bench.value("made_c") == 125
    assert edit_and_run(bench, WHERE_PIPELINE, making, later) == ""
    assert bench.value("made_c") == 130


def test_a_docstring_that_is_read_runs_the_node(bench: Workbench) -> None:
    bench.edit(B, "rate\n\n", "rate + len(inner.__doc__)\n\n")
    bench.edit(B, "    return x + 0", '    """1234."""\n    return x + 0')
    assert bench.did() == "B C"
    assert bench.value("made_c") == 130
    assert edit_and_run(bench, B, '"""1234."""', '"""123456."""') == "B C"
    assert bench.value("made_c") == 132


def test_a_source_that_is_read_runs_the_node(bench: Workbench) -> None:
    bench.edit(B, "from shop", "import inspect\n\nfrom shop")
    bench.edit(B, "rate\n\n", "rate + len(inspect.getsource(inner).splitlines())\n\n")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 127
    assert edit_and_run(bench, B, "def inner(x):\n", "def inner(x):\n    # a remark\n") == "B C"
    assert bench.value("made_c") == 128


def test_line_numbers_that_are_read_run_the_node(bench: Workbench) -> None:
    bench.edit(B, "rate\n\n", "rate + inner.__code__.co_firstlineno\n\n")
    assert bench.did() == "B C"
    before = bench.value("made_c")
    assert edit_and_run(bench, B, "UNREAD = 1\n", "UNREAD = 1\n\n\n") == "B C"
    assert bench.value("made_c") == before + 2


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (B, "def inner(x):\n    return x + 0", "def inner(x):\n    return x + 1"),
        (HELPERS, "+ 0", "+ 1"),
        (DEEP, "+ 0", "+ 1"),
    ],
    ids=["same module", "other module", "helper's helper"],
)
def test_a_helper_runs_the_node(bench: Workbench, name: str, old: str, new: str) -> None:
    assert edit_and_run(bench, name, old, new) == "B C"
    assert bench.value("made_c") == 135
    assert bench.did() == ""
    # And back: what was made before is known.
    assert edit_and_run(bench, name, new, old) == ""
    assert bench.value("made_c") == 125


def test_another_function_or_module_runs_nothing(bench: Workbench) -> None:
    for name, old, new in (
        (B, "def other(x):\n    return x + 1", "def other(x):\n    return x + 2"),
        (B, "def other", "class Another:\n    pass\n\n\ndef other"),
        (B, "UNREAD = 1", "UNREAD = 2"),
        (DEEP, "def unused(x):\n    return x", "def unused(x):\n    return x + 5"),
        ("src/shop/unimported.py", "return x", "return x + 5"),
        (
            B,
            "from shop.helpers import scale",
            "from shop.helpers import scale\nfrom shop import unimported",
        ),
        (
            B,
            "from shop.helpers import scale",
            "import shop.unimported\nfrom shop.helpers import scale",
        ),
    ):
        assert edit_and_run(bench, name, old, new) == "", new
    bench.write({"src/shop/new_one.py": "def f():\n    return 1\n"})
    assert bench.did() == ""
    (bench.path / "src/shop/new_one.py").unlink()
    (bench.path / "src/shop/unimported.py").write_text("def lonely(x):\n    return 7\n")
    assert bench.did() == ""


def test_a_constant_that_is_read_runs_the_node_and_another_nothing(bench: Workbench) -> None:
    assert edit_and_run(bench, B, "UNREAD = 1", "UNREAD = 7") == ""
    assert edit_and_run(bench, B, "RATE = 10", "RATE = 20") == "B C"
    assert bench.value("made_c") == 145
    # The same value, written otherwise.
    bench.edit(B, "RATE = 20", "RATE = 10 + 10")
    bench.did()
    assert bench.value("made_c") == 145


def test_a_method_of_an_inherited_class_runs_the_node(bench: Workbench) -> None:
    bench.write(
        {
            "src/shop/base.py": (
                "class Base:\n    def go(self, x):\n        return x + 0\n\n"
                "    def never(self):\n        return 1\n"
            ),
            "src/shop/tool.py": "from shop.base import Base\n\n\nclass Tool(Base):\n    pass\n",
        }
    )
    bench.edit(B, "from shop.helpers", "from shop.tool import Tool\nfrom shop.helpers")
    bench.edit(B, "inner(scale(made_a))", "Tool().go(inner(scale(made_a)))")
    assert bench.did() == "B"
    assert edit_and_run(bench, "src/shop/base.py", "x + 0", "x + 1") == "B C"
    assert bench.value("made_c") == 135
    override = "    def go(self, x):\n        return x + 2"
    assert edit_and_run(bench, "src/shop/tool.py", "    pass", override) == "B C"
    assert bench.value("made_c") == 145


def test_the_way_a_function_is_wired_runs_the_node(bench: Workbench) -> None:
    made = "import functools\n\nfrom noria import Pipeline, node\n"
    bench.edit(WHERE_PIPELINE, "from noria import Pipeline, node\n", made)
    bench.edit(B, "def b(made_a, rate):", "def b(made_a, rate, more=0, *, extra=0):")
    bench.edit(B, "RATE + rate", "RATE + rate + more + extra")
    assert bench.did() == "B"
    bench.edit(WHERE_PIPELINE, "node(b,", "node(functools.partial(b, extra=1),")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 126
    assert edit_and_run(bench, WHERE_PIPELINE, "extra=1", "extra=2") == "B C"
    assert bench.value("made_c") == 127
    assert edit_and_run(bench, B, "more=0", "more=9") == "B C"
    assert bench.value("made_c") == 136
    bench.edit(WHERE_PIPELINE, "functools.partial(b, extra=2)", "lambda x, rate: b(x, rate) + 1")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 135
    assert edit_and_run(bench, WHERE_PIPELINE, "b(x, rate) + 1", "b(x, rate) + 5") == "B C"
    assert bench.value("made_c") == 139


def test_a_value_that_a_loop_gives_each_node_is_its_own(fresh: Workbench) -> None:
    fresh.write(
        {
            WHERE_PIPELINE: (
                "from noria import Pipeline, node\n\nfrom shop.b import adder\n\n\n"
                "def create_pipeline():\n    return Pipeline([node(adder(step, name), 'raw',"
                " f'out_{name}', name=name)\n        for name, step in (('P', 1), ('Q', 2))])\n"
            ),
            B: (
                "def adder(step, name):\n    def add(raw):\n        print(f'<<{name}>>')\n"
                "        return raw + step\n\n    return add\n"
            ),
            "conf/base/catalog_out.yml": entries("out_P", "out_Q"),
        }
    )
    assert fresh.did() == "P Q"
    assert edit_and_run(fresh, WHERE_PIPELINE, "('Q', 2)", "('Q', 5)") == "Q"
    assert (fresh.value("out_P"), fresh.value("out_Q")) == (2, 6)
    assert fresh.did() == ""


def test_a_node_that_is_made_beside_its_function_is_of_no_matter_to_others(
    fresh: Workbench,
) -> None:
    fresh.write(
        {
            WHERE_PIPELINE: (
                "from noria import Pipeline\n\nfrom shop.b import first, second\n\n\n"
                "def create_pipeline():\n    return Pipeline([first, second])\n"
            ),
            B: (
                "import pandas as pd\nfrom noria import node\n\n\n"
                "def made(raw):\n    return pd.DataFrame({'A': [raw, 2]})\n\n\n"
                "def tidy(raw):\n    print('<<P>>')\n"
                "    frame = made(raw)\n    frame.columns = ['a']\n"
                "    frame.loc[0, 'a'] = 7\n    return int(frame['a'].sum())\n\n\n"
                "def count(raw):\n    print('<<Q>>')\n    frame = made(raw)\n"
                "    return int(frame.loc[0, frame.columns[0]])\n\n\n"
                "first = node(tidy, 'raw', 'out_P', name='P', tags='one')\n"
                "second = node(count, 'raw', 'out_Q', name='Q')\n"
            ),
            "conf/base/catalog_out.yml": entries("out_P", "out_Q"),
        }
    )
    assert fresh.did() == "P Q"
    assert edit_and_run(fresh, B, "[0, 'a'] = 7", "[0, 'a'] = 9") == "P"
    assert (fresh.value("out_P"), fresh.value("out_Q")) == (11, 1)
    assert edit_and_run(fresh, B, "tags='one'", "tags='two'") == ""
    assert edit_and_run(fresh, B, "frame.columns[0]])", "frame.columns[-1]]) + 5") == "Q"
    assert (fresh.value("out_P"), fresh.value("out_Q")) == (11, 6)


def test_a_class_built_from_typed_parameters_runs_the_node(fresh: Workbench) -> None:
    fresh.write({PARAMETERS: "rate:\n  step: 5\n"})
    fresh.write(
        {
            "src/shop/options.py": (
                "from dataclasses import dataclass\n\n\n@dataclass\nclass Options:\n    step: int\n"
                "    more: int = 0\n\n    def whole(self):\n        return self.step + self.more\n\n\n"
                "@dataclass\nclass Others:\n    step: int\n"
            )
        }
    )
    fresh.edit(B, "from shop", "from shop.options import Options\nfrom shop")
    fresh.edit(B, "def b(made_a, rate):", "def b(made_a, rate: Options):")
    fresh.edit(B, "RATE + rate", "RATE + rate.step + rate.more")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 125
    assert edit_and_run(fresh, "src/shop/options.py", "more: int = 0", "more: int = 4") == "B C"
    assert fresh.value("made_c") == 129
    if edit_and_run(fresh, "src/shop/options.py", "class Others:", "class Other:"):
        pytest.xfail("any decorator of a neighbour counts, for it may register what it decorates")


def test_another_function_under_the_node_runs_it(bench: Workbench) -> None:
    bench.write(
        {"src/shop/other_b.py": 'def b(made_a, rate):\n    print("<<B>>")\n    return 7 + rate\n'}
    )
    assert (
        edit_and_run(bench, WHERE_PIPELINE, "from shop.b import b", "from shop.other_b import b")
        == "B C"
    )
    assert bench.value("made_c") == 112
    assert (
        edit_and_run(bench, WHERE_PIPELINE, "from shop.other_b import b", "from shop.b import b")
        == ""
    )
    assert bench.value("made_c") == 125


def test_other_inputs_or_their_order_run_the_node(bench: Workbench) -> None:
    assert (
        edit_and_run(bench, WHERE_PIPELINE, '["made_a", "params:rate"]', '["raw", "params:rate"]')
        == "B C"
    )
    assert bench.value("made_c") == 115
    assert (
        edit_and_run(bench, WHERE_PIPELINE, '["raw", "params:rate"]', '["params:rate", "raw"]')
        == "B C"
    )
    assert bench.value("made_c") == 151


def test_what_sets_a_library_up_counts_where_it_is_imported_and_in_its_order(
    bench: Workbench,
) -> None:
    setting = "import decimal\n\ndecimal.getcontext().prec = {}\n"
    two, four = "src/shop/two.py", "src/shop/four.py"
    bench.write({two: setting.format(2), four: setting.format(4)})
    bench.edit(B, "from shop", "import decimal\n\nfrom shop")
    bench.edit(B, "RATE + rate", "RATE + rate + float(1 / decimal.Decimal(3))")
    assert bench.did() == "B C"
    assert bench.value("made_c") == pytest.approx(125 + 1 / 3, abs=1e-12)
    assert edit_and_run(bench, B, "from shop.h", "from shop import two\nfrom shop.h") == "B C"
    assert bench.value("made_c") == pytest.approx(125.33, abs=1e-9)
    assert edit_and_run(bench, B, "from shop import two\n", "") == ""
    assert bench.value("made_c") == pytest.approx(125 + 1 / 3, abs=1e-12)
    # Elsewhere it does the same, and what B reaches is as it was.
    assert edit_and_run(bench, WHERE_PIPELINE, "from noria", "import shop.two\nfrom noria") == ""
    assert bench.value("made_c") == pytest.approx(125.33, abs=1e-9)
    both = "import shop.two\nimport shop.four\n"
    assert edit_and_run(bench, WHERE_PIPELINE, "import shop.two\n", both) == "B C"
    assert bench.value("made_c") == pytest.approx(125.3333, abs=1e-9)
    other = "import shop.four\nimport shop.two\n"
    edit_and_run(bench, WHERE_PIPELINE, both, other)
    assert bench.value("made_c") == pytest.approx(125.33, abs=1e-9)
    assert bench.did() == ""


def test_another_input_is_told_by_its_name(bench: Workbench) -> None:
    bench.edit(WHERE_PIPELINE, '["made_a", "params:rate"]', '["params:rate", "raw"]')
    said = " ".join(bench.command("plan", "--why", "B").out.split())
    assert "B: run: rate is given as another argument, raw is new, made_a is gone" in said
    assert "params:rate as argument: 1 -> 0" in said
    assert "input raw: nothing -> " in said
    assert "reading" not in said


def test_what_sets_a_library_up_in_another_pipeline_is_the_same_in_every_selection(
    fresh: Workbench,
) -> None:
    other = "src/shop/pipelines/other"
    fresh.write(
        {
            f"{other}/__init__.py": "import decimal\n\nfrom .pipeline import create_pipeline\n\n"
            "decimal.getcontext().rounding = decimal.ROUND_UP\n",
            f"{other}/pipeline.py": "from noria import Pipeline, node\nfrom .nodes import d\n\n\n"
            "def create_pipeline():\n    return Pipeline([node(d, 'raw', 'made_d', name='D')])\n",
            f"{other}/nodes.py": "import decimal\n\ndecimal.getcontext().prec = 9\n\n\n"
            'def d(raw):\n    print("<<D>>")\n    return raw\n',
            "conf/base/catalog_out.yml": entries("made_d"),
        }
    )
    fresh.edit(B, "from shop", "import decimal\n\nfrom shop")
    fresh.edit(B, "RATE + rate", "RATE + rate + float(1 / decimal.Decimal(4))")
    assert fresh.did() == "A B C D"
    assert fresh.did("--pipeline", "main") == ""
    assert fresh.did("--pipeline", "other") == ""
    assert fresh.did() == ""


def test_code_that_raises_no_longer_is_not_remembered_as_failed(bench: Workbench) -> None:
    bench.edit(B, "    return inner", "    raise ValueError('no')\n    return inner")
    ran = bench.go(code=1)
    assert (ran.did, ran.nodes("failed")) == ("B", "B")
    assert bench.did(code=1) == "B"
    bench.edit(B, "    raise ValueError('no')\n", "")
    assert bench.did() == ""
    assert bench.value("made_c") == 125


def test_a_failed_node_and_what_follows_it_run_again(fresh: Workbench) -> None:
    fresh.edit(B, "    return inner", "    raise ValueError('no')\n    return inner")
    assert fresh.did(code=1) == "A B"
    assert fresh.did(code=1) == "B"
    fresh.edit(B, "    raise ValueError('no')\n", "")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 125


SIZES = """\
from enum import Enum


class Size(Enum):
    SMALL = 5
    LARGE = 9

    @classmethod
    def _missing_(cls, value):
        return cls.LARGE if value == 70 else None
"""


def test_a_value_that_an_enumeration_finds_a_member_for_itself(fresh: Workbench) -> None:
    fresh.write(
        {
            "src/shop/sizes.py": SIZES,
            "src/shop/b.py": "from shop.sizes import Size\n\n\ndef b(made_a, rate: Size):\n"
            '    print("<<B>>")\n    return made_a + rate.value\n',
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.did("--params", "rate=70") == "B C"
    assert fresh.value("made_c") == 111
    fresh.edit("src/shop/sizes.py", "cls.LARGE if", "cls.SMALL if")
    assert fresh.did("--params", "rate=70") == "B"  # what C made of that is in the store
    assert fresh.value("made_c") == 107
    assert "rate is 71, not Size" in fresh.command("run", "--params", "rate=71", code=2).err

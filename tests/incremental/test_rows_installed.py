"""What is installed, however code comes to it: found at run time, as the class of an object."""

import os
import py_compile
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.incremental.environments import Environment
from tests.incremental.workbench import CHAIN, CONF, PARAMETERS, Workbench

B = "src/shop/b.py"


def test_a_package_that_code_finds_at_run_time_counts(
    inside: Workbench, environment: Environment
) -> None:
    inside.edit(B, "from shop", "from importlib import import_module\n\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + import_module(rate).f(5)")
    inside.edit(PARAMETERS, "rate: 5", "rate: beside")
    assert inside.did() == "B"
    environment.install("beside", "2.0", {"beside.py": "def f(x):\n    return x + 1\n"})
    assert "library beside: 1.0" in inside.command("plan", "--why", "B").out
    assert inside.did() == "B C"
    assert inside.value("made_c") == 126


LAZY = """\
from importlib import import_module


def attach(package, submodules=None, submod_attrs=None):
    def __getattr__(name):
        return getattr(import_module(f"{package}.{submod_attrs[name]}"), name)

    return __getattr__, list, []


def attach_stub(package, file):
    text = open(file + "i").read()
    return attach(package, None, {"k": text.split()[1].removeprefix(".")})
"""


@pytest.mark.parametrize(
    "attached",
    [
        'lazy.attach(__name__, submod_attrs={"k": "first"})',
        "lazy.attach_stub(__name__, __file__)",
    ],
)
def test_what_a_package_loads_when_it_is_asked_for_counts(
    inside: Workbench, environment: Environment, attached: str
) -> None:
    environment.install("lazy_loader", "0.4", {"lazy_loader.py": LAZY})
    late = f"import lazy_loader as lazy\n\n__getattr__, __dir__, __all__ = {attached}\n"
    inside.write(
        {
            "src/shop/late/__init__.py": late,
            "src/shop/late/__init__.pyi": "from .first import k\n",
            "src/shop/late/first.py": "def k():\n    return 1\n",
            "src/shop/late/second.py": "def k():\n    return 30\n",
        }
    )
    inside.edit(B, "from shop", "from shop import late\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + late.k()")
    assert inside.did() == "B C"
    inside.edit("src/shop/late/first.py", "1", "2")
    assert inside.did() == "B C"
    assert inside.value("made_c") == 122
    if "stub" in attached:
        inside.edit("src/shop/late/__init__.pyi", "first", "second")
        assert inside.did() == "B C"
        assert inside.value("made_c") == 150


MODEL = "class Model:\n    def predict(self):\n        return 1\n"


@pytest.mark.parametrize("entry", ["", "  backend: joblib\n  save_args: {compress: 3}\n"])
@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("editable", [True, False])
def test_the_package_of_an_object_that_a_node_is_given_counts(
    inside: Workbench,
    environment: Environment,
    tmp_path: Path,
    entry: str,
    *,
    declared: bool,
    editable: bool,
) -> None:
    def install(version: str, model: str) -> None:
        if not editable:
            environment.install("models", version, {"models.py": model})
            return
        local = tmp_path / "local"
        if not local.exists():
            local.mkdir()
            environment.install_editable("models", local)
        (local / "models.py").write_text(model)

    install("1.0", MODEL)
    made = f"made_b:\n  type: pickle.PickleDataset\n  filepath: data/made_b.pkl\n{entry}"
    was = CHAIN[CONF].partition("made_b:")[2].partition("made_c:")[0]
    inside.edit(CONF, f"made_b:{was}", made if declared else "")
    inside.edit(B, "from shop", "from models import Model\n\nfrom shop")
    inside.edit(B, "return more(inner(scale(made_a))) * RATE + rate", "return Model()")
    inside.edit("src/shop/c.py", "made_b + 100", "made_b.predict()")
    assert inside.did() == "B C"
    assert inside.did() == ""
    # The model that is made is the same; what becomes of it is not.
    install("1.1", MODEL.replace("return 1", "return 2"))
    assert inside.did() == "B C"
    assert inside.value("made_c") == 2


def _one(value: int) -> str:
    return f"def k():\n    return {value}\n"


@pytest.mark.parametrize("beside", ["acme", "acme-core"])
def test_packages_that_share_a_name_count_each_for_itself(
    inside: Workbench, environment: Environment, beside: str
) -> None:
    environment.install(beside.replace("-", "_"), "1.0", {"acme/core.py": _one(1)})
    environment.install("acme_models", "1.0", {"acme/models.py": _one(1)})
    inside.edit(B, "from shop", "from acme.models import k\n\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + rate + k()")
    assert inside.did() == "B C"
    environment.install("acme_models", "2.0", {"acme/models.py": _one(2)})
    assert inside.did() == "B C"
    assert inside.value("made_c") == 127


def test_a_package_whose_name_another_one_s_module_has_counts(
    inside: Workbench, environment: Environment
) -> None:
    environment.install("docx", "1.0", {"docx_old.py": _one(1)})
    environment.install("python_docx", "1.0", {"docx.py": _one(1)})
    inside.edit(B, "from shop", "import docx\n\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + rate + docx.k()")
    assert inside.did() == "B C"
    environment.install("python_docx", "2.0", {"docx.py": _one(2)})
    assert inside.did() == "B C"
    assert inside.value("made_c") == 127


def test_a_name_is_shared_by_what_is_installed_and_what_is_edited(
    inside: Workbench, environment: Environment, tmp_path: Path
) -> None:
    local = tmp_path / "local" / "acme" / "near"
    local.mkdir(parents=True)
    (local / "__init__.py").write_text("from .deep import k\n")
    (local / "deep.py").write_text(_one(1))
    environment.install("acme_core", "1.0", {"acme/core.py": _one(1)})
    environment.install_editable("acme_near", tmp_path / "local")
    inside.write({"src/acme/own.py": _one(1)})
    inside.edit(B, "from shop", "from acme import core, near, own\n\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + rate + core.k() + 10 * near.k() + 100 * own.k()")
    assert inside.did() == "B C"
    assert inside.value("made_c") == 236
    environment.install("acme_core", "2.0", {"acme/core.py": _one(2)})
    assert inside.did() == "B C"
    (local / "deep.py").write_text(_one(2))
    assert inside.did() == "B C"
    inside.edit("src/acme/own.py", "1", "2")
    assert inside.did() == "B C"
    assert inside.value("made_c") == 347
    assert inside.did() == ""


def test_what_another_installer_has_left_of_a_package_hides_no_upgrade(
    inside: Workbench, environment: Environment, tmp_path: Path
) -> None:
    left = environment.site / "reached-1.0.dist-info"
    kept = shutil.copytree(left, tmp_path / left.name)
    for version, more in (("2.0", 1), ("2.1", 2)):
        text = f"from below import less\n\n\ndef more(x):\n    return less(x) + {more}\n"
        environment.install("reached", version, {"reached/__init__.py": text}, ["below>=1"])
        shutil.copytree(kept, left)
        os.utime(left, (1, 1))
        assert inside.did() == "B C"
        assert inside.value("made_c") == 125 + 10 * more


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("from acme.models import *", "k()"),
        ("from importlib import import_module", 'import_module(f"acme.{rate}").k()'),
        ("import acme.own", "made_a.k()"),
    ],
)
def test_a_name_that_the_project_shares_is_looked_for_elsewhere_however_it_is_asked_for(
    inside: Workbench, environment: Environment, imports: str, call: str
) -> None:
    def install(version: str, value: int) -> None:
        kind = f"class K:\n    def k(self):\n        return {value}\n"
        environment.install("acme_models", version, {"acme/models.py": _one(value) + kind})

    install("1.0", 1)
    inside.write(
        {
            "src/acme/own.py": _one(1),
            "src/shop/a.py": 'def a(raw):\n    print("<<A>>")\n    return raw + 1\n',
            B: f'{imports}\n\n\ndef b(made_a, rate):\n    print("<<B>>")\n    return {call}\n',
        }
    )
    inside.edit(PARAMETERS, "rate: 5", "rate: models")
    if "made_a" in call:
        kept = "made_a:\n  type: pickle.PickleDataset\n  filepath: data/made_a.pkl\n"
        was = CHAIN[CONF].partition("made_a:")[2].partition("made_b:")[0]
        inside.edit(CONF, f"made_a:{was}", kept)
        inside.edit("src/shop/a.py", "def a", "from acme.models import K\n\n\ndef a")
        inside.edit("src/shop/a.py", "raw + 1", "K()")
    inside.did()
    install("2.0", 2)
    assert inside.did().endswith("B C")
    assert inside.value("made_c") == 102
    assert inside.did() == ""


HOST = """\
from importlib.metadata import entry_points


def k():
    return sum(each.load()() for each in entry_points(group="host.plugins"))
"""


def test_plugins_of_a_package_count_as_it_does(inside: Workbench, environment: Environment) -> None:
    environment.install("host", "1.0", {"host.py": HOST})
    inside.edit(B, "from shop", "import host\n\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + rate + host.k()")
    assert inside.did() == "B"
    told = "[host.plugins]\nplug = plug:k\n\n[console_scripts]\nplug = plug:k\n"
    environment.install("plug", "1.0", {"plug.py": _one(1)}, ["host"], told)
    assert inside.did() == "B C"
    environment.install("plug", "2.0", {"plug.py": _one(2)}, ["host"], told)
    assert inside.did() == "B C"
    assert inside.value("made_c") == 127
    environment.install("other", "1.0", {"other.py": _one(1)}, ["host"], told.replace("host", "o"))
    assert inside.did() == ""


@pytest.mark.parametrize("beside_sources", [False, True])
def test_what_the_project_asks_of_a_package_besides_counts(
    inside: Workbench, environment: Environment, *, beside_sources: bool
) -> None:
    asking = "try:\n    from quick import k\nexcept ImportError:\n    k = int\n"
    needs = ['quick>=1; extra == "speed"', 'slow>=1; extra == "patience"']
    environment.install("asking", "1.0", {"asking.py": asking}, needs)
    environment.install("quick", "1.0", {"quick.py": _one(1)})
    environment.install("slow", "1.0", {"slow.py": _one(1)})
    environment.install_editable("shop", inside.path / "src", ["asking[speed]>=1"])
    if beside_sources:
        described = (environment.site / "shop-0.1.dist-info" / "METADATA").read_text()
        inside.write({"src/shop.egg-info/PKG-INFO": described})
    inside.edit(B, "from shop", "import asking\n\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + rate + asking.k()")
    assert inside.did() == "B C"
    environment.install("slow", "2.0", {"slow.py": _one(2)})
    assert inside.did() == ""
    environment.install("quick", "2.0", {"quick.py": _one(2)})
    assert inside.did() == "B C"
    assert inside.value("made_c") == 127


def test_a_package_that_is_installed_by_a_link_counts_by_its_source(
    inside: Workbench, environment: Environment, tmp_path: Path
) -> None:
    local = tmp_path / "local" / "near"
    local.mkdir(parents=True)
    (local / "__init__.py").write_text("from near.deep import k\n")
    (local / "deep.py").write_text(_one(1))
    environment.install_editable("near", tmp_path / "local", link="near")
    inside.edit(B, "from shop", "import near\n\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + rate + near.k()")
    assert inside.did() == "B C"
    assert inside.did() == ""
    (local / "deep.py").write_text(_one(20))
    assert inside.did() == "B C"
    assert inside.value("made_c") == 145


def test_an_archive_that_a_function_imports_from_counts(inside: Workbench, tmp_path: Path) -> None:
    def pack(value: int) -> None:
        with ZipFile(tmp_path / "packed.zip", "w") as archive:
            archive.writestr("packed/__init__.py", _one(value))

    pack(1)
    inside.variables["PYTHONPATH"] = str(tmp_path / "packed.zip")
    inside.edit(B, "def b(made_a, rate):", "def b(made_a, rate):\n    from packed import k\n")
    inside.edit(B, "RATE + rate", "RATE + rate + k()")
    assert inside.did() == "B C"
    assert inside.did() == ""
    pack(2)
    assert inside.did() == "B C"
    assert inside.value("made_c") == 127


@pytest.mark.parametrize("name", ["", "/__init__"])
def test_a_module_of_which_only_the_compiled_form_is_there_counts(
    inside: Workbench, tmp_path: Path, name: str
) -> None:
    def compile_it(value: int) -> None:
        source = tmp_path / "secret.py"
        source.write_text(_one(value))
        py_compile.compile(str(source), str(inside.path / f"src/shop/secret{name}.pyc"))

    compile_it(1)
    inside.edit(B, "from shop", "from shop import secret\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + rate + secret.k()")
    assert inside.did() == "B C"
    assert inside.did() == ""
    compile_it(2)
    assert inside.did() == "B C"
    assert inside.value("made_c") == 127


KEEPER = """\
FOUND = {}


class Language:
    @classmethod
    def component(cls, name):
        return lambda function: FOUND.setdefault(name, function)


class Vocabulary:
    def __call__(self, name, x):
        return FOUND[name](x)
"""
KEPT = """\
from spacy import Language


@Language.component("more")
def more(x):
    return x + 0


def unkept(x):
    return x
"""


def test_what_a_library_is_given_under_a_name_counts_for_who_asks_it(
    inside: Workbench, environment: Environment
) -> None:
    environment.install("spacy", "1.0", {"spacy/__init__.py": KEEPER})
    inside.write({"src/shop/parts.py": KEPT})
    inside.edit(B, "from shop", "from spacy import Vocabulary\n\nimport shop.parts\nfrom shop")
    inside.edit(B, "RATE + rate", "RATE + Vocabulary()('more', rate)")
    assert inside.did() == "B"
    inside.edit("src/shop/parts.py", "    return x\n", "    return x + 5\n")
    assert inside.did() == ""
    inside.edit("src/shop/parts.py", "x + 0", "x + 1")
    assert inside.did() == "B C"
    assert inside.value("made_c") == 126


LOGS = """\
class Logger:
    def add(self, sink, level="INFO"):
        pass

    def info(self, text):
        pass


logger = Logger()
"""
GRAPHS = (
    "class DiGraph(dict):\n    def add_edge(self, a, b, weight):\n        self[a, b] = weight\n"
)
SET_UP = """\
import argparse
import sys

import networkx as nx
from loguru import logger

logger.add(sys.stderr, level="INFO")
PARSER = argparse.ArgumentParser()
PARSER.add_argument("--rate", default=1)
GRAPH = nx.DiGraph()
GRAPH.add_edge("a", "b", weight=1)
"""


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [('"INFO"', '"ERROR"', 0), ("default=1", "default=2", 0), ("weight=1", "weight=2", 127)],
)
def test_a_log_a_parser_and_a_graph_above_concern_who_uses_them(
    inside: Workbench, environment: Environment, old: str, new: str, value: int
) -> None:
    environment.install("loguru", "1.0", {"loguru.py": LOGS})
    environment.install("networkx", "1.0", {"networkx.py": GRAPHS})
    inside.write({"src/shop/set_up.py": SET_UP})
    inside.edit(B, "from shop", "from shop.set_up import GRAPH, logger\nfrom shop")
    inside.edit(B, "    return more", "    logger.info('b')\n    return GRAPH['a', 'b'] + more")
    inside.edit("src/shop/c.py", "def c", "from shop.set_up import logger\n\n\ndef c")
    inside.edit("src/shop/c.py", "    return", "    logger.info('c')\n    return")
    assert inside.did() == "B C"
    inside.edit("src/shop/set_up.py", old, new)
    assert inside.did() == ("B C" if value else "")
    assert inside.value("made_c") == (value or 126)

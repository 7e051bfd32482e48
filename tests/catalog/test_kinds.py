"""From the type word of an entry to the class of its dataset."""

import subprocess
import sys
from pathlib import Path

import pytest
from noria_catalog import UnknownTypeError
from noria_catalog.kinds import BUILTIN, Kinds
from noria_catalog.located import Where

HERE = Where("conf/base/catalog.yml", 2, 9)

SHOP = """
import subprocess

class OrdersDataset:
    def __init__(self, filepath): self.filepath = filepath
    def load(self): return 1
    def save(self, data): pass

class NoDataset: pass

def load(): raise AssertionError("called")
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of the user's own, under a name that no other test imports."""
    name = f"shop_{tmp_path.name}".replace("-", "_")
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / name / "data.py").write_text(SHOP)
    (tmp_path / name / "broken.py").write_text("import no_such_library")
    monkeypatch.syspath_prepend(tmp_path)
    return name


@pytest.mark.parametrize("word", BUILTIN)
def test_every_word_of_ours_is_a_class_with_load_and_save(word: str) -> None:
    assert Kinds().resolve(word).__name__ == word.rpartition(".")[2]


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("pandas.CSVDatset", "pandas.CSVDataset"),
        ("pandas.CSVDataSet", "pandas.CSVDataset"),
        ("CSVDataset", "pandas.CSVDataset"),
        ("pickle.Pickle", "pickle.PickleDataset"),
    ],
)
def test_a_misspelt_type_names_the_nearest(typo: str, meant: str) -> None:
    with pytest.raises(UnknownTypeError) as caught:
        Kinds().resolve(typo, HERE)
    assert caught.value.nearest == meant
    assert caught.value.where == HERE


def test_a_dotted_path_inside_a_named_package_is_found(shop: str) -> None:
    assert Kinds([shop]).resolve(f"{shop}.data.OrdersDataset").__name__ == "OrdersDataset"


def test_a_dotted_path_outside_is_refused_and_not_imported(shop: str) -> None:
    with pytest.raises(UnknownTypeError):
        Kinds(["other"]).resolve(f"{shop}.data.OrdersDataset", HERE)
    assert f"{shop}.data" not in sys.modules


@pytest.mark.parametrize("word", ["subprocess.Popen", "os.system", "builtins.eval", "__main__.x"])
def test_code_of_other_packages_is_never_a_type(word: str) -> None:
    with pytest.raises(UnknownTypeError, match=r"catalog\.yml:2:9: no dataset type") as caught:
        Kinds(["shop"]).resolve(word, HERE)
    assert "needs dataset_packages" in (caught.value.hint or "")


@pytest.mark.parametrize("word", ["", ".", "a..b", "a b", "../x", "pandas.", ".CSVDataset", "a:b"])
def test_what_is_no_name_is_refused(word: str) -> None:
    with pytest.raises(UnknownTypeError, match="is no type"):
        Kinds(["a"]).resolve(word, HERE)


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("load", "is a function, not a dataset class"),
        ("NoDataset", "is a class without load and save"),
        ("subprocess", "is a module, not a dataset class"),
        ("subprocess.Popen", "data.subprocess cannot be imported"),
    ],
)
def test_what_is_no_dataset_class_is_refused_and_not_called(
    shop: str, attribute: str, said: str
) -> None:
    with pytest.raises(UnknownTypeError) as caught:
        Kinds([shop]).resolve(f"{shop}.data.{attribute}", HERE)
    assert said in str(caught.value)


def test_a_misspelt_class_of_ones_own_names_the_nearest(shop: str) -> None:
    with pytest.raises(UnknownTypeError) as caught:
        Kinds([shop]).resolve(f"{shop}.data.OrderDataset", HERE)
    assert caught.value.nearest == f"{shop}.data.OrdersDataset"


def test_a_module_that_does_not_import_is_named(shop: str) -> None:
    with pytest.raises(UnknownTypeError, match="no_such_library") as caught:
        Kinds([shop]).resolve(f"{shop}.broken.OrdersDataset", HERE)
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_a_plugin_brings_its_own_word(tmp_path: Path, shop: str) -> None:
    info = tmp_path / "acme_shop-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(
        f"[noria.datasets]\nacme.OrdersDataset = {shop}.data:OrdersDataset\n"
    )
    assert Kinds().resolve("acme.OrdersDataset").__name__ == "OrdersDataset"


def test_a_word_of_ours_imports_only_its_own_module() -> None:
    script = (
        "import sys\n"
        "from noria_catalog.kinds import Kinds\n"
        "Kinds().resolve('pandas.CSVDataset')\n"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'yaml', 'importlib.metadata')))"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

"""The examples in the docstrings of the catalog are true."""

import doctest
import importlib
import warnings
from pathlib import Path

import noria_catalog
import pytest

ROOT = Path(noria_catalog.__file__).parent
MODULES = sorted(
    ".".join(("noria_catalog", *path.relative_to(ROOT).with_suffix("").parts))
    for path in ROOT.rglob("*.py")
    if path.name != "__init__.py"
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    module = importlib.import_module(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0

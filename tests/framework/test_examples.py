"""The examples in the docstrings of the framework and of the view are true."""

import doctest
import importlib
import warnings
from pathlib import Path

import noria
import noria_viz
import pytest

MODULES = sorted(
    ".".join((package.__name__, *path.relative_to(root).with_suffix("").parts))
    for package in (noria, noria_viz)
    for root in (Path(package.__file__ or "").parent,)
    for path in root.rglob("*.py")
    if not path.name.startswith("__") and ">>> " in path.read_text("utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    module = importlib.import_module(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 0
    assert found.failed == 0

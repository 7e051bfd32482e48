"""Prints the public members of Kedro that no behaviour test names; run where Kedro is installed.

Exit 1 if there is one that docs/from-kedro.md does not list with its reason.
"""

import ast
import inspect
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/from-kedro.md"


def members() -> Iterator[str]:
    """Yield the public members that the tests are to name."""
    logging.disable(logging.INFO)  # importing Kedro says what it logs with
    import kedro.config
    import kedro.io
    import kedro.pipeline
    import kedro.runner
    from kedro.framework.hooks import specs
    from kedro.framework.project import find_pipelines
    from kedro_datasets.partitions import IncrementalDataset, PartitionedDataset

    catalog = kedro.io.DataCatalog
    for owner in (catalog, kedro.io.CatalogConfigResolver, kedro.io.AbstractVersionedDataset,
                  PartitionedDataset, IncrementalDataset):  # fmt: skip
        yield from _public(owner)
        yield from (f"{owner.__name__}({name})" for name in _parameters(owner.__init__))
    yield from (f"from_config({name})" for name in _parameters(catalog.from_config))
    yield from (f"DataCatalog.filter({name})" for name in _parameters(catalog.filter))
    yield from ("DataCatalog.load(version)", "DataCatalog.get(version)")
    yield "DataCatalog.get(fallback_to_runtime_pattern)"
    yield from kedro.pipeline.__all__
    yield find_pipelines.__name__
    yield from (f"find_pipelines({name})" for name in _parameters(find_pipelines))
    for owner in (kedro.pipeline.Node, kedro.pipeline.Pipeline):
        yield from _public(owner)
        yield from (f"{owner.__name__}({name})" for name in _parameters(owner.__init__))
    yield from (f"pipeline({name})" for name in _parameters(kedro.pipeline.pipeline))
    yield from (f"filter({name})" for name in _parameters(kedro.pipeline.Pipeline.filter))
    loader = kedro.config.OmegaConfigLoader
    yield loader.__name__
    yield from (name for name in _public(loader) if name.rpartition(".")[2] not in dir(dict))
    yield from (f"{loader.__name__}({name})" for name in _parameters(loader.__init__))
    for name, owner in vars(specs).items():
        if inspect.isclass(owner) and name.endswith("Specs"):
            yield from (each.rpartition(".")[2] for each in _public(owner))
    for name in kedro.runner.__all__:
        owner = getattr(kedro.runner, name)
        yield from _public(owner)
        yield from (f"{name}({each})" for each in _parameters(owner.__init__))
    yield from (f"run({name})" for name in _parameters(kedro.runner.AbstractRunner.run))


def named() -> set[str]:
    """Return what the tests say that they show; a method must stand in the file that says so."""
    found: set[str] = set()
    for path in HERE.glob("test_*.py"):
        text = path.read_text("utf-8")
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "shows":
                words = {str(word.value) for word in call.args if isinstance(word, ast.Constant)}
                found |= {word for word in words if _stands_in(text, word)}
    return found


def _stands_in(text: str, member: str) -> bool:
    """Tell whether a node's or pipeline's own method is used there; others the adapter uses."""
    owner, dot, method = member.partition(".")
    return not dot or owner not in ("Node", "Pipeline") or f".{method}" in text.replace('"', ".")


def reasoned() -> dict[str, str]:
    """Return the members that the page lists without a counterpart, and the reason of each."""
    text = PAGE.read_text("utf-8").partition("## Members without a counterpart")[2]
    rows = re.findall(r"^\| (`.+?) \| (.+) \|$", text, re.MULTILINE)
    return {name: why for names, why in rows for name in re.findall(r"`([^`]+)`", names)}


def main() -> int:
    known = sorted(set(members()))
    missing = [name for name in known if name not in named()]
    reasons = reasoned()
    unexplained = [name for name in missing if name not in reasons]
    strange = sorted((named() | reasons.keys()) - set(known))
    print(f"{len(known) - len(missing)} of {len(known)} public members are shown by a test")
    for name in missing:
        print(f"  {name}: {reasons.get(name, 'NO TEST, NO REASON')}")
    for name in strange:
        print(f"  {name}: Kedro has no such member")
    return bool(unexplained or strange)


def _public(owner: type) -> list[str]:
    return [f"{owner.__name__}.{name}" for name in dir(owner) if not name.startswith("_")]


def _parameters(function: object) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())

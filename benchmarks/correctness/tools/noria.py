"""The chain as a project of Noria."""

from benchmarks.correctness.chain import Frame
from benchmarks.correctness.tool import Tool, always

CATALOG = "".join(
    f"{name}:\n  type: json.JSONDataset\n  filepath: data/{name}.json\n"
    for name in ("raw", "a", "b", "c")
)
FILES = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "0.1.0"\n\n'
    '[tool.noria]\npackage = "shop"\n',
    "conf/base/catalog.yml": CATALOG,
    "src/shop/pipelines/__init__.py": "",
    "src/shop/pipelines/chain/__init__.py": "",
    "src/shop/pipelines/chain/pipeline.py": """\
from noria import Pipeline, node
from shop.a import a
from shop.b import b
from shop.c import c


def create_pipeline():
    return Pipeline([node(a, "raw", "a"), node(b, "a", "b"), node(c, "b", "c")])
""",
}

NORIA = Tool(
    name="noria",
    shown="Noria",
    distribution="noria",
    wanted=(),
    command=("noria", "run"),
    frame=always(Frame()),
    files=always(FILES),
    default="three nodes, four entries of the catalog",
    effort="the same: there is nothing to declare",
)

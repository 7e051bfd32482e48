"""The chain for Hamilton: three modules, the cache switched on."""

from benchmarks.correctness.chain import Frame
from benchmarks.correctness.tool import DIGEST, Tool

LOADS = Frame(
    imports="import json\nfrom pathlib import Path\n",
    footer="""

def raw(raw_path: str) -> dict:
    return json.loads(Path(raw_path).read_text("utf-8"))
""",
)
DECLARES = Frame(header="def {step}({taken}: dict, declared: str) -> dict:\n")
RUN = """\
import json
from pathlib import Path

from hamilton import driver

from shop import a, b, c


{digest}
inputs = {{"raw_path": "data/raw.json"{more}}}
built = driver.Builder().with_modules(a, b, c).with_cache({how}).build()
Path("data/c.json").write_text(json.dumps(built.execute(["c"], inputs=inputs)["c"]), "utf-8")
"""


def _files(best: bool) -> dict[str, str]:
    if best:
        more, how = ', "declared": _declared()', 'path=".cache", recompute=["raw"]'
        return {"run.py": RUN.format(digest=DIGEST, more=more, how=how)}
    return {"run.py": RUN.format(digest="", more="", how='path=".cache"')}


def _frame(step: str, best: bool) -> Frame:
    if step == "a":
        return LOADS
    return DECLARES if best and step == "b" else Frame()


HAMILTON = Tool(
    name="hamilton",
    shown="Hamilton",
    distribution="apache-hamilton",
    wanted=("apache-hamilton",),
    command=("python", "run.py"),
    frame=_frame,
    files=_files,
    kept=".cache/*",
    default="`with_cache()`; a node loads the input",
    effort="that node is always recomputed; B is given a digest of its file and every helper's",
    variables={"HAMILTON_TELEMETRY_ENABLED": "false"},
)

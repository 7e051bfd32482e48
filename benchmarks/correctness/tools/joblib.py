"""The chain for joblib: three functions behind one Memory."""

from benchmarks.correctness.chain import Frame
from benchmarks.correctness.tool import DIGEST, Tool

READS = Frame(
    imports="import json\nfrom pathlib import Path\n",
    header="def {step}(raw_path: str) -> dict:\n",
    opening='    raw = json.loads(Path(raw_path).read_text("utf-8"))\n',
)
DECLARES = Frame(header="def {step}({taken}: dict, declared: str) -> dict:\n")
DEFAULT = """\
import json
from pathlib import Path

from joblib import Memory

from shop.a import a
from shop.b import b
from shop.c import c

memory = Memory(".cache", verbose=0)
a, b, c = map(memory.cache, (a, b, c))
Path("data/c.json").write_text(json.dumps(c(b(a("data/raw.json")))), "utf-8")
"""
BEST = DEFAULT.replace('a("data/raw.json")', "a(raw), _declared()").replace(
    "memory = ",
    f'{DIGEST}\n\nraw = json.loads(Path("data/raw.json").read_text("utf-8"))\nmemory = ',
)


def _frame(step: str, best: bool) -> Frame:
    if best:
        return DECLARES if step == "b" else Frame()
    return READS if step == "a" else Frame()


JOBLIB = Tool(
    name="joblib",
    shown="joblib",
    distribution="joblib",
    wanted=("joblib",),
    command=("python", "run.py"),
    frame=_frame,
    files=lambda best: {"run.py": BEST if best else DEFAULT},
    kept=".cache/**/output.pkl",
    default="`Memory.cache` around each function; the first is given the path",
    effort="the first is given the content; B is given a digest of its file and every helper's",
)

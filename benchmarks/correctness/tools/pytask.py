"""The chain for pytask: three task modules."""

from benchmarks.correctness.chain import REACHED_BY_B, Frame
from benchmarks.correctness.tool import Tool, always

HEADER = """\
def task_{step}(
    taken: Path = ROOT / "data/{taken}.json",
    produces: Path = ROOT / "data/{step}.json",
MORE) -> None:
"""
MORE = "".join(
    f'    more_{number}: Path = ROOT / "{place}",\n' for number, place in enumerate(REACHED_BY_B)
)


def _frame(step: str, best: bool) -> Frame:
    return Frame(
        imports="import json\nfrom pathlib import Path\n\nROOT = Path(__file__).parents[2]\n",
        header=HEADER.replace("MORE", MORE if best and step == "b" else ""),
        opening='    {taken} = json.loads(taken.read_text("utf-8"))\n',
        ending='    produces.write_text(json.dumps(result), "utf-8")\n',
    )


PYTASK = Tool(
    name="pytask",
    shown="pytask",
    distribution="pytask",
    wanted=("pytask",),
    command=("pytask",),
    frame=_frame,
    files=always({"pyproject.toml": '[tool.pytask.ini_options]\npaths = ["src"]\n'}),
    place="src/shop/task_{step}.py",
    default="a task module a step, its paths as arguments",
    effort="every helper and the file of pinned libraries are arguments too",
)

"""The chain for DVC: three stages that start scripts."""

from benchmarks.correctness.chain import REACHED_BY_B, TAKEN
from benchmarks.correctness.tool import SCRIPT, Tool, always


def _stages(best: bool) -> str:
    lines = ["stages:"]
    for step, taken in TAKEN.items():
        more = REACHED_BY_B if best and step == "b" else ()
        needed = [f"src/shop/{step}.py", f"data/{taken}.json", *more]
        lines += [f"  {step}:", f"    cmd: python -m shop.{step}", "    deps:"]
        lines += [f"      - {place}" for place in needed]
        lines += ["    outs:", f"      - data/{step}.json"]
    return "\n".join([*lines, ""])


DVC = Tool(
    name="dvc",
    shown="DVC",
    distribution="dvc",
    wanted=("dvc",),
    command=("dvc", "repro"),
    frame=always(SCRIPT),
    files=lambda best: {"dvc.yaml": _stages(best)},
    prepare=(("dvc", "init", "--quiet", "--no-scm"),),
    default="a stage a step, `deps` its script and its input",
    effort="`deps` names every helper and the file of pinned libraries too",
    variables={"DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": "{project}/.dvc-site"},
)

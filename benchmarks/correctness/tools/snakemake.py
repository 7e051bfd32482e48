"""The chain for Snakemake: three rules with scripts."""

from benchmarks.correctness.chain import REACHED_BY_B, TAKEN
from benchmarks.correctness.tool import SCRIPT, Tool, always


def _rules(best: bool) -> str:
    lines = ["rule all:", '    input: "data/c.json"']
    for step, taken in TAKEN.items():
        more = REACHED_BY_B if best and step == "b" else ()
        needed = ", ".join(f'"{place}"' for place in (f"data/{taken}.json", *more))
        lines += [f"rule {step}:", f"    input: {needed}", f'    output: "data/{step}.json"']
        lines += [f'    script: "src/shop/{step}.py"']
    return "\n".join([*lines, ""])


SNAKEMAKE = Tool(
    name="snakemake",
    shown="Snakemake",
    distribution="snakemake",
    wanted=("snakemake",),
    command=("snakemake", "--cores", "1"),
    frame=always(SCRIPT),
    files=lambda best: {"Snakefile": _rules(best)},
    default="a rule a step, with `script`",
    effort="`input` names every helper and the file of pinned libraries too",
)

"""The chain for ZenML: three steps of one pipeline, on the local stack."""

from benchmarks.correctness.chain import Frame
from benchmarks.correctness.tool import OWN_AND_REACHED, Tool, always

STEP = "from zenml import step\n"
READS = Frame(
    imports=f"import json\nfrom pathlib import Path\n\n{STEP}",
    header="@step\ndef {step}(raw_path: str) -> dict:\n",
    opening='    raw = json.loads(Path(raw_path).read_text("utf-8"))\n',
)
PLAIN = Frame(imports=STEP, header="@step\ndef {step}({taken}: dict) -> dict:\n")


def _declaring(reads: bool) -> Frame:
    frame, places = (READS, ["data/raw.json"]) if reads else (PLAIN, list(OWN_AND_REACHED))
    return Frame(
        imports=frame.imports + "from zenml.config.cache_policy import CachePolicy\n",
        header=frame.header.replace(
            "@step",
            f"@step(cache_policy=CachePolicy(file_dependencies={places}))",
        ),
        opening=frame.opening,
    )


def _frame(step: str, best: bool) -> Frame:
    if best and step in "ab":
        return _declaring(reads=step == "a")
    return READS if step == "a" else PLAIN


RUN = """\
import json
from pathlib import Path

from zenml import pipeline
from zenml.client import Client

from shop.a import a
from shop.b import b
from shop.c import c


@pipeline
def chain():
    c(b(a("data/raw.json")))


if __name__ == "__main__":
    run = chain()
    made = Client().get_pipeline_run(run.id).steps["c"].output.load()
    Path("data/c.json").write_text(json.dumps(made), "utf-8")
"""

ZENML = Tool(
    name="zenml",
    shown="ZenML",
    distribution="zenml",
    wanted=("zenml[local]",),
    command=("python", "run.py"),
    frame=_frame,
    files=always({"run.py": RUN}),
    prepare=(("zenml", "init"),),
    kept=".zen-config/**/*",
    default="a step a function; the first is given the path",
    effort="`file_dependencies` names the input, B's own file and every helper",
    variables={
        "ZENML_CONFIG_PATH": "{project}/.zen-config",
        "ZENML_ANALYTICS_OPT_IN": "false",
        "AUTO_OPEN_DASHBOARD": "false",
        "ZENML_LOGGING_VERBOSITY": "WARN",
    },
)

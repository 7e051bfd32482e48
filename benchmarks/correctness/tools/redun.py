"""The chain for redun: three tasks that hand on files."""

from benchmarks.correctness.chain import Frame
from benchmarks.correctness.tool import OWN_AND_REACHED, Tool, always

DEFAULT = Frame(
    imports='import json\n\nfrom redun import File, task\n\nredun_namespace = "shop"\n',
    header="@task()\ndef {step}({taken}_file: File) -> File:\n",
    opening="    {taken} = json.loads({taken}_file.read())\n",
    ending='    made = File("data/{step}.json")\n    made.write(json.dumps(result))\n'
    "    return made\n",
)
INCLUDES = Frame(
    DEFAULT.imports,
    f"@task(hash_includes=[File(place).read() for place in {list(OWN_AND_REACHED)}])\n"
    "def {step}({taken}_file: File) -> File:\n",
    DEFAULT.opening,
    DEFAULT.ending,
)
WORKFLOW = """\
from redun import File, task
from shop.a import a
from shop.b import b
from shop.c import c

redun_namespace = "shop"


@task()
def main() -> File:
    return c(b(a(File("data/raw.json"))))
"""

REDUN = Tool(
    name="redun",
    shown="redun",
    distribution="redun",
    wanted=("redun",),
    command=("redun", "run", "workflow.py", "main"),
    frame=lambda step, best: INCLUDES if best and step == "b" else DEFAULT,
    files=always({"workflow.py": WORKFLOW}),
    default="a task a step, files handed on as `File`",
    effort="`hash_includes` has the text of its own file and of every helper's",
)

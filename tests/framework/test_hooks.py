"""Hooks: from the project's settings, and by entry point of an installed package."""

import json
import os
import subprocess
import sys

import pytest

from tests.project_on_disk import ProjectOnDisk, environment

HOOKS = '''\
from noria import hook_impl


class Tell:
    """Prints the moments of a run."""

    @hook_impl
    def after_context_created(self, context):
        print("context", context.env)

    @hook_impl
    def after_catalog_created(self, catalog, parameters):
        print("catalog", "orders" in catalog, parameters)

    @hook_impl
    def before_pipeline_run(self, run_params, pipeline):
        print("pipeline", run_params["pipeline_name"], len(pipeline.nodes))

    @hook_impl
    def before_dataset_loaded(self, dataset_name):
        print("load", dataset_name)

    @hook_impl
    def after_dataset_loaded(self, dataset_name, data):
        print("loaded", dataset_name, type(data).__name__)

    @hook_impl
    def before_node_run(self, node, inputs):
        print("node", node.name)
        if "params:rate" in inputs:
            return {"params:rate": 100.0}

    @hook_impl
    def after_node_run(self, node, outputs):
        print("ran", node.name, sorted(outputs))

    @hook_impl
    def before_dataset_saved(self, dataset_name):
        print("save", dataset_name)

    @hook_impl
    def after_dataset_saved(self, dataset_name):
        print("saved", dataset_name)

    @hook_impl
    def after_pipeline_run(self, run_result):
        print("end", run_result)

    @hook_impl
    def on_node_error(self, error, node):
        print("node error", node.name, error)

    @hook_impl
    def on_pipeline_error(self, error):
        print("pipeline error", type(error).__name__)
'''

SETTING = '[project]\nname = "shop"\n\n[tool.noria]\nhooks = ["shop.hooks:Tell"]\n'
NODES = "src/shop/pipelines/sales/nodes.py"


def test_every_hook_is_called_in_its_order(project: ProjectOnDisk) -> None:
    project.write({"src/shop/hooks.py": HOOKS, "pyproject.toml": SETTING})
    lines = project.noria("run", "--pipeline", "sales").out.splitlines()
    told = [line for line in lines if line and not line.startswith((" ", "run ", "done "))]
    assert told == [
        "context local",
        "catalog True {'parameters': {'rate': 1.5}, 'params:rate': 1.5}",
        "pipeline sales 2",
        "load orders",
        "loaded orders DataFrame",
        "node clean",
        "ran clean ['clean_orders']",
        "save clean_orders",
        "saved clean_orders",
        "load clean_orders",
        "loaded clean_orders DataFrame",
        "load params:rate",
        "loaded params:rate float",
        "node total",
        "ran total ['totals']",
        "save totals",
        "saved totals",
        "end {}",
    ]


def test_a_hook_may_replace_inputs(project: ProjectOnDisk) -> None:
    project.write({"src/shop/hooks.py": HOOKS, "pyproject.toml": SETTING})
    project.noria("run")
    assert json.loads((project.path / "data/totals.json").read_text()) == {"total": 500.0}


def test_a_failure_reaches_the_hooks(project: ProjectOnDisk) -> None:
    project.write({"src/shop/hooks.py": HOOKS, "pyproject.toml": SETTING})
    project.edit(NODES, "return orders.dropna()", "raise ValueError('no orders')")
    out = project.noria("run", code=1).out
    assert "node error clean no orders" in out
    assert "pipeline error NodeError" in out


def test_a_hook_that_changes_the_catalog_counts(project: ProjectOnDisk) -> None:
    change = (
        "from noria import hook_impl\nimport pandas as pd\n"
        "class Swap:\n    @hook_impl\n    def after_catalog_created(self, catalog):\n"
        "        catalog['orders'] = pd.DataFrame({'price': [1.0]})\n"
    )
    setting = SETTING.replace("Tell", "Swap")
    project.write({"src/shop/hooks.py": change, "pyproject.toml": setting})
    project.noria("run")
    assert json.loads((project.path / "data/totals.json").read_text()) == {"total": 1.5}


def test_a_hook_that_raises_fails_the_node_that_it_was_called_for(project: ProjectOnDisk) -> None:
    raising = HOOKS.replace('print("ran", node.name, sorted(outputs))', 'raise ValueError("no")')
    project.write({"src/shop/hooks.py": raising, "pyproject.toml": SETTING})
    err = project.noria("run", code=1).err
    assert "node 'clean'" in err
    assert "ValueError: no" in err
    assert "src/shop/hooks.py" in err


def test_a_hook_of_a_name_that_is_none_is_refused(project: ProjectOnDisk) -> None:
    wrong = HOOKS.replace("after_pipeline_run", "after_the_pipeline_run")
    project.write({"src/shop/hooks.py": wrong, "pyproject.toml": SETTING})
    err = project.noria("run", code=2).err
    assert (
        "pyproject.toml:5:1: the hooks 'shop.hooks:Tell': no hook 'after_the_pipeline_run'" in err
    )
    assert "did you mean 'after_pipeline_run'?" in err


def test_an_installed_package_hooks_in_by_entry_point(project: ProjectOnDisk) -> None:
    site = project.path / "site"
    files = {
        "site/teller.py": HOOKS,
        "site/teller-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: teller\nVersion: 1.0\n",
        "site/teller-1.0.dist-info/entry_points.txt": "[noria.hooks]\ntell = teller:Tell\n",
    }
    project.write(files)
    done = subprocess.run(
        [sys.executable, "-m", "noria", "run", "--pipeline", "sales"],
        cwd=project.path,
        env=environment() | {"PYTHONPATH": os.fspath(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pipeline sales 2" in done.stdout


def test_without_hooks_pluggy_is_not_imported(project: ProjectOnDisk) -> None:
    code = (
        "import sys, noria; noria.open_project('.').run('sales');"
        "sys.exit('pluggy' in sys.modules or 'rich' in sys.modules or 'dynaconf' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project.path, env=environment(), check=False
    )
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("hook", "arguments"),
    [
        ("after_context_created", "context"),
        ("after_catalog_created", "catalog"),
        ("before_pipeline_run", "pipeline"),
        ("before_node_run", "node"),
        ("after_pipeline_run", "pipeline"),
    ],
)
@pytest.mark.parametrize("raised", ["ValueError('no')", "SystemExit(0)"])
def test_whatever_a_hook_raises_is_told_as_its_failure(
    project: ProjectOnDisk, hook: str, arguments: str, raised: str
) -> None:
    project.write({"src/shop/hooks.py": _hook(hook, arguments, f"raise {raised}")})
    project.write({"pyproject.toml": SETTING})
    said = project.noria("run", code=1)
    assert f"the hook {hook} failed: {raised[:5]}" in said.err
    assert "src/shop/hooks.py:5" in said.err
    assert "Traceback" not in said.all
    runs = json.loads(project.noria("runs", "list", "--json").out)
    assert [run["status"] for run in runs] in ([], ["failed"])


@pytest.mark.parametrize("hook", ["on_node_error", "on_pipeline_error"])
def test_a_hook_about_an_error_never_hides_it(project: ProjectOnDisk, hook: str) -> None:
    project.write({"src/shop/hooks.py": _hook(hook, "error", "raise KeyError('x')")})
    project.write({"pyproject.toml": SETTING})
    project.edit(NODES, "return orders.dropna()", "raise ValueError('no orders')")
    err = project.noria("run", code=1).err
    assert "ValueError: no orders" in err
    assert f"the hook {hook} failed: KeyError" in err
    assert "what has ended is kept:\n    noria run" in err


def test_a_hook_that_replaces_inputs_by_no_mapping_is_told(project: ProjectOnDisk) -> None:
    project.write({"src/shop/hooks.py": _hook("before_node_run", "node", "return [1]")})
    project.write({"pyproject.toml": SETTING})
    assert "before_node_run returned list, not a mapping" in project.noria("run", code=1).err


def test_a_hook_that_asks_for_an_argument_that_is_none_is_refused(project: ProjectOnDisk) -> None:
    project.write({"src/shop/hooks.py": _hook("before_node_run", "nodes", "pass")})
    project.write({"pyproject.toml": SETTING})
    err = project.noria("run", code=2).err
    assert "'shop.hooks:Tell'" in err
    assert "nodes" in err


def test_hooks_get_what_the_run_was_asked_for(project: ProjectOnDisk) -> None:
    body = "import json; print(json.dumps(run_params, default=str))"
    project.write({"src/shop/hooks.py": _hook("before_pipeline_run", "run_params", body)})
    project.write({"pyproject.toml": SETTING})
    out = project.noria("run", "--params", "rate=2", "--tags", "fast", "-q").out
    params = json.loads(out)
    assert params["runtime_params"] == {"rate": 2}
    assert params["tags"] == ["fast"]


def _hook(name: str, arguments: str, body: str) -> str:
    return (
        "from noria import hook_impl\nclass Tell:\n    @hook_impl\n"
        f"    def {name}(self, {arguments}):\n        {body}\n"
    )


PLACED = """\
from noria import hook_impl


class Text:
    def __init__(self, place, password):
        self.place = place
        self.password = password

    def load(self):
        with open(self.place) as file:
            return file.read()

    def save(self, data):
        with open(self.place, "w") as file:
            file.write(str(data))


class Add:
    @hook_impl
    def after_catalog_created(self, catalog):
        catalog["totals"] = Text("data/one.txt", "s3cret")
"""


def test_what_a_hook_has_given_to_a_dataset_counts(project: ProjectOnDisk) -> None:
    project.write({"src/shop/hooks.py": PLACED})
    project.edit("pyproject.toml", "[tool.noria]\n", '[tool.noria]\nhooks = ["shop.hooks:Add"]\n')
    project.noria("run")
    assert "2 up to date" in project.noria("plan").out
    project.edit("src/shop/hooks.py", "one.txt", "two.txt")
    said = project.noria("plan", "--why", "total").out
    assert "saving totals: attributes.place: 'data/one.txt' -> 'data/two.txt'" in said
    assert "s3cret" not in said
    project.noria("run")
    assert (project.path / "data/two.txt").exists()


@pytest.mark.parametrize("takes", ["run_result", "run_params"])
def test_a_result_that_no_store_can_keep_is_had_by_the_hook_that_asks_for_it(
    project: ProjectOnDisk, takes: str
) -> None:
    hook = _hook("after_pipeline_run", takes, f"print('ended', sorted({takes}))")
    project.write({"src/shop/hooks.py": hook, "pyproject.toml": SETTING})
    project.edit("src/shop/pipelines/sales/nodes.py", "    return {", "    return lambda: {")
    project.edit("conf/base/catalog.yml", "totals:", "others:")
    first = project.noria("run")
    project.write({"conf/base/parameters.yml": "rate: 1.5\nother: 2\n"})  # the session is opened
    second = project.noria("run")
    ended = [line for line in (first.out + second.out).splitlines() if line.startswith("ended")]
    assert len(ended) == 2
    assert ended[0] == ended[1]
    assert ("1 run" in second.out) == (takes == "run_result")

"""What a user can do wrong: each with its place, the nearest name, a mend and an exit code."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.project_on_disk import ProjectOnDisk, environment

PIPELINE = "src/shop/pipelines/sales/pipeline.py"
NODES = "src/shop/pipelines/sales/nodes.py"


def _says(project: ProjectOnDisk, *words: str, code: int = 2) -> str:
    said = project.noria(*words, code=code)
    assert "Traceback" not in said.all
    assert "framework/noria" not in said.err  # no frame of ours
    return said.err


def test_a_command_outside_a_project(project: ProjectOnDisk) -> None:
    outside = ProjectOnDisk(project.path.parent)
    err = _says(outside, "run")
    assert f"no Noria project in {outside.path}" in err
    assert "noria new-project" in err


def test_a_project_of_kedro_is_told_what_makes_it_one_of_ours(project: ProjectOnDisk) -> None:
    project.edit("pyproject.toml", "[tool.noria]", "[tool.kedro]")
    said = _says(project, "run")
    assert "pyproject.toml is of a Kedro project" in said
    assert "a table [tool.noria]" in said
    project.edit("pyproject.toml", "[tool.kedro]", "[tool.noria]")
    project.edit(PIPELINE, "from noria import", "from kedro.pipeline import")
    project.write({"kedro.py": "raise ModuleNotFoundError('no', name='kedro')\n"})
    said = _says(project, "run")
    assert "Kedro's names are imported from noria: docs/from-kedro.md" in said
    handler = "handlers: {rich: {class: kedro.logging.RichHandler}}\n"
    project.edit(PIPELINE, "from kedro.pipeline import", "from noria import")
    project.write({"conf/logging.yml": f"version: 1\n{handler}root: {{handlers: [rich]}}\n"})
    said = _says(project, "run")
    assert "conf/logging.yml:2:26: the logging cannot be set up so" in said
    assert "without Kedro it is rich.logging.RichHandler" in said


def test_a_typo_in_a_command(project: ProjectOnDisk) -> None:
    assert "no command 'rnu'. Did you mean 'run'?" in _says(project, "rnu")


def test_a_typo_in_an_option(project: ProjectOnDisk) -> None:
    assert "Did you mean '--env'" in _says(project, "run", "--envv", "x")


def test_a_typo_in_a_pipeline(project: ProjectOnDisk) -> None:
    err = _says(project, "run", "--pipeline", "saels")
    assert "no pipeline 'saels'; there are sales" in err
    assert "did you mean 'sales'?" in err


@pytest.mark.parametrize("command", ["run", "plan", "check", "viz"])
def test_a_pipeline_without_its_flag(project: ProjectOnDisk, command: str) -> None:
    err = _says(project, command, "sales")
    assert "'sales' stands without a flag; a pipeline is chosen by --pipeline" in err


def test_a_pipeline_in_the_place_of_a_node(project: ProjectOnDisk) -> None:
    err = _says(project, "run", "--nodes", "sales")
    assert "the pipeline has no node 'sales'\n  'sales' is a pipeline: --pipeline sales" in err
    err = _says(project, "run", "--nodes", "zzz")
    assert "the pipeline has no node 'zzz'\n  there are clean, total" in err


@pytest.mark.parametrize(
    ("flag", "wrong", "right"),
    [
        ("--nodes", "claen", "clean"),
        ("--from-nodes", "claen", "clean"),
        ("--to-nodes", "totl", "total"),
        ("--tags", "fsat", "fast"),
        ("--from-inputs", "ordres", "orders"),
        ("--to-outputs", "toatls", "totals"),
    ],
)
def test_a_typo_in_a_selection(project: ProjectOnDisk, flag: str, wrong: str, right: str) -> None:
    err = _says(project, "run", flag, wrong)
    assert repr(wrong) in err
    assert f"did you mean {right!r}?" in err


def test_a_selection_that_leaves_nothing(project: ProjectOnDisk) -> None:
    err = _says(project, "run", "--tags", "fast", "--nodes", "total")
    assert "fast" in err
    assert "total" in err


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize("names", ["", " , "])
def test_a_selection_that_names_nothing(project: ProjectOnDisk, command: str, names: str) -> None:
    """As a script says whose variable is not set: all that there is was not meant."""
    err = _says(project, command, "--nodes", names)
    assert "'--nodes': it names nothing" in err


def test_a_typo_in_an_environment(project: ProjectOnDisk) -> None:
    project.write({"conf/staging/parameters.yml": "rate: 2\n"})
    err = _says(project, "run", "--env", "stagin")
    assert "no environment 'stagin'" in err
    assert "did you mean 'staging'?" in err


@pytest.mark.parametrize("path", ["..", "../other", "conf/base"])
def test_a_path_as_an_environment(project: ProjectOnDisk, path: str) -> None:
    err = _says(project, "run", "--env", path)
    assert f"no environment '{path}'" in err
    assert "an environment is the name of one folder in conf" in err
    assert "make the folder" not in err


def test_a_tab_in_the_yaml(project: ProjectOnDisk) -> None:
    project.write({"conf/base/parameters.yml": "rate: 1.5\nmodel:\n\tdepth: 3\n"})
    err = _says(project, "run")
    assert "conf/base/parameters.yml:3:1: a tab cannot indent YAML" in err
    assert "spaces" in err


def test_a_key_twice(project: ProjectOnDisk) -> None:
    project.write({"conf/base/parameters.yml": "rate: 1.5\nseed: 1\nrate: 2\n"})
    err = _says(project, "run")
    assert "conf/base/parameters.yml:3:1: the key 'rate' stands twice" in err
    assert "first at conf/base/parameters.yml:1:1" in err
    assert "leave one of them out" in err
    project.write(
        {"conf/base/parameters.yml": "rate: 1.5\n", "conf/base/parameters_b.yml": "rate: 2\n"}
    )
    err = _says(project, "run")
    assert "conf/base/parameters_b.yml:1:1: the key 'rate' stands twice in one layer" in err
    assert "first at conf/base/parameters.yml:1:1" in err
    assert "leave one of them out" in err


def test_a_tag_that_would_make_an_object(project: ProjectOnDisk) -> None:
    project.write({"conf/base/parameters.yml": "rate: !!python/object/apply:os.system [true]\n"})
    err = _says(project, "run")
    assert "conf/base/parameters.yml:1:7: the tag '!!python/object/apply:os.system'" in err
    assert "leave the tag out, and make the object in code" in err


def test_references_in_a_circle(project: ProjectOnDisk) -> None:
    project.write({"conf/base/parameters.yml": "rate: ${a.b}\na:\n  b: ${rate}\n"})
    err = _says(project, "check")
    assert "conf/base/parameters.yml:1:7: interpolation in a circle: rate (" in err
    assert "-> a.b (conf/base/parameters.yml:3:6) -> rate" in err
    assert "write a value of its own for one of them" in err


def test_a_namespace_that_renames_what_is_not_there(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/pipelines/eu/__init__.py": "from noria import Pipeline, node\n"
            "def create_pipeline():\n"
            "    one = Pipeline([node(len, 'orders', 'count')])\n"
            "    return Pipeline(one, namespace='eu', inputs={'ordrs'})\n"
        }
    )
    err = _says(project, "run", "--pipeline", "eu")
    assert "cannot be renamed like this (asked for at src/shop/pipelines/eu/__init__.py:4)" in err
    assert "no input 'ordrs', did you mean 'orders'?" in err
    assert "it reads 'orders'; it makes 'count'" in err


def test_a_missing_input_file(project: ProjectOnDisk) -> None:
    (project.path / "data/orders.csv").unlink()
    err = _says(project, "run")
    assert "conf/base/catalog.yml:1:1: the input 'orders'" in err
    assert "does not exist at data/orders.csv" in err
    assert f"wanted by node 'clean' ({NODES}:4)" in err
    assert "put the file there" in err


def test_a_misspelt_input_file(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "data/orders.csv", "data/ordres.csv")
    err = _says(project, "run")
    assert "does not exist at data/ordres.csv" in err
    assert "did you mean 'data/orders.csv'?" in err
    # What is only as long, or of another kind, is no suggestion.
    project.edit("conf/base/catalog.yml", "data/ordres.csv", "data/orders.parquet")
    assert "did you mean" not in _says(project, "run")
    # Nor is what is alike in its two suffixes only.
    (project.path / "data/airports.csv.gz").touch()
    project.edit("conf/base/catalog.yml", "data/orders.parquet", "data/flights.csv.gz")
    assert "did you mean" not in _says(project, "run")
    project.edit("conf/base/catalog.yml", "data/flights.csv.gz", "data/airprots.csv.gz")
    assert "did you mean 'data/airports.csv.gz'?" in _says(project, "run")


def test_a_store_that_is_not_known(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "data/orders.csv", "s33://bucket/orders.csv")
    err = _says(project, "run")
    assert "conf/base/catalog.yml:1:1: cannot look for 'orders': no store is called 's33'" in err
    assert "did you mean 's3'?" in err
    assert "the word before `://`" in err


def test_a_folder_with_nothing_in_it(project: ProjectOnDisk) -> None:
    project.write(
        {
            "conf/base/catalog.yml": "orders:\n  type: partitions.PartitionedDataset\n"
            "  path: data\n  dataset: pandas.CSVDataset\n  filename_suffix: .tsv\n"
        }
    )
    err = _says(project, "run")
    assert "conf/base/catalog.yml:1:1: the input 'orders', wanted by node 'clean'" in err
    assert "has nothing in data that ends with '.tsv'" in err
    assert "did you mean" not in err


def test_a_runner_of_the_settings_that_is_none(project: ProjectOnDisk) -> None:
    project.write({"conf/base/settings.toml": 'runner = "thread"\n'})
    err = _says(project, "run")
    assert "conf/base/settings.toml:1:1: no runner 'thread'; there are inline, threads" in err
    assert "did you mean 'threads'?" in err
    assert "Error: no runner 'inlin'" in _says(project, "run", "--runner", "inlin")


def test_a_name_with_braces_cannot_be_declared(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "orders:", '"orders {raw}":')
    project.edit(PIPELINE, 'inputs="orders"', 'inputs="orders {raw}"')
    err = _says(project, "run")
    assert "conf/base/catalog.yml:1:1: nobody makes the input 'orders {raw}'" in err
    assert f"wanted by node 'clean' ({NODES}:4)" in err
    assert "braces in a name of the catalog are placeholders" in err


def test_an_input_that_nobody_makes_or_declares(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, 'inputs="orders"', 'inputs="ordrs"')
    err = _says(project, "run")
    assert "nobody makes the input 'ordrs', wanted by node 'clean'" in err
    assert "did you mean 'orders'?" in err


def test_a_parameter_that_does_not_exist(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, "params:rate", "params:rat")
    err = _says(project, "run")
    assert f"no parameter 'rat', wanted by node 'total' ({NODES}:8)" in err
    assert "did you mean 'rate'?" in err
    assert "conf/base/parameters.yml" in err


def test_a_parameter_given_for_one_run_is_told_as_such(project: ProjectOnDisk) -> None:
    project.edit(NODES, "rate: float)", "rate: int)")
    err = _says(project, "run", "--params", "rate=much")
    assert "--params: rate is 'much', not int, wanted by node 'total'" in err


def test_a_class_in_a_module_that_is_not_there_names_the_one_beside(project: ProjectOnDisk) -> None:
    kind = "class Words:\n    def load(self): ...\n    def save(self, data): ...\n"
    project.write({"src/shop/datasets.py": kind})
    project.edit("conf/base/catalog.yml", "json.JSONDataset", "shop.dataset.Words")
    assert "did you mean 'shop.datasets.Words'?" in _says(project, "run")


def test_a_result_that_no_output_takes_is_told_at_the_function(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, 'outputs="totals"', "outputs=None")
    said = project.noria("run").err
    assert f"{NODES}:8: UserWarning: node total returned a dict and has no outputs" in said
    assert "perform.py" not in said


def test_a_pipeline_that_is_not_returned_says_so(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, "return Pipeline(", "Pipeline(")
    err = _says(project, "run")
    assert "create_pipeline() is NoneType, not a Pipeline" in err
    assert "does the function return what it has made?" in err


def test_a_parameter_like_no_other_has_no_nearest(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, "params:rate", "params:folds")
    project.edit("conf/base/parameters.yml", "rate: 1.5", "models: 1.5")
    # With their prefixes the two are much alike.
    assert "did you mean" not in _says(project, "run")


def test_a_node_is_found_behind_its_namespace(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, "return Pipeline(", "return Pipeline(Pipeline(")
    names = "namespace='fr', inputs='orders', parameters='rate'"
    project.edit(PIPELINE, "        ]\n    )", f"        ]\n    ), {names})")
    assert "did you mean 'fr.clean'?" in _says(project, "run", "--nodes", "claen")
    assert "did you mean 'fr.total'?" in _says(project, "plan", "--why", "totl")


def test_what_helps_against_several_mistakes_is_said_once(project: ProjectOnDisk) -> None:
    entry = "  type: json.JSONDataste\n  filepath: data/"
    project.write(
        {
            "conf/base/catalog.yml": "orders:\n" + entry + "orders.json\ntotals:\n" + entry
            + "totals.json\n"
        }
    )  # fmt: skip
    for word in ("run", "check"):
        said = project.noria(word, code=2).all
        assert said.count("no dataset type 'json.JSONDataste'") == 2
        assert said.count("did you mean 'json.JSONDataset'?") == 1


def test_an_override_that_would_change_nothing(project: ProjectOnDisk) -> None:
    for command in ("run", "plan"):
        err = _says(project, command, "--params", "raet=2")
        assert "--params raet: no parameter of that name" in err
        assert "did you mean 'rate'?" in err


def test_an_unknown_dataset_type(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "pandas.CSVDataset", "pandas.CSVDatset")
    err = _says(project, "run")
    assert "conf/base/catalog.yml:2:9" in err
    assert "did you mean 'pandas.CSVDataset'?" in err


def test_an_unknown_argument_of_a_dataset(project: ProjectOnDisk) -> None:
    project.edit("conf/base/catalog.yml", "filepath: data/orders.csv", "filpath: data/orders.csv")
    err = _says(project, "run")
    assert "conf/base/catalog.yml:3:3" in err
    assert "did you mean 'filepath'?" in err


def test_a_cycle(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, 'inputs="orders"', 'inputs=["orders", "totals"]')
    project.edit(NODES, "clean(orders: pd.DataFrame)", "clean(orders: pd.DataFrame, back: dict)")
    err = _says(project, "run")
    assert "clean" in err
    assert "total" in err
    assert f"{NODES}:4" in err
    assert "let one of them read or make another dataset" in err


def test_two_producers_of_one_dataset(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, 'outputs="totals"', 'outputs="clean_orders"')
    project.edit(
        PIPELINE, 'inputs=["clean_orders", "params:rate"]', 'inputs=["orders", "params:rate"]'
    )
    err = _says(project, "run")
    assert "clean_orders" in err
    assert f"{NODES}:4" in err
    assert f"{NODES}:8" in err


def test_an_import_error_in_one_pipeline_does_not_stop_another(project: ProjectOnDisk) -> None:
    project.write({"src/shop/pipelines/broken/__init__.py": "import nowhere\n"})
    project.noria("run", "--pipeline", "sales")
    err = _says(project, "run", "--pipeline", "broken")
    assert "src/shop/pipelines/broken/__init__.py:1:1" in err
    assert "No module named 'nowhere'" in err
    listed = project.noria("pipelines", "list")
    assert "does not import" in listed.out
    assert "sales" in listed.out
    assert "nowhere" in listed.err


def test_a_syntax_error_in_the_projects_code(project: ProjectOnDisk) -> None:
    project.edit(NODES, "def total(", "def total((")
    err = _says(project, "run")
    assert f"{NODES}:8" in err


def test_a_node_that_raises(project: ProjectOnDisk) -> None:
    project.edit(NODES, 'clean_orders["price"]', 'clean_orders["prise"]')
    err = _says(project, "run", "--params", "rate=2", code=1)
    assert f"node 'total' ({NODES}:8) failed while running" in err
    assert "KeyError: 'prise'" in err
    assert f"{NODES}:9 in total" in err
    assert "clean_orders  DataFrame, 2 rows x 2 columns" in err
    assert "params:rate   int 2" in err
    assert "to go on from there, what has ended is kept:\n    noria run --params rate=2" in err


def test_the_command_to_go_on_skips_what_is_saved(project: ProjectOnDisk) -> None:
    project.write(
        {
            "conf/base/catalog_clean.yml": "clean_orders:\n  type: pandas.ParquetDataset\n"
            "  filepath: data/clean.parquet\n"
        }
    )
    project.edit(NODES, 'clean_orders["price"]', 'clean_orders["prise"]')
    err = _says(project, "run", "--no-cache", code=1)
    assert "noria run --from-nodes total\n" in err
    project.edit(NODES, 'clean_orders["prise"]', 'clean_orders["price"]')
    said = project.noria("run", "--from-nodes", "total", "--no-cache", "--json")
    assert [node["name"] for node in json.loads(said.out)["nodes"]] == ["total"]


def test_a_node_that_returns_too_few_outputs(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, 'outputs="clean_orders"', 'outputs=["clean_orders", "rest"]')
    project.edit(NODES, "return orders.dropna()", "return [orders.dropna()]")
    err = _says(project, "run", code=1)
    assert "node 'clean'" in err
    assert "rest" in err
    assert f"{NODES}:4" in err
    assert "return a value for each of them" in err


def test_a_node_that_returns_none(project: ProjectOnDisk) -> None:
    project.edit(NODES, "    return {", "    {")
    err = _says(project, "run", code=1)
    assert "'totals'" in err
    assert "None" in err


def test_a_dataset_that_cannot_be_saved(project: ProjectOnDisk) -> None:
    (project.path / "data/totals.json").mkdir()
    err = _says(project, "run", code=1)
    assert "node 'total'" in err
    assert "data/totals.json: it is a folder" in err


def test_a_file_that_cannot_be_read(project: ProjectOnDisk) -> None:
    (project.path / "data/orders.csv").write_text("")
    err = _says(project, "run", code=1)
    assert "cannot load 'orders'" in err
    assert "data/orders.csv" in err


def test_a_function_that_does_not_take_its_inputs(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, 'inputs=["clean_orders", "params:rate"]', 'inputs=["clean_orders"]')
    err = _says(project, "run")
    assert "total" in err
    assert f"{NODES}:8" in err
    assert f"asked for at {PIPELINE}:10" in err
    assert "name one input for each argument without a default" in err
    project.edit(PIPELINE, 'inputs=["clean_orders"]', 'inputs={"clean_ordres": "clean_orders"}')
    assert "did you mean 'clean_orders'?" in _says(project, "run")


def test_a_name_that_is_input_and_output(project: ProjectOnDisk) -> None:
    project.edit(PIPELINE, 'outputs="clean_orders"', 'outputs="orders"')
    err = _says(project, "run")
    assert f"node clean ({NODES}:4): 'orders' is both its input and its output" in err
    assert f"asked for at {PIPELINE}:9" in err
    assert "give the result another name" in err


def test_a_project_file_that_is_no_toml(project: ProjectOnDisk) -> None:
    project.write({"pyproject.toml": "[tool.noria]\nrunner = \n"})
    assert "pyproject.toml is not TOML" in _says(project, "run")


def test_a_package_that_is_not_there(project: ProjectOnDisk) -> None:
    project.write({"pyproject.toml": '[tool.noria]\npackage = "store"\n'})
    err = _says(project, "run")
    assert "'store'" in err
    assert "pyproject.toml" in err


def test_a_hook_that_leads_nowhere(project: ProjectOnDisk) -> None:
    project.write(
        {"pyproject.toml": '[tool.noria]\npackage = "shop"\nhooks = ["shop.hooks:Tel"]\n'}
    )
    err = _says(project, "run")
    assert "'shop.hooks:Tel' cannot be imported: ModuleNotFoundError" in err
    assert "pyproject.toml:3:1" in err
    project.write({"src/shop/hooks.py": "class Tell:\n    pass\n"})
    err = _says(project, "run")
    assert "pyproject.toml:3:1: the hooks 'shop.hooks:Tel': there is no 'Tel' in shop.hooks" in err
    assert "did you mean 'Tell'?" in err
    project.write({"src/shop/hooks.py": "class Tel:\n    def __init__(self):\n        1 / 0\n"})
    err = _says(project, "run")
    assert "src/shop/hooks.py:3:9: the hooks 'shop.hooks:Tel' cannot be made: ZeroDivision" in err


def test_an_unknown_run(project: ProjectOnDisk) -> None:
    assert "nothing has been run" in _says(project, "runs", "show")
    project.noria("run")
    assert "no run '1999'" in _says(project, "runs", "show", "1999")


def test_a_wrong_load_version(project: ProjectOnDisk) -> None:
    assert "NAME:VERSION" in _says(project, "run", "--load-versions", "orders")
    err = _says(project, "run", "--load-versions", "orders:2026-01-01T00.00.00.000Z")
    assert "keeps no versions" in err


def test_a_ledger_that_is_none(project: ProjectOnDisk) -> None:
    project.write({".noria/ledger.db": "this is no database, and long enough to be read as one"})
    err = _says(project, "run")
    assert "the ledger" in err
    assert "cannot be read" in err


def test_what_lies_in_the_project_is_named_as_in_its_folder_from_everywhere(
    project: ProjectOnDisk,
) -> None:
    below = ProjectOnDisk(project.path / "src")
    said = below.noria("run").out
    assert "data/totals.json\n" in said
    assert said.count("total  ") == 1  # no node is told twice
    for words in (("runs", "show"), ("lineage", "totals"), ("cache", "status")):
        assert str(project.path) not in below.noria(*words).out
    project.write({"data/orders.csv": ""})
    error = below.noria("run", code=1).err
    assert "cannot load 'orders' at data/orders.csv" in error
    assert str(project.path) not in error


def test_a_pipe_among_the_sources_holds_nobody_up(project: ProjectOnDisk) -> None:
    os.mkfifo(project.path / "src/shop/waiting.py")
    os.mkfifo(project.path / "src/shop/waiting.txt")
    project.noria("run", timeout=30)
    assert "up to date" in project.noria("run", timeout=30).out
    assert "2 up to date" in project.noria("plan", timeout=30).out


def test_a_file_of_configuration_whose_name_is_no_utf8(project: ProjectOnDisk) -> None:
    name = os.fsdecode(b"conf/base/parameters_\xff.yml")
    (project.path / name).write_text("depth: 3\nwidth: 4\n")
    shown = json.loads(project.noria("config", "show", "--json").out)
    assert "_\\udcff.yml:2" in json.dumps(shown)
    project.noria("run")
    (project.path / name).write_text("depth: [3\n")
    said = project.noria("plan", code=2).err
    assert "not YAML" in said
    assert "fault of Noria" not in said


@pytest.mark.parametrize(
    ("closed", "command", "named"),
    [
        ("data", "run", "data/orders.csv"),
        ("data", "plan", "data/orders.csv"),
        (".noria", "plan", ".noria/ledger.db"),
        (".noria", "runs", ".noria/ledger.db"),
        (".noria", "cache", ".noria/store"),
    ],
)
def test_a_folder_that_the_user_may_not_enter(
    project: ProjectOnDisk, closed: str, command: str, named: str
) -> None:
    project.noria("run")
    words = [sys.executable, "-m", "noria", command]
    words += {"runs": ["list"], "cache": ["status"]}.get(command, [])
    if os.geteuid() == 0:  # whom nothing is forbidden
        if shutil.which("setpriv") is None:
            pytest.skip("not here: giving up root's rights")
        words = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *words]
    (project.path / closed).chmod(0)
    done = subprocess.run(
        words, cwd=project.path, env=environment(), capture_output=True, text=True, check=False
    )
    (project.path / closed).chmod(0o700)
    assert done.returncode == 2
    assert f"{named} cannot be reached: permission denied" in done.stderr
    assert "fault of Noria" not in done.stderr


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "conf/base/parameters.yml",
            "hello\n",
            "conf/base/parameters.yml:1:1: a config",
        ),
        (
            "conf/base/catalog.yml",
            "2026-01-31\n",
            "conf/base/catalog.yml:1:1: a config",
        ),
        (
            "conf/base/catalog.yml",
            "2026:\n  type: text.TextDataset\n  filepath: a.txt\n",
            "conf/base/catalog.yml:1:1: the name of a dataset is a text, and 2026 is none",
        ),
        (
            "src/shop/pipeline_registry.py",
            "def register_pipelines():\n    return {2026: None}\n",
            "register_pipelines() names a pipeline 2026",
        ),
        (
            "conf/base/catalog.yml",
            f"orders: {{type: text.TextDataset, filepath: {'long' * 100}}}\n",
            f"{'long' * 100} cannot be reached: File name too long",
        ),
    ],
)
def test_what_is_no_name_and_no_mapping_is_told_each_time(
    project: ProjectOnDisk, file: str, text: str, said: str
) -> None:
    project.write({file: text})
    for words in ("run", "plan", "check", "run"):  # what was read once is kept
        assert _says(project, words).startswith(f"Error: {said}"), words


def test_a_run_of_nothing_says_so(project: ProjectOnDisk) -> None:
    empty = "from noria import Pipeline\n\ncreate_pipeline = lambda: Pipeline([])\n"
    project.write({PIPELINE: empty})
    assert project.noria("run").out.rstrip().endswith(", 0 nodes")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--env", ""),
        ("run", "--env="),
        ("run", "--runner", " "),
        ("plan", "--conf-source", ""),
        ("cache", "status", "-e", ""),
        ("viz", "--no-browser", "--host", ""),
    ],
)
def test_a_flag_of_an_unset_variable_does_not_mean_the_usual(
    project: ProjectOnDisk, words: tuple[str, ...]
) -> None:
    assert "it is empty; leave the flag out where the usual is meant" in _says(project, *words)

"""`noria new-project` and `noria new-pipeline`: what they make, refuse, and leave behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

import noria
import pytest
import yaml
from noria.project.create import requirement_of

from tests.project_on_disk import ProjectOnDisk, Said, environment

HANDMADE = "def register_pipelines():\n    return {}\n"


def scaffold(
    here: Path, *words: str, code: int = 0, variables: dict[str, str] | None = None
) -> Said:
    """Run `noria new-project` in a folder, with a home of its own, where nobody can answer."""
    home = here / "home"
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "noria", "new-project", *words],
        cwd=here,
        env=environment() | {"HOME": str(home)} | (variables or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    assert list(home.iterdir()) == [], "something was written to the user's home"
    return Said(done.stdout, done.stderr)


def left(here: Path) -> list[str]:
    """Return what lies in a folder, but for the home that `scaffold` made."""
    return sorted(path.name for path in here.iterdir() if path.name != "home")


def write_starter(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """Write a small cookiecutter template of somebody else."""
    files = files or {"{{ cookiecutter.slug }}/hello.txt": "{{ cookiecutter.greeting }}"}
    variables = {"project_name": "x", "slug": "{{ cookiecutter.project_name }}", "greeting": "hi"}
    for name, text in {"cookiecutter.json": json.dumps(variables), **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def git(repository: Path, *words: str) -> None:
    """Run git in a repository as somebody."""
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@localhost"]
    subprocess.run(["git", "-C", str(repository), *who, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with a starter, tagged `old`, and a commit after that."""
    if shutil.which("git") is None:
        pytest.skip("not here: git is not installed")
    folder = write_starter(tmp_path / "repository")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "starter")
    git(folder, "tag", "old")
    (folder / "{{ cookiecutter.slug }}" / "new.txt").write_text("new", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "more")
    return folder


@pytest.fixture(scope="module")
def minimal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minimal project called shop; tests copy it."""
    here = tmp_path_factory.mktemp("minimal")
    scaffold(here, "shop")
    return here / "shop"


@pytest.fixture
def shop(minimal: Path, tmp_path: Path) -> ProjectOnDisk:
    shutil.copytree(minimal, tmp_path / "shop")
    return ProjectOnDisk(tmp_path / "shop")


def test_it_says_what_it_made_and_the_next_commands(tmp_path: Path) -> None:
    said = scaffold(tmp_path, "late-flights", "--name", "Late Flights")
    assert "made 'Late Flights' in late-flights, package late_flights" in said.out
    commands = said.out.partition("next:")[2].split("\n")[1:4]
    assert [command.strip() for command in commands] == [
        "cd late-flights",
        "noria new-pipeline clean",
        "noria run",
    ]
    assert (tmp_path / "late-flights/src/late_flights/pipeline_registry.py").is_file()
    assert left(tmp_path) == ["late-flights"]


def test_a_path_is_not_needed_where_there_is_a_name(tmp_path: Path) -> None:
    scaffold(tmp_path, "--name", "Verspätete Flüge")
    assert left(tmp_path) == ["verspatete-fluge"]


def test_folders_above_are_made(tmp_path: Path) -> None:
    scaffold(tmp_path, "a/b/shop")
    assert (tmp_path / "a/b/shop/pyproject.toml").is_file()


def test_an_empty_folder_is_filled_and_so_is_a_fresh_repository(tmp_path: Path) -> None:
    (tmp_path / "shop" / ".git").mkdir(parents=True)
    here = tmp_path / "shop"
    done = subprocess.run(
        [sys.executable, "-m", "noria", "new-project", ".", "--no-input"],
        cwd=here, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "cd " not in done.stdout
    assert (here / "src/shop/__init__.py").is_file()
    assert left(tmp_path) == ["shop"]


def test_json_names_what_was_made(tmp_path: Path) -> None:
    document = json.loads(scaffold(tmp_path, "shop", "--json").out)
    assert document["path"] == str(tmp_path / "shop")
    assert (document["package"], document["starter"]) == ("shop", "minimal")


@pytest.mark.parametrize(
    "value",
    ["{{ 7*7 }}", "{{ x", "{% raw %}", "{# gone #}", "{{ cookiecutter }}", "${{ a }} \\ 'ß'"],
)
@pytest.mark.parametrize("starter", ["minimal", "./mine"])
def test_a_value_arrives_as_it_was_typed(tmp_path: Path, value: str, starter: str) -> None:
    write_starter(tmp_path / "mine")
    key = "description" if starter == "minimal" else "greeting"
    scaffold(tmp_path, "shop", "--starter", starter, "--set", f"{key}={value}")
    file = "README.md" if starter == "minimal" else "hello.txt"
    assert value in (tmp_path / "shop" / file).read_text("utf-8").splitlines()


def test_a_name_arrives_as_it_was_typed(tmp_path: Path) -> None:
    scaffold(tmp_path, "shop", "--name", "{{ 7*7 }} shops", "--set", "package_name=shops")
    assert (tmp_path / "shop/README.md").read_text("utf-8").startswith("# {{ 7*7 }} shops\n")


def test_a_sharp_s_becomes_two(tmp_path: Path) -> None:
    scaffold(tmp_path, "--name", "Große Straße")
    assert left(tmp_path) == ["grosse-strasse"]


def test_no_release_of_a_stranger_can_come_in(tmp_path: Path) -> None:
    scaffold(tmp_path, "shop")
    document = tomllib.loads((tmp_path / "shop/pyproject.toml").read_text("utf-8"))
    needed = [one for one in document["project"]["dependencies"] if one.startswith("noria")]
    assert needed in ([], [f"noria=={noria.__version__}"])
    assert needed == [] or "+" in noria.__version__
    assert "another project" in (tmp_path / "shop/README.md").read_text("utf-8")
    workflow = yaml.safe_load((tmp_path / "shop/.github/workflows/ci.yml").read_text("utf-8"))
    runs = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    assert runs[:2] == ['pip install "noria @ $NORIA_SOURCE"', 'pip install -e ".[dev]"']
    assert workflow["env"]["NORIA_SOURCE"].startswith("git+https://")


@pytest.mark.parametrize(
    ("version", "requirement"), [("0.1.0", ""), ("0.1.0+house", "noria==0.1.0+house")]
)
def test_only_a_version_that_no_public_index_takes_is_required(
    version: str, requirement: str
) -> None:
    assert requirement_of(version) == requirement


def test_template_variables_can_be_set(tmp_path: Path) -> None:
    words = ["--set", 'description=Who "leaves", and why\\n', "--set", "package_name=leavers"]
    scaffold(tmp_path, "churn", *words)
    assert (tmp_path / "churn/src/leavers/__init__.py").is_file()
    project = ProjectOnDisk(tmp_path / "churn")
    assert "no pipeline yet" in project.noria("pipelines", "list").out


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("class", "the project name 'class' makes the package 'class', which is a word of"),
        ("2013flights", "begins with a digit"),
        ("json", "would hide Python's own module"),
        ("test", "would hide Python's own module"),
        ("pandas", "would hide the installed package"),
        ("click", "would hide the installed package"),
        ("日本", "has no letter that a Python package can be named after"),
        ("--", "begins with '-'"),
    ],
)
def test_a_name_that_makes_no_package_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    assert reason in scaffold(tmp_path, f"--name={name}", code=2).err
    assert left(tmp_path) == []


def test_a_package_that_is_none_is_refused(tmp_path: Path) -> None:
    said = scaffold(tmp_path, "shop", "--set", "package_name=my/shop", code=2)
    assert "'my/shop' is no Python package name" in said.err
    assert left(tmp_path) == []


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/notes.txt").write_text("mine", encoding="utf-8")
    assert "is not empty: notes.txt" in scaffold(tmp_path, "shop", code=2).err
    assert left(tmp_path / "shop") == ["notes.txt"]


def test_a_file_in_the_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine", encoding="utf-8")
    assert "is a file" in scaffold(tmp_path, "shop", code=2).err


def test_an_unknown_starter_gets_the_nearest(tmp_path: Path) -> None:
    said = scaffold(tmp_path, "shop", "--starter", "flihgts", code=2)
    assert "no starter 'flihgts'; there are flights, minimal" in said.err
    assert "did you mean 'flights'?" in said.err
    assert left(tmp_path) == []


def test_a_starter_folder_that_is_not_there(tmp_path: Path) -> None:
    said = scaffold(tmp_path, "shop", "--starter", "./nowhere", code=2)
    assert "no starter at ./nowhere" in said.err
    assert "the starters that come along are flights, minimal" in said.err
    (tmp_path / "empty").mkdir()
    said = scaffold(tmp_path, "shop", "--starter", "./empty", code=2)
    assert "it has no cookiecutter.json" in said.err
    assert left(tmp_path) == ["empty"]


def test_an_unknown_variable_gets_the_nearest(tmp_path: Path) -> None:
    said = scaffold(tmp_path, "shop", "--set", "descripton=x", code=2)
    assert "has no variable 'descripton'" in said.err
    assert "did you mean 'description'?" in said.err
    assert "is not key=value" in scaffold(tmp_path, "shop", "--set", "description", code=2).err
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--set", "description=--upload-pack=touch pwned"],
        ["--starter=--upload-pack=touch pwned"],
        ["--starter=gh:someone/starter", "--checkout=--config=alias.checkout=!touch pwned"],
    ],
)
def test_a_value_that_tries_to_be_an_option_is_refused(tmp_path: Path, words: list[str]) -> None:
    err = scaffold(tmp_path, "shop", *words, code=2).err
    assert "could take it for an option" in err
    assert "begin it with another character" in err
    assert left(tmp_path) == []


@pytest.mark.parametrize("address", ["ext::sh -c touch% pwned", "http://host/x", "hg+ssh://x/y"])
def test_only_safe_ways_to_a_repository_are_followed(tmp_path: Path, address: str) -> None:
    said = scaffold(tmp_path, "shop", "--starter", address, code=2)
    assert "is no git address that Noria follows" in said.err
    assert left(tmp_path) == []


def test_somebody_elses_folder_is_a_starter(tmp_path: Path) -> None:
    write_starter(tmp_path / "mine")
    scaffold(tmp_path, "shop", "--starter", "./mine", "--set", "greeting=hello")
    assert (tmp_path / "shop/hello.txt").read_text() == "hello"
    assert left(tmp_path) == ["mine", "shop"]


def test_a_git_address_is_a_starter_at_any_commit(tmp_path: Path, repository: Path) -> None:
    address = repository.as_uri()
    scaffold(tmp_path, "new", "--starter", address)
    assert left(tmp_path / "new") == ["hello.txt", "new.txt"]
    scaffold(tmp_path, "old", "--starter", address, "--checkout", "old")
    assert left(tmp_path / "old") == ["hello.txt"]


def test_a_starter_that_came_along_has_no_other_version(tmp_path: Path) -> None:
    said = scaffold(tmp_path, "late", "--starter", "flights", "--checkout", "v1", code=2)
    assert "the starter flights came along with Noria" in said.err
    assert "leave --checkout out" in said.err


def test_what_git_says_is_passed_on(tmp_path: Path, repository: Path) -> None:
    gone = (repository / "gone").as_uri().replace("file://", "file://me:secret@")
    said = scaffold(tmp_path, "shop", "--starter", gone, code=2)
    assert "git could not clone file:///" in said.err
    assert "fatal: " in said.err
    assert "secret" not in said.err
    words = ["--starter", repository.as_uri(), "--checkout", "never"]
    said = scaffold(tmp_path, "shop", *words, code=2)
    assert "git found no 'never'" in said.err
    assert left(tmp_path) == ["repository"]


def test_without_git_there_is_a_word_about_it(tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path / "home")}
    said = scaffold(tmp_path, "shop", "--starter", "gh:a/b", code=2, variables=nothing)
    assert "git is not installed" in said.err


def test_a_starter_that_does_not_render_leaves_nothing(tmp_path: Path) -> None:
    broken = {
        "{{ cookiecutter.slug }}/a.txt": "fine",
        "{{ cookiecutter.slug }}/b.txt": "{{ cookiecutter.unheard }}",
    }
    write_starter(tmp_path / "mine", broken)
    said = scaffold(tmp_path, "deep/shop", "--starter", "./mine", code=2)
    assert "the starter does not render: Unable to create file 'b.txt'" in said.err
    assert left(tmp_path) == ["mine"]


def test_a_hook_that_fails_leaves_nothing(tmp_path: Path) -> None:
    files = {
        "{{ cookiecutter.slug }}/a.txt": "a",
        "hooks/post_gen_project.py": "raise SystemExit(1)",
    }
    write_starter(tmp_path / "mine", files)
    assert "does not render" in scaffold(tmp_path, "shop", "--starter", "./mine", code=2).err
    assert left(tmp_path) == ["mine"]


@pytest.mark.skipif(os.name == "nt", reason="not here: Windows has no SIGINT for one process")
def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    hook = "import pathlib, time\npathlib.Path(r'{}').touch()\ntime.sleep(2)\n"
    files = {
        "{{ cookiecutter.slug }}/a.txt": "a",
        "hooks/post_gen_project.py": hook.format(tmp_path / "started"),
    }
    write_starter(tmp_path / "mine", files)
    process = ProjectOnDisk(tmp_path).start("new-project", "shop", "-s", "./mine", "--no-input")
    deadline = time.monotonic() + 30
    while not (tmp_path / "started").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert left(tmp_path) == ["mine", "started"]


def test_without_a_terminal_what_is_missing_is_named(tmp_path: Path) -> None:
    assert "the project needs a name" in scaffold(tmp_path, code=2).err


def answered(here: Path, *words: str, answers: str, code: int = 0) -> Said:
    """Run `noria new-project` in a pseudo-terminal, with these lines typed into it."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "noria", "new-project", *words],
        cwd=here, env=environment(), stdin=theirs, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        os.write(ours, answers.encode())
        said = Said(*process.communicate(timeout=30))
    finally:
        process.kill()
        os.close(ours)
        os.close(theirs)
    assert process.returncode == code, said
    return said


ON_LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="not here: needs a Linux pseudo-terminal"
)


@ON_LINUX
def test_in_a_terminal_it_asks(tmp_path: Path) -> None:
    said = answered(tmp_path, answers="Corner Shop\nminimal\n")
    assert "worked example" in said.out
    assert left(tmp_path) == ["corner-shop"]


@ON_LINUX
def test_a_bad_answer_is_asked_again(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/notes.txt").write_text("mine", encoding="utf-8")
    answers = "import\n日本\ntaken\nCorner Shop\nminimla\nminimal\n"
    said = answered(tmp_path, answers=answers)
    before, _, after = said.out.partition("Starters:")
    assert "makes the package 'import', which is a word of the Python language" in before
    assert "has no letter" in before
    assert "is not empty: notes.txt" in before
    assert "did you mean 'minimal'?" in after
    assert left(tmp_path) == ["corner-shop", "taken"]


@ON_LINUX
def test_a_bad_name_that_was_given_ends_before_any_question(tmp_path: Path) -> None:
    said = answered(tmp_path, "--name", "import", answers="minimal\n", code=2)
    assert "Starter" not in said.out
    assert "which is a word of the Python language" in said.err


def test_a_new_pipeline_runs_at_once_and_has_a_test(shop: ProjectOnDisk) -> None:
    said = shop.noria("new-pipeline", "clean")
    assert "src/shop/pipelines/clean/nodes.py" in said.out
    assert "noria run --pipeline clean" in said.out
    assert "clean_count_parameters" in shop.noria("run", "--pipeline", "clean").out
    assert "clean_count_parameters" in shop.noria("run", "--force").out
    assert (shop.path / "tests/test_clean.py").is_file()


def test_a_new_pipeline_is_found_from_a_folder_below(shop: ProjectOnDisk) -> None:
    below = ProjectOnDisk(shop.path / "src")
    document = json.loads(below.noria("new-pipeline", "clean", "--json").out)
    assert document["registered"] is True
    assert {Path(path).name for path in document["files"]} == {
        "__init__.py",
        "nodes.py",
        "pipeline.py",
        "test_clean.py",
    }


def test_a_registry_by_hand_is_left_alone_and_said(shop: ProjectOnDisk) -> None:
    shop.write({"src/shop/pipeline_registry.py": HANDMADE})
    assert "add it to pipeline_registry.py" in shop.noria("new-pipeline", "clean").out
    assert (shop.path / "src/shop/pipeline_registry.py").read_text() == HANDMADE


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("class", "it is a word of the Python language"),
        ("2clean", "no Python package can have it"),
        ("my-pipeline", "no Python package can have it"),
        ("_hidden", "a _ in front hides it"),
        ("../clean", "no Python package can have it"),
        ("é", "no Python package can have it"),
    ],
)
def test_a_name_that_is_no_pipelines_is_refused(
    shop: ProjectOnDisk, name: str, reason: str
) -> None:
    said = shop.noria("new-pipeline", name, code=2)
    assert f"{name!r} is no name for a pipeline: {reason}" in said.err


def test_an_existing_pipeline_or_test_is_not_touched(shop: ProjectOnDisk) -> None:
    shop.write({"src/shop/pipelines/clean/nodes.py": "mine", "tests/test_other.py": "mine"})
    said = shop.noria("new-pipeline", "clean", code=2)
    assert "src/shop/pipelines/clean" in said.err
    said = shop.noria("new-pipeline", "other", code=2)
    assert "tests/test_other.py" in said.err
    assert left(shop.path / "src/shop/pipelines/clean") == ["nodes.py"]
    assert not (shop.path / "src/shop/pipelines/other").exists()


def test_a_new_pipeline_outside_of_a_project(tmp_path: Path) -> None:
    said = ProjectOnDisk(tmp_path).noria("new-pipeline", "clean", code=2)
    assert "no Noria project" in said.err

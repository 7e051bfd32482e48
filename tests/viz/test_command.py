"""The command `noria viz`: its flags, and what it says about mistakes."""

import pytest
from noria_viz.security import hosts_of
from noria_viz.serving import printed_address

from tests.project_on_disk import ProjectOnDisk
from tests.viz.graphs import LIGHT, NODES
from tests.viz.served import served


@pytest.fixture
def light(project: ProjectOnDisk) -> ProjectOnDisk:
    project.write(LIGHT)
    return project


def test_flags_choose_what_is_shown_and_with_which_configuration(light: ProjectOnDisk) -> None:
    light.write({"conf/full/parameters.yml": "rate: 7.5\nsince: 2020-01-01\n"})
    flags = ("--nodes", "total", "--env", "full", "--params", "since=2026-01-31")
    with served(light.path, *flags) as view:
        document = view.get("/api/graph").json
        assert [one["name"] for one in document["elements"] if one["kind"] == "function"] == [
            "total"
        ]
        assert (document["selection"], document["env"]) == (["--nodes", "total"], "full")
        assert document["configuration"] == ["--env", "full", "--params", "since=2026-01-31"]
        command = view.get("/api/element?id=f:total").json["command"]
        assert command == "noria run --env full --params since=2026-01-31 --nodes total"
        value = view.get("/api/element?id=p:params:rate").json
        assert (value["value"], value["where"]) == (7.5, "conf/full/parameters.yml:1:1")
        # A pipeline that is asked for by name is shown whole.
        whole = view.get("/api/graph?pipeline=sales").json
        assert len([one for one in whole["elements"] if one["kind"] == "function"]) == 2


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--env", "locl"], "no environment 'locl'"),
        (["--params", "rate"], "--params"),
        (["--load-versions", "x"], "NAME:VERSION"),
        (["--host", "256.0.0.1"], "256.0.0.1"),
        (["--port", "70000"], "70000"),
        (["--conf-source", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_is_told_at_once(light: ProjectOnDisk, flags: list[str], told: str) -> None:
    said = light.noria("viz", "--no-browser", *flags, code=2)
    assert told in said.err
    assert "Traceback" not in said.err


def test_outside_of_a_project_it_says_so(light: ProjectOnDisk) -> None:
    (light.path / "pyproject.toml").unlink()
    assert "no Noria project" in light.noria("viz", "--no-browser", code=2).err


def test_nothing_is_imported_that_is_not_asked_for(light: ProjectOnDisk) -> None:
    """The server itself holds no project, no pandas, no YAML: another process does."""
    light.write({NODES: "import sys\n\nprint('imported', file=sys.stderr)\n" + LIGHT[NODES]})
    broken = "raise RuntimeError('not asked for')\n"
    light.write(
        {
            "src/shop/pipelines/other/__init__.py": "",
            "src/shop/pipelines/other/pipeline.py": broken,
        }
    )
    with served(light.path, "--pipeline", "sales") as view:
        assert view.get("/api/graph").json["problem"] is None
        assert view.get("/api/graph?pipeline=other").json["problem"]["where"] == (
            "src/shop/pipelines/other/pipeline.py:1:1"
        )
        assert view.get("/api/graph").json["problem"] is None
        code, errors = view.stop()
        assert (code, errors.count("imported")) == (0, 1)


@pytest.mark.parametrize(
    ("host", "allowed", "address"),
    [
        ("127.0.0.1", None, "http://127.0.0.1:8000"),
        ("::1", None, "http://[::1]:8000"),
        ("::", None, "http://localhost:8000"),
        ("::", "box", "http://box:8000"),
        ("127.0.0.1", "localhost:9000", "http://localhost:9000"),
        ("127.0.0.1", "box", "http://127.0.0.1:8000"),
    ],
)
def test_the_printed_address_is_one_that_is_answered(
    host: str, allowed: str | None, address: str
) -> None:
    assert printed_address(host, 8000, allowed) == address
    allowed_hosts = [allowed] if allowed else []
    assert address.removeprefix("http://") in hosts_of(host, 8000, allowed_hosts)


def test_on_all_addresses_only_known_names_are_answered() -> None:
    assert not {"[::]:8000", "::", "evil.example:8000", ""} & hosts_of("::", 8000, ["box"])

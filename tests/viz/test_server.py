"""What the running view answers, and what it does when the project changes."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from noria_viz.plotly_frame import frame_page

from tests.project_on_disk import SHOP, ProjectOnDisk, environment
from tests.viz.graphs import HOSTILE, LIGHT, NODES, PIPELINE
from tests.viz.served import Served, served

SECRETS = {
    "conf/base/catalog.yml": SHOP["conf/base/catalog.yml"]
    + "\nsecret:\n  type: pandas.CSVDataset\n  filepath: s3://ann:hunter2@bucket/a.csv\n"
    "  credentials: dev\n  fs_args:\n    key: hunter2\n  load_args:\n    api_key: hunter2\n",
    "conf/local/credentials.yml": "dev:\n  secret: hunter2\n",
    "conf/base/parameters.yml": "rate: 1.5\ndb_password: hunter2\n",
    PIPELINE: SHOP[PIPELINE]
    .replace('inputs="orders"', 'inputs=["orders", "secret", "params:db_password"]')
    .replace("node(clean", "node(lambda a, b, c: a"),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = ProjectOnDisk(tmp_path_factory.mktemp("served") / "shop")
    project.write({**LIGHT, **SECRETS})
    with served(project.path) as view:
        yield view


def test_the_graph_has_what_the_project_has(shop: Served) -> None:
    answer = shop.get("/api/graph")
    names = {element["name"] for element in answer.json["elements"]}
    assert {"orders", "clean", "clean_orders", "total", "totals", "params:rate"} <= names
    assert answer.json["problem"] is None
    tag = {"If-None-Match": answer.headers["etag"]}
    assert shop.get("/api/graph", **tag).status == 304


def test_the_scene_follows_the_view(shop: Served) -> None:
    plain = shop.get("/api/dot").json
    assert plain["dot"].startswith("digraph")
    assert plain["revision"] == shop.get("/api/graph").json["revision"]
    assert shop.get("/api/dot?params=1&direction=TB").json["dot"].count("rankdir=TB") == 1
    state = {"params": True, "direction": "LR", "only": ["f:total", "d:totals", "p:params:rate"]}
    focused = shop.post("/api/dot", state).json
    assert [node["id"] for node in focused["nodes"]] == ["p:params:rate", "f:total", "d:totals"]
    wrong: list[Any] = [{"direction": "UP"}, {"collapsed": "x"}, {"only": [1]}, []]
    for state in wrong:
        assert shop.post("/api/dot", state).status == 400


def test_a_function_has_its_source_parameters_and_command(shop: Served) -> None:
    told = shop.get("/api/element?id=f:total").json
    assert told["source"] == {
        "file": NODES,
        "line": 5,
        "text": "def total(clean_orders, rate):\n    return 1\n",
    }
    assert told["parameters"] == [
        {"name": "params:rate", "value": 1.5, "where": "conf/base/parameters.yml:1:1"}
    ]
    assert (told["inputs"], told["outputs"]) == (["clean_orders"], ["totals"])
    assert told["command"] == "noria run --nodes total"
    command = shop.get("/api/element?id=f:total&pipeline=sales").json["command"]
    assert command == "noria run --pipeline sales --nodes total"


def test_a_dataset_has_its_entry_size_and_columns(shop: Served) -> None:
    told = shop.get("/api/element?id=d:orders").json
    assert told["where"] == "conf/base/catalog.yml:1:1"
    assert told["config"][1] == {
        "key": "filepath",
        "value": "data/orders.csv",
        "where": "conf/base/catalog.yml:3:3",
    }
    assert (told["filepath"], told["size"], told["rows"]) == ("data/orders.csv", 34, 3)
    assert [column["name"] for column in told["columns"]] == ["item", "price"]
    assert told["consumers"] == ["f:clean"]
    assert "place" not in told
    absent = shop.get("/api/element?id=d:totals").json
    assert (absent["producer"], absent["size"], absent["rows"]) == ("f:total", None, None)


def test_previews_say_what_there_is_or_why_not(shop: Served) -> None:
    table = shop.get("/api/preview?id=d:orders").json
    assert table["rows"][2] == ["fig", None]
    assert shop.get("/api/preview?id=d:totals").json["reason"] == "nothing is there yet"
    assert "memory" in shop.get("/api/preview?id=d:clean_orders").json["reason"]
    assert "machine" in shop.get("/api/preview?id=d:secret").json["reason"]
    for id_ in ("f:clean", "d:../../etc/passwd", "d:", "x", ""):
        assert shop.get(f"/api/preview?id={id_}").status == 404


def test_no_secret_is_told(shop: Served) -> None:
    for route in (
        "/api/graph",
        "/api/dot?params=1",
        "/api/element?id=d:secret",
        "/api/element?id=p:params:db_password",
        "/api/element?id=f:clean",
        "/api/preview?id=d:secret",
    ):
        answer = shop.get(route)
        assert answer.status == 200, route
        assert b"hunter2" not in answer.body, route
    assert "credentials" in {
        each["key"] for each in shop.get("/api/element?id=d:secret").json["config"]
    }


def test_an_unknown_pipeline_is_a_problem_with_a_name(shop: Served) -> None:
    problem = shop.get("/api/graph?pipeline=saels").json["problem"]
    assert "no pipeline 'saels'" in problem["message"]
    assert "'sales'" in problem["hint"]


def test_the_frame_for_figures_has_no_rights(shop: Served) -> None:
    page = shop.get("/frame/plotly")
    assert page.status == 200
    policy = page.headers["content-security-policy"]
    assert "sandbox allow-scripts;" in policy
    assert "connect-src" not in policy
    assert "default-src 'none'" in policy
    made = frame_page()
    assert made is not None
    assert made[0].count(b"<script>") == made[0].lower().count(b"</script") == 2
    assert shop.get("/plotly.js").headers["content-type"].startswith("text/javascript")


def test_large_answers_are_compressed_where_that_is_taken(shop: Served) -> None:
    packed = shop.get("/plotly.js", **{"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in shop.get("/plotly.js").headers


def test_the_body_of_an_answer_does_not_wait_for_the_network_to_acknowledge_its_head(
    shop: Served,
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=30)
    waits = []
    for _ in range(30):
        connection.request("GET", "/icon.svg", headers={"Cookie": shop.cookie})
        answer = connection.getresponse()
        began = time.perf_counter()
        answer.read()
        waits.append(time.perf_counter() - began)
    connection.close()
    # Where it does, each but the first ones waits 40 ms; else only those that the machine delays.
    assert statistics.quantiles(waits[10:])[0] < 0.03, waits


def test_an_edit_is_seen_and_told(project: ProjectOnDisk) -> None:
    project.write(LIGHT)
    with served(project.path) as view, view.events() as one, view.events() as two:
        before = view.get("/api/graph").json
        project.write({PIPELINE: SHOP[PIPELINE].replace('name="total"', 'name="sum_up"')})
        told = one.wait_for("graph")
        assert two.wait_for("graph") == told
        after = view.get("/api/graph").json
        assert after["revision"] == told["revision"] != before["revision"]
        assert "sum_up" in {element["name"] for element in after["elements"]}
        # Only a body changed: the graph is the same, the source is not.
        seen = len(one.seen)
        project.write({NODES: LIGHT[NODES].replace("return 1", "return 2")})
        one.wait_for("details", after=seen)
        assert "return 2" in view.get("/api/element?id=f:sum_up").json["source"]["text"]
        assert [kind for kind, _ in one.seen[seen:]] == ["details"]


def test_what_a_run_in_another_process_makes_is_told(project: ProjectOnDisk) -> None:
    project.write(LIGHT)
    project.noria("run")
    with served(project.path) as view, view.events() as events:
        before = view.get("/api/element?id=d:totals").json["size"]
        time.sleep(1)  # a look at what lies there is no run, and tells of none
        assert events.seen == []
        project.write({NODES: LIGHT[NODES].replace("return 1", "return 22_222")})
        events.wait_for("details")
        seen = len(events.seen)
        project.noria("run")
        events.wait_for("details", after=seen)
        assert view.get("/api/element?id=d:totals").json["size"] == before + 4


def test_code_that_does_not_import_shows_why_and_the_last_good_graph(
    project: ProjectOnDisk,
) -> None:
    project.write(LIGHT)
    with served(project.path) as view, view.events() as events:
        good = view.get("/api/graph").json
        project.write({NODES: "def clean(orders):\n    return (\n"})
        told = events.wait_for("graph")
        broken = view.get("/api/graph").json
        assert broken["problem"]["where"].startswith(f"{NODES}:2:")
        assert told["problem"] == broken["problem"]
        assert broken["elements"] == good["elements"]
        seen = len(events.seen)
        project.write(LIGHT)
        events.wait_for("graph", after=seen)
        mended = view.get("/api/graph").json
        assert (mended["problem"], mended["revision"]) == (None, good["revision"])
    project.write({NODES: "import no_such_module\n"})
    with served(project.path) as view:
        later = view.get("/api/graph").json
        assert later["problem"]["where"].startswith(f"{NODES}:1:")
        assert later["elements"] == good["elements"]
        assert view.get("/").status == 200


def test_an_import_that_never_ends_is_given_up_once_it_is_mended(project: ProjectOnDisk) -> None:
    forever = "import time\n\ntime.sleep(600)\n"
    project.write({**LIGHT, NODES: forever})
    with served(project.path) as view, view.events() as events:
        project.write({NODES: LIGHT[NODES]})
        until = time.monotonic() + 30
        while view.get("/api/graph").json["problem"] is not None:  # read while it is half written
            assert time.monotonic() < until
            time.sleep(0.1)
        seen = len(events.seen)
        project.write({NODES: forever})
        time.sleep(1.5)
        assert len(view.get("/api/graph").json["elements"]) == 6
        project.write({NODES: LIGHT[NODES].replace("return 1", "return 3")})
        events.wait_for("details", after=seen)
        assert "return 3" in view.get("/api/element?id=f:total").json["source"]["text"]


def test_a_project_that_ends_its_process_does_not_end_the_view(project: ProjectOnDisk) -> None:
    project.write({**LIGHT, NODES: "import os\n\nprint('noise')\nos._exit(3)\n"})
    with served(project.path) as view:
        document = view.get("/api/graph").json
        assert "ended its process" in document["problem"]["message"]
        assert document["elements"] == []


def test_what_the_project_prints_does_not_disturb(project: ProjectOnDisk) -> None:
    noise = "import sys\n\nprint('{}')\nsys.stdout.write('x' * 100)\nsys.stdin.readline()\n"
    project.write({**LIGHT, NODES: noise + LIGHT[NODES]})
    with served(project.path) as view:
        assert view.get("/api/graph").json["problem"] is None


def test_hostile_names_come_through_as_they_are(project: ProjectOnDisk) -> None:
    names = [name for name in HOSTILE if "@" not in name]
    project.write(
        {
            **LIGHT,
            PIPELINE: "from noria import Pipeline, node\n\n\ndef create_pipeline():\n"
            f"    names = {names!r}\n"
            "    return Pipeline([node(len, n, f'o{k}', name=f'r{k}') for k, n in"
            " enumerate(names)])\n",
        }
    )
    with served(project.path) as view:
        document = view.get("/api/graph").json
        assert set(names) <= {element["name"] for element in document["elements"]}
        scene = view.get("/api/dot").json
        assert len(scene["nodes"]) == len(names) * 3
        for node in scene["nodes"]:
            assert node["label"].isprintable()
            assert node["width"] <= 700


@pytest.mark.parametrize("count", [0, 1, 2500])
def test_graphs_of_any_size_are_answered(project: ProjectOnDisk, count: int) -> None:
    project.write(
        {
            **LIGHT,
            PIPELINE: "from noria import Pipeline, node\n\n\ndef create_pipeline():\n"
            "    return Pipeline([node(len, f'd{k}', f'd{k + 1}', name=f'n{k}',"
            " namespace='a.b.c.d.e.f.g.h.i.j' if k % 7 == 0 else None)"
            f" for k in range({count})])\n",
        }
    )
    with served(project.path) as view:
        document = view.get("/api/graph").json
        expected = count * 2 + 1 if count else 0
        assert len(document["elements"]) == expected
        assert len(view.get("/api/dot").json["nodes"]) <= 60
        assert view.post("/api/dot", {"collapsed": []}).status == 200


def test_ctrl_c_ends_it_quietly_also_with_pages_open(project: ProjectOnDisk) -> None:
    project.write(LIGHT)
    with served(project.path) as view, view.events() as events:
        started = time.monotonic()
        code, errors = view.stop()
        assert code == 0
        assert "Traceback" not in errors
        assert time.monotonic() - started < 5
        assert events.ended.wait(5)


def test_ctrl_c_ends_an_import_that_takes_for_ever(project: ProjectOnDisk) -> None:
    project.write(
        {
            **LIGHT,
            NODES: "import os, pathlib, time\n"
            "pathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)\n",
        }
    )
    with served(project.path) as view:
        pid = project.path / "pid"
        deadline = time.monotonic() + 20
        while not pid.exists() or not pid.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert view.get("/").status == 200
        assert view.stop()[0] == 0
        _assert_gone(int(pid.read_text()))


def test_a_view_that_is_ended_while_it_reads_an_edit_says_nothing(project: ProjectOnDisk) -> None:
    project.write(LIGHT)
    with served(project.path) as view, view.events():
        began = project.path / "began"
        assert view.get("/api/graph").status == 200
        project.write({NODES: f"import time\nopen({str(began)!r}, 'w')\ntime.sleep(600)\n"})
        deadline = time.monotonic() + 20
        while not began.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        view.process.terminate()
        _, errors = view.process.communicate(timeout=15)
        assert errors == "Ctrl-C ends it.\n"


def test_a_view_that_is_killed_leaves_no_process(project: ProjectOnDisk) -> None:
    project.write(
        {
            **LIGHT,
            NODES: "import os, pathlib\n"
            "pathlib.Path('pid').write_text(str(os.getpid()))\n" + LIGHT[NODES],
        }
    )
    with served(project.path) as view:
        view.get("/api/graph")
        view.process.kill()
        view.process.wait()
        _assert_gone(int((project.path / "pid").read_text()))


def _assert_gone(pid: int) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        status = Path(f"/proc/{pid}/stat")
        if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} still runs")


def test_a_taken_port_is_named_and_without_one_a_free_one_is_found(project: ProjectOnDisk) -> None:
    project.write(LIGHT)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = project.noria("viz", "--no-browser", "--port", str(port), code=2)
        assert f"port {port}" in said.err
        assert "Traceback" not in said.err
    with served(project.path) as one, served(project.path) as two:
        assert one.port != two.port
        assert two.request("/api/graph", headers={"Cookie": one.cookie}).status == 403


def test_the_browser_is_opened_by_a_ticket_that_works_once(project: ProjectOnDisk) -> None:
    project.write(LIGHT)
    browser = project.path / "browser"
    browser.write_text(f'#!{sys.executable}\nimport sys\nopen("opened", "w").write(sys.argv[1])\n')
    browser.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "noria", "viz"],
        cwd=project.path,
        env={**environment(), "BROWSER": f"{browser} %s"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        view = Served(process, process.stdout.readline().strip())
        opened = project.path / "opened"
        deadline = time.monotonic() + 10
        while not (opened.exists() and opened.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        query = opened.read_text().partition("?")[2]
        assert view.token not in query
        assert view.request(f"/?{query}").status == 303
        assert view.request(f"/?{query}").status == 403
    finally:
        process.kill()
        process.communicate()


def test_the_page_and_its_parts_are_served(shop: Served) -> None:
    page = shop.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert shop.get("/style.css").headers["content-type"].startswith("text/css")
    assert shop.get("/", **{"If-None-Match": page.headers["etag"]}).status == 304
    assert json.loads(shop.get("/api/graph").body)["version"] == 1

"""The panel beside the graph: what it tells of functions, datasets and parameters."""

import base64
import struct
import zlib
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.viz.pages.looking import Look

FUNCTION = {
    "kind": "function",
    "id": "f:join_sales",
    "name": "join_sales",
    "func": "join_sales",
    "source": {
        "file": "src/shop/nodes.py",
        "line": 41,
        "text": 'def join_sales(orders, customers):\n    """Join."""\n    return orders  # done\n',
    },
    "inputs": ["clean_orders", "customers"],
    "outputs": ["sales"],
    "parameters": [
        {"name": "params:join.how", "value": "left", "where": "conf/base/parameters.yml:3:8"}
    ],
    "tags": ["prepare"],
    "command": "noria run --nodes join_sales",
}
DATASET = {
    "kind": "dataset",
    "id": "d:sales",
    "name": "sales",
    "type": "pandas.ParquetDataset",
    "filepath": "data/03_primary/sales.parquet",
    "config": [{"key": "save_args.index", "value": False, "where": "conf/base/catalog.yml:9:5"}],
    "where": "conf/base/catalog.yml:6:1",
    "size": 1_234_567,
    "modified": 0,
    "rows": 12_345,
    "columns": [{"name": "amount", "type": "double"}],
    "producer": "f:join_sales",
    "consumers": ["f:draw"],
    "can_preview": True,
}


def _png() -> str:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0\xff\0\0\0\xff\0" * 2)
    made = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return base64.b64encode(made).decode()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_panel_is_never_over_the_graph(look: Look, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    look.at_shop("#select=f%3Ajoin_sales")
    graph, panel = page.locator(".pane").bounding_box(), page.locator(".panel").bounding_box()
    assert graph is not None
    assert panel is not None
    assert (
        panel["x"] >= graph["x"] + graph["width"] - 1
        or panel["y"] >= graph["y"] + graph["height"] - 1
    )
    assert graph["height"] > 300


def test_a_function_shows_its_source_inputs_outputs_parameters_and_command(
    look: Look, page: Page
) -> None:
    look.server.details["f:join_sales"] = FUNCTION
    look.at_shop("#select=f%3Ajoin_sales")
    panel = page.locator(".panel")
    expect(panel).to_contain_text("join_sales src/shop/nodes.py:41")
    expect(panel.locator("[data-line='42']")).to_have_count(1)
    expect(panel.locator(".t-word").first).to_have_text("def")
    expect(panel).to_contain_text("conf/base/parameters.yml:3:8")
    expect(panel).to_contain_text("left")
    expect(panel.locator(".chip")).to_have_text("prepare")
    panel.get_by_role("button", name="customers").click()
    expect(page.locator(".node.selected")).to_have_attribute("data-id", "d:customers")


def test_what_is_shown_stays_until_it_has_been_read_anew(look: Look, page: Page) -> None:
    look.server.details["d:sales"] = DATASET
    look.server.previews["d:sales"] = {"kind": "text", "text": "as it was"}
    look.at_shop("#select=d%3Asales")
    panel = page.locator(".panel")
    page.get_by_role("button", name="Show a preview").click()
    expect(panel).to_contain_text("as it was")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/element*", hold)
    look.server.details["d:sales"] = {**DATASET, "rows": 77}
    look.server.previews["d:sales"] = {"kind": "text", "text": "as it is"}
    look.server.tell("details", {})
    expect(panel).to_contain_text("as it is")
    expect(panel).to_contain_text("12\u202f345")
    held[0].continue_()
    expect(panel).to_contain_text("77")
    expect(panel).not_to_contain_text("12\u202f345")


def test_the_run_command_can_be_copied(look: Look, page: Page) -> None:
    look.server.details["f:join_sales"] = FUNCTION
    look.at_shop("#select=f%3Ajoin_sales")
    page.get_by_role("button", name="Copy the command").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "noria run --nodes join_sales"


def test_a_dataset_shows_type_path_configuration_size_rows_and_neighbours(
    look: Look, page: Page
) -> None:
    look.server.details["d:sales"] = DATASET
    look.at_shop("#select=d%3Asales")
    panel = page.locator(".panel")
    for said in (
        "pandas.ParquetDataset",
        "data/03_primary/sales.parquet",
        "conf/base/catalog.yml:6:1",
        "conf/base/catalog.yml:9:5",
        "save_args.index",
        "1.2 MB",
        "12\u202f345",
        "amount",
        "double",
        "1970-01-01",
    ):
        expect(panel).to_contain_text(said)
    panel.get_by_role("button", name="draw").click()
    expect(page.locator(".node.selected")).to_have_attribute("data-id", "f:draw")


def test_a_parameter_shows_its_value_and_line(look: Look, page: Page) -> None:
    look.at_shop("#select=p%3Aparams%3Amodel.depth")
    expect(page.locator(".panel")).to_contain_text("conf/base/parameters.yml:2:3")
    expect(page.locator(".panel")).to_contain_text("parameters are folded")


def test_a_namespace_shows_what_goes_in_and_out_and_how_to_run_it(look: Look, page: Page) -> None:
    look.at_shop("#select=n%3Atrain&collapsed=train")
    panel = page.locator(".panel")
    expect(panel).to_contain_text("noria run --namespaces train")
    expect(panel.get_by_role("button", name="sales")).to_be_visible()
    expect(panel.get_by_role("button", name="score")).to_be_visible()
    panel.get_by_role("button", name="Open").click()
    look.drawn()
    assert "f:train.split" in look.names()


def test_a_command_to_copy_runs_what_is_shown_as_it_is_shown(look: Look, page: Page) -> None:
    look.at_shop()
    document = look.server.documents["__default__"]
    document["configuration"] = ["--env", "full", "--params", "depth=3 4"]
    look.open()
    panel = page.locator(".panel")
    expect(panel).to_contain_text("noria run --env full --params 'depth=3 4'")
    look.open("#select=n%3Atrain&collapsed=train")
    expect(panel).to_contain_text("run --env full --params 'depth=3 4' --namespaces train")
    document["selection"] = ["--pipeline", "train"]
    look.open("#select=n%3Atrain&collapsed=train")
    expect(panel).to_contain_text("noria run --pipeline train --env full")


def test_no_preview_is_made_before_it_is_asked_for(look: Look, page: Page) -> None:
    look.at_shop("#select=d%3Asales")
    expect(page.get_by_role("button", name="Show a preview")).to_be_visible()
    assert not any("/api/preview" in path for path in look.server.asked)


PREVIEWS: dict[str, tuple[dict[str, Any], str, str]] = {
    "table": (
        {
            "kind": "table",
            "columns": ["name", "amount"],
            "rows": [["a<b>", 1.5], [None, 2]],
            "truncated": True,
            "total": 900,
        },
        ".table td",
        "a<b>",
    ),
    "json": ({"kind": "json", "text": '{"a": [1, 2]}'}, "pre.text", '"a": ['),
    "text": ({"kind": "text", "text": "plain <i>text</i>"}, "pre.text", "<i>text</i>"),
    "markdown": (
        {
            "kind": "markdown",
            "text": "# Title\n\n- **bold** `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        },
        ".markdown strong",
        "bold",
    ),
    "none": ({"kind": "none", "reason": "a pickle is never opened"}, ".none", "a pickle"),
}


@pytest.mark.parametrize("kind", PREVIEWS)
def test_a_preview_is_shown_as_what_it_is(look: Look, page: Page, kind: str) -> None:
    answer, where, said = PREVIEWS[kind]
    look.server.previews["d:sales"] = answer
    look.at_shop("#select=d%3Asales")
    page.get_by_role("button", name="Show a preview").click()
    expect(page.locator(".panel").locator(where).first).to_contain_text(said)


def test_a_picture_is_shown(look: Look, page: Page) -> None:
    look.server.previews["d:sales"] = {"kind": "image", "mime": "image/png", "data": _png()}
    look.at_shop("#select=d%3Asales")
    page.get_by_role("button", name="Show a preview").click()
    page.wait_for_selector("img.picture")
    assert (
        page.locator("img.picture").evaluate("async img => (await img.decode(), img.naturalWidth)")
        == 2
    )


def test_a_chart_is_drawn_in_a_frame_that_can_reach_nothing(look: Look, page: Page) -> None:
    look.server.previews["d:chart"] = {"kind": "plotly", "figure": {"data": [7]}}
    look.server.frame = """<body><script>
      addEventListener("message", ({data}) => {
        let reached = "reached";
        try { parent.document.title = "taken"; } catch { reached = "kept out"; }
        document.body.textContent = reached + " " + data.figure.data;
        parent.postMessage({height: 234}, "*");
      });
      parent.postMessage({ready: true}, "*");
    </script>"""
    look.at_shop("#select=d%3Achart")
    page.get_by_role("button", name="Show a preview").click()
    expect(page.frame_locator("iframe.plot").locator("body")).to_have_text("kept out 7")
    expect(page.locator("iframe.plot")).to_have_attribute("sandbox", "allow-scripts")
    expect(page.locator("iframe.plot")).to_have_css("height", "234px")


def test_a_table_of_very_many_columns_stays_small(look: Look, page: Page) -> None:
    columns = [f"c{i}" for i in range(20_000)]
    look.server.previews["d:sales"] = {
        "kind": "table",
        "columns": columns,
        "rows": [list(range(20_000))],
        "truncated": False,
        "total": 1,
    }
    look.at_shop("#select=d%3Asales")
    page.get_by_role("button", name="Show a preview").click()
    expect(page.locator(".panel")).to_contain_text("the first 200 of 20\u202f000 columns")
    assert page.locator(".table th").count() == 200


def test_nothing_selected_tells_of_the_pipeline_and_its_signs(look: Look, page: Page) -> None:
    look.at_shop()
    panel = page.locator(".panel")
    for said in ("6 functions, 9 datasets, 3 parameters", "noria run", "Comes in", "Goes out"):
        expect(panel).to_contain_text(said)
    expect(panel.locator(".legend li")).to_have_count(4)


def test_facts_are_read_anew_when_the_project_changed(look: Look, page: Page) -> None:
    look.server.details["d:sales"] = dict(DATASET)
    look.at_shop("#select=d%3Asales")
    expect(page.locator(".panel")).to_contain_text("12\u202f345")
    look.server.details["d:sales"]["rows"] = 99
    look.server.tell("details", {})
    expect(page.locator(".panel")).to_contain_text("99")

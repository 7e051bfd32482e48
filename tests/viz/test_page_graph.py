"""The graph: what is drawn, and what a reader does with it."""

import re

from playwright.sync_api import Page, expect

from tests.viz.pages.looking import Look


def test_kinds_differ_in_outline_icon_and_colour(look: Look, page: Page) -> None:
    look.at_shop("#params=1")
    outlines = {
        kind: page.locator(f".node.{kind} .shape").first.evaluate(
            """shape => [shape.tagName, shape.getAttribute("rx"), getComputedStyle(shape).stroke,
            getComputedStyle(shape).strokeDasharray].join()"""
        )
        for kind in ("function", "dataset", "parameter")
    }
    icons = {page.locator(f".node.{kind} .icon").first.get_attribute("d") for kind in outlines}
    assert len(set(outlines.values())) == 3
    assert len(icons) == 3


def test_parameters_are_folded_until_asked_for(look: Look, page: Page) -> None:
    look.at_shop()
    assert page.locator(".node.parameter").count() == 0
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("checkbox", name="Parameters").check()
    look.drawn()
    assert page.locator(".node.parameter").count() == 3
    assert "params=1" in page.url


def test_a_namespace_closes_into_one_node_and_opens_again(look: Look, page: Page) -> None:
    look.at_shop()
    before = look.names()
    page.locator('[data-toggle="n:train"].catch').click()
    look.drawn()
    assert "n:train" in look.names()
    assert not any(id_.startswith(("f:train", "d:train")) for id_ in look.names())
    look.node("n:train").dblclick()
    look.drawn()
    assert look.names() == before


def test_a_click_opens_a_closed_namespace_by_its_arrow(look: Look, page: Page) -> None:
    look.at_shop("#collapsed=train")
    page.locator('[data-toggle="n:train"]').last.click()
    look.drawn()
    assert "f:train.split" in look.names()


def test_what_was_toggled_stays_where_it_is(look: Look, page: Page) -> None:
    look.at_shop("#collapsed=train")
    page.mouse.move(500, 450)
    page.mouse.wheel(0, -300)  # by hand: from now on nothing fits itself
    look.drawn()
    before = look.place("n:train")
    page.locator('[data-toggle="n:train"]').last.click()
    look.drawn()
    box = page.locator('[data-box="n:train"]').bounding_box()
    assert box is not None
    assert abs(box["x"] - before[0]) < 3 or box["x"] >= 0
    assert box["y"] < 900


def test_all_namespaces_open_and_close_at_once(look: Look, page: Page) -> None:
    look.at_shop()
    page.get_by_role("button", name="Close all namespaces").click()
    look.drawn()
    assert "n:train" in look.names()
    page.get_by_role("button", name="Open all namespaces").click()
    look.drawn()
    assert "f:train.trees.fit" in look.names()


def test_it_flows_to_the_right_or_down(look: Look, page: Page) -> None:
    look.at_shop()
    page.get_by_role("button", name="Left to right").click()
    look.drawn()
    first, last = look.place("d:orders"), look.place("d:chart")
    assert last[0] - first[0] > abs(last[1] - first[1])
    page.get_by_role("button", name="Top down").click()
    look.drawn()
    first, last = look.place("d:orders"), look.place("d:chart")
    assert last[1] - first[1] > abs(last[0] - first[0])


def test_search_finds_and_shows_what_lies_in_a_closed_namespace(look: Look, page: Page) -> None:
    look.at_shop("#collapsed=train")
    page.keyboard.press("/")
    page.keyboard.type("fit")
    expect(page.locator(".hit").first).to_contain_text("train.trees.fit")
    page.keyboard.press("Enter")
    look.drawn()
    expect(look.node("f:train.trees.fit")).to_have_class(re.compile("selected"))
    assert page.evaluate("document.activeElement.className") == "pane"


def test_search_without_a_hit_says_so(look: Look, page: Page) -> None:
    look.at_shop()
    page.keyboard.press("/")
    page.keyboard.type("no such thing")
    expect(page.locator("#found")).to_contain_text("Nothing by that name")


def test_filters_by_pipeline_tag_and_kind(look: Look, page: Page) -> None:
    look.at_shop()
    page.get_by_label("Pipeline", exact=True).select_option("prepare")
    look.drawn()
    assert look.names() == {
        "d:orders",
        "f:clean",
        "d:clean_orders",
        "d:customers",
        "f:join_sales",
        "d:sales",
    }
    page.get_by_label("Pipeline", exact=True).select_option("__default__")
    look.drawn()
    page.get_by_role("button", name="Filter").click()
    page.locator(".tags").get_by_text("report").click()
    look.drawn()
    assert {id_ for id_ in look.names() if id_.startswith("f:")} == {
        "f:draw",
        "f:train.trees.evaluate",
    }
    page.get_by_role("button", name="Show as at first").click()
    look.drawn()
    page.get_by_role("checkbox", name="Datasets").uncheck()
    look.drawn()
    assert not any(id_.startswith("d:") for id_ in look.names())


def test_selecting_lights_the_lineage_and_dims_the_rest(look: Look, page: Page) -> None:
    look.at_shop()
    look.node("f:train.trees.fit").click()
    lit = page.locator(".node.lit").evaluate_all("nodes => nodes.map(node => node.dataset.id)")
    assert set(lit) >= {"d:orders", "f:clean", "d:train.rows", "f:train.trees.fit", "d:chart"}
    assert "d:train.held_out" not in lit
    dimmed = look.node("d:train.held_out").evaluate("node => getComputedStyle(node).fillOpacity")
    assert float(dimmed) < 0.5
    edges = page.locator(".edge.lit").count()
    assert 0 < edges < page.locator(".edge").count()
    page.keyboard.press("Escape")
    expect(page.locator(".lit")).to_have_count(0)


def test_only_the_lineage_can_be_shown(look: Look, page: Page) -> None:
    look.at_shop("#select=f%3Aclean")
    look.key("l")
    assert "d:customers" not in look.names()
    assert "d:orders" in look.names()
    expect(page.get_by_text("Only the lineage of")).to_be_visible()
    look.key("l")
    assert "d:customers" in look.names()


def test_an_edge_under_the_pointer_shows_its_ends(look: Look, page: Page) -> None:
    look.at_shop("#dir=LR")
    x, y = page.locator(".edge").first.evaluate(
        """edge => { const at = edge.getPointAtLength(edge.getTotalLength() * 0.3)
        .matrixTransform(edge.getScreenCTM()); return [at.x, at.y]; }"""
    )
    page.mouse.move(x, y + 3)
    expect(page.locator(".whisper")).to_contain_text("→")
    assert page.locator(".edge.warm").count() == 1
    assert page.locator(".node.warm").count() == 2


def test_every_edge_ends_in_an_arrow_at_its_node(look: Look, page: Page) -> None:
    look.at_shop()
    drawn = page.locator(".edge").evaluate_all("edges => edges.map(edge => edge.getAttribute('d'))")
    assert len(drawn) == 16
    assert all(path.count("M") == 2 for path in drawn)


def test_arrows_walk_along_the_edges(look: Look, page: Page) -> None:
    look.at_shop("#dir=LR&select=d%3Aorders")
    page.locator(".pane").focus()
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        look.key(key)
        seen.append(page.locator(".node.selected").get_attribute("data-id"))
    assert seen == ["f:clean", "d:clean_orders", "f:join_sales", "d:clean_orders"]


def test_the_first_arrow_begins_where_data_comes_in(look: Look, page: Page) -> None:
    look.at_shop()
    page.locator(".pane").focus()
    look.key("ArrowDown")
    expect(look.node("d:orders")).to_have_class(re.compile("selected"))


def test_keys_open_close_and_explain(look: Look, page: Page) -> None:
    look.at_shop("#select=f%3Atrain.split")
    page.locator(".pane").focus()
    look.key("Backspace")
    assert "n:train" in look.names()
    look.key("Enter")
    assert "f:train.split" in look.names()
    look.key("c")
    assert "n:train" in look.names()
    look.key("e")
    assert "f:train.split" in look.names()
    look.key("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    look.key("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_have_count(0)
    look.key("p")
    assert page.locator(".node.parameter").count() == 3
    look.key("i")
    expect(page.locator(".panel")).to_be_hidden()


def test_keys_typed_into_the_search_are_only_letters(look: Look, page: Page) -> None:
    look.at_shop()
    before = look.names()
    page.keyboard.press("/")
    page.keyboard.type("pcedf")
    assert page.locator("input[type=search]").input_value() == "pcedf"
    assert look.names() == before


def test_the_whole_state_is_in_the_address(look: Look, page: Page) -> None:
    look.at_shop()
    look.node("f:join_sales").click()
    look.key("p")
    look.key("d")
    page.mouse.move(500, 400)
    page.mouse.wheel(0, -240)
    look.drawn()
    page.locator('[data-toggle="n:train"].catch').first.evaluate(
        "grip => { const r = grip.getBoundingClientRect(); return [r.x, r.y]; }"
    )
    look.key("c")
    address, names, place = page.url, look.names(), look.place("f:join_sales")
    look.open(address.removeprefix(look.server.url))
    assert look.names() == names
    expect(look.node("f:join_sales")).to_have_class(re.compile("selected"))
    again = look.place("f:join_sales")
    assert abs(again[0] - place[0]) < 3
    assert abs(again[1] - place[1]) < 3


def test_back_undoes_a_selection(look: Look, page: Page) -> None:
    look.at_shop()
    look.node("f:clean").click()
    look.node("f:join_sales").click()
    page.go_back()
    expect(look.node("f:clean")).to_have_class(re.compile("selected"))


def test_drag_pans_wheel_zooms_and_fit_brings_it_back(look: Look, page: Page) -> None:
    look.at_shop()
    first = look.place("d:orders")
    page.mouse.move(80, 700)
    page.mouse.down()
    page.mouse.move(180, 640, steps=4)
    page.mouse.up()
    look.drawn()
    moved = look.place("d:orders")
    assert abs(moved[0] - first[0] - 100) < 6
    assert abs(moved[1] - first[1] + 60) < 6
    page.mouse.wheel(0, -400)
    look.drawn()
    assert page.locator(".percent").inner_text() != "100%"
    look.key("f")
    page.wait_for_timeout(400)
    look.drawn()
    fitted = look.place("d:orders")
    assert abs(fitted[0] - first[0]) < 2
    assert abs(fitted[1] - first[1]) < 2


def test_a_drag_does_not_select(look: Look, page: Page) -> None:
    look.at_shop()
    box = look.node("d:orders").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=4)
    page.mouse.up()
    look.drawn()
    expect(page.locator(".selected")).to_have_count(0)


def test_a_newer_graph_is_offered_and_the_place_kept(look: Look, page: Page) -> None:
    look.at_shop("#select=d%3Asales&dir=LR")
    page.mouse.move(400, 400)
    page.mouse.wheel(0, -300)
    look.drawn()
    before = look.place("d:sales")
    changed = look.server.documents["__default__"]
    changed["elements"] = [one for one in changed["elements"] if one["id"] != "d:customers"]
    changed["edges"] = [edge for edge in changed["edges"] if "d:customers" not in edge]
    changed["revision"] = "newer"
    look.server.tell("graph", {"revision": "newer", "pipeline": "__default__"})
    page.get_by_role("button", name="Show the new graph").click()
    expect(look.node("d:customers")).to_have_count(0)
    look.drawn()
    after = look.place("d:sales")
    assert abs(after[0] - before[0]) < 2
    assert abs(after[1] - before[1]) < 2
    expect(page.get_by_text("The pipeline changed")).to_have_count(0)


def test_code_that_does_not_import_is_named_with_file_and_line(look: Look, page: Page) -> None:
    look.at_shop()
    document = look.server.documents["__default__"]
    document["problem"] = {
        "message": "invalid syntax",
        "where": "src/shop/nodes.py:3:5",
        "hint": "a colon is missing",
    }
    look.open()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("src/shop/nodes.py:3:5")
    expect(problem).to_contain_text("invalid syntax")
    expect(problem).to_contain_text("last graph")
    assert "f:clean" in look.names()


def test_code_that_ceases_to_import_is_named_at_once_and_its_mending_takes_that_back(
    look: Look, page: Page
) -> None:
    look.at_shop()
    told = {"revision": look.server.documents["__default__"]["revision"], "pipeline": "__default__"}
    problem = {"message": "invalid syntax", "where": "src/shop/nodes.py:3:5", "hint": None}
    broken = {**told, "revision": f"{told['revision']}-1a2b3c4d", "problem": problem}
    look.server.tell("graph", broken)
    expect(page.get_by_role("alert")).to_contain_text("src/shop/nodes.py:3:5")
    expect(page.get_by_role("button", name="Show the new graph")).to_have_count(0)
    look.server.tell("graph", {**told, "problem": None})
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("button", name="Show the new graph")).to_have_count(0)


def test_a_status_that_the_document_knows_is_shown(look: Look, page: Page) -> None:
    look.at_shop()
    document = look.server.documents["__default__"]
    document["elements"][1]["status"] = "failed"  # type: ignore[typeddict-unknown-key]
    look.open()
    assert page.locator('.node[data-status="failed"]').count() == 1

"""The page trusts nothing that it shows, and reaches for nothing outside."""

import hashlib
import re
from pathlib import Path

import pytest
from noria_viz.page_script import WEB, page_script
from playwright.sync_api import BrowserContext, Page, expect

from tests.viz.graphs import HOSTILE, hostile_pipeline
from tests.viz.pages.documents import document_of
from tests.viz.pages.looking import Look

AXE = Path(__file__).parent / "pages" / "vendor" / "axe.min.js"
OURS = sorted(path for path in WEB.glob("*.js"))


def test_hostile_names_are_only_text(look: Look, page: Page) -> None:
    page.add_init_script("globalThis.alert = () => { globalThis.hacked = true; };")
    document = document_of({"__default__": hostile_pipeline()}, project=HOSTILE[0])
    for element in document["elements"]:
        look.server.details[element["id"]] = {
            "name": element["name"],
            "tags": [element["name"]],
            "inputs": [element["name"]],
            "outputs": [element["name"]],
            "parameters": [{"name": element["name"], "value": element["name"], "where": None}],
            "source": {"file": element["name"], "line": 1, "text": element["name"]},
            "command": element["name"],
            "type": element["name"],
            "config": [
                {"key": element["name"], "value": element["name"], "where": element["name"]}
            ],
            "columns": [{"name": element["name"], "type": element["name"]}],
            "consumers": [element["name"]],
        }
    look.at(document, "#collapsed=")
    for element in document["elements"][::7]:
        page.evaluate(
            "id => { location.hash = '#collapsed=&select=' + encodeURIComponent(id); }",
            element["id"][:2000],
        )
        page.wait_for_timeout(30)
    page.evaluate(
        "id => { location.hash = '#collapsed=&select=' + encodeURIComponent(id); }",
        document["elements"][0]["id"],
    )
    expect(page.locator(".panel h2")).to_be_visible()
    assert page.evaluate("globalThis.hacked === undefined")
    assert page.locator("#app :is(script, b, i, object, embed, form, base)").count() == 0
    assert page.locator("#app img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


def test_marks_that_turn_text_round_are_spelt_out(look: Look, page: Page) -> None:
    look.at_shop()
    document = look.server.documents["__default__"]
    document["elements"][0]["name"] = "evil\u202etxt.exe\x00"
    look.open(f"#select={document['elements'][0]['id'].replace(':', '%3A')}")
    expect(page.locator(".panel .whole")).to_contain_text("\u2039U+202E\u203a")
    expect(page.locator(".panel .whole")).to_contain_text("\u2039U+0000\u203a")


def test_a_name_of_100_000_letters_is_cut_in_the_graph_and_whole_in_the_panel(
    look: Look, page: Page
) -> None:
    document = document_of({"__default__": hostile_pipeline()})
    look.at(document, "#collapsed=")
    page.keyboard.press("/")
    page.keyboard.type("xxxxxxxxxx")
    page.keyboard.press("Enter")
    expect(page.locator(".panel .whole")).to_have_text("x" * 100_000)
    assert all(len(text["said"]) <= 60 for text in look.texts())


@pytest.mark.parametrize(
    "text",
    [
        "<script>window.hacked=1</script>",
        "<img src=x onerror=window.hacked=1>",
        "[click](javascript:window.hacked=1)",
        "![x](https://elsewhere.example/x.png)",
        "[x]: javascript:alert(1)\n\n[a][x]",
        "`" * 5000,
        "*" * 5000 + "_" * 5000,
        "> " * 3000,
        "| a |\n|---|\n" + "| x |\n" * 3000,
    ],
)
def test_markdown_builds_nothing_but_text(look: Look, page: Page, text: str) -> None:
    look.server.previews["d:sales"] = {"kind": "markdown", "text": text}
    look.at_shop("#select=d%3Asales")
    page.get_by_role("button", name="Show a preview").click()
    expect(page.locator(".markdown")).to_be_attached()
    assert page.evaluate("window.hacked === undefined")
    assert page.locator(".markdown :is(script, img, a, iframe)").count() == 0
    assert look.asked_elsewhere == []


def test_nothing_outside_is_asked_for(look: Look, page: Page) -> None:
    look.at_shop()
    look.node("f:clean").click()
    page.get_by_role("button", name="Filter").click()
    assert look.asked_elsewhere == []


def test_a_script_that_was_slipped_in_does_not_run(look: Look, page: Page) -> None:
    look.at_shop()
    page.evaluate(
        """() => { const s = document.createElement("script"); s.textContent = "window.hacked = 1";
        document.body.append(s); const d = document.createElement("div");
        d.setAttribute("onclick", "window.hacked = 1"); document.body.append(d); d.click(); }"""
    )
    assert page.evaluate("window.hacked === undefined")
    assert any("Content Security Policy" in trouble for trouble in look.troubles)
    look.troubles.clear()


def test_two_tabs_look_at_different_things(look: Look, window: BrowserContext) -> None:
    look.at_shop("#collapsed=train")
    other = Look(window.new_page(), look.server)
    other.open("#select=f%3Aclean")
    assert "n:train" in look.names()
    assert "n:train" not in other.names()
    expect(look.page.locator(".selected")).to_have_count(0)
    other.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(look: Look, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    look.server.previews["d:sales"] = {
        "kind": "table",
        "columns": ["a"],
        "rows": [["x"]],
        "truncated": False,
        "total": 1,
    }
    for address in ("", "#select=f%3Ajoin_sales&params=1", "#select=d%3Asales&collapsed=train"):
        look.at_shop(address)
        if "d%3Asales" in address:
            page.get_by_role("button", name="Show a preview").click()
            page.get_by_role("button", name="Filter").click()
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate(
            """async () => (await axe.run()).violations
            .filter(({impact}) => impact === "serious" || impact === "critical")
            .map(({id, nodes}) => [id, nodes.slice(0, 4).map(
              ({target, any}) => [target.join(" "), any[0]?.message])])"""
        )
        assert found == [], address


def test_the_vendored_files_are_those_of_the_registry() -> None:
    told = dict(
        re.findall(
            r"^\| `([\w.]+)` .* \| `([0-9a-f]{64})` \|$",
            (WEB / "vendor/README.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    files = {path.name for path in (WEB / "vendor").iterdir() if path.suffix in {".js", ".gz"}}
    assert set(told) == files
    for name, digest in told.items():
        assert hashlib.sha256((WEB / "vendor" / name).read_bytes()).hexdigest() == digest, name


def test_our_scripts_build_no_markup_from_text() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|dangerouslySet"
    )
    for path in OURS:
        assert not forbidden.search(path.read_text("utf-8")), path.name


def test_our_scripts_can_be_put_into_one() -> None:
    for path in OURS:
        text = path.read_text("utf-8")
        assert not re.search(r"\bimport(\(|\.meta)", text), path.name
        found = re.findall(
            r'^import (?:\w+|\{[^}]+\}) from "\./(?:vendor/)?[\w-]+\.js";$', text, re.MULTILINE
        )
        assert len(found) == len(re.findall(r"^import\b", text, re.MULTILINE)), path.name
        told = re.findall(
            r"^export (?:(?:async )?function|const|class) |^export \{[^}]+\};$", text, re.MULTILINE
        )
        assert len(told) == len(re.findall(r"^export\b", text, re.MULTILINE)), path.name


@pytest.mark.parametrize("entry", ["main.js", "layout-worker.js"])
def test_the_one_script_holds_every_module_once_and_can_stand_in_a_page(entry: str) -> None:
    script = page_script(entry)
    assert not re.search(r"^\s*(import|export)\b|sourceMappingURL", script, re.MULTILINE)
    assert not re.search(r"</script|<!--", script, re.IGNORECASE)
    modules = re.findall(r"^const (\$\w+) = \(\(\) => \{$", script, re.MULTILINE)
    assert len(modules) == len(set(modules))
    if entry == "main.js":
        ours = {"$" + re.sub(r"\W", "_", path.name) for path in OURS} - {"$layout_worker_js"}
        assert set(modules) == ours | {"$vendor_preact_js", "$vendor_htm_js"}

"""The view in Chromium: from the command to a drawn graph, and what moving it costs."""

import math
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.bench import Bench, Section
from benchmarks.environments import Environment, kedro_viz_environment
from benchmarks.measure import Contender, Rounds, Spread, alternate
from benchmarks.table import Row, more, seconds, times
from benchmarks.view_browser import (
    chromium,
    frames_of_movement,
    page_of,
    percentile_95,
    see_kedro,
    see_noria,
)
from benchmarks.view_projects import Size, wiring, write_project
from benchmarks.view_servers import first_byte, kedro_view, noria_view, packed

SMALL = Size(25, 30, groups=3)
LIMITS = {
    SMALL: 1.0,
    Size(500, 700, groups=12, depth=2): 2.0,
    Size(2000, 2500, groups=40, depth=2): 4.0,
    Size(2000, 4500, groups=40, depth=2): 6.0,
}
MOST_BYTES = 1_000_000
MOST_A_FRAME = 0.008
MOST_TO_FIRST_BYTE = 0.6
PATIENCE = 60.0  # seconds for Kedro-Viz
LARGE = 2000  # from here on Kedro-Viz has one try
OPEN = {"first shown": "", "expanded": "#collapsed="}
IMPORT = """\
import glob, importlib, sys, time
sys.path.insert(0, "src")
names = [f"sized.pipelines.pipeline_{n}.nodes" for n in range(len(glob.glob("src/*/*/*/nodes.py")))]
began = time.perf_counter()
for name in names:
    importlib.import_module(name)
print(time.perf_counter() - began)
"""
HOW = (
    "From the command to two frames after the graph stands, in a Chromium that was started before, "
    "without a window, with nothing cached; less the import of the project's own functions. The "
    "same functions, datasets and namespaces on both sides, 50 functions a pipeline."
)
THEIRS = (
    "Kedro-Viz is timed to its first node in the DOM as first shown and to 95 % of its nodes "
    "expanded, without waiting for its paint or fading in; what it asks of a package index is "
    "refused at once; its warning about large graphs is clicked away. With 2,000 elements it has "
    f"one try of {PATIENCE:.0f} s."
)
FRAMES = (
    "A frame is what the main thread works from the beginning of one to that of the next, while "
    "dragging and turning the wheel, near and with all in sight, redrawing included; the 95th "
    "percentile of each of the runs."
)


@dataclass
class Look:
    """What one run of the section has at hand; ``counted`` are nodes in the DOM by series."""

    bench: Bench
    viz: Environment
    browser: Browser
    counted: dict[str, int] = field(default_factory=dict)

    def project(self, size: Size, framework: str) -> Path:
        return self.bench.work / "view" / f"{framework}-{size.elements}-{size.edges}"

    @contextmanager
    def noria(self, size: Size, address: str) -> Iterator[tuple[Page, float, float, int]]:
        command = [self.bench.noria.command("noria"), "viz", "--no-browser"]
        with (
            page_of(self.browser) as page,
            noria_view(command, self.project(size, "noria")) as serving,
        ):
            ended, count = see_noria(page, serving.address + address)
            yield page, serving.began, ended, count


def measure(bench: Bench) -> Section:
    viz = kedro_viz_environment()
    shutil.rmtree(bench.work / "view", ignore_errors=True)
    sizes = [SMALL] if bench.quick else list(LIMITS)
    rows, measured = [], []
    with chromium() as browser:
        look = Look(bench, viz, browser)
        for size in sizes:
            for framework in ("noria", "kedro"):
                write_project(
                    look.project(size, framework), size, framework, viz.version_of("kedro")
                )
            assert sum(len(one.inputs) + 1 for one in wiring(size)) == size.edges, size
        rows.append(_weight(bench, viz))
        rounds = _bytes(look)
        rows.append(_first_byte_row(rounds))
        measured.append(rounds)
        for size in sizes:
            rounds = _drawn(look, size)
            rows += [_drawn_row(look, rounds, size, shown) for shown in OPEN]
            measured.append(_without_inf(rounds))
        if not bench.quick:
            rounds = _frames(look)
            rows.append(_frames_row(rounds))
            measured.append(rounds)
    peer = f"Kedro-Viz {viz.version_of('kedro-viz')}"
    return Section("The view", rows, [HOW, THEIRS, FRAMES], measured, peer)


def _weight(bench: Bench, viz: Environment) -> Row:
    listing = (
        "from noria_viz.page_files import page_files; print(*page_files().values(), sep='\\n')"
    )
    ours = sum(packed(Path(path)) for path in _said(bench, bench.noria, listing).splitlines())
    place = "import kedro_viz, pathlib; print(pathlib.Path(kedro_viz.__file__).parent / 'html')"
    theirs = Path(_said(bench, viz, place))
    index = theirs / "index.html"
    named = set(re.findall(r'(?:src|href)="\.?/?(assets/[^"]+)"', index.read_text("utf-8")))
    peer = packed(index) + sum(packed(theirs / name) for name in named)
    return Row(
        "The page, compressed, without Plotly",
        f"{ours / 1e3:.0f} kB",
        "",
        f"{ours / peer:.2f}x of Kedro-Viz's, which has its libraries in it",
        f"{MOST_BYTES / 1e6:g} MB",
        ours <= MOST_BYTES,
        f"{peer / 1e3:.0f} kB",
    )


def _said(bench: Bench, where: Environment, code: str) -> str:
    bench.run(where.python, "-c", code)
    return bench.log.read_text("utf-8").strip()


def _import(look: Look, size: Size) -> float:
    look.bench.run(look.bench.noria.python, "-c", IMPORT, cwd=look.project(size, "noria"))
    return float(look.bench.log.read_text("utf-8"))


def _bytes(look: Look) -> Rounds:
    def ours() -> float:
        command = [look.bench.noria.command("noria"), "viz", "--no-browser"]
        with noria_view(command, look.project(SMALL, "noria")) as serving:
            return first_byte(serving)

    def theirs() -> float:
        project = look.project(SMALL, "kedro")
        with kedro_view(look.viz.command("kedro"), project, PATIENCE) as serving:
            return first_byte(serving) if serving else math.inf

    contenders = {
        "view: import of 25 elements": Contender(partial(_import, look, SMALL)),
        "noria viz: to the first byte": Contender(ours),
        "kedro viz run: to the first byte": Contender(theirs),
    }
    return alternate(contenders, look.bench.rounds(3))


def _first_byte_row(rounds: Rounds) -> Row:
    imports, ours, theirs = rounds.rounds[0]
    compared = rounds.difference(ours, imports)
    return Row(
        "`noria viz`: from the command to the first byte of the page",
        seconds(rounds.spread(ours).median),
        _imports(rounds, imports),
        more(compared),
        f"+{MOST_TO_FIRST_BYTE:g} s",
        compared.median <= MOST_TO_FIRST_BYTE,
        _peer(rounds, ours, theirs, ""),
    )


def _drawn(look: Look, size: Size) -> Rounds:
    """Measure a size: the import, ours as first shown and expanded, theirs likewise."""
    look.bench.run(
        look.viz.command("kedro"), "registry", "list", cwd=look.project(size, "kedro")
    )  # its byte code is cached, as ours will be
    contenders = {_import_of(size): Contender(partial(_import, look, size))}
    for shown in OPEN:
        contenders[_ours(size, shown)] = Contender(partial(_see_ours, look, size, shown))
    for shown in OPEN:
        every = 3 if size.elements >= LARGE or shown == "expanded" else 1
        contenders[_theirs(size, shown)] = Contender(partial(_see_theirs, look, size, shown), every)
    warm = {name: one for name, one in contenders.items() if not name.startswith("kedro")}
    alternate(warm, 0)
    return alternate(contenders, look.bench.rounds(3), warm_ups=0)


def _see_ours(look: Look, size: Size, shown: str) -> float:
    with look.noria(size, OPEN[shown]) as (_, began, ended, count):
        look.counted[_ours(size, shown)] = count
        whole = len({name for one in wiring(size) for name in [one.output, *one.inputs]})
        assert shown == "first shown" or count == whole + size.elements // 2, count
        return ended - began


def _see_theirs(look: Look, size: Size, shown: str) -> float:
    project = look.project(size, "kedro")
    least = 1 if shown == "first shown" else int(0.95 * size.elements)
    with (
        page_of(look.browser) as page,
        kedro_view(look.viz.command("kedro"), project, PATIENCE) as serving,
    ):
        if serving is None:
            return math.inf
        query = "" if shown == "first shown" else "?expandAllPipelines=true"
        seen = see_kedro(page, serving.address + query, least, serving.began + PATIENCE)
        if seen is None:
            return math.inf
        look.counted[_theirs(size, shown)] = seen[1]
        return seen[0] - serving.began


def _drawn_row(look: Look, rounds: Rounds, size: Size, shown: str) -> Row:
    ours, theirs, limit = _ours(size, shown), _theirs(size, shown), LIMITS[size]
    compared = rounds.difference(ours, _import_of(size))
    return Row(
        f"{size.told}, {shown}: from `noria viz` to the drawn graph",
        f"{seconds(rounds.spread(ours).median)}, {look.counted[ours]:,} nodes in the DOM",
        _imports(rounds, _import_of(size)),
        more(compared),
        f"+{limit:g} s",
        compared.median <= limit,
        _peer(rounds, ours, theirs, f", {look.counted.get(theirs, 0):,} nodes"),
    )


def _frames(look: Look) -> Rounds:
    size = list(LIMITS)[-2]
    found = []
    with look.noria(size, OPEN["expanded"]) as (page, *_):
        for _ in range(3):
            spent = frames_of_movement(look.browser, page)
            found.append({FRAME: percentile_95(spent), EVERY_FRAME: Spread.of(spent).median})
            look.counted[FRAME] = len(spent)
    return Rounds(found)


FRAME = "view: a frame of movement, 95th percentile"
EVERY_FRAME = "view: a frame of movement, median"


def _frames_row(rounds: Rounds) -> Row:
    taken = rounds.spread(FRAME).median
    return Row(
        "2,000 expanded elements: a frame of pan or zoom on the main thread, 95th percentile",
        seconds(taken),
        f"its median {seconds(rounds.spread(EVERY_FRAME).median)}",
        "",
        seconds(MOST_A_FRAME),
        taken <= MOST_A_FRAME,
    )


def _imports(rounds: Rounds, name: str) -> str:
    return f"the import of its own code {seconds(rounds.spread(name).median)}"


def _peer(rounds: Rounds, ours: str, theirs: str, counted: str) -> str:
    taken = rounds.spread(theirs).median
    if math.isinf(taken):
        return f"did not draw in {PATIENCE:.0f} s"
    return f"{seconds(taken)}{counted}, {times(rounds.ratio(theirs, ours))}"


def _without_inf(rounds: Rounds) -> Rounds:
    """Leave out what never came: it is no figure of a series."""
    return Rounds(
        [{name: took for name, took in turn.items() if took != math.inf} for turn in rounds.rounds]
    )


def _import_of(size: Size) -> str:
    return f"view: import of {size.told}"


def _ours(size: Size, shown: str) -> str:
    return f"noria viz: {size.told}, {shown}"


def _theirs(size: Size, shown: str) -> str:
    return f"kedro viz run: {size.told}, {shown}"

"""The view in Chromium: from the command to a drawn graph, and what moving it costs."""

import math
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.bench import Bench, Section
from benchmarks.environments import Environment, kedro_viz_environment
from benchmarks.measure import Contender, Rounds, Spent, Spread, alternate
from benchmarks.table import Row, more, seconds, times
from benchmarks.view_browser import ANY, KEDRO, NORIA, Seen, window
from benchmarks.view_frames import frames_of_movement, percentile_95
from benchmarks.view_projects import Size, wiring, write_project
from benchmarks.view_servers import (
    EndedError,
    Serving,
    bare_page,
    first_byte,
    kedro_view,
    noria_view,
    packed,
    weight,
)
from tests.chromium import NEEDED, chromium, find_chromium

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
PATIENCE = 60.0  # seconds, for either
LARGE = 2000  # from here on Kedro-Viz has one try
SHOWN = ("first shown", "expanded")
BARE = "Chromium: a page with nothing in it"
FRAME = "view: a frame of movement, 95th percentile"
EVERY_FRAME = "view: a frame of movement, median"
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
    "From the command to two frames after the graph stands, less the import of the project's own "
    "functions. Chromium was started before, without a window; every time a new profile opens an "
    "empty page and comes to rest before the command is given, so that its start is not counted, "
    "but nothing is cached in it: no script is compiled, no program of the layout. The same "
    "functions, datasets and namespaces on both sides, 50 functions a pipeline. The processor time "
    "of a series is that of the server and of all of Chromium."
)
THEIRS = (
    "Kedro-Viz is timed to its first node in the DOM as first shown and to 95 % of its nodes "
    "expanded, without waiting for them to fade in; what it asks of a package index is refused at "
    "once; its warning about large graphs is clicked away. With 2,000 elements it has one try of "
    f"{PATIENCE:.0f} s."
)
FRAMES = (
    "A frame is the processor time of the page's main thread from the beginning of one to that of "
    "the next, by a trace, while dragging and turning the wheel, near and with all in sight, "
    "redrawing included; the median of the runs' 95th percentiles."
)


@dataclass
class Look:
    """What one run of the section has at hand; ``seen`` is what stood in the DOM, by series.

    ``ended`` says of a series of Kedro-Viz why there is nothing in it.
    """

    bench: Bench
    viz: Environment
    browser: Browser
    seen: dict[str, Seen] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)

    def project(self, size: Size, framework: str) -> Path:
        return self.bench.work / "view" / f"{framework}-{size.elements}-{size.edges}"

    @contextmanager
    def noria(self, size: Size) -> Iterator[Serving]:
        command = [self.bench.noria.command("noria")]
        with noria_view(command, self.project(size, "noria"), self.bench.log) as serving:
            yield serving

    @contextmanager
    def kedro(self, size: Size) -> Iterator[Serving | None]:
        command = self.viz.command("kedro")
        project = self.project(size, "kedro")
        with kedro_view(command, project, self.bench.log, PATIENCE) as serving:
            yield serving


def need_browser() -> None:
    """Raise SystemExit where there is no browser, before anything is measured."""
    if find_chromium() is None:
        raise SystemExit(f"the view is measured in {NEEDED}; --only NAME ... leaves it out")


def measure(bench: Bench) -> Section:
    viz = kedro_viz_environment()
    shutil.rmtree(bench.work / "view", ignore_errors=True)
    sizes = [SMALL] if bench.quick else list(LIMITS)
    with chromium() as browser:
        look = Look(bench, viz, browser)
        for size in sizes:
            _write(look, size)
        rounds = _bytes(look)
        rows, measured = [_weight_row(look), _first_byte_row(look, rounds)], [_without_inf(rounds)]
        for size in sizes:
            rounds = _drawn(look, size)
            if size is SMALL:
                rows.append(_bare_row(rounds))
            rows += [_drawn_row(look, rounds, size, shown) for shown in SHOWN]
            measured.append(_without_inf(rounds))
        if not bench.quick:
            rounds = _frames(look)
            rows.append(_frames_row(rounds))
            measured.append(rounds)
    peer = f"Kedro-Viz {viz.version_of('kedro-viz')}"
    return Section("The view", rows, [HOW, THEIRS, FRAMES], measured, peer)


def _write(look: Look, size: Size) -> None:
    assert sum(len(one.inputs) + 1 for one in wiring(size)) == size.edges, size
    for framework in ("noria", "kedro"):
        project = look.project(size, framework)
        write_project(project, size, framework, look.viz.version_of("kedro"))


def _weight_row(look: Look) -> Row:
    bench, viz = look.bench, look.viz
    listing = "from noria_viz.page_files import PAGE_FILES; print(*PAGE_FILES)"
    names = _said(bench, bench.noria, listing).split()
    with look.noria(SMALL) as serving:
        ours = weight(serving, names)
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
        with look.noria(SMALL) as serving:
            return first_byte(serving)

    def theirs() -> float:
        try:
            with look.kedro(SMALL) as serving:
                return first_byte(serving) if serving else math.inf
        except EndedError as error:
            look.ended["kedro viz run: to the first byte"] = str(error)
            return math.inf

    contenders = {
        "view: import of 25 elements": Contender(partial(_import, look, SMALL)),
        "noria viz: to the first byte": Contender(ours),
        "kedro viz run: to the first byte": Contender(theirs),
    }
    return alternate(contenders, look.bench.rounds(5))


def _first_byte_row(look: Look, rounds: Rounds) -> Row:
    imports, ours, theirs = rounds.rounds[0]
    compared = rounds.difference(ours, imports)
    return Row(
        "`noria viz`: from the command to the first byte of the page",
        seconds(rounds.spread(ours).median),
        _imports(rounds, imports),
        more(compared),
        f"+{MOST_TO_FIRST_BYTE:g} s",
        compared.median <= MOST_TO_FIRST_BYTE,
        _peer(look, rounds, ours, theirs),
    )


def _drawn(look: Look, size: Size) -> Rounds:
    """Measure a size: the import, ours as first shown and expanded, theirs likewise."""
    look.bench.run(
        look.viz.command("kedro"), "registry", "list", cwd=look.project(size, "kedro")
    )  # its byte code is cached, as ours will be
    contenders = {_import_of(size): Contender(partial(_import, look, size))}
    if size is SMALL:
        contenders[BARE] = Contender(partial(_see_bare, look))
    for shown in SHOWN:
        contenders[_ours(size, shown)] = Contender(partial(_see_ours, look, size, shown))
    warm = dict(contenders)
    for shown in SHOWN:
        every = look.bench.rounds(5) if size.elements >= LARGE or shown == "expanded" else 2
        contenders[_theirs(size, shown)] = Contender(partial(_see_theirs, look, size, shown), every)
    alternate(warm, 0)
    return alternate(contenders, look.bench.rounds(5), warm_ups=0)


def _see_bare(look: Look) -> Spent:
    with bare_page() as address, window(look.browser) as opened:
        before, began = opened.spent, time.time()
        seen = opened.see(address, ANY, 1, began + PATIENCE)
        assert seen is not None
        return Spent(seen.at - began, opened.spent - before, 0)


def _see_ours(look: Look, size: Size, shown: str) -> Spent:
    name, hash_ = _ours(size, shown), "#collapsed=" if shown == "expanded" else ""
    with window(look.browser) as opened:
        before = opened.spent
        with look.noria(size) as serving:
            seen = opened.see(serving.address + hash_, NORIA, 1, serving.began + PATIENCE)
            spent = opened.spent - before + serving.spent
    if seen is None:
        raise SystemExit(f"{name}: not drawn in {PATIENCE:.0f} s")
    whole = len({name for one in wiring(size) for name in [one.output, *one.inputs]})
    assert shown == "first shown" or seen.nodes == whole + size.elements // 2, seen
    look.seen[name] = seen
    return Spent(seen.at - serving.began, spent, 0)


def _see_theirs(look: Look, size: Size, shown: str) -> float | Spent:
    name, query = _theirs(size, shown), "?expandAllPipelines=true" if shown == "expanded" else ""
    least = int(0.95 * size.elements) if shown == "expanded" else 1
    with window(look.browser) as opened:
        before = opened.spent
        try:
            with look.kedro(size) as serving:
                if serving is None:
                    return math.inf
                until = serving.began + PATIENCE
                seen = opened.see(serving.address + query, KEDRO, least, until)
                if seen is None:
                    return math.inf
                look.seen[name] = seen
                return Spent(seen.at - serving.began, opened.spent - before + serving.spent, 0)
        except EndedError as error:
            look.ended[name] = str(error)
            return math.inf


def _bare_row(rounds: Rounds) -> Row:
    return Row(BARE, seconds(rounds.spread(BARE).median), "the same window, nothing cached", "")


def _drawn_row(look: Look, rounds: Rounds, size: Size, shown: str) -> Row:
    ours, theirs, limit = _ours(size, shown), _theirs(size, shown), LIMITS[size]
    compared = rounds.difference(ours, _import_of(size))
    return Row(
        f"{size.told}, {shown}: from `noria viz` to the drawn graph",
        f"{seconds(rounds.spread(ours).median)}{_counted(look, ours)}",
        _imports(rounds, _import_of(size)),
        more(compared),
        f"+{limit:g} s",
        compared.median <= limit,
        _peer(look, rounds, ours, theirs),
    )


def _counted(look: Look, name: str) -> str:
    seen = look.seen.get(name)
    return f"; {seen.nodes:,} nodes, {seen.elements:,} elements in the DOM" if seen else ""


def _frames(look: Look) -> Rounds:
    size = list(LIMITS)[-2]
    found = []
    with window(look.browser) as opened, look.noria(size) as serving:
        opened.see(serving.address + "#collapsed=", NORIA, size.elements, time.time() + PATIENCE)
        opened.rest()
        for _ in range(5):
            spent = frames_of_movement(opened)
            found.append({FRAME: percentile_95(spent), EVERY_FRAME: Spread.of(spent).median})
    return Rounds(found)


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


def _peer(look: Look, rounds: Rounds, ours: str, theirs: str) -> str:
    taken = rounds.spread(theirs).median
    if math.isinf(taken):
        return look.ended.get(theirs, f"did not draw in {PATIENCE:.0f} s")
    return f"{seconds(taken)}{_counted(look, theirs)}; {times(rounds.ratio(theirs, ours))}"


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

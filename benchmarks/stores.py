"""A catalog of a thousand entries, and the memory of a save to a real S3 server."""

import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT, Environment, peer_environment
from benchmarks.measure import Contender, Rounds, Spent, alternate
from benchmarks.table import Row, megabytes, seconds, times

CHILD = ROOT / "benchmarks" / "children" / "stores.py"
MOST_TO_MAKE = 0.05
# What a part may take beside the frame and what pandas' own writing of a local file takes.
PART = 32 * 2**20
MOST_OF_A_PART = 1.1
MEGABYTES = 500


def measure(bench: Bench) -> Section:
    made, rounds = _thousand(bench)
    saved, grown = _s3(bench)
    remark = (
        "The thousand entries are read before the clock starts; it stops when every dataset is "
        "made. Memory is the most that was resident during the save, less what was resident "
        "before it; the S3 server is moto, on this machine, in a process of its own."
    )
    return Section("Catalogs and stores", [*made, *saved], [remark], [rounds, grown])


def _thousand(bench: Bench) -> tuple[list[Row], Rounds]:
    def once(where: Environment, library: str) -> Spent:
        return _child(bench, where, {}, "thousand", library, bench.work)[0]

    contenders = {
        f"thousand: {library}": Contender(partial(once, where, library), every)
        for library, where, every in (("noria", bench.noria, 1), ("kedro", bench.kedro, 3))
    }
    rounds = alternate(contenders, bench.rounds(9))
    ours, kedro = contenders
    spread = rounds.spread(ours)
    row = Row(
        "a catalog of 1,000 entries, every dataset made",
        seconds(spread.median),
        "",
        "",
        seconds(MOST_TO_MAKE),
        spread.median <= MOST_TO_MAKE,
        f"{seconds(rounds.spread(kedro).median)}, {times(rounds.ratio(kedro, ours))}",
    )
    return [row], rounds


def _s3(bench: Bench) -> tuple[list[Row], Rounds]:
    from tests.catalog.s3_server import serving

    # Noria with s3fs is what this runs in; Kedro with it stands in an environment of its own.
    here = Environment(Path(sys.prefix))
    kedro = peer_environment("kedro-s3", ["kedro-datasets", "pandas", "pyarrow", "s3fs"])
    size = "100" if bench.quick else str(MEGABYTES)
    bucket = "bench-bucket"
    most: dict[str, float] = {}
    with serving() as server:
        server.files().mkdir(bucket)
        variables = {"STORE": server.endpoint}

        def once(where: Environment, library: str) -> Spent:
            local = bench.work / "frame.parquet"
            place = str(local) if library == "local" else f"s3://{bucket}/{library}.parquet"
            spent, told = _child(bench, where, variables, "s3", library, place, size)
            most[library] = max(most.get(library, 0), told["grown"])
            local.unlink(missing_ok=True)
            return spent

        contenders = {
            f"s3: {library}": Contender(partial(once, where, library), every)
            for library, where, every in (
                ("noria", here, 1), ("local", here, 1), ("kedro", kedro, 3),
            )
        }  # fmt: skip
        rounds = alternate(contenders, bench.rounds(3))
    over = most["noria"] - most["local"]
    row = Row(
        f"{size} MB saved to S3: memory beside the frame",
        megabytes(most["noria"]),
        f"to a local file {megabytes(most['local'])}",
        f"{over / PART:+.2f} parts",
        f"+{MOST_OF_A_PART} parts of {megabytes(PART)}",
        over <= MOST_OF_A_PART * PART,
        megabytes(most["kedro"]),
    )
    return [row], rounds


def _child(
    bench: Bench, where: Environment, variables: Mapping[str, str], *words: str | Path
) -> tuple[Spent, dict[str, float]]:
    whole = bench.run(where.python, CHILD, *words, variables=variables)
    told = json.loads(bench.log.read_text("utf-8").splitlines()[-1])
    return Spent(told["seconds"], told["cpu"], whole.peak), told

"""The starter `flights`: real data, no leakage, and figures that a run gives."""

import gzip
import json
import shutil

import pytest

from tests.project_on_disk import ProjectOnDisk
from tests.template.owner import check_as_its_ci_does, notebook_is_clean, play_notebook

MEASURES = ("roc_auc", "log_loss", "brier")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[ProjectOnDisk, str]:
    """The worked example after `noria run --pipeline train`, and what that said."""
    here = tmp_path_factory.mktemp("flights")
    ProjectOnDisk(here).noria("new-project", "late-flights", "--starter", "flights")
    project = ProjectOnDisk(here / "late-flights")
    said = project.noria("run", "--pipeline", "train", timeout=120)
    assert not (project.path / "data/08_reporting/metrics.json").exists()
    return project, said.all


@pytest.fixture(scope="module")
def flights(trained: tuple[ProjectOnDisk, str]) -> ProjectOnDisk:
    """The worked example, the rest of it run from what training left on the disk."""
    project, _ = trained
    rest = "chart_late_by_hour,score_test_days,score_departures"
    project.noria("run", "--from-nodes", rest, timeout=120)
    return project


def read(project: ProjectOnDisk, name: str) -> object:
    return json.loads((project.path / "data/08_reporting" / name).read_text("utf-8"))


def table(text: str) -> dict[str, list[str]]:
    """Return the rows of figures of the first such Markdown table, by model."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.count("|") == 5]
    return {row[0]: row[1:] for row in rows if row[0] in ("baseline", "logistic", "boosting")}


def test_train_pulls_what_it_needs_and_says_how_good_the_models_are(
    trained: tuple[ProjectOnDisk, str],
) -> None:
    project, said = trained
    assert "15/15" in said
    assert "champion by log_loss: logistic" in said
    assert (project.path / "data/06_models/champion.pickle").is_file()


def test_train_never_imports_the_report(flights: ProjectOnDisk) -> None:
    broken = flights.path / "src/late_flights/pipelines/report/nodes.py"
    kept = broken.read_text("utf-8")
    broken.write_text("import nothing_of_that_name\n", encoding="utf-8")
    try:
        words = ["--pipeline", "train", "--nodes", "clean_planes"]
        assert "1 node" in flights.noria("run", *words).out
    finally:
        broken.write_text(kept, encoding="utf-8")


def test_both_families_come_from_one_modular_pipeline(flights: ProjectOnDisk) -> None:
    document = json.loads(flights.noria("pipelines", "describe", "train", "--json").out)
    nodes = {node["name"]: node for node in document["nodes"]}
    for name in ("fit_model", "measure_model"):
        assert nodes[f"logistic.{name}"]["source"] == nodes[f"boosting.{name}"]["source"]
    assert "params:logistic.model" in nodes["logistic.fit_model"]["inputs"]
    assert "params:seed" in nodes["boosting.fit_model"]["inputs"]


def test_the_report_is_complete(flights: ProjectOnDisk) -> None:
    folder = flights.path / "data/08_reporting"
    for figure in ("roc.png", "calibration.png"):
        assert (folder / figure).read_bytes().startswith(b"\x89PNG")
    chart = read(flights, "late_by_hour.json")
    assert isinstance(chart, dict)
    assert chart["data"][0]["type"] == "heatmap"
    gaps = read(flights, "data_gaps.json")
    assert isinstance(gaps, dict)
    assert gaps["scheduled"] == gaps["flown"] + gaps["cancelled"] + gaps["diverted"] == 27_004


def test_the_models_beat_the_baseline_and_the_readme_says_by_how_much(
    flights: ProjectOnDisk,
) -> None:
    metrics = read(flights, "metrics.json")
    assert isinstance(metrics, dict)
    tested = metrics["test"]
    written = table((flights.path / "README.md").read_text("utf-8"))
    summary = table((flights.path / "data/08_reporting/summary.md").read_text("utf-8"))
    for model, measures in tested.items():
        figures = [measures[name] for name in MEASURES]
        assert [float(cell) for cell in written[model]] == pytest.approx(figures, abs=0.005)
        assert [float(cell) for cell in summary[model]] == pytest.approx(figures, abs=0.0006)
    assert tested["baseline"]["roc_auc"] == 0.5
    for model in ("logistic", "boosting"):
        assert tested[model]["roc_auc"] > 0.6
        assert tested[model]["log_loss"] < tested["baseline"]["log_loss"]


def test_new_departures_are_scored_by_day(flights: ProjectOnDisk) -> None:
    files = sorted((flights.path / "data/07_model_output/predictions").glob("*"))
    assert [file.stem for file in files] == ["2013-01-29", "2013-01-30", "2013-01-31"]
    # All that were scheduled, those cancelled later too: nobody knew.
    assert sum(len(file.read_text().splitlines()) - 1 for file in files) == 2_718


def test_a_second_run_gives_the_same_models(flights: ProjectOnDisk) -> None:
    model = flights.path / "data/06_models/boosting.pickle"
    before = model.read_bytes()
    flights.noria("run", "--nodes", "boosting.fit_model")
    assert model.read_bytes() == before


def test_its_own_tests_and_its_linter_pass(flights: ProjectOnDisk) -> None:
    assert "17 passed" in check_as_its_ci_does(flights)


def test_the_notebook_opens_the_catalog_and_runs_a_pipeline(flights: ProjectOnDisk) -> None:
    assert play_notebook(flights, "len(departures)") == "27004"
    assert notebook_is_clean(flights)


def test_the_environment_full_points_at_the_year(flights: ProjectOnDisk) -> None:
    said = flights.noria("run", "--env", "full", "--pipeline", "ingest", code=2)
    assert "data/01_raw/full/flights.csv.gz" in said.err
    year = flights.path / "data/01_raw/full"
    year.mkdir()
    for table_file in (flights.path / "data/01_raw").glob("*.gz"):
        shutil.copy(table_file, year)
    try:
        said = flights.noria("run", "--env", "full", "--pipeline", "ingest", "--force")
        assert "departures 27,004 rows" in said.out
    finally:
        shutil.rmtree(year)


def test_the_data_is_small_and_packed_without_a_time(flights: ProjectOnDisk) -> None:
    files = sorted((flights.path / "data/01_raw").glob("*.csv.gz"))
    assert len(files) == 5
    assert sum(file.stat().st_size for file in files) < 1_200_000
    for file in files:
        packed = file.read_bytes()
        assert len(packed) < 1_000_000
        assert packed[4:8] == b"\0\0\0\0", "gzip carries a time"
        assert gzip.decompress(packed).count(b"\n") > 10

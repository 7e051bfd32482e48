"""Forty edits of the worked example, and the nodes whose own making each of them touches."""

from dataclasses import dataclass

INGEST = "src/flights/pipelines/ingest/nodes.py"
FEATURES = "src/flights/pipelines/features/nodes.py"
TRAIN = "src/flights/pipelines/train/nodes.py"
REPORT = "src/flights/pipelines/report/nodes.py"
PREDICT = "src/flights/pipelines/predict/nodes.py"
WIRES_REPORT = "src/flights/pipelines/report/pipeline.py"
MODELS = "src/flights/models.py"
PARAMETERS = "conf/base/parameters.yml"
CATALOG = "conf/base/catalog.yml"

FITS = ("logistic.fit_model", "boosting.fit_model")
PREDICTS = (
    "logistic.measure_model",
    "boosting.measure_model",
    "score_test_days",
    "score_departures",
)
MEASURES = (
    "logistic.measure_model",
    "boosting.measure_model",
    "measure_baseline",
    "measure_test_days",
)


@dataclass(frozen=True)
class Edit:
    """A text of a file that is replaced; ``nodes`` are those whose own making it touches."""

    what: str
    file: str
    old: str
    new: str
    nodes: tuple[str, ...] = ()


EDITS = [
    Edit("a remark", INGEST, "# What a schedule says", "# What the schedule says"),
    Edit("a docstring", INGEST, '"""Give one row a plane;', '"""Give one row for each plane;'),
    Edit(
        "a function that nobody calls",
        MODELS,
        "def one_thread",
        "def unused(x: int) -> int:\n    return x\n\n\ndef one_thread",
    ),
    Edit(
        "a statement on more lines",
        INGEST,
        "clean = flights[SCHEDULE_COLUMNS].copy()",
        "clean = flights[\n        SCHEDULE_COLUMNS\n    ].copy()",
    ),
    Edit(
        "the same, computed otherwise",
        INGEST,
        '"scheduled": len(departures)',
        '"scheduled": departures.shape[0]',
        ("count_gaps",),
    ),
    Edit(
        "one more figure",
        INGEST,
        '        "scheduled"',
        '        "columns": departures.shape[1],\n        "scheduled"',
        ("count_gaps",),
    ),
    Edit("a colour", REPORT, "#8a8f98", "#8a8f99", ("draw_roc", "draw_calibration")),
    Edit("a title", REPORT, "ROC on the test days", "ROC, on the test days", ("draw_roc",)),
    Edit(
        "a parameter of a drawing",
        PARAMETERS,
        "calibration_bins: 10",
        "calibration_bins: 12",
        ("draw_calibration",),
    ),
    Edit(
        "a parameter of a chart",
        PARAMETERS,
        "fewest_departures: 20",
        "fewest_departures: 25",
        ("chart_late_by_hour",),
    ),
    Edit("a remark on parameters", PARAMETERS, "# Wind above this", "# All wind above this"),
    Edit("a parameter that nobody reads", PARAMETERS, "seed: 1", "seed: 1\nunread: 2"),
    Edit("a remark in the catalog", CATALOG, "# cleaned", "# cleaned tables"),
    Edit(
        "metadata in the catalog",
        CATALOG,
        "data_gaps:\n",
        "data_gaps:\n  metadata:\n    owner: me\n",
    ),
    Edit("a word of the summary", REPORT, "The champion is", "The winner is", ("write_summary",)),
    Edit("what decides", PARAMETERS, "metric: log_loss", "metric: brier", ("compare_models",)),
    Edit("and back", PARAMETERS, "metric: brier", "metric: log_loss"),
    Edit("the seed", PARAMETERS, "seed: 1", "seed: 2", FITS),
    Edit("and back", PARAMETERS, "seed: 2", "seed: 1"),
    Edit(
        "one family's parameter",
        PARAMETERS,
        "max_iter: 60",
        "max_iter: 50",
        ("boosting.fit_model",),
    ),
    Edit("the other's", PARAMETERS, "C: 0.1", "C: 0.2", ("logistic.fit_model",)),
    Edit(
        "a helper in another module",
        MODELS,
        "float(brier_score_loss(late, probability))",
        "round(float(brier_score_loss(late, probability)), 12)",
        MEASURES,
    ),
    Edit("a helper, the same values", MODELS, "(rows)[:, 1]", "(rows)[:, -1]", PREDICTS),
    Edit(
        "the helper's helper",
        MODELS,
        "threadpool_limits(1)",
        "threadpool_limits(limits=1)",
        (*FITS, *PREDICTS),
    ),
    Edit(
        "a constant",
        FEATURES,
        "MINUTES_A_DAY = 24 * 60",
        "MINUTES_A_DAY = 60 * 24",
        ("add_schedule_features",),
    ),
    Edit("an example in a docstring", FEATURES, "[5, 825]", "[5, 825]  # minutes"),
    Edit("a remark below code", INGEST, "def as_utc", "# Read times.\ndef as_utc"),
    Edit(
        "a helper of two nodes",
        INGEST,
        'pd.to_datetime(times, utc=True).astype("datetime64[us, UTC]")',
        'pd.to_datetime(times, utc=True).dt.as_unit("us")',
        ("clean_flights", "clean_weather"),
    ),
    Edit(
        "a limit", PARAMETERS, "highest_wind_mph: 150", "highest_wind_mph: 140", ("clean_weather",)
    ),
    Edit(
        "what all follows from",
        PARAMETERS,
        "late_after_minutes: 15",
        "late_after_minutes: 20",
        ("clean_flights",),
    ),
    Edit("and back", PARAMETERS, "late_after_minutes: 20", "late_after_minutes: 15"),
    Edit("a node's name", WIRES_REPORT, 'name="draw_roc"', 'name="draw_roc_curve"'),
    Edit("a tag", WIRES_REPORT, 'name="write_summary"', 'name="write_summary", tags="words"'),
    Edit("a message", TRAIN, '"champion by', '"the champion by', ("compare_models",)),
    Edit(
        "a helper of a helper",
        TRAIN,
        "early_stopping=False",
        "early_stopping=False,\n        max_bins=255",
        FITS,
    ),
    Edit(
        "a day of the split",
        PARAMETERS,
        'test_until: "2013-01-28"',
        'test_until: "2013-01-29"',
        ("split_by_time", "write_summary"),
    ),
    Edit(
        "when a prediction is made",
        PARAMETERS,
        "lead_minutes: 60",
        "lead_minutes: 90",
        ("join_departures",),
    ),
    Edit("and back", PARAMETERS, "lead_minutes: 90", "lead_minutes: 60"),
    Edit("digits of the scores", PREDICT, ".round(4)", ".round(5)", ("score_departures",)),
    Edit("another place", CATALOG, "reporting/summary.md", "reporting/words/summary.md"),
]

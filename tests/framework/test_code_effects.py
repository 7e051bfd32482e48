"""Which code reads or changes the world outside, and where knowledge ends."""

from pathlib import Path

import pytest

from tests.framework.code_projects import fingerprint, write

READS = {
    "clock": """
        import time; return time.time()
        from time import time; return time()
        import datetime; return datetime.datetime.now()
        from datetime import datetime as dt; return dt.utcnow()
        from datetime import date; return date.today()
        import datetime as d; return d.date.today()
        import pandas as pd; return pd.Timestamp.now()
        import pandas as pd; return pd.Timestamp("now")
        import pandas as pd; return pd.to_datetime("today")
        import uuid; return uuid.uuid1()
        from datetime import datetime; return dict(default_factory=datetime.now)
        return x.now()
        import pandas as pd; return pd.Period("now", "D")
        import arrow; return arrow.get()
        import time as t; f = t.time; return f()
        return clock()
    """,
    "environment": """
        import os; return os.environ["A"]
        import os; return os.environ.get("A")
        import os; return os.getenv("A")
        from os import environ; return environ
        from os import getenv as g; return g("A")
        import os; return getattr(os, "environ")
        import os; return os.getcwd()
        import os, sys; here = os.getcwd(); sys.path.append(here); return here
        import os, sys; sys.path.append(os.getenv("A"))
        import os, sys; sys.path.append(os.environ["A"])
        import sys; return sys.argv
        from pathlib import Path; return Path.home()
        from dynaconf import Dynaconf; return Dynaconf(settings_files=["a"]).x
        from pydantic_settings import BaseSettings; return BaseSettings()
        import environ; return environ.Env()("A")
    """,
    "file": """
        return open("a").read()
        with open(x) as f: return f
        return open(x, "r+")
        return open(x, mode=x)
        import io; return io.open(x)
        from pathlib import Path; return Path("a").read_text()
        from pathlib import Path; return Path("a").open()
        from pathlib import Path; return [p for p in Path("a").glob("*")]
        from pathlib import Path; return [f for _, _, f in Path("a").walk()]
        return [f for _, _, f in (x / "a").walk(follow_symlinks=True)]
        import os; return list(os.fwalk("a"))
        import zipfile; return zipfile.Path("a").iterdir()
        import pandas as pd; return pd.read_csv("a")
        from pandas import read_parquet; return read_parquet("a")
        import numpy as np; return np.load("a")
        import joblib; return joblib.load("a")
        import os; return os.listdir("a")
        import os; return os.path.exists(x)
        if not x.exists(): return 1
        import gzip; return gzip.open(x)
        import importlib.resources as r; return r.files("a")
        return list(map(open, x))
        from builtins import open as o; return o(x)
        import xml.etree.ElementTree as ET; return ET.parse("a").getroot()
        from lxml import etree; return etree.parse("a")
        from omegaconf import OmegaConf; return OmegaConf.load("a")
        from gensim.models import Word2Vec; return Word2Vec.load("a")
        import onnx; return onnx.load("a")
        import torch; return torch.jit.load("a")
        import scipy.sparse as s; return s.load_npz("a")
        import xgboost as xgb; b = xgb.Booster(); b.load_model("a"); return b
        import fsspec; return fsspec.url_to_fs("a")[0].cat("a")
        import xgboost as xgb; return xgb.DMatrix("a?format=libsvm")
        import xgboost as xgb; return xgb.DMatrix(str(x))
        import xgboost as xgb; path = x; return xgb.DMatrix(path)
        import xgboost as xgb; where = "a"; return xgb.DMatrix(where)
        import xgboost as xgb; return xgb.Booster(model_file=FILE)
        import xgboost as xgb; return xgb.DMatrix(FOLDER / "a")
        import lightgbm as lgb; return lgb.Dataset(f"{x}.csv")
        import lightgbm as lgb; return lgb.train({}, x, init_model="a")
        import pyarrow as pa; return pa.ipc.open_file("a").read_all()
        import pyarrow as pa; return pa.ipc.open_file(FOLDER).read_all()
        from pyarrow import orc; return orc.ORCFile(x).read()
        from PIL import ImageFont; return ImageFont.truetype("a")
        from lxml import objectify; return objectify.parse("a")
        import sentencepiece as s; return s.SentencePieceProcessor(model_file="a")
        import polars as pl; return pl.sql("select * from read_csv('a')").collect()
        import polars as pl; return pl.sql(f"select * from b join read_parquet('{x}')").collect()
        import polars as pl; return pl.LazyFrame.deserialize("a").collect()
        import pyarrow.fs as f; return f.LocalFileSystem().open_input_file("a")
        return x.read.parquet("a")
        return x.textFile("a")
        return __loader__.get_data("a")
        import ctypes; return ctypes.CDLL("a").f(x)
        import ctypes; return ctypes.cdll.LoadLibrary("a").f(x)
        from cffi import FFI; return FFI().dlopen("a")
        return __spec__.loader.get_data("a")
    """,
    "network": """
        import requests; return requests.get(x)
        import requests; return requests.post(x)
        import urllib.request; return urllib.request.urlopen(x)
        from urllib.request import urlopen; return urlopen(x)
        import socket; return socket.create_connection(x)
        import httpx; return httpx.get(x)
        from sklearn.datasets import fetch_openml; return fetch_openml(x)
    """,
    "database": """
        import sqlite3; return sqlite3.connect(x)
        import pandas as pd; return pd.read_sql(x)
        from sqlalchemy import create_engine; return create_engine(x)
        return x.execute("SELECT 1")
        return x.fetchall()
    """,
    "subprocess": """
        import subprocess; return subprocess.run(x)
        from subprocess import check_output; return check_output(x)
        import os; return os.system(x)
    """,
    "input": "return input()",
    "writes": """
        x.to_csv("a")
        open(x, "w").write("a")
        with open(x, mode="wb") as f: f.write(b"")
        from pathlib import Path; Path("a").write_text("b")
        import os; os.remove(x)
        import shutil; shutil.rmtree(x)
        import matplotlib.pyplot as plt; plt.savefig("a")
        x.savefig("a")
    """,
    "mail": "import smtplib; smtplib.SMTP(x).send_message(x)",
    "tracking": "import mlflow; mlflow.log_metric('a', 1)",
    "random": """
        import random; return random.random()
        from random import choice; return choice(x)
    """,
    "": """
        return x.to_csv()
        import xgboost as xgb; return xgb.DMatrix(x, label=x)
        import xgboost as xgb; return xgb.DMatrix(DATA)
        import xgboost as xgb; return xgb.Booster({"a": "b"})
        import lightgbm as lgb; return lgb.Dataset(x, x)
        import lightgbm as lgb; return lgb.train({}, x, init_model=x)
        import pyarrow as pa; return pa.ipc.open_file(x).read_all()
        import pyarrow as pa; return pa.ipc.open_file(pa.py_buffer(x)).read_all()
        import polars as pl; return pl.sql("select read_csv from a").collect()
        import time; return time.perf_counter()
        import time; time.sleep(0)
        import logging; logging.getLogger(__name__).info("a")
        import os.path; return os.path.join(x, "a")
        from pathlib import Path; return Path("a") / "b"
        import datetime; return datetime.datetime(2020, 1, 1)
        import pandas as pd; return pd.to_datetime(x)
        import json; return json.loads(x)
        import sys; return sys.version_info
        import uuid; return uuid.uuid4()
        import yaml; return yaml.load(x)
        return x.csv(1)
        import cloudpickle; return cloudpickle.load(x)
        from sklearn.datasets import load_iris; return load_iris()
        return x.copy().query("a > 1").groupby("b").mean()
        print(x)
        import requests; return requests.exceptions.HTTPError
        import subprocess; return subprocess.CalledProcessError
        import io; import pandas as pd; return pd.read_csv(io.StringIO(x))
        import numpy as np; from io import BytesIO; b = BytesIO(x); return np.load(b)
        from pathlib import Path; return Path(__file__).resolve().name
        import os; return os.path.realpath(__file__)
    """,
    "settings": """
        import os; os.environ["A"] = "1"
        import os; os.environ.setdefault("A", "1")
    """,
}
CASES = [
    (kind, line.strip()) for kind, lines in READS.items() for line in lines.splitlines() if line
]


@pytest.mark.parametrize(("kind", "line"), [case for case in CASES if case[1]])
def test_what_reaches_outside_is_named(kind: str, line: str, tmp_path: Path) -> None:
    head = "import pathlib\nfrom time import time as clock\n"
    head += "FILE = 'a'\nFOLDER = pathlib.Path('b')\nDATA = [1]\n"
    body = "\n    ".join(line.split("; "))
    write(tmp_path / "src", {"nodes.py": f"{head}def node(x):\n    {body}\n"})
    found = fingerprint(tmp_path / "src", "nodes:node")
    assert {effect.kind for effect in found.effects} == ({kind} if kind else set())
    for effect in found.effects:
        assert effect.where.startswith("src/shop_under_test/nodes.py:")
        assert effect.what


TOLD = """
import logging
import time
from datetime import datetime

import pandas as pd

LOG = logging.getLogger(__name__)


def timed(function):
    def inner(*given):
        began = time.time()
        made = function(*given)
        took = round(time.time() - began, 2)
        LOG.info("%s took %.2f s", function.__name__, took)
        return made

    return inner


@timed
def node(x):
    began = datetime.now()
    made = x + 1
    print(f"{(datetime.now() - began).total_seconds():.1f} s")
    LOG.debug("ended at %s", datetime.now().isoformat())
    return made
"""


def test_the_time_that_is_only_told_is_no_reading(tmp_path: Path) -> None:
    write(tmp_path / "src", {"nodes.py": TOLD})
    assert not fingerprint(tmp_path / "src", "nodes:node").effects


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return made\n\n    return inner", "return made, took\n\n    return inner"),
        ("made = x + 1", "made = began"),
        ("made = x + 1", "made = x + began.year"),
        ("made = x + 1", "made = x + 1 if began else x"),
        ("made = x + 1", "x.began = began; made = x"),
        ("made = x + 1", "made = pd.Series([began])"),
        ("print(f", "made = str(f"),
        ("print(f", "made = print(f"),
        ("print(f", "catalog.log(f"),
        ("began = datetime.now()", "global began; began = datetime.now()"),
        ("made = x + 1", "made = locals()"),
        ("made = x + 1", "made = lambda: began"),
        ("LOG.debug(", "made = max("),
    ],
)
def test_the_time_that_goes_elsewhere_is_one(old: str, new: str, tmp_path: Path) -> None:
    assert TOLD.count(old) == 1
    write(tmp_path / "src", {"nodes.py": TOLD.replace(old, new)})
    effects = fingerprint(tmp_path / "src", "nodes:node").effects
    assert {effect.kind for effect in effects} == {"clock"}


@pytest.mark.parametrize(
    "head",
    [
        "os.environ['OMP_NUM_THREADS'] = '1'",
        "os.environ.setdefault('OMP_NUM_THREADS', '1')",
        "sys.path.insert(0, str(Path(__file__).resolve().parents[1]))",
        "sys.path.append(os.getcwd())",
        "if not os.path.exists('out'): os.makedirs('out')",
        "if not os.path.isdir(sys.prefix + '/lib'):\n    os.mkdir(sys.prefix + '/lib', 0o755)",
        "if not Path('out').exists(): Path('out').mkdir(parents=True)",
        "import logging.config\nlogging.config.dictConfig({'version': 1})",
        "sys.path.extend([os.path.join(os.getcwd(), 'src'), str(Path.cwd().parent)])",
        "try: __version__ = version('shop')\nexcept PackageNotFoundError: __version__ = '0'",
        "logging.basicConfig(level=os.getenv('LEVEL', 'INFO'))",
        "logging.info('in %s on %s', os.path.expanduser('~'), platform.node())",
        "print('imported at', datetime.datetime.now(), time.time())",
        "READ = configparser.ConfigParser()\nREAD.read(__file__ + '.cfg')",
        "with open(__file__) as file: SETTINGS = file.read()",
        "with open(__file__) as a, open(__file__) as b:\n    ONE: str = a.read()\n    TWO, *_ = b",
        "try: KEY = Path(__file__).read_text()\nexcept OSError as no: raise ValueError from no",
        "try:\n    with open(__file__) as a: A = a.read()\n    if A: B = A\nfinally: C = 1",
    ],
)
def test_what_stands_at_the_head_of_modules_is_no_reading(head: str, tmp_path: Path) -> None:
    imports = (
        "import configparser, datetime, logging, os, platform, sys, time\n"
        "from pathlib import Path\n"
        "from importlib.metadata import PackageNotFoundError, version\n"
    )
    root = tmp_path / "src"
    write(root, {"nodes.py": f"{imports}{head}\n\n\ndef node(x):\n    return x\n"})
    effects = fingerprint(root, "nodes:node").effects
    assert not {effect.kind for effect in effects} - {"writes", "settings"}


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("USED = os.getenv('LEVEL', 'INFO')", "environment"),
        ("USED = configparser.ConfigParser()\nUSED.read(__file__ + '.cfg')", "file"),
        ("USED = datetime.datetime.now()\nprint(USED)", "clock"),
        ("USED = []\nfor each in os.listdir('.'): USED.append(each)", "file"),
    ],
)
def test_what_is_read_at_the_head_counts_for_who_uses_it(
    head: str, kind: str, tmp_path: Path
) -> None:
    root = tmp_path / "src"
    above = f"import configparser, datetime, os\n{head}\n"
    write(root, {"nodes.py": f"{above}\n\ndef node(x):\n    return x, USED\n"})
    assert {each.kind for each in fingerprint(root, "nodes:node").effects} == {kind}


@pytest.mark.parametrize(
    "head",
    [
        "with open(__file__) as file: mimetypes.add_type('a/b', file.name[-2:])",
        "try: mimetypes.init(Path(__file__).read_text()[:0].split())\nexcept OSError: pass",
        "with open(__file__) as file:\n    LINE = file.readline()\n    mimetypes.line = LINE",
    ],
)
def test_a_library_that_is_set_up_by_what_a_file_says_is_a_reading(
    head: str, tmp_path: Path
) -> None:
    above = f"import mimetypes\nfrom pathlib import Path\n{head}\n"
    root = tmp_path / "src"
    write(root, {"nodes.py": f"{above}\n\ndef node(x):\n    return x\n"})
    effects = fingerprint(root, "nodes:node").effects
    assert "file" in {effect.kind for effect in effects}


@pytest.mark.parametrize(
    "body",
    [
        "found = os.path.exists(x) or os.makedirs(x)\n    return found",
        "if not x.exists(): x.parent.mkdir()",
        "if not x.exists(): x.mkdir(); return 1",
        "if not x.exists(): x.mkdir()\n    else: return 1",
        "if x.exists(): x.mkdir()",
        "return not x.exists() and x.mkdir()",
    ],
)
def test_a_folder_that_is_asked_for_is_a_reading(body: str, tmp_path: Path) -> None:
    write(tmp_path / "src", {"nodes.py": f"import os\n\n\ndef node(x):\n    {body}\n"})
    effects = fingerprint(tmp_path / "src", "nodes:node").effects
    assert {effect.kind for effect in effects} == {"file", "writes"}


def test_a_folder_that_is_only_made_is_none(tmp_path: Path) -> None:
    body = "if not x.is_dir():\n        x.mkdir()\n    if not os.path.exists(x / 'a'):\n"
    body += "        os.makedirs(x / 'a')\n    return x"
    write(tmp_path / "src", {"nodes.py": f"import os\n\n\ndef node(x):\n    {body}\n"})
    effects = fingerprint(tmp_path / "src", "nodes:node").effects
    assert {effect.kind for effect in effects} == {"writes"}


def test_a_version_that_is_used_is_a_reading(tmp_path: Path) -> None:
    text = "from importlib.metadata import version\n\ntry:\n    V = version('shop')\n"
    text += "except ImportError:\n    V = ''\n\n\ndef node(x):\n    return V\n"
    write(tmp_path / "src", {"nodes.py": text})
    effects = fingerprint(tmp_path / "src", "nodes:node").effects
    assert {effect.kind for effect in effects} == {"environment"}

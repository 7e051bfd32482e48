"""What reads or changes the world outside, by its name."""

import ast
import re

from noria.code.distributions import canonical
from noria.code.names import words

# Dotted names, longest first where it matters: what stands below a name shares its kind.
_BY_NAME: dict[str, str] = {}
for _kind, _names in {
    "clock": """
        time.time time.time_ns time.localtime time.gmtime time.ctime time.asctime time.strftime
        time.clock_gettime time.clock_gettime_ns uuid.uuid1
        datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today
        datetime.date.today pandas.Timestamp.now pandas.Timestamp.today pandas.Timestamp.utcnow
        pendulum.now pendulum.today pendulum.yesterday pendulum.tomorrow arrow.now arrow.utcnow
        django.utils.timezone.now email.utils.localtime email.utils.formatdate
    """,
    "time zone": """
        datetime.datetime.fromtimestamp datetime.date.fromtimestamp datetime.datetime.astimezone
        datetime.datetime.timestamp time.mktime dateutil.tz.tzlocal dateutil.tz.gettz
        tzlocal.get_localzone
    """,
    "environment": """
        os.environ os.environb os.getenv os.getenvb os.getcwd os.getcwdb os.getlogin os.uname
        os.getloadavg os.path.expanduser os.path.expandvars os.get_exec_path
        sys.argv sys.orig_argv sys.executable pathlib.Path.cwd pathlib.Path.home platform.node
        getpass.getuser socket.gethostname locale.getlocale locale.getpreferredencoding
        locale.getdefaultlocale time.tzname time.timezone dotenv.dotenv_values decouple
        environs importlib.metadata pkg_resources environ.Env dynaconf pydantic_settings
        starlette.config keyring streamlit.secrets
    """,
    "file": """
        os.open os.listdir os.scandir os.walk os.stat os.lstat os.readlink os.path.exists
        os.path.isfile os.path.isdir os.path.getsize os.path.getmtime os.path.getctime
        os.path.realpath os.path.lexists os.path.islink os.access glob.glob glob.iglob
        linecache.getline linecache.getlines fileinput mmap.mmap shelve.open dbm tomllib.load
        importlib.resources pkgutil.get_data configparser.ConfigParser logging.config
        configparser.RawConfigParser jinja2.FileSystemLoader jinja2.PackageLoader toml.load
        zoneinfo.ZoneInfo.from_file shutil.disk_usage runpy.run_path
        zipfile.ZipFile tarfile.open tarfile.TarFile gzip.open bz2.open lzma.open io.open
        codecs.open gzip.GzipFile bz2.BZ2File lzma.LZMAFile io.FileIO io.open_code
        numpy.load numpy.loadtxt numpy.genfromtxt numpy.fromfile numpy.memmap
        numpy.lib.format.open_memmap pandas.HDFStore pandas.ExcelFile joblib.load torch.load
        h5py.File netCDF4.Dataset xarray.open_dataset PIL.Image.open cv2.imread cv2.VideoCapture
        skimage.io imageio matplotlib.image.imread matplotlib.pyplot.imread librosa.load
        soundfile.read scipy.io.loadmat scipy.io.wavfile.read scipy.io.mmread openpyxl.load_workbook
        pyarrow.parquet.ParquetFile pyarrow.parquet.ParquetDataset pyarrow.dataset.dataset
        pyarrow.memory_map pyarrow.OSFile pyarrow.input_stream pyarrow.orc.ORCFile
        fsspec.filesystem fsspec.open
        fsspec.open_files fsspec.get_mapper smart_open.open cloudpathlib zarr.open zarr.load
        fiona.open rasterio.open spacy.load nltk.data onnxruntime.InferenceSession
        sklearn.datasets.load_files sklearn.datasets.load_svmlight_file lightgbm.Booster
        pytesseract docx.Document PyPDF2.PdfReader pypdf.PdfReader builtins.open os.fdopen
        xml.etree.ElementTree.parse xml.etree.ElementTree.iterparse xml.dom.minidom.parse
        xml.sax.parse lxml.etree.parse lxml.etree.iterparse lxml.html.parse lxml.objectify.parse
        wave.open mailbox netrc
        filecmp.cmp gettext.translation shelve.Shelf shelve.DbfilenameShelf
        fsspec.url_to_fs fsspec.core fsspec.implementations pyarrow.fs hydra.compose
        hydra.initialize dvc.api nltk.corpus scipy.io.arff scanpy.read pysam.AlignmentFile
        pysam.VariantFile Bio.SeqIO.parse pydicom.dcmread SimpleITK.ReadImage cv2.dnn
        datatable.fread deltalake.DeltaTable pyiceberg.catalog tensorflow.io
        tokenize.open zipimport imghdr.what sndhdr.what pstats.Stats sunau.open aifc.open
        tracemalloc.Snapshot.load http.cookiejar tensorflow.data.TFRecordDataset torchvision.io
        fitz.open pymupdf.open pdfplumber.open os.fwalk os.path.samefile os.path.ismount
        os.path.isjunction os.statvfs os.getxattr os.listxattr zipfile.Path lazy_loader.attach_stub
        ctypes.CDLL ctypes.PyDLL ctypes.cdll ctypes.pydll numpy.ctypeslib.load_library cffi.FFI
        PIL.ImageFont.truetype PIL.ImageFont.FreeTypeFont sentencepiece.SentencePieceProcessor
        polars.DataFrame.deserialize polars.LazyFrame.deserialize polars.Expr.deserialize
        cv2.FileStorage cv2.CascadeClassifier scipy.io.mminfo osgeo.gdal.Open osgeo.gdal.OpenEx
        osgeo.ogr.Open datasets.load_from_disk datasets.Dataset.from_file kenlm.Model
        torch.from_file
        torch.ops.load_library torch.classes.load_library tensorflow.load_op_library pyximport
    """,
    "network": """
        socket ssl select asyncio.open_connection http.client urllib.request ftplib poplib imaplib
        nntplib telnetlib xmlrpc.client requests httpx aiohttp urllib3 pycurl websockets websocket
        grpc paramiko boto3 botocore s3fs gcsfs adlfs google.cloud azure openai anthropic
        huggingface_hub datasets.load_dataset transformers.pipeline kaggle tweepy slack_sdk
        kafka confluent_kafka pika zmq yfinance pandas_datareader fredapi wikipedia
        tensorflow_datasets.load torch.hub torchvision.datasets nltk.download gspread
        praw googlemaps geopy.geocoders ee litellm ollama cohere mistralai groq feedparser ntplib
        pinecone qdrant_client weaviate chromadb pymilvus pystac_client earthaccess ccxt selenium
        playwright github gitlab jira notion_client pysftp statsmodels.datasets.get_rdataset
        statsmodels.api.datasets.get_rdataset
        mlflow.pyfunc.load_model mlflow.sklearn.load_model mlflow.artifacts mlflow.search_runs
    """,
    "database": """
        sqlite3.connect sqlite3.Connection psycopg psycopg2 pymysql MySQLdb mysql.connector
        cx_Oracle oracledb pyodbc
        pymssql sqlalchemy.create_engine sqlalchemy.ext.asyncio pymongo redis cassandra
        elasticsearch neo4j clickhouse_driver clickhouse_connect snowflake.connector duckdb
        pandas.read_sql pandas.read_sql_query pandas.read_sql_table ibis.connect
        sqlmodel.create_engine asyncpg aiosqlite peewee django.db motor influxdb
        influxdb_client trino prestodb pyhive
        databricks.sql turbodbc tinydb.TinyDB lmdb.open plyvel.DB
    """,
    "subprocess": """
        subprocess os.system os.popen os.spawnl os.spawnv os.spawnlp os.spawnvp os.posix_spawn
        os.execv os.execl os.execvp os.execlp pty.spawn asyncio.create_subprocess_exec
        asyncio.create_subprocess_shell sh pexpect plumbum invoke.run
    """,
    "random": "random",
    "settings": """
        matplotlib.rc matplotlib.rcParams matplotlib.style.use matplotlib.pyplot.rc
        matplotlib.pyplot.rcParams matplotlib.pyplot.style.use seaborn.set seaborn.set_theme
        seaborn.set_style seaborn.set_context seaborn.set_palette seaborn.set_color_codes
        pandas.set_option pandas.options numpy.seterr numpy.set_printoptions sklearn.set_config
        polars.Config.set_fmt_float polars.Config.set_tbl_rows polars.Config.set_tbl_cols
        xarray.set_options torch.set_default_dtype torch.set_default_device plotly.io.templates
        decimal.setcontext locale.setlocale os.chdir os.putenv time.tzset
    """,
    "input": "input builtins.input sys.stdin getpass.getpass click.prompt click.confirm",
    "mail": "smtplib email.mime yagmail sendgrid mailjet_rest emails redmail postmarker",
    "tracking": """
        mlflow wandb neptune comet_ml clearml aim.Run dvclive tensorboardX sacred
        torch.utils.tensorboard sentry_sdk datadog statsd prometheus_client
    """,
    "writes": """
        os.remove os.unlink os.rename os.replace os.makedirs os.mkdir os.rmdir os.removedirs
        os.symlink os.link os.truncate os.write os.chmod os.utime shutil.copy shutil.copy2
        shutil.copyfile shutil.copytree shutil.move shutil.rmtree shutil.make_archive
        numpy.save numpy.savez numpy.savez_compressed numpy.savetxt joblib.dump torch.save
        matplotlib.pyplot.savefig matplotlib.image.imsave matplotlib.pyplot.imsave cv2.imwrite
        pyarrow.parquet.write_table pyarrow.feather.write_feather pyarrow.csv.write_csv
        pyarrow.dataset.write_dataset plotly.io.write_html plotly.io.write_image soundfile.write
        scipy.io.savemat scipy.io.wavfile.write tempfile.mkstemp tempfile.mkdtemp
    """,
}.items():
    for _name in _names.split():
        _BY_NAME[_name] = _kind

VARIABLES = frozenset({"os.environ", "os.environb"})
"""The names by which the environment's variables are read and set."""
# Names that stand below one of the above and read nothing.
_HARMLESS = words(
    """
    socket.AF_INET requests.exceptions requests.Session.headers urllib3.exceptions
    subprocess.CalledProcessError subprocess.PIPE subprocess.DEVNULL subprocess.TimeoutExpired
    psycopg2.Error httpx.HTTPError requests.RequestException
    sqlalchemy.ext.asyncio.AsyncSession duckdb.DuckDBPyConnection duckdb.DuckDBPyRelation
    importlib.resources.abc subprocess.list2cmdline subprocess.CompletedProcess email.mime.text
    aiohttp.ClientError logging.config.dictConfig
    """
)
# Functions of third-party modules that take a path, by the last word of their names.
# Patterns are compiled when they are first asked.
_READERS = (
    r"read_\w+|scan_\w+|open_\w+|imread|imopen|load|load_(npz|weights|word2vec_format|session)|"
    r"load_\w*(file|path|dataset|model|workbook|csv)\w*|"
    r"from_(file|csv|parquet|path|url|uri)|fetch_\w+|download\w*|urlopen|urlretrieve|from_pretrained"
)
_WRITERS = r"write_\w+|savefig|imsave|imwrite|save_\w+|to_(csv|parquet|pickle|excel)"
# Readers of values that are at hand already: of a text, or a file that is open.
_IN_MEMORY = words(
    """
    pyarrow.ipc.open_stream pyarrow.ipc.open_file pandas.read_clipboard
    yaml.load toml.load rtoml.load ujson.load simplejson.load orjson.load rapidjson.load
    cloudpickle.load dill.load msgpack.load bson.load pyparsing.load
    """
)
# Methods of what reads a table in Spark: ``spark.read.parquet(...)``.
_OF_READ = words("parquet csv json orc text load table jdbc format")
_READ = words("read readStream")
# Distributions of which all that reads is named here, and what they require.
_WELL_KNOWN = words(
    """
    numpy pandas scipy scikit-learn joblib threadpoolctl matplotlib seaborn statsmodels patsy
    pyarrow polars polars-runtime-32 polars-runtime-64 xgboost lightgbm narwhals python-dateutil
    pytz tzdata six contourpy cycler fonttools kiwisolver packaging pillow pyparsing requests
    urllib3 certifi idna charset-normalizer pyyaml fsspec noria typing-extensions openpyxl
    et-xmlfile cloudpickle loky
    """
)
# Their modules that are called otherwise.
_NAMED_OTHERWISE = words(
    """
    sklearn PIL yaml dateutil mpl_toolkits pylab fontTools noria_catalog noria_viz
    """
)
_SQL = r"(?i)\s*(select|insert|update|delete|with|create)\b"
_METHODS: dict[str, str] = {}
for _kind, _names in {
    "clock": "now utcnow",
    "time zone": "astimezone timestamp fromtimestamp",
    "file": """
        read_text read_bytes iterdir glob rglob is_file is_dir is_symlink lstat samefile
        is_mount is_junction is_socket is_fifo readlink read_csv read_parquet read_json scandir
        load_model load_weights textFile wholeTextFiles
    """,
    "network": "urlopen sendall recv",
    "database": "fetchall fetchone fetchmany cursor executemany executescript read_sql",
    "writes": """
        write_text write_bytes mkdir rmdir unlink touch symlink_to hardlink_to savefig to_csv
        to_parquet to_pickle to_excel to_feather to_hdf to_sql to_stata to_latex write_html
        write_image write_parquet write_csv to_netcdf to_zarr save_model
    """,
    "mail": "sendmail send_message",
    "tracking": "log_metric log_metrics log_param log_params log_artifact log_model log_figure",
}.items():
    for _name in _names.split():
        _METHODS[_name] = _kind
# These give a text when they are given no place to write to.
_TEXT_WITHOUT_PLACE = frozenset({"to_csv", "to_latex", "to_parquet"})


def effect_of(dotted: str, third_party: bool, writing: bool) -> str | None:
    """Return the kind of effect of a name of the standard library or of a third-party module.

    ``writing``: it is called with a mode that only writes.  ``None``: it has none that is known.

    >>> effect_of("os.environ.get", False, False), effect_of("pandas.read_csv", True, False)
    ('environment', 'file')
    >>> effect_of("math.sin", False, False) is None
    True
    """
    if dotted in _IN_MEMORY or _is_harmless(dotted):
        return None
    kind = _below(dotted)
    last = dotted.rpartition(".")[2]
    if kind is None and third_party:
        if re.fullmatch(_READERS, last):
            kind = "network" if last.startswith(("fetch", "download", "url")) else "file"
        elif re.fullmatch(_WRITERS, last):
            kind = "writes"
    return "writes" if kind == "file" and writing else kind


def is_well_known(distribution: str) -> bool:
    """Return whether all is named here by which a distribution reads what it is not given.

    >>> is_well_known("scikit_learn"), is_well_known("somebodys-own")
    (True, False)
    """
    return canonical(distribution) in _WELL_KNOWN


def is_of_well_known(module: str) -> bool:
    """Return whether an installed module is of a distribution that is well known, by its name.

    >>> is_of_well_known("sklearn.tree"), is_of_well_known("somebodys.own")
    (True, False)
    """
    top = module.partition(".")[0]
    return top in _NAMED_OTHERWISE or is_well_known(top)


def _is_harmless(dotted: str) -> bool:
    return dotted in _HARMLESS or dotted.endswith(("Error", "Exception", "Timeout", "Warning"))


def _below(dotted: str) -> str | None:
    name = dotted
    while name:
        if name in _BY_NAME:
            return _BY_NAME[name]
        name = name.rpartition(".")[0]
    return None


def effect_of_method(name: str, call: ast.Call) -> str | None:
    """Return the kind of effect of a method that is called on an unknown object.

    >>> effect_of_method("read_text", ast.parse("p.read_text()").body[0].value)
    'file'
    """
    if name == "open":
        return "writes" if only_writes(call, 0) else "file"
    if name in _TEXT_WITHOUT_PLACE and not call.args and not call.keywords:
        return None
    if name in {"execute", "query"} and call.args and _is_sql(call.args[0], name == "execute"):
        return "database"
    if name in _OF_READ and isinstance(call.func, ast.Attribute):
        of = call.func.value
        return "file" if isinstance(of, ast.Attribute) and of.attr in _READ else None
    if name == "get_data":
        return "file" if "loader" in ast.unparse(call.func) else None
    if name in {"stat", "walk"} and not call.args:
        return "file"
    if name == "resolve" and isinstance(call.func, ast.Attribute):
        of = call.func.value
        if isinstance(of, ast.Call) and is_own_file(of.args[0] if of.args else None):
            return None
    if name in {"today", "exists", "resolve", "cwd", "home"} and not call.args:
        return {"today": "clock", "exists": "file", "resolve": "file"}.get(name, "environment")
    return _METHODS.get(name)


def is_own_file(node: ast.expr | None) -> bool:
    """Return whether an expression is ``__file__``: where that lies is no data."""
    return isinstance(node, ast.Name) and node.id == "__file__"


def _is_sql(node: ast.expr, otherwise: bool) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.match(_SQL, node.value) is not None
    return otherwise


def only_writes(call: ast.Call, position: int) -> bool:
    """Return whether a call's mode is a constant that opens for writing and not for reading."""
    modes: list[ast.expr] = list(call.args[position : position + 1])
    modes.extend(keyword.value for keyword in call.keywords if keyword.arg == "mode")
    return any(
        isinstance(mode, ast.Constant)
        and isinstance(mode.value, str)
        and mode.value[:1] in {"w", "a", "x"}
        and "+" not in mode.value
        for mode in modes
    )


def moment_text(dotted: str, call: ast.Call) -> bool:
    """Return whether a call makes a moment of a word: ``pd.Timestamp("now")``."""
    last = dotted.rpartition(".")[2]
    first = call.args[0] if call.args else None
    if dotted == "arrow.get" and not call.args and not call.keywords:
        return True
    return (
        last in {"Timestamp", "to_datetime", "datetime64", "date_range", "parse", "Period"}
        and isinstance(first, ast.Constant)
        and first.value in {"now", "today"}
    )

"""Names that mean something to who reads code without running it."""

import re


def words(text: str) -> frozenset[str]:
    """Return the words of a text.

    >>> sorted(words("b a"))
    ['a', 'b']
    """
    return frozenset(text.split())


# Methods that change nothing of what they are called on.
READS_ONLY = words(
    """
    get items keys values copy index count startswith endswith split rsplit join strip lstrip
    rstrip replace format lower upper title casefold encode decode partition rpartition
    splitlines isdigit isalpha union intersection difference issubset issuperset isdisjoint
    debug info warning warn error exception critical log isEnabledFor getChild match search
    fullmatch findall finditer sub subn mean sum min max std var median quantile head tail
    describe astype to_dict to_list tolist groupby merge isin map apply query loc iloc at iat
    round abs shape dtypes as_posix joinpath with_suffix with_name relative_to resolve exists
    is_file read_text read_bytes glob total_seconds date isoformat strftime timestamp
    most_common elements lookup resolve_name wraps
    """
)
# Builtins that neither keep nor change what they are given.
PURE_BUILTINS = words(
    """
    abs all any ascii bin bool bytes chr complex dict divmod enumerate filter float format
    frozenset hash hex id int isinstance issubclass len list map max min oct ord pow print
    range repr reversed round set slice sorted str sum tuple type zip callable
    """
)
READS_DOCSTRINGS = frozenset({"__doc__", "getdoc"})
READS_SOURCE = words(
    """
    getsource getsourcelines getsourcefile findsource getcomments getblock co_firstlineno
    co_lines co_positions co_lnotab f_lineno tb_lineno __code__ extract_stack extract_tb
    walk_stack walk_tb format_exc print_exc format_exception format_tb format_stack
    getframeinfo currentframe _getframe getinnerframes getouterframes linecache __firstlineno__
    """
)
READS_SOURCE_DOTTED = frozenset({"inspect.stack", "inspect.trace", "help"})
OPERATORS: dict[str, tuple[str, ...]] = {
    **{
        name: (f"__{word}__", f"__r{word}__", f"__i{word}__")
        for name, word in {
            "Add": "add", "Sub": "sub", "Mult": "mul", "Div": "truediv", "FloorDiv": "floordiv",
            "Mod": "mod", "Pow": "pow", "MatMult": "matmul", "BitAnd": "and", "BitOr": "or",
            "BitXor": "xor", "LShift": "lshift", "RShift": "rshift",
        }.items()
    },
    "Invert": ("__invert__",), "USub": ("__neg__",), "UAdd": ("__pos__",),
    "Eq": ("__eq__",), "NotEq": ("__ne__", "__eq__"), "Lt": ("__lt__", "__gt__"),
    "LtE": ("__le__", "__ge__"), "Gt": ("__gt__", "__lt__"), "GtE": ("__ge__", "__le__"),
    "In": ("__contains__", "__iter__", "__getitem__", "__eq__"),
    "NotIn": ("__contains__", "__iter__", "__getitem__", "__eq__"),
}  # fmt: skip
ITERATION = ("__iter__", "__next__", "__getitem__", "__len__")
ASYNC_ITERATION = ("__aiter__", "__anext__")
TRUTH = ("__bool__", "__len__")
TEXT = ("__str__", "__repr__", "__format__")
BUILTIN_CALLS: dict[str, tuple[str, ...]] = {
    "len": ("__len__",), "iter": ITERATION, "next": ("__next__",), "list": ITERATION,
    "tuple": ITERATION, "dict": (*ITERATION, "keys", "__hash__", "__eq__"),
    "set": (*ITERATION, "__hash__", "__eq__"), "frozenset": (*ITERATION, "__hash__", "__eq__"),
    "sorted": (*ITERATION, "__lt__", "__gt__"), "min": (*ITERATION, "__lt__", "__gt__"),
    "max": (*ITERATION, "__lt__", "__gt__"), "sum": (*ITERATION, "__add__", "__radd__"),
    "any": (*ITERATION, *TRUTH), "all": (*ITERATION, *TRUTH), "enumerate": ITERATION,
    "zip": ITERATION, "map": (*ITERATION, "__call__"), "filter": (*ITERATION, "__call__", *TRUTH),
    "reversed": ("__reversed__", "__len__", "__getitem__"), "str": TEXT, "repr": ("__repr__",),
    "format": TEXT, "print": TEXT, "int": ("__int__", "__index__", "__trunc__"),
    "float": ("__float__", "__index__"), "complex": ("__complex__",), "bool": TRUTH,
    "bytes": ("__bytes__", *ITERATION), "abs": ("__abs__",), "round": ("__round__",),
    "divmod": ("__divmod__", "__rdivmod__"), "pow": ("__pow__",), "hash": ("__hash__",),
    "dir": ("__dir__",), "range": ("__index__",), "hex": ("__index__",),
}  # fmt: skip
# What makes nodes and pipelines of functions: a run calls them, and nobody before it.
NODE_MAKERS = words(
    """
    noria.node noria.Node noria.pipeline noria.Pipeline
    kedro.pipeline.node kedro.pipeline.Node kedro.pipeline.pipeline kedro.pipeline.Pipeline
    kedro.pipeline.node.node kedro.pipeline.modular_pipeline.pipeline
    """
)
# Decorators that call neither what they are given nor what its annotations name.
_ONLY_WRAP = (
    r"(staticmethod|classmethod|property|(abc|functools|contextlib|typing)\..*|.*\.setter)$"
)
# Builtins that give something of what they are given first.
OF_THEIR_FIRST = frozenset({"getattr", "vars", "type", "iter", "next", "reversed", "super"})
# Functions that look up in their caller's module what a text names, and how they call it.
_READ_NAMES = (
    "pandas.eval", "numexpr.evaluate", "numexpr.re_evaluate", "polars.sql", "statsmodels.formula.",
    "patsy.dmatri", "patsy.highlevel.", "formulaic.model_matrix",
)  # fmt: skip
TEXTS = words("expr ex query formula formula_like spec")
# Where modules, names or code are found by what is only known when it runs.
DYNAMIC = words(
    """
    getattr hasattr setattr delattr eval exec compile globals locals vars dir __import__
    importlib.import_module importlib.__import__ importlib.reload
    importlib.util.module_from_spec importlib.util.find_spec
    importlib.util.spec_from_file_location importlib.util.spec_from_loader
    importlib.util.LazyLoader importlib.machinery.SourceFileLoader
    importlib.machinery.SourcelessFileLoader importlib.machinery.ExtensionFileLoader
    importlib.machinery.PathFinder importlib.machinery.FileFinder zipimport.zipimporter
    importlib.metadata.entry_points importlib_metadata.entry_points imp.load_source imp.load_module
    imp.load_package imp.load_compiled imp.load_dynamic pkgutil.find_loader pkgutil.get_loader
    pkgutil.get_importer pkgutil.iter_importers code.interact code.InteractiveInterpreter
    code.InteractiveConsole pkg_resources.iter_entry_points runpy.run_module pkgutil.iter_modules
    pkgutil.walk_packages pkgutil.resolve_name pydoc.locate inspect.getmembers inspect.getmodule
    operator.attrgetter operator.methodcaller sys.modules sys.meta_path gc.get_objects
    sys.setprofile sys.settrace ctypes.pythonapi django.utils.module_loading.import_string
    hydra.utils.instantiate hydra.utils.get_class hydra.utils.get_method hydra.utils.get_object
    hydra.utils.call stevedore kedro.utils.load_obj lazy_loader.attach lazy_loader.attach_stub
    pydantic.ImportString pydantic.types.ImportString types.FunctionType types.CodeType
    yaml.unsafe_load yaml.UnsafeLoader
    """
)
# Modules whose functions give objects of their own kinds only, whatever they are given.
_OWN_KINDS = (
    "pandas.",
    "numpy.",
    "polars.",
    "pyarrow.",
    "logging.",
    "re.",
    "datetime.",
    "pathlib.",
)
_ANYBODYS = words("read_pickle load apply map from_records frompyfunc vectorize reduce")
# Modules whose functions make something, and change nothing that belongs to the module itself.
_MAKERS = (
    "abc.", "argparse.", "attr.", "attrs.", "collections.", "configparser.", "contextlib.",
    "copy.", "dataclasses.", "datetime.", "enum.", "fractions.", "functools.", "hashlib.",
    "importlib.metadata.", "itertools.", "json.", "logging.", "loguru.", "math.", "networkx.",
    "numbers.", "numpy.", "operator.", "os.getcwd", "os.getenv", "os.listdir", "os.path.",
    "pandas.", "pathlib.", "platform.", "polars.", "pyarrow.", "pydantic.", "re.", "scipy.",
    "sklearn.", "string.", "structlog.", "textwrap.", "threading.", "time.", "torch.nn.",
    "types.", "typing.", "typing_extensions.",
    "uuid.", "zoneinfo.",
)  # fmt: skip
_CHANGE_THEIR_MODULE = (
    r"(?i)(?!configparser$)(un|re|tz)?"
    r"(set|regist|seed|config|enable|disable|install|patch|use|purge)"
)
_MAKE_BUILTINS = words(
    """
    list dict set tuple str bytes bytearray int float bool complex frozenset sorted range enumerate
    zip map filter repr format open len print input ord chr hex oct bin isinstance issubclass
    callable hash id dir slice memoryview NoneType ellipsis
    """
)


def only_wraps(dotted: str) -> bool:
    """Return whether a decorator calls nothing that it finds in annotations.

    >>> only_wraps("functools.cache"), only_wraps("shop.inject")
    (True, False)
    """
    return re.match(_ONLY_WRAP, dotted) is not None


def reads_names(dotted: str) -> bool:
    """Return whether a function looks up by itself what its text names.

    >>> reads_names("pandas.eval"), reads_names("pandas.concat")
    (True, False)
    """
    return dotted.startswith(_READ_NAMES) or dotted.endswith(".from_formula")


def makes_own(dotted: str, given: bool) -> bool:
    """Return whether what a call gives is an object of a library's own kind.

    ``given``: the call has arguments that are no constants.

    >>> makes_own("pandas.concat", True), makes_own("sklearn.base.clone", True)
    (True, False)
    """
    top, _, last = dotted.rpartition(".")
    if top == "builtins":
        return last in _MAKE_BUILTINS
    if dotted.startswith(_OWN_KINDS):
        return last not in _ANYBODYS
    return not given and last[:1].isupper()


def leaves_its_module(dotted: str) -> bool:
    """Return whether a call of a library's function changes nothing of the module it stands in.

    >>> leaves_its_module("re.compile"), leaves_its_module("pandas.set_option")
    (True, False)
    """
    last = dotted.rpartition(".")[2]
    if dotted.startswith("numpy.random.") and not (last[:1].isupper() or last == "default_rng"):
        return False  # they draw from one state
    return dotted.startswith(_MAKERS) and re.match(_CHANGE_THEIR_MODULE, last) is None

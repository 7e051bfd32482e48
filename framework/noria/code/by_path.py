"""What reads a file where it is given a path, and takes data at hand otherwise.

Compiled code opens files unseen, so the source has to say it.
"""

import ast
import re
from collections.abc import Iterator

from noria.code.names import words
from noria.code.walk import Chain, Walker

# By which argument, and by what word, these are given a path or data.
_GIVEN = {
    "xgboost.DMatrix": (0, "data"),
    "xgboost.QuantileDMatrix": (0, "data"),
    "xgboost.Booster": (2, "model_file"),
    "lightgbm.Dataset": (0, "data"),
    "catboost.Pool": (0, "data"),
    "pyarrow.ipc.open_file": (0, "source"),
    "pyarrow.ipc.open_stream": (0, "source"),
    "pyarrow.ipc.RecordBatchFileReader": (0, "source"),
    "pyarrow.ipc.RecordBatchStreamReader": (0, "source"),
    "pyarrow.RecordBatchFileReader": (0, "source"),
    "pyarrow.RecordBatchStreamReader": (0, "source"),
}
# Words of any call that stand for a model or for the path of one.
_WORDS = frozenset({"init_model", "xgb_model"})
_MAKE_PATHS = words("str os.fspath builtins.str")
_OF_PATHS = words("as_posix format joinpath with_suffix with_name resolve absolute")
_PATH_WORD = r"(?i)(.*_)?(path|file|filename|fname|filepath|dir|folder|uri)$"
_IN_SQL = r"(?i)\b(from|join)\s+(read|scan)_(csv|parquet|json|ndjson|ipc)\s*\("


def paths_given(walker: Walker, node: ast.Call, dotted: str) -> Iterator[Chain | None]:
    """Yield ``None`` where a call is given a path to read, and names that may stand for one."""
    given = [keyword.value for keyword in node.keywords if keyword.arg in _WORDS]
    if dotted in _GIVEN:
        position, word = _GIVEN[dotted]
        given.extend(node.args[position : position + 1])
        given.extend(keyword.value for keyword in node.keywords if keyword.arg == word)
    found: Chain | None
    for value in given:
        chain = walker.chain_of(value)
        if chain is None or chain[0].startswith("="):
            found = None if _is_path(walker, value) else ()
        elif re.match(_PATH_WORD, chain[-1]):
            found = None
        elif walker.target_of(chain) is None:
            made = walker.scope.made.get(chain[0], [])
            text = len(chain) == 1 and chain[0] not in walker.scope.opaque
            found = None if text and any(map(is_made_path, made)) else ()
        else:
            found = walker.target_of(chain)
        if found != ():
            yield found


def reads_in_sql(text: object) -> bool:
    """Return whether a query reads a file by a function of its language.

    >>> reads_in_sql("select a from read_csv('b.csv')"), reads_in_sql("use read_csv()")
    (True, False)
    """
    return isinstance(text, str) and "_" in text and re.search(_IN_SQL, text) is not None


def is_made_path(made: Chain) -> bool:
    """Return whether what makes a value makes a text or a path.

    >>> is_made_path(("=builtins", "str", "()")), is_made_path(("=pathlib", "Path", "()"))
    (True, True)
    """
    return made[:2] == ("=builtins", "str") or made[:1] == ("=pathlib",)


def _is_path(walker: Walker, node: ast.expr) -> bool:
    """Return whether an expression is a text or a path by its form."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.BinOp):
        return _is_path(walker, node.left) or _is_path(walker, node.right)
    if isinstance(node, ast.Call):
        found = walker.chain_of(node.func)
        dotted = "" if found is None else walker.dotted(found)
        if dotted in _MAKE_PATHS or dotted.startswith(("os.path.", "pathlib.")):
            return True
        return isinstance(node.func, ast.Attribute) and node.func.attr in _OF_PATHS
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        return re.match(_PATH_WORD, name) is not None
    return isinstance(node, ast.JoinedStr)

"""Processes that joblib keeps for its next call, with all that they have imported."""

import sys
from typing import Any

# Where joblib, and with it scikit-learn, has its own copy of loky, and loky itself.
_POOLS = ("joblib.externals.loky.reusable_executor", "loky.reusable_executor")


def end_kept_workers() -> None:
    """End them as soon as they have done what they do; joblib begins new ones when it needs some.

    They hold modules, environment variables and what functions have kept as of an earlier run.
    """
    for name in _POOLS:
        pool: Any = getattr(sys.modules.get(name), "_executor", None)
        if pool is not None:
            pool.shutdown(wait=True)

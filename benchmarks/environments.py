"""The environments that are measured: Noria as its users install it, and the peers, pinned."""

import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import environment

ROOT = Path(__file__).parents[1]
WORK = ROOT / "benchmarks" / ".work"
PINNED = ROOT / "benchmarks" / "peers.txt"
PINS = ROOT / "benchmarks" / "pins"


@dataclass(frozen=True)
class Environment:
    """A virtual environment of its own."""

    path: Path

    def command(self, name: str) -> Path:
        """Return the path of a program in it: ``python``, ``noria``, ``kedro``."""
        folder, suffix = ("Scripts", ".exe") if sys.platform == "win32" else ("bin", "")
        return self.path / folder / (name + suffix)

    @property
    def python(self) -> Path:
        return self.command("python")

    def version_of(self, distribution: str) -> str:
        code = f"from importlib.metadata import version; print(version({distribution!r}))"
        return _output(self.python, "-c", code)


def noria_environment() -> Environment:
    """Return the environment with Noria's wheel, built now from the sources as they are."""
    made = _made("noria", [f"{ROOT}[flights]"], [ROOT / "pyproject.toml", PINNED])
    _pip(made, "--no-deps", "--force-reinstall", str(ROOT))
    return made


def kedro_environment() -> Environment:
    """Return the environment with Kedro, and with what the worked example imports."""
    wanted = ["kedro", "kedro-datasets", "kedro-telemetry", "pandas", "pyarrow", "scikit-learn"]
    return _made("kedro", [*wanted, "cloudpickle", "joblib"], [PINNED])


def kedro_viz_environment() -> Environment:
    """Return the environment with Kedro-Viz, whose plugin would slow Kedro's own down."""
    return _made("kedro-viz", ["kedro-viz", "setuptools"], [PINNED])


def peer_environment(name: str, wanted: Sequence[str]) -> Environment:
    """Return the environment of one peer, pinned in a file of its own: peers do not agree.

    SystemExit says why it cannot be installed.
    """
    pinned = PINS / f"{name}.txt"
    return _made(f"peer-{name}", wanted, [pinned], pinned)


def _made(
    name: str, wanted: Sequence[str], sources: Sequence[Path], pinned: Path = PINNED
) -> Environment:
    """Make the environment, unless it stands already and is of the same sources."""
    made = Environment(WORK / name)
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    key.update(sys.version.encode())
    stamp = made.path / "made-of"
    if not (stamp.is_file() and stamp.read_text() == key.hexdigest()):
        print(f"making the environment {name}; this takes a minute or two", flush=True)
        shutil.rmtree(made.path, ignore_errors=True)
        venv.create(made.path, with_pip=True, symlinks=sys.platform != "win32")
        _pip(made, "--constraint", str(pinned), *wanted)
        stamp.write_text(key.hexdigest())
    return made


def _pip(where: Environment, *words: str) -> None:
    _output(where.python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *words)


def _output(*command: str | Path) -> str:
    done = subprocess.run(
        list(map(str, command)), env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"exit {done.returncode} of {' '.join(map(str, command))}\n{done.stderr[-4000:]}")
    return done.stdout.strip()

"""Where Python lies, in a process of its own: what is asked first finds it out."""

import subprocess
import sys

AS_PYTHON_SAYS = """
import sys, sysconfig
from noria.installed import installed_folders
found = installed_folders()
assert not [name for name in sys.modules if name.startswith("_sysconfigdata")], "it reads too much"
paths = sysconfig.get_paths()
assert set(found) == {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}, found
"""
# As in a distribution that lays its folders out in its own way.
IN_A_WAY_OF_ITS_OWN = """
from noria import installed
installed._expanded = lambda paths: {}
from noria.project.importing import watch_imports
watch_imports()
import wave
"""


def test_the_folders_are_those_that_python_says() -> None:
    subprocess.run([sys.executable, "-c", AS_PYTHON_SAYS], check=True)


def test_they_are_known_before_imports_are_watched() -> None:
    subprocess.run([sys.executable, "-c", IN_A_WAY_OF_ITS_OWN], check=True)

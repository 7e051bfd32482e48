"""The tests' side of zygote.py."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.project_on_disk import Said, environment

ZYGOTE = Path(__file__).with_name("zygote.py")


class Forks:
    """A running zygote; ``hash_seed`` is its children's order of sets of strings."""

    def __init__(self, python: Path | str, work: Path, home: Path, hash_seed: int) -> None:
        self._work = work
        self._home = home
        work.mkdir(parents=True, exist_ok=True)
        home.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [str(python), "-P", str(ZYGOTE)],
            env={**environment(), **user(home), "PYTHONHASHSEED": str(hash_seed)},
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def noria(
        self, cwd: Path, *words: str, variables: Mapping[str, str] | None = None
    ) -> tuple[int, Said]:
        """Run the command line in a child; return its exit code and what it printed.

        ``variables`` are its environment, whole; ``None`` means the zygote's.
        """
        env = {**environment(), **user(self._home)} if variables is None else variables
        return self._ask({"do": "noria", "cwd": str(cwd), "words": words, "env": env})

    def plain(
        self,
        paths: Sequence[Path],
        steps: Sequence[Mapping[str, Any]],
        data: Mapping[str, Any],
        first: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Call functions without Noria; return what they gave by the names of their outputs."""
        result = self._work / "result.json"
        request = {
            "do": "plain",
            "paths": [str(path) for path in paths],
            "steps": steps,
            "data": data,
            "first": first,
            "result": str(result),
        }
        code, said = self._ask(request)
        assert code == 0, said.all
        given: dict[str, Any] = json.loads(result.read_text())
        return given

    def _ask(self, request: Mapping[str, Any]) -> tuple[int, Said]:
        out = self._work / "said"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**request, "out": str(out)}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the zygote is gone"
        parts = (out.with_suffix(each) for each in (".out", ".err"))
        return int(answer), Said(*(part.read_text("utf-8", errors="replace") for part in parts))

    def end(self) -> None:
        """End the zygote."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


def user(home: Path) -> dict[str, str]:
    """Return the variables that make a folder a user's home."""
    return {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}

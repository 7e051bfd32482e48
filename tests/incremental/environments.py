"""An environment of its own on top of the one that runs the tests, with packages put into it."""

import py_compile
import sysconfig
import venv
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


class Environment:
    """A virtual environment that sees all that the tests' own one has."""

    def __init__(self, folder: Path) -> None:
        venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
        self.python = folder / "bin" / "python"
        (self.site,) = folder.glob("lib/python*/site-packages")
        below = sysconfig.get_path("purelib")
        (self.site / "below.pth").write_text(f"import site; site.addsitedir({below!r})\n")

    def install(
        self,
        name: str,
        version: str,
        files: Mapping[str, str],
        requires: Sequence[str] = (),
        entry_points: str = "",
    ) -> None:
        """Install a distribution as pip lays it down, in place of an older one of the name."""
        for folder in self.site.glob(f"{name}-*.dist-info"):
            for old in folder.iterdir():
                old.unlink()
            folder.rmdir()
        for path, text in files.items():
            target = self.site / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            if target.suffix == ".py":  # as pip does: else Python may trust the one before
                py_compile.compile(str(target), doraise=True)
        self._describe(name, version, files, requires)
        if entry_points:
            told = self.site / f"{name}-{version}.dist-info" / "entry_points.txt"
            told.write_text(entry_points)

    def install_editable(
        self, name: str, root: Path, requires: Sequence[str] = (), *, link: str = ""
    ) -> None:
        """Install the packages below ``root`` in editable mode, or one of them by a ``link``."""
        files = {} if link else {f"_editable_impl_{name}.pth": f"{root}\n"}
        for pth, text in files.items():
            (self.site / pth).write_text(text)
        if link:
            (self.site / link).symlink_to(root / link)
        self._describe(name, "0.1", files, requires)
        url = f'{{"dir_info": {{"editable": true}}, "url": "{root.as_uri()}"}}'
        (self.site / f"{name}-0.1.dist-info" / "direct_url.json").write_text(url)

    def _describe(
        self, name: str, version: str, files: Mapping[str, str], requires: Sequence[str]
    ) -> None:
        info = self.site / f"{name}-{version}.dist-info"
        info.mkdir()
        metadata = METADATA.format(name=name, version=version)
        metadata += "".join(f"Requires-Dist: {each}\n" for each in requires)
        (info / "METADATA").write_text(metadata)
        (info / "INSTALLER").write_text("pip\n")
        tops = sorted({path.partition("/")[0].removesuffix(".py") for path in files})
        (info / "top_level.txt").write_text("\n".join(tops) + "\n")
        lines = [
            f"{path},sha256={sha256(text.encode()).hexdigest()},{len(text)}"
            for path, text in files.items()
        ]
        (info / "RECORD").write_text("\n".join([*lines, f"{info.name}/RECORD,,"]) + "\n")

"""Configuration from folders, archives and stores, and what is kept of it."""

import io
import marshal
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import fsspec
import pytest
from noria.config.layers import Config
from noria.config.parsed import ParsedFiles
from noria.config.sources import as_source
from noria.errors import ConfigError

from tests.project_on_disk import ProjectOnDisk

FILES = {
    "base/parameters.yml": "rate: 1.5\nname: ${globals:who}\n",
    "base/deep/catalog_a.yml": "a: {type: t}\n",
    "base/.hidden/catalog.yml": "b: {type: t}\n",
    "base/globals.yml": "who: ann\n",
    "prod/parameters.yml": "rate: 2\n",
    "logging.yml": "version: 1\n",
}


def _zip(path: Path, files: dict[str, str], folder: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(folder + name, text)
    return path


def _tar(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(f"./conf/{name}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return path


def _places(tmp_path: Path) -> list[str]:
    memory = fsspec.filesystem("memory")
    for name, text in FILES.items():
        memory.pipe_file(f"/noria-test/conf/{name}", text.encode())
    zipped = _zip(tmp_path / "plain.zip", FILES)
    memory.pipe_file("/noria-test/far.zip", zipped.read_bytes())
    return [
        str(zipped),
        str(_zip(tmp_path / "conf.zip", FILES, "conf/")),
        str(_tar(tmp_path / "conf.tar.gz", FILES)),
        "memory://noria-test/conf",
        "memory://noria-test/far.zip",
        f"zip://conf::file://{tmp_path}/conf.zip",
    ]


def test_every_place_gives_the_same(tmp_path: Path) -> None:
    for place in _places(tmp_path):
        config = Config(place, "prod", root=tmp_path)
        assert config.parameters().plain() == {"rate": 2, "name": "ann"}, place
        assert set(config.catalog().value) == {"a"}
        logging = config.located_logging()
        assert logging is not None
        assert logging.plain() == {"version": 1}
        with pytest.raises(ConfigError, match="did you mean 'prod'"):
            Config(place, "prd", root=tmp_path)


def test_a_place_in_an_archive_is_named(tmp_path: Path) -> None:
    _zip(tmp_path / "conf.zip", {"base/parameters.yml": "a: ${b}\n"})
    with pytest.raises(ConfigError, match=r"^conf.zip/base/parameters.yml:1:4: no value 'b'"):
        Config(tmp_path / "conf.zip", "base", root=tmp_path).parameters()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nowhere", "no configuration folder"),
        ("nowhere.zip", "no configuration folder"),
        ("broken.zip", "cannot be unpacked"),
        ("memory://noria-test/nothing", "no configuration folder"),
        ("nosuch://ann:pa55word@host/conf", "cannot be read"),
    ],
)
def test_a_place_that_is_none_is_told(tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK no archive")
    with pytest.raises(ConfigError, match=words) as caught:
        Config(as_source(place, tmp_path), "base", root=tmp_path)
    assert "pa55word" not in str(caught.value)


def test_a_run_reads_its_configuration_from_an_archive(project: ProjectOnDisk) -> None:
    conf = project.path / "conf"
    shutil.make_archive(str(project.path / "packed"), "zip", project.path, "conf")
    shutil.rmtree(conf)
    project.noria("run", "--conf-source", "packed.zip", "--quiet")
    assert (project.path / "data/totals.json").exists()


def test_no_fsspec_for_folders_and_archives(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from noria.config.layers import Config;"
        f"Config({str(_zip(tmp_path / 'conf.zip', FILES))!r}, 'base', root=Path('/')).parameters();"
        "assert 'fsspec' not in sys.modules"
    )
    import subprocess

    subprocess.run([sys.executable, "-c", code], check=True)


def _cached(root: Path, text: str) -> tuple[Path, object]:
    path = root / "conf/base/parameters.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (root / ".noria").mkdir(exist_ok=True)
    config = Config(root / "conf", "base", root=root, parsed=ParsedFiles(root / ".noria"))
    located = config.parameters()
    [kept] = (root / ".noria/config").iterdir()
    return kept, located


ALL_KINDS = (
    "_t: &t {x: [1, {y: 2}]}\na: *t\nb: {<<: *t}\nd: 2026-01-31\nm: 2026-01-31 10:00:00\n"
    "n: null\nf: .nan\ni: .inf\nk: {2: a, true: b, null: c}\nbytes: !!binary aGk=\ne: {}\nl: []\n"
)


def test_what_is_kept_comes_back_equal_places_and_all(tmp_path: Path) -> None:
    _, first = _cached(tmp_path, ALL_KINDS)
    _, second = _cached(tmp_path, ALL_KINDS)
    assert repr(first) == repr(second)


def test_yaml_is_not_imported_when_nothing_changed(tmp_path: Path) -> None:
    _cached(tmp_path, "a: 1\n")
    code = (
        "import sys; from pathlib import Path; from noria.config.layers import Config;"
        f"from noria.config.parsed import ParsedFiles; root = Path({str(tmp_path)!r});"
        "c = Config(root / 'conf', 'base', root=root, parsed=ParsedFiles(root / '.noria'));"
        "assert c.parameters().plain() == {'a': 1}; assert 'yaml' not in sys.modules"
    )
    import subprocess

    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_edit_is_seen_though_size_and_time_stay(tmp_path: Path) -> None:
    import os

    _cached(tmp_path, "a: 1\n")
    path = tmp_path / "conf/base/parameters.yml"
    stat = path.stat()
    path.write_text("a: 2\n")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    config = Config(
        tmp_path / "conf", "base", root=tmp_path, parsed=ParsedFiles(tmp_path / ".noria")
    )
    assert config.parameters().plain() == {"a": 2}


@pytest.mark.parametrize("at", [0, 15, 20, -1])
def test_a_torn_or_altered_cache_is_ignored(tmp_path: Path, at: int) -> None:
    kept, first = _cached(tmp_path, "a: [1, 2]\n")
    held = bytearray(kept.read_bytes())
    held[at] ^= 0xFF
    kept.write_bytes(bytes(held))
    assert _cached(tmp_path, "a: [1, 2]\n")[1] == first
    kept.write_bytes(kept.read_bytes()[: len(kept.read_bytes()) // 2])
    assert _cached(tmp_path, "a: [1, 2]\n")[1] == first
    kept.write_bytes(b"")
    assert _cached(tmp_path, "a: [1, 2]\n")[1] == first


def test_a_cache_from_elsewhere_is_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _cached(tmp_path / "theirs", "a: 1\n")
    shutil.copytree(tmp_path / "theirs", tmp_path / "mine")
    opened: list[object] = []
    monkeypatch.setattr(marshal, "loads", opened.append)
    _cached(tmp_path / "mine", "a: 1\n")
    assert not opened


def test_a_folder_that_cannot_be_written_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "conf/base").mkdir(parents=True)
    (tmp_path / "conf/base/parameters.yml").write_text("a: 1\n")
    (tmp_path / ".noria").write_text("a file, where the folder should be")
    parsed = ParsedFiles(tmp_path / ".noria")
    config = Config(tmp_path / "conf", "base", root=tmp_path, parsed=parsed)
    assert config.parameters().plain() == {"a": 1}

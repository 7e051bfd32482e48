"""Small libraries of our own that are installed into the environments, as any."""

import zipfile
from pathlib import Path


def write_wheel(folder: Path, name: str, version: str, text: str) -> Path:
    """Write the wheel of a library of one module, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": text,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    recorded = "".join(f"{file},,\n" for file in [*files, f"{about}/RECORD"])
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, content in {**files, f"{about}/RECORD": recorded}.items():
            archive.writestr(file, content)
    return wheel

"""The packages of the corpus: which they are, and how their code comes onto this machine."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("packages.toml")
KINDS = {"sdist": "--no-binary", "wheel": "--only-binary"}


@dataclass(frozen=True, slots=True)
class Package:
    """A release of a public package; ``kind`` says which of its archives is meant."""

    name: str
    version: str
    kind: str

    @property
    def title(self) -> str:
        """Name and version, which is also the name of its folder."""
        return f"{self.name}-{self.version}"


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to lint: files (Python and notebooks), lines of the Python files."""

    files: int
    lines: int


class NotThere(Exception):
    """A package whose code can't be had; the text says why."""


def packages() -> list[Package]:
    """All packages of the list. Raises ValueError for a kind of archive that there isn't."""
    tables = tomllib.loads(LIST.read_text(encoding="utf-8"))
    if unknown := set(tables) - set(KINDS):
        raise ValueError(f"{LIST.name}: unknown kinds: {', '.join(sorted(unknown))}")
    return [
        Package(name, version, kind)
        for kind, table in tables.items()
        for name, version in table.items()
    ]


def folder_of(package: Package, cache: Path) -> Path:
    """The folder of a package's unpacked code below ``cache``, downloaded when it isn't there.

    Raises NotThere.
    """
    folder = cache / package.title
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            # Unpacked aside and then renamed: an interrupted download leaves no half folder.
            unpacked = Path(scratch, "code")
            _unpack(_download(package, Path(scratch)), unpacked)
            unpacked.rename(folder)
    return folder


def _download(package: Package, into: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += [KINDS[package.kind], ":all:", "--dest", str(into)]
    command.append(f"{package.name}=={package.version}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    archives = [path for path in into.iterdir() if path.is_file()]
    if done.returncode or len(archives) != 1:
        said = done.stderr.strip().splitlines()
        raise NotThere(said[-1] if said else "pip downloaded nothing")
    return archives[0]


def _unpack(archive: Path, folder: Path) -> None:
    try:
        if archive.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(folder)
        else:
            with tarfile.open(archive) as sources:
                sources.extractall(folder, filter="data")
    except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise NotThere(f"{archive.name}: {error}") from None


def _code(folder: Path) -> Iterator[Path]:
    for suffix in (".py", ".pyi", ".ipynb"):
        yield from folder.rglob(f"*{suffix}")


def size(folder: Path) -> Size:
    """Counts what is below a folder."""
    files = [path for path in _code(folder) if path.is_file()]
    python = (path for path in files if path.suffix != ".ipynb")
    return Size(len(files), sum(path.read_bytes().count(b"\n") for path in python))

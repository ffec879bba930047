"""Released packages as text: downloads them once, and gives the Python files in them.

A wheel is opened as the archive that it is. Of a release only the ``.py`` and ``.pyi`` files
are kept in the cache; none of them is ever imported or run.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

logging.getLogger("griffe").setLevel(logging.CRITICAL)  # It tells of every missing import.
HERE = Path(__file__).parent
CACHE_VARIABLE = "LINT_EMBED_CONFORMANCE_CACHE"
_WHEEL_DATA = re.compile(r"^[^/]+\.data/(?:purelib|platlib)/")


class Unavailable(Exception):
    """A release can't be downloaded; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Pins:
    """What ``pins.toml`` says of one table of the catalogue."""

    releases: tuple[str, ...]
    older: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    instances: Mapping[str, list[str]] = field(default_factory=dict)
    keywords: Mapping[str, str] = field(default_factory=dict)


@cache
def read_pins() -> Mapping[str, Any]:
    """The whole of ``pins.toml``."""
    return tomllib.loads((HERE / "pins.toml").read_text("utf-8"))


def pins_of(table: str) -> Pins | None:
    """The pins of one table, or None when it has none."""
    found = read_pins()["tables"].get(table)
    if found is None:
        return None
    return Pins(
        tuple(found.get("releases", ())),
        tuple(found.get("older", ())),
        tuple(found.get("needs", ())),
        found.get("instances", {}),
        found.get("keywords", {}),
    )


class Release:
    """The Python files of one release, by their path as it would be when installed."""

    def __init__(self, requirement: str, archive: Path, folder: str = "") -> None:
        self.requirement = requirement
        self._folder = f"{folder}/" if folder else ""
        self._zip = zipfile.ZipFile(archive)
        self._texts: dict[str, str] = {}

    @cached_property
    def files(self) -> frozenset[str]:
        """All paths, with ``/`` between the parts."""
        names = self._zip.namelist()
        skipped = len(self._folder)
        return frozenset(one[skipped:] for one in names if one.startswith(self._folder))

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders that hold a file somewhere below them."""
        return frozenset(
            path[:end] for path in self.files for end, char in enumerate(path) if char == "/"
        )

    def text(self, path: str) -> str:
        """The source of one file."""
        if path not in self._texts:
            self._texts[path] = self._zip.read(self._folder + path).decode("utf-8", "replace")
        return self._texts[path]


@cache
def release(requirement: str) -> Release:
    """The release that ``name==version`` names, or a folder of it. Raises Unavailable."""
    requirement, _, within = requirement.partition("@")
    folder = cache_folder()
    archive = folder / f"{re.sub('[^A-Za-z0-9.]+', '-', requirement).lower()}.zip"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            download = _download(requirement, Path(temporary))
            _keep_python(download, archive)
    return Release(requirement, archive, within)


def cache_folder() -> Path:
    """Where downloads are kept: the variable's folder or one in the user's cache."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "lint-embed" / "conformance"


def _download(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--dest", str(folder), requirement]
    if requirement in read_pins()["source_only"]:
        attempts: list[list[str]] = [[]]
    else:
        # The release may be for another Python than the one that runs the tests.
        attempts = [[], ["--python-version", "3.13"], ["--python-version", "3.8"]]
        attempts = [["--only-binary", ":all:", *one] for one in attempts]
    trouble = "pip download failed"
    for attempt in attempts:
        done = subprocess.run([*command, *attempt], capture_output=True, text=True, check=False)
        if not done.returncode:
            return next(iter(folder.iterdir()))
        trouble = (done.stderr.strip().splitlines() or [trouble])[-1]
    raise Unavailable(f"{requirement}: {trouble}")


def _keep_python(download: Path, archive: Path) -> None:
    unfinished = archive.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept:
        files = dict(_python_files(download))
        for name, data in files.items() if download.suffix == ".whl" else _installed(files):
            kept.writestr(name, data)
    unfinished.replace(archive)


def _python_files(download: Path) -> Iterator[tuple[str, bytes]]:
    if download.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(download) as wheel:
            for name in wheel.namelist():
                if name.endswith((".py", ".pyi")):
                    yield _WHEEL_DATA.sub("", name), wheel.read(name)
        return
    with tarfile.open(download) as source:
        for member in source:
            read = source.extractfile(member) if member.isfile() else None
            if read is not None and member.name.endswith((".py", ".pyi")):
                yield member.name, read.read()


def _installed(files: Mapping[str, bytes]) -> Iterable[tuple[str, bytes]]:
    """Paths as installed: what stands above a source archive's packages is cut off."""
    packages = {name.rpartition("/")[0] for name in files if name.endswith("/__init__.py")}
    tops = {one for one in packages if one.rpartition("/")[0] not in packages}
    return [
        (name[len(top.rpartition("/")[0]) + 1 :], data)
        for name, data in files.items()
        for top in tops
        if name.startswith(f"{top}/")
    ]

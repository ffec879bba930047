"""Results kept on disk from run to run.

A whole run is kept by the time stamps of everything that it read: nothing changed, nothing
is read again. Single results are kept by the contents of the file and of all that it
imports; those of files that share a store or a file with others hold as long as all of
them are unchanged. What can't be read, or was written by another version, counts as absent.
Several runs may write at once: each replaces whole files.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lint_embed import __version__, results
from lint_embed.configuration import digest
from lint_embed.files import File
from lint_embed.findings import Place
from lint_embed.results import Report, Result
from lint_embed.settings import Options, Settings

KEPT = 20_000
"""So many single results are kept for one configuration."""
RUNS = 100
"""So many whole runs are kept; the oldest go first."""
FRESH = 0.05
"""Seconds: a file written as shortly before a run as this may change unnoticed."""
_NOTE = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by lint-embed; may be deleted.\n"


class Cache:
    """The cache folder of one run. ``folder`` is made when something is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / __version__
        self._program = _program()

    def identity(self, *parts: object) -> str:
        """A name for what a run was asked, by the program and interpreter that it ran in."""
        text = repr((self._program, sys.version_info[:3], str(Path.cwd()), *parts))
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()

    def settings_key(self, settings: Settings) -> str:
        """The identity of a configuration with what it rests on."""
        return self.identity(settings, json.dumps(settings.catalogue, sort_keys=True, default=str))

    # whole runs ------------------------------------------------------------------------

    def run_key(self, files: Sequence[File], options: Options) -> str | None:
        """The identity of a run; None when it lints what is not on the disk."""
        if any(file.data is not None for file in files):
            return None
        keys = {id(file.settings): "" for file in files}
        for file in files:
            keys[id(file.settings)] = keys[id(file.settings)] or self.settings_key(file.settings)
        listed = [(file.shown, keys[id(file.settings)]) for file in files]
        return self.identity("run", listed, options.context, options.configuration)

    def run(self, key: str) -> list[Report] | None:
        """The reports of an earlier run, if nothing that it read has changed."""
        data = self._load(f"run-{key}")
        try:
            written = data["written"]
            for path, stamp in data["stamps"]:
                if _stamp(path) != stamp or (
                    stamp is not None and stamp[0] / 1e9 > written - FRESH
                ):
                    return None
            return [report_from_json(each) for each in data["reports"]]
        except (KeyError, TypeError, ValueError):
            return None

    def keep_run(
        self, key: str, reports: Iterable[Report], read: Iterable[str], begun: float
    ) -> None:
        """Keeps the reports of a run that read these files and folders."""
        stamps = [[path, _stamp(path)] for path in sorted(set(read))]
        kept = [report_to_json(report) for report in reports]
        self._save(f"run-{key}", {"written": begun, "stamps": stamps, "reports": kept})
        with suppress(OSError):
            runs = sorted(self.folder.glob("run-*.json"), key=lambda path: path.stat().st_mtime)
            for path in runs[:-RUNS]:
                path.unlink()

    # single results ----------------------------------------------------------------------

    def known(self, settings: Settings, keys: Mapping[Path, str]) -> dict[Path, Result]:
        """The results of the files, by key, that hold still.

        Those of files that share something hold only together.
        """
        data = self._load(f"files-{self.settings_key(settings)}")
        found: dict[Path, Result] = {}
        if not _holds(data):
            return {}
        try:
            entries = data["results"]
            for path, key in keys.items():
                if key in entries:
                    found[path] = results.from_json(entries[key])
            shared = [path for path, result in found.items() if result.shared]
            if len(found) < len(keys) or data["shared"] != _joined(keys[p] for p in shared):
                for path in shared:
                    del found[path]
        except (KeyError, TypeError, ValueError, AttributeError):
            return {}
        return found

    def configurations(self, settings: Settings) -> list[str]:
        """The configuration files that the kept results rest on."""
        data = self._load(f"files-{self.settings_key(settings)}")
        return list(_configurations(data))

    def is_wide(self, settings: Settings) -> bool:
        """Whether the kept results are those of a workspace that was wide in the end."""
        data = self._load(f"files-{self.settings_key(settings)}")
        return isinstance(data, dict) and data.get("wide") is True

    def keep(
        self,
        settings: Settings,
        keys: Mapping[Path, str],
        found: Mapping[Path, Result],
        configurations: Iterable[str] = (),
        wide: bool = True,
    ) -> None:
        """Keeps the results of files by key, and whether the workspace was ``wide``.

        ``configurations`` are the configuration files that any of them may rest on; with
        one that changed, all that was kept goes.
        """
        name = f"files-{self.settings_key(settings)}"
        old = self._load(name)
        if not _holds(old):
            old = {}
        entries = old.get("results", {}) if isinstance(old, dict) else {}
        fresh = {keys[path]: results.to_json(result) for path, result in found.items()}
        if isinstance(entries, dict):
            room = max(0, KEPT - len(fresh))
            rest = [(key, each) for key, each in entries.items() if key not in fresh]
            fresh = {**dict(rest[len(rest) - room :] if len(rest) > room else rest), **fresh}
        shared = _joined(keys[path] for path, result in found.items() if result.shared)
        read = {path: digest(path) for path in {*configurations, *_configurations(old)}}
        data = {"results": fresh, "shared": shared, "configurations": read, "wide": wide}
        self._save(name, data)

    # files ---------------------------------------------------------------------------------

    def _load(self, name: str) -> Any:
        try:
            return json.loads((self.folder / f"{name}.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}

    def _save(self, name: str, data: Any) -> None:
        """Replaces a file whole; a folder that can't be written leaves the run as it is."""
        try:
            self._make_folder()
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=f"{name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(data, file, separators=(",", ":"))
                os.replace(temporary, self.folder / f"{name}.json")
            except BaseException:
                os.unlink(temporary)
                raise
        except (OSError, ValueError):
            return

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder.parent / ".gitignore").write_text("*\n", "utf-8")
            (self.folder.parent / "CACHEDIR.TAG").write_text(_NOTE, "utf-8")


def report_to_json(report: Report) -> Any:
    """A report as JSON can hold it."""
    notes = [[asdict(place), words] for place, words in report.notes]
    return [report.path, [asdict(each) for each in report.findings], report.parsed, notes]


def report_from_json(data: Any) -> Report:
    """The report that ``report_to_json`` wrote. Raises KeyError, TypeError or ValueError."""
    path, findings, parsed, notes = data
    return Report(
        str(path),
        tuple(results.finding_from(each) for each in findings),
        bool(parsed),
        0.0,
        tuple((Place(**place), str(words)) for place, words in notes),
    )


def _configurations(data: Any) -> dict[str, int]:
    found = data.get("configurations", {}) if isinstance(data, dict) else {}
    return found if isinstance(found, dict) else {}


def _holds(data: Any) -> bool:
    """Whether the configuration files that results rest on are as they were."""
    return all(digest(path) == old for path, old in _configurations(data).items())


def _joined(keys: Iterable[str]) -> str:
    return hashlib.blake2b("".join(sorted(keys)).encode(), digest_size=16).hexdigest()


def _stamp(path: str) -> list[int] | None:
    """Changes when a file may have changed, or when a folder holds other modules."""
    try:
        status = os.stat(path)
        if not stat.S_ISDIR(status.st_mode):
            return [status.st_mtime_ns, status.st_size]
        names = sorted(name for name in os.listdir(path) if _is_module(name))
        return [0, zlib.crc32("/".join(names).encode("utf-8", "surrogateescape"))]
    except OSError:
        return None


def _is_module(name: str) -> bool:
    return name.endswith((".py", ".pyi", ".ipynb")) or "." not in name


def _program() -> tuple[int, int]:
    """Changes when the program or its catalogue does."""
    newest = count = 0
    for folder, _, names in os.walk(Path(__file__).parent):
        for name in names:
            if name.endswith((".py", ".toml")):
                newest = max(newest, os.stat(os.path.join(folder, name)).st_mtime_ns)
                count += 1
    return newest, count

"""What a run is told: ``[tool.lint-embed]`` of pyproject.toml and the command line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from lint_embed import selection
from lint_embed.findings import Certainty
from lint_embed.selection import did_you_mean, matches

TABLE = "tool.lint-embed"

#: Folders in which nobody expects findings about their own code.
DEFAULT_EXCLUDE = tuple(
    ".bzr .direnv .eggs .git .git-rewrite .hg .ipynb_checkpoints .lint_embed_cache .mypy_cache "
    ".nox .pants.d .pyenv .pytest_cache .pytype .ruff_cache .svn .tox .venv .vscode "
    "__pycache__ __pypackages__ _build buck-out build dist node_modules site-packages venv".split()
)

#: Tables of the catalogue's schema that a project may fill for its own code.
CATALOGUE_TABLES = tuple(
    "alias apply array artefact chain column combine compare constants database empty encoder "
    "fetched field fill fold frame interface itself load loss object option options partial query "
    "record remove save setting sql state store train trainable transparent vectors "
    "weights".split()
)


class ConfigError(Exception):
    """A setting that can't be used. ``str()`` is one line that names its place."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for the files below one configuration.

    ``root`` is the folder against which patterns and ``src`` are read, ``source`` the
    file that the settings come from (None without one). ``catalogue`` maps the name of
    a catalogue table to the project's own entries, as TOML gave them.
    """

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    certainty: Certainty = Certainty.LIKELY
    aligned: tuple[tuple[str, ...], ...] = ()
    src: tuple[str, ...] = (".", "src")
    catalogue: dict[str, list[dict[str, Any]]] = field(default_factory=dict, hash=False)
    root: Path | None = None
    source: Path | None = None

    def source_roots(self) -> tuple[Path, ...]:
        """The folders from which absolute imports are resolved, in order."""
        root = self.root or Path.cwd()
        return tuple(root / folder for folder in self.src)

    def codes(self, path: Path) -> frozenset[str]:
        """The codes of the rules that may be reported for the absolute ``path``."""
        ignored = [
            selector
            for pattern, selectors in self.per_file_ignores
            if matches(pattern, path, self.root)
            for selector in selectors
        ]
        selected = selection.enabled(self.select + self.extend_select, self.ignore)
        return selected - {code for selector in ignored for code in selection.codes(selector)}


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for a whole run: processes, cache folder (None: no cache), whether the
    project around the files is read for context, and whether findings in the
    configuration itself follow in reports of their own."""

    jobs: int = 1
    cache_dir: Path | None = None
    context: bool = True
    configuration: bool = False


# --- Reading a table -----------------------------------------------------------------


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("a list of strings")
    return tuple(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _certainty(value: object) -> Certainty:
    try:
        return Certainty(value)  # type: ignore[arg-type]
    except ValueError:
        raise TypeError(" or ".join(repr(str(c)) for c in Certainty)) from None


def _families(value: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        raise TypeError("a list of lists of model ids")
    try:
        return tuple(_strings(family) for family in value)
    except TypeError:
        raise TypeError("a list of lists of model ids") from None


def _ignores(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise TypeError("a table from patterns to lists of rules")
    try:
        return tuple((pattern, _strings(rules)) for pattern, rules in value.items())
    except TypeError:
        raise TypeError("a table from patterns to lists of rules") from None


def _tables(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError("an array of tables")
    return value


_READERS: dict[str, Callable[[object], Any]] = {
    "select": _strings,
    "ignore": _strings,
    "extend-select": _strings,
    "per-file-ignores": _ignores,
    "exclude": _strings,
    "extend-exclude": _strings,
    "force-exclude": _flag,
    "certainty": _certainty,
    "aligned": _families,
    "src": _strings,
}


def read_table(
    table: Mapping[str, object], base: Settings, place: Callable[[str], str]
) -> Settings:
    """``base`` with what ``table`` says.

    ``place`` gives, for a key, the words that an error begins with. Raises ConfigError
    for an unknown key, a value of the wrong type and an unknown rule.
    """
    values: dict[str, Any] = {}
    catalogue: dict[str, list[dict[str, Any]]] = {}
    for key, value in table.items():
        reader = _READERS.get(key, _tables if key in CATALOGUE_TABLES else None)
        if reader is None:
            near = did_you_mean(key, [*_READERS, *CATALOGUE_TABLES])
            raise ConfigError(f"{place(key)}: unknown key {key!r}{near}")
        try:
            read = reader(value)
        except TypeError as wanted:
            raise ConfigError(f"{place(key)}: {key!r} must be {wanted}") from None
        if key in CATALOGUE_TABLES:
            catalogue[key] = read
        else:
            values[key.replace("-", "_")] = read
    for name in ("select", "ignore", "extend_select"):
        _check_selectors(values.get(name, ()), place(name.replace("_", "-")))
    for _, selectors in values.get("per_file_ignores", ()):
        _check_selectors(selectors, place("per-file-ignores"))
    _check_catalogue(catalogue, place)
    return replace(base, catalogue={**base.catalogue, **catalogue}, **values)


def _check_selectors(selectors: Iterable[str], place: str) -> None:
    """Raises ConfigError, beginning with ``place``, for a selector that selects nothing."""
    for selector in selectors:
        if problem := selection.unknown(selector):
            raise ConfigError(f"{place}: {problem}")


def _check_catalogue(
    catalogue: dict[str, list[dict[str, Any]]], place: Callable[[str], str]
) -> None:
    """Holds the project's own entries against the catalogue's schema. Raises ConfigError."""
    if not catalogue:
        return
    # Few projects have entries of their own: the others need not wait for the schema.
    from lint_embed.catalogue.schema import CatalogueError, validate
    from lint_embed.catalogue.user import unknown_interface

    for name, tables in catalogue.items():
        try:
            validate({name: tables}, place(name), user=True)
        except CatalogueError as error:
            raise ConfigError(str(error)) from None
    if trouble := unknown_interface(catalogue):
        raise ConfigError(f"{place(trouble[0])}: {trouble[1]}")


def load(path: Path) -> dict[str, Any] | None:
    """The table of lint-embed in a TOML file: ``[tool.lint-embed]`` in a pyproject.toml
    (None when it has none), there or at the top in any other. Raises ConfigError."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: no TOML, no UTF-8
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{_shown(path)}: cannot be read: {reason}") from None
    tool = document.get("tool", {})
    table = tool.get("lint-embed") if isinstance(tool, dict) else None
    if table is None and isinstance(tool, dict) and "lint_embed" in tool:
        # Settings that silently don't hold are worse than none.
        raise ConfigError(f"{_shown(path)}: [tool.lint_embed] is not read: it is [{TABLE}]")
    if table is None:
        return None if path.name == "pyproject.toml" else document
    if not isinstance(table, dict):
        raise ConfigError(f"{_shown(path)}: [{TABLE}] must be a table")
    return table


def from_file(path: Path, base: Settings) -> Settings:
    """``base`` with what the TOML file ``path`` says. Raises ConfigError."""

    def place(key: str) -> str:
        text = path.read_text("utf-8-sig", "replace")
        start = text.rfind("\n", 0, max(text.find(f"[{TABLE}"), 0)) + 1
        name = rf"""["']?{re.escape(key)}["']?\s*[=\].]"""
        found = re.compile(rf"^\s*(?:\[+\s*{re.escape(TABLE)}\.)?{name}", re.M).search(text, start)
        # The match may begin with blank lines: the key stands at its end.
        line = f":{text.count(chr(10), 0, found.end()) + 1}" if found else ""
        return f"{_shown(path)}{line}"

    return replace(read_table(load(path) or {}, base, place), source=path)


def _shown(path: Path) -> str:
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


# --- Finding the configuration of a file ---------------------------------------------


class Finder:
    """Finds the settings of each folder: from its nearest configuration, then
    ``--config``, then the other options of the command line.

    ``configs`` are the values of ``--config``: a file, or ``key=value`` in TOML.
    ``overrides`` maps names of Settings to values that win over any file. Where files are
    ``isolated`` from their configurations, the folder that all ``paths`` have in common is
    the root of those outside of any project. Raises ConfigError for what can't be used.
    """

    def __init__(
        self,
        configs: Sequence[str] = (),
        overrides: Mapping[str, Any] | None = None,
        isolated: bool = False,
        paths: Sequence[str] = (),
    ) -> None:
        self._isolated = isolated
        self._overrides = dict(overrides or {})
        self._inline: dict[str, Any] = {}
        self._fixed: Settings | None = Settings(root=_common(paths)) if isolated else None
        self._by_folder: dict[Path, Settings | ConfigError] = {}
        for config in configs:
            self._read_option(config)
        for name in ("select", "ignore", "extend_select"):
            place = f"--{name.replace('_', '-')}"
            _check_selectors(self._overrides.get(name, ()), place)
        for _, selectors in self._overrides.get("per_file_ignores", ()):
            _check_selectors(selectors, "--per-file-ignores")
        if self._fixed is not None:
            self._fixed = self._finish(self._fixed)

    def _read_option(self, config: str) -> None:
        path = Path(config)
        if os.path.isfile(config):  # Path.is_file raises for what is too long for a name
            if self._fixed is not None and self._fixed.source is None:
                raise ConfigError(f"--config {config}: a file can't be used with --isolated")
            self._fixed = from_file(path.absolute(), self._fixed or Settings(root=Path.cwd()))
            return
        if "=" not in config:
            raise ConfigError(f"--config {config}: there is no such file")
        try:
            table = tomllib.loads(config)
        except (ValueError, RecursionError) as error:
            message = f"neither a file nor key=value in TOML: {error}"
            raise ConfigError(f"--config {config}: {message}") from None
        read_table(table, Settings(), lambda key: f"--config {config}")
        self._inline.update(table)

    def _finish(self, settings: Settings) -> Settings:
        """Puts ``--config key=value`` and then the other options on top of a file's."""
        settings = read_table(self._inline, settings, lambda key: f"--config {key}")
        values = dict(self._overrides)
        if "select" in values:
            # Who asks for rules by name wants them, whatever the file ignores.
            kept = (s for s in settings.ignore if selection.ALWAYS.issuperset(selection.codes(s)))
            settings = replace(settings, ignore=tuple(kept), extend_select=())
        for name in ("ignore", "extend_select", "extend_exclude"):
            values[name] = getattr(settings, name) + tuple(values.get(name, ()))
        return replace(settings, **values)

    def settings(self, folder: Path) -> Settings:
        """The settings of the files in the absolute ``folder``; equal folders of one
        project share one object. Raises ConfigError, the same one each time."""
        if self._fixed is not None and not self._isolated:
            return self._fixed
        known = self._by_folder.get(folder)
        if known is None:
            try:
                known = self._find(folder)
            except ConfigError as error:
                known = error
            self._by_folder[folder] = known
        if isinstance(known, ConfigError):
            raise known
        return known

    def _find(self, folder: Path) -> Settings:
        """The folder's own configuration, else that of the folder above."""
        config = folder / "pyproject.toml"
        has_config = config.is_file()
        if self._fixed is not None:
            if has_config or (folder / ".git").exists():
                return replace(self._fixed, root=folder)
            return self._fixed if folder.parent == folder else self.settings(folder.parent)
        if has_config and load(config) is not None:
            return self._finish(from_file(config, Settings(root=folder)))
        if folder.parent == folder:
            return self._finish(Settings())
        above = self.settings(folder.parent)
        marks_root = has_config or (folder / ".git").exists()
        if marks_root and above.source is None:
            return replace(above, root=folder)
        return above


def _common(paths: Sequence[str]) -> Path:
    """The folder that paths have in common; the working directory without any."""
    folders = [path if path.is_dir() else path.parent for path in map(Path, paths)]
    try:
        return Path(os.path.commonpath([os.path.abspath(folder) for folder in folders]))
    except ValueError:  # none, or another drive
        return Path.cwd()


# --- Showing -------------------------------------------------------------------------


def to_toml(settings: Settings) -> str:
    """The settings as the TOML of a ``[tool.lint-embed]`` table, for ``--show-settings``."""
    lines = [f"[{TABLE}]"]
    for item in fields(settings):
        value = getattr(settings, item.name)
        if item.name == "per_file_ignores":
            value = dict(value)
        if item.name not in ("catalogue", "root", "source"):
            lines.append(f"{item.name.replace('_', '-')} = {_toml(value)}")
    lines += [f"{name} = {_toml(tables)}" for name, tables in settings.catalogue.items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m[0]):04x}", escaped) + '"'
    if isinstance(value, dict):
        inner = ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return str(value)

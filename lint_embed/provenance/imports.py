"""Imports: to the catalogue's public names, or lazily to the project's own modules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import containers, targets
from lint_embed.provenance.syntax import dotted_name
from lint_embed.provenance.values.base import UNKNOWN, OneOf, Value
from lint_embed.provenance.values.imports import Api, External, Imported, ModuleValue
from lint_embed.provenance.values.joining import unite

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.modules import Module

_WORD = re.compile(r"\w+")


def import_statement(run: Interpreter, node: cst.Import) -> None:
    for alias in node.names:
        dotted = dotted_name(alias.name)
        if alias.asname is not None:
            targets.assign(run, alias.asname.name, module_value(run, dotted))
        else:
            targets.set_name(run, dotted.split(".")[0], module_value(run, dotted.split(".")[0]))


def from_statement(run: Interpreter, node: cst.ImportFrom) -> None:
    dotted, level = dotted_name(node.module), len(node.relative)
    if isinstance(node.names, cst.ImportStar):
        _import_star(run, dotted, level)
        return
    for alias in node.names:
        name = dotted_name(alias.name)
        value = _member(run, dotted, level, name)
        target = alias.asname.name if alias.asname is not None else alias.name
        targets.assign(run, target, value)


def module_value(run: Interpreter, dotted: str, level: int = 0) -> Value:
    """The value of a module by its dotted name."""
    if not level:
        run.catalogue.load_import(dotted.split(".")[0])
        node = run.catalogue.lookup(dotted)
        if node is not None and (node.facts or "." in dotted):
            return Api(node)
    path = _path(run, dotted, level)
    if path is not None:
        return ModuleValue(path, dotted if not level else "")
    if not level and node is not None:
        return Api(node)
    return External(dotted)


def _path(run: Interpreter, dotted: str, level: int) -> Path | None:
    """The file or folder of the project that an import leads to, noted with the module."""
    path = run.project.resolve(run.frame.module.path, dotted, level)
    if path is not None:
        run.frame.module.imports[path] = None
    return path


def _member(run: Interpreter, dotted: str, level: int, name: str) -> Value:
    if not level:
        run.catalogue.load_import(dotted.split(".")[0])
        node = run.catalogue.lookup(f"{dotted}.{name}")
        if node is not None:
            return Api(node)
    path = _path(run, dotted, level)
    if path is None:
        return External(f"{dotted}.{name}") if not level else UNKNOWN
    return Imported(path, name)


def _import_star(run: Interpreter, dotted: str, level: int) -> None:
    source = module_value(run, dotted, level)
    if isinstance(source, Api):
        for name, node in source.node.edges.items():
            if name.isidentifier():
                targets.set_name(run, name, Api(node))
        return
    if not isinstance(source, ModuleValue):
        return
    if not run.stays and run.exports is not None:
        written = run.exports(source.path)
        if written is not None:
            _take(run, source.path, written)
            return
    module = run.project.module(source.path) if not run.stays else None
    if module is None:
        return
    run.run_module(module)
    exported = run.member(module, "__all__")
    names = containers.constants_of(run, exported) if exported is not None else None
    known = [*module.names, *(name for taken in module.starred.values() for name in taken)]
    for name in [str(n) for n in names] if names is not None else dict.fromkeys(known):
        if names is None and name.startswith("_"):
            continue
        value = module_member(run, module, name)
        if value is not None:
            targets.set_name(run, name, value)


def _take(run: Interpreter, path: Path, names: dict[str, None]) -> None:
    """Binds those of another file's names that this one has a word for.

    The others are only looked for by who imports them from here: a package may have
    thousands, and as many files that take them all.
    """
    module = run.frame.module
    words = set(_WORD.findall(module.source.text))
    for name in names:
        if name in words:
            targets.set_name(run, name, Imported(path, name))
    module.starred.pop(path, None)
    module.starred[path] = names


def resolve(run: Interpreter, value: Value, seen: tuple[Value, ...] = ()) -> Value:
    """What an imported name of the project stands for, evaluating its module now.

    ``seen`` are the names on the way there: a circle of them stands for nothing.
    """
    if type(value) is not Imported and type(value) is not OneOf:
        return value
    while value not in seen:
        if isinstance(value, OneOf) and any(isinstance(part, Imported) for part in value.values):
            seen = (*seen, value)
            return unite(resolve(run, part, seen) for part in value.values)
        if not isinstance(value, Imported):
            return value
        seen = (*seen, value)
        found = member_at(run, value.path, value.name)
        if found is None:
            return UNKNOWN
        value = found
    return UNKNOWN


def member_at(run: Interpreter, path: Path, name: str) -> Value | None:
    """An attribute of the module of a path, which is evaluated now; or None."""
    if run.stays:
        return None
    module = run.project.module(path)
    return None if module is None else module_member(run, module, name)


def module_member(run: Interpreter, module: Module, name: str) -> Value | None:
    """An attribute of a module of the project, or its submodule, or None."""
    if (value := run.member(module, name)) is not None:
        return value
    for source, names in reversed(module.starred.items()):
        if name in names:
            return Imported(source, name)
    path = run.project.within(module.package, [name])
    return ModuleValue(path) if path is not None and path != module.path else None

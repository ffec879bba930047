"""Options of the command line and of settings: their defaults are all that can be known."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed import configuration
from lint_embed.catalogue import Entry
from lint_embed.provenance import configured, containers
from lint_embed.provenance.values.base import UNKNOWN, Symbol, Token, Value
from lint_embed.provenance.values.callables import Args, Function
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict
from lint_embed.provenance.values.imports import Api

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter


def _store(value: Api) -> Dict | None:
    """The options of one parser, whatever group they were added to."""
    if value.calls is None:
        return None
    return Dict(Token((id(value.calls.first().site.node), "options")))


def destination(args: Args) -> str | None:
    """The name under which an option's value is found."""
    given = args.keyword("dest")
    if isinstance(given, Const):
        return str(given.value)
    names = [part.value for part in args.positional if isinstance(part, Const)]
    flags = [name for name in names if isinstance(name, str)]
    plain = [name for name in flags if not name.startswith("-")]
    long = [name for name in flags if name.startswith("--")]
    chosen = (plain or long or flags)[:1]
    return chosen[0].lstrip("-").replace("-", "_") if chosen else None


def add(run: Interpreter, value: Api, args: Args) -> Value:
    """``parser.add_argument("--model", default=...)``."""
    store, name = _store(value), destination(args)
    if store is not None and name is not None:
        default = args.keyword("default")
        known: Value = UNKNOWN
        if isinstance(default, Const):
            known = default
        elif default in (None, Const(None)) and args.keyword("required") is None:
            known = Symbol(name)  # most often left out, like an argument of a function
        containers.set_key(run, store, Const(name), containers.weakened(known))
    return UNKNOWN


def parsed(run: Interpreter, value: Api) -> Value:
    """``parser.parse_args()``: the options with their defaults."""
    store = _store(value)
    return UNKNOWN if store is None else store


def with_option(run: Interpreter, entry: Entry, function: Function, node: cst.Call) -> Function:
    """``@click.option("--model", default=...)``: the parameter's default."""
    from lint_embed.provenance.expressions import arguments

    args = arguments(run, node.args)
    if (kind := entry.get("settings")) is not None:
        return _with_settings(run, entry, function, args, kind, node)
    name, default = destination(args), args.keyword("default")
    if name is None or not isinstance(default, Const):
        return function
    return replace(function, defaults=(*function.defaults, (name, default)))


def _with_settings(
    run: Interpreter, entry: Entry, function: Function, args: Args, kind: str, node: cst.Call
) -> Function:
    """``@hydra.main(config_path="conf", config_name="config")``: what is in that file.

    The command line may put any other value in its place, and a list of ``defaults`` brings
    further files in.
    """
    folder = args.find(entry.get("folder", ())) or Const("")
    name = args.find(entry.get("name", ()))
    names = [part.name.value for part in function.node.params.params]
    if not (isinstance(folder, Const) and isinstance(name, Const) and names):
        return function
    own = run.project.place_of(function.module.path.parent)
    path = posixpath.join(own, str(folder.value or ""), str(name.value))
    for ending in configuration.FORMATS[kind][1]:
        place = path if path.endswith(ending) else path + ending
        found = configured.load(run, Const(posixpath.normpath(place)), kind, node)
        if isinstance(found, Dict):
            if containers.dict_keys(run, found).get("defaults") is not None:
                return function
            return replace(function, defaults=(*function.defaults, (names[0], found)))
    return function


def default_of(run: Interpreter, value: Value) -> Value:
    """The default that ``Option("x")`` or ``Field("x")`` stands for; else the value."""
    if isinstance(value, Api) and value.calls is not None and "field" in value.node.facts:
        found = value.calls.args.find(["default", 0])
        return UNKNOWN if found is None else found
    return value

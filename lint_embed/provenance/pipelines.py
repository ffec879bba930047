"""Pipelines of named parts: what wiring an output to an input brings together.

``connect("embedder.embedding", "retriever.query_embedding")`` means
``retriever.run(query_embedding=embedder.run()["embedding"])``; what that does is said by the
parts' own tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_embed.catalogue import Entry
from lint_embed.provenance import api, containers
from lint_embed.provenance.values.base import Token, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import Const
from lint_embed.provenance.values.containers import Dict, Keys
from lint_embed.provenance.values.imports import Api
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import Encoder

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.interpreter import Interpreter

METHOD = "run"
"""What a pipeline calls of each part."""


def add_part(
    run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode
) -> Value | None:
    """Puts a part under a name into a pipeline."""
    name, part = args.find(entry.get("name")), args.find(entry.get("of"))
    if isinstance(value.owner, Store) and isinstance(name, Const) and part is not None:
        containers.set_key(run, _parts(run, value.owner), name, part)
    return Const(None)


def wire(run: Interpreter, value: Api, entry: Entry, args: Args, node: cst.CSTNode) -> Value | None:
    """Leads the output of one part into another one."""
    sender, output = _port(run, value.owner, args.find(entry.get("from")))
    receiver, parameter = _port(run, value.owner, args.find(entry.get("to")))
    if sender is not None and receiver is not None:
        target = _method(run, receiver)
        parameter = parameter or (_parameter(target) if target is not None else None)
        if target is not None and parameter is not None:
            for given in _outputs(run, sender, output, node):
                api.call(run, target, Args((), ((parameter, given),)), node)
    return value.owner


def _parts(run: Interpreter, pipeline: Store) -> Dict:
    parts = Dict(Token(("parts", pipeline.identity)))
    if run.heap.get((parts.token, "{}")) is None:
        run.heap.set((parts.token, "{}"), Keys())
    return parts


def _port(
    run: Interpreter, pipeline: Value | None, text: Value | None
) -> tuple[Value | None, str | None]:
    """The part and the port that ``part.port`` names; without a port, the part alone."""
    if not (isinstance(pipeline, Store) and isinstance(text, Const)):
        return None, None
    name, _, port = str(text.value).partition(".")
    return containers.dict_keys(run, _parts(run, pipeline)).get(name), port or None


def _method(run: Interpreter, part: Value) -> Api | None:
    found = api.attribute(run, part, METHOD) if isinstance(part, (Api, Encoder, Store)) else None
    return found if isinstance(found, Api) else None


def _parameter(method: Api) -> str | None:
    """The parameter in which a fill or a query takes its vectors."""
    for kind in ("fill", "query"):
        entry = method.node.facts.get(kind)
        if entry is not None and entry.get("vectors"):
            return next((part for part in entry.get("vectors") if isinstance(part, str)), None)
    return None


def _outputs(run: Interpreter, part: Value, port: str | None, node: cst.CSTNode) -> list[Value]:
    """What a part gives at a port, or at all that the catalogue knows of."""
    method = _method(run, part)
    result = api.call(run, method, Args(), node) if method is not None else None
    if not isinstance(result, Api):
        return []
    names = [port] if port is not None else list(result.node.edges)
    found = [api.step(run, result, name) for name in names]
    return [value for value in found if value is not None]

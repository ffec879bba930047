"""Functions: definitions, decorators, parameters, calls.

Which calls are walked and which are answered from a summary stands in ``summaries``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import (
    api,
    builtins,
    calling,
    class_checking,
    constants,
    container_methods,
    containers,
    files,
    instances,
    options,
    removal,
    summaries,
    targets,
    texts,
    type_hints,
)
from lint_embed.provenance.idle import is_root
from lint_embed.provenance.state import Frame, parameters
from lint_embed.provenance.values.base import BOTTOM, UNKNOWN, OneOf, Symbol, Unknown, Value
from lint_embed.provenance.values.callables import (
    Args,
    Builtin,
    Class,
    Function,
    Instance,
    Method,
    Partial,
)
from lint_embed.provenance.values.constants import Const, Given, Text, is_nothing
from lint_embed.provenance.values.containers import Each, Items, Keys
from lint_embed.provenance.values.imports import Api, External
from lint_embed.provenance.values.joining import is_opaque, unite
from lint_embed.provenance.values.stores import Store
from lint_embed.provenance.values.vectors import Encoder

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

MAX_DEPTH = 12
"""Functions defined in functions nested deeper than this are not checked."""


# definitions ---------------------------------------------------------------------------


def define(run: Interpreter, node: cst.FunctionDef) -> None:
    """``def``: binds the function, as its decorators leave it."""
    frame = run.frame
    function = Function(
        node,
        frame.module,
        frame,
        name=node.name.value,
        owner=frame.cls,
        defaults=tuple(_defaults(run, node)),
    )
    place = len(frame.pending)
    frame.pending.append(function)
    value: Value = function
    for decorator in reversed(node.decorators):
        if not _is_beside(run, decorator, function):
            value = decorate(run, decorator, value, node)
            if isinstance(value, Function) and value.node is node:
                frame.pending[place] = value  # its options have defaults
    targets.set_name(run, node.name.value, value)


def make_lambda(run: Interpreter, node: cst.Lambda) -> Function:
    return Function(
        node, run.frame.module, run.frame, "<lambda>", defaults=tuple(_defaults(run, node))
    )


def _defaults(run: Interpreter, node: cst.FunctionDef | cst.Lambda) -> Iterator[tuple[str, Value]]:
    for param in parameters(node):
        if param.default is not None:
            yield param.name.value, run.evaluate(param.default)


def _is_beside(run: Interpreter, decorator: cst.Decorator, function: Function) -> bool:
    """Whether neither a function nor the function that decorates it leads to vectors."""
    if run.leads is None or is_root(function, run.roots):
        return False
    called = decorator.decorator
    maker = run.evaluate(called.func if isinstance(called, cst.Call) else called)
    return (
        isinstance(maker, Function)
        and isinstance(maker.node, cst.FunctionDef)
        and not is_root(maker, run.leads)
        and not is_root(function, run.leads)
    )


def decorate(run: Interpreter, decorator: cst.Decorator, value: Value, node: cst.CSTNode) -> Value:
    """Applies one decorator to a function or class."""
    node_called = decorator.decorator
    if isinstance(node_called, cst.Call):
        maker = run.evaluate(node_called.func)
        if isinstance(maker, Api) and "transparent" in maker.node.facts:
            return value
        if isinstance(maker, Api) and "option" in maker.node.facts and isinstance(value, Function):
            return options.with_option(run, maker.node.facts["option"], value, node_called)
    wrapper = run.evaluate(node_called)
    if isinstance(wrapper, Builtin) and isinstance(value, Function):
        kinds = {"property": "property", "staticmethod": "static", "classmethod": "class"}
        return replace(value, kind=kinds.get(wrapper.name, "unknown"))
    if isinstance(wrapper, Api):
        facts = wrapper.node.facts
        if (entry := facts.get("transparent")) is not None:
            kind = "property" if entry.get("property") else None
            return replace(value, kind=kind) if kind and isinstance(value, Function) else value
        return UNKNOWN
    if isinstance(wrapper, (Function, Partial, Class, Instance)):
        return call(run, wrapper, Args((value,)), decorator)
    if isinstance(wrapper, Method) and wrapper.name in ("setter", "getter", "deleter"):
        return value
    inner = decorator.decorator
    if isinstance(inner, cst.Attribute) and inner.attr.value in ("setter", "getter", "deleter"):
        return run.evaluate(inner.value) if isinstance(inner.value, cst.Name) else UNKNOWN
    return UNKNOWN


# calls ---------------------------------------------------------------------------------


def call(run: Interpreter, function: Value, args: Args, node: cst.CSTNode) -> Value:
    """The value of calling anything."""
    if isinstance(function, Function):
        return calling.call_function(run, function, args, node)
    if isinstance(function, (Unknown, Symbol, External)):
        return UNKNOWN
    if isinstance(function, Api):
        return api.call(run, function, args, node)
    if isinstance(function, (Encoder, Store)):
        return api.call_encoder(run, function, args, node)
    if isinstance(function, Builtin):
        return builtins.call(run, function.name, args, node)
    if isinstance(function, Class):
        return instances.instantiate(run, function, args, node)
    if isinstance(function, Instance):
        return instances.call_instance(run, function, args, node)
    if isinstance(function, Partial):
        joined = Args(
            (*function.args.positional, *args.positional),
            (*args.keywords, *function.args.keywords),
            args.open or function.args.open,
        )
        return call(run, function.function, joined, node)
    if isinstance(function, Method):
        return _call_method(run, function, args, node)
    if isinstance(function, OneOf):
        parts = [part for part in function.values if not is_nothing(part)]
        return unite(call(run, part, args, node) for part in parts)
    return BOTTOM if function is BOTTOM else UNKNOWN


def _call_method(run: Interpreter, method: Method, args: Args, node: cst.CSTNode) -> Value:
    receiver = method.receiver
    if method.name in constants.REMOVING and isinstance(receiver, (Const, Given)):
        removal.removed(run, receiver)
        return Const(None)
    if isinstance(receiver, Const):
        if method.name == "join" and args.positional:
            items = containers.items_of(run, args.positional[0])
            if items is None or items.rest:
                return UNKNOWN if items is None else texts.together(items.known, items.rest)
            from lint_embed.provenance.values.containers import Tuple

            args = Args((Tuple(items.known),))
        if method.name in constants.WRITING and args.positional:
            files.write(run, receiver, args.positional[0], node)
            return UNKNOWN
        return constants.string_method(receiver, method.name, args)
    if isinstance(receiver, Given):
        return constants.given_method(receiver, method.name, args)
    if isinstance(receiver, Text):
        return texts.method(receiver, method.name)
    return container_methods.call_method(run, method, args, node)


def walk(
    run: Interpreter,
    function: Function,
    args: Args,
    node: cst.CSTNode | None,
    generic: bool = False,
) -> Value:
    """Evaluates a function's body with the given arguments."""
    caller = run.frames[-1]
    closure = function.frame if not function.frame.is_module else None
    site = run.site(node) if node is not None else None
    context = run.within(caller.context, id(node)) if node is not None else caller.context
    frame = Frame(function.module, closure=closure, function=function, context=context, site=site)
    frame.receiver = function.bound if function.kind != "class" else None
    if isinstance(function.bound, Instance) and function.bound.cls.trainable:
        frame.trains = True
    frame.heap_depth = run.heap.depth
    failures = run.handlers
    run.frames.append(frame)
    run.heap.push()
    try:
        bind(run, frame, function, args, generic)
        falls = False
        if type(function.node) is cst.Lambda:
            run.burn()  # as much as the one statement of a function
            frame.returns.append((run.evaluate(function.node.body), None))
        else:
            body = function.node.body
            falls = run.execute(function.module.statements_of(body))  # type: ignore[arg-type]
        if frame.ended:
            frame.add_ended()
        if generic:
            check_pending(run, frame)
    except BaseException:
        run.heap.pop()
        raise
    else:
        _leave(run, frame, falls)
    finally:
        run.handlers = failures
        run.frames.pop()
    return _returned(function, frame)


def _leave(run: Interpreter, frame: Frame, falls: bool) -> None:
    """Closes the way of a call: what the function wrote up to any of its ends is left."""
    ends = [*frame.pauses, *(layer for _, layer in frame.returns if layer is not None)]
    is_last = falls or any(layer is None for _, layer in frame.returns)
    if is_last and not ends:
        run.heap.keep()
        return
    last = run.heap.pop()
    run.heap.join([*ends, last] if is_last else ends)


def _returned(function: Function, frame: Frame) -> Value:
    if frame.yields is not None:
        return Each(Items((), tuple(frame.yields)))
    return unite(value for value, _ in frame.returns) if frame.returns else Const(None)


# parameters ----------------------------------------------------------------------------


def bind(run: Interpreter, frame: Frame, function: Function, args: Args, generic: bool) -> None:
    """Binds the parameters of a call in the new frame."""
    node, names = function.node, frame.names
    positional = list(args.positional)
    if function.bound is not None and function.kind != "static":
        positional.insert(0, function.bound)
    given = dict(args.keywords)
    defaults = dict(function.defaults)
    for param in (*node.params.posonly_params, *node.params.params):
        name = param.name.value
        if positional:
            names.set(name, positional.pop(0))
        else:
            value = given.pop(name, None)
            names.set(name, _parameter(run, param, value, defaults.get(name), args, generic))
    star = node.params.star_arg
    if type(star) is cst.Param:
        rest = (UNKNOWN,) if args.open or generic else ()
        value = containers.new_list(run, star, Items(tuple(positional), rest))
        names.set(star.name.value, value)
    for param in node.params.kwonly_params:
        name = param.name.value
        value = given.pop(name, None)
        names.set(name, _parameter(run, param, value, defaults.get(name), args, generic))
    double = node.params.star_kwarg
    if double is not None:
        rest = (UNKNOWN,) if args.open or generic else ()
        keys = Keys(tuple(given.items()), rest)
        names.set(double.name.value, containers.new_dict(run, double, keys))


def _parameter(
    run: Interpreter,
    param: cst.Param,
    given: Value | None,
    default: Value | None,
    args: Args,
    generic: bool,
) -> Value:
    if given is not None:
        return given
    known = run.literals.get(id(param))
    if known is None:
        known = run.literals[id(param)] = Symbol(param.name.value, run.site(param))
    unknown = known
    if generic or args.open:
        if default is not None and run.carriers.carries(default):
            return containers.weakened(default)
        if param.annotation is not None:
            value = type_hints.annotated(run, param.annotation, unknown)
            if value is not unknown and not isinstance(value, Symbol):
                return value
        if default is None or is_opaque(default) or args.open:
            return unknown
        return containers.weakened(options.default_of(run, default))
    return unknown if default is None else options.default_of(run, default)


# checking by itself --------------------------------------------------------------------


def check_pending(run: Interpreter, frame: Frame) -> None:
    """Evaluates each function and class that was defined in a frame by itself."""
    pending, frame.pending = frame.pending, []
    roots = run.roots(frame.module.path) if run.roots is not None and frame.is_module else None
    for definition in pending:
        if isinstance(definition, Class):
            class_checking.check(run, definition)
        elif roots is not None and definition.name not in roots.names:
            continue
        elif frame.is_module or (not frame.is_class and len(run.frames) <= MAX_DEPTH):
            summaries.summary(run, definition)


def share_writes(run: Interpreter, definitions: list[Function | Class]) -> bool:
    """Joins what the functions of a module left in its variables and objects.

    Returns whether that may matter; the functions' summaries are then dropped.
    """
    layers = []
    for definition in definitions:
        if isinstance(definition, Function):
            found = run.summaries.get((id(definition.node), id(definition.frame)))
            if found is not None and any(tells(run, value) for value in found.written.values()):
                layers.append(found.written)
    if not layers:
        return False
    run.heap.join([{}, *layers])
    run.carriers.version += 1
    for definition in definitions:
        if isinstance(definition, Function):
            run.summaries.pop((id(definition.node), id(definition.frame)), None)
        else:
            run.checked.discard(definition.node)
    return True


def tells(run: Interpreter, value: object) -> bool:
    """Whether what is left in the heap carries something that matters."""
    if isinstance(value, Items):
        return run.carriers.any_carries((*value.known, *value.rest))
    if isinstance(value, Keys):
        return run.carriers.any_carries((*(part for _, part in value.known), *value.rest))
    if isinstance(value, Const):
        return isinstance(value.value, str)
    return isinstance(value, Value) and run.carriers.carries(value)


def check_function(run: Interpreter, function: Function) -> None:
    """Makes sure that a function was evaluated by itself, whatever file it stands in."""
    if function.owner is not None:
        class_checking.check(run, function.owner)
    elif function.frame.is_module and not isinstance(function.node, cst.Lambda):
        summaries.summary(run, function)

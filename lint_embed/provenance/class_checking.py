"""Checking a class by itself: its methods, on an instance of which nothing else is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from lint_embed.provenance import containers, functions, summaries
from lint_embed.provenance.carrying import tokens_in
from lint_embed.provenance.inheritance import lineage, member_of
from lint_embed.provenance.instances import field_default
from lint_embed.provenance.state import Frame, Layer
from lint_embed.provenance.values.base import Token, Value
from lint_embed.provenance.values.callables import NO_ARGS, Class, Function, Instance

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter
    from lint_embed.provenance.naming import Members


MAX_METHODS = 400
SPECIAL = frozenset(
    {"weights", "version", "replaced", "headless", "holds", "factory", "parts", "same", "rows"}
)
"""What the heap keeps of an object beside its attributes."""


def generic_instance(run: Interpreter, cls: Class) -> Instance:
    """An instance of which only the class is known."""
    return Instance(cls, any_token(cls))


def assumed_instance(run: Interpreter, cls: Class) -> Instance:
    """An instance of which an annotation tells the class, as its constructor makes it."""
    value = generic_instance(run, cls)
    layer = run.assumed.get(value.token)
    if layer is None:
        run.assumed[value.token] = {}  # its constructor may be annotated with it
        with run.alone(), run.refuelled():
            run.frames = [cls.module.frame]
            run.heap.push()
            _construct(run, value)
            written = run.heap.pop()
        layer = {
            key: part
            for key, part in written.items()
            if summaries.is_of(key, value.token) and functions.tells(run, part)
        }
        run.assumed[value.token] = layer
    run.heap.write({key: part for key, part in layer.items() if run.heap.get(key) is None})
    return value


def _construct(run: Interpreter, value: Instance) -> None:
    """Runs the constructor of which no argument is known."""
    constructor = member_of(run, lineage(value.cls), "__init__")
    if isinstance(constructor, Function):
        functions.walk(run, constructor.bound_to(value), NO_ARGS, None, generic=True)
    elif value.cls.fields is not None:
        _generic_fields(run, value)


def any_token(cls: Class) -> Token:
    """The identity of the instance of which only the class is known."""
    return Token((id(cls.node), "any"))


def check(run: Interpreter, cls: Class) -> None:
    """Evaluates a class's methods on an instance made with unknown arguments.

    What any method leaves in the instance may be there when another one runs, so the
    methods are walked again with the attributes of all of them.
    """
    if cls.node in run.checked:
        return
    run.checked.add(cls.node)
    names = run.roots(cls.module.path).methods(cls.name) if run.roots is not None else None
    if names is not None and not names:
        return
    with run.alone(), run.refuelled():
        run.frames = [cls.module.frame]
        run.heap.push()
        births = run.births
        value = generic_instance(run, cls)
        _construct(run, value)
        made = run.heap.since(0)
        methods = [
            method for method in _methods(run, cls) if names is None or method.name in names
        ][:MAX_METHODS]
        left = run.heap.joined([_check_method(run, method, value) for method in methods])
        taught = _members_taught(run, left, made, value, births)
        run.heap.write(left)
        for method in methods:
            if _may_name(run, method, value, taught):
                _check_method(run, method, value)


def _generic_fields(run: Interpreter, value: Instance) -> None:
    for name in value.cls.fields or ():
        default = member_of(run, lineage(value.cls), name)
        if default is not None:
            found = field_default(run, default, value.cls.node)
            run.heap.set((value.token, name), containers.weakened(found))


def _methods(run: Interpreter, cls: Class) -> Iterator[Function]:
    seen = set()
    for part in lineage(cls):
        for statement in part.node.body.body:
            if not isinstance(statement, cst.FunctionDef):
                continue
            name = statement.name.value
            member = run.heap.get((part.token, name))
            if name not in seen and name != "__init__":
                seen.add(name)
                yield member if isinstance(member, Function) else _plain(part, statement)


def _plain(cls: Class, node: cst.FunctionDef) -> Function:
    """A method under an unknown decorator: its body is still worth a look."""
    frame = Frame(cls.module)
    frame.is_module = True
    return Function(node, cls.module, frame, node.name.value, owner=cls)


def _check_method(run: Interpreter, method: Function, value: Instance) -> Layer:
    receiver: Value | None = {"static": None, "class": value.cls}.get(method.kind, value)
    run.heap.push()
    with run.refuelled():
        functions.walk(run, method.bound_to(receiver), NO_ARGS, None, generic=True)
    return run.heap.pop()


def _members_taught(
    run: Interpreter, left: Layer, made: Layer, value: Instance, births: int
) -> Members:
    """The members in which methods ``left`` something that matters, themselves or within a
    container that the constructor ``made``; None where it is elsewhere too.

    What was born since and is not held by a member is gone.
    """
    found = set[str]()
    holders = _holders(made)
    for place, part in left.items():
        if not functions.tells(run, part):
            continue
        name = _member(place)
        own = summaries.is_of(place, value.token)
        held = holders.get(place[0], ()) if isinstance(place, tuple) else ()
        found.update(held)
        if own or held or not run.is_born_since(place, births):
            if name is not None:
                found.add(name)
            elif not held:
                return None
    return frozenset(found)


def _holders(made: Layer) -> dict[object, set[str]]:
    """The members that hold each object, directly or within others, as it was made."""
    inside: dict[object, list[object]] = {}
    for place, part in made.items():
        if isinstance(place, tuple):
            inside.setdefault(place[0], []).append(part)
    holders: dict[object, set[str]] = {}
    for place, part in made.items():
        if (name := _member(place)) is None:
            continue
        queue = list(tokens_in(part))
        while queue:
            token = queue.pop()
            names = holders.setdefault(token, set())
            if name not in names:
                names.add(name)
                queue += [inner for each in inside.get(token, ()) for inner in tokens_in(each)]
    return holders


def _member(place: object) -> str | None:
    """The name of the attribute that a place of the heap is; None for all other places."""
    if isinstance(place, tuple) and isinstance(place[0], Token):
        name = place[1]
        if isinstance(name, str) and name.isidentifier() and name not in SPECIAL:
            return name
    return None


def _may_name(run: Interpreter, method: Function, value: Instance, members: Members) -> bool:
    """Whether a method may name one of some members of its object."""
    if members is None or run.naming is None:
        return members is None or bool(members)
    return bool(members) and run.naming.may_name(value.cls, method.name, members)

"""Parameters of callables: names, positions and defaults, also those of model classes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import griffe
from surface import Overloads, World, parsed
from values import Follower, Value, documented

_POSITIONAL = (griffe.ParameterKind.positional_only, griffe.ParameterKind.positional_or_keyword)
# Decorators that let keyword-only parameters stand by place.
_BY_PLACE = ("handle_legacy_interface", "kwonly_to_pos_or_kw")
_MODEL_BASES = frozenset({"BaseModel", "BaseSettings", "Serializable"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """``position`` doesn't count ``self``; ``default`` is an expression; ``home`` its place."""

    names: tuple[str, ...]
    position: int | None
    default: str | None
    home: Any
    positional_only: bool = False


@dataclass(slots=True)
class Signature:
    """What a call may be given, and where the code stands that takes it."""

    parameters: list[Parameter] = field(default_factory=list)
    star: bool = False
    double_star: bool = False
    forwards: bool = False
    bodies: list[Any] = field(default_factory=list)

    def named(self, name: str) -> Parameter | None:
        """The parameter with this name or alias."""
        found = (one for one in self.parameters if name in one.names and not one.positional_only)
        return next(found, None)

    def at(self, position: int) -> Parameter | None:
        """The parameter at this position."""
        return next((one for one in self.parameters if one.position == position), None)


def signatures(world: World, value: Value) -> list[Signature]:
    """The signatures of a callable value; none when they are not known."""
    if value.kind == "function":
        bound = value.owner is not None
        found = [_signature(one, bound) for one in _implementations(value.thing)]
        if len(found) == 1 and found[0].forwards and not found[0].parameters:
            to = Follower(world).forwarded(found[0].bodies[0], value.owner)
            found = [one for after in to for one in signatures(world, after)] or found
        return found
    if value.kind == "documented":
        return list(_documented(documented(value.thing) or "", value.thing))
    if value.kind == "class":
        return _constructors(world, value.thing)
    if value.kind == "instance":
        for name in ("__call__", "forward", "call"):
            method = world.class_member(value.thing, name)
            if isinstance(method, griffe.Function | Overloads):
                return [_signature(one, bound=True) for one in _implementations(method)]
    return []


def _implementations(thing: Any) -> list[griffe.Function]:
    if isinstance(thing, Overloads):
        return list(thing.functions)
    return [thing, *(thing.overloads or ())]


def _signature(function: griffe.Function, bound: bool) -> Signature:
    signature = Signature(bodies=[function])
    parameters = list(function.parameters)
    if bound and not _is_static(function) and parameters and parameters[0].kind in _POSITIONAL:
        parameters = parameters[1:]
    by_place = any(name in str(one.value) for one in function.decorators for name in _BY_PLACE)
    for number, one in enumerate(parameters):
        if one.kind is griffe.ParameterKind.var_positional:
            signature.star = True
        elif one.kind is griffe.ParameterKind.var_keyword:
            signature.double_star = signature.forwards = True
        else:
            only = one.kind is griffe.ParameterKind.positional_only or _dunder(one.name)
            position = number if by_place or one.kind in _POSITIONAL else None
            default = None if one.default is None else str(one.default)
            signature.parameters.append(Parameter((one.name,), position, default, function, only))
    return signature


def _documented(parameters: str, home: Any) -> Iterator[Signature]:
    try:
        tree = ast.parse(f"def f({parameters}): ...").body[0]
    except SyntaxError:
        return
    assert isinstance(tree, ast.FunctionDef)
    named = [*tree.args.posonlyargs, *tree.args.args]
    signature = Signature(star=tree.args.vararg is not None, bodies=[home])
    for number, one in enumerate(named):
        signature.parameters.append(Parameter((one.arg,), number, None, home))
    for one in tree.args.kwonlyargs:
        signature.parameters.append(Parameter((one.arg,), None, None, home))
    yield signature


def _dunder(name: str) -> bool:
    """Stubs of old mark what is positional only with two underscores."""
    return name.startswith("__") and not name.endswith("__")


def _is_static(function: griffe.Function) -> bool:
    return "staticmethod" in function.labels


def _constructors(world: World, cls: griffe.Class) -> list[Signature]:
    for one in world.mro(cls)[0]:
        if "__init__" in one.members or "__new__" in one.members:
            break
        overloads = one.overloads.get("__init__") or one.overloads.get("__new__")
        if overloads:
            return [_signature(function, bound=True) for function in overloads]
    found = _constructor(world, cls)
    return [found] if found is not None else []


def _constructor(world: World, cls: griffe.Class) -> Signature | None:
    order, _ = world.mro(cls)
    fields = list(_fields(world, order))
    signature: Signature | None = None
    for one in order:
        written = one.members.get("__init__") or one.members.get("__new__")
        functions: list[griffe.Function] = []
        if isinstance(written, griffe.Function):
            functions = _implementations(written)
        for function in functions[:1]:
            signature = _merged(signature, _signature(function, bound=True))
        if signature is not None and not signature.forwards:
            break
    if signature is None:
        signature = Signature(bodies=[cls])
    if fields and (signature.forwards or not signature.parameters):
        signature.parameters += [one for one in fields if not signature.named(one.names[0])]
        signature.bodies += order[:3]
    known = signature.parameters or signature.double_star or fields
    return signature if known else None


def _merged(first: Signature | None, after: Signature) -> Signature:
    """A constructor with ``**kwargs`` hands its keywords on to the next one."""
    if first is None:
        return after
    kept = [
        Parameter(one.names, None, one.default, one.home)
        for one in after.parameters
        if not first.named(one.names[0])
    ]
    return Signature(
        [*first.parameters, *kept],
        first.star,
        first.double_star and after.double_star,
        first.forwards,
        [*first.bodies, *after.bodies],
    )


def _fields(world: World, order: list[griffe.Class]) -> Iterator[Parameter]:
    """The fields of dataclasses and pydantic models: those of a dataclass have a place."""
    seen: set[str] = set()
    by_place = any("dataclass" in str(one.value) for one in order[0].decorators)
    is_model = any(one.name in _MODEL_BASES for one in order) or not world.mro(order[0])[1]
    if not by_place and not is_model:
        return
    place = 0
    for one in reversed(order) if by_place else order:
        for name, member in one.members.items():
            if not isinstance(member, griffe.Attribute) or member.annotation is None:
                continue
            if name in seen or str(member.annotation).startswith(("ClassVar", "typing.ClassVar")):
                continue
            if "class-attribute" not in member.labels and member.value is not None:
                continue  # Assigned in a method.
            seen.add(name)
            default = None if member.value is None else str(member.value)
            position = place if by_place else None
            yield Parameter((name, *_aliases(default)), position, default, member)
            place += 1


def _aliases(default: str | None) -> list[str]:
    tree = parsed(default) if default else None
    if not isinstance(tree, ast.Call):
        return []
    return [
        part.value
        for keyword in tree.keywords
        if keyword.arg in ("alias", "validation_alias")
        for part in ast.walk(keyword.value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


# --- Constants ---------------------------------------------------------------------------


def constants(world: World, text: str, home: Any, depth: int = 6) -> set[Any]:
    """The constants that an expression may stand for, as far as they can be read."""
    tree = parsed(text)
    if tree is None or depth == 0:
        return set()
    if isinstance(tree, ast.Constant):
        return {tree.value}
    if isinstance(tree, ast.Name | ast.Attribute):
        return _constant_name(world, ast.unparse(tree), home, depth)
    if isinstance(tree, ast.Call):
        inside = [*tree.args, *(one.value for one in tree.keywords if _may_hold(one.arg))]
    elif isinstance(tree, ast.BoolOp):
        inside = tree.values
    elif isinstance(tree, ast.IfExp):
        inside = [tree.body, tree.orelse]
    elif isinstance(tree, ast.Dict):
        inside = tree.values
    elif isinstance(tree, ast.Lambda):
        inside = [tree.body]
    elif isinstance(tree, ast.Subscript):
        inside = [tree.value]
    elif isinstance(tree, ast.JoinedStr):
        return _joined(world, tree, home, depth)
    else:
        inside = []
    return {one for part in inside for one in constants(world, ast.unparse(part), home, depth - 1)}


def _may_hold(keyword: str | None) -> bool:
    return keyword in (None, "default", "default_factory", "value")


def _joined(world: World, tree: ast.JoinedStr, home: Any, depth: int) -> set[Any]:
    whole = ""
    for part in tree.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        found = constants(world, ast.unparse(inner), home, depth - 1)
        if len(found) != 1:
            return set()
        whole += str(found.pop())
    return {whole}


def _constant_name(world: World, dotted: str, home: Any, depth: int) -> set[Any]:
    dotted = re.sub(r"\.value$", "", dotted)
    thing = world.named(home, dotted)
    if isinstance(thing, griffe.Attribute) and thing.value is not None:
        return constants(world, str(thing.value), thing, depth - 1)
    return set()


def body_has(world: World, body: Any, value: Any) -> bool:
    """Whether the code of a function or class names the constant, itself or by its name."""
    if not isinstance(body, griffe.Function | griffe.Class):
        return False
    source = world.source(body)
    if isinstance(value, str) and re.search(rf"[\"']{re.escape(value)}[\"']", source):
        return True
    names = set(re.findall(r"\b(?:[A-Za-z_]\w*\.)*[A-Z_][A-Z0-9_]{2,}(?:\.value)?\b", source))
    return any(value in _constant_name(world, name, body, 4) for name in names)

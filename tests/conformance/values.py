"""What a step along an access path gives, as far as annotations and plain code tell.

A `Value` is a class, an instance, a function or a container. A step that the package
doesn't have gives nothing; one that can't be followed gives `UNKNOWN`.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import griffe
from surface import Overloads, Scope, Thing, World, parsed

_FIRST_OF = frozenset({"Annotated", "ClassVar", "Final", "Required", "NotRequired", "Awaitable"})
_CONTAINERS = frozenset({
    "list", "List", "Sequence", "Iterable", "Iterator", "Generator", "AsyncIterator",
    "AsyncGenerator", "MutableSequence", "Collection", "set", "Set", "deque",
})  # fmt: skip
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict"})
_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Value:
    """``kind`` is class, instance, function, module, items or returns, or documented for a
    function made elsewhere whose signature is written in the string that goes with it.

    ``thing`` is what it is of, ``owner`` the class that a method was reached on, ``inner``
    the items of a container (one for all, unless ``exact``) or the result of a callable;
    ``at_least`` says that it may also be of a class below ``thing``.
    """

    kind: str
    thing: Any = None
    owner: Any = None
    inner: tuple[tuple[Value, ...], ...] = ()
    exact: bool = False
    at_least: bool = False


UNKNOWN = Value("unknown")
UNTYPED = Value("untyped")  # It is there, but nothing says what it is.
Values = tuple[Value, ...]


class Follower:
    """Walks access paths through a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._depth = 0

    # --- Steps ---------------------------------------------------------------------------

    def start(self, top: str) -> Values:
        """The value of a top-level module."""
        scope = self.world.scope(top)
        return (Value("module", scope),) if scope is not None else ()

    def step(self, values: Values, piece: str) -> Values:
        """All that one more piece of an access path may lead to."""
        found: list[Value] = []
        for value in values:
            found += [one for one in self._step(value, piece) if one not in found]
        for vague in ((UNKNOWN, UNTYPED), (UNKNOWN,)):
            known = tuple(one for one in found if one not in vague)
            if known:
                return known
        return tuple(found)

    def _step(self, value: Value, piece: str) -> Values:
        if value.kind in ("unknown", "untyped"):
            return (UNKNOWN,)
        if piece == "()":
            return self.called(value)
        if piece.startswith("["):
            return self._item(value, piece)
        return self._attribute(value, piece)

    def _attribute(self, value: Value, name: str) -> Values:
        world = self.world
        if value.kind == "module":
            # A name may be a class and a module at once: both are followed.
            edges = list(world._edges(value.thing, name))
            return tuple(one for edge in edges for one in _known(self.of(edge, None)))
        if value.kind in ("class", "instance"):
            thing = world.class_member(value.thing, name)
            if thing is not None:
                return _known(self.of(thing, value.thing))
            if world.assigns(value.thing, name):
                return (UNTYPED,)
            whole = world.mro(value.thing)[1]
            hooked = world.class_member(value.thing, "__getattr__") is not None
            return () if whole and not hooked and not value.at_least else (UNKNOWN,)
        if value.kind == "items":  # The key of a mapping.
            return (value.inner[0] if value.inner else ()) or (UNKNOWN,)
        return (UNKNOWN,)

    def _item(self, value: Value, piece: str) -> Values:
        if value.kind == "items":
            index = piece[1:-1]
            if value.exact and index.lstrip("-").isdigit():
                place = int(index)
                inside = -len(value.inner) <= place < len(value.inner)
                return value.inner[place] if inside else (UNKNOWN,)
            return tuple(one for item in value.inner for one in item) or (UNKNOWN,)
        if value.kind == "instance":
            for name in ("__getitem__", "__iter__"):
                found = self.world.class_member(value.thing, name)
                if found is not None:
                    given = self.results(found, value.thing)
                    if name == "__iter__":
                        return self.step(given, "[]")
                    return given
            return () if self.world.mro(value.thing)[1] and not value.at_least else (UNKNOWN,)
        return (UNKNOWN,)

    def called(self, value: Value) -> Values:
        """What calling a value gives."""
        if value.kind == "class":
            return (Value("instance", value.thing),)
        if value.kind == "returns":
            return value.inner[0] or (UNKNOWN,)
        if value.kind == "function":
            return _known(self.results(value.thing, value.owner))
        if value.kind == "instance":
            for name in ("__call__", "forward", "call"):
                found = self.world.class_member(value.thing, name)
                if isinstance(found, griffe.Function | Overloads):
                    return _known(self.results(found, value.thing))
        return (UNKNOWN,)

    def of(self, thing: Thing, owner: Any) -> Values:
        """The value of a member, reached on the class ``owner`` if it is one of a class."""
        if isinstance(thing, Scope):
            return (Value("module", thing),)
        if isinstance(thing, griffe.Class):
            return (Value("class", thing),)
        if is_property(thing):
            return self.results(thing, owner)
        if isinstance(thing, griffe.Function | Overloads):
            return (Value("function", thing, owner),)
        if thing.annotation is not None:
            return self.typed(str(thing.annotation), thing, owner)
        if documented(thing) is not None:
            return (Value("documented", thing),)
        tree = parsed(str(thing.value)) if thing.value is not None else None
        return self.inferred(tree, thing, owner, {}) if tree is not None else (UNKNOWN,)

    # --- Results -------------------------------------------------------------------------

    def results(self, thing: Any, owner: Any) -> Values:
        """What a function or property gives."""
        if self._depth > _DEPTH:
            return (UNKNOWN,)
        self._depth += 1
        try:
            found: Values = ()
            functions = thing.functions if isinstance(thing, Overloads) else (thing,)
            for one in functions:
                found += self._result(one, owner)
            known = tuple(one for one in found if one is not UNKNOWN)
            return known or (UNKNOWN,)
        finally:
            self._depth -= 1

    def _result(self, function: Any, owner: Any) -> Values:
        annotation = function.annotation
        if annotation is not None:
            found = self.typed(str(annotation), function, owner)
            if any(one is not UNKNOWN for one in found):
                return found
        return self._returned(function, owner)

    def _returned(self, function: Any, owner: Any) -> Values:
        """What the return statements give, where they are plain."""
        try:
            tree = ast.parse(textwrap.dedent(self.world.source(function)))
        except SyntaxError:
            return (UNKNOWN,)
        assigned: dict[str, ast.expr] = {}
        found: Values = ()
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                assigned[node.targets[0].id] = node.value
        for node in ast.walk(tree):
            if isinstance(node, ast.Return) and node.value is not None:
                found += self.inferred(node.value, function, owner, assigned)
        return found or (UNKNOWN,)

    def inferred(
        self, tree: ast.expr, holder: Any, owner: Any, assigned: dict[str, ast.expr]
    ) -> Values:
        """The value of an expression: names, attributes, calls and tuples."""
        if self._depth > _DEPTH:
            return (UNKNOWN,)
        self._depth += 1
        try:
            return self._inferred(tree, holder, owner, assigned) or (UNKNOWN,)
        finally:
            self._depth -= 1

    def _inferred(
        self, tree: ast.expr, holder: Any, owner: Any, assigned: dict[str, ast.expr]
    ) -> Values:
        if isinstance(tree, ast.Await):
            return self.inferred(tree.value, holder, owner, assigned)
        if isinstance(tree, ast.Tuple):
            parts = [self.inferred(one, holder, owner, assigned) for one in tree.elts]
            return (Value("items", inner=tuple(parts), exact=True),)
        if isinstance(tree, ast.Call):
            module = self._imported(tree)
            if module is not None:
                return (Value("module", module),)
            return self.step(self.inferred(tree.func, holder, owner, assigned), "()")
        if isinstance(tree, ast.Attribute):
            return self.step(self.inferred(tree.value, holder, owner, assigned), tree.attr)
        if isinstance(tree, ast.Name):
            return self._name(tree.id, holder, owner, assigned)
        return ()

    def _imported(self, tree: ast.Call) -> Scope | None:
        """The module of `LazyImport("x", globals(), "a.b.x")` and its like."""
        if "import" not in ast.unparse(tree.func).lower():
            return None
        for one in reversed(tree.args):
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                return self.world.scope(one.value)
        return None

    def forwarded(self, function: griffe.Function, owner: Any) -> Values:
        """What a function of `*args, **kwargs` alone makes with all that it gets."""
        try:
            tree = ast.parse(textwrap.dedent(self.world.source(function)))
        except SyntaxError:
            return ()
        handed = {
            one.name for one in function.parameters if one.kind is griffe.ParameterKind.var_keyword
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and _names(node.value) & handed:
                handed |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and any(
                one.arg is None and _names(one.value) & handed for one in node.keywords
            ):
                found = self.inferred(node.func, function, owner, {})
                if any(one.kind in ("class", "function") for one in found):
                    return found
        return ()

    def _name(self, name: str, holder: Any, owner: Any, assigned: dict[str, ast.expr]) -> Values:
        if name in ("self", "cls") and owner is not None:
            return (Value("instance" if name == "self" else "class", owner),)
        if name in assigned:
            rest = {key: value for key, value in assigned.items() if key != name}
            return self.inferred(assigned[name], holder, owner, rest)
        for parameter in self._parameters_around(holder):
            if parameter.name == name:
                text = parameter.annotation
                return self.typed(str(text), holder, owner) if text is not None else (UNKNOWN,)
        thing = self.world.named(holder, name)
        return self.of(thing, owner) if thing is not None else ()

    def _parameters_around(self, holder: Any) -> Iterable[Any]:
        if isinstance(holder, griffe.Function):
            return holder.parameters
        if isinstance(holder, griffe.Attribute) and isinstance(holder.parent, griffe.Class):
            init = holder.parent.members.get("__init__")
            if isinstance(init, griffe.Function):
                return init.parameters
        return ()

    # --- Annotations ---------------------------------------------------------------------

    def typed(self, text: str, holder: Any, owner: Any) -> Values:
        """What an annotation, as it stands at ``holder``, says of a value."""
        tree = parsed(text)
        if tree is None or self._depth > _DEPTH:
            return (UNKNOWN,)
        self._depth += 1
        try:
            found = self._typed(tree, holder, owner)
        finally:
            self._depth -= 1
        return tuple(one for one in found if one is not UNKNOWN) or (UNKNOWN,)

    def _typed(self, tree: ast.expr, holder: Any, owner: Any) -> Values:
        if isinstance(tree, ast.Constant):
            return self.typed(tree.value, holder, owner) if isinstance(tree.value, str) else ()
        if isinstance(tree, ast.BinOp):
            return self._typed(tree.left, holder, owner) + self._typed(tree.right, holder, owner)
        if isinstance(tree, ast.Subscript):
            return self._generic(tree, holder, owner)
        text = ast.unparse(tree)
        if text.rpartition(".")[2] == "Self":
            return (Value("instance", owner),) if owner is not None else ()
        if text.rpartition(".")[2] in ("Any", "object"):
            return ()
        thing = self.world.named(holder, text)
        if isinstance(thing, griffe.Class):
            return (Value("instance", thing),)
        if isinstance(thing, griffe.Attribute) and thing.value is not None:
            return self._type_alias(thing, holder, owner)
        return ()

    def _type_alias(self, thing: griffe.Attribute, holder: Any, owner: Any) -> Values:
        text = str(thing.value)
        if not text.startswith(("TypeVar", "typing.TypeVar")):
            return self.typed(text, thing, owner)
        # A method that gives back the type of what it was called on.
        first = next(iter(self._parameters_around(holder)), None)
        said = str(first.annotation) if first is not None and first.annotation is not None else ""
        if owner is not None and re.search(rf"\b{thing.name}\b", said):
            return (Value("instance", owner),)
        tree = parsed(text)
        bound = [one.value for one in getattr(tree, "keywords", ()) if one.arg == "bound"]
        found = self._typed(bound[0], thing, owner) if bound else ()
        return tuple(replace(one, at_least=True) for one in found)

    def _generic(self, tree: ast.Subscript, holder: Any, owner: Any) -> Values:
        base = ast.unparse(tree.value).rpartition(".")[2]
        inside = tree.slice
        parts: Sequence[ast.expr] = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        if base in ("Optional", "Union"):
            return tuple(one for part in parts for one in self._typed(part, holder, owner))
        if base in _FIRST_OF:
            return self._typed(parts[0], holder, owner)
        if base == "Coroutine":
            return self._typed(parts[-1], holder, owner)
        if base in ("Type", "type"):
            found = self._typed(parts[0], holder, owner)
            return tuple(Value("class", one.thing) for one in found if one.kind == "instance")
        if base in _CONTAINERS:
            return (Value("items", inner=(self._typed(parts[0], holder, owner),)),)
        if base in _MAPPINGS:
            return (Value("items", inner=(self._typed(parts[-1], holder, owner),)),)
        if base in ("tuple", "Tuple"):
            exact = not (isinstance(parts[-1], ast.Constant) and parts[-1].value is ...)
            kept = parts if exact else parts[:1]
            inner = tuple(self._typed(one, holder, owner) or (UNKNOWN,) for one in kept)
            return (Value("items", inner=inner, exact=exact),)
        if base == "Callable":
            return (Value("returns", inner=(self._typed(parts[-1], holder, owner),)),)
        if base == "Literal":
            return ()
        return self._typed(tree.value, holder, owner)


def _known(values: Values) -> Values:
    """What a member or call that exists gives: at least something."""
    return tuple(UNTYPED if one is UNKNOWN else one for one in values) or (UNTYPED,)


def _names(tree: ast.expr) -> set[str]:
    return {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}


def is_property(thing: Any) -> bool:
    """Whether a member is a method that is read like an attribute."""
    first = thing.functions[0] if isinstance(thing, Overloads) else thing
    if "property" in first.labels:
        return True
    decorators = first.decorators if isinstance(first, griffe.Function) else ()
    return any("property" in str(one.value) for one in decorators)


def documented(thing: griffe.Attribute) -> str | None:
    """The parameters in the documentation that an assignment gives to a compiled function."""
    text = str(thing.value or "")
    if not text.startswith("_add_docstr("):
        return None
    found = re.search(rf"\b{re.escape(thing.name)}\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*->", text)
    return found[1] if found else None

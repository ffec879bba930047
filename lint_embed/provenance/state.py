"""The changing part of the analysis: layered namespaces, the heap and call frames."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from lint_embed.provenance.values import Class, Value, unite

if TYPE_CHECKING:
    import libcst as cst

    from lint_embed.provenance.modules import Module
    from lint_embed.provenance.values import Function, Site, Token

Layer = dict[Hashable, object]


class Layers:
    """A mapping in layers: a branch writes to a layer of its own, a join merges layers.

    Copying is never needed, so a branch costs what it writes, not what is in scope.
    """

    __slots__ = ("stack",)

    def __init__(self) -> None:
        self.stack: list[Layer] = [{}]

    def get(self, key: Hashable) -> object | None:
        """What the key holds, seen from the innermost layer, or None."""
        for layer in reversed(self.stack):
            if key in layer:
                return layer[key]
        return None

    def set(self, key: Hashable, value: object) -> None:
        self.stack[-1][key] = value

    def push(self) -> None:
        self.stack.append({})

    def pop(self) -> Layer:
        return self.stack.pop()

    def since(self, depth: int) -> Layer:
        """One layer with all that was written above the first ``depth`` layers."""
        merged: Layer = {}
        for layer in self.stack[depth:]:
            merged.update(layer)
        return merged

    def write(self, layer: Layer) -> None:
        self.stack[-1].update(layer)

    def join(self, layers: Sequence[Layer]) -> None:
        """Merges the layers of alternative ways into the innermost layer."""
        if len(layers) == 1:
            self.stack[-1].update(layers[0])
            return
        keys: dict[Hashable, None] = {}
        for layer in layers:
            keys.update(dict.fromkeys(layer))
        top = self.stack[-1]
        for key in keys:
            versions = [layer[key] if key in layer else self.get(key) for layer in layers]
            top[key] = merge([version for version in versions if version is not None])


def merge(versions: list[object]) -> object:
    """The join of what alternative ways left under one key."""
    first = versions[0] if versions else None
    if all(version is first for version in versions):
        return first
    if all(isinstance(version, Value) for version in versions):
        return unite(version for version in versions if isinstance(version, Value))
    from lint_embed.provenance.containers import merge_contents

    return merge_contents(versions)


class Ways:
    """The alternative ways through a statement, as pairs of (names, heap) layers."""

    __slots__ = ("heap", "names")

    def __init__(self) -> None:
        self.names: list[Layer] = []
        self.heap: list[Layer] = []

    def add(self, names: Layer, heap: Layer) -> None:
        self.names.append(names)
        self.heap.append(heap)

    def __bool__(self) -> bool:
        return bool(self.names)


class Frame:
    """One activation: a module's, class body's or function's namespace and its exits."""

    __slots__ = (
        "breaks",
        "closure",
        "cls",
        "context",
        "function",
        "global_names",
        "heap_depth",
        "is_class",
        "is_module",
        "loop_base",
        "loops",
        "module",
        "names",
        "nonlocal_names",
        "pending",
        "receiver",
        "returns",
        "site",
        "token",
        "trains",
        "yields",
    )

    def __init__(
        self,
        module: Module,
        *,
        closure: Frame | None = None,
        function: Function | None = None,
        context: int = 0,
        site: Site | None = None,
    ) -> None:
        self.module = module
        self.closure = closure
        self.function = function
        self.context = context
        self.site = site
        self.names = Layers()
        self.is_module = False
        self.is_class = False
        self.cls: Class | None = None
        self.receiver: Value | None = None
        self.token: Token | None = None
        self.trains = False
        self.global_names: set[str] = set()
        self.nonlocal_names: set[str] = set()
        self.returns: list[tuple[Value, Layer]] = []
        self.yields: list[Value] | None = None
        self.heap_depth = 0
        self.loops = 0
        self.loop_base: list[tuple[int, int]] = []
        self.breaks: list[Ways] = []
        self.pending: list[Function | Class] = []


def parameters(node: cst.FunctionDef | cst.Lambda) -> Iterable[cst.Param]:
    """All named parameters in order, without the starred ones."""
    yield from node.params.posonly_params
    yield from node.params.params
    yield from node.params.kwonly_params

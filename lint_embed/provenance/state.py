"""The changing part of the analysis: layered namespaces, the heap and call frames."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from lint_embed.provenance.values.base import Value
from lint_embed.provenance.values.callables import Class
from lint_embed.provenance.values.constants import OnEachWay
from lint_embed.provenance.values.containers import Emptied
from lint_embed.provenance.values.joining import unite

if TYPE_CHECKING:
    from pathlib import Path

    import libcst as cst

    from lint_embed.provenance.modules import Module
    from lint_embed.provenance.values.base import Site, Token
    from lint_embed.provenance.values.callables import Function

Layer = dict[Hashable, object]


class Layers:
    """A mapping with alternative ways: what a way writes can be taken back as a layer.

    One dict holds what is true now; a journal a way holds what was there before. Reading
    costs one look-up, and a way costs what it writes, not what is in scope.
    """

    __slots__ = ("_journals", "_now", "get")

    get: Callable[[Hashable], object | None]
    """What a key holds on the way taken now, or None."""

    def __init__(self) -> None:
        self._now: Layer = {}
        self._journals: list[Layer] = []
        self.get = self._now.get  # asked more often than anything else

    @property
    def depth(self) -> int:
        """How many ways are open."""
        return len(self._journals)

    def set(self, key: Hashable, value: object) -> None:
        if self._journals:
            journal = self._journals[-1]
            if key not in journal:
                journal[key] = self._now.get(key)
        self._now[key] = value

    def push(self) -> None:
        """Opens a way."""
        self._journals.append({})

    def pop(self) -> Layer:
        """Closes the innermost way: takes back what it wrote, and returns that."""
        journal = self._journals.pop()
        if not journal:
            return journal
        now, layer = self._now, {}
        for key, before in journal.items():
            layer[key] = now[key]
            if before is None:
                del now[key]
            else:
                now[key] = before
        return layer

    def keep(self) -> Layer:
        """Closes the innermost way and leaves what it wrote; returns what that replaced."""
        replaced = self._journals.pop()
        if replaced and self._journals:
            journal = self._journals[-1]
            for key, before in replaced.items():
                if key not in journal:
                    journal[key] = before
        return replaced

    def since(self, depth: int) -> Layer:
        """What was written since so many ways were open."""
        now = self._now
        if len(self._journals) == depth + 1:
            return {key: now[key] for key in self._journals[depth]}
        return {key: now[key] for journal in self._journals[depth:] for key in journal}

    def values(self) -> Iterable[object]:
        """All that the mapping holds now."""
        return self._now.values()

    def write(self, layer: Layer) -> None:
        """Sets all that another way wrote."""
        now = self._now
        if self._journals:
            journal = self._journals[-1]
            for key in layer:
                if key not in journal:
                    journal[key] = now.get(key)
        now.update(layer)

    def aside(self) -> list[Layer]:
        """Closes all ways for a while; ``restore`` opens them again."""
        return [self.pop() for _ in range(len(self._journals))]

    def restore(self, layers: list[Layer]) -> None:
        while self._journals:
            self.pop()
        for layer in reversed(layers):
            self.push()
            self.write(layer)

    def joined(self, layers: Sequence[Layer]) -> Layer:
        """What the way taken now would hold anew if any of some layers were written, or none."""
        self.push()
        self.join([{}, *layers])
        return self.pop()

    def join(self, layers: Sequence[Layer]) -> None:
        """Merges what alternative ways wrote into the way taken now."""
        if not any(layers):
            return
        if len(layers) == 1:
            self.write(layers[0])
            return
        if len(layers) == 2:
            self._join_two(*layers)
            return
        # Costs what the ways wrote: most of many branches write other keys than the rest.
        found: dict[Hashable, list[object]] = {}
        behind: set[Hashable] = set()
        wrote: dict[Hashable, int] = {}
        for index, layer in enumerate(layers):
            for key, value in layer.items():
                wrote[key] = wrote.get(key, 0) + 1
                versions = found.setdefault(key, [])
                if len(versions) < index and key not in behind:
                    behind.add(key)
                    versions.append(self._now.get(key))
                versions.append(value)
        for key, versions in found.items():
            if key not in behind and len(versions) < len(layers):
                versions.append(self._now.get(key))
            kept = [version for version in versions if version is not None]
            if len(layers) > wrote[key]:
                kept = _as_emptied(kept, self.get(key))
            if type(kept[0]) is OnEachWay and len(kept) < len(layers) and self.get(key) is None:
                continue
            self.set(key, merge(kept))

    def _join_two(self, one: Layer, other: Layer) -> None:
        """The same for two ways, as of most branches."""
        for key, value in one.items():
            beside = other[key] if key in other else self.get(key)
            if beside is None:
                if type(value) is OnEachWay:
                    continue
            elif beside is not value and (key in other or type(value) is not Emptied):
                value = merge([value, beside])
            self.set(key, value)
        for key, value in other.items():
            if key not in one:
                beside = self.get(key)
                if beside is None:
                    if type(value) is OnEachWay:
                        continue
                elif beside is not value and type(value) is not Emptied:
                    value = merge([beside, value])
                self.set(key, value)


def _as_emptied(versions: list[object], before: object) -> list[object]:
    """What ways left, without what was there before where one of them has emptied it."""
    if type(before) is Emptied or not any(type(version) is Emptied for version in versions):
        return versions
    return [version for version in versions if version is not before]


def merge(versions: list[object]) -> object:
    """The join of what alternative ways left under one key."""
    first = versions[0] if versions else None
    for version in versions:
        if version is not first:
            break
    else:
        return first
    if isinstance(first, Value):
        values = [version for version in versions if isinstance(version, Value)]
        if len(values) == len(versions):
            return unite(values)
    from lint_embed.provenance.merging import merge_contents

    return merge_contents(versions)


class Ways:
    """The alternative ways through a statement, as pairs of (names, heap) layers.

    ``failed``: the end of one of them is only reached after a failure.
    """

    __slots__ = ("failed", "heap", "names")

    def __init__(self) -> None:
        self.failed = False
        self.names: list[Layer] = []
        self.heap: list[Layer] = []

    def add(self, names: Layer, heap: Layer) -> None:
        self.names.append(names)
        self.heap.append(heap)

    def __bool__(self) -> bool:
        return bool(self.names)


class Loop:
    """A loop that is being walked: the ways to the end of an iteration, and those that break.

    ``base`` is how many ways of names and heap were open when the iteration began, ``start``
    the same for the loop; None where a break counts as the end of any iteration. ``failures``
    is how many failures the iteration rests on, ``steady``: its end is reached without more.
    """

    __slots__ = ("base", "ends", "exits", "failures", "start", "steady")

    def __init__(
        self, base: tuple[int, int], failures: int, exits: Ways, start: tuple[int, int] | None
    ) -> None:
        self.base = base
        self.ends = Ways()
        self.exits = exits
        self.start = start
        self.failures = failures
        self.steady = False


class Frame:
    """One activation: a module's, class body's or function's namespace and its exits.

    ``ended`` is what names stood for where a way returned a closure, ``pauses`` what was
    written up to each yield.
    """

    __slots__ = (
        "closure",
        "cls",
        "context",
        "ended",
        "function",
        "global_names",
        "heap_depth",
        "inside",
        "is_class",
        "is_module",
        "loops",
        "module",
        "names",
        "nonlocal_names",
        "pauses",
        "pending",
        "receiver",
        "returns",
        "seeks",
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
        self.returns: list[tuple[Value, Layer | None]] = []
        self.pauses: list[Layer] = []
        self.yields: list[Value] | None = None
        self.heap_depth = 0
        self.ended: Layer = {}
        self.loops = 0
        self.seeks = 0
        self.inside: list[Loop] = []
        self.pending: list[Function | Class] = []

    def end_way(self) -> None:
        """Keeps what names stand for on a way that ends: a closure that it returns sees them."""
        for name, value in self.names.since(0).items():
            known = self.ended.get(name)
            self.ended[name] = value if known is None else merge([known, value])

    def add_ended(self) -> None:
        """Lets closures see the names of the ways that returned them, beside the last's."""
        for name, value in self.ended.items():
            last = self.names.get(name)
            self.names.set(name, value if last is None else merge([last, value]))


def setting(path: str, module: Path) -> tuple[object, ...]:
    """Where the heap keeps what a program that starts in a module has set."""
    return ("setting", path, module)


def parameters(node: cst.FunctionDef | cst.Lambda) -> Iterable[cst.Param]:
    """All named parameters in order, without the starred ones."""
    yield from node.params.posonly_params
    yield from node.params.params
    yield from node.params.kwonly_params

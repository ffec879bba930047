"""Abstract values: what the analysis knows of a Python value.

All values are immutable. What can change at run time (attributes, the items of a list,
the training of an encoder) lives in the heap (see ``state.py``) under the value's token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from lint_embed.catalogue import OWN

if TYPE_CHECKING:
    from pathlib import Path

    import libcst as cst

    from lint_embed.catalogue import Entry, Node
    from lint_embed.provenance.keys import Identity
    from lint_embed.provenance.meetings import Meeting
    from lint_embed.provenance.modules import Module
    from lint_embed.provenance.state import Frame

MAX_ALTERNATIVES = 8
MAX_SIZE = 1_000
"""Tuples of tuples that hold more than this are not followed."""
"""More alternatives than this at a join, and the value is unknown."""


class Value:
    """Base of all abstract values."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unknown(Value):
    """Nothing is known: never reported."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Bottom(Value):
    """No value: what a call returns that is cut off because it recurs."""


BOTTOM = Bottom()


@dataclass(frozen=True, slots=True)
class Site:
    """A node of a module's syntax tree; its position is computed only for findings."""

    module: Module = field(repr=False)
    node: cst.CSTNode = field(repr=False)

    def __hash__(self) -> int:
        return id(self.node)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Site) and self.node is other.node


@dataclass(frozen=True, slots=True)
class Trail:
    """The steps that a value came through, the newest first."""

    site: Site
    message: str
    before: Trail | None = None

    def steps(self) -> list[tuple[Site, str]]:
        """Returns (site, message), the oldest first."""
        steps = []
        trail: Trail | None = self
        while trail is not None:
            steps.append((trail.site, trail.message))
            trail = trail.before
        return steps[::-1]


class Token(NamedTuple):
    """The identity of one run-time object: where it was made, and on which way there.

    ``context`` numbers the way (see ``Interpreter.within``).
    """

    site: object
    context: int = 0


STATE = "state"
"""Begins the site of what is always there: a library's place for a program's state."""

NO_NAMES: frozenset[str] = frozenset()
_VARIABLE = re.compile(r"\$\w+")


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A constant. ``weak`` when it is only a default that somebody may override.

    ``given``: the environment's variables that may override it (``$NAME``), or the
    configuration file that it stands in (``=PLACE``); ``chosen``: what decided
    that it is this one, a failure or such variables.
    """

    value: Any
    weak: bool = False
    trail: Trail | None = field(default=None, compare=False)
    given: frozenset[str] = field(default=NO_NAMES, compare=False)
    chosen: frozenset[str] = field(default=NO_NAMES, compare=False)


NONE = Const(None)


class Opened(str):
    """The path of a file that stands for what is in the file, or for one of its lines."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Begun(Value):
    """A string of which only the beginning is known: a prompt that asks for a role."""

    value: str


@dataclass(frozen=True, slots=True)
class Text(Value):
    """A text put together, not all of it of constants: vectors may be spelled out in it.

    ``parts`` are constant strings, vectors and what is unknown, in order (see ``texts.py``).
    """

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Given(Value):
    """A text that the environment gives: unknown, but the same wherever it is asked for.

    ``text`` holds the variables' names as ``$NAME``.
    """

    text: str

    @property
    def names(self) -> frozenset[str]:
        """The variables that it is made of."""
        return frozenset(_VARIABLE.findall(self.text))


def names_of(value: Value) -> frozenset[str]:
    """The environment's variables that a constant depends on."""
    if isinstance(value, Given):
        return value.names
    return value.given if isinstance(value, Const) else NO_NAMES


@dataclass(frozen=True, slots=True)
class Symbol(Value):
    """A parameter of unknown origin, or an attribute path of one."""

    name: str
    origin: Site | None = None


@dataclass(frozen=True, slots=True)
class Length(Value):
    """The length of named expressions: ``len(a)``, or ``min`` over several of them."""

    of: frozenset[str]
    features: bool = False


@dataclass(frozen=True, slots=True)
class Filler(Value):
    """An array of constants or random numbers: it carries no space."""


FILLER = Filler()


@dataclass(frozen=True, slots=True)
class Space:
    """What makes two vectors comparable.

    ``model`` is the canonical id, or the token of an object that was fitted in the code
    (then ``own`` is true). ``resolved`` is false when the model's id is not known: the
    space then is only comparable with other versions and variants of the same object.
    ``version`` is the site of the last training, ``ORIGINAL`` before any, None when
    unknown. Fields that only describe are not compared; ``fallback``: made where another
    way had failed; ``chosen``: what decided that it is this model, a failure or variables
    of the environment; ``network``: the output of a network of the project, which may be
    scores as well; ``given``: as for the constant that names it; ``server``: answers in the
    vendor's place, so that the name of the vendor's model may stand for any other.
    """

    model: object
    resolved: bool = True
    own: bool = False
    variant: frozenset[tuple[str, object]] = frozenset()
    version: object = None
    written: str = field(default="", compare=False)
    library: str | None = field(default=None, compare=False)
    dimension: int | None = field(default=None, compare=False)
    origin: Trail | None = field(default=None, compare=False)
    weak: bool = field(default=False, compare=False)
    default_of: str | None = field(default=None, compare=False)
    fallback: bool = field(default=False, compare=False)
    chosen: frozenset[str] = field(default=NO_NAMES, compare=False)
    network: bool = field(default=False, compare=False)
    owner: Token | None = field(default=None, compare=False)
    given: frozenset[str] = field(default=NO_NAMES, compare=False)
    server: str | None = field(default=None, compare=False)


ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Encoder(Value):
    """Something that turns input into vectors of a space.

    ``interface`` is the catalogue's description of what it can do, ``token`` the object
    whose training changes the space.
    """

    space: Space
    interface: Node | None = field(compare=False, hash=False, repr=False)
    token: Token = field(compare=False)


@dataclass(frozen=True, slots=True)
class Coercion:
    """Vectors were cut or padded: where, how (``cut``, ``pad``), to which length.

    ``common`` names the expressions when the length was computed from several of them.
    """

    site: Site
    how: str
    length: int | None = None
    common: frozenset[str] = frozenset()
    source: str = ""
    sure: bool = True
    features: bool = False


@dataclass(frozen=True, slots=True)
class Embedding(Value):
    """Vectors of a space.

    ``rows`` is ``"one"`` for a single vector, ``"many"`` for a matrix, ``"scalar"`` for
    one coordinate, None if unknown; ``listed``: a Python list, so that ``+`` joins;
    ``at``: the place in the library's surface, where more can be reached from there;
    ``transposed``: the features stand first; ``tokens``: rows are tokens, not yet pooled.
    """

    space: Space
    rows: str | None = None
    transposed: bool = False
    tokens: bool = False
    trail: Trail | None = field(default=None, compare=False)
    coercion: Coercion | None = field(default=None, compare=False)
    listed: bool = field(default=False, compare=False)
    at: Api | None = field(default=None, compare=False)
    role: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Coerced(Value):
    """Something unknown that was cut or padded to a length computed from several."""

    coercion: Coercion


@dataclass(frozen=True, slots=True)
class Rows(Value):
    """A matrix whose rows come from several spaces, every one being present."""

    each: tuple[Value, ...]
    stack: Meeting | None = field(default=None, compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class Composite(Value):
    """Features of several spaces side by side, in order."""

    parts: tuple[Value, ...]
    rows: str | None = None
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class Pending(Value):
    """An element-wise mix of two spaces that may still become a distance.

    ``op`` is ``subtract``, ``add`` or ``multiply``.
    """

    meeting: Meeting = field(hash=False)
    op: str


@dataclass(frozen=True, slots=True)
class Score(Value):
    """The result of a comparison: it carries no space.

    ``meetings`` made it; a loss that it reaches excuses them as training.
    """

    meetings: tuple[Meeting, ...] = field(default=(), hash=False)


SCORE = Score()


@dataclass(frozen=True, slots=True)
class OneOf(Value):
    """One of several values, depending on the way that was taken."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Args:
    """The evaluated arguments of a call.

    ``open`` is true when a starred argument of unknown length hides further ones;
    ``spread`` is that argument.
    """

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    open: bool = False
    spread: Value | None = None

    def keyword(self, name: str) -> Value | None:
        """The keyword argument of that name, or None."""
        for key, value in self.keywords:
            if key == name:
                return value
        return None

    def find(self, spec: Iterable[str | int]) -> Value | None:
        """The first argument present of a catalogue argument (keywords and positions)."""
        for place in spec:
            if isinstance(place, int):
                if place < len(self.positional):
                    return self.positional[place]
            elif place == "*":
                return self.spread
            elif (value := self.keyword(place)) is not None:
                return value
        return None

    def everything(self) -> Iterator[Value]:
        """All argument values."""
        yield from self.positional
        for _, value in self.keywords:
            yield value

    def shifted(self, receiver: Value) -> Args:
        """The same call with the receiver as first argument."""
        return Args((receiver, *self.positional), self.keywords, self.open)


@dataclass(frozen=True, slots=True)
class Captured:
    """A call that an access path went through: its arguments and its place."""

    args: Args
    site: Site
    before: Captured | None = None

    def first(self) -> Captured:
        """The first call of the path."""
        call = self
        while call.before is not None:
            call = call.before
        return call


@dataclass(frozen=True, slots=True)
class Api(Value):
    """A place in a library's public surface, reached by an access path.

    ``owner`` is the encoder, the array or the store that the path starts at (None: a
    public name); ``calls`` are the calls that it went through, the newest first.
    """

    node: Node = field(hash=False)
    owner: Value | None = None
    calls: Captured | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Store(Value):
    """A vector store, a client of stores or a retriever over one.

    ``identity`` is what makes two handles the same store: constants, or the object's
    token; ``vector`` names one of several vectors. ``embedding`` is the encoder bound to
    it, ``bound`` whether the user gave one; ``kept_since`` names the release from which a
    store remembers its own encoder when it is opened without one. ``created``: it did not
    exist before. ``first`` is the encoder that a store is made with which is opened with
    ``embedding`` in later runs of the program.
    """

    identity: Identity
    interface: Node | None = field(compare=False, hash=False, repr=False)
    embedding: Value | None = field(default=None, compare=False, hash=False)
    vector: str | None = None
    label: str = field(default="", compare=False)
    library: str = field(default="", compare=False)
    site: Site | None = field(default=None, compare=False)
    bound: bool = field(default=False, compare=False)
    kept_since: str | None = field(default=None, compare=False)
    created: bool = field(default=False, compare=False)
    first: Value | None = field(default=None, compare=False, hash=False)

    def joined(self, other: Store) -> Store:
        """The same store as another way of the program has opened or made it."""
        if self.embedding == other.embedding:
            return self
        if self.created != other.created:
            made, opened = (self, other) if self.created else (other, self)
            return replace(opened, first=made.first or made.embedding)
        ways = [way for way in (self.embedding, other.embedding) if way is not None]
        return replace(self, embedding=unite(ways), bound=self.bound and other.bound)

    def describe(self) -> str:
        """The store in a message."""
        kind = f"{self.library} store" if self.library not in ("", OWN) else "store"
        return f"the {kind} '{self.label}'" if self.label else f"a {kind}"


@dataclass(frozen=True, slots=True)
class Column(Value):
    """The description of a column of vectors, before it has a table.

    ``interface`` and ``model`` name what the column and its class can do; ``name`` is the
    column's own, where it is not the attribute's.
    """

    interface: str
    model: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Weights(Value):
    """What was read from a file of which nothing else is known: maybe a network's weights."""

    path: str


@dataclass(frozen=True, slots=True)
class ModuleValue(Value):
    """A module of the project by its file, and the absolute name it was imported under."""

    path: Path
    name: str = ""


@dataclass(frozen=True, slots=True)
class Imported(Value):
    """A name imported from a file of the project, which is not evaluated until needed."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class External(Value):
    """A name of a library that the catalogue does not know."""

    name: str


@dataclass(frozen=True, slots=True)
class Function(Value):
    """A function, lambda or method of the project.

    ``frame`` is where it was defined; ``bound`` the receiver of a bound method, ``kind``
    ``plain``, ``static``, ``class``, ``property`` or ``unknown`` (an unknown decorator).
    """

    node: cst.FunctionDef | cst.Lambda = field(hash=False)
    module: Module = field(compare=False, hash=False, repr=False)
    frame: Frame = field(compare=False, hash=False, repr=False)
    name: str = ""
    kind: str = "plain"
    bound: Value | None = None
    owner: Class | None = field(default=None, compare=False, hash=False, repr=False)
    defaults: tuple[tuple[str, Value], ...] = field(default=(), compare=False, hash=False)

    def __hash__(self) -> int:
        return id(self.node)


@dataclass(frozen=True, slots=True)
class Builtin(Value):
    """One of Python's own functions."""

    name: str


@dataclass(frozen=True, slots=True)
class Partial(Value):
    """``functools.partial``: a callable with its first arguments."""

    function: Value
    args: Args


@dataclass(frozen=True, slots=True)
class Class(Value):
    """A class of the project. Its attributes live in the heap under ``token``."""

    node: cst.ClassDef = field(hash=False)
    module: Module = field(compare=False, hash=False, repr=False)
    token: Token = field(compare=False)
    bases: tuple[Value, ...] = field(compare=False, hash=False, default=())
    fields: tuple[str, ...] | None = field(compare=False, hash=False, default=None)
    trainable: bool = field(compare=False, default=False)

    @property
    def name(self) -> str:
        return self.node.name.value

    def __hash__(self) -> int:
        return id(self.node)


@dataclass(frozen=True, slots=True)
class Instance(Value):
    """An object of a project's class. Its attributes live in the heap."""

    cls: Class
    token: Token
    api: Api | None = field(default=None, compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class Super(Value):
    """``super()`` within a method: the receiver seen as an object of the bases."""

    cls: Class
    receiver: Value


@dataclass(frozen=True, slots=True)
class Tuple(Value):
    """A tuple with known items; ``size`` counts all that nests in it, up to a bound."""

    items: tuple[Value, ...]
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        nested = sum(map(_size, self.items))
        object.__setattr__(self, "size", len(self.items) + nested)
        if nested and self.size > MAX_SIZE:
            object.__setattr__(self, "items", (UNKNOWN,) * len(self.items))
            object.__setattr__(self, "size", len(self.items))


@dataclass(frozen=True, slots=True)
class List(Value):
    """A list, set or deque; its ``Items`` live in the heap."""

    token: Token


@dataclass(frozen=True, slots=True)
class Dict(Value):
    """A dict, a data frame or another thing with keys; its ``Keys`` live in the heap."""

    token: Token


@dataclass(frozen=True, slots=True)
class Items:
    """What a list holds: known items in order, then any number of each of ``rest``."""

    known: tuple[Value, ...] = ()
    rest: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """What a dict holds: values by constant key, then any number of each of ``rest``."""

    known: tuple[tuple[object, Value], ...] = ()
    rest: tuple[Value, ...] = ()

    def get(self, key: object) -> Value | None:
        for name, value in self.known:
            if name == key and type(name) is type(key):
                return value
        return None


@dataclass(frozen=True, slots=True)
class Each(Value):
    """An iterable without identity (generator, zip, map): elements, then a rest."""

    items: Items
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        nested = sum(map(_size, (*self.items.known, *self.items.rest)))
        object.__setattr__(self, "size", len(self.items.known) + nested)
        if nested and self.size > MAX_SIZE:
            object.__setattr__(self, "items", Items((), (UNKNOWN,)))
            object.__setattr__(self, "size", 0)


def _size(value: Value) -> int:
    """How much a value without identity holds: tuples may share parts and double."""
    if isinstance(value, (Tuple, Each)):
        return value.size
    if isinstance(value, OneOf):
        return sum(map(_size, value.values))
    if isinstance(value, Partial):
        return 1 + _size(value.function) + sum(map(_size, value.args.everything()))
    return 0


@dataclass(frozen=True, slots=True)
class Method(Value):
    """A built-in method of a container or string, bound to its receiver."""

    receiver: Value
    name: str


def unite(values: Iterable[Value]) -> Value:
    """Joins the values of several ways into one.

    Constants None beside something else stay, so that ``None`` can be told from an
    encoder; too many alternatives, or an unknown one, make the result unknown.
    """
    found: list[Value] = []
    values = tuple(values)
    for value in values:
        for part in value.values if isinstance(value, OneOf) else (value,):
            if part is UNKNOWN:
                return UNKNOWN
            if isinstance(part, Store) and part in found:
                before = found[found.index(part)]
                if isinstance(before, Store):
                    found[found.index(part)] = before.joined(part)
            elif part is not BOTTOM and part not in found:
                found.append(part)
    if len(found) == 1:
        return found[0]
    if any(isinstance(part, Text) for part in found):
        return UNKNOWN
    if not found and BOTTOM in values:
        return BOTTOM
    if not found or len(found) > MAX_ALTERNATIVES:
        return UNKNOWN
    return OneOf(tuple(found))


def alternatives(value: Value) -> tuple[Value, ...]:
    """The alternatives of a value: itself, unless it is one of several."""
    return value.values if isinstance(value, OneOf) else (value,)


def is_opaque(value: Value) -> bool:
    """Whether the value tells a function nothing that its parameter would not."""
    if isinstance(value, Const):
        return not isinstance(value.value, str)
    if isinstance(value, Text):
        return all(isinstance(part, (Const, Unknown)) for part in value.parts)
    return isinstance(value, (Unknown, Bottom, Symbol, Given, External, Length))


def entry_of(value: Value, fact: str) -> Entry | None:
    """The catalogue's entry of a kind at an API value, or None."""
    return value.node.facts.get(fact) if isinstance(value, Api) else None

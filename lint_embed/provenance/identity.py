"""Which model an encoder is: what the arguments of a call say of its space."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lint_embed.catalogue import Entry, pieces_of, spaces
from lint_embed.provenance import places
from lint_embed.provenance.values.base import UNKNOWN, Symbol, Token, Trail, Value
from lint_embed.provenance.values.callables import Args
from lint_embed.provenance.values.constants import NO_NAMES, Begun, Const, Opened, names_of
from lint_embed.provenance.values.containers import Each, List, Tuple
from lint_embed.provenance.values.imports import Captured
from lint_embed.provenance.values.joining import alternatives
from lint_embed.provenance.values.vectors import Space

if TYPE_CHECKING:
    from lint_embed.provenance.interpreter import Interpreter

TEXTS = (0, "input", "inputs", "sentences", "texts")
"""Where the texts stand, if an entry doesn't say."""


def models(run: Interpreter, entry: Entry, calls: Captured, path: str) -> tuple[Value, ...]:
    """The argument that names the model, as alternatives; UNKNOWN when it is hidden."""
    args = calls.args
    if entry.get("called"):
        return (Const(pieces_of(path.partition("(")[0])[-1]),)
    if entry.get("name") is not None:
        return (Const(entry.get("name")),)
    if entry.get("model") is None and "object_model" not in entry.data:
        return (UNKNOWN,)
    found = _named_model(run, entry, calls)
    if found is None or found == Const(None):
        default = _default(entry, calls)
        hidden = args.open or default is None
        return (UNKNOWN,) if hidden else (Const(default, weak=True),)
    return alternatives(found)


def _named_model(run: Interpreter, entry: Entry, calls: Captured) -> Value | None:
    """The argument with the model: of the call, of one before it, or of the first."""
    found = _along(run, entry.get("model"), calls)
    if found is None and entry.get("object_model") is not None:
        found = calls.first().args.find(entry.get("object_model"))
    return found


def _along(run: Interpreter, spec: Any, calls: Captured) -> Value | None:
    """An argument of the last call of a path, or by keyword of one before it."""
    found = places.first(run, calls.args, spec)
    by_keyword = [[one for one in part if isinstance(one, str)] for part in places.specs_of(spec)]
    before = calls.before
    while found is None and before is not None:
        found, before = places.first(run, before.args, by_keyword), before.before
    return found


def _default(entry: Entry, calls: Captured) -> object:
    """The model that is taken when none is named."""
    rule = entry.get("default_by")
    if rule is None:
        return entry.get("default")
    call: Captured | None = calls
    while call is not None:
        chosen = call.args.find(rule["argument"])
        if chosen is not None:
            return rule["values"].get(chosen.value) if isinstance(chosen, Const) else None
        call = call.before
    return None


def interface_of(entry: Entry, args: Args) -> Any:
    """The names of what an encoder can do that a call makes, as an argument may choose them."""
    rule = entry.get("interface_by")
    chosen = args.find(rule["argument"]) if rule is not None else None
    if rule is not None and isinstance(chosen, Const) and str(chosen.value) in rule["values"]:
        return rule["values"][str(chosen.value)]
    return entry.get("interface")


def space_named(
    run: Interpreter, entry: Entry, calls: Captured, model: Value, token: Token, path: str
) -> Space:
    """The space of the encoder that a call makes with this model."""
    args, site = calls.args, calls.site
    library, variant = entry.library, variants(run, entry.get("variant"), calls)
    identity = entry.get("identity", "model")
    made = Trail(site, "")
    dimension = _dimension(entry, args)
    if identity == "object":
        name = callable_name(path)
        return Space(
            token, own=True, variant=variant, written=name, library=library,
            dimension=dimension, origin=made,
        )  # fmt: skip
    if identity == "stateless":
        return _stateless(entry, args, token, made, path)
    written = model.value if isinstance(model, Const) else None
    in_file = isinstance(written, Opened)
    if not isinstance(written, str) or in_file or is_random(entry, args, written):
        return Space(
            token, resolved=False, variant=variant, library=library,
            dimension=dimension, origin=made,
            called=model if isinstance(model, Symbol) else None,
        )  # fmt: skip
    given = _named_model(run, entry, calls)
    is_default = given in (None, Const(None)) and _default(entry, calls) == written
    is_default = is_default or _is_unwritten(entry, path)
    written = _with_parts(entry, args, written)
    if written is None:
        return Space(token, resolved=False, variant=variant, library=library, origin=made)
    identifier = spaces.canonical(written, entry.get("hub"))
    server = _server(entry, calls)
    if server is not None:
        identifier = spaces.elsewhere(identifier)
    return Space(
        identifier,
        resolved=not spaces.opaque(identifier),
        variant=variant,
        written=written,
        library=library,
        dimension=spaces.dimension(identifier) or dimension,
        origin=_named(model, made),
        weak=model.weak if isinstance(model, Const) else False,
        given=names_of(model),
        chosen=run.choice | (model.chosen if isinstance(model, Const) else NO_NAMES),
        default_of=callable_name(path) if is_default else None,
        server=server if spaces.borrowed(identifier) else None,
    )


def _dimension(entry: Entry, args: Args) -> int | None:
    """The length of the vectors: what an argument gives, else what the entry says."""
    given = args.find(entry.get("dimension_argument", ()))
    if isinstance(given, Const) and isinstance(given.value, int):
        return given.value
    dimension: int | None = entry.get("dimension")
    return dimension


def _with_parts(entry: Entry, args: Args, written: str) -> str | None:
    """A model's name with the parts that further arguments add; None where one is not known."""
    for name, spec in entry.get("parts", {}).items():
        part = args.find(spec)
        if part is None and not args.open and name in entry.get("part_defaults", {}):
            part = Const(entry.get("part_defaults")[name])
        if isinstance(part, Const) and part.value is not None:
            written = f"{written}/{part.value}"
        elif part is not None or args.open:
            return None
    return written


def _server(entry: Entry, calls: Captured) -> str | None:
    """What is named instead of the vendor's own servers; an address not known is taken for one."""
    rule = entry.get("server")
    for args in (calls.args, calls.first().args) if rule is not None else ():
        found = args.find(rule["argument"])
        address = found.value if isinstance(found, Const) else None
        if isinstance(address, str):
            return None if rule.get("own", " ") in address else address
    return None


def _is_unwritten(entry: Entry, path: str) -> bool:
    """Whether a callable stands for a model of which its name tells nothing."""
    name = re.sub(r"[^a-z0-9]", "", str(entry.get("name", "")).lower())
    return (
        "call" in entry.data and bool(name) and name not in re.sub(r"[^a-z0-9]", "", path.lower())
    )


def _named(model: Value, made: Trail) -> Trail:
    """Where the model was loaded, after the place of its name if that is elsewhere."""
    if isinstance(model, Const) and model.trail is not None:
        words = model.trail.message or "is named here"
        return Trail(made.site, made.message, replace(model.trail, message=words))
    return made


def _stateless(entry: Entry, args: Args, token: Token, made: Trail, path: str) -> Space:
    name = callable_name(path)
    values = [*args.positional, *(value for _, value in args.keywords)]
    if args.open or not all(isinstance(value, Const) for value in values):
        return Space(token, resolved=False, library=entry.library, origin=made)
    keys = ["", *(key for key, _ in args.keywords)]
    settings = sorted(f"{key}={value}" for key, value in zip(keys, map(repr, values), strict=False))
    return Space(f"{name}({', '.join(settings)})", written=name, library=entry.library, origin=made)


def callable_name(path: str) -> str:
    """The short name of what an access path calls: ``TfidfVectorizer``, ``clip.load``."""
    names = [piece for piece in pieces_of(path.partition("(")[0]) if piece.isidentifier()]
    if not names:
        return path
    return names[-1] if names[-1][:1].isupper() or len(names) < 2 else ".".join(names[-2:])


def is_random(entry: Entry, args: Args, model: str = "") -> bool:
    for condition in entry.get("random_if", {}).values():
        if model.startswith(condition.get("unless", " ")):
            continue
        found = args.find(condition["argument"])
        values = condition["values"]
        if found == Const(None) and ("missing" in values or "none" in values):
            return True
        if found is None:
            if "missing" in values and not args.open:
                return True
        elif not isinstance(found, Const) or found.value in set(values) - {"missing", "none"}:
            return True
    return False


def variants(
    run: Interpreter, specs: Mapping[str, Any] | None, calls: Captured
) -> frozenset[tuple[str, object]]:
    """The variants that a call's arguments choose; None stands for an unknown choice."""
    found: set[tuple[str, object]] = set()
    for name, spec in (specs or {}).items():
        by_value = spec if isinstance(spec, dict) else {"argument": spec}
        value = _along(run, by_value["argument"], calls)
        if value is None or value == Const(None):
            continue
        choice = value.value if isinstance(value, Const) and not value.weak else None
        if "values" not in by_value:
            found.add((name, choice))
        elif choice in by_value["values"]:
            found.add((name, by_value["values"][choice]))
    return frozenset(found)


def role_of(run: Interpreter, entry: Entry, calls: Captured, model: object) -> str | None:
    """The role that a call encodes in, by its name, an argument or the prompt in its texts."""
    found = _along(run, entry.get("role_argument"), calls)
    if isinstance(found, Const):
        for role, values in entry.get("role_values", {}).items():
            if found.value in values:
                return str(role)
    if entry.get("role") is not None:
        return str(entry.get("role")) if found in (None, Const(None)) else None
    return _prompted(run, calls.args.find(entry.get("input", TEXTS)), model)


def _prompted(run: Interpreter, text: Value | None, model: object) -> str | None:
    """The role that the texts themselves ask for, where all that are known agree."""
    from lint_embed.provenance import containers

    if not isinstance(model, str) or text is None:
        return None
    if isinstance(text, (List, Tuple, Each)):
        items = containers.items_of(run, text)
        texts: tuple[Value, ...] = (*items.known, *items.rest) if items is not None else ()
    else:
        texts = (text,)
    begins = [one.value for one in texts if isinstance(one, (Const, Begun))]
    if len(begins) < len(texts) or not all(isinstance(one, str) for one in begins):
        return None
    roles = {spaces.prompted(model, begin) for begin in begins}
    return roles.pop() if len(roles) == 1 else None

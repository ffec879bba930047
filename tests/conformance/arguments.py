"""The arguments that an entry names, and whether a signature has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from calls import Parameter, Signature

Entry = Mapping[str, Any]

# The keys that hold one argument.
_ARGUMENTS = (
    "model", "input", "role_argument", "dimension_argument", "of", "axis", "subscripts", "axes",
    "function", "over", "path",
)  # fmt: skip


def arguments_of(entry: Entry) -> Iterator[tuple[str, list[Any]]]:
    """The arguments that an entry names, with their key."""
    for key in _ARGUMENTS if "call" in entry or "at" in entry else ():
        if isinstance(entry.get(key), list):
            yield key, entry[key]
    if "object_model" in entry:
        yield "object_model", entry["object_model"]
    for key in ("parts", "variant"):
        for name, argument in entry.get(key, {}).items():
            yield f"{key}.{name}", argument
    for name, rule in entry.get("random_if", {}).items():
        yield f"random_if.{name}", rule["argument"]
    for number, argument in enumerate(entry.get("between", ()), 1):
        yield f"between {number}", argument


def mismatch(signature: Signature, name: str, argument: list[Any]) -> str | None:
    """What is wrong with an argument's keywords and positions, or None."""
    words = [one for one in argument if isinstance(one, str)]
    places = [one for one in argument if isinstance(one, int)]
    for place in places:
        parameter = signature.at(place)
        if parameter is None:
            if not signature.star:
                return f"{name}: no position {place}"
        elif words and not parameter.positional_only and not set(words) & set(parameter.names):
            return f"{name}: position {place} is {parameter.names[0]!r}"
    if words and not any(takes(signature, word) for word in words):
        by_place = [signature.at(place) for place in places]
        if not any(one is not None and one.positional_only for one in by_place):
            return f"{name}: no parameter {' or '.join(map(repr, words))}"
    if name == "model" or name.startswith("parts."):
        return _unstated_place(signature, name, words, places)
    return None


def _unstated_place(
    signature: Signature, name: str, words: list[str], places: list[int]
) -> str | None:
    """The model of a positional call must not be taken for the default."""
    for word in words if not places else ():
        parameter = signature.named(word)
        if parameter is not None and parameter.position is not None:
            return f"{name}: {word!r} may also stand at position {parameter.position}"
    return None


def takes(signature: Signature, word: str) -> bool:
    """Whether a call may be given this keyword."""
    return signature.named(word) is not None or signature.double_star


def parameters(signature: Signature, argument: list[Any]) -> Iterator[Parameter]:
    """The parameters that an argument may stand in and that have a default."""
    for word in argument:
        found = signature.named(word) if isinstance(word, str) else signature.at(word)
        if found is not None and found.default is not None:
            yield found

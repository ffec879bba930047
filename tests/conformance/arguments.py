"""The arguments that an entry names, and whether a signature has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from calls import Parameter, Signature

Entry = Mapping[str, Any]

# The keys that hold one argument.
_ARGUMENTS = (
    "argument", "input", "dimension_argument", "of", "axis", "axes",
    "function", "path", "subscripts",
)  # fmt: skip
_INSIDE = ("[", ".", "*")
# The keys that hold a place, or several: an argument and perhaps paths inside of it.
_PLACES = (
    "vectors", "texts", "beside", "filter", "embedding", "over", "value", "store", "statement",
    "beginnings", "columns",
)  # fmt: skip


def arguments_of(entry: Entry) -> Iterator[tuple[str, list[Any]]]:
    """The arguments that an entry names, with their key."""
    for key in _ARGUMENTS if "call" in entry or "at" in entry else ():
        if isinstance(entry.get(key), list) and entry[key] != ["*"]:
            yield key, entry[key]
    yield from _places("model", entry.get("model"))
    yield from _places("role_argument", entry.get("role_argument"))
    if "object_model" in entry:
        yield "object_model", entry["object_model"]
    if "server" in entry:
        yield "server", entry["server"]["argument"]
    for key in _PLACES:
        yield from _places(key, entry.get(key))
    for piece, place in entry.get("key", {}).items():
        # Where the memory of the process is meant, the argument only stands for none.
        if not str(entry.get("key_default", {}).get(piece, "")).startswith(":"):
            yield from _places(f"key.{piece}", place)
    for number, name in enumerate(entry.get("fields", ())):
        yield f"fields {number}", [name]
    if "empty_if" in entry:
        yield "empty_if", entry["empty_if"]["argument"]
    for name, argument in entry.get("parts", {}).items():
        yield f"parts.{name}", argument
    for name, place in entry.get("variant", {}).items():
        yield from _places(
            f"variant.{name}", place.get("argument") if isinstance(place, dict) else place
        )
    for name, rule in entry.get("random_if", {}).items():
        yield f"random_if.{name}", rule["argument"]
    for number, argument in enumerate(entry.get("transposed", ()), 1):
        yield f"transposed {number}", argument
    for number, argument in enumerate(entry.get("between", ()), 1):
        yield f"between {number}", argument


def _places(key: str, place: object) -> Iterator[tuple[str, list[Any]]]:
    """The arguments of a place, without what leads on inside of them."""
    if not isinstance(place, list):
        return
    if any(isinstance(one, list) for one in place):
        for one in place:
            yield from _places(key, one)
        return
    argument = [one for one in place if isinstance(one, int) or not one.startswith(_INSIDE)]
    if argument:
        yield key, argument


def mismatch(signature: Signature, name: str, argument: list[Any]) -> str | None:
    """What is wrong with an argument's keywords and positions, or None.

    Of several positions one must be right: others are those of older releases. What isn't
    there at all is no matter of one call: `unseen` tells of what no call of an entry has.
    """
    words = [one for one in argument if isinstance(one, str)]
    places = [one for one in argument if isinstance(one, int)]
    verdicts = [_at(signature, words, place) for place in places]
    wrong = [one for one in verdicts if one is not None]
    if wrong and len(wrong) == len(places):
        return f"{name}: {wrong[0]}"
    if words and not is_place(name) and not any(takes(signature, word) for word in words):
        by_place = [signature.at(place) for place in places]
        if not any(one is not None and one.positional_only for one in by_place):
            return f"{name}: no parameter {' or '.join(map(repr, words))}"
    if name == "model" or name.startswith("parts."):
        return _unstated_place(signature, name, words, places)
    return None


def _at(signature: Signature, words: list[str], place: int) -> str | None:
    parameter = signature.at(place)
    if parameter is None:
        return None
    if words and not parameter.positional_only and not set(words) & set(parameter.names):
        return f"position {place} is {parameter.names[0]!r}"
    return None


def is_place(name: str) -> bool:
    """Whether an argument is looked for in each of an entry's calls, but need not be there."""
    return name in (*_PLACES, "empty_if", "server") or name.startswith(("key.", "fields "))


def seen_in(signature: Signature, name: str, argument: list[Any]) -> Iterator[str]:
    """The keywords and positions of an argument that the signature has, as marks."""
    words = [one for one in argument if isinstance(one, str)]
    for one in argument:
        if isinstance(one, str):
            if takes(signature, one):
                yield one
        elif (signature.at(one) or signature.star) and _at(signature, words, one) is None:
            yield f"{name} at {one}"


def unseen(entry: Entry, seen: set[str]) -> Iterator[str]:
    """What is wrong with an entry of which only this much was seen in any release."""
    for name, argument in arguments_of(entry):
        for one in argument:
            if isinstance(one, str) and one not in seen:
                yield f"{name}: nothing takes the keyword {one!r}"
            elif isinstance(one, int) and f"{name} at {one}" not in seen:
                yield f"{name}: nothing takes it at position {one}"


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


def parameters(signature: Signature, entry: Entry) -> Iterator[Parameter]:
    """The parameters that may name an entry's model and that have a default."""
    for word in (word for _, one in _places("model", entry.get("model")) for word in one):
        found = signature.named(word) if isinstance(word, str) else signature.at(word)
        if found is not None and found.default is not None:
            yield found

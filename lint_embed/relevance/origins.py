"""Where encoders are made in a file, told from its text and its imports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from lint_embed.relevance.imports import Import
from lint_embed.relevance.libraries import (
    callables_of,
    checkpoints_of,
    client_words,
    components_of,
    makers,
    names_of,
    speaks_of,
    spelled,
    takers_of,
    values_of,
    weights_of,
)

_DIRECTIVE = re.compile(r"#[ \t]*lint-embed:[^\n#]*\b(?:space|reveal)\b")
CHECKPOINT = re.compile(
    r"[\w})\]]\.(?:pt|pth|pt2|bin|ckpt|safetensors|pkl|pickle|h5|hdf5|keras|tar|t7|model|npz|weights)"
    r"[\"']"
)
"""Finds the written-out name of a file that may hold the weights of a network."""
_NAMED = re.compile(rf"^(\w+)[^\n=]*=[^\n]*{CHECKPOINT.pattern}", re.MULTILINE)


FAR = 200
"""No access path is longer, in characters, with the white space in it."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """Finds access paths in some code; each ends with one of some names."""

    ends: frozenset[str]
    pattern: re.Pattern[str]

    def found(self, names: AbstractSet[str], members: AbstractSet[str], code: str) -> bool:
        """Whether code with these names, and members of names, has one of the paths."""
        return self.may_end_with(names, members) and self.pattern.search(code) is not None

    def may_end_with(self, names: AbstractSet[str], members: AbstractSet[str]) -> bool:
        """Whether the last name of a path is among some names."""
        return not (self.ends.isdisjoint(members) and self.ends.isdisjoint(names))

    def stands_in(self, text: str) -> bool:
        """Whether a file has one of the paths; looks only where one may end."""
        for end in self.ends:
            at = text.find(end)
            while at != -1:
                after = at + len(end)
                if self.pattern.search(text, max(0, at - FAR), after + 1) is not None:
                    return True
                at = text.find(end, after)
        return False


@dataclass(frozen=True, slots=True)
class Origin:
    """Tells in which parts of a file encoders are made.

    ``direct`` are names that make one; ``through`` are names of clients and of classes,
    with the members that do; ``anywhere`` are members that do it for any object; ``below``
    finds what does it in a module that was imported as one of ``modules``; ``values`` finds
    strings that name published vectors. ``read`` finds what reads a checkpoint: that makes
    an encoder where a network takes it by one of the methods ``taken_by``, or where a file
    is named, if by a variable that is among ``named``. ``everywhere``: a directive asks about
    any value of the file.
    """

    direct: frozenset[str] = frozenset()
    through: tuple[tuple[str, frozenset[str]], ...] = ()
    anywhere: frozenset[str] = frozenset()
    below: Spelled | None = None
    modules: frozenset[str] = frozenset()
    values: tuple[re.Pattern[str], ...] = ()
    read: Spelled | None = None
    taken_by: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    everywhere: bool = False

    def found(
        self,
        names: AbstractSet[str],
        members: AbstractSet[str],
        code: str,
        text: str,
        used: Callable[[], AbstractSet[str]] | None = None,
    ) -> bool:
        """Whether a part with these names, and members of names, makes an encoder.

        ``used`` tells those of the names that do more than to say what something is.
        """
        return (
            self.everywhere
            or (
                not self.direct.isdisjoint(names)
                and (used is None or not self.direct.isdisjoint(used()))
            )
            or not self.anywhere.isdisjoint(members)
            or any(name in names and not words.isdisjoint(members) for name, words in self.through)
            or (
                self.below is not None
                and not self.modules.isdisjoint(names)
                and self.below.found(names, members, code)
            )
            or any(pattern.search(text) is not None for pattern in self.values)
            or (
                self.read is not None
                and self.read.found(names, members, code)
                and (
                    not self.taken_by.isdisjoint(members)
                    or not self.named.isdisjoint(names)
                    or CHECKPOINT.search(text) is not None
                )
            )
        )

    def concerns(self, names: AbstractSet[str], members: AbstractSet[str]) -> bool:
        """Whether a part with these names may make an encoder; its text is not looked at."""
        return bool(
            self.everywhere
            or self.values
            or not self.direct.isdisjoint(names)
            or not self.anywhere.isdisjoint(members)
            or any(name in names for name, _ in self.through)
            or (self.below is not None and self.below.may_end_with(names, members))
            or (self.read is not None and self.read.may_end_with(names, members))
        )

    def stands_in(self, text: str) -> bool:
        """Whether anything of it stands in a file."""
        return (
            bool(self.direct or self.through)
            or any(word in text for word in self.anywhere)
            or any(spelled.stands_in(text) for spelled in (self.below, self.read) if spelled)
            or any(values.search(text) is not None for values in self.values)
        )


def origin_of(
    text: str, imported: Sequence[Import], extra: AbstractSet[str], stores: bool
) -> Origin | None:
    """Tells in which parts of a file encoders are made, or stores if these count; None when
    there can be none."""
    if "lint-embed:" in text and _DIRECTIVE.search(text) is not None:
        return Origin(everywhere=True)
    own = frozenset(word for word in extra if word in text)
    tops = makers(one.module.split(".")[0] for one in imported if not one.level)
    speaking = {top for top in tops if speaks_of(top, text, stores)}
    if not (speaking or own):
        return None
    direct, through = set(own), dict[str, frozenset[str]]()
    below, read = dict[str, str](), dict[str, str]()
    for one in imported:
        top = one.module.split(".")[0]
        if top in extra:
            direct.add(one.alias)
        if one.level or top not in speaking:
            continue
        words = names_of(top, stores)
        read.update(_spellings(checkpoints_of(top), one))
        if one.member == "*":
            direct |= words
        elif one.member in words:
            direct.add(one.alias)
        elif one.member is None and not client_words(top):
            below.update(_spellings(callables_of(top, stores), one))
        elif one.member is None or one.member in components_of(top):
            through[one.alias] = through.get(one.alias, frozenset()) | words
    origin = Origin(
        frozenset(direct),
        tuple(through.items()),
        frozenset().union(*(weights_of(top) for top in speaking)),
        _spelled(below),
        frozenset(one.alias for one in imported if one.member is None),
        tuple(values for top in speaking if (values := values_of(top)) is not None),
        _spelled(read),
        frozenset().union(*(takers_of(top) for top in speaking)),
        frozenset(_NAMED.findall(text)) if read else frozenset(),
    )
    return origin if origin.stands_in(text) else None


def _spellings(paths: Iterable[str], one: Import) -> Iterator[tuple[str, str]]:
    """How a file with one of its imports may spell the access paths of a library: patterns,
    with the names that they end with."""
    if one.member == "*":
        module, names = one.module, {path[len(one.module) + 1 :] for path in paths}
        yield from (
            (rf"\b{re.escape(name)}\b", name.rpartition(".")[2])
            for name in names
            if name and f"{module}.{name}" in paths
        )
        return
    parts = one.module.split(".")
    module = one.module if one.member is None else f"{one.module}.{one.member}"
    if one.member is None and one.alias == parts[0]:
        module = parts[0]
    for path in paths:
        if (found := spelled(path, module, one.alias)) is not None:
            yield found, one.alias if path == module else path.rpartition(".")[2]


def _spelled(patterns: dict[str, str]) -> Spelled | None:
    if not patterns:
        return None
    return Spelled(frozenset(patterns.values()), re.compile("|".join(patterns)))

"""What is known of models: one id for their many names, dimensions, aligned families.

The facts stand in ``spaces.toml``; how hubs write ids in ``hubs.py``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from lint_embed.catalogue.facts import Facts, all_facts
from lint_embed.catalogue.hubs import HUBS, canonical, find

__all__ = [
    "HUBS", "aligned", "asymmetric", "borrowed", "canonical", "dimension", "elsewhere",
    "families", "is_known", "is_prompt", "opaque", "prompted", "reducible",
    "repository", "symmetric",
]  # fmt: skip

_HUB_PREFIX = re.compile(r"[a-z0-9_-]+:")
_WORD = re.compile(r"[a-z]+|\d+")
_OPAQUE = ("azure:", "endpoint:")


def dimension(model: str) -> int | None:
    """The native length of the vectors of a canonical id, where it is known."""
    facts = all_facts()
    length = facts.dimensions.get(model) or facts.dimensions.get(_architecture(model))
    if length is not None:
        return length
    for pattern, constant in facts.patterns:
        match = pattern.fullmatch(model)
        if match:
            return constant or int(match[1])
    return None


def _architecture(model: str) -> str:
    """An id without the part that names the weights; empty when it has none."""
    if model.startswith("timm/"):
        return model.partition(".")[0]
    return model.rpartition("/")[0] if _HUB_PREFIX.match(model) else ""


def repository(written: str) -> str | None:
    """The repository of the hub that a name stands for, where that is certain: a known
    model of an organisation under whose name no provider hosts others."""
    model = canonical(written, "sentence-transformers")
    organisation, slash, name = model.partition("/")
    facts = all_facts()
    if not slash or model not in facts.known or organisation in facts.providers:
        return None
    spelled = written if "/" in written else f"{organisation}/{written}"
    return spelled if spelled.lower() == f"{organisation}/{name}" and ":" not in model else None


def is_known(model: str) -> bool:
    """Whether a canonical id is one that the tables name."""
    return model in all_facts().known


def families(model: str) -> frozenset[str]:
    """The names of the aligned families that a canonical id is in."""
    return all_facts().families.get(model, frozenset())


def aligned(a: str, b: str, extra: Collection[frozenset[str]] = ()) -> bool:
    """Whether two canonical ids share a space: equal, of one family, or of a set of ``extra``.

    So may a model and a folder of its name, or of one that names none, which most often
    holds a copy of it, and two files of which one says by its name that it was aligned.
    """
    if a == b or not families(a).isdisjoint(families(b)) or _is_copy(a, b):
        return True
    if _is_untagged(a, b) or _is_untagged(b, a):
        return True
    if a.startswith("path:") and b.startswith("path:") and (_says_aligned(a) or _says_aligned(b)):
        return True
    return any(a in members and b in members for members in extra)


def _is_untagged(a: str, b: str) -> bool:
    """Whether one is an architecture of timm without its weights: a release chooses which."""
    return a.startswith("timm/") and "." not in a and b.partition(".")[0] == a


def _says_aligned(path: str) -> bool:
    return all_facts().alignments.search(path) is not None


def _is_copy(a: str, b: str) -> bool:
    if a.startswith("path:") and b.startswith("path:"):
        return _copied(a) is not None and _copied(a) == _copied(b)
    for folder, model in ((a, b), (b, a)):
        if folder.startswith("path:"):
            facts = all_facts()
            name = folder.rpartition("/")[2].removeprefix("path:").lower()
            copied = _copied(folder)
            is_named = copied == model or name == model.rpartition("/")[2]
            is_trained = facts.trained.search(folder) is not None
            return is_named or (
                copied is None and not is_trained and _says_no_more(facts, name, model)
            )
    return False


def _says_no_more(facts: Facts, folder: str, model: str) -> bool:
    """Whether a folder's name has only words of a model's id, and such as tell no model: so is
    called what somebody has copied there. Nobody has what only servers give."""
    known = set(_WORD.findall(model))
    others = [word for word in _WORD.findall(folder) if word not in known]
    return not facts.hosted.fullmatch(model) and all(map(facts.unsaying.fullmatch, others))


@cache
def _copied(path: str) -> str | None:
    """The known model by whose name a folder is called (``name``, ``org_name``), or None."""
    facts = all_facts()
    folder = facts.conversions.sub("", path.rpartition("/")[2].removeprefix("path:").lower())
    for sign in ("--", "_"):
        repository = "/".join(folder.split(sign, 1))
        if repository in facts.known:
            return repository
    return find(folder)


def asymmetric(model: str) -> bool:
    """Whether the model of a canonical id encodes queries and documents differently."""
    return model in all_facts().asymmetric


def names_a_signal(name: str) -> bool:
    """Whether a variable is called after a signal, a spectrum or a series."""
    return all_facts().signals.search(name) is not None


def is_about_signals(program: str) -> bool:
    """Whether a program's text imports a library that works on signals."""
    return all_facts().signal_imports.search(program) is not None


def symmetric(model: str) -> bool:
    """Whether queries may also be compared with queries, by the model's documentation."""
    return model in all_facts().symmetric


def is_prompt(text: str) -> bool:
    """Whether a text begins with a prompt of some model."""
    return text.startswith(all_facts().prompts)


def prompted(model: str, text: str) -> str | None:
    """The role that a text's beginning asks the model of a canonical id for, or None."""
    for beginning, role in all_facts().roles.get(model, {}).items():
        if text.startswith(beginning):
            return role
    return None


def reducible(model: str) -> bool:
    """Whether the model of a canonical id is documented to give shorter vectors on request."""
    return model in all_facts().reducible


def opaque(model: str) -> bool:
    """Whether a canonical id is a name of the user's own (a deployment, an endpoint).

    Such an id says nothing about which model stands behind it.
    """
    return model.startswith(_OPAQUE)


def elsewhere(model: str) -> str:
    """A canonical id as it is met on a server that is not the vendor's.

    Repositories and known models keep their id: servers of open weights use it. What else
    such a server calls its models says nothing.
    """
    tells = "/" in model or opaque(model) or model in all_facts().known
    return model if tells else f"endpoint:{model}"


def borrowed(model: str) -> bool:
    """Whether servers give this canonical id's name to models of their own."""
    return model in all_facts().borrowed

"""What is known of models: one id for their many names, dimensions, aligned families.

The facts stand in ``spaces.toml``; this module holds the ways in which hubs write ids. A
canonical id is ``organisation/name`` in lower case for repositories and hosted models,
``hub:name`` for names that mean something in one library only, ``path:...`` for local
files. Two names become one id by an exact rule or a listed alias, never by likeness.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from lint_embed.catalogue.reader import read

Rule = Callable[[str], str]

_REPOSITORY_HOST = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/|hf://|hf[_-]hub:|@cf/|accounts/[\w-]+/models/"
)
_HUB_PREFIX = re.compile(r"[a-z0-9_-]+:")
_PROVIDER = re.compile(r"([\w-]+)[/:](.+)")
_CACHED = re.compile(r"models--([^/]+?)--([^/]+)")
_CLEAR_PATH = re.compile(
    r"(?:\.{1,2}|~[^/\\]*|\$\{?\w+\}?|[A-Za-z]:)?[\\/]|[.~]$|(?:file|s3|gs|dbfs|local-dir):"
)
_GOOGLE_HEAD = re.compile(r"(?:.*/)?models/|(?:gemini|vertex_ai|google)[/:]")
_BEDROCK_HEAD = re.compile(
    r"(?:bedrock/)?(?:[a-z]+(?:-[a-z]+)+-\d/)?(?:(?:us|eu|apac|global|us-gov|jp|au|ca)\.)?"
)
_AZURE_HEAD = re.compile(r"(?:azure/)?(?:(?:us-gov|us|eu)/)?")
_KAGGLE_STEPS = re.compile(r"/(?:frameworks|variations|versions)(?=/)")
_TFHUB_HOST = re.compile(r"(?:https?://)?(?:www\.)?(?:tfhub\.dev|kaggle\.com/models)/|kaggle:")
_OLLAMA_HOST = re.compile(r"(?:registry\.ollama\.ai/)?(?:library/)?")
_QUANTISED = re.compile(r"[-:](?:qat-)?(?:fp16|f16|fp32|f32|bf16|i?q\d\w*)$")
_LABEL = re.compile(r"text-embedding-(.+?)(?:@\w+)?")
_GPT4ALL_END = re.compile(r"(?:\.gguf2)?(?:[.-](?:f16|f32|q\d\w*))?\.(?:gguf|bin)$")

# Where `organisation/name` is the rule, so that anything longer is a path.
_REPOSITORY_HUBS = frozenset({"huggingface", "sentence-transformers", "fastembed"})
# Where a name may also be that of a folder or a file.
_LOCAL_HUBS = _REPOSITORY_HUBS | {"gensim", "fasttext", "spacy", "flair", "speech", "clip", None}
_OPAQUE = ("azure:", "endpoint:")


@dataclass(frozen=True, slots=True)
class _Facts:
    """``spaces.toml``, ready for look-ups; all names in lower case."""

    dimensions: Mapping[str, int]
    patterns: tuple[tuple[re.Pattern[str], int], ...]
    aliases: Mapping[str, Mapping[str, str]]
    known: frozenset[str]
    bare: Mapping[str, str]
    mirrors: frozenset[str]
    conversions: re.Pattern[str]
    kept_weights: re.Pattern[str]
    folders: frozenset[str]
    files: frozenset[str]
    torchvision_defaults: Mapping[str, str]
    published: tuple[tuple[re.Pattern[str], str], ...]
    providers: Mapping[str, str]
    asymmetric: frozenset[str]
    reducible: frozenset[str]
    symmetric: frozenset[str]
    borrowed: frozenset[str]
    prompts: tuple[str, ...]
    roles: Mapping[str, Mapping[str, str]]
    families: Mapping[str, frozenset[str]]


@cache
def _facts() -> _Facts:
    data = read(Path(__file__).with_name("spaces.toml").read_text("utf-8"))
    dimensions = {
        model: int(length)
        for length, models in data["dimensions"].items()
        for model in models.lower().split()
    }
    aliases = {hub: dict(_pairs(lines)) for hub, lines in data["aliases"].items()}
    traits = {trait: frozenset(ids.lower().split()) for trait, ids in data["traits"].items()}
    families: dict[str, frozenset[str]] = {}
    for family in data["family"]:
        for model in family["members"].lower().split():
            families[model] = families.get(model, frozenset()) | {family["name"]}
    listed = (target for table in aliases.values() for target in table.values())
    known = frozenset(dimensions).union(families, listed, *traits.values())
    names = data["names"]
    return _Facts(
        dimensions=dimensions,
        patterns=tuple(
            (re.compile(pattern), 0 if length == "named" else int(length))
            for length, pattern in data["dimension_patterns"].items()
        ),
        aliases=aliases,
        known=known,
        bare=_bare_names(known),
        mirrors=frozenset(names["mirrors"].split()),
        conversions=re.compile(f"(?:{names['conversions']})+$"),
        kept_weights=re.compile(f"(?:{names['kept_weights']})+$"),
        folders=frozenset(names["folders"].split()),
        files=frozenset(names["files"].split()),
        torchvision_defaults=dict(_pairs(names["torchvision_defaults"])),
        published=tuple((re.compile(file), to) for to, file in data["published"].items()),
        providers={head: hub for hub, heads in data["providers"].items() for head in heads.split()},
        asymmetric=traits["asymmetric"],
        reducible=traits["reducible"],
        symmetric=traits["symmetric"],
        borrowed=traits["borrowed"],
        prompts=tuple(prompt for table in data["prompt"] for prompt in _prompts(table)),
        roles={
            model: _prompts(table)
            for table in data["prompt"]
            for model in table["models"].lower().split()
        },
        families=families,
    )


def _prompts(table: Mapping[str, str]) -> Mapping[str, str]:
    """Beginning of a text -> the role that it asks for."""
    return {table[role]: role for role in ("query", "document") if role in table}


def _pairs(lines: str) -> Iterator[tuple[str, str]]:
    """(other name, first name) of each line's words."""
    for line in lines.lower().splitlines():
        first, *others = line.split() or [""]
        for other in others:
            yield other, first


def _bare_names(known: Iterable[str]) -> Mapping[str, str]:
    """Name without organisation -> id, where only one known id has that name."""
    found: dict[str, set[str]] = {}
    for model in known:
        organisation, slash, name = model.partition("/")
        if slash and ":" not in organisation:
            found.setdefault(name, set()).add(model)
    return {name: models.pop() for name, models in found.items() if len(models) == 1}


# --- Questions ---------------------------------------------------------------------------


@cache
def canonical(written: str, hub: str | None) -> str:
    """The id that all names of one model share.

    ``written`` is the id as it stands in the code, ``hub`` the namespace that the
    catalogue gives for it (one of ``HUBS``), or None when it has none.
    """
    text = written.strip()
    if hub == "local" or _is_path(text, hub):
        return _path(text)
    return _RULES.get(hub, _served_if_known)(text.lower())


def dimension(model: str) -> int | None:
    """The native length of the vectors of a canonical id, where it is known."""
    facts = _facts()
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
    facts = _facts()
    if not slash or model not in facts.known or organisation in facts.providers:
        return None
    spelled = written if "/" in written else f"{organisation}/{written}"
    return spelled if spelled.lower() == f"{organisation}/{name}" and ":" not in model else None


def families(model: str) -> frozenset[str]:
    """The names of the aligned families that a canonical id is in."""
    return _facts().families.get(model, frozenset())


def aligned(a: str, b: str, extra: Collection[frozenset[str]] = ()) -> bool:
    """Whether two canonical ids share a space: equal, of one family, or of a set of ``extra``.

    So may a model and a folder of its name, which most often holds a copy of it.
    """
    if a == b or not families(a).isdisjoint(families(b)) or _is_copy(a, b):
        return True
    return any(a in members and b in members for members in extra)


def _is_copy(a: str, b: str) -> bool:
    if a.startswith("path:") and b.startswith("path:"):
        return _copied(a) is not None and _copied(a) == _copied(b)
    for folder, model in ((a, b), (b, a)):
        if folder.startswith("path:"):
            name = folder.rpartition("/")[2].removeprefix("path:").lower()
            return _copied(folder) == model or name == model.rpartition("/")[2]
    return False


@cache
def _copied(path: str) -> str | None:
    """The known model by whose name a folder is called (``name``, ``org_name``), or None."""
    facts = _facts()
    folder = facts.conversions.sub("", path.rpartition("/")[2].removeprefix("path:").lower())
    for sign in ("--", "_"):
        repository = "/".join(folder.split(sign, 1))
        if repository in facts.known:
            return repository
    return _find(folder)


def asymmetric(model: str) -> bool:
    """Whether the model of a canonical id encodes queries and documents differently."""
    return model in _facts().asymmetric


def symmetric(model: str) -> bool:
    """Whether queries may also be compared with queries, by the model's documentation."""
    return model in _facts().symmetric


def is_prompt(text: str) -> bool:
    """Whether a text begins with a prompt of some model."""
    return text.startswith(_facts().prompts)


def prompted(model: str, text: str) -> str | None:
    """The role that a text's beginning asks the model of a canonical id for, or None."""
    for beginning, role in _facts().roles.get(model, {}).items():
        if text.startswith(beginning):
            return role
    return None


def reducible(model: str) -> bool:
    """Whether the model of a canonical id is documented to give shorter vectors on request."""
    return model in _facts().reducible


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
    tells = "/" in model or opaque(model) or model in _facts().known
    return model if tells else f"endpoint:{model}"


def borrowed(model: str) -> bool:
    """Whether servers give this canonical id's name to models of their own."""
    return model in _facts().borrowed


# --- Paths -------------------------------------------------------------------------------


def _is_path(text: str, hub: str | None) -> bool:
    if _CLEAR_PATH.match(text) or ("\\" in text and "://" not in text):
        return True
    if hub not in _LOCAL_HUBS or "://" in text or _REPOSITORY_HOST.match(text):
        return False
    facts = _facts()
    folder, slash, rest = text.lower().partition("/")
    if "." in text and text.lower().rpartition(".")[2] in facts.files:
        return True
    if hub in _REPOSITORY_HUBS and ("/" in rest or (slash and not rest)):
        # Only a folder within a known repository is written with a second slash.
        return not _find("/".join(text.lower().split("/")[:2]))
    # Google writes `models/name`, so that without a hub a known name is no path.
    return bool(slash) and folder in facts.folders and (hub is not None or not _find(rest))


def _path(text: str) -> str:
    plain = text.removeprefix("file://").removeprefix("local-dir:").replace("\\", "/")
    cached = _CACHED.search(plain)
    if cached:
        return _repository(f"{cached[1]}/{cached[2]}".lower())
    file = plain.rstrip("/").rpartition("/")[2].lower()
    for pattern, model in _facts().published:
        match = pattern.fullmatch(file)
        if match:
            return match.expand(model)
    return f"path:{posixpath.normpath(plain)}"


# --- Rules of the hubs: from a name in lower case to the canonical id -----------------------


def _find(name: str) -> str | None:
    """The known model of this name, with or without its organisation, or None."""
    facts = _facts()
    for spelling in (name, facts.conversions.sub("", name)):
        alias = facts.aliases["any"].get(spelling)
        if alias or spelling in facts.known:
            return alias or spelling
        if spelling in facts.bare:
            return facts.bare[spelling]
        organisation, slash, bare = spelling.partition("/")
        if slash and organisation in facts.mirrors and bare in facts.bare:
            return facts.bare[bare]
    _, slash, bare = facts.kept_weights.sub("", name).partition("/")
    if slash and facts.kept_weights.search(name):  # a format's name: whoever converted it
        return facts.bare.get(bare)
    return None


def _alias(hub: str, name: str) -> str | None:
    return _facts().aliases.get(hub, {}).get(name)


def _repository(name: str) -> str:
    name = _REPOSITORY_HOST.sub("", name, count=1)
    if name.startswith(("http://", "https://")):
        return f"endpoint:{name}"
    return _find(name) or (_facts().kept_weights.sub("", name) if "/" in name else name)


def _huggingface(name: str) -> str:
    """A bare name is one of the old ones, or a hosted model; never a short form."""
    found = _repository(name)
    short = "/" not in name and found.startswith("sentence-transformers/")
    return name if short else found


def _sentence_transformers(name: str) -> str:
    if "/" in name or _alias("any", name):
        return _repository(name)
    return _repository(f"sentence-transformers/{name}")


def _provided(name: str) -> str | None:
    """The id of ``provider/model``, or None when the head is no provider."""
    match = _PROVIDER.fullmatch(name)
    hub = _facts().providers.get(match[1]) if match else None
    return _RULES[hub](match[2]) if match and hub else None


def _served(name: str) -> str:
    """Names that servers of the OpenAI protocol, and routers, understand."""
    name = name.removeprefix("models/")
    return _find(name) or _provided(name) or _labelled(name) or _repository(name)


def _labelled(name: str) -> str | None:
    """A known model under the label that desktop servers give it, or None."""
    match = _LABEL.fullmatch(name)
    return _find(match[1]) if match else None


def _served_if_known(name: str) -> str:
    """Without a hub a head is taken for a provider only when the rest is a known model."""
    found = _find(name.removeprefix("models/"))
    if found:
        return found
    provided = _provided(name)
    return provided if provided in _facts().known else _repository(name)


def _vendor(hub: str, organisation: str, heads: tuple[str, ...], name: str) -> str:
    for head in heads:
        name = name.removeprefix(head)
    full = name if "/" in name else f"{organisation}/{name}"
    return _alias(hub, name) or _find(full) or _find(name) or full


_cohere = partial(_vendor, "cohere", "cohere", ("cohere/", "cohere."))


def _google(name: str) -> str:
    if "/endpoints/" in name:
        return f"endpoint:{name}"
    while head := _GOOGLE_HEAD.match(name):
        name = name[head.end() :]
    return _vendor("google", "google", (), name)


def _bedrock(name: str) -> str:
    if name.startswith("arn:"):
        if "foundation-model/" not in name and ":inference-profile/" not in name:
            return f"endpoint:{name}"
        name = name.rpartition("/")[2]
    name = _BEDROCK_HEAD.sub("", name, count=1)
    if name.startswith("cohere."):
        return _cohere(name if _find(name[7:]) else name.removesuffix(":0"))
    return _find(name) or _find(name.removesuffix(":0")) or name


def _azure(name: str) -> str:
    name = _AZURE_HEAD.sub("", name, count=1)
    return _find(name) or f"azure:{name}"


def _ollama(name: str) -> str:
    if _REPOSITORY_HOST.match(name):
        return _repository(name.partition(":")[0] if "://" not in name else name)
    name = _OLLAMA_HOST.sub("", name, count=1).removesuffix(":latest")
    plain = _QUANTISED.sub("", name)
    return _alias("ollama", name) or _alias("ollama", plain) or _find(name) or name


def _clip(name: str) -> str:
    return _alias("clip", name) or _find(name) or f"clip:{name}"


def _open_clip(name: str) -> str:
    if _REPOSITORY_HOST.match(name):
        return _repository(name)
    model, _, tag = name.rpartition("/")
    if not model:
        return f"open_clip:{name}"
    model, tag = model.replace("/", "-"), tag.replace("-", "_")
    plain = f"{model.removesuffix('-quickgelu')}/{tag}"
    return _alias("open_clip", plain) or f"open_clip:{model}/{tag}"


def _timm(name: str) -> str:
    name = _REPOSITORY_HOST.sub("", name, count=1).removeprefix("timm/")
    return _alias("timm", name) or (_repository(name) if "/" in name else f"timm/{name}")


def _torchvision(name: str) -> str:
    model, _, weights = name.partition("/")
    weights = weights.rpartition(".")[2]
    if weights == "default":
        weights = _facts().torchvision_defaults.get(model, "imagenet1k_v1")
    elif weights == "true":
        weights = "imagenet1k_v1"
    return f"torchvision:{model}/{weights}" if weights else f"torchvision:{model}"


def _torch_hub(name: str) -> str:
    # The branch or release of the repository says which code runs, not which weights.
    return _named("torch-hub", re.sub(r":[^/]+", "", name, count=1))


def _tfhub(name: str) -> str:
    name = _TFHUB_HOST.sub("", name.partition("?")[0].rstrip("/"), count=1)
    return _named("tfhub", _KAGGLE_STEPS.sub("", name))


def _gpt4all(name: str) -> str:
    plain = _GPT4ALL_END.sub("", name).removeprefix("ggml-")
    return _find(plain) or f"gpt4all:{plain}"


def _named(hub: str, name: str) -> str:
    return _alias(hub, name) or f"{hub}:{name}"


def _named_or_repository(hub: str, name: str) -> str:
    return _repository(name) if "/" in name else _named(hub, name)


def _endpoint(name: str) -> str:
    return f"endpoint:{name}"


_RULES: Mapping[str | None, Rule] = {
    None: _served_if_known,
    "huggingface": _huggingface,
    "sentence-transformers": _sentence_transformers,
    "fastembed": _repository,
    "openai": _served,
    "azure": _azure,
    "azure-ai": _served,
    "litellm": _served,
    "google": _google,
    "cohere": _cohere,
    "voyage": partial(_vendor, "voyage", "voyageai", ("voyage/", "voyageai/", "mongodb/")),
    "mistral": partial(_vendor, "mistral", "mistralai", ("mistral/", "mistralai/")),
    "bedrock": _bedrock,
    "ollama": _ollama,
    "clip": _clip,
    "open_clip": _open_clip,
    "timm": _timm,
    "torchvision": _torchvision,
    "torch-hub": _torch_hub,
    "keras": partial(_named, "keras"),
    "tfhub": _tfhub,
    "gensim": partial(_named, "gensim"),
    "spacy": partial(_named_or_repository, "spacy"),
    "fasttext": partial(_named_or_repository, "fasttext"),
    "flair": partial(_named_or_repository, "flair"),
    "face": partial(_named, "face"),
    "speech": partial(_named_or_repository, "speech"),
    "gpt4all": _gpt4all,
    "endpoint": _endpoint,
    "local": _path,
}

# What the catalogue may name; the other two only arise from a provider's head.
HUBS = frozenset(hub for hub in _RULES if hub is not None) - {"azure-ai", "endpoint"}

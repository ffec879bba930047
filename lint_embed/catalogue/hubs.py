"""The ways in which hubs write ids: from a name in the code to the canonical id.

A canonical id is ``organisation/name`` in lower case for repositories and hosted models,
``hub:name`` for names that mean something in one library only, ``path:...`` for local
files. Two names become one id by an exact rule or a listed alias, never by likeness.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from functools import cache, partial

from lint_embed.catalogue.facts import all_facts

Rule = Callable[[str], str]

_REPOSITORY_HOST = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/|hf://|hf[_-]hub:|@cf/|accounts/[\w-]+/models/"
)
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
# Where a name without an organisation is a known one, or that of a folder.
_BARE_HUBS = frozenset({"huggingface", "sentence-transformers"})
# Where a name may also be that of a folder or a file.
_LOCAL_HUBS = _REPOSITORY_HUBS | {"gensim", "fasttext", "spacy", "flair", "speech", "clip", None}


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


# --- Paths -------------------------------------------------------------------------------


def _is_path(text: str, hub: str | None) -> bool:
    if _CLEAR_PATH.match(text) or ("\\" in text and "://" not in text):
        return True
    if hub not in _LOCAL_HUBS or "://" in text or _REPOSITORY_HOST.match(text):
        return False
    facts = all_facts()
    folder, slash, rest = text.lower().partition("/")
    if "." in text and text.lower().rpartition(".")[2] in facts.files:
        return True
    if hub in _REPOSITORY_HUBS and ("/" in rest or (slash and not rest)):
        # Only a folder within a known repository is written with a second slash.
        return not find("/".join(text.lower().split("/")[:2]))
    if hub in _BARE_HUBS and text and not slash:
        # No hub publishes it. (A name with a sign is that of another hub, or a placeholder.)
        plain = re.fullmatch(r"[\w.-]+", text) is not None
        return plain and not find(folder) and not facts.published_names.fullmatch(folder)
    # Google writes `models/name`, so that without a hub a known name is no path.
    return bool(slash) and folder in facts.folders and (hub is not None or not find(rest))


def _path(text: str) -> str:
    plain = text.removeprefix("file://").removeprefix("local-dir:").replace("\\", "/")
    cached = _CACHED.search(plain)
    if cached:
        return _repository(f"{cached[1]}/{cached[2]}".lower())
    file = plain.rstrip("/").rpartition("/")[2].lower()
    for pattern, model in all_facts().published:
        match = pattern.fullmatch(file)
        if match:
            return match.expand(model)
    return f"path:{posixpath.normpath(plain)}"


# --- Rules of the hubs: from a name in lower case to the canonical id -----------------------


def find(name: str) -> str | None:
    """The known model of this name, with or without its organisation, or None."""
    facts = all_facts()
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
    return all_facts().aliases.get(hub, {}).get(name)


def _repository(name: str) -> str:
    name = _REPOSITORY_HOST.sub("", name, count=1)
    if name.startswith(("http://", "https://")):
        return f"endpoint:{name}"
    return find(name) or (all_facts().kept_weights.sub("", name) if "/" in name else name)


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
    hub = all_facts().providers.get(match[1]) if match else None
    return _RULES[hub](match[2]) if match and hub else None


def _served(name: str) -> str:
    """Names that servers of the OpenAI protocol, and routers, understand."""
    name = name.removeprefix("models/")
    return find(name) or _provided(name) or _labelled(name) or _repository(name)


def _labelled(name: str) -> str | None:
    """A known model under the label that desktop servers give it, or None."""
    match = _LABEL.fullmatch(name)
    return find(match[1]) if match else None


def _served_if_known(name: str) -> str:
    """Without a hub a head is taken for a provider only when the rest is a known model."""
    found = find(name.removeprefix("models/"))
    if found:
        return found
    provided = _provided(name)
    return provided if provided in all_facts().known else _repository(name)


def _vendor(hub: str, organisation: str, heads: tuple[str, ...], name: str) -> str:
    for head in heads:
        name = name.removeprefix(head)
    full = name if "/" in name else f"{organisation}/{name}"
    return _alias(hub, name) or find(full) or find(name) or full


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
        return _cohere(name if find(name[7:]) else name.removesuffix(":0"))
    return find(name) or find(name.removesuffix(":0")) or name


def _azure(name: str) -> str:
    name = _AZURE_HEAD.sub("", name, count=1)
    return find(name) or f"azure:{name}"


def _ollama(name: str) -> str:
    if _REPOSITORY_HOST.match(name):
        return _repository(name.partition(":")[0] if "://" not in name else name)
    name = _OLLAMA_HOST.sub("", name, count=1).removesuffix(":latest")
    plain = _QUANTISED.sub("", name)
    return _alias("ollama", name) or _alias("ollama", plain) or find(name) or name


def _clip(name: str) -> str:
    return _alias("clip", name) or find(name) or f"clip:{name}"


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
        weights = all_facts().torchvision_defaults.get(model, "imagenet1k_v1")
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
    return find(plain) or f"gpt4all:{plain}"


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

"""What is known of models: one id for many names, dimensions, families, traits."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lint_embed.catalogue import FOLDER, facts, hubs
from lint_embed.catalogue.spaces import (
    HUBS,
    aligned,
    asymmetric,
    borrowed,
    canonical,
    dimension,
    elsewhere,
    families,
    opaque,
    reducible,
)

DATA = tomllib.loads((FOLDER / "spaces.toml").read_text("utf-8"))

# Each line: an id, then (name, hub) pairs that are the same model.
SAME: dict[str, list[tuple[str, str | None]]] = {
    "sentence-transformers/all-minilm-l6-v2": [
        ("all-MiniLM-L6-v2", "sentence-transformers"),
        ("sentence-transformers/all-MiniLM-L6-v2", "sentence-transformers"),
        ("sentence-transformers/all-MiniLM-L6-v2", "huggingface"),
        ("Sentence-Transformers/All-MiniLM-L6-V2", "huggingface"),
        ("all-MiniLM-L6-v2", None),
        ("https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2", "huggingface"),
        ("Xenova/all-MiniLM-L6-v2", "huggingface"),
        ("Qdrant/all-MiniLM-L6-v2-onnx", "fastembed"),
        ("onnx-community/all-MiniLM-L6-v2-ONNX", "huggingface"),
        ("all-minilm", "ollama"),
        ("all-minilm:latest", "ollama"),
        ("all-minilm:22m", "ollama"),
        ("all-minilm:22m-l6-v2-fp16", "ollama"),
        ("ollama/all-minilm", "litellm"),
        ("chroma/all-minilm-l6-v2-f32", "ollama"),
        ("all-MiniLM-L6-v2.gguf2.f16.gguf", "gpt4all"),
        ("huggingface/sentence-transformers/all-MiniLM-L6-v2", "litellm"),
        ("local:sentence-transformers/all-MiniLM-L6-v2", None),
        ("/c/hub/models--sentence-transformers--all-MiniLM-L6-v2/snapshots/1", "huggingface"),
    ],
    "google-bert/bert-base-uncased": [
        ("bert-base-uncased", "huggingface"),
        ("bert-base-uncased", "sentence-transformers"),
        ("google-bert/bert-base-uncased", "huggingface"),
        ("Xenova/bert-base-uncased", "huggingface"),
    ],
    "facebookai/xlm-roberta-base": [
        ("xlm-roberta-base", "huggingface"),
        ("FacebookAI/xlm-roberta-base", "sentence-transformers"),
    ],
    "distilbert/distilbert-base-uncased": [("distilbert-base-uncased", "sentence-transformers")],
    "openai/text-embedding-3-small": [
        ("text-embedding-3-small", "openai"),
        ("text-embedding-3-small", "azure"),
        ("text-embedding-3-small", None),
        ("text-embedding-3-small", "litellm"),
        ("openai/text-embedding-3-small", "litellm"),
        ("openai/text-embedding-3-small", "openai"),
        ("openai:text-embedding-3-small", "litellm"),
        ("azure_openai:text-embedding-3-small", None),
        ("openrouter/openai/text-embedding-3-small", "litellm"),
        ("vercel_ai_gateway/openai/text-embedding-3-small", "litellm"),
        ("github_copilot/text-embedding-3-small", "litellm"),
        ("azure/us-gov/text-embedding-3-small", "litellm"),
        ("azure/eu/text-embedding-3-small", "litellm"),
    ],
    "openai/text-embedding-ada-002": [
        ("text-embedding-ada-002-v2", "openai"),
        ("azure/text-embedding-ada-002", "litellm"),
    ],
    "google/gemini-embedding-001": [
        ("gemini-embedding-001", "google"),
        ("models/gemini-embedding-001", "google"),
        ("models/gemini-embedding-001", None),
        ("publishers/google/models/gemini-embedding-001", "google"),
        ("projects/p/locations/l/publishers/google/models/gemini-embedding-001", "google"),
        ("gemini/gemini-embedding-001", "litellm"),
        ("vertex_ai/gemini-embedding-001", "litellm"),
        ("google_genai:models/gemini-embedding-001", "litellm"),
        ("google/gemini-embedding-001", "openai"),
    ],
    "google/multimodalembedding": [
        ("multimodalembedding", "google"),
        ("multimodalembedding@001", "google"),
    ],
    "cohere/embed-english-v3.0": [
        ("embed-english-v3.0", "cohere"),
        ("cohere/embed-english-v3.0", "litellm"),
        ("cohere.embed-english-v3", "bedrock"),
        ("bedrock/cohere.embed-english-v3", "litellm"),
        ("oci/cohere.embed-english-v3.0", "litellm"),
        ("azure_ai/Cohere-embed-v3-english", "litellm"),
        ("Cohere/Cohere-embed-english-v3.0", "huggingface"),
    ],
    "cohere/embed-v4.0": [
        ("embed-v4.0", "cohere"),
        ("cohere.embed-v4:0", "bedrock"),
        ("us.cohere.embed-v4:0", "bedrock"),
        ("global.cohere.embed-v4:0", "bedrock"),
        ("azure_ai/embed-v-4-0", "litellm"),
    ],
    "cohere/embed-v5.0-fast": [("azure_ai/Cohere-Embed-V5-Fast", "litellm")],
    "cohere/embed-english-v2.0": [("large", "cohere"), ("embed-english-v2.0", "cohere")],
    "amazon.titan-embed-text-v2:0": [
        ("amazon.titan-embed-text-v2:0", "bedrock"),
        ("bedrock/us-gov-east-1/amazon.titan-embed-text-v2:0", "litellm"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0", "bedrock"),
        ("bedrock:amazon.titan-embed-text-v2:0", "litellm"),
    ],
    "voyageai/voyage-3": [("voyage-3", "voyage"), ("voyage/voyage-3", "litellm")],
    "voyageai/voyage-4-nano": [
        ("voyageai/voyage-4-nano", "sentence-transformers"),
        ("voyage-4-nano", "voyage"),
    ],
    "mistralai/mistral-embed": [
        ("mistral-embed", "mistral"),
        ("mistral-embed-2312", "mistral"),
        ("mistral/mistral-embed", "litellm"),
        ("mistralai:mistral-embed", None),
    ],
    "nomic-ai/nomic-embed-text-v1.5": [
        ("nomic-ai/nomic-embed-text-v1.5", "huggingface"),
        ("nomic-ai/nomic-embed-text-v1.5-Q", "fastembed"),
        ("nomic-ai/nomic-embed-text-v1.5-GGUF", "huggingface"),
        ("hf.co/nomic-ai/nomic-embed-text-v1.5-GGUF:Q4_K_M", "ollama"),
        ("nomic-embed-text", "ollama"),
        ("nomic-embed-text:137m-v1.5-fp16", "ollama"),
        ("nomic-embed-text-v1.5", None),
        ("text-embedding-nomic-embed-text-v1.5", "openai"),
    ],
    "snowflake/snowflake-arctic-embed-l-v2.0": [
        ("snowflake-arctic-embed2", "ollama"),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", "huggingface"),
        ("snowflake/snowflake-arctic-embed-l-v2.0", "litellm"),
    ],
    "qwen/qwen3-embedding-8b": [
        ("qwen3-embedding", "ollama"),
        ("fireworks_ai/accounts/fireworks/models/qwen3-embedding-8b", "litellm"),
        ("scaleway/qwen/qwen3-embedding-8b", "litellm"),
    ],
    "baai/bge-base-en-v1.5": [
        ("together_ai/BAAI/bge-base-en-v1.5", "litellm"),
        ("Qdrant/bge-base-en-v1.5-onnx-Q", "fastembed"),
        ("@cf/baai/bge-base-en-v1.5", None),
        ("BAAI/bge-base-en-v1.5", "openai"),
    ],
    "novasearch/stella_en_400m_v5": [("dunzhang/stella_en_400M_v5", "huggingface")],
    "openai/clip-vit-base-patch32": [
        ("ViT-B/32", "clip"),
        ("ViT-B-32/openai", "open_clip"),
        ("ViT-B-32-quickgelu/openai", "open_clip"),
        ("ViT-B/32/openai", "open_clip"),
        ("openai/clip-vit-base-patch32", "huggingface"),
        ("openai/clip-vit-base-patch32", None),
        ("clip-ViT-B-32", "sentence-transformers"),
        ("Qdrant/clip-ViT-B-32-text", "fastembed"),
        ("Qdrant/clip-ViT-B-32-vision", "fastembed"),
    ],
    "openai/clip-vit-large-patch14-336": [
        ("ViT-L/14@336px", "clip"),
        ("ViT-L-14-336/openai", "open_clip"),
    ],
    "laion/clip-vit-b-32-laion2b-s34b-b79k": [
        ("ViT-B-32/laion2b_s34b_b79k", "open_clip"),
        ("ViT-B-32/laion2b-s34b-b79k", "open_clip"),
        ("hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "open_clip"),
        ("laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "huggingface"),
    ],
    "clip:rn50": [("RN50", "clip"), ("RN50/openai", "open_clip")],
    "torchvision:resnet50/imagenet1k_v2": [
        ("resnet50/ResNet50_Weights.IMAGENET1K_V2", "torchvision"),
        ("resnet50/IMAGENET1K_V2", "torchvision"),
        ("resnet50/DEFAULT", "torchvision"),
    ],
    "torchvision:resnet18/imagenet1k_v1": [
        ("resnet18/True", "torchvision"),
        ("resnet18/ResNet18_Weights.DEFAULT", "torchvision"),
    ],
    "timm/resnet50.a1_in1k": [
        ("resnet50.a1_in1k", "timm"),
        ("hf_hub:timm/resnet50.a1_in1k", "timm"),
        ("timm/resnet50.a1_in1k", "huggingface"),
    ],
    "facebook/dinov2-base": [
        ("facebookresearch/dinov2/dinov2_vitb14", "torch-hub"),
        ("facebookresearch/dinov2:main/dinov2_vitb14", "torch-hub"),
        ("vit_base_patch14_dinov2.lvd142m", "timm"),
    ],
    "tfhub:google/universal-sentence-encoder/4": [
        ("https://tfhub.dev/google/universal-sentence-encoder/4", "tfhub"),
        ("https://tfhub.dev/google/universal-sentence-encoder/4?tf-hub-format=compressed", "tfhub"),
        (
            "https://www.kaggle.com/models/google/universal-sentence-encoder/"
            "TensorFlow2/universal-sentence-encoder/2",
            "tfhub",
        ),
    ],
    "facebook/dpr-ctx_encoder-single-nq-base": [
        ("facebook-dpr-ctx_encoder-single-nq-base", "sentence-transformers"),
        ("facebook/dpr-ctx_encoder-single-nq-base", "huggingface"),
    ],
    "gensim:word2vec-google-news-300": [
        ("word2vec-google-news-300", "gensim"),
        ("data/GoogleNews-vectors-negative300.bin.gz", "local"),
    ],
    "fasttext:wiki.de.align": [("vectors/wiki.de.align.vec", "local")],
    "path:bert_local": [("bert_local", "huggingface"), ("bert_local", "sentence-transformers")],
    "sentence-transformers/nli-distilroberta-base-v2": [
        ("nli-distilroberta-base-v2", "sentence-transformers"),
    ],
    "path:models/x": [
        ("./models/x", "huggingface"),
        ("models/x/", "sentence-transformers"),
        ("models//x", "huggingface"),
        (".\\models\\x", "huggingface"),
        ("models/x", "local"),
        ("models/x", None),
    ],
    "path:/data/Model": [("/data/Model", "openai"), ("file:///data/Model/", "huggingface")],
    "path:C:/x": [("C:\\x", "sentence-transformers"), ("C:/x", "huggingface")],
    "path:~/x": [("~/x", "huggingface")],
    "path:runs/a/last": [("runs/a/last", "huggingface"), ("./runs/a/last", "clip")],
    "path:cc.model": [("cc.model", "gensim"), ("./cc.model", "gensim")],
}


@pytest.mark.parametrize(
    ("model", "written", "hub"),
    [(model, *name) for model, names in SAME.items() for name in names],
)
def test_one_model_has_one_id(model: str, written: str, hub: str | None) -> None:
    assert canonical(written, hub) == model


DIFFERENT: list[tuple[tuple[str, str | None], tuple[str, str | None]]] = [
    (("BAAI/bge-small-en", "huggingface"), ("BAAI/bge-small-en-v1.5", "huggingface")),
    (
        ("resnet50/ResNet50_Weights.IMAGENET1K_V1", "torchvision"),
        ("resnet50/ResNet50_Weights.IMAGENET1K_V2", "torchvision"),
    ),
    (("resnet50/imagenet", "keras"), ("resnet50/IMAGENET1K_V1", "torchvision")),
    (("ViT-B-32/laion2b_s34b_b79k", "open_clip"), ("ViT-B-32/openai", "open_clip")),
    (("ViT-L-14/openai", "open_clip"), ("ViT-L-14-336/openai", "open_clip")),
    (("all-minilm:22m", "ollama"), ("all-minilm:33m", "ollama")),
    (("snowflake-arctic-embed", "ollama"), ("snowflake-arctic-embed2", "ollama")),
    (("qwen3-embedding:4b", "ollama"), ("qwen3-embedding", "ollama")),
    (("textembedding-gecko@001", "google"), ("textembedding-gecko@003", "google")),
    (("gemini-embedding-2-preview", "google"), ("gemini-embedding-2", "google")),
    (("all-MiniLM-L6-v2", "huggingface"), ("all-MiniLM-L6-v2", "sentence-transformers")),
    (("sentence-transformers/LaBSE", "huggingface"), ("setu4993/LaBSE", "huggingface")),
    (("google/nnlm-en-dim50/1", "tfhub"), ("google/nnlm-en-dim50/2", "tfhub")),
    (("me/model-Q", "huggingface"), ("me/model", "huggingface")),
    (("me/model", "huggingface"), ("you/model", "huggingface")),
    (("Facenet512", "face"), ("vggface2", "face")),
    (("Xenova/never-heard-of", "huggingface"), ("someone/never-heard-of", "huggingface")),
    (("en_core_web_md", "spacy"), ("en_core_web_lg", "spacy")),
    (("./a/all-MiniLM-L6-v2", "huggingface"), ("all-MiniLM-L6-v2", "sentence-transformers")),
    (("./Model", "huggingface"), ("./model", "huggingface")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_nothing_is_guessed_into_equality(
    one: tuple[str, str | None], other: tuple[str, str | None]
) -> None:
    assert canonical(*one) != canonical(*other)


def test_a_deployment_is_a_name_of_the_users_own() -> None:
    assert canonical("my-embeddings", "azure") == "azure:my-embeddings"
    assert opaque("azure:my-embeddings")
    assert opaque(canonical("sagemaker/my-endpoint", "litellm"))
    assert opaque(canonical("https://abc.endpoints.huggingface.cloud", "huggingface"))
    assert not opaque(canonical("text-embedding-3-large", "azure"))
    assert not opaque(canonical("./model", "huggingface"))


@pytest.mark.parametrize(
    ("path", "model", "may_be_one"),
    [
        ("/opt/models/all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", True),
        ("./sentence-transformers_all-MiniLM-L6-v2/", "all-MiniLM-L6-v2", True),
        ("models/BAAI--bge-m3", "BAAI/bge-m3", True),
        ("./bge-small-en-v1.5-onnx", "BAAI/bge-small-en-v1.5", True),
        ("./my-model", "my-org/my-model", True),
        ("./a/bge-m3", "./b/BAAI_bge-m3", True),
        ("./finetuned-all-MiniLM-L6-v2", "all-MiniLM-L6-v2", False),
        ("./e5-base", "intfloat/e5-base-v2", False),
        ("./model", "my-org/my-model", True),
        ("./encoder-v2", "my-org/my-model", False),
        ("./runs/tuned/model", "my-org/my-model", False),
        ("minilm-local", "all-MiniLM-L6-v2", True),
        ("bge-local", "all-MiniLM-L6-v2", False),
        ("bert_local", "bert-base-uncased", True),
        ("./model", "openai/text-embedding-3-small", False),
        ("./a/best", "./b/best", False),
    ],
)
def test_a_folder_of_a_models_name_may_be_its_copy(path: str, model: str, may_be_one: bool) -> None:
    one, other = (canonical(name, "sentence-transformers") for name in (path, model))
    assert one != other
    assert aligned(one, other) == aligned(other, one) == may_be_one


def test_other_servers_have_names_of_their_own() -> None:
    assert elsewhere("baai/bge-m3") == "baai/bge-m3"
    assert elsewhere("my-org/my-model") == "my-org/my-model"
    assert opaque(elsewhere(canonical("embed", "openai")))
    assert borrowed(canonical("text-embedding-ada-002", "openai"))
    assert not borrowed(canonical("BAAI/bge-m3", "openai"))


def test_a_folder_in_a_known_repository_is_no_path() -> None:
    written = "openai/clip-vit-base-patch32/text"
    assert canonical(written, "huggingface") == written


def test_unknown_names_of_servers_do_not_depend_on_the_client() -> None:
    ids = {canonical("my-own-model", hub) for hub in ("openai", "ollama", "litellm", None)}
    assert ids == {"my-own-model"}


@given(st.text(max_size=40), st.sampled_from([None, *sorted(HUBS), "no-such-hub"]))
def test_any_text_has_an_id(written: str, hub: str | None) -> None:
    model = canonical(written, hub)
    assert canonical(f" {written} ", hub) == model
    dimension(model)
    assert aligned(model, model)


@given(st.sampled_from(sorted(facts.all_facts().known)))
def test_an_id_is_its_own_canonical_form(model: str) -> None:
    if "/" in model and ":" not in model.partition("/")[0]:
        assert canonical(model, None) == model
        assert canonical(model.upper(), "huggingface") == model
        assert canonical(model, "litellm") == model


@pytest.mark.parametrize(
    ("written", "hub", "length"),
    [
        ("text-embedding-3-large", "openai", 3072),
        ("all-mpnet-base-v2", "sentence-transformers", 768),
        ("BAAI/bge-m3", "huggingface", 1024),
        ("multimodalembedding", "google", 1408),
        ("embed-v4.0", "cohere", 1536),
        ("voyage-4-nano", "voyage", 2048),
        ("voyage-4", "voyage", 1024),
        ("ViT-B-32/laion400m_e32", "open_clip", 512),
        ("RN50x4/openai", "open_clip", 640),
        ("resnet50/IMAGENET1K_V2", "torchvision", 2048),
        ("resnet50.a1_in1k", "timm", 2048),
        ("en_core_web_sm", "spacy", 96),
        ("de_core_news_lg", "spacy", 300),
        ("en_core_web_trf", "spacy", None),
        ("glove-twitter-25", "gensim", 25),
        ("data/glove.6B.100d.txt", "local", 100),
        ("cc.en.300.bin", "fasttext", 300),
        ("Facenet512", "face", 512),
        ("https://tfhub.dev/google/universal-sentence-encoder-large/5", "tfhub", 512),
        ("nobody/nothing", "huggingface", None),
        ("./all-MiniLM-L6-v2", "huggingface", None),
        ("nomic-ai/nomic-embed-text-v1.9", "huggingface", None),
    ],
)
def test_dimensions(written: str, hub: str, length: int | None) -> None:
    assert dimension(canonical(written, hub)) == length


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("clip-ViT-B-32-multilingual-v1", "clip-ViT-B-32", True),
        ("clip-ViT-B-32-multilingual-v1", "clip-ViT-L-14", False),
        ("voyageai/voyage-4-nano", "voyageai/voyage-4-large", True),
        ("voyageai/voyage-4", "voyageai/voyage-3.5", False),
        ("voyageai/voyage-4", "voyageai/voyage-code-4", False),
        ("nomic-ai/nomic-embed-text-v1.5", "nomic-ai/nomic-embed-vision-v1.5", True),
        ("nomic-ai/nomic-embed-text-v1", "nomic-ai/nomic-embed-vision-v1.5", False),
        (
            "facebook/dpr-question_encoder-single-nq-base",
            "facebook/dpr-ctx_encoder-single-nq-base",
            True,
        ),
        (
            "facebook/dpr-question_encoder-single-nq-base",
            "facebook/dpr-ctx_encoder-multiset-base",
            False,
        ),
        ("paraphrase-multilingual-MiniLM-L12-v2", "paraphrase-MiniLM-L12-v2", True),
        ("paraphrase-multilingual-MiniLM-L12-v2", "all-MiniLM-L12-v2", False),
        ("all-MiniLM-L6-v2", "all-MiniLM-L12-v2", False),
        ("LaBSE", "setu4993/smaller-LaBSE", True),
        ("x/wiki.en.align.vec", "y/wiki.fr.align.vec", True),
        ("x/wiki.en.vec", "y/wiki.fr.vec", False),
        ("x/cc.en.300.bin", "y/cc.fr.300.bin", False),
    ],
)
def test_alignment(one: str, other: str, expected: bool) -> None:
    a, b = (canonical(name, "sentence-transformers") for name in (one, other))
    assert aligned(a, b) is aligned(b, a) is expected


def test_alignment_of_the_user() -> None:
    extra = [frozenset({"me/a", "me/b"})]
    assert aligned("me/a", "me/b", extra)
    assert not aligned("me/a", "me/c", extra)
    assert not aligned("me/a", "me/b")


def test_traits() -> None:
    e5 = canonical("intfloat/e5-base-v2", "huggingface")
    minilm = canonical("all-MiniLM-L6-v2", "sentence-transformers")
    large = canonical("text-embedding-3-large", "openai")
    assert asymmetric(e5) and not asymmetric(minilm) and not asymmetric(large)
    assert reducible(large) and not reducible(minilm)
    assert not reducible(canonical("text-embedding-ada-002", "openai"))


# --- The data itself ---------------------------------------------------------------------


def test_each_model_has_one_dimension_and_each_name_one_model() -> None:
    models = Counter(
        model for models in DATA["dimensions"].values() for model in models.lower().split()
    )
    assert [model for model, times in models.items() if times > 1] == []
    for hub, lines in DATA["aliases"].items():
        names = Counter(name for name, _ in facts.pairs(lines))
        assert [(hub, name) for name, times in names.items() if times > 1] == []


def test_members_of_families_are_canonical_and_sourced() -> None:
    names = Counter(family["name"] for family in DATA["family"])
    assert max(names.values()) == 1
    for family in DATA["family"]:
        members = family["members"].lower().split()
        assert len(set(members)) == len(members) >= 2
        assert family["source"].strip()
        for member in members:
            assert family["name"] in families(member)
            if ":" not in member:
                assert canonical(member, None) == member


def test_members_of_a_family_can_have_equal_dimensions() -> None:
    for family in DATA["family"]:
        members = family["members"].lower().split()
        lengths = {dimension(m) for m in members if not reducible(m)} - {None}
        assert len(lengths) <= 1, family["name"]


def test_traits_and_heads_name_known_things() -> None:
    for models in DATA["traits"].values():
        for model in models.lower().split():
            assert dimension(model) is not None, model
    for hub in DATA["providers"]:
        assert hub in hubs._RULES
    assert set(DATA["aliases"]) - {"any"} <= HUBS


def test_the_table_is_small_and_read_only_when_asked() -> None:
    path = FOLDER / "spaces.toml"
    assert path.stat().st_size < 60_000
    code = (
        "from lint_embed.catalogue import facts, spaces\n"
        "assert facts.all_facts.cache_info().currsize == 0\n"
        "spaces.canonical('x', None)\n"
        "assert facts.all_facts.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

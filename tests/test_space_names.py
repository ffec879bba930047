"""Names under which libraries, servers and converters know one model."""

from __future__ import annotations

import re

import pytest

from lint_embed.catalogue.spaces import canonical

# The canonical id, then its other names, each with the hub that it is met in.
NAMES = """
jinaai/jina-embeddings-v2-base-en < jina-embeddings-v2-base-en|huggingface
    jina-embeddings-v2-base-en|openai jina-embeddings-v2-base-en
    jina_ai/jina-embeddings-v2-base-en|litellm
jinaai/jina-embeddings-v3 < jina-embeddings-v3|huggingface jina-embeddings-v3
    jina_ai/jina-embeddings-v3|litellm
jinaai/jina-embeddings-v4 < jina-embeddings-v4
jinaai/jina-clip-v1 < jina-clip-v1|huggingface jina-clip-v1 Xenova/jina-clip-v1|huggingface
jinaai/jina-clip-v2 < jina-clip-v2|huggingface
jinaai/jina-colbert-v2 < jina-colbert-v2
jinaai/jina-embeddings-v2-base-code < jina-embeddings-v2-base-code
intfloat/multilingual-e5-large < multilingual-e5-large|huggingface multilingual-e5-large
    multilingual-e5-large|openai Xenova/multilingual-e5-large|huggingface
    qdrant/multilingual-e5-large-onnx|fastembed intfloat/multilingual-e5-large|litellm
intfloat/e5-large-v2 < e5-large-v2|huggingface e5-large-v2
intfloat/e5-base-v2 < e5-base-v2 Xenova/e5-base-v2|huggingface
baai/bge-large-zh < bge-large-zh|huggingface bge-large-zh
baai/bge-large-zh-v1.5 < bge-large-zh-v1.5|huggingface bge-large-zh-v1.5|openai
    Xenova/bge-large-zh-v1.5|huggingface
baai/bge-base-en-v1.5 < @cf/baai/bge-base-en-v1.5|huggingface @cf/baai/bge-base-en-v1.5
    @cf/baai/bge-base-en-v1.5|openai cloudflare/@cf/baai/bge-base-en-v1.5|litellm
    qdrant/bge-base-en-v1.5-onnx-q|fastembed BAAI/bge-base-en-v1.5|fastembed
    Xenova/bge-base-en-v1.5|huggingface CompendiumLabs/bge-base-en-v1.5-gguf|huggingface
    fast-bge-base-en-v1.5|fastembed together_ai/BAAI/bge-base-en-v1.5|litellm
baai/bge-m3 < @cf/baai/bge-m3 bge-m3|ollama bge-m3:latest|ollama bge-m3:567m|ollama
    bge-m3:567m-fp16|ollama deepinfra/BAAI/bge-m3|litellm gpustack/bge-m3-GGUF|huggingface
    lm-kit/bge-m3-gguf|huggingface baai/bge-m3|openai openrouter/baai/bge-m3|litellm
    hf.co/gpustack/bge-m3-GGUF:Q8_0|ollama text-embedding-bge-m3|openai Xenova/bge-m3|huggingface
baai/bge-small-en-v1.5 < qdrant/bge-small-en-v1.5-onnx-q|fastembed Qdrant/bge-small-en-v1.5-onnx-Q
    bge-small-en-v1.5|ollama
snowflake/snowflake-arctic-embed-l < snowflake/arctic-embed-l|huggingface
    snowflake/arctic-embed-l|openai snowflake-arctic-embed|ollama
    snowflake-arctic-embed:335m-l-fp16|ollama snowflake/snowflake-arctic-embed-l|fastembed
    nvidia_nim/snowflake/arctic-embed-l|litellm
snowflake/snowflake-arctic-embed-m < snowflake-arctic-embed:110m|ollama
    snowflake/snowflake-arctic-embed-m|huggingface
snowflake/snowflake-arctic-embed-l-v2.0 < snowflake-arctic-embed2|ollama
    snowflake-arctic-embed-l-v2.0
cohere/embed-english-v2.0 < large|cohere embed-english-v2.0|cohere
cohere/embed-english-light-v2.0 < small|cohere embed-english-light-v2.0|cohere
cohere/embed-multilingual-v2.0 < multilingual-22-12|cohere embed-multilingual-v2.0|cohere
cohere/embed-english-v3.0 < embed-english-v3.0|cohere cohere/embed-english-v3.0|litellm
    cohere.embed-english-v3|bedrock bedrock/cohere.embed-english-v3|litellm
    us.cohere.embed-english-v3|bedrock Cohere-embed-v3-english|azure
    azure_ai/Cohere-embed-v3-english|litellm
cohere/embed-v4.0 < cohere.embed-v4:0|bedrock us.cohere.embed-v4:0|bedrock embed-v4.0|cohere
    embed-v-4-0|azure
nomic-ai/nomic-embed-text-v1.5 < nomic-embed-text|ollama nomic-embed-text:latest|ollama
    nomic-embed-text:v1.5|ollama nomic-embed-text:137m-v1.5-fp16|ollama
    nomic-embed-text-v1.5|huggingface nomic-ai/nomic-embed-text-v1.5-GGUF|huggingface
    nomic-ai/nomic-embed-text-v1.5-Q|fastembed text-embedding-nomic-embed-text-v1.5@q4_k_m|openai
    ollama/nomic-embed-text|litellm fireworks_ai/nomic-ai/nomic-embed-text-v1.5|litellm
    nomic-embed-text-v1.5.f16.gguf|gpt4all
nomic-ai/nomic-embed-text-v1 < nomic-embed-text-v1|huggingface
nomic-ai/nomic-embed-vision-v1.5 < nomic-embed-vision-v1.5|huggingface
mixedbread-ai/mxbai-embed-large-v1 < mxbai-embed-large|ollama mxbai-embed-large:latest|ollama
    mxbai-embed-large:335m-v1-fp16|ollama mxbai-embed-large-v1|huggingface
    text-embedding-mxbai-embed-large-v1|openai
sentence-transformers/all-minilm-l6-v2 < all-minilm|ollama all-minilm:l6-v2|ollama
    all-minilm:22m-l6-v2-fp16|ollama all-MiniLM-L6-v2.gguf2.f16.gguf|gpt4all
    Xenova/all-MiniLM-L6-v2|huggingface qdrant/all-MiniLM-L6-v2-onnx|fastembed
    onnx-models/all-MiniLM-L6-v2-onnx|huggingface
    second-state/All-MiniLM-L6-v2-Embedding-GGUF|huggingface
    text-embedding-all-minilm-l6-v2-embedding|openai
    huggingface/sentence-transformers/all-MiniLM-L6-v2|litellm all-minilm-l6-v2|openai
sentence-transformers/all-minilm-l12-v2 < all-minilm:33m|ollama all-minilm:l12|ollama
google/gemini-embedding-001 < models/gemini-embedding-001|google gemini-embedding-001|google
    gemini/gemini-embedding-001|litellm vertex_ai/gemini-embedding-001|litellm
    publishers/google/models/gemini-embedding-001|google
    projects/p/locations/l/publishers/google/models/gemini-embedding-001|google
    google/gemini-embedding-001|openai
google/text-embedding-004 < models/text-embedding-004|google text-embedding-004|google
    text-embedding-004|openai google_genai:models/text-embedding-004
google/embedding-001 < models/embedding-001|google
google/embeddinggemma-300m < embeddinggemma|ollama embeddinggemma:300m-qat-q8_0|ollama
    ggml-org/embeddinggemma-300M-GGUF|huggingface
    onnx-community/embeddinggemma-300m-ONNX|huggingface
qwen/qwen3-embedding-0.6b < qwen3-embedding:0.6b|ollama qwen3-embedding:0.6b-fp16|ollama
    Qwen/Qwen3-Embedding-0.6B-GGUF|huggingface
qwen/qwen3-embedding-8b < qwen3-embedding|ollama
    fireworks_ai/accounts/fireworks/models/qwen3-embedding-8b|litellm
openai/text-embedding-3-small < text-embedding-3-small|openai
    openai/text-embedding-3-small|litellm azure/text-embedding-3-small|litellm
    openai:text-embedding-3-small openrouter/openai/text-embedding-3-small|litellm
    vercel_ai_gateway/openai/text-embedding-3-small|litellm
    github_copilot/text-embedding-3-small|litellm
openai/text-embedding-ada-002 < text-embedding-ada-002-v2|openai
amazon.titan-embed-text-v2:0 < amazon.titan-embed-text-v2:0|bedrock
    bedrock/amazon.titan-embed-text-v2:0|litellm amazon.titan-embed-text-v2|bedrock
amazon.titan-embed-text-v1 < amazon.titan-embed-text-v1|bedrock
    arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v1|bedrock
mistralai/mistral-embed < mistral-embed|mistral mistral/mistral-embed|litellm
    mistral-embed-2312|mistral
voyageai/voyage-3 < voyage-3|voyage voyage/voyage-3|litellm voyageai/voyage-3|huggingface
openai/clip-vit-base-patch32 < ViT-B/32|clip ViT-B-32/openai|open_clip
    ViT-B-32-quickgelu/openai|open_clip clip-ViT-B-32|sentence-transformers
    Qdrant/clip-ViT-B-32-text|fastembed Xenova/clip-vit-base-patch32|huggingface
tfhub:google/universal-sentence-encoder/4 <
    https://tfhub.dev/google/universal-sentence-encoder/4|tfhub
    https://www.kaggle.com/models/google/universal-sentence-encoder/TensorFlow2/universal-sentence-encoder/2|tfhub
    https://tfhub.dev/google/universal-sentence-encoder/4?tf-hub-format=compressed|tfhub
    https://kaggle.com/models/google/universal-sentence-encoder/frameworks/tensorFlow2/variations/universal-sentence-encoder/versions/2|tfhub
"""
CASES = [
    (model, *name.partition("|")[::2])
    for model, names in re.findall(r"^(\S+) <((?:.|\n )*)", NAMES, re.MULTILINE)
    for name in names.split()
]


@pytest.mark.parametrize(("model", "name", "hub"), CASES)
def test_another_name_of_one_model(model: str, name: str, hub: str) -> None:
    assert canonical(name, hub or None) == model


@pytest.mark.parametrize(
    ("name", "hub"),
    [
        ("someone/finetuned-bge-m3-gguf", "huggingface"),
        ("text-embedding-v3", "openai"),
        ("text-embedding-v3@q4", "openai"),
        ("me/all-MiniLM-L6-v2-financial", "huggingface"),
        ("bge-m3:my-own", "ollama"),
    ],
)
def test_likeness_is_no_name(name: str, hub: str) -> None:
    known = {model for model, _, _ in CASES}
    assert canonical(name, hub) not in known

"""Splits the documents of a folder into passages and embeds them."""

from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

MODEL_NAME = "BAAI/bge-small-en-v1.5"
PASSAGE_WORDS = 120


def split(text: str) -> list[str]:
    words = text.split()
    return [" ".join(words[i : i + PASSAGE_WORDS]) for i in range(0, len(words), PASSAGE_WORDS)]


def load_corpus(folder: Path) -> tuple[list[str], np.ndarray]:
    passages = []
    for path in sorted(folder.glob("*.txt")):
        passages.extend(split(path.read_text(encoding="utf-8")))
    model = SentenceTransformer(MODEL_NAME)
    vectors = model.encode(passages, batch_size=64, normalize_embeddings=True)
    return passages, vectors

"""Prints the passages that are nearest to a question.

    python search.py docs/ "How do I rotate the API key?"
"""

import argparse
from pathlib import Path

import numpy as np
from ingest import MODEL_NAME, load_corpus
from sentence_transformers import SentenceTransformer


class Searcher:
    def __init__(self, folder: Path, model_name: str = MODEL_NAME):
        self.passages, self.vectors = load_corpus(folder)
        self.model = SentenceTransformer(model_name)

    def search(self, question: str, k: int = 5) -> list[tuple[float, str]]:
        query = self.model.encode(question, normalize_embeddings=True)
        scores = self.vectors @ query
        best = np.argsort(-scores)[:k]
        return [(float(scores[i]), self.passages[i]) for i in best]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("question")
    args = parser.parse_args()

    searcher = Searcher(args.folder)
    for score, passage in searcher.search(args.question):
        print(f"{score:.3f}  {passage[:80]}")


if __name__ == "__main__":
    main()

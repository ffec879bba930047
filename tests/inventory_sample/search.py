"""Searches with another model than ingest.py, in one place of two."""

import os

import chromadb
import numpy as np
from openai import OpenAI
from sentence_transformers import SentenceTransformer, util
from sklearn.feature_extraction.text import TfidfVectorizer


def load(name):
    return SentenceTransformer(name)


old = load("all-MiniLM-L6-v2")
new = load("BAAI/bge-small-en-v1.5")
notes = chromadb.PersistentClient("db").get_or_create_collection("notes")
notes.query(query_embeddings=new.encode(["When?"]))

saved = np.load("documents.npy")
util.cos_sim(old.encode("When?"), saved)
util.cos_sim(new.encode("When?"), saved)
util.cos_sim(new.encode("When?"), saved)  # noqa: VEC101

words = TfidfVectorizer().fit(["Invoices come monthly."])
words.transform(["invoices"]) @ words.transform(["monthly"]).T

client = OpenAI()
answer = client.embeddings.create(model="text-embedding-3-large", input="When?", dimensions=256)
answer_vector = answer.data[0].embedding

private = SentenceTransformer(os.environ["MODEL"])
util.cos_sim(private.encode("a"), private.encode("b"))

image = SentenceTransformer("clip-ViT-B-32").encode("bicycle.jpg")
util.cos_sim(image, SentenceTransformer("clip-ViT-B-32-multilingual-v1").encode("ein Fahrrad"))

"""Fills a collection, an index and a file."""

import chromadb
import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

MODEL = "all-MiniLM-L6-v2"
documents = ["Invoices come monthly.", "Reset your password under Settings."]

model = SentenceTransformer(MODEL)
vectors = model.encode(documents)
np.save("documents.npy", vectors)

notes = chromadb.PersistentClient("db").get_or_create_collection("notes")
notes.add(ids=["1", "2"], embeddings=vectors, documents=documents)

index = faiss.IndexFlatIP(384)
index.add(vectors)
faiss.write_index(index, "documents.faiss")

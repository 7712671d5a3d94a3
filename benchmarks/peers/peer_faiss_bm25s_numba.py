"""The same with bm25s' numba backend, whose first query compiles it."""

from __future__ import annotations

import peer_faiss_bm25s


class Peer(peer_faiss_bm25s.Peer):
    backend = "numba"

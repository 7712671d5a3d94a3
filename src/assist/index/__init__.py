"""Numbers in, rows and scores out: dense, sparse, filters, fusion; knows no text and no shop.

Rows are positions 0..n-1 inside an index. Every search takes a batch of q queries and gives two arrays of shape
(q, k): `rows` (int64, padded with -1) and `scores` (float32, padded with -inf), each line falling by score, equal
scores by lower row. `exact` holds the slow and obvious engines that the others are tested against.
"""

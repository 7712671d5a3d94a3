"""The one file that wraps FAISS: inner products, exact and rounded, and the approximate index of large stores.

FAISS is kept to one OpenMP thread per call: the calls are short, and its thread team costs more than it gives,
by a factor of ten on a busy machine. The thread count of OpenMP belongs to the calling thread and is put back, so
the host service's own use of FAISS is not touched; nor is any process-wide FAISS setting.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np

from assist.arrays import FloatMatrix, FloatVector, IdMatrix, IdVector
from assist.errors import StoreCorruptError

# Measured on 200,000 embedded real texts, with the bundled encoder and with one whose vectors share most of their
# length: half the square root of the rows in lists, a quarter of them probed, finds 98 of 100 nearest. More and shorter
# lists cost more to walk through than they save. Of 384 dimensions, the 230 directions in which vectors differ most
# find as many as all of them do, in half the time.
_LISTS_PER_ROOT = 0.5
_TRAINING_ROWS_PER_LIST = 64
_TRAINABLE_ROWS = 2048
# Dimensions are quantised in pairs, and the pairs looked up two at a time.
_GROUP = 4
_KMEANS_ROUNDS = 10
_KEPT_SHARE = 0.93
_PROBED_SHARE = 0.24
_PROBED_SHARE_FILTERED = 0.45
_SCOPES_KEPT = 8
# FAISS's scan of one query at a time that keeps its results in a reservoir: the fastest here, by a fifth.
_SCAN_INTO_RESERVOIR = 11


@contextmanager
def _one_thread() -> Iterator[Any]:
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield faiss
    finally:
        faiss.omp_set_num_threads(before)


def inner_products(query: FloatVector, vectors: FloatMatrix) -> FloatVector:
    """Compute the inner product of one query with every row; float32, shape (n,).

    Runs at memory speed on one thread, about twice as fast as a BLAS matrix-vector product.
    """
    n, d = vectors.shape
    products = np.empty(n, dtype=np.float32)
    if n:
        with _one_thread() as faiss:
            pointers = [faiss.swig_ptr(array) for array in (products, query, vectors)]
            faiss.fvec_inner_products_ny(*pointers, d, n)
    return products


def inner_products_at(query: FloatVector, vectors: FloatMatrix, rows: IdVector) -> FloatVector:
    """Compute the inner product of one query with given rows, without gathering them; float32, shape (m,).

    `rows` must be C-contiguous and lie within the matrix: the compiled code does not check.
    """
    products = np.empty(len(rows), dtype=np.float32)
    if len(rows):
        with _one_thread() as faiss:
            pointers = [faiss.swig_ptr(array) for array in (products, query, vectors, rows)]
            faiss.fvec_inner_products_by_idx(*pointers, vectors.shape[1], 1, len(rows))
    return products


class HalfVectors:
    """Vectors rounded to half precision: inner products in half the time, known to within `ERROR`."""

    # Rounding takes at most 2**-11 of a number, so at most that of the length of a unit vector; doubled, for what
    # summing in float32 adds.
    ERROR = 2.0**-10

    def __init__(self, vectors: FloatMatrix) -> None:
        """Round vectors, float32, shape (n, d), rows of unit L2 norm; two bytes per dimension are kept."""
        with _one_thread() as faiss:
            kind = faiss.ScalarQuantizer.QT_fp16
            self._index = faiss.IndexScalarQuantizer(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
            self._index.add(vectors)

    def search(self, query: FloatVector, m: int) -> tuple[IdVector, FloatVector]:
        """Find the m rows of highest rounded inner product with one query, at most all; best first."""
        m = min(m, int(self._index.ntotal))
        rows, products = np.empty(m, dtype=np.int64), np.empty(m, dtype=np.float32)
        with _one_thread() as faiss:
            pointers = [faiss.swig_ptr(array) for array in (query, products, rows)]
            self._index.search_c(1, pointers[0], m, pointers[1], pointers[2])
        return rows, products


class ApproximateIndex:
    """Inverted lists over 4-bit product-quantised vectors, scanned by SIMD table look-ups.

    The vectors are first moved to their mean, since many encoders give vectors that all point much the same way;
    projected onto the directions in which they differ most; and turned at random, so that every pair of dimensions
    holds as much: half the bytes, and better told apart. Distances do not change when all vectors and the query are
    moved alike, and between unit vectors the smallest distance is the largest inner product.

    It only proposes rows; whoever asks computes their scores from the full vectors. Among FAISS's indexes it has
    the shortest build at equal recall and speed, an eighth of a byte per dimension, and keeps its recall under a filter.

    References:
        Jegou, Douze & Schmid, Product Quantization for Nearest Neighbor Search (2011).
        Andre, Kermarrec & Le Scouarnec, Cache Locality Is Not Enough (2015), for the fast scan.
        Ge, He, Ke & Sun, Optimized Product Quantization (2013), section 3, for the turning.
    """

    def __init__(self, index: Any) -> None:
        """Wrap a trained FAISS index: a projection before inverted lists."""
        import faiss

        self._index = index
        self._lists = cast("Any", faiss.downcast_index(index.index))
        self._lists.implem = _SCAN_INTO_RESERVOIR
        self._unlimited = self._probing(faiss, None)
        self._scopes: deque[tuple[IdVector, Any, Any]] = deque(maxlen=_SCOPES_KEPT)

    @staticmethod
    def fits(n: int, d: int) -> bool:
        """Say whether n vectors of d dimensions can be quantised: groups of dimensions, and enough rows to train."""
        return d % _GROUP == 0 and n >= _TRAINABLE_ROWS

    @classmethod
    def build(cls, vectors: FloatMatrix) -> ApproximateIndex:
        """Train on a sample spread evenly over the rows, then add all rows; the same vectors give the same index."""
        n, d = vectors.shape
        n_lists = max(round(_LISTS_PER_ROOT * math.sqrt(n)), 1)
        places = np.linspace(0, n - 1, min(n, n_lists * _TRAINING_ROWS_PER_LIST)).astype(np.int64)
        with _one_thread() as faiss:
            sample = vectors[places]
            mean = sample.mean(axis=0, dtype=np.float64).astype(np.float32)
            sample -= mean
            projection = _projection(sample)
            kept = len(projection)
            lists = faiss.index_factory(kept, f"IVF{n_lists},PQ{kept // 2}x4fs", faiss.METRIC_L2)
            # One table of look-ups per query instead of one per list.
            lists.by_residual = False
            lists.cp.niter = _KMEANS_ROUNDS
            lists.train(sample @ projection.T)
            transform = faiss.LinearTransform(d, kept, True)
            faiss.copy_array_to_vector(projection.ravel(), transform.A)
            faiss.copy_array_to_vector(-(projection @ mean), transform.b)
            transform.is_trained = True
            index = faiss.IndexPreTransform(transform, lists)
            index.add(vectors)
        return cls(index)

    def __len__(self) -> int:
        """Count the rows, n."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Dimensions, d."""
        return int(self._index.d)

    @property
    def kind(self) -> str:
        """Its build in one word, such as `ivf224,pq96x4fs`."""
        return f"ivf{self._lists.nlist},pq{self._lists.pq.M}x4fs"

    def propose(self, queries: FloatMatrix, m: int, *, scope: IdVector | None = None) -> IdMatrix:
        """Propose m rows per query; int64, shape (q, m), no order to rely on, -1 where the lists gave fewer.

        Args:
            queries: float32, shape (q, d).
            m: Rows wanted per query.
            scope: The only rows that count, ascending; None for all.
        """
        proposed = np.empty((len(queries), m), dtype=np.int64)
        distances = np.empty(m, dtype=np.float32)
        with _one_thread() as faiss:
            parameters = self._unlimited if scope is None else self._limited(faiss, scope)
            # One by one: FAISS's projection and coarse step switch to other matrix products for more of them, whose
            # rounding could make a batch differ from single queries.
            for query, rows in zip(queries, proposed, strict=True):
                pointers = [faiss.swig_ptr(array) for array in (query, distances, rows)]
                self._index.search_c(1, pointers[0], m, pointers[1], pointers[2], parameters)
        return proposed

    def _limited(self, faiss: Any, scope: IdVector) -> Any:
        """Give the parameters of a search among some rows; those of the last scopes stay at hand."""
        # Filters give the very same array for the same conditions. The scope is kept beside, so its id stays its own.
        for known, parameters, _ in list(self._scopes):
            if known is scope:
                return parameters
        bits = _bitmap(scope, len(self))
        selector = faiss.IDSelectorBitmap(len(self), faiss.swig_ptr(bits))
        parameters = self._probing(faiss, selector)
        self._scopes.append((scope, parameters, (selector, bits)))
        return parameters

    def _probing(self, faiss: Any, selector: Any) -> Any:
        share = _PROBED_SHARE if selector is None else _PROBED_SHARE_FILTERED
        n_probe = max(math.ceil(share * self._lists.nlist), 1)
        probing = faiss.SearchParametersIVF(sel=selector, nprobe=n_probe)
        return faiss.SearchParametersPreTransform(index_params=probing)

    def save(self, path: Path) -> None:
        """Write one FAISS file."""
        with _one_thread() as faiss:
            faiss.write_index(self._index, str(path))

    @classmethod
    def open(cls, path: Path) -> ApproximateIndex:
        """Read one FAISS file.

        Raises:
            StoreCorruptError: FAISS cannot read it, or it holds another kind of index.
        """
        with _one_thread() as faiss:
            try:
                index = faiss.read_index(str(path))
            except RuntimeError as exc:
                raise StoreCorruptError(f"cannot read {path.name}", path=path.parent, file=path.name) from exc
        if not (
            isinstance(index, faiss.IndexPreTransform)
            and isinstance(faiss.downcast_index(index.index), faiss.IndexIVFPQFastScan)
        ):
            raise StoreCorruptError(f"{path.name} holds another index", path=path.parent, file=path.name)
        return cls(index)


def _projection(differences: FloatMatrix) -> FloatMatrix:
    """Find the directions in which vectors differ most, and turn them at random among themselves.

    Args:
        differences: float32, shape (n, d): vectors less their mean.

    Returns:
        float32, shape (d', d), orthonormal rows; d' is a multiple of 4.
    """
    d = differences.shape[1]
    variances, directions = np.linalg.eigh((differences.T @ differences).astype(np.float64))
    falling = np.cumsum(variances[::-1]) / max(float(variances.sum()), 1e-12)
    kept = int(np.searchsorted(falling, _KEPT_SHARE)) + 1
    kept = min(-(-kept // _GROUP) * _GROUP, d)
    turn, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((kept, kept)))
    return np.ascontiguousarray(turn @ directions[:, ::-1][:, :kept].T, dtype=np.float32)


def _bitmap(rows: IdVector, n: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    inside = np.zeros(n, dtype=np.bool_)
    inside[rows] = True
    return np.packbits(inside, bitorder="little")

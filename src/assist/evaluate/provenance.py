"""What a result rests on: hashes of the files and versions of the parts."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from assist.encoder.base import EncoderIdentity

RESULT_VERSION = 1
"""Format of the result files."""


def hashes(files: Mapping[str, Path]) -> dict[str, str]:
    """Give the SHA-256 of each file by its name within the set."""
    return {name: _sha256(path) for name, path in files.items()}


def versions(encoder: EncoderIdentity) -> dict[str, str]:
    """Give the versions that a result depends on."""
    return {
        "result": str(RESULT_VERSION),
        "assist": _installed("assist"),
        "encoder": f"{encoder.name} {encoder.revision} d={encoder.dim}",
        "ir_measures": _installed("ir_measures"),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()

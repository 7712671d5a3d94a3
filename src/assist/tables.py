"""The package's TOML files, parsed once and kept for later processes.

Python parses TOML in Python: all word lists together take a tenth of a second, as JSON a fiftieth of that. Where
nothing is kept (`assist.kept`) they are parsed as ever.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import numpy as np

from assist.kept import kept_arrays

_FORMAT = b"1"


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML text; raises `ValueError` when it is none."""
    reader = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    table: dict[str, Any] = reader.loads(text)
    return table


def kept_table(name: str, text: str) -> dict[str, Any]:
    """Parse the text of a file of the package; it holds no dates.

    Args:
        name: Names it among all such files, as a file name.
        text: What the file holds.
    """

    def make() -> dict[str, np.ndarray[Any, Any]]:
        made = json.dumps(parse_toml(text), ensure_ascii=False).encode("utf-8", "surrogatepass")
        return {"json": np.frombuffer(made, dtype=np.uint8)}

    arrays = kept_arrays(f"table-{name}", _FORMAT + text.encode("utf-8", "surrogatepass"), make)
    table: dict[str, Any] = json.loads(arrays["json"].tobytes().decode("utf-8", "surrogatepass"))
    return table

"""Write results as JSON that reads well line by line: one key a line, one row a line."""

from __future__ import annotations

import json
from collections.abc import Mapping


def to_json(result: Mapping[str, object]) -> str:
    """Return a result as JSON text; `rows` comes last, one question a line.

    Raises:
        ValueError: A number is NaN or infinite.
    """
    parts = [f" {_compact(key)}: {_compact(value)}" for key, value in result.items() if key != "rows"]
    rows = result.get("rows")
    if isinstance(rows, list):
        lines = ",\n".join(f"  {_compact(row)}" for row in rows)
        parts.append(f' "rows": [\n{lines}\n ]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)

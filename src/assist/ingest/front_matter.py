"""The YAML block at the top of a Markdown file, read without building any object.

Only the syntax tree is used: every scalar stays the text that was written (`id: 0102` is not a number, `on` is
not a truth value), and each value knows its line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assist.errors import MalformedRecordError
from assist.expressions import expression
from assist.ingest.metadata import Value

if TYPE_CHECKING:
    from yaml.nodes import Node

_FENCE = expression(r"---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_MAX_CHARS = 64_000


def split_front_matter(text: str, *, path: str) -> tuple[dict[str, Value], str]:
    """Take the front matter off a file.

    Args:
        text: The file, with line feeds as line ends.
        path: How errors name it.

    Returns:
        The fields, in file order, and the text below; no fields when the file opens with no `---` block.

    Raises:
        MalformedRecordError: Not YAML, not a mapping of names to texts or lists of texts, or a name given
            twice; the line is the file's.
    """
    match = _FENCE.match(text)
    if match is None:
        return {}, text
    yaml = match["yaml"]
    if len(yaml) > _MAX_CHARS:
        raise MalformedRecordError(
            f"the front matter is longer than {_MAX_CHARS} characters", path=path, line=1
        )
    return _fields(yaml, path), text[match.end() :]


def _fields(text: str, path: str) -> dict[str, Value]:
    from yaml.nodes import MappingNode

    root = _compose(text, path)
    if root is None:
        return {}
    if not isinstance(root, MappingNode):
        raise _malformed("the front matter must be lines of `name: value`", root, path)
    fields: dict[str, Value] = {}
    for key, value in root.value:
        name = _scalar(key, path)
        if name in fields:
            raise _malformed(f"{name!r} is given twice", key, path)
        fields[name] = _value(name, value, path)
    return fields


def _compose(text: str, path: str) -> Node | None:
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 2 if exc.problem_mark else 1
        raise MalformedRecordError(
            f"the front matter is not YAML: {exc.problem}", path=path, line=line
        ) from exc
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        raise MalformedRecordError(f"the front matter is not YAML: {exc}", path=path, line=1) from exc


def _scalar(node: Node, path: str) -> str:
    from yaml.nodes import ScalarNode

    if not isinstance(node, ScalarNode):
        raise _malformed(
            "a name and a value of the front matter must be plain text or a list of it", node, path
        )
    return str(node.value).strip()


def _value(name: str, node: Node, path: str) -> Value:
    from yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, SequenceNode):
        return tuple(_scalar(entry, path) for entry in node.value)
    if isinstance(node, MappingNode):
        raise _malformed(f"{name!r} must be a text or a list, not a mapping", node, path)
    return _scalar(node, path)


def _malformed(message: str, node: Node, path: str) -> MalformedRecordError:
    return MalformedRecordError(message, path=path, line=node.start_mark.line + 2)

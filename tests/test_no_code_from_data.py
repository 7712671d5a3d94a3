"""No file of a shop or a store is ever unpickled or run: what could do it stands nowhere in the source."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "assist"
UNPICKLING = {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
RUNNING = {"eval", "exec", "compile", "__import__"}
# Readers that make any object, or run what they read, unless told not to.
GUARDED = {("np", "load"): ("allow_pickle", False), ("torch", "load"): ("weights_only", True)}
NEVER = {
    ("yaml", "load"),
    ("yaml", "unsafe_load"),
    ("yaml", "full_load"),
    ("pd", "read_pickle"),
    ("os", "system"),
}


def problems(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [name.name for name in node.names]
            )
            found += [f"imports {name}" for name in names if name.split(".")[0] in UNPICKLING]
        elif isinstance(node, ast.Call):
            found += _call(node)
    return found


def _call(node: ast.Call) -> list[str]:
    if isinstance(node.func, ast.Name):
        return [f"calls {node.func.id}"] if node.func.id in RUNNING else []
    if not isinstance(node.func, ast.Attribute) or not isinstance(node.func.value, ast.Name):
        return []
    name = (node.func.value.id, node.func.attr)
    keyword, safe = GUARDED.get(name, ("", None))
    told = {word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)}
    risky = name in NEVER or (bool(keyword) and told.get(keyword) is not safe)
    return [f"calls {'.'.join(name)}" + (f" without {keyword}={safe}" if keyword else "")] if risky else []


def test_nothing_is_unpickled_or_run():
    files = sorted(SOURCE.rglob("*.py"))
    assert len(files) > 100
    found = {str(file.relative_to(SOURCE)): problems(file.read_text("utf-8")) for file in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "import a, marshal",
        "eval('1')",
        "import numpy as np\nnp.load('x')",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "import torch\ntorch.load('x', weights_only=False)",
        "import yaml\nyaml.load('x', Loader=None)",
    ],
)
def test_what_is_looked_for_is_found(code):
    assert problems(code)

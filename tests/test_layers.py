"""The order of the rooms: an import may only point to what stands above it."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "assist"
ORDER = [
    {"errors"},
    {"arrays", "settings", "clock", "kept", "memo"},
    {"expressions", "tables"},
    {"shop"},
    {"documents"},
    {"demand"},
    {"messages"},
    {"results"},
    {"text"},
    {"encoder"},
    {"index"},
    {"ingest"},
    {"store"},
    {"question"},
    {"retrieve"},
    {"guard"},
    {"draft"},
    {"decide"},
    {"preferring", "tuned"},
    {"checking", "searching"},
    {"loading", "suggesting", "learning", "agreement"},
    {"assistant"},
    {"evaluate"},
    {"tuning"},
    {"adapting", "analysis"},
    {"cli_console"},
    {"cli_encoder", "cli_evaluate", "cli_guard", "cli_store"},
    {"cli_tune"},
    {"service", "cli"},
    {"testing", "__init__", "__main__"},
]
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
STRANGERS = [{"question", "retrieve"}, {"question", "guard"}, {"question", "draft"}, {"retrieve", "guard"},
             {"retrieve", "draft"}, {"guard", "draft"}]  # fmt: skip
HEAVY = {"faiss", "jieba", "rjieba", "opencc", "torch", "sentence_transformers", "selectolax", "openpyxl",
         "ahocorasick_rs", "scipy", "tokenizers", "safetensors", "yaml"}  # fmt: skip


def _room(path):
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "assist":
                yield from ((f"assist.{alias.name}", node) for alias in node.names)
            else:
                yield node.module, node


def _arrows():
    for path in sorted(SOURCE.rglob("*.py")):
        for module, _ in _imports(path):
            if module.startswith("assist."):
                yield path, _room(path), module.split(".")[1]


def test_every_room_has_a_place_in_the_order():
    assert {_room(path) for path in SOURCE.rglob("*.py")} <= set(RANK)


def test_imports_point_up_the_list_only():
    wrong = [
        f"{path.relative_to(SOURCE)} imports {target}"
        for path, room, target in _arrows()
        if room != target and RANK[target] >= RANK[room] and room != "__init__"
    ]
    assert wrong == []


def test_the_middle_rooms_do_not_know_each_other():
    wrong = [str(path.relative_to(SOURCE)) for path, room, target in _arrows() if {room, target} in STRANGERS]
    assert wrong == []


def test_no_module_imports_the_package_itself_or_the_test_doubles():
    for path in SOURCE.rglob("*.py"):
        for module, _ in _imports(path):
            assert module != "assist", path
            assert not module.startswith("assist.testing"), path


def test_heavy_packages_are_imported_on_first_use_only():
    for path in SOURCE.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & HEAVY, path

"""Short runs of the coverage-guided fuzzer over every format and over the database; `pytest -m slow tests/fuzz`."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import assist
from assist.ingest import SUFFIXES
from assist.store.connection import DATABASE
from assist.store.local import LocalStore
from conftest import CORPUS
from golden.stores import make as golden

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="needs atheris"),
]
SECONDS = 20


def fuzz(corpus: Path, *words: str) -> None:
    """Fuzz for a while from the files in a folder; no input may take 10 s or 2 GB."""
    script = Path(__file__).with_name("fuzz.py")
    limits = [f"-max_total_time={SECONDS}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=262144", "-seed=1"]
    paths = [str(Path(assist.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, str(script), *words, *limits, f"-artifact_prefix={corpus}/", str(corpus)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "DONE" in done.stderr


@pytest.mark.parametrize("name", [*(f"a{suffix}" for suffix in sorted(SUFFIXES)), "chats/a.csv", "shop.toml"])
def test_reading(tmp_path, name):
    for number, path in enumerate(sorted(CORPUS.rglob(f"*{Path(name).suffix}"))[:20]):
        (tmp_path / str(number)).write_bytes(path.read_bytes())
    fuzz(tmp_path, "read", name)


def test_opening_a_store(tmp_path):
    with LocalStore.open(tmp_path / "made", encoder=golden.ENCODER.identity, create=True) as store:
        golden.fill(store)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "seed").write_bytes((tmp_path / "made" / DATABASE).read_bytes())
    fuzz(corpus, "store")

"""One writer and eight reader processes at full speed: no reader ever sees a mixture, and all see new commits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import assist

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def run(folder: Path, *, seconds: float) -> dict:
    paths = [str(Path(assist.__file__).parents[1]), str(Path(__file__).parents[1])]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    script = Path(__file__).with_name("readers.py")
    words = [sys.executable, str(script), str(folder), "--readers", "8", "--seconds", str(seconds)]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(found: dict) -> None:
    assert len(found["readers"]) == 8
    for reader in found["readers"]:
        assert reader["faults"] == []
        assert reader["revisions"] >= 2  # the first, and the last


def test_eight_readers_and_a_writer(tmp_path):
    check(run(tmp_path / "shop", seconds=0.0))


@pytest.mark.slow
def test_eight_readers_and_a_writer_for_a_minute(tmp_path):
    found = run(tmp_path / "shop", seconds=60.0)
    check(found)
    assert sum(reader["revisions"] for reader in found["readers"]) > 16

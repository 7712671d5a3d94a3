"""Shared fixtures: the demo shop loaded once, and small stores."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from assist import Assistant
from assist.testing import HashingEncoder

collect_ignore = ["fuzz/fuzz.py"]
"""A script for the fuzzer, which is installed for it alone; doctests would import it."""

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus" / "demo_shop"
ON = "2026-11-20T14:00:00"


# What is kept between processes stays inside this run.
os.environ["ASSIST_CACHE"] = tempfile.mkdtemp(prefix="assist-cache-")
atexit.register(shutil.rmtree, os.environ["ASSIST_CACHE"], ignore_errors=True)

# The same examples every time, so that a red run says something of the change at hand. New ones are looked
# for by `pytest tests/property --hypothesis-profile=search`.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("fixed")


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite tests/golden/suggestions.jsonl with what is found",
    )
    parser.addoption("--e5-folder", help="a finished e5-small-zh to compare a build with (with -m slow)")


@pytest.fixture(scope="session")
def corpus():
    return CORPUS


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory):
    """A store of the demo shop with the bundled encoder; copy it before writing to it."""
    path = tmp_path_factory.mktemp("demo") / "shop.assist"
    with Assistant.open(path, create=True) as assistant:
        assistant.add_files(CORPUS)
    return path


@pytest.fixture(scope="session")
def demo(demo_store):
    with Assistant.open(demo_store, read_only=True) as assistant:
        yield assistant


@pytest.fixture
def demo_copy(demo_store, tmp_path):
    target = tmp_path / "copy.assist"
    shutil.copytree(demo_store, target)
    return target


@pytest.fixture
def assistant(tmp_path):
    """An empty store with the deterministic test encoder."""
    with Assistant.open(tmp_path / "shop.assist", create=True, encoder=HashingEncoder()) as opened:
        yield opened

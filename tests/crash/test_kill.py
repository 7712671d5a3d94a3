"""A process that changes a store is killed, or its disk fails, at any moment: what was acknowledged is there, the rest
is there whole or not at all, the store opens, and it answers as a store that nothing ever happened to.

The first runs are short; `pytest -m slow tests/crash` makes a thousand kills and more.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

import assist
from assist import Assistant
from assist.documents import Document, Kind
from assist.shop import ShopProfile
from assist.store.local import LocalStore
from assist.store.migrations import FORMAT
from crash.power import Disk
from crash.worker import ENCODER, IDS, OTHER, WORDS, open_assistant, text_of
from golden.stores import make as golden
from property.test_store import QUERIES

HERE = Path(__file__).parent
COMPILER = shutil.which("cc") or shutil.which("gcc")
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or COMPILER is None, reason="needs Linux and a C compiler"
)
# A kill loses nothing that the system has taken, so files in memory do, where there are any.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# Calls that change files, in one order of two actions: a little more than are made.
CALLS = 330
# The same of one backup or restore.
CARE_CALLS = 30
REPLIES = ("可以退的哦", "亲，已为您登记", "好的")


@dataclass(frozen=True)
class Shop:
    """What the store must hold: versions of documents, replies that were sent, words of the shop."""

    documents: tuple[tuple[str, int], ...] = ()
    replies: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def after(self, kind: str, *words) -> Shop:
        documents = dict(self.documents)
        if kind == "add":
            documents |= {id: version for id, version in words}
        if kind == "remove":
            documents = {id: version for id, version in documents.items() if id not in words}
        replies = (*self.replies, words[0]) if kind == "feedback" else self.replies
        shop_words = tuple(words) if kind == "words" else self.words
        return Shop(tuple(sorted(documents.items())), replies, shop_words)


class Server:
    """The worker process, its orders and its answers."""

    def __init__(self, folder: Path) -> None:
        library = folder / "faults.so"
        subprocess.run(
            [COMPILER, "-shared", "-fPIC", "-O1", "-o", library, HERE / "faults.c", "-ldl"], check=True
        )
        one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        paths = os.pathsep.join([str(HERE.parent), str(Path(assist.__file__).parents[1])])
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **one_thread, "LD_PRELOAD": str(library), "PYTHONPATH": paths},
        )

    def ask(self, folder: Path, actions=(), *, mode="count", at=-1, lasting=False, **more) -> dict:
        order = {
            "folder": str(folder),
            "actions": list(actions),
            "mode": mode,
            "at": at,
            "lasting": int(lasting),
        }
        self._process.stdin.write(json.dumps({**order, **more}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        assert self._process.wait(timeout=60) == 0
        self._process.stdout.close()


@pytest.fixture(scope="module")
def scratch():
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def server(scratch):
    started = Server(scratch)
    yield started
    started.close()


@pytest.fixture
def folder(scratch):
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        yield Path(name) / "shop"


def answers(store) -> list:
    """Give everything a search could show, without the ids that differ between stores."""
    view = store.view()
    tokens = [view.tokenizer.tokens(query) for query in QUERIES]
    dense = (
        view.dense.search(ENCODER.encode(QUERIES), 5) if view.vectors.shape[1] == ENCODER.identity.dim else ()
    )
    found = [array.tobytes() for array in (*dense, *view.sparse.search(tokens, 5))]
    return [found, np.asarray(view.vectors).tobytes(), [view.chunk(row) for row in range(len(view))]]


@lru_cache(maxsize=256)
def fresh_answers(documents: tuple[tuple[str, int], ...], words: tuple[str, ...]) -> list:
    """Answer from a new store that nothing happened to."""
    with (
        tempfile.TemporaryDirectory(dir=MEMORY) as name,
        open_assistant(f"{name}/fresh", rows=10_000) as assistant,
    ):
        assistant._store.apply(profile=ShopProfile(words=words))
        assistant.add([Document(id, text_of(id, version), Kind.POLICY) for id, version in documents])
        return answers(assistant._store)


def examine(folder: Path, allowed: list[Shop], encoder=ENCODER) -> Shop:
    """Open a store, check it wholly, and find which of the allowed states it is in."""
    with LocalStore.open(folder, encoder=encoder.identity, create=True) as store:
        versions = {text_of(id, version): version for id in IDS for version in range(12)}
        documents = [(one.id, versions[one.text]) for one in store.documents()]
        replies = tuple(str(one["agent"]) for one in store.feedback())
        found = Shop(tuple(sorted(documents)), replies, store.profile.words)
        assert found in allowed
        assert store.verify() == ()
        with closing(sqlite3.connect(folder / "store.sqlite3")) as connection:
            assert connection.execute("SELECT count(*) FROM suggestions").fetchone() == (len(replies),)
        if encoder is ENCODER:
            assert answers(store) == fresh_answers(tuple(documents), found.words)
        return found


def some_action(rng: random.Random, shop: Shop) -> list:
    kind = rng.choice(["add", "add", "add", "remove", "feedback", "compact", "words"])
    if kind == "add":
        return [kind, *([id, rng.randrange(12)] for id in rng.sample(IDS, rng.randint(1, 3)))]
    if kind == "remove":
        return [kind, *rng.sample(IDS, rng.randint(1, 2))]
    if kind == "feedback":
        return [kind, rng.choice(REPLIES)]
    return [kind] if kind == "compact" else [kind, *rng.choice(WORDS)]


def states_of(shop: Shop, actions: list) -> list[Shop]:
    states = [shop]
    for action in actions:
        states.append(states[-1].after(*(tuple(word) if isinstance(word, list) else word for word in action)))
    return states


def done(reply: dict) -> int:
    return sum("done" in line for line in reply["said"])


def moment(rng: random.Random, calls: int = CALLS) -> dict:
    """Choose how to be killed: at a call that changes a file, in the middle of a write, or at any time at all."""
    how = rng.choice(["kill", "kill", "tear", "time"])
    if how == "time":
        return {"after_s": rng.uniform(0.0, 0.12)}
    return {"mode": how, "at": rng.randint(1, calls)}


def kill_often(server: Server, folder: Path, rng: random.Random, kills: int) -> Counter:
    shop, counted = Shop(), Counter()
    while counted.total() < kills:
        actions = [some_action(rng, shop), some_action(rng, shop)]
        states = states_of(shop, actions)
        how = moment(rng)
        reply = server.ask(folder, actions, **how)
        assert reply["killed"] or not reply["failed"]
        acknowledged = done(reply)
        shop = examine(folder, states[acknowledged : acknowledged + 2] if reply["killed"] else states[-1:])
        if reply["killed"]:
            counted[how.get("mode", "time")] += 1
    return counted


def test_a_killed_process_loses_nothing_that_was_acknowledged(server, folder):
    assert kill_often(server, folder, random.Random(1), 40).total() == 40


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_kills(server, folder, seed):
    counted = kill_often(server, folder, random.Random(100 + seed), 100)
    assert all(counted[how] > 5 for how in ("kill", "tear", "time"))


def kill_first(server: Server, folder: Path, rng: random.Random, kills: int) -> None:
    for number in range(kills):
        shop = folder.with_name(f"new{number}")
        actions = [["add", ["d0", 1], ["d1", 2]]]
        reply = server.ask(shop, actions, **moment(rng, 240))
        states = states_of(Shop(), actions)
        examine(shop, states[done(reply) :] if reply["killed"] else states[-1:])
        shutil.rmtree(shop)


def test_a_kill_during_the_first_creation_leaves_a_store_that_opens(server, folder):
    kill_first(server, folder, random.Random(2), 10)


@pytest.mark.slow
def test_many_kills_during_the_first_creation(server, folder):
    kill_first(server, folder, random.Random(3), 200)


def kill_reencoding(server: Server, folder: Path, rng: random.Random, kills: int) -> None:
    actions = [["add", *([id, number + 3] for number, id in enumerate(IDS))]]
    server.ask(folder, actions)
    (shop,) = states_of(Shop(), actions)[1:]
    for number in range(kills):
        copy = folder.with_name(f"copy{number}")
        shutil.copytree(folder, copy)
        for _ in range(3):
            reply = server.ask(copy, reencode=True, **moment(rng, 200))
            with LocalStore.open(copy, encoder=None, read_only=True) as store:
                encoder = next(one for one in (ENCODER, OTHER) if one.identity == store.encoder)
            examine(copy, [shop], encoder)
        reply = server.ask(copy, reencode=True)
        assert (done(reply), reply["killed"]) == (1, False)
        examine(copy, [shop], OTHER)
        with Assistant.open(copy, encoder=OTHER) as assistant:
            assert len(assistant.search("退货运费", k=3)) == 3
        shutil.rmtree(copy)


def test_a_killed_reencoding_goes_on_and_ends(server, folder):
    kill_reencoding(server, folder, random.Random(4), 3)


@pytest.mark.slow
def test_many_killed_reencodings(server, folder):
    kill_reencoding(server, folder, random.Random(5), 50)


def kill_care(server: Server, folder: Path, rng: random.Random, kills: int) -> Counter:
    """Kill backups and restores: a copy is whole or is none, and the old store stays, in its place or moved aside."""
    first, second = [["add", ["d0", 1], ["d1", 2]]], [["add", ["d0", 5], ["d2", 3]]]
    kept, backup, counted = states_of(Shop(), first)[-1], folder.with_name("backup"), Counter()
    changed = states_of(kept, second)[-1]
    server.ask(folder, first)
    assert done(server.ask(folder, care=["backup", str(folder), str(backup)])) == 1
    server.ask(folder, second)
    for number in range(kills):
        place = folder.with_name(f"place{number}")
        shutil.copytree(folder, place / "shop")
        how = {"mode": rng.choice(["kill", "tear"]), "at": rng.randint(1, CARE_CALLS)}
        if number % 2:
            reply = server.ask(place, care=["backup", str(place / "shop"), str(place / "copy")], **how)
            there = (place / "copy" / "store.sqlite3").exists()
            assert there or not done(reply)
            if there:
                examine(place / "copy", [changed])
            examine(place / "shop", [changed])
        else:
            order = ["restore", str(backup), str(place / "shop")]
            reply = server.ask(place, care=order, **how)
            if (place / "shop").exists():
                examine(place / "shop", [kept] if done(reply) else [changed, kept])
            else:
                (aside,) = place.glob("shop.before-*")
                examine(aside, [changed])
            assert done(server.ask(place, care=order)) == 1
            examine(place / "shop", [kept])
        counted["killed" if reply["killed"] else "ended"] += 1
        shutil.rmtree(place)
    return counted


def test_a_killed_backup_or_restore_leaves_no_half_store(server, folder):
    assert kill_care(server, folder, random.Random(13), 8)["killed"] >= 4


@pytest.mark.slow
def test_many_killed_backups_and_restores(server, folder):
    assert kill_care(server, folder, random.Random(14), 200)["killed"] > 100


def kill_migrations(server: Server, folder: Path, rng: random.Random, kills: int) -> None:
    place = Path(golden.__file__).parent
    for number in range(kills):
        name = f"format{number % (FORMAT - 1) + 1}"
        data = gzip.decompress((place / f"{name}.sqlite3.gz").read_bytes())
        expected = json.loads((place / f"{name}.json").read_text("utf-8"))
        copy = folder.with_name(f"old{number}")
        copy.mkdir()
        (copy / "store.sqlite3").write_bytes(data)
        server.ask(copy, **moment(rng, 30))
        with LocalStore.open(copy, encoder=golden.ENCODER.identity) as store:
            assert golden.found(store) == expected
            assert store.verify() == ()
        shutil.rmtree(copy)


def test_a_kill_while_a_format_is_brought_up_to_date_loses_nothing(server, folder):
    kill_migrations(server, folder, random.Random(6), 8)


@pytest.mark.slow
def test_many_kills_while_a_format_is_brought_up_to_date(server, folder):
    kill_migrations(server, folder, random.Random(7), 150)


def fail_often(server: Server, folder: Path, rng: random.Random, times: int) -> Counter:
    """Let the disk fail, once or for good; then let it recover and do what failed again."""
    shop, counted = Shop(), Counter()
    while counted.total() < times:
        actions = [some_action(rng, shop), some_action(rng, shop)]
        states = states_of(shop, actions)
        mode, lasting = rng.choice(["full", "full", "read_only"]), rng.random() < 0.6
        reply = server.ask(folder, actions, mode=mode, at=rng.randint(1, CALLS), lasting=lasting)
        assert (reply["killed"], reply["failed"]) == (False, 0)
        errors = [line for line in reply["said"] if "failed" in line]
        acknowledged = done(reply)
        shop = examine(folder, states[acknowledged : acknowledged + 2] if errors else states[-1:])
        for line in errors:
            assert line["error"] in {"StoreError", "StoreLockedError"}, line
            counted[mode] += 1
            # A flush that fails after the last byte of a commit was written leaves the call there, whole.
            there = acknowledged + (shop != states[acknowledged])
            again = server.ask(folder, actions[there:])
            assert done(again) == len(actions) - there
            shop = examine(folder, states[-1:])
    return counted


def test_a_failing_disk_is_a_named_error_and_changes_nothing_halfway(server, folder):
    assert fail_often(server, folder, random.Random(8), 8).total() == 8


@pytest.mark.slow
def test_a_disk_that_fails_often(server, folder):
    counted = fail_often(server, folder, random.Random(9), 200)
    assert min(counted["full"], counted["read_only"]) > 20


def cut_power(server: Server, folder: Path, rng: random.Random, times: int) -> Counter:
    """Cut the power at any call: of what was not flushed, nothing, all or any part is left."""
    shop, counted = Shop(), Counter()
    trace = folder.parent.with_name(f"{folder.parent.name}.trace")
    for _ in range(times):
        disk = Disk(folder.parent)
        actions = [some_action(rng, shop), some_action(rng, shop)]
        states = states_of(shop, actions)
        how = (
            {"mode": rng.choice(["kill", "tear"]), "at": rng.randint(1, CALLS)} if rng.random() < 0.8 else {}
        )
        reply = server.ask(folder, actions, trace=str(trace), **how)
        assert reply["killed"] or not reply["failed"]
        counted["flushes"] += disk.replay(trace)
        shutil.rmtree(folder, ignore_errors=True)
        share = rng.choice([0.0, 0.0, 0.5, 0.9])
        disk.leave(rng, share)
        acknowledged = done(reply)
        shop = examine(folder, states[acknowledged : acknowledged + 2] if reply["killed"] else states[-1:])
        counted["killed" if reply["killed"] else "ended"] += 1
    trace.unlink()
    return counted


def test_a_power_failure_loses_nothing_that_was_acknowledged(server, folder):
    counted = cut_power(server, folder, random.Random(10), 15)
    assert counted["killed"] + counted["ended"] == 15
    assert counted["flushes"] > 100


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_many_power_failures(server, folder, seed):
    counted = cut_power(server, folder, random.Random(200 + seed), 100)
    assert min(counted["killed"], counted["ended"]) > 10


def create_under_power_failures(server: Server, folder: Path, rng: random.Random, times: int) -> None:
    for number in range(times):
        shop = folder.with_name(f"new{number}") / "shop"
        shop.parent.mkdir()
        trace = folder.with_name(f"new{number}.trace")
        disk = Disk(shop.parent)
        actions = [["add", ["d0", 1], ["d1", 2]]]
        how = {"mode": "kill", "at": rng.randint(1, 240)} if number % 2 else {}
        reply = server.ask(shop, actions, trace=str(trace), **how)
        disk.replay(trace)
        shutil.rmtree(shop, ignore_errors=True)
        disk.leave(rng, 0.0 if number % 4 < 2 else 0.5)
        states = states_of(Shop(), actions)
        examine(shop, states[done(reply) :] if reply["killed"] else states[-1:])
        shutil.rmtree(shop.parent)


def test_a_power_failure_after_the_first_creation_keeps_the_store(server, folder):
    create_under_power_failures(server, folder, random.Random(11), 6)


@pytest.mark.slow
def test_many_power_failures_during_the_first_creation(server, folder):
    create_under_power_failures(server, folder, random.Random(12), 100)

"""Flipped bytes, cut files and invented rows: a store is as it was, or says what is wrong; nothing else is raised."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.errors import AssistError, StoreCorruptError, StoreError
from assist.store.connection import DATABASE
from assist.store.snapshot import Snapshots, check_files
from unit.store.records import DAY1, ENCODER, open_store, record, sample

# Flips in each file; those marked slow make 200.
FEW, MANY = 10, 200


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A store with something in every table, closed; nobody writes to it."""
    folder = tmp_path_factory.mktemp("damage") / "shop"
    with open_store(folder) as store:
        store.apply(add=sample())
        store.apply(add=[record("returns", "新规则。\n\n第二行。")], remove=["shipping"])
        store.set_state(["returns"], "approved", "好")
        store.log_suggestion("s1", {"document_id": "returns"}, at=DAY1)
        store.add_feedback("s1", chosen=0, sent_text="好", at=DAY1)
    return folder


def everything(store):
    """Give all that the store shows of its documents."""
    view = store.view()
    rows, scores = view.dense.search(ENCODER.encode(["退货", "羽绒服"]), 4)
    sparse = view.sparse.search([view.tokenizer.tokens("羽绒服掉色")], 4)
    chunks = [view.chunk(row).text for row in range(len(view))]
    return [
        store.documents(),
        chunks,
        np.asarray(view.vectors).tobytes(),
        rows.tobytes(),
        sparse[1].tobytes(),
    ]


def flips(data, seed, count):
    rng = random.Random(seed)
    for _ in range(count):
        at = rng.randrange(len(data))
        damaged = bytearray(data)
        damaged[at] ^= 1 << rng.randrange(8)
        yield at, bytes(damaged)


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_a_flipped_byte_in_any_index_file_is_noticed(shop, tmp_path, count):
    shutil.copytree(shop / "index", tmp_path / "index")
    snapshots = Snapshots(tmp_path / "index")
    manifest = snapshots.manifest()
    for name, seal in manifest.files.items():
        alone = replace(manifest, files={name: seal})
        data = (manifest.folder / name).read_bytes()
        for at, damaged in flips(data, name, count):
            (manifest.folder / name).write_bytes(damaged)
            assert is_noticed(lambda alone=alone: check_files(alone, every=False)), (name, at)
        (manifest.folder / name).write_bytes(data)
    for path in (manifest.folder / "manifest.json", tmp_path / "index" / "CURRENT"):
        data = path.read_bytes()
        for at, damaged in flips(data, path.name, count):
            path.write_bytes(damaged)
            assert is_noticed(snapshots.manifest), (path.name, at)
        path.write_bytes(data)


def is_noticed(check):
    try:
        check()
    except StoreCorruptError:
        return True
    return False


def examine(folder, expected):
    """Open a damaged store in both ways: it shows what it held, or an error of ours says what is wrong."""
    for options in ({"read_only": True}, {"create": False}):
        try:
            with open_store(folder, **options) as store:
                problems = store.verify()
                assert problems or everything(store) == expected
        except StoreError as exc:
            if str(folder) not in str(exc):
                pytest.fail(f"the error does not say where: {exc}")


@pytest.mark.parametrize("count", [2 * FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_a_flipped_byte_in_the_database_is_an_error_that_says_so_or_harmless(shop, tmp_path, count):
    with open_store(shop, read_only=True) as store:
        expected = everything(store)
    data = (shop / DATABASE).read_bytes()
    for number, (_, damaged) in enumerate(flips(data, "database", count)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / DATABASE).write_bytes(damaged)
        examine(folder, expected)
        shutil.rmtree(folder)


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.binary(max_size=40),
    st.text(max_size=20),
    st.sampled_from(
        ["policy", "law", "2026-13-01", "[]", "{}", "[[1,2]]", "1e999", "../../x", b"\x80\x04K\x01."]
    ),
)
TABLES = {
    "documents": ["id", "version", "kind", "level", "valid_from", "valid_to", "loaded_at", "replaced_at", "text", "body",
                  "source", "chunk_count", "product"],
    "chunks": ["ordinal", "start", "end", "section", "headings", "kind", "focus_start", "focus_end", "doc_key"],
    "embeddings": ["vector", "tokens", "doc_key"],
    "settings": ["value"],
    "states": ["state", "reason"],
    "suggestions": ["payload"],
    "feedback": ["body"],
    "commits": ["stamp", "revision", "touched"],
    "aliases": ["alias"],
}  # fmt: skip
PLACES = st.sampled_from([(table, column) for table, columns in TABLES.items() for column in columns])


@settings(max_examples=40)
@given(changes=st.lists(st.tuples(PLACES, VALUES), min_size=1, max_size=3), row=st.integers(0, 8))
def test_invented_rows_raise_nothing_but_errors_of_ours(shop, tmp_path_factory, changes, row):
    folder = tmp_path_factory.mktemp("rows")
    shutil.copy(shop / DATABASE, folder / DATABASE)
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        for (table, column), value in changes:
            key = connection.execute(f"PRAGMA table_info({table})").fetchall()[0][1]
            picked = (
                f"(SELECT {key} FROM {table} LIMIT 1 OFFSET {row} % (SELECT max(1, count(*)) FROM {table}))"
            )
            try:
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = {picked}", (value,))
            except (sqlite3.IntegrityError, sqlite3.DataError):
                continue
    try:
        with open_store(folder, read_only=True) as store:
            store.verify()
            everything(store)
            store.suggestion("s1")
            store.feedback()
            store.document("returns", on=DAY1)
            store.info()
    except AssistError:
        return
    finally:
        shutil.rmtree(folder)

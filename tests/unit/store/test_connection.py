import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from assist.errors import StoreCorruptError, StoreError, StoreLockedError
from assist.store.background import Background
from assist.store.connection import Connections, connect, exclusive, map_error, sqlite_errors

FILE = Path("shop.assist/store.sqlite3")


def make_database(path: Path) -> Path:
    file = path / "store.sqlite3"
    with closing(connect(file, busy_timeout_s=1, read_only=False, create=True)) as connection:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("CREATE TABLE numbers (value INTEGER)")
    return file


@pytest.fixture
def connections(tmp_path):
    with closing(Connections(make_database(tmp_path), busy_timeout_s=0.05, read_only=False)) as opened:
        yield opened


def test_every_exception_of_sqlite3_is_mapped():
    kinds = [
        kind for kind in vars(sqlite3).values() if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    assert len(kinds) >= 10
    for kind in kinds:
        with pytest.raises(StoreError), sqlite_errors(FILE):
            raise kind("anything")


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        ("database is locked", StoreLockedError, "another writer"),
        ("database table is locked: documents", StoreLockedError, "another writer"),
        ("database disk image is malformed", StoreCorruptError, "restore it from a backup"),
        ("file is not a database", StoreCorruptError, "restore it from a backup"),
        ("no such table: settings", StoreCorruptError, "store.sqlite3 is damaged"),
        ("attempt to write a readonly database", StoreError, "read-only"),
        ("database or disk is full", StoreError, "disk is full"),
        ("Cannot operate on a closed database.", StoreError, "closed"),
        ("something new", StoreError, "something new"),
    ],
)
def test_messages_become_named_errors(message, kind, words):
    error = map_error(sqlite3.OperationalError(message), FILE)
    assert type(error) is kind
    assert words in str(error)
    assert error.path == "shop.assist"


def test_what_is_written_is_read_by_the_next(connections):
    with connections.writing() as connection:
        connection.execute("INSERT INTO numbers VALUES (7)")
    with connections.reading() as connection:
        assert connection.execute("SELECT value FROM numbers").fetchall() == [(7,)]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [("INSERT INTO absent VALUES (8)", StoreCorruptError), ("INSERT INTO numbers VALUES (1, 2)", StoreError)],
)
def test_an_error_undoes_the_write(connections, statement, kind):
    def write() -> None:
        with connections.writing() as connection:
            connection.execute("INSERT INTO numbers VALUES (7)")
            connection.execute(statement)

    with pytest.raises(kind):
        write()
    with connections.lend() as connection:
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (0,)


def test_a_reader_sees_one_state_while_a_writer_commits(connections):
    with connections.reading() as reader:
        assert reader.execute("SELECT count(*) FROM numbers").fetchone() == (0,)
        with connections.writing() as writer:
            writer.execute("INSERT INTO numbers VALUES (1)")
        assert reader.execute("SELECT count(*) FROM numbers").fetchone() == (0,)
    with connections.reading() as reader:
        assert reader.execute("SELECT count(*) FROM numbers").fetchone() == (1,)


def test_a_second_writer_waits_and_gives_up_but_readers_go_on(connections):
    with connections.writing() as first:
        first.execute("INSERT INTO numbers VALUES (1)")
        with pytest.raises(StoreLockedError), connections.writing():
            pass
        with connections.reading() as reader:
            assert reader.execute("SELECT count(*) FROM numbers").fetchone() == (0,)


def test_a_connection_is_reused(connections):
    with connections.lend() as first:
        pass
    with connections.lend() as second:
        assert second is first
        with connections.lend() as other:
            assert other is not first


def test_closed_connections_say_so(connections):
    connections.close()
    with pytest.raises(StoreError, match="closed"), connections.lend():
        pass


def test_closing_while_lent_is_harmless(connections):
    with connections.lend() as connection:
        connections.close()
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_read_only_refuses_to_write(tmp_path):
    file = make_database(tmp_path)
    with closing(Connections(file, busy_timeout_s=0.05, read_only=True)) as connections:
        with pytest.raises(StoreError, match="reading only"), connections.writing():
            pass
        with pytest.raises(StoreError, match="read-only"), connections.lend() as connection:
            connection.execute("INSERT INTO numbers VALUES (1)")


@contextmanager
def unwritable(folder):
    """Take the right to write into a folder from this process; root gives up its powers meanwhile."""
    folder.chmod(0o555)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


@pytest.mark.skipif(os.name != "posix", reason="needs folders that cannot be written")
def test_read_only_works_where_no_side_file_can_be_made():
    # Not tmp_path: its parents are closed to other users.
    with TemporaryDirectory() as name:
        file = make_database(Path(name))
        with (
            unwritable(file.parent),
            closing(connect(file, busy_timeout_s=0.05, read_only=True)) as connection,
        ):
            assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (0,)
        # With a log beside it, the file alone is not the whole state, so it must not be read alone.
        file.with_name("store.sqlite3-wal").write_bytes(b"not empty")
        with unwritable(file.parent), pytest.raises(StoreError):
            connect(file, busy_timeout_s=0.05, read_only=True)


def test_a_path_with_odd_characters_opens(tmp_path):
    folder = tmp_path / "店 #1?%20"
    folder.mkdir()
    assert make_database(folder).is_file()
    assert [one.name for one in tmp_path.iterdir()] == ["店 #1?%20"]


def test_the_lock_is_exclusive(tmp_path):
    with exclusive(tmp_path / "lock", wait_s=0) as first, exclusive(tmp_path / "lock", wait_s=0) as second:
        assert (first, second) == (True, False)
    with exclusive(tmp_path / "lock", wait_s=0) as again:
        assert again
    assert (tmp_path / "lock").stat().st_size == 0


def test_a_lock_that_cannot_be_made_is_an_error(tmp_path):
    with pytest.raises(StoreError), exclusive(tmp_path / "absent" / "lock", wait_s=0):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_opens_connections_of_its_own(connections):
    with connections.writing() as connection:
        connection.execute("INSERT INTO numbers VALUES (1)")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with connections.writing() as connection:
                connection.execute("INSERT INTO numbers VALUES (2)")
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    with connections.lend() as connection:
        assert connection.execute("SELECT sum(value) FROM numbers").fetchone() == (3,)


def test_threads_get_connections_of_their_own(connections):
    def count_up() -> None:
        for _ in range(20):
            with connections.lend() as connection:
                connection.execute("SELECT count(*) FROM numbers").fetchone()

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connections.lend() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def in_database_file(file: Path) -> int:
    """Count the rows that the file alone holds, without the log beside it."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        try:
            return connection.execute("SELECT count(*) FROM numbers").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # not even the table


def insert(connections: Connections, rows: int, *, width: int = 8) -> None:
    with connections.writing() as connection:
        connection.executemany("INSERT INTO numbers VALUES (zeroblob(?))", [(width,)] * rows)


def test_a_thread_takes_the_log_of_a_large_commit_over(connections):
    insert(connections, 10)
    connections.settle()
    assert in_database_file(connections.file) == 0
    insert(connections, 5_000)
    connections.settle()
    assert in_database_file(connections.file) == 5_010


def test_a_commit_takes_the_log_over_itself_while_the_thread_is_not_done(connections):
    go_on = threading.Event()
    connections._checkpoints = Background(go_on.wait, name="held up")
    connections._checkpoints.start()
    insert(connections, 5_000, width=2_000)
    assert in_database_file(connections.file) == 5_000
    go_on.set()


def test_small_commits_after_a_large_one_take_their_log_over_again(connections):
    insert(connections, 5_000)
    connections.settle()
    insert(connections, 3_000, width=2_000)
    assert in_database_file(connections.file) == 8_000


def test_a_log_that_cannot_be_taken_over_is_left(connections, caplog):
    connections.close()
    connections._take_log_over()
    assert "left to a later commit" in caplog.text

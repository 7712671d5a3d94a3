"""The log: what was suggested, what the agents sent, and the states of past answers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from assist.errors import InputError
from assist.results import to_plain
from assist.store.base import AnswerState, Outcome, Standing, StateChange

OUTCOMES = 20_000
"""Feedbacks that are learned from: the newest; older ones have faded anyway."""


def write_suggestion(
    connection: sqlite3.Connection, suggestion_id: str, payload: Mapping[str, object], at: datetime
) -> None:
    """Keep a suggestion; logging the same id again replaces it.

    Raises:
        InputError: The payload is not plain data that JSON can hold.
    """
    plain = to_plain(payload)
    try:
        text = json.dumps(plain)
    except (TypeError, ValueError) as exc:
        raise InputError(f"the payload of suggestion {suggestion_id!r} must be plain data: {exc}") from exc
    connection.execute(
        "INSERT INTO suggestions (id, at, payload) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET at = excluded.at, payload = excluded.payload",
        (suggestion_id, at.isoformat(), text),
    )
    _keep_citations(connection, _suggestion_key(connection, suggestion_id), plain)


def cite_again(connection: sqlite3.Connection) -> None:
    """Find anew what every logged suggestion cites."""
    for key, text in connection.execute("SELECT key, payload FROM suggestions").fetchall():
        _keep_citations(connection, key, json.loads(text))


def _keep_citations(connection: sqlite3.Connection, key: int, payload: object) -> None:
    connection.execute("DELETE FROM cited WHERE suggestion_key = ?", (key,))
    cited = [(key, document_id) for document_id in sorted(set(_cited(payload)))]
    connection.executemany("INSERT INTO cited (suggestion_key, document_id) VALUES (?, ?)", cited)


def read_suggestion(connection: sqlite3.Connection, suggestion_id: str) -> dict[str, Any]:
    """Read a logged suggestion.

    Raises:
        InputError: No such suggestion was logged.
    """
    row = connection.execute("SELECT payload FROM suggestions WHERE id = ?", (suggestion_id,)).fetchone()
    if row is None:
        raise InputError(f"no suggestion {suggestion_id!r} is in the log")
    payload: dict[str, Any] = json.loads(row[0])
    return payload


def write_feedback(connection: sqlite3.Connection, suggestion_id: str, body: Mapping[str, object]) -> None:
    """Keep what an agent did with a suggestion.

    Raises:
        InputError: No such suggestion was logged.
    """
    key = _suggestion_key(connection, suggestion_id)
    connection.execute("INSERT INTO feedback (suggestion_key, body) VALUES (?, ?)", (key, json.dumps(body)))


def read_feedback(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Read all feedback, oldest first."""
    rows = connection.execute(
        "SELECT suggestions.id, body FROM feedback JOIN suggestions ON suggestions.key = suggestion_key"
        " ORDER BY feedback.key"
    )
    return [{"suggestion_id": suggestion_id, **json.loads(body)} for suggestion_id, body in rows]


def read_outcomes(connection: sqlite3.Connection, after: int) -> list[Outcome]:
    """Read the newest feedback past a key, each with its suggestion, oldest first."""
    rows = connection.execute(
        "SELECT feedback.key, payload, body FROM feedback JOIN suggestions ON suggestions.key = suggestion_key"
        " WHERE feedback.key > ? ORDER BY feedback.key DESC LIMIT ?",
        (after, OUTCOMES),
    )
    found = [Outcome(key, json.loads(payload), json.loads(body)) for key, payload, body in rows]
    return found[::-1]


def read_feedback_stamp(connection: sqlite3.Connection) -> tuple[int, int]:
    """Read how often feedback was taken back, and the key of the newest: two lookups, however much there is.

    In one statement, which sees one commit without a transaction around it.
    """
    undone, newest = connection.execute(
        "SELECT (SELECT value FROM settings WHERE key = 'feedback_undone'), (SELECT max(key) FROM feedback)"
    ).fetchone()
    return int(undone or 0), int(newest or 0)


def delete_feedback(connection: sqlite3.Connection, suggestion_id: str) -> bool:
    """Delete the newest feedback on a suggestion; False where there is none.

    Raises:
        InputError: No such suggestion was logged.
    """
    key = _suggestion_key(connection, suggestion_id)
    newest = "(SELECT max(key) FROM feedback WHERE suggestion_key = ?)"
    deleted = connection.execute(f"DELETE FROM feedback WHERE key = {newest}", (key,)).rowcount > 0  # noqa: S608
    if deleted:
        connection.execute(
            "INSERT INTO settings VALUES ('feedback_undone', '1')"
            " ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
        )
    return deleted


def write_states(
    connection: sqlite3.Connection, ids: Sequence[str], state: AnswerState, reason: str, at: datetime
) -> None:
    """Set the state of documents.

    Raises:
        InputError: One of them is not live; none is changed then.
    """
    live = "SELECT 1 FROM documents WHERE id = ? AND replaced_at IS NULL LIMIT 1"
    for document_id in ids:
        if connection.execute(live, (document_id,)).fetchone() is None:
            raise InputError(f"no document {document_id!r} is in the store")
    connection.executemany(
        "INSERT INTO states VALUES (?, ?, ?, ?) ON CONFLICT (document_id) DO UPDATE"
        " SET state = excluded.state, reason = excluded.reason, at = excluded.at",
        [(document_id, str(state), json.dumps(reason), at.isoformat()) for document_id in ids],
    )


def write_changes(connection: sqlite3.Connection, changes: Sequence[StateChange], at: datetime) -> None:
    """Set the states of documents one by one; raises as `write_states` does."""
    for change in changes:
        write_states(connection, [change.document_id], change.state, change.reason, at)


def read_standings(connection: sqlite3.Connection) -> tuple[Standing, ...]:
    """Read every state that was set, by document id."""
    rows = connection.execute("SELECT document_id, state, reason, at FROM states ORDER BY document_id")
    return tuple(
        Standing(name, AnswerState(state), json.loads(reason), datetime.fromisoformat(at))
        for name, state, reason, at in rows
    )


def erase_removed(connection: sqlite3.Connection) -> None:
    """Delete what was removed: its texts, and the log of the suggestions that quote them.

    A suggestion that cites a removed document keeps its id and who chose which draft; what was suggested and what
    was sent are erased.
    """
    gone = "SELECT id FROM documents WHERE removed = 1 AND id NOT IN (SELECT id FROM documents WHERE removed = 0)"
    quoting = f"SELECT suggestion_key FROM cited WHERE document_id IN ({gone})"  # noqa: S608
    replies = f"SELECT key, body FROM feedback WHERE suggestion_key IN ({quoting})"  # noqa: S608
    sent = connection.execute(replies).fetchall()
    unsent = [(json.dumps({**json.loads(body), "sent_text": None}), key) for key, body in sent]
    connection.executemany("UPDATE feedback SET body = ? WHERE key = ?", unsent)
    connection.execute(f"UPDATE suggestions SET payload = '{{\"erased\": true}}' WHERE key IN ({quoting})")  # noqa: S608
    connection.execute(f"DELETE FROM cited WHERE document_id IN ({gone})")  # noqa: S608
    connection.execute("DELETE FROM documents WHERE removed = 1")


def _suggestion_key(connection: sqlite3.Connection, suggestion_id: str) -> int:
    row = connection.execute("SELECT key FROM suggestions WHERE id = ?", (suggestion_id,)).fetchone()
    if row is None:
        raise InputError(f"no suggestion {suggestion_id!r} is in the log")
    return int(row[0])


def _cited(value: object) -> Iterator[str]:
    """Find the ids of all documents that a payload quotes."""
    if isinstance(value, Mapping):
        if isinstance(value.get("document_id"), str):
            yield value["document_id"]
        yield from _cited_in_short(value.get("citations"))
        children: Iterable[object] = value.values()
    else:
        children = value if isinstance(value, list | tuple) else ()
    for child in children:
        yield from _cited(child)


def _cited_in_short(citations: object) -> Iterator[str]:
    """Read citations as logs of format 1 hold them: lists that start with the document's id."""
    for one in citations if isinstance(citations, list) else ():
        if isinstance(one, list) and one and isinstance(one[0], str):
            yield one[0]

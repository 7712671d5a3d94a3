"""What a store in a folder keeps beside documents: suggestions, feedback, states of answers, what was fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from assist.store import journal
from assist.store.base import AnswerState, Logged, Outcome, Standing, shop_now
from assist.store.connection import Connections
from assist.store.schema import read_head, read_setting, write_settings


class LocalJournal:
    """The doors of a local store to its journal; `LocalStore` adds the documents.

    Every call that writes is one transaction.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._file = connections.file

    def log_suggestion(self, id: str, payload: Mapping[str, object], *, at: datetime) -> None:
        """Keep what was suggested, so that it can be shown again; logging an id again replaces it.

        Raises:
            InputError: The payload does not fit into JSON.
        """
        with self._connections.writing() as connection:
            journal.write_suggestion(connection, id, payload, at)

    def suggestion(self, id: str) -> dict[str, object]:
        """Give a logged suggestion.

        Raises:
            InputError: No such suggestion was logged.
        """
        with self._connections.reading() as connection:
            return journal.read_suggestion(connection, id)

    def add_feedback(
        self,
        id: str,
        *,
        chosen: int | str | None = None,
        sent_text: str | None = None,
        agent: str | None = None,
        at: datetime,
        logged: Logged | None = None,
    ) -> None:
        """Keep what an agent did with a suggestion: which draft was chosen, and what was sent.

        Args:
            id: The suggestion.
            chosen: Number of the draft that was used.
            sent_text: What was sent.
            agent: Who.
            at: When.
            logged: The suggestion, to be logged in the same transaction.

        Raises:
            InputError: No such suggestion was logged, or it does not fit into JSON.
        """
        body = {"chosen": chosen, "sent_text": sent_text, "agent": agent, "at": at.isoformat()}
        with self._connections.writing() as connection:
            if logged is not None:
                journal.write_suggestion(connection, id, logged.payload, logged.at)
            journal.write_feedback(connection, id, body)

    def feedback(self) -> list[dict[str, object]]:
        """Give all feedback, oldest first: `suggestion_id, chosen, sent_text, agent, at` (ISO text)."""
        with self._connections.reading() as connection:
            return journal.read_feedback(connection)

    def outcomes(self, *, after: int = 0) -> list[Outcome]:
        """Give the newest feedback (at most `journal.OUTCOMES`), each with its suggestion, oldest first.

        Args:
            after: Only feedback whose key is greater.
        """
        with self._connections.reading() as connection:
            return journal.read_outcomes(connection, after)

    def feedback_stamp(self) -> tuple[int, int]:
        """Give how often feedback was taken back, and the key of the newest; another pair means other feedback."""
        with self._connections.asking() as connection:
            return journal.read_feedback_stamp(connection)

    def undo_feedback(self, id: str) -> bool:
        """Take back the newest feedback on a suggestion; False where there is none.

        Raises:
            InputError: No such suggestion was logged.
        """
        with self._connections.writing() as connection:
            return journal.delete_feedback(connection, id)

    def standings(self) -> tuple[Standing, ...]:
        """Give every state that was set, with its reason and moment, by document id."""
        with self._connections.lend() as connection:
            return journal.read_standings(connection)

    def set_state(self, document_ids: Sequence[str], state: AnswerState, reason: str) -> int:
        """Set the state of past answers; `View.states` shows it at the next revision.

        Returns:
            The new revision.

        Raises:
            InputError: A document is not live, or the state is unknown; nothing was changed.
        """
        word = AnswerState(AnswerState.parse(state))
        with self._connections.writing() as connection:
            head = read_head(connection, self._file)
            journal.write_states(connection, document_ids, word, reason, shop_now(head.profile.timezone))
            write_settings(connection, revision=head.revision + 1)
        return head.revision + 1

    @property
    def tuned(self) -> str | None:
        """What was fitted to this shop, as text (`assist.tuned`); None: nothing."""
        with self._connections.lend() as connection:
            return read_setting(connection, "tuned") or None

    def set_tuned(self, text: str | None) -> int:
        """Keep what was fitted, or forget it; readers see it with the new revision, which is returned."""
        with self._connections.writing() as connection:
            head = read_head(connection, self._file)
            write_settings(connection, tuned=text or "", revision=head.revision + 1)
        return head.revision + 1

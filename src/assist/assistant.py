"""The two doors of the house: loading what the shop knows, and suggesting replies from it.

Read top to bottom: open, load, search, suggest, learn, keep. The steps of loading are in `loading.py`, those
of suggesting in `suggesting.py`; only their order is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from threading import RLock
from types import TracebackType

from assist import agreement, ingest, loading
from assist.agreement import AnswerReview
from assist.clock import shop_time
from assist.documents import Document, Kind
from assist.encoder import load as load_encoder
from assist.encoder.base import Encoder
from assist.errors import InputError
from assist.expressions import keep_expressions
from assist.guard.conflicts import Conflict
from assist.ingest import Skipped
from assist.learning import Learned, Traces, keep_feedback
from assist.loading import AddReport, OnError, Progress
from assist.messages import Channel, Message, Mode, read_message
from assist.results import Finding, Hit, Suggestion
from assist.retrieve.lanes import Retriever, Scope
from assist.settings import Settings
from assist.shop import ShopProfile
from assist.store.backup import restore_store
from assist.store.base import AnswerState
from assist.store.local import LocalStore
from assist.store.reencoding import reencode_store
from assist.suggesting import Suggester
from assist.tuned import Tuned


class Assistant:
    """Suggests replies with exact sources from what a shop has loaded.

    Use `Assistant.open`; close it, or use it in a `with` block. All methods may be called from any thread.
    """

    def __init__(self, store: LocalStore, encoder: Encoder, settings: Settings) -> None:
        self._store = store
        self._encoder = encoder
        self._settings = settings
        self._lock = RLock()
        self._retriever: Retriever | None = None
        self._suggester: Suggester | None = None
        self._traces = Traces()
        self._learned = Learned(store)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        create: bool = False,
        encoder: str | Encoder = "bundled",
        settings: Settings | None = None,
        read_only: bool = False,
    ) -> Assistant:
        """Open a store folder.

        Args:
            path: The folder.
            create: Make it when it does not exist.
            encoder: A name that `assist.encoder.load` knows, a model folder, or an encoder object.
            settings: Every knob; None takes the defaults.
            read_only: Never write, not even a log.

        Raises:
            StoreNotFoundError: There is no store and `create` is False.
            StoreMismatchError: The store was built with another encoder.
            StoreCorruptError: The database is damaged.
        """
        settings = settings or Settings()
        model = load_encoder(encoder) if isinstance(encoder, str | Path) else encoder
        store = LocalStore.open(
            path,
            encoder=model.identity,
            create=create,
            read_only=read_only,
            settings=settings.store,
            search=settings.search,
        )
        return cls(store, model, settings)

    # -- loading ---------------------------------------------------------------------------------

    def add(self, documents: Iterable[Document], *, on_error: OnError = "raise") -> AddReport:
        """Load documents: screened, cut, encoded, and written in one transaction.

        An unchanged document costs nothing; a changed one becomes a new version.

        Args:
            documents: What to load.
            on_error: `raise` leaves the store as it was at the first bad one; `skip` loads the rest.
        """
        loading.check_on_error(on_error)
        return self._load(list(documents), on_error, None)

    def add_files(
        self, path: str | Path, *, on_error: OnError = "skip", progress: Progress | None = None
    ) -> AddReport:
        """Load a file or a folder of them; see `assist.ingest` for what is read.

        Args:
            path: A file or folder; `shop.toml` in it becomes the shop's profile.
            on_error: `skip` reports what is broken with file and line; `raise` stops there, nothing is loaded.
            progress: Called with how much is done, of how much, and what.

        Raises:
            InputError: The folder does not exist or holds nothing that can be read.
            IngestError: With `on_error="raise"`, the first file or row that cannot be read.
        """
        loading.check_on_error(on_error)
        results = list(ingest.read_folder(path, settings=self._settings.ingest, progress=progress))
        skipped = [item for result in results for item in result.skipped]
        loading.raise_first(skipped, on_error)
        profile = next((result.profile for result in reversed(results) if result.profile is not None), None)
        documents = [document for result in results for document in result.documents]
        return self._load(documents, on_error, progress, skipped, profile)

    def _load(
        self,
        documents: Sequence[Document],
        on_error: OnError,
        progress: Progress | None,
        skipped: Sequence[Skipped] = (),
        profile: ShopProfile | None = None,
    ) -> AddReport:
        screened = loading.screen_all(documents, on_error, self._settings.guard.lists)
        named = loading.with_product_ids(screened.documents, self._store.documents(kinds=(Kind.PRODUCT,)))
        change = loading.changed_only(named, self._store.current())
        records = loading.make_records(change.write, self._encoder, self._settings.chunk, progress)
        at = shop_time(None, (profile or self._store.profile).timezone)
        states = agreement.review_write(self._store, change.write, now=at)
        revision = self._store.revision
        if records or profile is not None:
            revision = self._store.apply(add=records, profile=profile, replaced_at=at, states=states)
        written, limit = (*change.loaded, *change.changed), self._settings.guard.compared_documents
        conflicts = agreement.new_conflicts(self._store, written, now=at, limit=limit)
        report = loading.report(screened, change, records, skipped, states, conflicts)
        loading.log_report(report, revision, at)
        return report

    def remove(self, document_ids: Sequence[str]) -> int:
        """Remove documents from every lane at once; returns how many of the ids were live."""
        if isinstance(document_ids, str):
            raise InputError("remove takes a list of ids, got a string")
        live = sorted(self._store.current().keys() & set(document_ids))
        if live:
            self._store.apply(remove=live, states=agreement.review_removal(self._store, live))
        return len(live)

    def document(
        self, id: str, *, version: str | None = None, on: date | datetime | str | None = None
    ) -> Document:
        """Return a document: its newest version, a named one, or the one that was valid at `on`.

        Raises:
            InputError: The id or version is unknown.
        """
        moment = None if on is None else self._moment(on)
        return self._store.document(id, version=version, on=moment)

    # -- searching -------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        product: str | None = None,
        kinds: Sequence[str | Kind] | None = None,
        on: date | datetime | str | None = None,
        filters: Mapping[str, str] | None = None,
    ) -> list[Hit]:
        """Find the k best chunks for a query; see `search_many`."""
        return self.search_many([query], k=k, product=product, kinds=kinds, on=on, filters=filters)[0]

    def search_many(
        self,
        queries: Sequence[str],
        *,
        k: int = 10,
        product: str | None = None,
        kinds: Sequence[str | Kind] | None = None,
        on: date | datetime | str | None = None,
        filters: Mapping[str, str] | None = None,
    ) -> list[list[Hit]]:
        """Find hits for a batch of queries; every limit applies before the cut at k.

        Args:
            queries: q texts, none empty.
            k: Hits wanted per query, >= 1.
            product: Only this product's rows, and rows of no product.
            kinds: Only documents of these kinds.
            on: Only what is valid then; None: no matter when.
            filters: `audience` (`buyer` or `internal`).

        Returns:
            Per query at most k hits, best first.

        Raises:
            InputError: k < 1, an empty query, an unknown kind or filter.
        """
        _check_k(k)
        if isinstance(queries, str):
            raise InputError("search_many takes a list of queries, got a string")
        if any(not query.strip() for query in queries):
            raise InputError("a query must not be empty")
        moment = None if on is None else self._moment(on)
        scope = Scope.read(product=product, kinds=kinds, moment=moment, filters=filters)
        return [list(hits) for hits in self._searcher().search(queries, k, [scope] * len(queries))]

    def _searcher(self) -> Retriever:
        """The retriever of the newest revision; built anew when someone has written or tuned."""
        view, kept = self._store.view(), self._retriever
        if kept is None or kept.view is not view:
            search = Tuned.from_json(self._store.tuned).search(self._settings.search)
            self._retriever = kept = Retriever(view, self._encoder, search)
        return kept

    # -- suggesting ------------------------------------------------------------------------------

    def suggest(
        self,
        message: str | Sequence[str],
        *,
        product: str | None = None,
        history: Sequence[object] = (),
        order: Mapping[str, object] | None = None,
        customer: Mapping[str, object] | None = None,
        channel: str | Channel = "wangwang",
        on: date | datetime | str | None = None,
        mode: str | Mode = "agent",
        k: int = 3,
    ) -> Suggestion:
        """Suggest ranked reply drafts for a message, or ask, decline, hand over: with the reason.

        Args:
            message: One line, or the several lines of a burst.
            product: Id of the product the shopper looks at.
            history: Earlier turns, oldest first: strings (the shopper's), (role, text) pairs or mappings.
            order: Known facts of the order: `order_id, status, paid_at, shipped_at, signed_at, carrier,
                waybill, amount, refund`.
            customer: Known facts of the shopper: `height_cm, weight_kg, foot_cm, size_habit, province, ...`.
            channel: `wangwang`, `sms` or `phone`: changes the form, never the facts.
            on: The moment to answer for; a date means its first moment; None: now.
            mode: `agent`: a person reads the drafts; `auto`: the caller sends the first one itself, so that what is
                not sure enough (`decide.unattended`) is handed over.
            k: Drafts wanted, >= 1.

        Raises:
            InputError: k < 1, an empty message, an unknown channel or mode, `on` is no ISO date.
        """
        made = read_message(
            message,
            product=product,
            history=history,
            order=order,
            customer=customer,
            channel=channel,
            on=None if on is None else shop_time(on, self._current().timezone),
            mode=mode,
        )
        return self.suggest_many([made], k=k)[0]

    def suggest_many(self, messages: Sequence[Message], *, k: int = 3) -> list[Suggestion]:
        """Suggest for a batch of messages, vectorised over the batch; raises as `suggest` does."""
        _check_k(k)
        for message in messages:
            if not message.text.strip():
                raise InputError("a message must not be empty")
        suggester = self._current()
        clock = [shop_time(message.on, suggester.timezone) for message in messages]
        suggestions = suggester.suggest_many(messages, clock, k, self._learned.preferences())
        self._traces.remember(suggestions, messages, clock)
        return suggestions

    def _current(self) -> Suggester:
        """The suggester of the newest revision; built anew when someone has written."""
        with self._lock:
            if self._suggester is None or self._suggester.revision != self._store.revision:
                before = self._suggester
                self._suggester = Suggester.of(self._store, self._encoder, self._settings, earlier=before)
            return self._suggester

    # -- learning --------------------------------------------------------------------------------

    def feedback(
        self,
        suggestion_id: str,
        *,
        chosen: int | None = None,
        sent_text: str | None = None,
        agent: str | None = None,
    ) -> None:
        """Keep what the agent did with a suggestion; it moves the order of later drafts at once.

        The suggestion itself is logged with it, masked. How far feedback moves drafts, and why a rule cannot be
        voted away, is in `assist.preferring`.

        Args:
            suggestion_id: `Suggestion.id`.
            chosen: Number of the draft that was used, from 0; None: none of them.
            sent_text: What was really sent; personal data is masked before it is written.
            agent: Who.

        Raises:
            InputError: The suggestion is unknown, or it has no such draft.
        """
        keep_feedback(
            self._store,
            self._traces,
            suggestion_id,
            chosen=chosen,
            sent_text=sent_text,
            agent=agent,
            at=self._moment(None),
        )

    def undo_feedback(self, suggestion_id: str) -> bool:
        """Take back the last feedback on a suggestion, and what it moved.

        Returns:
            False where there is no feedback to take back.

        Raises:
            InputError: The suggestion is unknown.
        """
        return self._store.undo_feedback(suggestion_id)

    # -- agreement -------------------------------------------------------------------------------

    def conflicts(self, *, on: date | datetime | str | None = None) -> tuple[Conflict, ...]:
        """List what the shop's texts, and the law, say against each other; texts that ended before `on` are left out."""
        return agreement.conflicts(self._store, now=self._moment(on))

    def past_answers(self, *, states: Sequence[str] | None = None) -> tuple[AnswerReview, ...]:
        """List past answers with state, reason and the passages they rest on; `states` limits the list."""
        return agreement.with_pins(self._store, agreement.answers(self._store, states=states))

    def approve(self, document_ids: Sequence[str], *, reason: str = "人工确认") -> int:
        """Let past answers be drafted, again or for the first time; returns how many.

        Raises:
            InputError: One is no past answer, or screening keeps it out; none is changed then.
        """
        return agreement.set_states(self._store, document_ids, AnswerState.APPROVED, reason)

    def retire(self, document_ids: Sequence[str], *, reason: str = "人工停用") -> int:
        """Keep past answers out of every draft; returns how many; raises as `approve` does."""
        return agreement.set_states(self._store, document_ids, AnswerState.RETIRED, reason)

    def check(self, text: str) -> tuple[Finding, ...]:
        """Look at a text of the caller's own before it is sent; see `assist.guard.screen`.

        Raises:
            InputError: The text is empty.
        """
        return agreement.check_text(self._store, text, self._settings.guard)

    # -- keeping ---------------------------------------------------------------------------------

    def info(self) -> dict[str, object]:
        """Say what is in the store: counts, sizes, encoder, index, revision."""
        return self._store.info()

    def verify(self) -> tuple[str, ...]:
        """Check the store; returns what is wrong, nothing when it is sound."""
        return self._store.verify()

    def compact(self) -> None:
        """Erase removed documents for good, with what quoted them, and give the room back; readers go on."""
        self._store.compact()

    def backup(self, target: str | Path) -> None:
        """Copy the store into a new or empty folder, in one consistent state, while it is in use.

        Raises:
            InputError: `target` holds something.
        """
        self._store.backup(target)

    @staticmethod
    def restore(backup: str | Path, path: str | Path, *, replace: bool = False) -> Path | None:
        """Make the store that a backup holds; with `replace`, a store that is there is moved aside.

        Stop what has that store open first. Returns where it was moved to, None where nothing was.

        Raises:
            InputError: Something is at `path` and `replace` is False.
            StoreNotFoundError: There is no backup.
            StoreCorruptError: The backup is damaged; nothing was changed.
        """
        return restore_store(Path(backup), Path(path), replace=replace)

    @staticmethod
    def reencode(path: str | Path, *, encoder: str | Encoder, progress: Progress | None = None) -> int:
        """Give a store another encoder's vectors while it stays in use; returns the revision that has them.

        What has the store open works on until then, and gets `StoreMismatchError` afterwards: open it anew with
        the new encoder. A run that was killed goes on where it stopped.
        """
        model = load_encoder(encoder) if isinstance(encoder, str | Path) else encoder
        return reencode_store(path, model, progress=progress)

    def close(self) -> None:
        """Release all files; what was written stays written."""
        self._store.close()
        keep_expressions()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _moment(self, moment: date | datetime | str | None) -> datetime:
        return shop_time(moment, self._store.profile.timezone)


def _check_k(k: object) -> None:
    if isinstance(k, bool) or not isinstance(k, int):
        raise InputError(f"k must be an integer >= 1, got {k!r}")
    if k < 1:
        raise InputError(f"k must be >= 1, got {k}")

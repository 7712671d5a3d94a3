"""Where the shop's texts disagree on one subject: pages, policies, promotions, replies and the law, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from assist.documents import Document, Validity
from assist.guard.judging import Conflict, Status, judged
from assist.guard.page_facts import page_conflicts
from assist.guard.replies import reply_pairs
from assist.guard.rewordings import wording_conflicts
from assist.guard.terms import Shop, Term, agree, comparable, outranked, pairs

__all__ = ["Conflict", "Status", "find_conflicts"]


def find_conflicts(
    documents: Iterable[Document], *, involving: Iterable[str] | None = None, since: datetime | None = None
) -> tuple[Conflict, ...]:
    """Compare what documents state on the same subjects.

    Args:
        documents: All live documents; law and platform texts are among them, or the built-in statutes count.
        involving: Only conflicts with one of these document ids; None: all.
        since: Texts that ended before this moment (naive shop time) are left out; None: none is.

    Returns:
        One conflict per subject and pair of documents that hold at one time; what is below a floor first,
        then by key and ids. Replies are compared with the newest pages and rules; one that says what any rule
        on its subject says agrees with the rules. Where no page or rule speaks to them, replies about the same
        product are compared with one another: what was said last with every other value.
    """
    shop = Shop.of([document for document in documents if not _ended(document.validity, since)])
    wanted = None if involving is None else frozenset(involving)
    found: dict[tuple[str, str, str], Conflict] = {}
    for judge in (_subject_conflicts, page_conflicts, wording_conflicts):
        for conflict in judge(shop, wanted):
            one, other = sorted(side.document_id for side in conflict.sides)
            found.setdefault((conflict.key, one, other), conflict)
    order = list(Status)
    return tuple(sorted(found.values(), key=lambda item: (order.index(item.status), item.key, _ids(item))))


def _ended(validity: Validity, since: datetime | None) -> bool:
    return since is not None and validity.valid_to is not None and validity.valid_to <= since


def _ids(conflict: Conflict) -> tuple[str, str]:
    return conflict.sides[0].document_id, conflict.sides[1].document_id


def _subject_conflicts(shop: Shop, wanted: frozenset[str] | None) -> Iterator[Conflict]:
    by_key: dict[str, list[Term]] = {}
    for term in shop.terms:
        by_key.setdefault(term.key, []).append(term)
    for terms in by_key.values():
        for one, other in (*pairs(terms, wanted, shop), *reply_pairs(terms, wanted, shop)):
            if agree(one, other, terms) or not comparable(one, other) or outranked(one, other, terms):
                continue
            conflict = judged(one, other)
            if conflict is not None:
                yield conflict

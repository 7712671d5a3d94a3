"""The caller's mapping of an order -> known facts: one state, and times in shop time that have already passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from assist.clock import shop_time
from assist.documents import Word
from assist.draft.evidence import Evidence
from assist.errors import InputError
from assist.memo import Memo
from assist.text.normalize import fold

EARLIEST, LATEST = 2000, 2100
"""Years outside of which a time is a slip of the caller's."""


class OrderState(Word):
    """Where an order is; UNKNOWN and CLOSED say nothing to the shopper."""

    UNKNOWN = "unknown"
    UNPAID = "unpaid"
    UNSENT = "unsent"
    SENT = "sent"
    SIGNED = "signed"
    CLOSED = "closed"


_STATES: tuple[tuple[OrderState, tuple[str, ...]], ...] = (
    (OrderState.CLOSED, ("关闭", "取消", "退款", "退货", "closed", "cancel", "refund", "return")),
    (OrderState.UNPAID, ("待付款", "未付款", "未支付", "待支付", "unpaid", "pending_payment", "wait_pay")),
    (
        OrderState.UNSENT,
        (
            "待发货",
            "未发货",
            "已付款",
            "待出库",
            "待运输",
            "备货",
            "not shipped",
            "unshipped",
            "paid",
            "wait_send",
        ),
    ),
    (
        OrderState.SIGNED,
        ("已签收", "签收", "交易完成", "交易成功", "已完成", "delivered", "signed", "received"),
    ),
    (
        OrderState.SENT,
        ("已发货", "已出库", "运输中", "派送", "在途", "shipped", "in_transit", "in transit", "sent"),
    ),
)
"""Words of a status by state; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order's known facts; times are naive shop time, none of them after the moment asked about.

    Attributes:
        state: Where the order is, by its status, else by its times.
        status: As the caller names it.
        paid_at: Payment.
        shipped_at: Handed to the carrier.
        signed_at: Delivered.
        carrier: The carrier's name.
        waybill: Its number.
        refund: What is known of a refund: `status`, `amount`, `received_at`, `refunded_at`.
    """

    state: OrderState = OrderState.UNKNOWN
    status: str = ""
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    signed_at: datetime | None = None
    carrier: str = ""
    waybill: str = ""
    refund: Mapping[str, object] | None = None

    @property
    def shipped(self) -> bool:
        """Whether the parcel is on its way or there."""
        return self.state in {OrderState.SENT, OrderState.SIGNED}


def read_moment(value: object, timezone: str = "Asia/Shanghai") -> datetime | None:
    """Read a date, a datetime or an ISO string in shop time; None when there is none or it is no sane time."""
    if not isinstance(value, (str, date)) or (isinstance(value, str) and not value.strip()):
        return None
    try:
        moment = shop_time(value, timezone)
    except (InputError, OverflowError):
        return None
    return moment if EARLIEST <= moment.year <= LATEST else None


def order_facts(order: Mapping[str, object], now: datetime, timezone: str = "Asia/Shanghai") -> OrderFacts:
    """Read the caller's mapping.

    Args:
        order: As the caller gave it.
        now: The moment asked about; a later time is not yet a fact.
        timezone: IANA name of the shop's time zone.
    """

    def passed(name: str) -> datetime | None:
        moment = read_moment(order.get(name), timezone)
        return moment if moment is not None and moment <= now else None

    paid, shipped, signed = passed("paid_at"), passed("shipped_at"), passed("signed_at")
    status = str(order.get("status") or "")
    refund = order.get("refund")
    return OrderFacts(
        state=_state(status, paid, shipped, signed),
        status=status,
        paid_at=paid,
        shipped_at=shipped,
        signed_at=signed,
        carrier=str(order.get("carrier") or ""),
        waybill=str(order.get("waybill") or ""),
        refund=refund if isinstance(refund, Mapping) else None,
    )


_FACTS: Memo[Evidence, OrderFacts] = Memo(64)


def facts_of(evidence: Evidence) -> OrderFacts:
    """Read the order of a message at the moment asked about, once a message."""
    known = _FACTS.get(evidence)
    if known is None:
        read = order_facts(evidence.message.order, evidence.now, evidence.profile.timezone)
        known = _FACTS.put(evidence, read)
    return known


def _state(
    status: str, paid: datetime | None, shipped: datetime | None, signed: datetime | None
) -> OrderState:
    named = state_of(status)
    if named in {OrderState.CLOSED, OrderState.UNPAID}:
        return named
    if signed is not None:
        return OrderState.SIGNED
    if shipped is not None:
        return OrderState.SENT
    if named is not OrderState.UNKNOWN or status.strip():
        return named
    return OrderState.UNSENT if paid is not None else OrderState.UNKNOWN


def state_of(status: str) -> OrderState:
    """Read a status word of any shop system; UNKNOWN when it is none we know."""
    folded = fold(status)
    return next(
        (state for state, words in _STATES if any(word in folded for word in words)), OrderState.UNKNOWN
    )

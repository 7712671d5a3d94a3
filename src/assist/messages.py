"""What the shopper sent, and what it was understood to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from assist.demand import Demand
from assist.documents import Span, Word
from assist.errors import InputError


class Emotion(Word):
    """How the shopper sounds."""

    CALM = "calm"
    WORRIED = "worried"
    ANNOYED = "annoyed"
    ANGRY = "angry"
    THREAT = "threat"


class Behaviour(Word):
    """What an intent usually calls for."""

    ANSWER = "answer"
    ANSWER_ORDER = "answer_order"
    ASK = "ask"
    DECLINE = "decline"
    HANDOFF = "handoff"
    QUICK = "quick"


class Channel(Word):
    """Where the reply goes; it changes the form, never the facts."""

    WANGWANG = "wangwang"
    SMS = "sms"
    PHONE = "phone"


class Mode(Word):
    """Who sends the reply: an agent who reads it first, or the caller itself, which calls for a stricter line."""

    AGENT = "agent"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier line of the conversation; `role` is `buyer` or `agent`."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """What the shopper sent, with its context: the unit of `suggest_many`.

    Attributes:
        lines: One or more consecutive lines (a burst), as typed.
        product: Product id the shopper is looking at.
        history: Earlier turns, oldest first.
        order: Known facts of the order (`order_id, status, paid_at, shipped_at, signed_at, ...`).
        customer: Known facts of the shopper (`height_cm, weight_kg, foot_cm, province, ...`).
        channel: Where the reply goes.
        on: The moment to answer for, naive shop time; None: now.
        mode: Who sends the reply.
    """

    lines: tuple[str, ...]
    product: str | None = None
    history: tuple[Turn, ...] = ()
    order: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    customer: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    channel: Channel = Channel.WANGWANG
    on: datetime | None = None
    mode: Mode = Mode.AGENT

    @property
    def text(self) -> str:
        """The lines joined by line breaks."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Slot:
    """A typed value found in the message, the history or the caller's data.

    Attributes:
        name: `height_cm, weight_kg, foot_cm, age_months, size, color, province, order_id, waybill, date,
            budget, budget_from, amount, quantity, days, reason, ...`
        value: Normalised: a number in the unit of the name, or a word.
        text: As typed.
        origin: `message`, `history`, `order` or `customer`.
    """

    name: str
    value: str | float | int
    text: str = ""
    origin: str = "message"


@dataclass(frozen=True, slots=True)
class IntentScore:
    """An intent path (`售前/商品/掉色/缩水/起球`) with its score in 0–1."""

    path: str
    score: float


@dataclass(frozen=True, slots=True)
class Intent:
    """One leaf of the intent tree, as data."""

    path: str
    behaviour: Behaviour
    sources: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Aspect:
    """A property that a part asks about (`不掉色`, `重量`, `保修`), with the words pages use for it.

    Attributes:
        name: The aspect's own name.
        keys: Words that stand for it in parameter keys, headings and clauses, best first.
        dimension: Word of the `Dimension` an answer has (`days`, `money`), empty: any.
    """

    name: str
    keys: tuple[str, ...]
    dimension: str = ""


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A phrase of everyday speech (`煮火锅`), and what pages write of the same matter (`明火`).

    Attributes:
        said: As it stands in the plain wording.
        written: Words of pages and rules, the nearest first.
    """

    said: str
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message that may hold several.

    Attributes:
        text: As typed (the burst's lines joined where they belong together).
        clean: Normalised: full width, traditional characters, slang and typos folded.
        span: Where it stands in `Message.text`.
        intents: Best first; empty: unknown.
        behaviour: What the best intent calls for; ASK without an intent: it says too little (`几`, `是吗`).
        products: Scope of this part; empty: none known.
        sku: Words that name one SKU of it, as typed.
        aspects: Properties asked about, most specific first.
        vague: True for `这个怎么样` and its like.
        demands: What an answer has to name.
        paraphrases: Its everyday phrases that pages word otherwise.
        content: Its tokens, as they are searched, without those that only ask.
        told: What it tells without asking for anything: `address`, `number` (of an order or a parcel), `applied` (for
            a return), `sent_back`; empty: it asks.
    """

    text: str
    clean: str
    span: Span
    intents: tuple[IntentScore, ...] = ()
    behaviour: Behaviour = Behaviour.ANSWER
    products: tuple[str, ...] = ()
    sku: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    vague: bool = False
    demands: tuple[Demand, ...] = ()
    paraphrases: tuple[Paraphrase, ...] = ()
    content: tuple[str, ...] = ()
    told: str = ""

    @property
    def intent(self) -> str | None:
        """Path of the best intent; None: unknown."""
        return self.intents[0].path if self.intents else None


@dataclass(frozen=True, slots=True)
class Question:
    """What a message was understood to ask.

    Attributes:
        parts: In the order asked; at least one.
        slots: By name; a later value replaced an earlier one.
        tags: The shop's own tag names.
        emotion: How the shopper sounds.
        products: Products in scope of the message; empty: none known.
        asks_human: The shopper wants a person.
        urging: Nothing asked but hurry (`？？？`, `人呢`).
        unknown_product: A product was named that the shop does not have.
        clean: The whole message normalised.
    """

    parts: tuple[Part, ...]
    slots: Mapping[str, Slot] = field(default_factory=lambda: MappingProxyType({}))
    tags: tuple[str, ...] = ()
    emotion: Emotion = Emotion.CALM
    products: tuple[str, ...] = ()
    asks_human: bool = False
    urging: bool = False
    unknown_product: str | None = None
    clean: str = ""

    @property
    def intent(self) -> str | None:
        """Path of the first part's best intent; None: unknown."""
        return self.parts[0].intent if self.parts else None


def read_message(
    lines: str | Sequence[str],
    *,
    product: str | None,
    history: Sequence[object],
    order: Mapping[str, object] | None,
    customer: Mapping[str, object] | None,
    channel: str | Channel,
    on: datetime | None,
    mode: str | Mode = Mode.AGENT,
) -> Message:
    """Put together what a caller passes to `Assistant.suggest`.

    Raises:
        InputError: The channel or the mode is unknown, or an argument is not of its type.
    """
    _check_types(product, order, customer)
    return Message(
        lines=read_lines(lines),
        product=product,
        history=turns(history),
        order=order or {},
        customer=customer or {},
        channel=Channel(Channel.parse(channel)),
        on=on,
        mode=Mode(Mode.parse(mode)),
    )


def read_lines(lines: object) -> tuple[str, ...]:
    """Read a message given as one string or as a sequence of them.

    Raises:
        InputError: It is neither.
    """
    if isinstance(lines, str):
        return (lines,)
    if isinstance(lines, (list, tuple)) and all(isinstance(line, str) for line in lines):
        return tuple(lines)
    raise InputError(f"a message must be a string or a list of strings, got {_short(lines)}")


def _check_types(product: object, order: object, customer: object) -> None:
    if product is not None and not isinstance(product, str):
        raise InputError(f"product must be a string, got {_short(product)}")
    for name, value in (("order", order), ("customer", customer)):
        if value is not None and not isinstance(value, Mapping):
            raise InputError(f"{name} must be a mapping, got {_short(value)}")


def _short(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def turns(history: Sequence[object]) -> tuple[Turn, ...]:
    """Read a history given as strings (the buyer's), `(role, text)` pairs, mappings or `Turn`s.

    Roles `buyer`, `user`, `customer`, `买家`, `顾客` are the shopper's; every other role is the agent's.

    Raises:
        InputError: It is no sequence, or a turn is of another shape.
    """
    if isinstance(history, str) or not isinstance(history, Sequence):
        raise InputError(f"history must be a list of turns, got {_short(history)}")
    return tuple(_turn(item) for item in history)


_BUYER = frozenset({"buyer", "user", "customer", "买家", "顾客", "客户"})


def _turn(item: object) -> Turn:
    if isinstance(item, Turn):
        return item
    if isinstance(item, str):
        return Turn("buyer", item)
    if isinstance(item, Mapping):
        role, text = item.get("role") or "buyer", item.get("text") or item.get("content") or ""
    elif isinstance(item, (tuple, list)) and len(item) == 2:
        role, text = item
    else:
        raise InputError(f"a turn must be a string, a (role, text) pair or a mapping, got {_short(item)}")
    return Turn("buyer" if str(role).lower() in _BUYER else "agent", str(text))

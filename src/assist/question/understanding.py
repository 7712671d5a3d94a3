"""From message to question: the order of the steps, one batch through the encoder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from assist.documents import Span
from assist.encoder.base import Encoder
from assist.expressions import expression
from assist.messages import Behaviour, Emotion, IntentScore, Message, Part, Question, Slot, Turn
from assist.question import lexicon, wording
from assist.question.aspects import aspects
from assist.question.bursts import SOCIAL, Segment, SegmentKind, segments
from assist.question.demands import content, demands
from assist.question.emotion import asks_human, emotion
from assist.question.followup import Earlier, earlier, is_elliptic, open_question
from assist.question.intent import IntentModel, Intents
from assist.question.paraphrases import paraphrases
from assist.question.parts import Draft, drafts
from assist.question.phrases import any_of
from assist.question.plausible import (
    INVOICE,
    REVIEWS,
    asks_false_invoice,
    asks_more_time,
    asks_reward,
    chooses,
    plausible,
    wishes_person,
)
from assist.question.refusal import is_outdone, is_refused
from assist.question.scope import Catalog, Mention
from assist.question.slots import merge, message_slots
from assist.question.subjects import replaced
from assist.question.telling import ADDRESS, told, wanted_address
from assist.question.wares import sku_slot
from assist.question.wonders import wonders
from assist.settings import MessageSettings
from assist.shop import ShopProfile
from assist.text.normalize import Normalized, fold, normalize
from assist.text.tokenize import Tokenizer

_QUICK_INTENTS = {
    SegmentKind.GREETING: "通用/寒暄/问候/在吗",
    SegmentKind.THANKS: "通用/寒暄/感谢/结束",
    SegmentKind.URGING: "通用/寒暄/催促/无内容追问",
    SegmentKind.HUMAN: "通用/人工/要真人/要主管",
}
_GENERAL = "售前/商品/评价/笼统询问"
_SMALL_TALK = "通用/寒暄"
_ADDRESS_CHANGE = "售中/订单/改地址/改电话"
_UNREADABLE = "通用/其他/超出范围/无法识别"
_BODY = frozenset({"height_cm", "weight_kg", "foot_cm", "waist_cm", "hip_cm", "bust_cm"})
_BODY_ASKS = "穿什么码"
"""What a message asks that only gives measures of a body."""
_SETTINGS = MessageSettings()
_ONLY_MARKS = expression(r"[\s?？!！。.~～…]*[?？][\s?？!！。.~～…]*")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A message read but not yet classified."""

    message: Message
    parts: tuple[Part, ...]
    texts: tuple[str, ...]
    question: Question
    classified: bool = False


class Understanding:
    """Turns messages into questions; built once per assistant, safe to share by threads.

    Args:
        encoder: Encodes parts, and now the wordings of the intents.
        tokenizer: The shop's tokenizer; tells nouns from parts of longer words (咖啡, 咖啡色).
        catalog: The shop's products.
        profile: The shop's tags.
        settings: Limits on a message.
        intents: The intent tree; None: the 77 leaves that come with the package.
    """

    def __init__(
        self,
        *,
        encoder: Encoder,
        tokenizer: Tokenizer,
        catalog: Catalog,
        profile: ShopProfile,
        settings: MessageSettings = _SETTINGS,
        intents: Intents | None = None,
    ) -> None:
        self.catalog = catalog
        self.intents = intents or Intents.bundled()
        self._words = tokenizer.words
        self._tokens = tokenizer.tokens
        self._profile = profile
        self._settings = settings
        self._model = IntentModel.of(self.intents, encoder)

    def understand(self, message: Message) -> Question:
        """Say what one message asks; see `understand_many`."""
        return self.understand_many((message,))[0]

    def understand_many(self, messages: Sequence[Message]) -> tuple[Question, ...]:
        """Say what each message asks; the encoder is called once for all of them.

        A message is never refused: an empty or unreadable one gives one part without intents. Characters
        beyond `settings.max_chars` and turns beyond `settings.max_history` are not read.
        """
        readings = [self._read(message) for message in messages]
        texts = list(dict.fromkeys(text for reading in readings for text in reading.texts if text))
        scores = dict(zip(texts, self._model.classify(texts), strict=True)) | {"": ()}
        return tuple(self._question(reading, scores) for reading in readings)

    def quick(self, message: Message) -> Question | None:
        """Answer without the encoder where a message only greets, thanks, hurries or asks for a person.

        Returns:
            The question, or None where there is something to understand. Hurry after a question that nobody
            has answered is None too: `understand` takes up that question.
        """
        text = message.text[: self._settings.max_chars]
        return self._quick(message, text, _social_kinds(text))

    def _quick(self, message: Message, text: str, kinds: Sequence[SegmentKind]) -> Question | None:
        if not kinds:
            return None
        kind = _leading(kinds)
        if kind in (SegmentKind.URGING, SegmentKind.GREETING) and open_question(self._history(message)):
            return None
        path = _QUICK_INTENTS[kind]
        clean = wording.plain(text) or fold(text)
        part = Part(
            text=text,
            clean=clean,
            span=Span(0, len(text)),
            intents=(IntentScore(path, 1.0),),
            behaviour=self.intents.behaviour(path),
        )
        return Question(
            parts=(part,),
            slots=merge((), (), message),
            tags=self._tags((part,)),
            emotion=emotion(fold(text)),
            products=self._own_product(message),
            asks_human=kind is SegmentKind.HUMAN,
            urging=kind is SegmentKind.URGING,
            clean=clean,
        )

    def _read(self, message: Message) -> _Reading:
        text = message.text[: self._settings.max_chars]
        kinds = _social_kinds(text)
        quick = self._quick(message, text, kinds) if text.strip() else _empty(text)
        if quick is not None:
            return _Reading(message, (), (), quick, classified=True)
        before = earlier(self._history(message), self.catalog, self._words)
        asked = before.open if kinds else text
        reading = self._read_text(message, asked, before)
        if kinds:
            # The shopper hurries; the span is all that was typed, the question the one still open.
            parts = tuple(replace(part, span=Span(0, len(text))) for part in reading.parts)
            question = replace(reading.question, urging=True, emotion=_graver(reading.question.emotion, text))
            return replace(reading, parts=parts, question=question)
        return reading

    def _read_text(self, message: Message, text: str, before: Earlier) -> _Reading:
        normalized = normalize(text)
        context, unknown = self._context(message, before)
        mention = self.catalog.mention(normalized.text, context=context, words=self._words)
        spelled = wording.spell(normalized.text)
        found = message_slots(normalized, spelled, taken=mention.places, before=before.slots, on=message.on)
        ids = [normalized.offsets.original(Span(start, end)) for start, end in mention.places]
        cut = segments(
            text, slots=[(slot.name, place) for slot, place in found if slot.name != "reason"], ids=ids
        )
        named = tuple(slot.name for slot, _ in found)
        whole = Draft(Span(0, max(1, len(text))), fold(text), SegmentKind.STATEMENT, named)
        pieces = drafts(cut) or (whole,)
        scopes, pointing = self._scopes(text, pieces, context, mention)
        pieces = tuple(
            self._told(_wondering(draft, text, scope), words, scope, before)
            for draft, words, scope in zip(pieces, pointing, scopes, strict=True)
        )
        products = tuple(dict.fromkeys(product for scope in scopes for product in scope))
        own = self._own_slots(normalized, found, products)
        pieces = tuple(_pasted(draft, before) for draft in pieces)
        parts = tuple(self._part(text, draft, scope) for draft, scope in zip(pieces, scopes, strict=True))
        question = Question(
            parts=parts,
            slots=merge(own, before.slots, message),
            emotion=emotion(normalized.text),
            products=products,
            asks_human=asks_human(normalized.text),
            urging=any(segment.kind is SegmentKind.URGING for segment in cut),
            unknown_product=mention.unknown or (unknown if not mention.products else None),
            clean=" ".join(filter(None, (draft.clean for draft in pieces))),
        )
        texts = tuple(_reading_text(draft, before) for draft in pieces)
        return _Reading(message, parts, texts, question)

    def _part(self, text: str, draft: Draft, products: tuple[str, ...]) -> Part:
        typed = draft.span.of(text)
        return Part(
            text=typed,
            clean=draft.clean or fold(typed),
            span=draft.span,
            products=products,
            sku=self._sku(text, draft, products),
            aspects=aspects(draft.clean),
            paraphrases=paraphrases(draft.clean),
            vague=is_vague(draft.clean) or _names_only(draft, products),
            demands=demands(draft.clean or fold(typed), self._words, typed),
            content=content(self._tokens(draft.clean or fold(typed))),
            told=told(typed, draft.clean or fold(typed), draft.slots),
        )

    def _sku(self, text: str, draft: Draft, products: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words of a part that name a SKU of its products, as typed; refused ones are left out."""
        if not products:
            return ()
        normalized = normalize(draft.span.of(text))
        changed = _last_change(normalized.text)
        words: dict[str, None] = {}
        for start, end, _ in self.catalog.sku_places(normalized.text, products):
            place = normalized.offsets.original(Span(start, end))
            typed = Span(place.start + draft.span.start, place.end + draft.span.start)
            dropped = any(span.covers(typed) for span in draft.replaced) or start < changed
            if not dropped and not is_refused(normalized.text, start):
                words[typed.of(text)] = None
        plain = wording.plain(normalized.text)
        described = [own for _, own in self.catalog.described_skus(plain, products)]
        return tuple(dict.fromkeys([*words, *described, *self.catalog.pointed_skus(plain, products)]))

    def _own_slots(
        self, normalized: Normalized, found: Sequence[tuple[Slot, Span]], products: Sequence[str]
    ) -> list[Slot]:
        """Give colours the page's own word, and add the SKU words of the page that the readers do not know."""
        placed = [
            (replace(slot, value=self.catalog.sku_choice(str(slot.value), products)), place)
            if slot.name == "color"
            else (slot, place)
            for slot, place in found
        ]
        held = [place for slot, place in found if slot.name != "reason"]
        for start, end, word in self.catalog.sku_places(normalized.text, products):
            place = normalized.offsets.original(Span(start, end))
            name = sku_slot(word)
            taken = any(place.start < other.end and other.start < place.end for other in held)
            if name and not taken and _is_wanted(normalized.text, start, end):
                value = word.upper() if name == "size" else word
                placed.append((Slot(name, value, place.of(normalized.original)), place))
        placed.sort(key=lambda item: item[1].start)
        return [slot for slot, _ in placed]

    def _context(self, message: Message, before: Earlier) -> tuple[str | None, str | None]:
        """Return the product in view, or the id of one that the shop does not have."""
        if message.product is None:
            return before.product, before.unknown
        product = self.catalog.resolve(message.product)
        return product, None if product else message.product

    def _own_product(self, message: Message) -> tuple[str, ...]:
        product = self.catalog.resolve(message.product) if message.product else None
        return (product,) if product else ()

    def _scopes(
        self, text: str, pieces: Sequence[Draft], context: str | None, whole: Mention
    ) -> tuple[list[tuple[str, ...]], list[str]]:
        """Return the products of each part, and the words of it that only point to them.

        They are named in the part, else in the part before, else the one in view.
        """
        scopes: list[tuple[str, ...]] = []
        pointing: list[str] = []
        current: tuple[str, ...] | None = None
        for draft in pieces:
            # A question put right is asked of what is named then: F101掉毛吗 / 打错 D305掉毛吗.
            cut = draft.corrects and text[: draft.span.start].strip() != ""
            mention = (
                whole
                if len(pieces) == 1 and not cut
                else self.catalog.mention(fold(draft.span.of(text)), context=context)
            )
            own = _scope(mention, context)
            if own and whole.products:
                own = tuple(product for product in own if product not in whole.left) or whole.products
            current = own if own is not None else current
            scopes.append(current if current is not None else ((context,) if context else ()))
            pointing.append(mention.pointing)
        named = next((scope for scope in scopes if scope), ())
        if context is None and whole.unknown is None:
            scopes = [scope or named for scope in scopes]
        return scopes, pointing

    def _told(self, draft: Draft, pointing: str, products: tuple[str, ...], before: Earlier) -> Draft:
        """Put what a part asks in the page's words: without what only points, after the question it follows."""
        clean = draft.clean
        for typed in filter(None, (wording.plain(pointing), pointing)):
            clean = clean.replace(typed, "", 1)
        if clean != draft.clean and _NO_QUESTION.fullmatch(clean):
            clean = before.question or draft.clean
        for typed, own in self.catalog.described_skus(clean, products):
            clean = clean.replace(
                typed, fold(own) if typed[-1] not in "个款件双台盒瓶副种把袋条只块罐支套" else ""
            )
        if before.question and is_elliptic(draft):
            clean = replaced(before.question, clean) or clean
        if self._only_skus(clean, products):
            clean += "钱"
        return replace(draft, clean=clean.strip()) if clean != draft.clean else draft

    def _only_skus(self, clean: str, products: tuple[str, ...]) -> bool:
        """Say whether a part names a SKU and asks 多少: how much it costs."""
        if not (products and clean.endswith("多少")):
            return False
        rest = list(clean[:-2])
        for start, end, _ in self.catalog.sku_places(clean, products):
            rest[start:end] = " " * (end - start)
        return "".join(rest) != clean[:-2] and _NOTHING_ELSE.fullmatch("".join(rest)) is not None

    def _question(self, reading: _Reading, scores: dict[str, tuple[IntentScore, ...]]) -> Question:
        if reading.classified:
            return reading.question
        # What only takes something back (按错) leaves nothing to classify.
        alone = len(reading.parts) == 1 and reading.texts[0] in (reading.parts[0].clean, "")
        if alone and says_too_little(reading.parts[0].clean):
            return replace(reading.question, parts=(_bare(reading.parts[0]),))
        asks_person = reading.question.asks_human or any(
            wishes_person(part.clean, scores[text])
            for part, text in zip(reading.parts, reading.texts, strict=True)
        )
        ordered = _of_order(reading)
        parts = tuple(
            self._classified(part, scores[text], asks_person=asks_person, ordered=ordered)
            for part, text in zip(reading.parts, reading.texts, strict=True)
        )
        if any(part.told == ADDRESS for part in parts) and wanted_address(reading.message.history):
            # It was asked for; what is done with it is done by a person.
            parts = tuple(_to_note(part) if part.told == ADDRESS else part for part in parts)
        # 恩呢 beside a question is no part of its own.
        parts = tuple(part for part in parts if not (part.intent or "").startswith(_SMALL_TALK)) or parts
        return replace(reading.question, parts=parts, asks_human=asks_person, tags=self._tags(parts))

    def _classified(
        self, part: Part, scores: tuple[IntentScore, ...], *, asks_person: bool, ordered: bool
    ) -> Part:
        fixed = _GENERAL if part.vague else _UNREADABLE
        silent = not wording.plain(part.clean) or (part.vague and not scores)
        if silent and self.intents.get(fixed):
            scores = (IntentScore(fixed, 1.0),)
        else:
            scores = plausible(part.clean, scores, part.products, asks_person=asks_person, ordered=ordered)
        path = scores[0].path if scores else None
        behaviour = Behaviour.ASK if part.told else self.intents.behaviour(path)
        if path == REVIEWS and not asks_reward(part.clean):
            behaviour = Behaviour.ANSWER
        if path == INVOICE and asks_false_invoice(part.clean):
            behaviour = Behaviour.DECLINE
        if asks_more_time(part.clean):
            scores, behaviour = (IntentScore(_UNREADABLE, 1.0),), Behaviour.HANDOFF
        clean = part.clean
        if path == _CHANGE and chooses(clean) and not _SAYS_CHANGE.search(clean):
            # 我要37的 says nothing of the change that it wishes for.
            clean = f"拍错了 想改{clean}"
        return replace(part, clean=clean, intents=scores, behaviour=behaviour)

    def _tags(self, parts: Sequence[Part]) -> tuple[str, ...]:
        """Return the shop's tags for the parts' intents, in the shop's order."""
        paths = [part.intent for part in parts if part.intent]
        return tuple(
            tag
            for tag, prefixes in self._profile.tags.items()
            if any(path == prefix or path.startswith(prefix + "/") for path in paths for prefix in prefixes)
        )

    def _history(self, message: Message) -> tuple[Turn, ...]:
        return message.history[-self._settings.max_history :] if self._settings.max_history else ()


def _wondering(draft: Draft, text: str, products: tuple[str, ...]) -> Draft:
    """Put a doubt about goods in view (`发黄 坏了？`) as a question whether that is as it should be."""
    clean = wonders(draft.clean, text[draft.span.start : draft.span.end + 1]) if products else draft.clean
    return replace(draft, clean=clean) if clean != draft.clean else draft


def is_vague(clean: str) -> bool:
    """Say whether a plain question names no property (这个怎么样, 好用吗)."""
    return _vague().fullmatch(clean.replace(" ", "")) is not None


def says_too_little(clean: str) -> bool:
    """Say whether a plain wording is a question word alone, or marks and broken characters (几, 是吗, �, 。)."""
    bare = clean.replace(" ", "")
    if lexicon.pattern("vague", "bare").fullmatch(bare):
        return True
    if len(set(bare)) == 1 and (bare[0].isalnum() or _is_mark(bare[0])) and emotion(bare) is Emotion.CALM:
        return True
    return 0 < len(bare) <= _FEW_MARKS and all(_is_mark(char) for char in bare)


def _bare(part: Part) -> Part:
    """Return a part that says too little: of no intent, and to be asked back."""
    return replace(part, intents=(), behaviour=Behaviour.ASK)


def _of_order(reading: _Reading) -> bool:
    """Say whether a choice that is told is one for an order: it was made by mistake, or its goods are still here."""
    reason = reading.question.slots.get("reason")
    waits = _NOT_SENT.search(str(reading.message.order.get("status", "")))
    return waits is not None or (reason is not None and reason.value == "拍错")


_CHANGE = "售中/订单/改颜色/尺码/备注"
_SAYS_CHANGE = expression("改|换|错|备注|成")
_NOT_SENT = expression("(?:待|未|没|等待)(?:卖家)?发货|已付款|备货|配货")


def _to_note(part: Part) -> Part:
    """Return a part whose address somebody is to put into an order."""
    return replace(part, intents=(IntentScore(_ADDRESS_CHANGE, 1.0),), behaviour=Behaviour.HANDOFF, told="")


def _is_mark(char: str) -> bool:
    return char == "\ufffd" or unicodedata.category(char)[0] in "PC"


_FEW_MARKS = 3
_NOTHING_ELSE = expression(r"[的码号色款个件双\s]*")
_NO_QUESTION = expression(r"[呢咧吧啊呀哦嘛哈的\s]*")


def _scope(mention: Mention, context: str | None) -> tuple[str, ...] | None:
    """Return what a part's own words put in scope; None: nothing nearer than what was in view."""
    if mention.unknown and not mention.products:
        return ()
    if not mention.products or (context is not None and not mention.firm):
        return None
    if context is not None and mention.compares and mention.points and context not in mention.products:
        return (context, *mention.products)
    return mention.products


# Both doors ask it of the same message: the quick one, and the other when the quick one had no answer to it, or to
# any message of a batch.
@lru_cache(maxsize=4_096)
def _social_kinds(text: str) -> tuple[SegmentKind, ...]:
    """Return the kinds of the pieces of a message that only greets, thanks, hurries; empty: it does more."""
    # A number that is given, 嗯 SF1234567890456, is something to understand.
    if len(text) > 60 or wording.CODE.search(fold(text)):
        return ()
    if _ONLY_MARKS.fullmatch(text):
        return (SegmentKind.URGING,)
    kinds = [_told_kind(segment, text) for segment in segments(text)]
    kinds = [kind for kind in kinds if kind is not SegmentKind.EMPTY]
    return tuple(kinds) if kinds and all(kind in SOCIAL for kind in kinds) else ()


def _told_kind(segment: Segment, text: str) -> SegmentKind:
    """Return what a piece does; what tells that something is done asks for no more than thanks do."""
    if segment.kind in SOCIAL:
        return segment.kind
    word = segment.clean or fold(segment.span.of(text))
    if lexicon.pattern("quick", "hurry").fullmatch(word):
        return SegmentKind.URGING
    return SegmentKind.THANKS if lexicon.pattern("quick", "done").fullmatch(word) else segment.kind


def _leading(kinds: Sequence[SegmentKind]) -> SegmentKind:
    """Return the kind that decides: a person is asked for before hurry, hurry before thanks and greeting."""
    order = (SegmentKind.HUMAN, SegmentKind.URGING, SegmentKind.THANKS, SegmentKind.GREETING)
    return next(kind for kind in order if kind in kinds)


def _reading_text(draft: Draft, before: Earlier) -> str:
    """Return what is classified: a part that leaves out its subject is read after the question before it."""
    if before.question and is_elliptic(draft):
        return f"{before.question} {draft.clean}"
    if draft.kind is SegmentKind.SLOT and _BODY.issuperset(draft.slots):
        return f"{draft.clean} {_BODY_ASKS}"
    return draft.clean


def _is_wanted(text: str, start: int, end: int) -> bool:
    return not is_refused(text, start) and not is_outdone(text, start, end)


def _pasted(draft: Draft, before: Earlier) -> Draft:
    """Let an id ask the question before it again: pasted while it is open, or in place of another (不是这款 是F203)."""
    again = before.open or (draft.corrects and before.question)
    if draft.kind is SegmentKind.ID and not draft.clean and again:
        return replace(draft, clean=before.question)
    return draft


def _names_only(draft: Draft, products: Sequence[str]) -> bool:
    """Say whether a part names a product and asks nothing about it."""
    return draft.kind is SegmentKind.ID and not draft.clean and bool(products)


def _last_change(text: str) -> int:
    """Return where the last 换成 or 改成 ends that something follows; what stands before it is no longer wanted."""
    places = [found.end() for found in _changes().finditer(text) if found.end() < len(text)]
    return max(places, default=0)


def _graver(feeling: Emotion, text: str) -> Emotion:
    """Return the graver of two feelings: of the open question, and of the words that hurry."""
    order = list(Emotion)
    return max(feeling, emotion(fold(text)), key=order.index)


def _empty(text: str) -> Question:
    return Question(parts=(Part(text, "", Span(0, max(1, len(text)))),))


@cache
def _changes() -> re.Pattern[str]:
    return expression(any_of([verb for verb in lexicon.words("correction", "verbs") if verb[-1] in "成为到"]))


@cache
def _vague() -> re.Pattern[str]:
    subject = any_of(lexicon.words("vague", "subject"))
    predicate = any_of(lexicon.words("vague", "predicate"))
    weak = any_of(lexicon.words("vague", "weak"))
    tail = any_of(lexicon.words("vague", "tail"))
    return expression(
        f"(?:(?:{subject})*(?:的)?{predicate}|(?:{subject})+{weak})(?:[啊呀哦呢吧]?(?:{predicate}|{tail}))*|{tail}"
    )

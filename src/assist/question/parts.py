"""Put segments together into parts: one part is one question with what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assist.documents import Span
from assist.expressions import expression
from assist.question.bursts import SOCIAL, Segment, SegmentKind, corrections
from assist.question.subjects import replaced


@dataclass(frozen=True, slots=True)
class Draft:
    """A part before it is understood.

    Attributes:
        span: Where it stands in the message's text.
        clean: Plain wording without ids, greetings and values that were corrected later.
        kind: Kind of the segment it is built around.
        slots: Names of the slots its segments give.
        replaced: Places of values that were corrected later.
        corrects: It takes something back that was said before.
    """

    span: Span
    clean: str
    kind: SegmentKind
    slots: tuple[str, ...] = ()
    replaced: tuple[Span, ...] = ()
    corrects: bool = False


@dataclass(slots=True)
class _Grouping:
    """Groups under way: finished ones, and segments that wait for the question they belong to."""

    groups: list[list[Segment]] = field(default_factory=list)
    waiting: list[Segment] = field(default_factory=list)
    social: list[Segment] = field(default_factory=list)

    def open(self, segment: Segment) -> None:
        self.groups.append([*self.waiting, segment])
        self.waiting = []

    def attach(self, segment: Segment) -> None:
        if self.groups and not self.waiting:
            self.groups[-1].append(segment)
        else:
            self.waiting.append(segment)

    def close(self) -> list[list[Segment]]:
        if self.waiting:
            if self.groups:
                self.groups[-1] += self.waiting
            else:
                self.groups.append(self.waiting)
        return self.groups or ([self.social] if self.social else [])


def drafts(segments: Sequence[Segment]) -> tuple[Draft, ...]:
    """Group segments into parts, in the order asked.

    A question opens a part. Ids and values go to the next question, or to the last one when none follows;
    statements go to the question before them on their line, else to the next. Greetings and thanks are a
    part only when there is nothing else.
    """
    state = _Grouping()
    last_line = -1
    for segment in segments:
        if segment.kind is SegmentKind.EMPTY:
            continue
        _place(state, segment, same_line=segment.line == last_line)
        last_line = segment.line
    return tuple(_draft(group) for group in _asked_again(state.close()))


def _asked_again(groups: Sequence[list[Segment]]) -> list[list[Segment]]:
    """Leave out a question that the next one puts right: 白色还有吗 / 说错 是米色还有吗."""
    kept: list[list[Segment]] = []
    for group in groups:
        if kept and group[0].kind is SegmentKind.CORRECTION and _alike(kept[-1][-1].clean, group[-1].clean):
            kept.pop()
        kept.append(group)
    return kept


def _alike(one: str, other: str) -> bool:
    """Say whether two questions share half of the pairs of characters of the shorter one, ids aside."""
    one, other = (_CODE.sub("", text) for text in (one, other))
    pairs = [{text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other)]
    return 2 * len(pairs[0] & pairs[1]) >= max(2, min(map(len, pairs)))


_CODE = expression(r"[a-z]+-?\d+[a-z0-9\-]*|\d{6,}")


def _place(state: _Grouping, segment: Segment, *, same_line: bool) -> None:
    if segment.kind is SegmentKind.HUMAN and state.waiting:
        # What was said before is why a person is wished for.
        state.waiting.append(segment)
    elif segment.kind in SOCIAL:
        state.social.append(segment)
    elif segment.kind is SegmentKind.QUESTION:
        state.open(segment)
    elif segment.kind is SegmentKind.TAIL:
        if state.waiting:
            state.open(segment)
        else:
            state.attach(segment)
    elif segment.kind is SegmentKind.STATEMENT and same_line:
        state.attach(segment)
    else:
        state.waiting.append(segment)


# 不是坏了 是不会用: what is denied is not what is meant.
_DENIED = expression(
    r"(?<![一-鿿])(?:我|这|又|也)?(?:(?<!是)不是(?:要|想|来)?|没有?(?=投诉|[说要想催]|过敏))[^\s，,吗吧呢?？]{1,8}[\s，,]+"
    r"(?:我?[就只而]?是(?!不是)|(?=我?只?想))(?=\S\S)"
)


# 别跟我说这些 我就问什么时候到: only the question counts.
_ASIDE = expression(
    r"^(?:你|您)?(?:别|不要|少)(?:再)?(?:跟|和|给)我(?:说|讲|扯|来)[^，,\s吗]{0,8}?[，,\s]*(?:我)(?:就|只)(?:想|要)?(?:问一?下?|想?知道)(?=\S\S)"
)


def _draft(group: Sequence[Segment]) -> Draft:
    span = Span(group[0].span.start, group[-1].span.end)
    replaced = _replaced(group)
    silent = (SegmentKind.ID, SegmentKind.CORRECTION)
    said = [segment for segment in group if segment not in replaced and segment.kind not in silent]
    kinds = [segment.kind for segment in group]
    clean = _joined(
        _put_right(
            [segment for segment in group if segment in said or segment.kind is SegmentKind.CORRECTION]
        )
    )
    return Draft(
        span,
        _DENIED.sub("", _ASIDE.sub("", clean)),
        SegmentKind.QUESTION if SegmentKind.QUESTION in kinds else kinds[-1],
        tuple(dict.fromkeys(name for segment in group for name in segment.slots)),
        tuple(segment.span for segment in replaced),
        SegmentKind.CORRECTION in kinds,
    )


def _put_right(pieces: Sequence[Segment]) -> list[Segment]:
    """Let a subject that is taken back give its place to the one named instead: 元旦满多少减 / 错了我问双12."""
    kept: list[Segment] = []
    corrects = False
    for piece in pieces:
        if piece.kind is SegmentKind.CORRECTION:
            corrects = True
            continue
        opened = corrections().match(piece.clean)
        new = piece.clean[opened.end() :] if opened else piece.clean
        place, text = _replacing(kept, new) if corrects or opened else (-1, "")
        if place >= 0:
            kept[place] = replace(kept[place], clean=text)
        elif piece.clean:
            kept.append(piece)
        corrects = False
    return kept


def _replacing(pieces: Sequence[Segment], new: str) -> tuple[int, str]:
    """Return which piece takes the new subject, the latest first, and what it then says; -1: none does."""
    for place in reversed(range(len(pieces))):
        text = replaced(pieces[place].clean, new)
        if text is not None:
            return place, text
    return -1, ""


# A line that breaks off, and one that only ends the question: 电池 / 是 / 锂电的 / 吗.
_BREAKS_OFF = expression(
    "(?:[是能会帮]|(?<!没)有|怎么|什么时候|为什么|可不可以|能不能|有没有|是不是|会不会|要不要)$"
)
_ENDS = expression("[吗么嘛呢不没]+")


def _joined(pieces: Sequence[Segment]) -> str:
    """Put wordings together, without a space where a line broke off."""
    text, line = "", 0
    for piece in pieces:
        whole = piece.line > line and (_BREAKS_OFF.search(text) or _ENDS.fullmatch(piece.clean))
        text += piece.clean if whole or not text else f" {piece.clean}"
        line = piece.line
    return text


def _replaced(group: Sequence[Segment]) -> list[Segment]:
    """Return the segments whose every value a later segment gave again."""
    replaced: list[Segment] = []
    later: set[str] = set()
    for segment in reversed(group):
        if segment.kind is SegmentKind.SLOT:
            if set(segment.slots) <= later:
                replaced.append(segment)
            later |= set(segment.slots)
    return replaced

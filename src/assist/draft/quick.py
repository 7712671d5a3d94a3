"""Quick lane: greetings, thanks, urging and small talk from the shop's quick replies; no index is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assist.documents import Document, Span
from assist.draft.dressing import plain_draft
from assist.draft.evidence import Evidence, cite
from assist.draft.style import pick
from assist.expressions import expression
from assist.results import Draft
from assist.shop import ShopProfile
from assist.text.normalize import fold

_SPLIT = expression(r"[|｜/、]")
_VARIABLE = expression(r"\{(\w+)\}")
_BARE = expression(r"[^\w]+")
QUICK_SCORE = 0.95
"""A reply that the shop itself wrote for this very trigger."""
_DEFAULTS = {
    "问候": "在的，您请说～",
    "感谢": "不客气，有需要随时找我哦～",
    "催促": "在的在的，让您久等了，我马上看您的问题。",
    "": "在的，关于商品和订单的问题您直接问我就好～",
}
_HEARD = "好的，有需要随时找我哦～"
"""For what was told or wished well; nobody was thanked."""
_THANKS = expression("(?i)谢|辛苦|麻烦|thx|thank")


class Replies:
    """The shop's quick replies by trigger.

    Args:
        documents: Quick replies; attribute `trigger` may list several, separated by `|`.
        profile: Fills the variables `{shop}` and `{agent}`.
    """

    def __init__(self, documents: Sequence[Document], profile: ShopProfile) -> None:
        self._profile = profile
        self._by_trigger: dict[str, list[Document]] = {}
        for document in sorted(documents, key=lambda item: item.id):
            for trigger in _SPLIT.split(document.attributes.get("trigger", "")):
                if _key(trigger):
                    self._by_trigger.setdefault(_key(trigger), []).append(document)

    def replies(self, evidence: Evidence) -> tuple[Draft, ...]:
        """Answer with the reply whose trigger the message is, or else holds; then with a line that fits the kind."""
        usual = plain_draft(self._default(evidence), evidence, lane="quick", verdict="answered")
        document = self._find(_key(evidence.message.lines[-1])) or self._find(_key(evidence.message.text))
        if document is None or not document.validity.holds(evidence.now):
            return (usual,)
        draft = plain_draft(self._filled(document.text), evidence, lane="quick", verdict="answered")
        place = cite(document, Span(0, len(document.text)))
        told = replace(draft, citations=(place,), debug={"score": QUICK_SCORE})
        return (told, usual)

    def _find(self, text: str) -> Document | None:
        if text in self._by_trigger:
            return self._by_trigger[text][0]
        held = [trigger for trigger in self._by_trigger if len(trigger) > 1 and trigger in text]
        return self._by_trigger[max(held, key=lambda trigger: (len(trigger), trigger))][0] if held else None

    def _default(self, evidence: Evidence) -> str:
        intent = evidence.question.intent or ""
        line = next((line for kind, line in _DEFAULTS.items() if kind and kind in intent), _DEFAULTS[""])
        if "感谢" in intent and not _THANKS.search(evidence.message.text):
            line = _HEARD
        return pick([line], evidence.message)

    def _filled(self, text: str) -> str:
        values = {
            "shop": self._profile.name,
            "店铺": self._profile.name,
            "店名": self._profile.name,
            "agent": "客服小助手",
        }
        return _VARIABLE.sub(lambda found: values.get(found.group(1), ""), text)


def _key(text: str) -> str:
    return _BARE.sub("", fold(text))

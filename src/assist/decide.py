"""Drafts and findings -> a decision with its reason, and a calibrated confidence."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from types import MappingProxyType

from assist.documents import Level
from assist.expressions import expression
from assist.messages import Behaviour, Emotion, Message, Part, Question
from assist.results import Decision, Draft, Finding, Handoff, Reason, Severity
from assist.shop import ShopProfile

LOW_CONFIDENCE = 0.3
"""A suggestion whose best draft is less likely usable than this is handed to a person; chosen by `benchmarks/calibrate.py`
on dev: handing over surer drafts made more right decisions wrong than wrong ones right."""

SURE_INTENT = 0.3
"""An intent less sure than this settles nothing by itself; sources decide."""

SURE_OF_GOODS = 0.55
"""A part that names a property of goods is refused or handed over for its intent from this score on."""

SURE_DECLINE = 0.5
"""A message is refused for its intent from this score on; below it, sources decide."""

SURE_SMALL_TALK = 0.75
"""With a product in view, a message is taken for small talk from this score on."""

SURE_REFUSAL = 0.9
"""What may never be told is refused from this score on, whatever else the message asks."""

AUTO_CONFIDENCE = 0.75
"""What is sent without a person is at least this likely usable. Of the first drafts on four shops' questions, by weights
fitted without the shop, 124 of 335 meet this line alone; 0.94 of them are usable (`benchmarks/calibrate.py`)."""

_SAFETY = "售后/质量/过敏/人身伤害"
_COMPLAINT = "售后/投诉/投诉/平台介入"
_ABUSE = "售后/投诉/辱骂/情绪激烈"
_UNKNOWN = "通用/其他/超出范围/无法识别"
_CLAIM = "售后/赔付"
_CUSTOM = "售前/服务/定制/改尺寸"
_RIVALS = "通用/风险/贬低竞品/比价"
_NEVER = frozenset({"通用/风险/他人信息", "通用/风险/指令注入/越权"})
"""Refused whatever else a message asks."""
_UPSET = frozenset({Emotion.ANNOYED, Emotion.ANGRY, Emotion.THREAT})
_SUPPOSED = expression(r"万一|如果|要是|假如|假设|以后|的话|是按|怎么赔|赔几倍|标准|规定")
_CURES = expression(
    "治(?!安)|矫正|掰(?:正|过来|回来)|疗效|药效|止[痛痒血咳]|消炎|降(?:血?压|血?糖|血?脂)|根除"
)
"""Who asks for a cure is refused, however unsure the intent."""
_TERMS = expression("几|多少|多久|多长|收费|[要加]钱|免费")
"""Who asks for the terms of what is made to order (`最多刻几个字`) wishes for nothing yet."""
_CLAIMED = expression(r"赔我|给我|我要|必须|凭什么")
"""What is only supposed is a question about the rules, not a claim."""

_WISHED = (
    ("主管", expression("主管|经理|店长|负责人|领导|老板|做主|管事|上级|说了算")),
    ("售后", expression("售后")),
    ("技术", expression("技术|工程师")),
)
"""Whom the words of a wish for a person name."""
_STEPS_IN = expression("(?:平台|小二|淘宝|天猫)(?:客服)?介入")
_TARGETS = {
    Reason.ASKS_HUMAN: "同事",
    Reason.ANGRY: "主管",
    Reason.LEGAL_THREAT: "主管",
    Reason.SAFETY: "主管",
    Reason.NEEDS_ACCOUNT_ACTION: "售后",
    Reason.NO_SOURCE: "同事",
    Reason.LOW_CONFIDENCE: "同事",
    Reason.CONFLICT: "主管",
}


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes before anything is written.

    Attributes:
        decision: HANDOFF, DECLINE or QUICK when the question alone settles it; SUGGEST otherwise.
        reason: Set for HANDOFF.
    """

    decision: Decision
    reason: Reason | None = None


def route(question: Question) -> Route:
    """Settle what the question alone settles: a wish for a person, danger, threats, refusals, small talk."""
    if question.asks_human:
        return Route(Decision.HANDOFF, Reason.ASKS_HUMAN)
    intents = [part.intent or "" for part in question.parts if _sure(part, question)]
    if any(part.intent == _SAFETY and part.intents[0].score >= SURE_INTENT for part in question.parts):
        return Route(Decision.HANDOFF, Reason.SAFETY)
    if question.emotion is Emotion.THREAT or _COMPLAINT in intents:
        return Route(Decision.HANDOFF, Reason.LEGAL_THREAT)
    if _ABUSE in intents or (question.emotion is Emotion.ANGRY and not _businesslike(question)):
        return Route(Decision.HANDOFF, Reason.ANGRY)
    if question.emotion is Emotion.ANNOYED and not any(
        part.intent or part.aspects or part.behaviour is Behaviour.ASK for part in question.parts
    ):
        # Reproach alone, about nothing that could be answered; a mere sigh (我晕) is asked what is wrong.
        return Route(Decision.HANDOFF, Reason.ANGRY)
    return _by_behaviour(question)


def _sure(part: Part, question: Question) -> bool:
    """Say whether an intent is sure enough to hand a message over: a calm one has to be a likely one."""
    return bool(part.intents) and (part.intents[0].score >= SURE_OF_GOODS or question.emotion in _UPSET)


def _businesslike(question: Question) -> bool:
    """An angry message that still asks something answerable is answered, calmly."""
    answerable = {Behaviour.ANSWER, Behaviour.ANSWER_ORDER, Behaviour.ASK}
    # Hard words about another shop are not meant for this one.
    return any(
        part.intent and (part.behaviour in answerable or part.intent == _RIVALS) for part in question.parts
    )


def _alone(sure: Sequence[Part], question: Question) -> bool:
    """Parts that ask for nothing by themselves (`我就拍`) do not keep a refusal from being one."""
    return all(part in sure or not (part.intent or part.aspects) for part in question.parts)


def _by_behaviour(question: Question) -> Route:
    sure = [part for part in question.parts if part.intents and part.intents[0].score >= SURE_INTENT]
    behaviours = [_settled(part) for part in sure]
    if not behaviours:
        return Route(Decision.SUGGEST)
    never = any(part.intent in _NEVER and part.intents[0].score >= SURE_REFUSAL for part in sure)
    if never or (all(item is Behaviour.DECLINE for item in behaviours) and _alone(sure, question)):
        return Route(Decision.DECLINE)
    handed = [part for part in sure if part.behaviour is Behaviour.HANDOFF and not _asks_in_general(part)]
    if handed and len(handed) == len(question.parts):
        unknown = all(part.intent == _UNKNOWN for part in handed)
        return Route(Decision.HANDOFF, Reason.NO_SOURCE if unknown else Reason.NEEDS_ACCOUNT_ACTION)
    idle = not any(part.paraphrases and part.products for part in sure)
    if idle and len(sure) == len(question.parts) and all(item is Behaviour.QUICK for item in behaviours):
        return Route(Decision.QUICK)
    return Route(Decision.SUGGEST)


def _settled(part: Part) -> Behaviour:
    """What a part's intent calls for, where it is sure enough of that; else an answer."""
    score = part.intents[0].score
    unsure = score < SURE_DECLINE and not _CURES.search(part.clean)
    if part.behaviour is Behaviour.DECLINE and (unsure or _asks_of_goods(part)):
        return Behaviour.ANSWER
    if part.behaviour is Behaviour.QUICK and part.products and score < SURE_SMALL_TALK:
        return Behaviour.ANSWER
    return part.behaviour


def _asks_in_general(part: Part) -> bool:
    """Say whether a part only asks about what would need a person, or rather about a property of the goods."""
    rules = bool(_SUPPOSED.search(part.clean)) and not _CLAIMED.search(part.clean)
    supposed = rules and (part.intent or "").startswith(_CLAIM)
    terms = part.intent == _CUSTOM and bool(_TERMS.search(part.clean))
    return supposed or terms or _asks_of_goods(part)


def _asks_of_goods(part: Part) -> bool:
    """Say whether an unsure intent gives way to the property of the goods that the part names."""
    named = part.aspects or part.paraphrases
    return bool(named and part.products and part.intents[0].score < SURE_OF_GOODS)


def settle(drafts: Sequence[Draft], ahead: Sequence[Finding] = ()) -> Route:
    """Settle the decision once drafts are written and guarded.

    What was to answer first is below a floor of law or platform, and nothing that remains tells the floor: conflict.
    Nothing written: no source. Something missing and nothing else answered: ask. Too unsure: a person.

    Args:
        drafts: What remains, best first.
        ahead: What the guards said of drafts that they kept out and that stood ahead of all that remain.
    """
    if any(finding.kind == "conflict" for finding in ahead) and not any(map(_tells_floor, drafts)):
        return Route(Decision.HANDOFF, Reason.CONFLICT)
    if not drafts:
        return Route(Decision.HANDOFF, Reason.NO_SOURCE)
    verdicts = {verdict.verdict for verdict in drafts[0].parts}
    if "asked" in verdicts and "answered" not in verdicts:
        return Route(Decision.ASK)
    if drafts[0].confidence < LOW_CONFIDENCE:
        return Route(Decision.HANDOFF, Reason.LOW_CONFIDENCE)
    return Route(Decision.SUGGEST)


def unattended(settled: Route, drafts: Sequence[Draft], question: Question) -> Route:
    """Hold a decision to the stricter line for replies that are sent without a person.

    An upset shopper meets a person. What states something is sure (`AUTO_CONFIDENCE`), without a warning of the
    guards, and answers every part or asks for what is missing. A refusal and small talk state nothing of the shop's.
    """
    upset = question.emotion in _UPSET
    if settled.decision is Decision.HANDOFF and not (upset and settled.reason is Reason.LOW_CONFIDENCE):
        return settled
    if upset:
        return Route(Decision.HANDOFF, Reason.ANGRY)
    if settled.decision in {Decision.QUICK, Decision.DECLINE} or (drafts and _sendable(drafts[0], settled)):
        return settled
    return Route(Decision.HANDOFF, Reason.LOW_CONFIDENCE)


def _sendable(draft: Draft, settled: Route) -> bool:
    if settled.decision is Decision.ASK and not draft.statements:
        return True
    wanted = {"answered", "asked"} if settled.decision is Decision.ASK else {"answered"}
    whole = all(verdict.verdict in wanted for verdict in draft.parts)
    warned = any(finding.severity is Severity.WARN for finding in draft.findings)
    return draft.confidence >= AUTO_CONFIDENCE and whole and not warned


def _tells_floor(draft: Draft) -> bool:
    return any(citation.source.level in {Level.LAW, Level.PLATFORM} for citation in draft.citations)


FEATURES = (
    *("bias", "score", "margin", "alike", "unanswered", "words"),
    *("topic", "meaning", "page_meaning", "dated"),
)
"""Names of `features`, in the order of their weights."""


def confidence(draft: Draft, question: Question, weights: Mapping[str, float] | None = None) -> float:
    """Turn a draft's raw score and its features into the probability that it is usable as it stands.

    Logistic regression (Cox 1958) over `features`; the weights are data (`data/confidence.json`), fitted by
    `benchmarks/calibrate.py`.

    Args:
        draft: With its raw score in `debug`.
        question: What it answers.
        weights: By the names of `features`; None: those that are shipped.
    """
    weights = shipped() if weights is None else weights
    logit = sum(weights[name] * value for name, value in features(draft, question).items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def features(draft: Draft, question: Question) -> dict[str, float]:
    """Describe a draft for the calibration.

    Returns:
        `bias`; `score`: its raw score as a logit; `margin`: how far the next draft's score lies below; `alike`: share
        of pairs of characters that it has in common with the next draft; `unanswered`: share of the parts without an
        answer; `words`: logarithm of one more than the question's characters; `topic`: its least sure source, where
        that was ranked, says that it rules on this; `meaning`: see `draft.fit`; `page_meaning`: the same of sentences
        of a page; `dated`: it tells what has ended or not begun.
    """
    score = min(max(draft.debug.get("score", 0.0), 0.02), 0.98)
    meaning = draft.debug.get("meaning", 0.0)
    return {
        "bias": 1.0,
        "score": math.log(score / (1.0 - score)),
        "margin": draft.debug.get("margin", 0.0),
        "alike": draft.debug.get("alike", 0.0),
        "unanswered": sum(part.verdict == "checking" for part in draft.parts) / max(len(question.parts), 1),
        "words": math.log1p(sum(len(part.clean) for part in question.parts)),
        "topic": draft.debug.get("topic", 0.0),
        "meaning": meaning,
        "page_meaning": meaning if draft.lane.split("+")[0] in _OF_PAGES else 0.0,
        "dated": float(any(statement.dated for statement in draft.statements)),
    }


def with_confidence(
    drafts: Sequence[Draft], question: Question, weights: Mapping[str, float] | None = None
) -> tuple[Draft, ...]:
    """Give each draft its confidence; how far it stands above the next one, and how like that is, bears on it."""
    found = []
    for draft, following in zip_longest(drafts, drafts[1:]):
        rival = 0.0 if following is None else following.debug.get("score", 0.0)
        debug = {
            **draft.debug,
            "margin": draft.debug.get("score", 0.0) - rival,
            "alike": _alike(draft, following),
        }
        described = replace(draft, debug=MappingProxyType(debug))
        found.append(replace(described, confidence=confidence(described, question, weights)))
    return tuple(found)


def _alike(draft: Draft, following: Draft | None) -> float:
    """Share of the pairs of characters that both drafts have, of the one with fewer; 0-1."""
    mine, other = _pairs(draft.short), _pairs("" if following is None else following.short)
    return len(mine & other) / max(min(len(mine), len(other)), 1)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


_OF_PAGES = frozenset({"page", "steps"})


@cache
def shipped() -> Mapping[str, float]:
    """Give the weights of the confidence that come with the package."""
    data: dict[str, float] = json.loads((files("assist") / "data" / "confidence.json").read_text("utf-8"))
    return MappingProxyType(data)


def handoff(
    reason: Reason, message: Message, question: Question, drafts: Sequence[Draft], profile: ShopProfile
) -> Handoff:
    """Put together what a person needs to take over."""
    target = _target(reason, question.parts)
    best = drafts[0] if drafts else None
    packet: Mapping[str, object] = MappingProxyType(
        {
            "question": question.clean,
            "slots": {name: slot.value for name, slot in question.slots.items()},
            "intents": [part.intent for part in question.parts],
            "tried": [draft.lane for draft in drafts],
            "evidence": [citation.quote for citation in best.citations] if best else [],
            "holding_line": best.text if best else "",
        }
    )
    return Handoff(reason, profile.targets.get(target, target), packet)


def _target(reason: Reason, parts: Sequence[Part]) -> str:
    intents = [part.intent or "" for part in parts]
    if reason is Reason.ASKS_HUMAN:
        said = " ".join(part.clean for part in parts)
        return next((target for target, words in _WISHED if words.search(said)), _TARGETS[reason])
    if reason is Reason.LEGAL_THREAT and any(_STEPS_IN.search(part.clean) for part in parts):
        return "平台"
    if reason is Reason.NO_SOURCE and any(
        intent.startswith(("售前/商品/使用", "售后/质量/使用")) for intent in intents
    ):
        return "技术"
    if reason is Reason.NO_SOURCE and any(intent.startswith("售后") for intent in intents):
        return "售后"
    if any(intent.startswith(_CLAIM) for intent in intents) and reason is Reason.NEEDS_ACCOUNT_ACTION:
        return "主管"
    return _TARGETS[reason]

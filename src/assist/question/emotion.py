"""How the shopper sounds, precise before eager: calm unless the words say otherwise."""

from __future__ import annotations

from functools import cache

from assist.expressions import expression
from assist.messages import Emotion
from assist.question import lexicon
from assist.question.english import told_in_chinese
from assist.question.phrases import PhraseTable

_NEGATIVE = frozenset({Emotion.ANNOYED, Emotion.ANGRY, Emotion.THREAT})
_PASSED_OVER = "\u0001"
_CLAUSE_END = expression(r"[\s，。,.!！?？;；~～]+")


def emotion(text: str) -> Emotion:
    """Say how a message sounds.

    Args:
        text: The folded message, emoji still in it.

    Returns:
        The gravest feeling that its words show; words in neutral use (气死猫零食, 死飞, 爆款) show none.
    """
    rest = _neutral().replace(text, str)
    feeling = _feeling(rest, text)
    if feeling in _NEGATIVE:
        # Most messages are calm: what is harmless after all is looked for only where something sounds grave.
        feeling = _feeling(lexicon.pattern("emotion", "harmless").sub(_PASSED_OVER, rest), text)
    return feeling


def _feeling(rest: str, text: str) -> Emotion:
    if lexicon.pattern("emotion", "threat").search(rest):
        return Emotion.THREAT
    if lexicon.pattern("emotion", "angry").search(rest) or _shows(text, "emoji_angry"):
        return Emotion.ANGRY
    irked = _shows(text, "emoji_annoyed")
    if _shows(text, "emoji_worried") and not irked:
        return Emotion.WORRIED
    if irked or _annoyed(rest):
        return Emotion.ANNOYED
    if lexicon.pattern("emotion", "worried").search(rest):
        return Emotion.WORRIED
    return Emotion.ANNOYED if _impatient(rest) else Emotion.CALM


def asks_human(text: str) -> bool:
    """Say whether a folded message asks for a person (转人工, 换个活人来, 叫你们主管)."""
    text = told_in_chinese(text) or text
    if not lexicon.one_pattern("human", "gate").search(text):
        return False
    found = lexicon.pattern("human", "asks").search(text)
    return found is not None and not lexicon.pattern("human", "not").search(text)


def tells_harm(text: str) -> bool:
    """Say whether a plain wording tells that somebody came to harm or that goods became dangerous.

    What is only feared, supposed or asked about (会不会起疹子, 万一鼓包了, 防烫伤吗) is none; fear and questions beside
    what happened (冒烟了 好怕, 脸肿了能退吗) leave it one.
    """
    return any(
        not _supposed(text, found.end()) for found in lexicon.pattern("danger", "happened").finditer(text)
    )


def supposes_harm(text: str) -> bool:
    """Say whether a plain wording only fears harm or asks about it (会不会过敏, 孕妇能用吗, 过敏能退吗)."""
    mentioned = list(lexicon.pattern("danger", "mentioned").finditer(text))
    if not mentioned:
        used = lexicon.pattern("danger", "used").search(text)
        return not used and lexicon.pattern("danger", "usable").search(text) is not None
    return all(_supposed(text, found.end()) for found in mentioned)


def _supposed(text: str, end: int) -> bool:
    clause = _CLAUSE_END.split(text[:end])[-1]
    asked = lexicon.pattern("danger", "behind").search(text[end:])
    return bool(asked or lexicon.pattern("danger", "before").search(clause))


def _impatient(text: str) -> bool:
    """Say whether a message complains of waiting, without a kind word."""
    if not lexicon.pattern("emotion", "waiting").search(text):
        return False
    return not any(lexicon.pattern("emotion", key).search(text) for key in ("praise", "soften"))


def _annoyed(text: str) -> bool:
    if lexicon.pattern("emotion", "sarcasm").search(text):
        return True
    found = lexicon.pattern("emotion", "annoyed").search(text)
    return found is not None and not lexicon.pattern("emotion", "praise").search(text)


def _shows(text: str, key: str) -> bool:
    return not text.isascii() and any(sign in text for sign in lexicon.words("emotion", key))


@cache
def _neutral() -> PhraseTable[str]:
    """Return the words to look past; each leaves a mark that no pattern crosses."""
    return PhraseTable(dict.fromkeys(lexicon.words("emotion", "neutral"), _PASSED_OVER))

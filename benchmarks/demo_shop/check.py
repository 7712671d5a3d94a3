"""Check the labelled questions of the demo shop against the shop's own files; prints what is wrong and the counts.

It reads the files by itself, not through the library: a label may not be right because the reader under test says so.
For every question: known product and sources, each fact (unless derived) stands in a named section of a named source
that was in force, nothing is both demanded and forbidden, the tags belong to the intent. For the whole set: ids are
unique, the split is kept apart by seed and by wording, every phenomenon has its number.
"""

from __future__ import annotations

import argparse
import html
import importlib
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "corpus" / "demo_shop"
QUESTIONS = Path(__file__).with_name("questions.jsonl")
DECISIONS = {"suggest", "ask", "handoff", "decline", "quick"}
SPLITS = {"dev", "test"}
INTENTS = 77
MINIMUM = {
    "questions": 500,
    "unanswerable": 80,
    "expired, future or superseded": 50,
    "twin": 40,
    "size": 30,
    "risky": 60,
    "burst or follow-up": 40,
    "with order facts": 40,
    "comparison": 15,
}
GROUPS = {
    "unanswerable": {"unanswerable"},
    "expired, future or superseded": {"expired", "future", "superseded"},
    "twin": {"twin"},
    "size": {"size"},
    "risky": {"risky"},
    "burst or follow-up": {"burst", "correction", "follow_up", "drift"},
    "comparison": {"comparison"},
}
OUT_OF_TIME = {"expired", "future"}  # these are answered from a rule that does not hold on the day asked
ALIKE = 0.9  # share of equal characters above which two wordings across the split are one seed
HIDDEN = re.compile(
    r"<!--.*?-->|<(script|style|template|noscript)\b.*?</\1>|<(\w+)[^>]*(?:display:\s*none|\shidden\b)[^>]*>.*?</\2>",
    re.DOTALL,
)
HEADING = re.compile(r"<h([2-4])[^>]*>(.*?)</h\1>", re.DOTALL)
FOLDS = str.maketrans({"～": "-", "~": "-", "—": "-", "–": "-", "“": '"', "”": '"'})

Question = Mapping[str, Any]


@dataclass(frozen=True)
class Version:
    """One version of a file of the shop: its sections by heading or clause number, and when it was in force."""

    sections: Mapping[str, str]
    begins: datetime
    ends: datetime

    def holds(self, at: datetime) -> bool:
        return self.begins <= at < self.ends


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--shop", type=Path, default=SHOP)
    args = parser.parse_args()
    questions = read_questions(args.questions)
    problems = check(questions, read_shop(args.shop), read_tags(args.shop))
    for problem in problems:
        print(problem)
    for name, count in counts(questions).items():
        print(f"{count:5d}  {name}")
    print(f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


def check(
    questions: Sequence[Question],
    shop: Mapping[str, Sequence[Version]],
    tags: Mapping[str, Sequence[str]],
    minimum: Mapping[str, int] = MINIMUM,
) -> list[str]:
    """Return everything that is wrong with the set, one line a problem, starting with the question's id."""
    problems = [
        f"{question['id']}: {problem}" for question in questions for problem in of_one(question, shop, tags)
    ]
    ids = Counter(question["id"] for question in questions)
    problems += [f"{id}: used {n} times" for id, n in ids.items() if n > 1]
    problems += straddling(questions)
    found = counts(questions)
    problems += [
        f"all: {found[name]} {name}, {least} wanted" for name, least in minimum.items() if found[name] < least
    ]
    intents = len({question["intent"] for question in questions})
    if minimum and intents != INTENTS:
        problems.append(f"all: {intents} intents, {INTENTS} wanted")
    return problems


def of_one(
    question: Question, shop: Mapping[str, Sequence[Version]], tags: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Yield what is wrong with one question alone."""
    if question["split"] not in SPLITS:
        yield f"unknown split {question['split']}"
    for decision in (question["decision"], *question.get("decision_ok", ())):
        if decision not in DECISIONS:
            yield f"unknown decision {decision}"
    if (question["decision"] == "handoff") != bool(question["handoff_reason"]):
        yield "a hand-off has a reason, and nothing else has"
    product = question.get("product")
    if product is not None and product not in shop:
        yield f"unknown product {product}"
    if not all(line.strip() for line in question["messages"]) or not question["messages"]:
        yield "an empty message"
    yield from of_tags(question, tags)
    texts = list(named_sections(question, shop))
    for (document, section), found in zip(question["sources"], texts, strict=True):
        if not found:
            yield f"no section {section} of {document} in force"
    yield from of_facts(question, [text for found in texts for text in found])


def of_tags(question: Question, tags: Mapping[str, Sequence[str]]) -> Iterator[str]:
    intent = question.get("intent", "")
    for tag, prefixes in tags.items():
        if any(intent == p or intent.startswith(p + "/") for p in prefixes) and tag not in question.get(
            "tags", ()
        ):
            yield f"tag {tag} of its intent is missing"
    for tag in question.get("tags", ()):
        if tag not in tags:
            yield f"unknown tag {tag}"


def of_facts(question: Question, texts: Sequence[str]) -> Iterator[str]:
    for fact in question["facts"]:
        wordings = fact_wordings(fact)
        if not fact.get("computed") and not any(folded(w) in text for w in wordings for text in texts):
            yield f"{fact['key']} {wordings[0]} stands in no named section"
        for forbidden in question["must_not"]:
            if all(folded(forbidden) in folded(wording) for wording in wordings):
                yield f"{fact['key']} {wordings[0]} is demanded and forbidden"


def fact_wordings(fact: Mapping[str, Any]) -> list[str]:
    """Every wording that counts for a fact, the labelled one first; a unit may stand in the table's heading."""
    value, unit = str(fact["value"]), fact.get("unit", "")
    return [value + unit, *([value] if unit else []), *fact.get("accept", ())]


def named_sections(question: Question, shop: Mapping[str, Sequence[Version]]) -> Iterator[list[str]]:
    """For each source of a question, the folded texts of its section in the versions that may be used."""
    moments = [moment(question["on"])]
    paid = (question.get("order") or {}).get("paid_at")
    if paid:
        moments.append(moment(paid))
    for document, section in question["sources"]:
        yield [
            version.sections[str(section)]
            for version in shop.get(document, ())
            if str(section) in version.sections
            and (question["phenomenon"] in OUT_OF_TIME or any(version.holds(at) for at in moments))
        ]


def straddling(questions: Sequence[Question]) -> Iterator[str]:
    """Yield seeds, and wordings nearly alike for the same product, that stand on both sides of the split."""
    seeds: dict[str, set[str]] = defaultdict(set)
    for question in questions:
        if "seed" in question:
            seeds[question["seed"]].add(question["split"])
    for seed, splits in seeds.items():
        if len(splits) > 1:
            yield f"{seed}: seed on both sides of the split"
    texts = [(question, folded("".join(question["messages"]))) for question in questions]
    for i, (first, text) in enumerate(texts):
        for second, other in texts[i + 1 :]:
            if first["split"] != second["split"] and first.get("product") == second.get("product"):
                pair = SequenceMatcher(None, text, other, autojunk=False)
                if pair.quick_ratio() >= ALIKE and pair.ratio() >= ALIKE:
                    yield f"{first['id']}: nearly the words of {second['id']} on the other side of the split"


def counts(questions: Sequence[Question]) -> dict[str, int]:
    """How many questions there are of each group of phenomena."""
    found = {"questions": len(questions)}
    for name, phenomena in GROUPS.items():
        found[name] = sum(question["phenomenon"] in phenomena for question in questions)
    found["with order facts"] = sum(bool(question.get("order")) for question in questions)
    found.update({f"in {split}": sum(q["split"] == split for q in questions) for split in sorted(SPLITS)})
    return found


def read_questions(path: Path) -> list[Question]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def read_tags(shop: Path) -> dict[str, list[str]]:
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    tags: dict[str, list[str]] = toml.loads((shop / "shop.toml").read_text("utf-8"))["tags"]
    return tags


def read_shop(shop: Path) -> dict[str, list[Version]]:
    """Read the pages and rules of a shop: document id to its versions."""
    versions: dict[str, list[Version]] = defaultdict(list)
    for path in sorted((shop / "products").glob("*.html")):
        page = HIDDEN.sub("", path.read_text("utf-8"))
        versions[path.stem].append(Version(page_sections(page), datetime.min, datetime.max))
    for path in sorted([*(shop / "policies").glob("*.md"), *(shop / "promotions").glob("*.md")]):
        _, front, body = path.read_text("utf-8").split("---\n", 2)
        fields = dict(line.partition(":")[::2] for line in front.splitlines() if ":" in line)
        begins, ends = (fields[name].strip() for name in ("valid_from", "valid_to"))
        versions[fields["id"].strip()].append(
            Version(
                clause_sections(body),
                moment(begins) if begins else datetime.min,
                moment(ends) if ends else datetime.max,
            )
        )
    return dict(versions)


def page_sections(page: str) -> dict[str, str]:
    """Headings of a page with the folded text up to the next heading of the same or a higher level."""
    headings = list(HEADING.finditer(page))
    sections: dict[str, str] = {}
    for i, heading in enumerate(headings):
        following = (h.start() for h in headings[i + 1 :] if int(h[1]) <= int(heading[1]))
        body = page[heading.start() : next(following, len(page))]
        sections[plain(heading[2]).strip()] = folded(plain(body))
    return sections


def clause_sections(body: str) -> dict[str, str]:
    """Clause numbers of a rule with the folded text of the clause, heading included."""
    clauses = re.split(r"^## ", body, flags=re.MULTILINE)[1:]
    return {clause.split(maxsplit=1)[0]: folded(clause) for clause in clauses}


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def folded(text: str) -> str:
    """Text without white space, in half width and lower case, with one kind of dash."""
    return "".join(unicodedata.normalize("NFKC", text.translate(FOLDS)).translate(FOLDS).lower().split())


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


if __name__ == "__main__":
    main()

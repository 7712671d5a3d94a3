"""A finished draft before the guards: with its own citations, the caller's facts and both clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assist.draft.evidence import Evidence
from assist.guard import check
from assist.guard.floors import Floors
from assist.results import Draft, Finding, Severity
from assist.settings import GuardSettings


@dataclass(frozen=True, slots=True)
class Passed:
    """What the guards let through.

    Attributes:
        drafts: Those that may be shown, in the order in which they were given.
        blocked: What was found in the others, for the agent.
        ahead: Of that, what stood ahead of every draft that may be shown: it answers the question best.
    """

    drafts: tuple[Draft, ...]
    blocked: tuple[Finding, ...]
    ahead: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """The guards as a shop has set them.

    Attributes:
        settings: How strict they are.
        floors: What law and platform guarantee the shopper; None: what the built-in statutes say.
    """

    settings: GuardSettings
    floors: Floors | None = None

    def passed(self, drafts: Sequence[Draft], evidence: Evidence) -> Passed:
        """Check every draft; a blocked one is left out and its findings go to the agent."""
        kept: list[Draft] = []
        ahead: list[Finding] = []
        behind: list[Finding] = []
        for draft in drafts:
            findings = self.findings(draft, evidence)
            if any(finding.severity is Severity.BLOCK for finding in findings):
                (behind if kept else ahead).extend(findings)
                continue
            kept.append(replace(draft, findings=findings) if findings else draft)
        return Passed(tuple(kept), (*ahead, *behind), tuple(ahead))

    def findings(self, draft: Draft, evidence: Evidence) -> tuple[Finding, ...]:
        """Run every guard over a draft."""
        return check(
            draft.full,
            # A quick reply is all quote: what it must not say is no better for standing in its own source.
            citations=() if draft.lane == "quick" else draft.citations,
            shown=tuple(word for statement in draft.statements for word in statement.shown),
            statements=draft.statements,
            moments=(evidence.now, evidence.rules_at),
            shop=evidence.profile.name,
            floors=self.floors,
            settings=self.settings,
        )

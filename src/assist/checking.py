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
class Checks:
    """The guards as a shop has set them.

    Attributes:
        settings: How strict they are.
        floors: What law and platform guarantee the shopper; None: what the built-in statutes say.
    """

    settings: GuardSettings
    floors: Floors | None = None

    def passed(self, drafts: Sequence[Draft], evidence: Evidence) -> tuple[list[Draft], tuple[Finding, ...]]:
        """Check every draft; a blocked one is left out and its findings go to the agent."""
        kept: list[Draft] = []
        blocked: list[Finding] = []
        for draft in drafts:
            findings = self.findings(draft, evidence)
            if any(finding.severity is Severity.BLOCK for finding in findings):
                blocked.extend(findings)
                continue
            kept.append(replace(draft, findings=findings) if findings else draft)
        return kept, tuple(blocked)

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

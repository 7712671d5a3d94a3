"""Steps that stand in one line of text (`1. 拔下水箱。2. 加水到刻线。3. 装回。`)."""

from __future__ import annotations

from assist.expressions import expression

MIN_STEPS = 3
"""Two numbers in a line may be anything; three in order are steps."""
_NUMBER = expression(r"(?:^|(?<=[。；！：;!:\s]))(?P<number>\d{1,2})\s*[.、．](?!\d)\s*(?=[^\s])")


def steps_in_line(line: str) -> tuple[str, tuple[str, ...]]:
    """Cut a line into what stands before its steps, and the steps with their numbers; ("", ()) without any.

    The numbers run from 1 without a gap; anything else (`1.5m`, prices, article numbers) is no list of steps.
    """
    found = list(_NUMBER.finditer(line))
    if len(found) < MIN_STEPS or [int(one["number"]) for one in found] != [*range(1, len(found) + 1)]:
        return "", ()
    ends = [one.start() for one in found[1:]] + [len(line)]
    steps = tuple(line[one.start() : end].strip() for one, end in zip(found, ends, strict=True))
    return line[: found[0].start()].strip(), steps

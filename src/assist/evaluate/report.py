"""One HTML page per result: no outside address, no script, all text escaped; readable offline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from assist.evaluate.calibration import TARGET
from assist.evaluate.charts import lane_chart, reliability_chart, risk_coverage_chart
from assist.evaluate.drafts import DraftsEvaluation
from assist.evaluate.intervals import Interval
from assist.evaluate.judging import MEASURES
from assist.evaluate.outcomes import Case
from assist.evaluate.replies import MEASURES as REPLY_MEASURES
from assist.evaluate.retrieval import RetrievalEvaluation, WorstQuery

_MEANINGS = {
    **MEASURES,
    **REPLY_MEASURES,
    "ece": "expected calibration error of the confidence",
    "aurc": "area under the risk-coverage curve, by confidence",
    "aurc_raw": "the same by the raw score",
    "coverage@95": "largest share of suggested drafts that can be accepted with 95 % of them usable",
    "suggested_usable": "share of usable drafts among those suggested",
}
_STYLE = """
body{font:15px/1.55 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#1d2730;
margin:2rem auto;max-width:1080px;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}
table{border-collapse:collapse;margin:.6rem 0}th,td{padding:.25rem .7rem;text-align:left;border-bottom:1px solid #dfe6ea;
vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}.quiet{color:#5d6b75;font-size:.9em}
figure{display:inline-block;margin:.5rem 1rem .5rem 0}figcaption{color:#5d6b75;font-size:.9em}
svg{max-width:100%;height:auto}details{border:1px solid #dfe6ea;border-radius:6px;padding:.5rem .9rem;margin:.5rem 0}
summary{cursor:pointer}blockquote{margin:.2rem 0 .2rem 1rem;padding-left:.7rem;border-left:3px solid #c9d5dc}
td.n .quiet{display:inline-block;white-space:nowrap}
.text{white-space:pre-wrap}.hit{color:#1f6b3a}
"""
OPENED = 3
"""Worst questions that are unfolded from the start."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def retrieval_html(result: RetrievalEvaluation) -> str:
    """Give the page of a retrieval result.

    Raises:
        MissingDependencyError: matplotlib is not installed.
    """
    title = f"Retrieval: {result.settings['set']}"
    lanes: dict[str, Mapping[str, Interval]] = dict(result.lanes)
    shown = {**lanes, **{f"hybrid at {weight}": found for weight, found in result.fusion.items()}}
    return _page(
        title,
        [
            _figure(
                lane_chart(lanes), "Mean per measure and lane, with 95 % bootstrap intervals over queries"
            ),
            "<h2>Measures</h2>",
            _lane_table(shown),
            "<h2>Worst queries of the hybrid</h2>",
            *(_worst_query(one, opened=at < OPENED) for at, one in enumerate(result.worst)),
            *_run_facts(result.settings, result.versions, result.data, result.times),
        ],
    )


def drafts_html(result: DraftsEvaluation) -> str:
    """Give the page of a drafts result.

    Raises:
        MissingDependencyError: matplotlib is not installed.
    """
    charts: list[str] = []
    if result.reliability:
        charts = [
            _figure(
                reliability_chart(result.reliability, result.measures["ece"]),
                "Reliability: is a draft with confidence 0.8 usable 8 times in 10?",
            ),
            _figure(
                risk_coverage_chart(result.risk_coverage, result.measures["aurc"], target=TARGET),
                "Risk and coverage: accepting the surest drafts first",
            ),
        ]
    return _page(
        f"Drafts: {', '.join(result.data)}",
        [
            "<h2>Measures</h2>",
            _measure_table(result.measures),
            *charts,
            "<h2>Decisions: labelled (rows) and made (columns)</h2>",
            _confusion(result.confusion),
            "<h2>Worst questions</h2>",
            *(_case(case, opened=at < OPENED) for at, case in enumerate(result.worst)),
            *_run_facts(result.settings, result.versions, result.data, result.times),
        ],
    )


def _page(title: str, parts: Iterable[str]) -> str:
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
    )
    body = "\n".join(parts)
    return f"{head}<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Build a table; the cells of `rows` are HTML already."""
    top = "".join(f"<th>{escape(word)}</th>" for word in head)
    lines = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def _text(value: object) -> str:
    return f"<td>{escape(str(value))}</td>"


def _count(value: object) -> str:
    return f'<td class="n">{escape(str(value))}</td>'


def _figures(interval: Interval) -> str:
    if interval.mean is None or interval.low is None or interval.high is None:
        return '<td class="n">–</td>'
    ends = f'<span class="quiet">{interval.low:.3f}–{interval.high:.3f}</span>'
    return f'<td class="n">{interval.mean:.3f} {ends}</td>'


def _lane_table(lanes: Mapping[str, Mapping[str, Interval]]) -> str:
    names = list(next(iter(lanes.values())))
    rows = [[_text(lane), *(_figures(found[name]) for name in names)] for lane, found in lanes.items()]
    return _table(["lane", *names], rows)


def _measure_table(measures: Mapping[str, Interval]) -> str:
    rows = [
        [
            _text(name),
            _figures(one),
            _count(one.n),
            f'<td class="quiet">{escape(_MEANINGS.get(name, ""))}</td>',
        ]
        for name, one in measures.items()
    ]
    return _table(["measure", "mean and interval", "questions", "what it counts"], rows)


def _confusion(counts: Mapping[str, Mapping[str, int]]) -> str:
    rows = [[_text(word), *(_count(line[other] or "") for other in counts)] for word, line in counts.items()]
    return _table(["", *counts], rows)


def _worst_query(one: WorstQuery, *, opened: bool) -> str:
    found = "".join(
        f'<li{" class=hit" if relevant else ""}>{escape(text)} <span class="quiet">{escape(id)}</span></li>'
        for id, text, relevant in one.found
    )
    wanted = "".join(
        f'<li>{escape(text)} <span class="quiet">{escape(id)}</span></li>' for id, text in one.relevant
    )
    return (
        f'{_details(opened)}<summary>{escape(one.text)} <span class="quiet">{escape(one.id)}, {one.value:.3f}</span>'
        f"</summary><p>found</p><ol>{found}</ol><p>relevant</p><ul>{wanted}</ul></details>"
    )


def _case(case: Case, *, opened: bool) -> str:
    drafts = "".join(
        f'<p class="text"><b>{draft.confidence:.2f}</b> {escape(draft.text)}</p>'
        + "".join(_source(*source) for source in draft.sources)
        for draft in case.drafts
    )
    product = f", {escape(case.product)}" if case.product else ""
    return (
        f'{_details(opened)}<summary>{escape(case.message)} <span class="quiet">{escape(case.id)}{product}</span></summary>'
        f"<p>wanted: {escape(case.wanted)}</p><p>got: {escape(case.got)}</p>{drafts}</details>"
    )


def _details(opened: bool) -> str:
    return "<details open>" if opened else "<details>"


def _source(document: str, section: str, quote: str) -> str:
    place = f"{document} § {section}" if section else document
    return f'<blockquote class="text">{escape(quote)} <span class="quiet">{escape(place)}</span></blockquote>'


def _run_facts(*groups: Mapping[str, object]) -> Iterable[str]:
    yield "<h2>How it was run</h2>"
    for title, group in zip(("settings", "versions", "data (SHA-256)", "times"), groups, strict=True):
        rows = [[_text(key), _text(value)] for key, value in group.items()]
        yield f"<details><summary>{title}</summary>{_table(['', ''], rows)}</details>"

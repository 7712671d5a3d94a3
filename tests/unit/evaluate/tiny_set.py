"""A retrieval set of a few Chinese passages, written into a folder."""

import json

PASSAGES = {
    "d1": "签收后7天内可以无理由退货",
    "d2": "退货的运费由买家承担，质量问题由本店承担",
    "d3": "现货商品付款后48小时内发货",
    "d4": "不掉色等级4级，可以机洗",
    "d5": "本店默认发中通快递，不能指定",
    "d6": "电子发票在确认收货后开具",
}
QUERIES = {"q1": "退货运费谁出", "q2": "多久发货", "q3": "会掉色吗", "q4": "发什么快递", "q5": "能开发票吗"}
QRELS = [("q1", "d2", 2), ("q1", "d1", 1), ("q2", "d3", 1), ("q3", "d4", 1), ("q4", "d5", 1), ("q5", "d6", 1)]


def write_set(folder, *, passages=None, queries=None, qrels=None, header=True):
    """Write the three files; each part can be replaced by lists of rows."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"_id": id, "text": text} for id, text in PASSAGES.items()] if passages is None else passages
    asked = [{"_id": id, "text": text} for id, text in QUERIES.items()] if queries is None else queries
    judged = [f"{q}\t{d}\t{s}" for q, d, s in QRELS] if qrels is None else qrels
    write_lines(folder / "corpus.jsonl", rows)
    write_lines(folder / "queries.jsonl", asked)
    lines = ["query-id\tcorpus-id\tscore", *judged] if header else judged
    (folder / "qrels.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def write_lines(path, rows):
    """Write JSON Lines; a string is written as it is."""
    texts = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(texts) + ("\n" if texts else ""), "utf-8")
    return path

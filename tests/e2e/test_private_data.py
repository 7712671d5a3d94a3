"""Seeded personal data in files, answers, chats, messages and feedback stands in no byte that is written."""

import json
import logging

from assist import Assistant
from assist.testing import HashingEncoder

SECRETS = {
    "phone": "13862017745",
    "spaced": "159 0081 7263",
    "address": "星湖街218号3栋1502室",
    "id": "11010519491231002X",
    "name": "欧阳晓婷",
    "email": "xiaoting.zhou@example.com",
    "wechat": "xiaoting_8821",
    "card": "6222021202041701234",
    "order": "2764018391038475629",
    "waybill": "SF1402283746510",
}
# A rule may name the shop's own address, so it is not among what rules are seeded with.
LINE = (
    f"收件人：{SECRETS['name']}，电话{SECRETS['phone']}，另一个{SECRETS['spaced']}，地址江苏省苏州市工业园区{SECRETS['address']}，"
    f"身份证{SECRETS['id']}，邮箱{SECRETS['email']}，微信号{SECRETS['wechat']}，银行卡{SECRETS['card']}，"
    f"订单号{SECRETS['order']}，运单号{SECRETS['waybill']}"
)
WITHOUT_ADDRESS = LINE.replace(f"地址江苏省苏州市工业园区{SECRETS['address']}，", "")


def write_shop(folder):
    (folder / "policies").mkdir(parents=True)
    (folder / "chats").mkdir()
    rule = f"---\nid: rules\ntitle: 规则\nlevel: shop\n---\n## 1 发货\n现货付款后48小时内发货。{WITHOUT_ADDRESS}\n"
    (folder / "policies/rules.md").write_text(rule, encoding="utf-8")
    answer = {"question": f"帮我改地址 {LINE}", "answer": "现货付款后48小时内发货哦", "agent": "小山"}
    own = {"question": "几天发货", "answer": f"现货付款后48小时内发货。{LINE}"}
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in (answer, own))
    (folder / "past_answers.jsonl").write_text(lines, encoding="utf-8")
    chat = f"session,time,role,text\ns1,2026-11-01 10:00:00,buyer,发货要几天 {LINE}\ns1,2026-11-01 10:00:30,agent,付款后48小时内发货哦\n"
    (folder / "chats/a.csv").write_text(chat, encoding="utf-8")


def everything(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_seeded_secret_is_in_the_store_the_logs_or_the_reports(tmp_path, caplog):
    write_shop(tmp_path / "shop")
    caplog.set_level(logging.DEBUG)
    store = tmp_path / "shop.assist"
    with Assistant.open(store, create=True, encoder=HashingEncoder()) as assistant:
        report = assistant.add_files(tmp_path / "shop")
        suggestion = assistant.suggest(f"几天发货 {LINE}", order={"order_id": SECRETS["order"]})
        assistant.feedback(suggestion.id, sent_text=f"好的 {LINE}", agent="小山")
        (tmp_path / "shop/policies/rules.md").write_text(
            f"---\nid: rules\ntitle: 规则\nlevel: shop\n---\n## 1 发货\n现货付款后24小时内发货。{WITHOUT_ADDRESS}\n",
            encoding="utf-8",
        )
        changed = assistant.add_files(tmp_path / "shop")
        shown = [repr(report), repr(changed), repr(assistant.conflicts()), repr(assistant.past_answers())]
        written = everything(store)
    written += everything(store)
    said = "\n".join([caplog.text, *shown])
    # What is written is readable as it stands, so that the search would find a secret.
    assert "现货付款后24小时内发货".encode() in written
    for name, secret in SECRETS.items():
        assert secret.encode() not in written, name
        assert secret not in said, name

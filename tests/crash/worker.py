"""Does things to a store in a child process that is killed, or whose disk fails, at a chosen moment.

A server: reads one order as a line of JSON, forks, lets the child work, and answers with a line of JSON. Everything
heavy is loaded before the first fork, so that a kill costs milliseconds.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import select
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

from assist import Assistant
from assist.documents import Document, Kind, Span
from assist.errors import AssistError
from assist.messages import IntentScore, Message, Part, Question
from assist.results import Citation, Decision, Draft, Source, Suggestion
from assist.settings import Settings, StoreSettings
from assist.shop import ShopProfile
from assist.store.backup import backup_store, restore_store
from assist.store.views import tokenizer_of
from assist.testing import HashingEncoder

ENCODER, OTHER = HashingEncoder(dim=16), HashingEncoder(dim=24)
IDS = tuple(f"d{number}" for number in range(6))
WORDS = ((), ("退货运费",), ("由买家",))
MODES = {"count": 0, "kill": 1, "tear": 2, "full": 3, "read_only": 4}


def text_of(id: str, version: int) -> str:
    """Give the text of a version of a document: more lines for later ones."""
    lines = [
        f"{id}的第{version}版，第{line}条：退货运费由买家承担，编号{version * 37 + line}。"
        for line in range(1 + version % 4)
    ]
    return "\n\n".join(lines)


def open_assistant(folder: str, *, rows: int = 1) -> Assistant:
    """Open, or make, a store that writes its index files when so many rows changed."""
    settings = Settings(store=StoreSettings(busy_timeout_s=60.0, snapshot_rows=rows))
    return Assistant.open(folder, create=True, encoder=ENCODER, settings=settings)


def act(assistant: Assistant, kind: str, *words: object) -> None:
    """Do one thing to the store."""
    if kind == "add":
        documents = [
            Document(str(id), text_of(str(id), int(str(version))), Kind.POLICY) for id, version in words
        ]  # type: ignore[misc]
        assistant.add(documents)
    elif kind == "remove":
        assistant.remove([str(id) for id in words])
    elif kind == "compact":
        assistant.compact()
    elif kind == "feedback":
        made = suggestion(f"s{secrets.token_hex(4)}")
        assistant._traces.remember([made], [Message((str(words[0]),))], [datetime(2026, 11, 20)])
        assistant.feedback(made.id, chosen=0, sent_text=str(words[0]), agent=str(words[0]))
    elif kind == "words":
        assistant._store.apply(profile=ShopProfile(words=tuple(map(str, words))))
    elif kind == "backup":
        assistant.backup(str(words[0]))
    else:
        raise ValueError(kind)


def care(order: dict) -> None:
    """Encode a store anew, copy it away, or put a copy in its place."""
    if order.get("reencode"):
        Assistant.reencode(order["folder"], encoder=OTHER)
        return
    kind, source, target = order["care"]
    if kind == "backup":
        backup_store(Path(source), Path(target))
    else:
        restore_store(Path(source), Path(target), replace=True)


def suggestion(id: str) -> Suggestion:
    """Make a suggestion that quotes a document, without the second that understanding a message takes a child."""
    document = Document("d0", text_of("d0", 1), Kind.POLICY)
    quote = document.text[:5]
    cited = Citation(
        "d0",
        document.version,
        "",
        Span(0, 5),
        quote,
        Source("退货", Kind.POLICY, document.level, document.validity, ""),
    )
    part = Part("退货", "退货", Span(0, 2), (IntentScore("售后/退换", 0.9),))
    draft = Draft(quote, lane="clause", citations=(cited,))
    return Suggestion(id, Decision.SUGGEST, (draft,), Question((part,)))


def run(order: dict, tell: int) -> None:
    """Carry out an order in the child: acknowledge each action when it returned, name each error."""
    library = ctypes.CDLL(None) if order["mode"] else None

    def arm(mode: str) -> None:
        if library is not None:
            library.faults_arm(
                order["folder"].encode(), MODES[mode], ctypes.c_long(order["at"]), order["lasting"]
            )

    def disarm() -> int:
        return 0 if library is None else int(library.faults_disarm())

    def say(**words: object) -> None:
        os.write(tell, (json.dumps(words) + "\n").encode())

    if library is not None and order.get("trace"):
        library.faults_trace(order["trace"].encode())
    arm(order["mode"])
    try:
        if order.get("reencode") or order.get("care"):
            care(order)
            say(done=0)
        else:
            with open_assistant(order["folder"]) as assistant:
                say(opened=True)
                for number, action in enumerate(order["actions"]):
                    try:
                        act(assistant, *action)
                        say(done=number)
                    except AssistError as exc:
                        say(failed=number, error=type(exc).__name__, message=str(exc))
                        disarm()
                        break
    except AssistError as exc:
        say(failed=-1, error=type(exc).__name__, message=str(exc))
    say(seen=disarm())


def obey(order: dict) -> dict:
    """Fork a child for an order and report what it said, and how it ended."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        code = 1
        try:
            run(order, write)
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    said = listen(read, child, order.get("after_s"))
    os.close(read)
    _, status = os.waitpid(child, 0)
    return {
        "said": said,
        "killed": os.WIFSIGNALED(status),
        "failed": os.WIFEXITED(status) and os.WEXITSTATUS(status),
    }


def listen(read: int, child: int, after_s: float | None) -> list[dict]:
    """Collect what a child says; with `after_s`, kill it so long after it opened the store."""
    data, deadline = b"", None
    while True:
        rest = None if deadline is None else max(0.0, deadline - time.monotonic())
        if select.select([read], [], [], rest)[0]:
            block = os.read(read, 65536)
            if not block:
                break
            data += block
            if after_s is not None and deadline is None:
                deadline = time.monotonic() + after_s
        elif deadline is not None:
            os.kill(child, signal.SIGKILL)
            deadline = time.monotonic() + 60
    # A kill may cut the last line short: what is not whole was not said.
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def warm_up(folder: Path) -> None:
    """Load everything that is loaded on first use."""
    for words in WORDS:
        tokenizer_of(words).tokens("退货")
    with open_assistant(str(folder / "warm")) as assistant:
        act(assistant, "add", ("d0", 1))
        act(assistant, "feedback", "好")
        act(assistant, "compact")


if __name__ == "__main__":
    warm_up(Path(sys.argv[1]))
    assert len(os.listdir("/proc/self/task")) == 1, "a fork keeps one thread"
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line))), flush=True)

"""Time `suggest` by stage, `suggest_many` per message, and a fresh process from its start to its first answer.

    python benchmarks/suggest.py --rounds 3 [--against OTHER/src] --json benchmarks/results/suggest.json

Every round starts a process per source tree, which opens the demo shop, warms up on the further development questions
and then answers the development questions, which it has not seen; the trees take turns, message by message. Then come
batches of those questions with a greeting before each (what was searched and measured for a question is at hand by
then; its understanding, drafts and guards are not), and last a fresh process that imports, opens and answers once.
`--against` names the source tree of another commit; each tree searches a store that it loaded itself.
Stages are CPU time of the process; the whole is CPU and wall time. The matrix libraries use one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "benchmarks" / "demo_shop"
BATCHES = (32, 1_000)
GREETINGS = ("亲，", "你好，", "在吗，", "您好，", "请问，")
FIRST = "衣服掉色不 起球能退吗"
SHARES = (50, 95, 99)


def main() -> None:
    """Parse the arguments and run; `--answer` and `--fresh` are what the processes of a run are started with."""
    arguments = _arguments()
    if arguments.answer is not None:
        _answer(arguments.answer)
    elif arguments.fresh is not None:
        print(json.dumps(_fresh(arguments.fresh)))
    else:
        _run(arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="processes per source tree")
    parser.add_argument("--against", type=Path, help="the src folder of another commit")
    parser.add_argument("--json", type=Path, help="write the results here")
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--fresh", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(arguments: argparse.Namespace) -> None:
    trees = ({"before": arguments.against} if arguments.against else {}) | {"now": ROOT / "src"}
    spent: dict[str, dict[str, list[Any]]] = {name: defaultdict(list) for name in trees}
    with tempfile.TemporaryDirectory() as folder:
        stores = {name: Path(folder) / f"{name}.assist" for name in trees}
        for name, tree in trees.items():
            _load(stores[name], tree)
        for number in range(arguments.rounds):
            for name, times in _round(trees, stores).items():
                for what, values in times.items():
                    spent[name][what].append(values)
            print(f"round {number + 1} of {arguments.rounds} done", file=sys.stderr)
    result = {
        "kind": "suggest",
        "rounds": arguments.rounds,
        "machine": {"processor": platform.machine(), "cores": os.cpu_count()},
        "python": platform.python_version(),
        "trees": {name: _summary(found) for name, found in spent.items()},
    }
    print(json.dumps(result, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _load(store: Path, tree: Path) -> None:
    load = (
        "import sys; from assist import Assistant\n"
        "with Assistant.open(sys.argv[1], create=True) as a: a.add_files(sys.argv[2])"
    )
    command = [sys.executable, "-c", load, str(store), str(ROOT / "corpus" / "demo_shop")]
    subprocess.run(command, env=_environment(tree), check=True)


def _environment(tree: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}


def _round(trees: Mapping[str, Path], stores: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Let a process of every tree answer each message in turn; then batches, then fresh processes."""
    processes = {name: _started(tree, "--answer", stores[name]) for name, tree in trees.items()}
    spent: dict[str, dict[str, Any]] = {name: defaultdict(list) for name in trees}
    count = [_ask(process, "warm") for process in processes.values()][0]
    for number in range(count):
        for name, process in processes.items():
            for what, seconds in _ask(process, f"one {number}").items():
                spent[name][what].append(seconds)
    for size in BATCHES:
        for name, process in processes.items():
            spent[name][f"batch_{size}"] = _ask(process, f"batch {size}")
    for process in processes.values():
        process.communicate()
    for name, tree in trees.items():
        start = time.perf_counter()
        out, _ = _started(tree, "--fresh", stores[name]).communicate()
        spent[name]["fresh"] = {**json.loads(out), "process_s": time.perf_counter() - start}
    return spent


def _started(tree: Path, option: str, store: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, option, str(store)],
        env=_environment(tree),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _ask(process: subprocess.Popen[str], command: str) -> Any:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    process.stdin.write(command + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def _fresh(store: Path) -> dict[str, float]:
    """Import, open and answer once; seconds of CPU and wall for each."""
    clocks = {"cpu": time.process_time, "wall": time.perf_counter}

    def now() -> dict[str, float]:
        return {name: clock() for name, clock in clocks.items()}

    marks = [now()]
    from assist import Assistant

    marks.append(now())
    with Assistant.open(store) as assistant:
        marks.append(now())
        assistant.suggest(FIRST, product="A102", on="2026-11-20")
        marks.append(now())
    steps = {"import": (0, 1), "open": (1, 2), "answer": (2, 3), "all": (0, 3)}
    return {
        f"{step}_{clock}_s": marks[end][clock] - marks[begin][clock]
        for step, (begin, end) in steps.items()
        for clock in clocks
    }


def _answer(store: Path) -> None:
    """Do what comes line by line, and say how long each took; the library times its stages in CPU seconds, too."""
    wall, cpu = time.perf_counter, time.process_time
    time.perf_counter = cpu
    sys.path.insert(0, str(DEMO))
    from run import dev_questions, message_of

    from assist import Assistant

    further = [DEMO / "questions_dev2.jsonl", DEMO / "questions_dev3.jsonl"]
    asked = [message_of(question) for question in dev_questions([DEMO / "questions.jsonl"])]
    with Assistant.open(store) as assistant:

        def warm() -> int:
            for question in dev_questions(further):
                assistant.suggest_many([message_of(question)])
            return len(asked)

        def one(number: int) -> dict[str, float]:
            start = wall(), cpu()
            suggestion = assistant.suggest_many([asked[number]])[0]
            end = wall(), cpu()
            stages = {stage: spent for stage, spent in suggestion.timings.items() if stage != "total"}
            return {**stages, "wall": end[0] - start[0], "all": end[1] - start[1]}

        def batch(size: int) -> float:
            messages = [_greeted(asked[at % len(asked)], at) for at in range(size)]
            start = cpu()
            assistant.suggest_many(messages)
            return (cpu() - start) / size

        commands: dict[str, Callable[..., Any]] = {"warm": warm, "one": one, "batch": batch}
        for line in sys.stdin:
            command, *numbers = line.split()
            print(json.dumps(commands[command](*map(int, numbers))), flush=True)


def _greeted(message: Any, number: int) -> Any:
    """Put a greeting before a message, so that a batch holds no text that was seen."""
    first, *rest = message.lines
    return replace(message, lines=(GREETINGS[number % len(GREETINGS)] + first, *rest))


def _summary(spent: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Milliseconds by stage: of each message the median over the rounds, then quantiles over the messages."""
    summary: dict[str, Any] = {"suggest_ms": {}, "batch_ms": {}}
    for what, rounds in spent.items():
        if what == "fresh":
            summary[what] = {
                step: round(statistics.median(run[step] for run in rounds), 3) for step in rounds[0]
            }
        elif what.startswith("batch_"):
            summary["batch_ms"][what.removeprefix("batch_")] = round(statistics.median(rounds) * 1e3, 2)
        else:
            summary["suggest_ms"][what] = _quantiles(
                [statistics.median(runs) for runs in zip(*rounds, strict=True)]
            )
    return summary


def _quantiles(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    at = {f"p{share}": ordered[min(len(ordered) * share // 100, len(ordered) - 1)] for share in SHARES}
    return {name: round(value * 1e3, 2) for name, value in (at | {"mean": statistics.fmean(seconds)}).items()}


if __name__ == "__main__":
    main()

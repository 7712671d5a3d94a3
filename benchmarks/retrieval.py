"""Measure every lane on the retrieval packs, one result file a pack; the data stay where they are.

    python benchmarks/retrieval.py --data DIR
    python benchmarks/retrieval.py --data DIR --encoder e5-small-zh --stores DIR
    python benchmarks/render.py

DIR holds `packs_dev.tar.zst`, or give the unpacked folder with `--packs`. The results hold ids and numbers, no text.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from assist.evaluate import RetrievalEvaluation, evaluate_retrieval

sys.path.insert(0, str(Path(__file__).resolve().parent / "encoder"))

from packs import unpacked

RESULTS = Path(__file__).resolve().parent / "results"
PACKS = (
    "taobao_intent",
    "taobao_intent_knn",
    "jddc_reply",
    "ecom_product_zh",
    "ant_para",
    "bank_faq_para",
    "beike_reply",
    "qbqtc_search",
)
MEASURES = ("nDCG@10", "RR@10", "R_cap@10", "Success@1")
DENSE_WEIGHTS = (0.35, 0.4, 0.45, 0.5, 0.6, 0.7)


def main() -> None:
    arguments = _arguments()
    missing: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.packs or unpacked(arguments.data, Path(temporary))
        for pack in arguments.pack or PACKS:
            if not (folder / pack).is_dir():
                missing.append(pack)
                continue
            result = _measured(folder / pack, arguments)
            target = RESULTS / file_name(pack, arguments.encoder)
            target.write_text(result.to_json(), encoding="utf-8", newline="\n")
            print(f"{pack:20s}", *_line(result))
    for pack in missing:
        print(f"{pack}: not in the data, skipped", file=sys.stderr)


def file_name(pack: str, encoder: str = "bundled") -> str:
    """Name the file of a pack's results."""
    return f"retrieval_{pack}.json" if encoder == "bundled" else f"retrieval_{encoder}_{pack}.json"


def _measured(folder: Path, arguments: argparse.Namespace) -> RetrievalEvaluation:
    """Run one pack; ecom_product_zh names 161 ids twice, for the title and for the parameter sheet of products."""
    return evaluate_retrieval(
        folder,
        encoder=arguments.encoder,
        measures=MEASURES,
        dense_weights=DENSE_WEIGHTS,
        store=None if arguments.stores is None else arguments.stores / folder.name,
        duplicates="fold",
        jobs=arguments.jobs,
    )


def _line(result: RetrievalEvaluation) -> list[str]:
    shown = {**result.lanes, **{f"at {weight}": found for weight, found in result.fusion.items()}}
    return [f"{lane} {found['nDCG@10'].mean:.4f}" for lane, found in shown.items()]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder that holds packs_dev.tar.zst")
    parser.add_argument(
        "--packs", type=Path, help="folder with the packs already unpacked, instead of --data"
    )
    parser.add_argument("--pack", action="append", help="only this pack; may repeat")
    parser.add_argument("--encoder", default="bundled", help="what assist.encoder.load takes")
    parser.add_argument("--stores", type=Path, help="keep the encoded packs in this folder for the next run")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.data is None and arguments.packs is None:
        parser.error("give --data or --packs")
    return arguments


if __name__ == "__main__":
    main()

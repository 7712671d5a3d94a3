"""Fine-tunes a sentence-transformers model on pairs of texts that belong together, with that package's own trainer."""

from __future__ import annotations

import copy
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assist.encoder.adapt import EpochDone, Lesson
from assist.encoder.sentence import SentenceTransformerEncoder, mapped
from assist.errors import InputError, MissingDependencyError

NEEDED = ("accelerate", "datasets")
"""What the trainer imports besides sentence-transformers."""


@dataclass(frozen=True, slots=True)
class TransformerSettings:
    """How far and how long a transformer learns.

    Attributes:
        epochs: How often every pair is seen.
        batch: Pairs a step, each other's negatives.
        portion: Texts that are in memory with their gradients at once; does not change the result.
        rate: Learning rate at its height, after the first tenth of the steps.
        temperature: Cosines are divided by it.
        seed: Of the order.
    """

    epochs: int = 1
    batch: int = 64
    portion: int = 16
    rate: float = 2e-5
    temperature: float = 0.05
    seed: int = 0


def check_trainer(base: SentenceTransformerEncoder) -> None:
    """Check that a model can learn here.

    Raises:
        InputError: Another backend than torch runs it.
        MissingDependencyError: The extra `adapt` is not installed.
    """
    if base.backend != "torch":
        raise InputError(f"a model that {base.backend} runs cannot learn; load it with backend='torch'")
    for name in NEEDED:
        if find_spec(name) is None:
            raise MissingDependencyError(name, extra="adapt")


def fine_tune_transformer(
    base: SentenceTransformerEncoder,
    lesson: Lesson,
    folder: Path,
    *,
    settings: TransformerSettings | None = None,
    progress: EpochDone | None = None,
) -> SentenceTransformerEncoder:
    """Learn to tell a query's passage from the others of its batch, both behind the model's prefixes.

    No two pairs of a batch share a text. The same lesson, settings and base give the same weights on the same machine.

    Args:
        base: Stays as it is.
        lesson: Pairs.
        folder: Where the new model is written, in the layout of sentence-transformers.
        settings: How far and how long.
        progress: Told the epochs.

    Returns:
        The new model, with the prefixes of the old one.

    Raises:
        EncoderError: The trainer failed.

    References:
        Gao, Zhang, Han & Callan, Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup (2021).
    """
    settings = settings or TransformerSettings()
    identity = base.identity
    with mapped(identity.name), tempfile.TemporaryDirectory(prefix="assist-trainer-") as scratch:
        model = copy.deepcopy(base.model)
        model.prompts = {"query": identity.query_prefix, "passage": identity.passage_prefix}
        _train(model, lesson, settings, scratch, progress)
        model.eval().save_pretrained(str(folder), create_model_card=False)
    return SentenceTransformerEncoder(
        folder, query_prefix=identity.query_prefix, passage_prefix=identity.passage_prefix
    )


def _train(
    model: Any, lesson: Lesson, settings: TransformerSettings, scratch: str, progress: EpochDone | None
) -> None:
    from datasets import Dataset
    from sentence_transformers import SentenceTransformerTrainer
    from sentence_transformers.losses import CachedMultipleNegativesRankingLoss
    from transformers import PrinterCallback

    loss = CachedMultipleNegativesRankingLoss(
        model, scale=1.0 / settings.temperature, mini_batch_size=settings.portion
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=_arguments(settings, scratch, model.prompts),
        train_dataset=Dataset.from_dict({"query": list(lesson.queries), "passage": list(lesson.passages)}),
        loss=loss,
        callbacks=[_told(progress)] if progress is not None else None,
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()


def _arguments(settings: TransformerSettings, scratch: str, prompts: dict[str, str]) -> Any:
    from sentence_transformers import SentenceTransformerTrainingArguments
    from sentence_transformers.training_args import BatchSamplers

    return SentenceTransformerTrainingArguments(
        output_dir=scratch,
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch,
        learning_rate=settings.rate,
        warmup_steps=0.1,
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        prompts=prompts,
        seed=settings.seed,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def _told(progress: EpochDone) -> Any:
    from transformers import TrainerCallback

    class Told(TrainerCallback):
        def on_epoch_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            progress(round(state.epoch), round(args.num_train_epochs))

    return Told()

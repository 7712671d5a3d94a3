"""Builds a tiny sentence-transformers model, a real transformer of random weights, for tests of wiring."""

import json
import warnings

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"掉色不会褪退货发快递query:passage 七天无理由0123", "##a"]


def tiny_sentence_transformer(folder, *, prompts=None):
    """Write the model and give its folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
        from tokenizers import Tokenizer, models, pre_tokenizers, processors
        from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

        words = list(dict.fromkeys(VOCABULARY))
        raw = folder.parent / f"{folder.name}-raw"
        torch.manual_seed(0)
        config = BertConfig(
            vocab_size=len(words),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
        )
        BertModel(config).save_pretrained(raw)
        tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Split("", behavior="isolated")
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
        fast = PreTrainedTokenizerFast(
            tokenizer_object=tokenizer,
            unk_token="[UNK]",
            pad_token="[PAD]",
            cls_token="[CLS]",
            sep_token="[SEP]",
        )
        fast.save_pretrained(raw)
        SentenceTransformer(modules=[Transformer(str(raw)), Pooling(16)], device="cpu").save(str(folder))
    path = folder / "config_sentence_transformers.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    written["prompts"] = prompts or {"query": "query: ", "document": "passage: "}
    path.write_text(json.dumps(written), encoding="utf-8")
    return folder

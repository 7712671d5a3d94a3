"""Texts in, texts, tokens, spans and quantities out: normalise, tokenise, chunk, split, read numbers."""

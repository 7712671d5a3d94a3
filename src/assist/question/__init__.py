"""What a message asks: parts, product scope, slots, intent, aspects, tags and emotion.

`Understanding` is the door: built once per assistant, it turns a `Message` into a `Question`.
"""

from __future__ import annotations

from assist.question.intent import Intents, LearnedIntents
from assist.question.naming import ProductEntry
from assist.question.scope import Catalog, catalog
from assist.question.understanding import Understanding

__all__ = ["Catalog", "Intents", "LearnedIntents", "ProductEntry", "Understanding", "catalog"]

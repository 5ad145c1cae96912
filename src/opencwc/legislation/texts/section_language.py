"""The language of a section by its script and its short words; German beside the six."""

from __future__ import annotations

import re


def language_of(text: str) -> str:
    """Return the language of a section by its script and its short words.

    >>> language_of("Wer eine Tätigkeit ausübt, die der Genehmigung unterliegt, und nicht meldet"), language_of("5")
    ('de', '')
    """
    sample = text[:3_000]
    counted = {
        "ar": len(re.findall(r"[\u0600-\u06ff]", sample)),
        "ru": len(re.findall(r"[\u0400-\u04ff]", sample)),
        "zh": 3 * len(re.findall(r"[\u3400-\u9fff]", sample)),
        "": len(re.findall(r"[A-Za-zÀ-ÿ]", sample)),
    }
    script = max(counted, key=lambda name: counted[name])
    if script and counted[script]:
        return script
    words = re.findall(r"[a-zà-ÿß]+", sample.lower())
    scores = {lang: sum(word in known for word in words) for lang, known in _SHORT_WORDS.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0 else ""


_SHORT_WORDS = {
    lang: frozenset(words.split())
    for lang, words in {
        "en": "the of and to in or any shall for by be is under with which may person",
        "fr": "le la les des du de et à est sont un une par dans pour ou aux sur qui en au",
        "es": "el la los las del de y en que se por para con o una un al su como",
        "de": "der die das und des den dem zu von oder ist eine in nach nicht auf für im mit durch",
    }.items()
}

"""Names are compared by a key and never changed: the roster's spelling goes on the diploma (domain research §4.2)."""

import re
import unicodedata

SEPARATOR = "\u00b7"  # 民委发〔2016〕33号 prescribes this one
# What keyboards and old systems write instead; NFKC does not unify them.
SEPARATORS = str.maketrans(dict.fromkeys("\u2022\u2219\u22c5\u30fb\uff65\u2027\u25cf\u002e\uff0e", SEPARATOR))
LATIN_PUNCTUATION = re.compile(r"[.,'’‘`\-\u2010-\u2015\u00b7]")
INVISIBLE = ("Zs", "Zl", "Zp", "Cc", "Cf")  # spaces, line breaks, zero-width characters


def matching_key(name: str) -> str:
    """Equal keys are the same name. Compatibility ideographs, width, spaces, separators and Latin case do not count.

    A name of Latin letters loses its punctuation; in all others a separator counts.
    """
    folded = unicodedata.normalize("NFKC", name)
    visible = "".join(character for character in folded if unicodedata.category(character) not in INVISIBLE)
    key = unicodedata.normalize("NFKC", visible.translate(SEPARATORS).casefold())
    return LATIN_PUNCTUATION.sub("", key) if _is_latin(key) else key


def _is_latin(key: str) -> bool:
    return all(unicodedata.name(character, "").startswith("LATIN") for character in key if character.isalpha())

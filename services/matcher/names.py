"""Names are compared by a key and never changed: the roster's spelling goes on the diploma (domain research §4.2)."""

import re
import unicodedata
from difflib import SequenceMatcher
from itertools import product

from pypinyin import Style, pinyin
from rapidfuzz.distance import Levenshtein

from services.matcher.rules import Likeness

SEPARATOR = "\u00b7"  # 民委发〔2016〕33号 prescribes this one
# What keyboards and old systems write instead; NFKC does not unify them.
LOOKALIKES = "\u2022\u2219\u22c5\u30fb\uff65\u2027\u25cf\u002e\uff0e\u02d9\u25e6\u16eb\u26ab\u2e31\u2e33\ua78f"
SEPARATORS = str.maketrans(dict.fromkeys(LOOKALIKES, SEPARATOR))
LATIN_PUNCTUATION = re.compile(r"[.,'’‘`\-\u2010-\u2015\u00b7<]")  # < fills a passport's machine-readable lines
VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # another drawing of the same character
UNWRITTEN = "?\ufffd*□■〓"  # what old systems put where they have no character
INVISIBLE = ("Zs", "Zl", "Zp", "Cc", "Cf")  # spaces, line breaks, zero-width characters
LATIN_WORDS_MIN = 2  # one shared word is a family name: a million people have it
UE = ("v", "u", "yu")  # how passports have written ü over the years: LV, LU, LYU
SPELLED_MAX = 6  # characters of a Chinese name whose readings are tried: 3 of each would be 729 spellings


def matching_key(name: str) -> str:
    """Equal keys are the same name. Compatibility ideographs, width, spaces, separators and Latin case do not count.

    A name of Latin letters loses its punctuation; in all others a separator counts.
    """
    folded = unicodedata.normalize("NFKC", VARIATION_SELECTORS.sub("", name.translate(SEPARATORS)))
    visible = "".join(character for character in folded if unicodedata.category(character) not in INVISIBLE)
    key = unicodedata.normalize("NFKC", visible.translate(SEPARATORS).casefold())
    return LATIN_PUNCTUATION.sub("", key) if _is_latin(key) else key


def _is_latin(key: str) -> bool:
    return all(unicodedata.name(character, "").startswith("LATIN") for character in key if character.isalpha())


def likeness(claimed: str | None, known: str) -> Likeness:
    """Of the name that somebody claims to the roster's. CLOSE is for a person to compare, never good enough by itself.

    Close are names that differ in separators, in one character, in characters of the same sound, in what one of them
    has no character for, in accents, in order or number of their Latin words, and a Chinese name and its pinyin.
    """
    ours, theirs = matching_key(known), matching_key(claimed or "")
    if not theirs:
        return Likeness.OTHER
    if ours == theirs:
        return Likeness.SAME
    ours, theirs = ours.replace(SEPARATOR, ""), theirs.replace(SEPARATOR, "")
    is_close = (
        _differ_in_one(ours, theirs)
        or _sound_alike(ours, theirs)
        or _unaccented(ours) == _unaccented(theirs)
        or _has_gaps_for(ours, theirs)
        or _has_gaps_for(theirs, ours)
        or _words_are_shared(known, claimed or "")
        or _spells(ours, theirs)
        or _spells(theirs, ours)
    )
    return Likeness.CLOSE if is_close else Likeness.OTHER


def _differ_in_one(one: str, other: str) -> bool:
    """Of a name of one character nothing would be left to agree."""
    return min(len(one), len(other)) > 1 and Levenshtein.distance(one, other, score_cutoff=1) <= 1


def _sound_alike(one: str, other: str) -> bool:
    """Each character shares a reading with its opposite, tones aside: 小 and 晓."""
    if len(one) != len(other):
        return False
    pairs = zip(_readings(one), _readings(other), strict=True)
    return all(mine & theirs for mine, theirs in pairs)


def _unaccented(key: str) -> str:
    """As passports print José: JOSE."""
    return "".join(each for each in unicodedata.normalize("NFKD", key) if not unicodedata.combining(each))


def _has_gaps_for(one: str, other: str) -> bool:
    """王\ue863 or 王?? for 王䶮: private-use code points (old fonts draw the rare characters there) and marks for what
    could not be written stand for any characters, at most as many."""
    gap = "".join("?" if _is_unwritten(each) else each for each in one)
    if "?" not in gap or not gap.strip("?"):
        return False
    pieces = (
        f".{{1,{len(piece)}}}" if piece[0] == "?" else re.escape(piece) for piece in re.findall(r"\?+|[^?]+", gap)
    )
    return re.fullmatch("".join(pieces), other) is not None


def _is_unwritten(character: str) -> bool:
    """Also what Unicode has given to nobody yet, as far as this Python knows."""
    return character in UNWRITTEN or unicodedata.category(character) in ("Co", "Cn")


def _readings(key: str) -> list[set[str]]:
    return [set(pinyin(each, style=Style.NORMAL, heteronym=True)[0]) for each in key]


def _words_are_shared(one: str, other: str) -> bool:
    """CHAN Tai Man and Tai Man Chan, John Paul Smith and John Smith: a passport's order, and its middle names."""
    mine, theirs = _latin_words(one), _latin_words(other)
    fewer = min(len(mine), len(theirs))
    return fewer >= LATIN_WORDS_MIN and (mine <= theirs or theirs <= mine)


def _latin_words(name: str) -> set[str]:
    folded = unicodedata.normalize("NFKC", name).translate(SEPARATORS).casefold()
    words = LATIN_PUNCTUATION.sub(" ", _unaccented(folded)).split()
    return set(words) if _is_latin(folded) else set()


def _spells(chinese: str, latin: str) -> bool:
    """毛小小 and Mao Xiaoxiao or XIAOXIAO MAO: what a passport prints of a Chinese name."""
    if not chinese or not latin.isascii() or len(chinese) > SPELLED_MAX or _is_latin(chinese):
        return False
    syllables = [{each.replace("v", ue) for each in readings for ue in UE} for readings in _readings(chinese)]
    orders = (syllables, [*syllables[1:], syllables[0]])
    return any(latin == "".join(each) for order in orders for each in product(*order))


def differences(one: str, other: str) -> list[tuple[str, bool]]:
    """`one` in pieces, each with whether `other` has something else there."""
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return [(one[start:end], step != "equal") for step, start, end, _, _ in steps if start < end]


def is_rare(character: str) -> bool:
    """Many screens show a box for it, as for the 䶮 of 王䶮: GB 2312 and Big5 lie within the basic block."""
    return "\u3400" <= character < "\u4e00" or (
        character > "\u9fa5" and (character.isalpha() or _is_unwritten(character))
    )

"""Which school does the student mean? Part of its name, an alias, pinyin, initials, and all of them mistyped."""

import asyncio
import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from pydantic import BaseModel, ConfigDict
from pypinyin import lazy_pinyin, load_phrases_dict
from rapidfuzz import fuzz, process

from services.intake.store import campaigns as store
from shared.campaign import School, Window
from shared.outbox import Transaction

# The ranks, best first; a school is listed under the best of its keys.
EXACT, PREFIX, PART, PINYIN, INITIALS, FUZZY = range(6)
PINYIN_MIN = 2  # one letter is the beginning of hundreds of schools
# Of partial_ratio, 0 to 100: one wrong character in four (75), one wrong letter of pinyin in eight (87.5; at 82 the
# jinghua of beijinghuagong passed for qinghua).
FUZZY_NAME_MIN, FUZZY_PINYIN_MIN = 70.0, 87.0
FUZZY_MIN_LENGTH = 3  # shorter, and everything is similar
LIKE_MAX = 50
# Places whose first character pypinyin's dictionary reads as the other word: growth, morning.
load_phrases_dict({"长治": [["cháng"], ["zhì"]], "朝阳": [["cháo"], ["yáng"]]})


class Listed(BaseModel):
    """The part of a campaign that the search shows."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    title: str
    audience: str
    levels: tuple[str, ...]
    school: School
    window: Window


@dataclass(frozen=True)
class Found:
    """A school and its campaigns, those that are open first."""

    school: School
    campaigns: tuple[Listed, ...]


Rank = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Key:
    """One way to write a school: `text` in Chinese or Latin letters, and how it sounds."""

    school: int  # its place in the index
    text: str
    pinyin: str
    initials: str
    syllables_at: frozenset[int]  # where in `pinyin` a syllable begins


class SchoolIndex:
    """Built once per set of campaigns: 3,000 schools take about a second, a search a few milliseconds."""

    def __init__(self, campaigns: Iterable[Listed]) -> None:
        of_code: dict[str, list[Listed]] = defaultdict(list)
        for campaign in campaigns:
            of_code[campaign.school.code].append(campaign)
        self._schools = list(of_code.values())
        names = ((at, name) for at, each in enumerate(self._schools) for name in _names(each))
        self._keys = [_key(at, name) for at, name in names]
        self._texts = [key.text for key in self._keys]
        self._pinyins = [key.pinyin for key in self._keys]

    def find(self, query: str, now: datetime, limit: int = 20) -> list[Found]:
        """Best first: exact, prefix, part, pinyin, initials; only when there is none of these, what is similar."""
        asked = folded(query)
        if not asked:
            return []
        ranks = self._exactly(asked) or self._similar(asked)
        best = sorted(ranks, key=lambda at: (*ranks[at], self._schools[at][0].school.name))
        return [self._found(at, now) for at in best[:limit]]

    def _exactly(self, asked: str) -> dict[int, Rank]:
        sound = sound_of(asked)
        ranks: dict[int, Rank] = {}
        for key in self._keys:
            rank = _rank(key, asked, sound)
            if rank is not None:
                ranks[key.school] = min(ranks.get(key.school, rank), rank)
        return ranks

    def _similar(self, asked: str) -> dict[int, Rank]:
        """By the characters and by the sound: a homophone typed for the right character sounds right."""
        ranks: dict[int, Rank] = {}
        ways = ((asked, self._texts, FUZZY_NAME_MIN), (sound_of(asked), self._pinyins, FUZZY_PINYIN_MIN))
        for text, choices, least in ways:
            if len(text) < FUZZY_MIN_LENGTH:
                continue
            # partial_ratio looks for the shorter in the longer: an alias of two characters would be in everything.
            long_enough = [each if len(each) >= len(text) - 1 else "" for each in choices]
            alike = process.extract(text, long_enough, scorer=fuzz.partial_ratio, score_cutoff=least, limit=LIKE_MAX)
            for _, score, at in alike:
                # The best part first, and of equal parts the name with the least besides.
                found = (FUZZY, -score, -fuzz.ratio(text, choices[at]))
                school = self._keys[at].school
                ranks[school] = min(ranks.get(school, found), found)
        return ranks

    def _found(self, at: int, now: datetime) -> Found:
        campaigns = sorted(self._schools[at], key=lambda each: (not each.window.is_open(now), each.window.closes_at))
        return Found(campaigns[0].school, tuple(campaigns))


def _rank(key: _Key, asked: str, sound: str) -> Rank | None:
    """Smaller is better: the kind of match, where it begins, how long the name is."""
    if asked == key.text:
        return (EXACT, 0, len(key.text))
    at = key.text.find(asked)
    if at >= 0:
        return (PART if at else PREFIX, at, len(key.text))
    if len(sound) >= PINYIN_MIN:
        at = _at_a_syllable(key, sound)
        if at >= 0:
            return (PINYIN, at, len(key.text))
        at = key.initials.find(sound)
        if at >= 0:
            return (INITIALS, at, len(key.text))
    return None


def _at_a_syllable(key: _Key, sound: str) -> int:
    """−1: nowhere. In the middle of a syllable it would be another word."""
    at = key.pinyin.find(sound)
    while at >= 0 and at not in key.syllables_at:
        at = key.pinyin.find(sound, at + 1)
    return at


class Schools:
    """The index of the newest campaigns; made again when one was published."""

    def __init__(self) -> None:
        self._generation = -1
        self._index = SchoolIndex(())
        self._making = asyncio.Lock()

    async def index(self, tx: Transaction) -> SchoolIndex:
        generation = await store.count(tx)  # campaigns are only ever added
        if generation != self._generation:
            async with self._making:
                if generation != self._generation:
                    bodies = await store.newest_bodies(tx)
                    self._index = await asyncio.to_thread(_made, bodies)
                    self._generation = generation
        return self._index


def folded(name: str) -> str:
    """Width, case, spaces, brackets and other punctuation do not count."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in plain if character.isalnum())


def sound_of(text: str) -> str:
    """Pinyin without tones, the readings chosen by the word (重庆 chongqing, 长春 changchun)."""
    return "".join(lazy_pinyin(text)).replace("ü", "v")


def _names(campaigns: list[Listed]) -> set[str]:
    schools = [each.school for each in campaigns]
    return {folded(name) for school in schools for name in (school.name, *school.aliases)} - {""}


def _key(school: int, text: str) -> _Key:
    syllables = [syllable.replace("ü", "v") for syllable in lazy_pinyin(text)]
    starts = accumulate((len(syllable) for syllable in syllables[:-1]), initial=0)
    initials = "".join(syllable[0] for syllable in syllables)
    return _Key(school, text, "".join(syllables), initials, frozenset(starts))


def _made(bodies: list[str]) -> SchoolIndex:
    return SchoolIndex(Listed.model_validate(json.loads(body)) for body in bodies)

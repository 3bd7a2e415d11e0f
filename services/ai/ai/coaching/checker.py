"""Whether a language model said the same as a rule, in other words. Pure.

It compares texts whose numbers are replaced with placeholders, and refuses rather too much: then
the rule's own text stands.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from ai.coaching.placeholders import PLACEHOLDER, Wording

LENGTH_FACTOR = 2
LENGTH_FREE = 40
"""A text may have so many characters more than twice the rule's text."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+)[\"'“«(]*([^\W\d_]+)")
_LINK = re.compile(r"https?:|www\.|[/\\@<>\[\]#`*]|\w\.\w", re.IGNORECASE)
_OTHER_SCRIPT = re.compile(r"(?![\u0000-\u017f])[^\W\d_]")
"""Letters that none of our languages is written with."""
_MONEY = re.compile(r"[$€£¥₦%]")


class Refusal(StrEnum):
    """Why a text of the model is not shown."""

    LENGTH = "length"
    PLACEHOLDER = "placeholder"
    NUMBER = "number"
    LINK = "link"
    NAME = "name"
    CLAIM = "claim"
    NEGATION = "negation"


class Words(NamedTuple):
    """Words of a language that a text may have only where the rule's text has them."""

    numbers: frozenset[str]
    """Numerals, months and days of the week."""
    claims: tuple[str, ...]
    """Beginnings of words about promises, grades and money."""
    negations: frozenset[str]
    openers: frozenset[str]
    """Words that may begin a sentence: another one might be a name."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


WORDS: Mapping[str, Words] = {
    "en": Words(
        _set(
            "zero one two three four five six seven eight nine ten eleven twelve twenty thirty"
            " thirteen fourteen fifteen sixteen seventeen eighteen nineteen forty fifty sixty"
            " seventy eighty ninety hundred hundreds thousand thousands million dozen dozens half"
            " quarter double first second third once twice hour hours day days week weeks month"
            " months year years today soon later"
            " january february march april june july august september october november december"
            " monday tuesday wednesday thursday friday saturday sunday tomorrow yesterday tonight"
        ),
        (
            *("promis", "guarant", "certain", "surely", "definit", "grade", "grading", "score"),
            *("mark", "pass", "fail", "point", "certif", "diploma", "job", "career", "salar"),
            *("money", "pay", "paid", "price", "cost", "free", "discount", "win", "won", "prize"),
            *("reward", "dollar", "shilling", "euro", "refund", "always", "must", "hire", "earn"),
            *("accept", "approv", "success", "succeed", "scholar", "bonus", "ensure", "skip"),
            *("ignor", "delet", "avoid", "stop", "cancel", "quit"),
        ),
        _set("no not none never nothing nobody neither nor without cannot"),
        _set(
            "a add after an and answer as ask at before begin check choose complete decide do does"
            " finish for give go hand has have how in is it its keep let look make note now of on"
            " open pick plan please prepare read record required review see select send set since"
            " so start take the there these they think this time to today try use what when with"
            " write you your"
        ),
    ),
    "sw": Words(
        _set(
            "sifuri moja moya mbili tatu nne tano sita saba nane tisa kumi ishirini thelathini"
            " arobaini hamsini mia elfu nusu robo kwanza pili januari februari machi aprili mei"
            " juni julai agosti septemba oktoba novemba desemba jumatatu jumanne jumatano alhamisi"
            " ijumaa jumamosi jumapili kesho jana"
        ),
        (
            *("ahidi", "kuahidi", "tunaahidi", "hakika", "dhamana", "hakikish", "alama", "daraja"),
            *("faulu", "kufaulu", "utafaulu", "feli", "utafeli", "cheti", "ajira", "mshahara"),
            *("pesa", "fedha", "lipa", "kulipa", "malipo", "bei", "bure", "punguzo", "zawadi"),
            *("shinda", "utashinda", "dola", "shilingi", "lazima", "daima"),
        ),
        _set("si hapana hakuna kamwe bila hajui hujafanya"),
        _set(
            "andika angalia chagua fanya fungua hii jaribu kabla kamilisha kwa leo maliza na omba"
            " panga rekodi sasa soma tafadhali tazama tuma uliza wasilisha weka"
        ),
    ),
    "fr": Words(
        _set(
            "zéro un deux trois quatre cinq six sept huit neuf dix onze douze vingt trente quarante"
            " cinquante soixante cent mille demi quart douzaine premier première deuxième janvier"
            " février mars avril mai juin juillet août septembre octobre novembre décembre lundi"
            " mardi mercredi jeudi vendredi samedi dimanche demain hier"
        ),
        (
            *("prome", "garanti", "certain", "sûrement", "note", "notation", "score", "réussi"),
            *("réussir", "échou", "échec", "point", "certif", "diplôme", "emploi", "salair"),
            *("argent", "pay", "paie", "prix", "coût", "gratuit", "remise", "gagn", "récompens"),
            *("dollar", "euro", "franc", "rembours", "toujours", "doit", "devez"),
        ),
        _set("ne non pas jamais rien aucun aucune sans personne"),
        _set(
            "avant ajoutez après à choisissez commencez de demandez dans en et faites finissez"
            " l la le les lisez maintenant notez ouvrez planifiez pour préparez regardez relisez"
            " remettez rendez terminez votre vos vous écrivez"
        ),
    ),
}


def refusal(rule: Wording, said: Wording, language: str) -> Refusal | None:
    """None where both parts of what the model said are faithful to the rule's."""
    for original, text in zip(rule, said, strict=True):
        found = _refusal(original, text, WORDS[language])
        if found is not None:
            return found
    return None


def _refusal(original: str, text: str, words: Words) -> Refusal | None:
    if not text.strip() or not text.isprintable():
        return Refusal.LENGTH
    if len(text) > LENGTH_FACTOR * len(original) + LENGTH_FREE:
        return Refusal.LENGTH
    if PLACEHOLDER.findall(original) != PLACEHOLDER.findall(text):
        return Refusal.PLACEHOLDER
    bare = PLACEHOLDER.sub("", text)
    if "{" in bare or "}" in bare:
        return Refusal.PLACEHOLDER
    added = _words(bare) - _words(original)
    if any(one.isnumeric() for one in bare) or added & words.numbers:
        return Refusal.NUMBER
    if _LINK.search(bare):
        return Refusal.LINK
    if _MONEY.search(bare) or any(one.startswith(words.claims) for one in added):
        return Refusal.CLAIM
    if _has_names(original, bare, words.openers):
        return Refusal.NAME
    if _negations(original, words) != _negations(bare, words):
        return Refusal.NEGATION
    return None


def _negations(text: str, words: Words) -> int:
    """So that none comes, goes or moves to another part of a sentence unseen, they are counted."""
    found = [one.casefold().replace("\u2019", "'") for one in _WORD.findall(text)]
    return sum(one in words.negations or one.endswith("n't") for one in found)


def _has_names(original: str, text: str, openers: frozenset[str]) -> bool:
    """Whether a word with a capital letter is neither the rule's own nor begins a sentence as
    sentences do."""
    if _OTHER_SCRIPT.search(text):
        return True
    own = set(_WORD.findall(original))
    starts = {found.start(1) for found in _SENTENCE_START.finditer(text)}
    begins = openers | _words(original)
    for found in _WORD.finditer(text):
        word = found[0]
        is_plain_start = found.start() in starts and word.casefold() in begins
        rest = word[1:] if is_plain_start else word
        if rest != rest.lower() and word not in own:
            return True
    return False


def _words(text: str) -> set[str]:
    return {one.casefold().replace("\u2019", "'") for one in _WORD.findall(text)}

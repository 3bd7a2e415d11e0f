"""Guesses the language of a short text from its script, its commonest words and its spelling."""

import re

from ai.search.folding import folded
from ai.search.glossary import TRANSLATIONS
from ongoza_contracts.http.search import Language

EN = """
a about after all also an and any are as at be because been before being but by can cannot could
did do does doing for from get had has have having he her his how i if in into is it its just like
make me more most my no not of off on one or other our out over own same she should so some such
than that the their them then there these they this those through to too under until up us very
was we were what when where which while who whom why will with without would you your
"""
FR = """
au aucun aussi aux avec car ce ces cet cette chez comme comment d dans de des dont du elle elles
en entre est et etre il ils je l la le les leur leurs lors lui mais mes moi mon ma meme n ne ni
nos notre nous ou par pas plus pour pourquoi qu quand que quel quelle quelles quels qui quoi sa
sans se ses si son sont sous sur te tes toutes tous tres tu un une vers vos votre vous y
"""
SW = """
ama au baada bado bila cha chake gani hadi hapa hata hii hili hivi hiyo huo huu huyo ili ingawa
jinsi je juu kabla kama katika kila kisha kuhusu kutoka kuwa kwa kwamba kwenye la lakini lini mimi
mpaka na nani ndani ndiyo ni nini nje pamoja pia pili sana sasa sisi ukiwa vile wa wakati wala
wapi watu wewe wao ya yake yako yao yangu yeye yetu za zake zao zetu
"""
COMMON = {Language.EN: EN.split(), Language.FR: FR.split(), Language.SW: SW.split()}
STOP_WORDS = frozenset(word for found in COMMON.values() for word in found)
SCRIPTS = (
    (Language.AR, re.compile("[\u0600-\u06ff\u0750-\u077f]")),
    (Language.OTHER, re.compile("[\u0370-\u05ff\u0780-\u1cff\u2c80-\ud7ff]")),
)
FRENCH_SPELLING = re.compile(r"[àâçéèêëîïôœùû]|(?:eux|eurs?|aux|iques?)\b")
SWAHILI_START = re.compile(r"^(?:ku|ki|vi|wa|ma|mi|m[bdhjklnpstvwz]|u[slkthdw]|ny|ch|zi|tu|ji)")
VOWELS = "aeiou"


def language_of(text: str) -> Language:
    """English where nothing speaks for another language."""
    for language, script in SCRIPTS:
        if script.search(text):
            return language
    plain = re.findall(r"[^\W\d_]+", folded(text))
    points = {language: _points(language, plain) for language in COMMON}
    points[Language.EN] -= text.casefold().split().count("à")
    points[Language.FR] += len(FRENCH_SPELLING.findall(text.casefold()))
    points[Language.SW] += _swahili_shape(plain)
    return max(points, key=lambda one: (points[one], one is Language.EN))


def _points(language: Language, plain: list[str]) -> float:
    joined = f" {' '.join(plain)} "
    terms = TRANSLATIONS.get(language, {})
    known = sum(f" {term.replace(chr(39), ' ')} " in joined for term in terms)
    return 2 * known + sum(word in COMMON[language] for word in plain)


def _swahili_shape(plain: list[str]) -> float:
    """Swahili words end in a vowel, and most begin with one of a few prefixes."""
    if not plain or not all(word[-1] in VOWELS for word in plain):
        return 0.0
    likely = [word for word in plain if len(word) > 3 and word[-1] != "e"]
    return sum(bool(SWAHILI_START.match(word)) for word in likely)

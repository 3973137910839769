"""Judge whether a password is common or easily guessed, offline (ASVS 5.0, 6.2.4 and 6.2.11)."""

import re
import threading
import unicodedata
from collections.abc import Iterable

from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE

from newsletter.catalogue.models import Magazine
from newsletter.extensions import db

# What a thief of the database may try in hours against argon2id; zxcvbn's best mark begins here.
LEAST_GUESSES = 10**10
# The work grows with the square of the length, and with every reading of signs that may stand for
# letters ("4" for "a"): eight seconds for 48 letters full of them. What is beyond is not judged.
JUDGED = 32
MOST_SIGNS = 6

# What its lists, made from English and from leaks, do not know: what people here think of first.
_WORDS = re.findall(r"\S+", """
    aanmelden abonnement admin ambtenaar amsterdam artikel beheer beheerder beleid den-haag digitaal
    digitale editie edities eindhoven email gemeente geheim geheimpje groningen haarlem hallo herfst
    inlog inloggen jaargang jaarplan januari februari maart april juni juli augustus september
    oktober november december lente lezer lezers maandag dinsdag woensdag donderdag vrijdag zaterdag
    zondag magazine nederland newsletter nieuwsbrief nijmegen oranje overheid partner persoon
    provincie publieke redactie redacteur rijksoverheid rotterdam sinterklaas tijdschrift tilburg
    toegang uitgever utrecht vandaag vereniging vergeten voetbal voorjaar wachtwoord wachtwoorden
    welkom welkom01 winter zomer zomervakantie zwolle feyenoord ajax
""")
_SIGNS = {sign for signs in L33T_TABLE.values() for sign in signs}
_one_at_a_time = threading.Lock()


def is_guessable(password: str, *, about: Iterable[str]) -> bool:
    """Whether it takes few guesses, for who knows what it is `about`: names and addresses."""
    known = sorted({*_WORDS, *_parts(about), *_parts(_magazine())})
    with _one_at_a_time:  # zxcvbn keeps these words in a table that all threads share
        found = zxcvbn(judged(password), user_inputs=known)
    return bool(found["guesses"] < LEAST_GUESSES)


def judged(password: str) -> str:
    """As much of it as can be judged quickly, in the form in which it is hashed."""
    text = unicodedata.normalize("NFKD", password)[:JUDGED]
    seen = list(dict.fromkeys(sign for sign in text if sign in _SIGNS))
    # Further signs stay what they are, each another than the next, and stand for no letter.
    plain = {ord(sign): 0x2500 + ord(sign) for sign in seen[MOST_SIGNS:]}
    return text.translate(plain)


def _parts(texts: Iterable[str]) -> set[str]:
    """Each text, and its words of three letters and more."""
    lower = [unicodedata.normalize("NFKD", text).lower() for text in texts]
    words = (word for text in lower for word in re.findall(r"\w{3,}", text))
    return {*words, *(text[:JUDGED] for text in lower)}


def _magazine() -> list[str]:
    found = db.session.get(Magazine, 1)
    if found is None:  # before the seeds
        return []
    return [found.name, found.publisher, found.association, found.association_short, found.site,
            found.issn]

"""What an act of the audit trail was done to, and its particulars, in words."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from newsletter.web.dates import dated_moment, plain_day
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language

MARK_LETTERS = 16  # of a hash, as everywhere at the desk
_HEX = frozenset("0123456789abcdef")
# A number as the magazine writes it, as addresses do, or as a keyboard without `·` makes it.
_EDITION = re.compile(r"(\d{1,4})[·.-](\d{1,2})", re.ASCII)
_DASHED = r"\1-\2"

SUBJECTS = {
    "account": _l("Account %(key)s"),
    "alarm": _l("Alarm %(key)s"),
    "article": _l("Artikel %(key)s"),
    "dkim": _l("Sleutel %(key)s"),
    "edition": _l("Editie %(key)s"),
    "feed": _l("Feed %(key)s"),
    "feed_item": _l("Gevonden stuk %(key)s"),
    "import": _l("Lijst %(key)s"),
    "page": _l("Pagina %(key)s"),
    "period": _l("Vrije dagen %(key)s"),
    "request": _l("Verzoek %(key)s"),
    "subscriber": _l("Lezer %(key)s"),
    "switch": _l("Schakelaar %(key)s"),
    "theme": _l("Thema %(key)s"),
    "theme_change": _l("Wijziging van thema %(key)s"),
    "year": _l("Jaar %(key)s"),
}
NAMES = {
    "address": _l("adres"),
    "after": _l("naar"),
    "approval": _l("goedkeuring"),
    "article": _l("artikel"),
    "articles": _l("artikelen"),
    "asked": _l("gezocht"),
    "asked_on": _l("gevraagd op"),
    "at_once": _l("tegelijk"),
    "before": _l("van"),
    "by": _l("met"),
    "change": _l("wijziging"),
    "code": _l("code"),
    "domain": _l("domein"),
    "due_on": _l("uiterlijk"),
    "fields": _l("velden"),
    "file": _l("bestand"),
    "first_on": _l("eerste dag"),
    "format": _l("vorm"),
    "found": _l("gevonden"),
    "has_line": _l("met een regel bovenaan"),
    "image": _l("beeld"),
    "is_held": _l("vastgehouden"),
    "kept": _l("hield de oude"),
    "kind": _l("soort"),
    "language": _l("taal"),
    "last_on": _l("laatste dag"),
    "left_out": _l("weggelaten"),
    "manifest": _l("kenmerk"),
    "moved": _l("kreeg de nieuwe"),
    "name": _l("naam"),
    "never": _l("nooit meer mail"),
    "notice": _l("bericht"),
    "number": _l("nummer"),
    "on": _l("aan"),
    "outcome": _l("uitkomst"),
    "partner": _l("vereniging"),
    "passkey": _l("passkey"),
    "per_second": _l("per seconde"),
    "pinned": _l("vooraan"),
    "proposal": _l("voorstel"),
    "reason": _l("reden"),
    "recipients": _l("ontvangers"),
    "released_at": _l("vrijgegeven"),
    "request": _l("verzoek"),
    "revision": _l("versie"),
    "roles": _l("rollen"),
    "rows": _l("regels"),
    "said": _l("gezegd"),
    "send_at": _l("moment"),
    "served": _l("had de oude"),
    "skipped": _l("overgeslagen"),
    "slot_at": _l("moment"),
    "slug": _l("adres op de site"),
    "status": _l("stand"),
    "subscriber": _l("lezer"),
    "taken": _l("overgenomen"),
    "theme": _l("thema"),
    "title": _l("titel"),
    "version": _l("versie"),
    "wants": _l("wil herinneringen"),
    "why": _l("waarom"),
}


def subject_words(subject: str) -> str:
    """`Editie 20·8`, `Lezer 12`; what has no words here as it is kept."""
    kind, _colon, key = subject.partition(":")
    if kind == "digest":
        return _digest(key)
    if kind not in SUBJECTS or not key or key in ("new", "none", "unknown"):
        return subject
    return str(SUBJECTS[kind]) % {"key": key.replace("-", "·") if kind == "edition" else key}


def subject_as_kept(typed: str) -> str:
    """What a subject is kept as, of words that may be those of `subject_words`: `editie 21-1`.

    A bare `21·1` is an edition. What is none of these words comes back as it is.
    """
    words = " ".join(typed.split())
    if _EDITION.fullmatch(words):
        return f"edition:{_EDITION.sub(_DASHED, words)}"
    for kind, named in SUBJECTS.items():
        before = str(named) % {"key": ""}
        if words.casefold().startswith(before.casefold()):
            key = words[len(before):]
            return f"{kind}:{_EDITION.sub(_DASHED, key) if kind == 'edition' else key}"
    return words


def detail_words(details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each particular with its name: moments and days in words, hashes cut short."""
    for name, value in details.items():
        yield str(NAMES.get(name, name)), _value(value)


def _digest(key: str) -> str:
    cadence, _colon, moment = key.partition(":")
    named = {"weekly": _("Weekmail"), "monthly": _("Maandmail")}.get(cadence, cadence)
    when = _when(moment)
    return f"{named}, {when}" if when else named


def _value(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("ja") if value else _("nee")
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {words}" for name, words in detail_words(value))
    text = str(value)
    if len(text) == 64 and _HEX.issuperset(text):
        return text[:MARK_LETTERS]
    return _when(text) or text


def _when(text: str) -> str:
    """A moment or a day in ISO 8601 in words; nothing when it is neither."""
    lang = current_language()
    try:
        if len(text) == len("2026-11-24"):
            return plain_day(date.fromisoformat(text), lang)
        moment = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return ""
    return dated_moment(moment, lang) if moment is not None and moment.tzinfo else ""

"""Check what an editor writes himself: subject, first line, editorial, and the number in them."""

import re
from collections.abc import Iterator

from newsletter.editions.compose import GOOD_PREHEADER, GOOD_SUBJECT
from newsletter.editions.finding import Finding
from newsletter.editions.links import links_of
from newsletter.editions.models import Edition

NO_ABBREVIATION = 4  # letters of a word
LOUD_WORDS = 2
_WORD = re.compile(r"[^\W\d_]+")
# `20·8`, and what is written in its place; no part of a date or of a larger number.
_CITED = re.compile(r"(?<![\d.,/-])(\d{1,3})\s?([·.\-/])\s?(\d{1,2})(?![\d%€]|[.,/-]\d)")
_VOLUME = re.compile(r"\b(?:jaargang|volume)\s+(\d{1,3})\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b(?:nummer|nr\.?|editie|number)\s+(\d{1,2})\b", re.IGNORECASE)
_VAGUE = frozenset((
    "lees meer", "lees verder", "klik hier", "hier", "meer", "link", "deze link", "website",
    "read more", "click here", "here", "more",
))


def check_texts(edition: Edition) -> list[Finding]:
    """What readers would notice in the texts, the subject first."""
    found = [*_subject(edition), *_preheader(edition)]
    if not edition.editorial_md.strip():
        found.append(Finding("no_editorial", at="editorial_md"))
    for name in ("title", "subject"):
        found += check_number(getattr(edition, name), edition, at=name)
    seen = set()
    for link in links_of(edition):
        words = " ".join(link.words.lower().split()).rstrip(".…!›»> ")
        if (not words or words in _VAGUE) and (link.at, words) not in seen:
            seen.add((link.at, words))
            found.append(Finding("vague_link", at=link.at, said={"words": link.words}))
    return found


def check_number(text: str, edition: Edition, *, at: str) -> Iterator[Finding]:
    """Whether a line names another volume or number than the edition's, or spells them wrong."""
    own = (edition.volume, edition.number)
    right = f"{edition.volume}·{edition.number}"
    for volume, sign, number in _CITED.findall(text):
        cited = (int(volume), int(number))
        said = {"found": f"{volume}{sign}{number}", "right": right}
        if sign == "·" and cited != own:
            yield Finding("other_number", True, at, said)
        elif sign != "·" and cited == own:
            yield Finding("number_spelled", at=at, said=said)
        elif sign != "·" and cited[0] == edition.volume and 1 <= cited[1] <= 8:
            yield Finding("perhaps_number", at=at, said=said)
    for volume in _VOLUME.findall(text):
        if int(volume) != edition.volume:
            yield Finding("other_number", True, at, {"found": volume, "right": right})
    for number in _NUMBER.findall(text):
        if int(number) != edition.number and 1 <= int(number) <= 8:
            yield Finding("perhaps_number", at=at, said={"found": number, "right": right})


def _subject(edition: Edition) -> Iterator[Finding]:
    subject = edition.subject
    if len(subject) > GOOD_SUBJECT:
        yield Finding("long_subject", at="subject",
                      said={"count": len(subject), "good": GOOD_SUBJECT})
    words = [word for word in _WORD.findall(subject) if len(word) >= NO_ABBREVIATION]
    loud = sum(word.isupper() for word in words)
    if loud >= LOUD_WORDS and loud > len(words) / 2:
        yield Finding("capitals", at="subject")
    if "!" in subject:
        yield Finding("exclamation", at="subject")


def _preheader(edition: Edition) -> Iterator[Finding]:
    preheader = edition.preheader.strip()
    if not preheader:
        yield Finding("no_preheader", at="preheader")
    elif len(preheader) > GOOD_PREHEADER:
        yield Finding("long_preheader", at="preheader",
                      said={"count": len(preheader), "good": GOOD_PREHEADER})
    elif preheader.casefold() == edition.subject.strip().casefold():
        yield Finding("same_preheader", at="preheader")

"""The checks panel: what an edition must have first, what to mind, and what is in order."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from flask import url_for

from newsletter.core import settings
from newsletter.editions.check_items import check_items, check_missing
from newsletter.editions.check_links import Links
from newsletter.editions.compose import GOOD_SUBJECT
from newsletter.editions.finding import Finding
from newsletter.editions.models import Edition
from newsletter.emails.size import LARGEST_HTML
from newsletter.mailings.contents import CompiledManifest
from newsletter.sending.check_edition import Looked, check_edition
from newsletter.sending.house import house_of
from newsletter.web.dates import figures, short_moment
from newsletter.web.desk.check_words import TROUBLES, WORDS
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language


@dataclass(frozen=True)
class Check:
    """One line of the panel: `wrong` must be mended first, `mind` may stay, `done` is in order.

    `each` are sentences for a list, where one line stands for several.
    """

    kind: str
    heading: str
    sentence: str = ""
    href: str = ""
    link: str = ""
    each: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checks:
    """The lines in the order in which they matter; `size` is in bytes of the largest HTML."""

    first: tuple[Check, ...]
    mind: tuple[Check, ...]
    in_order: tuple[Check, ...]
    size: int | None = None
    most: int = LARGEST_HTML
    has_links: bool = False

    @property
    def summary(self) -> str:
        """How many of each, in one line."""
        if not self.first:
            return _("Niets moet eerst. %(mind)s keer let op, %(done)s in orde.",
                     mind=len(self.mind), done=len(self.in_order))
        return _(
            "%(first)s moet eerst, %(mind)s let op, %(done)s in orde",
            first=len(self.first), mind=len(self.mind), done=len(self.in_order),
        )


def checks_of(
    edition: Edition, *, manifest: CompiledManifest | None, is_too_large: bool
) -> Checks:
    """Look the edition over, as it would leave at its present moment."""
    looked = check_edition(
        edition, manifest, is_too_large=is_too_large, house=house_of(settings()))
    lines = _with_repeats_as_one([
        (each.code, _line(each, edition)) for each in looked.findings])
    return Checks(
        first=tuple(line for line in lines if line.kind == "wrong"),
        mind=tuple(line for line in lines if line.kind == "mind"),
        in_order=tuple(_in_order(edition, looked, manifest)),
        size=looked.largest,
        has_links=looked.links.addresses > 0,
    )


def _with_repeats_as_one(lines: list[tuple[str, Check]]) -> list[Check]:
    """The lines, where several articles that stood elsewhere are one line with a list."""
    repeated = [line for code, line in lines if code == "used_before"]
    if len(repeated) < 2:
        return [line for _code, line in lines]
    as_one = replace(
        repeated[0], sentence="", each=tuple(line.sentence for line in repeated),
        heading=_("%(number)s artikelen stonden al in een andere editie",
                  number=_count(len(repeated))))
    found = [line for code, line in lines if code != "used_before"]
    found.insert([code for code, _line in lines].index("used_before"), as_one)
    return found


def missing_of(edition: Edition) -> list[Check]:
    """What it misses in its texts and articles; makes no mail, reads no links."""
    found = [*check_missing(edition), *check_items(edition, used={})]
    return [_line(each, edition) for each in found if each.is_wrong]


def _line(found: Finding, edition: Edition) -> Check:
    words = WORDS[found.code]
    said = dict(found.said)
    if "trouble" in said:
        said["why"] = str(TROUBLES.get(str(said["trouble"]), TROUBLES["unreachable"]))
    if "scheme" in said:
        said["scheme_words"] = _("in het donker") if said["scheme"] == "dark" else _("in het licht")
    href = _place(found, edition)
    return Check(
        kind="wrong" if found.is_wrong else "mind",
        heading=str(words.heading),
        sentence=str(words.sentence) % said if words.sentence else "",
        href=href if words.link else "",
        link=str(words.link),
    )


def _place(found: Finding, edition: Edition) -> str:
    """Where it is mended."""
    kind, _colon, number = found.at.partition(":")
    if found.code == "no_articles":
        return url_for("desk.choose", key=edition.key)
    if found.code == "used_before":
        return "#order"
    if kind == "article":
        page = "desk.image" if found.code == "no_alt" else "desk.article"
        return url_for(page, article_id=int(number))
    return f"#{found.at}" if found.at else "#texts"


def _in_order(
    edition: Edition, looked: Looked, manifest: CompiledManifest | None
) -> list[Check]:
    """What was looked at and is well, the mail first."""
    codes = {each.code for each in looked.findings}

    def well(*wrong: str) -> bool:
        return not codes & set(wrong)

    found: list[str] = []
    if looked.links.addresses and well("dead_link", "shaky_link", "untried_links"):
        found.append(ngettext(
            "De link werkt, nagekeken op %(when)s", "Alle %(number)s links werken, nagekeken op "
            "%(when)s", looked.links.addresses, number=_count(looked.links.addresses),
            when=_when(looked.links)))
    if well("contrast"):
        found.append(_("Leesbaar in licht en donker"))
    if manifest is not None:
        found += _of_mail(codes)
    found += _of_texts(edition, codes)
    if edition.items:
        found += _of_articles(edition, codes)
    return [Check("done", heading) for heading in found]


def _of_mail(codes: Collection[str]) -> list[str]:
    found = []
    if not {"short_text", "long_lines", "markup_in_text"} & set(codes):
        found.append(_("Platte tekst is compleet, in twee talen"))
    if not {"no_manage_link", "no_leave_link"} & set(codes):
        found.append(_("Stoppen en wijzigen kan uit elke mail"))
    if not {"heading_order", "empty_link"} & set(codes):
        found.append(_("Koppen staan in de goede volgorde"))
    return found


def _of_texts(edition: Edition, codes: Collection[str]) -> list[str]:
    found = []
    if not {"no_title", "no_subject"} & set(codes):
        found.append(_("Titel en onderwerp zijn er"))
    if not {"no_subject", "long_subject", "capitals", "exclamation"} & set(codes):
        found.append(_("Het onderwerp past, tot %(good)s tekens", good=GOOD_SUBJECT))
    if not {"other_number", "perhaps_number", "number_spelled"} & set(codes):
        found.append(_("Er staat geen ander nummer in titel of onderwerp"))
    return found


def _of_articles(edition: Edition, codes: Collection[str]) -> list[str]:
    found = []
    if not {"not_released", "not_summary"} & set(codes):
        count = len(edition.items)
        found.append(ngettext(
            "Het artikel is vrijgegeven en heeft een samenvatting",
            "Alle %(number)s artikelen zijn vrijgegeven en hebben een samenvatting",
            count, number=_count(count)))
    if "no_theme" not in codes:
        found.append(_("Elk artikel heeft een thema"))
    if not {"no_alt", "bare_image"} & set(codes):
        found.append(_("Elk beeld heeft een beschrijving"))
    if "used_before" not in codes:
        found.append(_("Geen artikel stond al in een andere editie"))
    return found


def _when(links: Links) -> str:
    return short_moment(links.since, current_language()) if links.since else ""


def _count(number: int) -> str:
    return figures(number, current_language())

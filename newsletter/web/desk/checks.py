"""The checks panel: what an edition must have first, what to mind, and what is in order."""

from dataclasses import dataclass

from flask import url_for

from newsletter.editions.compose import GOOD_SUBJECT
from newsletter.editions.content import missing_for_sending
from newsletter.editions.models import Edition, EditionItem
from newsletter.emails.size import LARGEST_HTML
from newsletter.mailings.contents import CompiledManifest
from newsletter.web.dates import figures
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language

LONG_TITLE = 90  # three lines on a telephone
MANY_ARTICLES = 12


@dataclass(frozen=True)
class Check:
    """One line of the panel: `wrong` must be mended first, `mind` may stay, `done` is in order."""

    kind: str
    heading: str
    sentence: str = ""
    href: str = ""
    link: str = ""


@dataclass(frozen=True)
class Checks:
    """The lines in the order in which they matter."""

    first: tuple[Check, ...]
    mind: tuple[Check, ...]
    in_order: tuple[Check, ...]

    @property
    def summary(self) -> str:
        """How many of each, in one line."""
        return _(
            "%(first)s moet eerst, %(mind)s let op, %(done)s in orde",
            first=len(self.first), mind=len(self.mind), done=len(self.in_order),
        )


def checks_of(
    edition: Edition, *, manifest: CompiledManifest | None, too_large: bool
) -> Checks:
    """Look the edition over, as it would leave at its present moment."""
    missing = missing_for_sending(edition)
    first = [_missing(code, edition) for code in missing]
    mind = list(_minds(edition))
    in_order = list(_in_order(edition, set(missing)))
    if too_large:
        sentence = _("Boven %(kb)s kB kapt Gmail de mail af. Haal een artikel weg.",
                     kb=LARGEST_HTML // 1024)
        first.append(Check("wrong", _("De mail is te groot"), sentence))
    elif manifest is not None:
        kilobytes = -(-max(_size(manifest)) // 1024)
        in_order.append(Check("done", _("%(kb)s kB van de %(most)s kB die mag", kb=kilobytes,
                                        most=LARGEST_HTML // 1024)))
        in_order.append(Check("done", _("Platte tekst is compleet, in twee talen")))
    return Checks(tuple(first), tuple(mind), tuple(in_order))


def _missing(code: str, edition: Edition) -> Check:
    name, _colon, slug = code.partition(":")
    if slug:
        item = next(item for item in edition.items if item.article.slug == slug)
        href = url_for("desk.article", article_id=item.article_id)
        title = _("‘%(title)s’", title=item.article.title)
        if name == "released":
            return Check("wrong", _("Nog niet vrijgegeven op het verzendmoment"), title, href,
                         _("Geef het artikel vrij"))
        return Check("wrong", _("Een artikel heeft geen samenvatting"), title, href,
                     _("Schrijf de samenvatting"))
    if name == "articles":
        return Check("wrong", _("Er staan nog geen artikelen in"), "",
                     url_for("desk.choose", key=edition.key), _("Kies artikelen"))
    if name == "subject":
        return Check("wrong", _("De mail heeft nog geen onderwerp"), "", "#subject",
                     _("Schrijf het onderwerp"))
    return Check("wrong", _("De editie heeft nog geen titel"), "", "#title", _("Schrijf de titel"))


def _minds(edition: Edition) -> list[Check]:
    found = []
    if len(edition.subject) > GOOD_SUBJECT:
        found.append(Check("mind", _("Lang onderwerp"),
                           _("%(count)s tekens; tot %(good)s past op een telefoon.",
                             count=len(edition.subject), good=GOOD_SUBJECT), "#subject",
                           _("Maak het korter")))
    if not edition.preheader:
        found.append(Check("mind", _("Geen eerste regel"),
                           _("De inbox toont dan het begin van het redactioneel."), "#preheader",
                           _("Schrijf de eerste regel")))
    if not edition.editorial_md:
        found.append(Check("mind", _("Geen redactioneel"), _("De mail begint dan met een artikel."),
                           "#editorial_md", _("Schrijf het redactioneel")))
    for item in edition.items:
        if len(item.article.title) > LONG_TITLE:
            found.append(_long_title(item))
    if len(edition.items) > MANY_ARTICLES:
        found.append(Check("mind", _("Veel artikelen"),
                           _("%(count)s stuks; lezers zien vooral de eerste tien.",
                             count=len(edition.items))))
    return found


def _long_title(item: EditionItem) -> Check:
    return Check("mind", _("Lange titel"),
                 _("‘%(title)s’ loopt op een telefoon over meer dan twee regels.",
                   title=item.article.title),
                 url_for("desk.article", article_id=item.article_id), _("Bekijk het artikel"))


def _in_order(edition: Edition, missing: set[str]) -> list[Check]:
    found = []
    if "title" not in missing and "subject" not in missing:
        found.append(Check("done", _("Titel en onderwerp zijn er")))
    waiting = {code for code in missing if ":" in code}
    if edition.items and not waiting:
        count = len(edition.items)
        found.append(Check("done", ngettext(
            "Het artikel is vrijgegeven en heeft een samenvatting",
            "Alle %(number)s artikelen zijn vrijgegeven en hebben een samenvatting",
            count, number=figures(count, current_language()))))
    if edition.items and all(item.article.themes for item in edition.items):
        found.append(Check("done", _("Elk artikel heeft een thema")))
    return found


def _size(manifest: CompiledManifest) -> list[int]:
    """Bytes of HTML of each variant; quoted-printable counts a little over."""
    sizes = [
        sum(len(manifest.blocks[index].body) for index in variant.html)
        for variant in manifest.variants
    ]
    return sizes or [0]

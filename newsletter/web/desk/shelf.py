"""The list of the article store: found by words, filtered, sorted, page by page."""

from typing import Any

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from newsletter import clock
from newsletter.articles.find_articles import ArticleState, Order, Wanted, find_articles
from newsletter.articles.models import ArticleKind
from newsletter.catalogue.queries import themes
from newsletter.editions.queries import edition_numbers
from newsletter.partners.queries import partners
from newsletter.web.desk.bulk_themes import WAYS
from newsletter.web.desk.forms import KINDS
from newsletter.web.desk.whose import partner_alone

LONGEST_SEARCH = 200
ANY_PARTNER = "*"  # whichever association contributed it
STATES = (
    ("concept", ArticleState.DRAFT, _l("Niet vrijgegeven")),
    ("komt", ArticleState.COMING, _l("Komt op een moment")),
    ("vrij", ArticleState.RELEASED, _l("Vrijgegeven")),
)
ORDERS = (
    ("nieuw", Order.NEWEST, _l("Nieuwste")),
    ("gewijzigd", Order.CHANGED, _l("Laatst gewijzigd")),
    ("titel", Order.TITLE, _l("Titel")),
)


def page() -> str:
    """GET /redactie/artikelen: a page of the store, searched, filtered and sorted."""
    return render_template("pages/desk/articles.html", **shown())


def shown() -> dict[str, Any]:
    """What the list's page shows of what its address asks; what cannot be is left out."""
    alone = partner_alone()
    offered, numbers = themes(), edition_numbers()
    contributors = partners() if alone is None else []
    words = words_asked()
    theme = _named("thema", ((one.slug, one) for one in offered))
    kind = request.args.get("soort", "")
    state = _named("stand", ((name, value) for name, value, _words in STATES))
    order = _named("orde", ((name, value) for name, value, _words in ORDERS))
    edition = _named("editie", ((one.key, one) for one in numbers))
    partner = _named("partner", ((one.slug, one) for one in contributors))
    found = find_articles(
        Wanted(
            words=words,
            theme_id=theme.id if theme else None,
            kind=ArticleKind(kind) if kind in set(ArticleKind) else None,
            state=state,
            edition_id=edition.id if edition else None,
            partner_id=partner.id if partner else alone,
            order=order or Order.NEWEST,
            after=_number("na"),
            before=_number("voor"),
        ),
        now=clock.now(),
    )
    kept = {
        "zoek": words,
        "thema": theme.slug if theme else "",
        "soort": kind if kind in set(ArticleKind) else "",
        "stand": request.args["stand"] if state else "",
        "editie": edition.key if edition else "",
        "partner": partner.slug if partner else "",
        "orde": request.args["orde"] if order and order is not Order.NEWEST else "",
    }
    asked = {name: value for name, value in kept.items() if value}
    return {
        "shelf": found,
        "asked": asked,
        "is_filtered": bool(asked.keys() - {"orde"}),
        "themes": offered,
        # Put into words once, for a page has fifty of them.
        "kinds": {value: str(words) for value, words in KINDS},
        "states": STATES,
        "orders": ORDERS,
        "numbers": numbers,
        "partners": contributors,
        "ways": WAYS,
        "now": clock.now(),
    }


def to_choose_from() -> dict[str, Any]:
    """What the page shows that chooses for an edition: by words, theme, partner, and unused."""
    offered, contributors = themes(), partners()
    words = words_asked()
    theme = _named("thema", ((one.slug, one) for one in offered))
    contributor = request.args.get("partner", "")
    partner = _named("partner", ((one.slug, one) for one in contributors))
    is_unused = request.args.get("ongebruikt") == "1"
    found = find_articles(
        Wanted(
            words=words,
            theme_id=theme.id if theme else None,
            partner_id=partner.id if partner else None,
            is_contributed=contributor == ANY_PARTNER,
            is_unused=is_unused,
            after=_number("na"),
            before=_number("voor"),
        ),
        now=clock.now(),
    )
    kept = {
        "zoek": words,
        "thema": theme.slug if theme else "",
        "partner": partner.slug if partner else contributor if contributor == ANY_PARTNER else "",
        "ongebruikt": "1" if is_unused else "",
    }
    return {
        "shelf": found,
        "asked": {name: value for name, value in kept.items() if value},
        "themes": offered,
        "partners": contributors,
        "any_partner": ANY_PARTNER,
        "now": clock.now(),
    }


def words_asked() -> str:
    """What was typed in the search field of a list."""
    return request.args.get("zoek", "")[:LONGEST_SEARCH].replace("\x00", "")


def _number(name: str) -> int | None:
    """The article beside which the page lies, as its address says."""
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def _named(name: str, known: Any) -> Any:
    return dict(known).get(request.args.get(name, ""))

"""The home page: what this is, the compact form, the latest edition, the themes and the year."""

from flask import render_template, request

from newsletter import clock
from newsletter.catalogue.queries import themes
from newsletter.editions.queries import list_published, year_plan
from newsletter.web.cards import cards_of, year_strip
from newsletter.web.languages import current_language
from newsletter.web.reader.compact import compact_form

STRIP = 8  # as many numbers as a year has, whichever years they fall in


def page() -> str:
    """GET /."""
    lang = current_language()
    published = list_published()[:2]
    cards = cards_of(published, lang=lang)
    now = clock.now()
    this_year = clock.local(now).year
    coming = year_strip(
        [*year_plan(this_year), *year_plan(this_year + 1)],
        this=published[0].key if published else None,
        lang=lang,
        now=now,
    )
    return render_template(
        "pages/magazine/home.html",
        **compact_form(request.path),
        latest=cards[0] if cards else None,
        archive=cards[1] if len(cards) > 1 else None,
        themes=themes(),
        coming=coming[:STRIP],
    )

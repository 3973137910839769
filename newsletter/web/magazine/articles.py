"""Articles and themes: one article, one theme, all themes."""

from flask import abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.articles.illustrate import find_image
from newsletter.articles.queries import (
    PAGE_SIZE,
    count_of_themes,
    find_by_slug,
    list_of_themes,
)
from newsletter.catalogue.queries import find_theme, standing_under
from newsletter.catalogue.queries import themes as pickable_themes
from newsletter.editions.models import EditionStatus
from newsletter.editions.queries import editions_with
from newsletter.web.cards import cards_of
from newsletter.web.languages import current_language
from newsletter.web.magazine.markdown import to_html
from newsletter.web.turning import page_asked


def page(slug: str) -> str:
    """GET /artikelen/<slug>: a released article; 404 for drafts and what is to come."""
    article = find_by_slug(slug)
    if article is None or article.released_at is None or article.released_at > clock.now():
        abort(404)
    appeared = [e for e in editions_with(article.id) if e.status == EditionStatus.PUBLISHED]
    card = cards_of(appeared[:1], lang=current_language())[0] if appeared else None
    return render_template(
        "pages/magazine/article.html",
        article=article,
        body=to_html(article.body_md),
        image=find_image(article.image_id),
        card=card,
        related=[other for other in card.articles if other.id != article.id and other.slug]
        if card else [],
    )


def theme(slug: str) -> str | Response:
    """GET /themas/<slug>: what the theme is about and its released articles, fifty to a page.

    All of them stand here, the newest first: a digest that has more than it shows leads here.
    An address of a theme that was renamed or merged leads on to where it stands now.
    """
    found = find_theme(slug)
    if found is None:
        abort(404)
    if found.shown.slug != slug:
        return redirect(url_for("magazine.theme", slug=found.shown.slug), 301)
    now, under = clock.now(), standing_under(found)
    pages = max(1, -(-count_of_themes(under, now) // PAGE_SIZE))
    number = page_asked(pages)
    articles = list_of_themes(under, now, after=(number - 1) * PAGE_SIZE)
    return render_template(
        "pages/magazine/theme.html", theme=found, articles=articles, number=number, pages=pages)


def themes() -> str:
    """GET /themas/: every theme with its sentence."""
    return render_template("pages/magazine/themes.html", themes=pickable_themes())

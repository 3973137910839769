"""An article as it is typed: as it will stand on the site, and in a mail."""

from dataclasses import replace

from flask import Response, make_response, render_template, request
from flask_security import current_user

from newsletter import clock
from newsletter.articles.apply import draft_before
from newsletter.articles.drafts import LONGEST_BODY, Draft, tidy
from newsletter.articles.from_html import to_markdown
from newsletter.articles.illustrate import find_image
from newsletter.articles.image_models import Image
from newsletter.articles.models import ArticleKind
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import themes, themes_by_id
from newsletter.core import settings
from newsletter.deliveries.models import MailKind
from newsletter.emails import show_compiled
from newsletter.emails.compile import compile_digests
from newsletter.errors import MailError
from newsletter.mailings.contents import ArticleItem, DigestSelection, ThemeSection
from newsletter.mailings.item import picture_of
from newsletter.partners.queries import partners
from newsletter.sending.house import house_of
from newsletter.subscribers.models import Cadence
from newsletter.web.desk.article_form import ArticleForm
from newsletter.web.desk.found import wanted_article
from newsletter.web.desk.previews import in_scheme
from newsletter.web.desk.said import _
from newsletter.web.magazine.markdown import to_html

# In a frame of our own page, and not sandboxed: shown again it takes its own place in the
# browser's history. No script runs in either.
_IN_FRAME = ("default-src 'none'; style-src {styles}; img-src 'self'; form-action 'none'; "
             "base-uri 'none'; frame-ancestors 'self'")


def show() -> Response:
    """POST /redactie/artikelen/voorbeeld: what was typed, as a page for a frame; keeps nothing."""
    form = ArticleForm()
    form.offer(themes(), partners())
    draft = tidy(form.draft())
    # Its image is not typed: it is the one that was kept.
    number = request.args.get("artikel", type=int)
    stored = wanted_article(number) if number else None
    if stored is not None:
        before = draft_before(stored, current_user.id)
        draft = replace(draft, image_id=before.image_id, image_alt=before.image_alt)
    image = find_image(draft.image_id)
    if request.args.get("vorm") == "mail":
        return _framed(_mail(draft, image), styles="'unsafe-inline'")
    article = _item(draft, themes_by_id(draft.theme_ids))
    shown = render_template("pages/desk/article_preview.html", article=article, image=image,
                            draft=draft, body=to_html(draft.body_md[:LONGEST_BODY]))
    return _framed(shown, styles="'self'")


def markdown() -> Response:
    """POST /redactie/artikelen/opmaak: pasted HTML as Markdown; keeps nothing."""
    return Response(to_markdown(request.form.get("html", "")), mimetype="text/plain")


def _mail(draft: Draft, image: Image | None) -> str:
    """The article alone in a digest; a sentence when there is nothing to make a mail of."""
    chosen = themes_by_id(draft.theme_ids) or themes()[:1]
    item = _item(draft, chosen)
    if image is not None:
        item = replace(item, picture=picture_of(image, draft.image_alt))
    sections = tuple(
        ThemeSection(theme.id, theme.slug, theme.name_nl, theme.name_en, (item,))
        for theme in chosen[:1])
    today = clock.local(clock.now()).date()
    selection = DigestSelection("voorbeeld", Cadence.WEEKLY.value, "nl", "mail", sections, today)
    house = house_of(settings())
    try:
        manifest = compile_digests([selection], mailing_key=f"{MailKind.DIGEST}:voorbeeld",
                                   identity=house.identity, urls=house.urls)
        html = show_compiled.html_of(manifest, manifest.variants[0])
    except MailError:
        return render_template("pages/desk/article_preview.html", article=None)
    return in_scheme(html, is_dark=False)


def _item(draft: Draft, chosen: list[Theme]) -> ArticleItem:
    return ArticleItem(
        id=0,
        slug="voorbeeld",
        kind=draft.kind if draft.kind in set(ArticleKind) else ArticleKind.ARTIKEL.value,
        title=draft.title or _("Nog zonder titel"),
        authors=draft.authors,
        summary=draft.summary or _("Nog zonder samenvatting."),
        page=draft.page,
        theme_names_nl=tuple(theme.name_nl for theme in chosen),
        theme_names_en=tuple(theme.name_en for theme in chosen),
        subject=draft.subject or None,
        language=draft.language if draft.language in ("nl", "en") else "nl",
    )


def _framed(html: str, *, styles: str) -> Response:
    response = make_response(html)
    response.headers["Content-Security-Policy"] = _IN_FRAME.format(styles=styles)
    return response

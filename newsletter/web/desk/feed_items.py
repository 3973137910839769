"""What feeds gave: a person takes a piece over as a draft, with its themes, or puts it aside."""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.articles.feed_models import Feed, FeedItem, ItemState
from newsletter.articles.find_articles import articles_from, articles_like
from newsletter.articles.find_feeds import LARGEST_ID, find_item, items_in
from newsletter.articles.judge_item import accept_item, put_aside
from newsletter.articles.look_at_feed import MOST_WAITING
from newsletter.articles.models import Article
from newsletter.articles.suggest_themes import suggest_themes
from newsletter.articles.whose import host_elsewhere
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import themes
from newsletter.errors import BadInput, NotFound, WrongState
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.article_form import ThemeChecks
from newsletter.web.desk.forms import DeskForm, PressForm
from newsletter.web.desk.said import _

Answer = str | Response | tuple[str, int]
ASIDE = "weggelegd"


class ItemForm(DeskForm):
    """The themes of one piece."""

    theme_ids = ThemeChecks(_l("Thema’s"), validate_choice=False)


@dataclass(frozen=True)
class Shown:
    """One piece of the page; `reasons` has the words that say so for each suggested theme.

    `elsewhere` is the host that its link leads to, where that is not the feed's.
    """

    item: FeedItem
    feed: Feed
    form: ItemForm
    reasons: dict[str, tuple[str, ...]]  # by its slug
    doubles: tuple[Article, ...]
    elsewhere: str


def page() -> str:
    """GET /redactie/feeds/gevonden: what waits, or with `stand=weggelegd` what was put aside."""
    return _show()


def judge(item_id: int) -> Answer:
    """POST /redactie/feeds/gevonden/<id>: take it over, or put it aside."""
    if find_item(item_id) is None:
        abort(404)
    try:
        return _put_aside(item_id) if request.form.get("act") == "aside" else _take_over(item_id)
    except NotFound:
        abort(404)
    except WrongState:
        flash(_("Iemand anders heeft dit stuk al overgenomen."), "wrong")
    return _back()


def _take_over(item_id: int) -> Answer:
    offered = themes()
    form = _form(item_id, offered, is_posted=True)
    chosen = set(form.theme_ids.data or ())
    try:
        with recorded("accept_feed_item", f"feed_item:{item_id}") as act:
            article = accept_item(
                item_id, tuple(one.id for one in offered if one.slug in chosen),
                now=clock.now(), account_id=current_user.id)
            act.details["article"] = article.id
            title = article.title
    except BadInput as fault:
        form.show_fault(fault, at="theme_ids")
        return _show(form, item_id), 400
    flash(_("Overgenomen als concept: ‘%(title)s’. Het is nog niet vrijgegeven.", title=title),
          "done")
    return _back()


def _put_aside(item_id: int) -> Response:
    with recorded("put_feed_item_aside", f"feed_item:{item_id}"):
        title = put_aside(item_id, now=clock.now(), account_id=current_user.id).title
    flash(_("Weggelegd: ‘%(title)s’. Je vindt het terug bij ‘Weggelegd’.", title=title), "done")
    return _back()


def _show(faulty: ItemForm | None = None, faulty_id: int = 0) -> str:
    state = ItemState.ASIDE if request.args.get("stand") == ASIDE else ItemState.WAITING
    rows, has_more = items_in(state, before=_before())
    offered = themes()
    shown = [_shown(item, feed, offered, faulty if item.id == faulty_id else None)
             for item, feed in rows]
    return render_template(
        "pages/desk/feed_items.html", shown=shown, is_aside=state is ItemState.ASIDE,
        themes={theme.slug: theme for theme in offered}, here=_here(),
        next_before=rows[-1][0].id if has_more else None, has_before=_before() is not None,
        form=next((one.form for one in shown if one.form is faulty), None),
        press=PressForm(formdata=None), most_waiting=MOST_WAITING,
    )


def _shown(item: FeedItem, feed: Feed, offered: list[Theme], form: ItemForm | None) -> Shown:
    suggested = suggest_themes(f"{item.title} {item.summary} {item.body_md}", offered)
    if form is None:
        form = _form(item.id, offered, is_posted=False)
        form.theme_ids.data = [one.theme.slug for one in suggested]
    same = articles_from(item.address) if item.address else ()
    doubles = {one.id: one for one in (*same, *articles_like(item.title, most=3))}
    return Shown(
        item, feed, form,
        {one.theme.slug: one.words for one in suggested},
        tuple(doubles.values()),
        host_elsewhere(feed.address, item.address) if item.address else "",
    )


def _form(item_id: int, offered: list[Theme], *, is_posted: bool) -> ItemForm:
    form = ItemForm(request.form if is_posted else None, prefix=f"stuk-{item_id}")
    form.theme_ids.choices = [(theme.slug, theme.slug) for theme in offered]
    return form


def _before() -> int | None:
    typed = request.args.get("na", "")
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 19
    return min(int(typed), LARGEST_ID) if is_number else None


def _here() -> dict[str, Any]:
    """What the address says of the page, for the way back to it."""
    found = {"stand": ASIDE} if request.args.get("stand") == ASIDE else {}
    return found | ({"na": str(before)} if (before := _before()) is not None else {})


def _back() -> Response:
    return redirect(url_for("desk.feed_items", **_here()), 303)

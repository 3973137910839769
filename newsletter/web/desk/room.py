"""The desk's table of addresses, each with the role that it asks, and its one entrance."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_security import current_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from newsletter.accounts.models import RoleName
from newsletter.web.desk import (
    article_preview,
    articles,
    bulk_themes,
    composer,
    dates,
    feed_items,
    feeds,
    image,
    imports,
    mailings,
    moments,
    order,
    previews,
    rehearsals,
    release,
    shelf,
    sign_out,
    slot,
    slots,
    today,
    unsaved,
    versions,
    year_plan,
)
from newsletter.web.desk.names import edition_state
from newsletter.web.desk.said import _
from newsletter.web.extensions import csrf
from newsletter.web.headers import keep_private
from newsletter.web.languages import follow_reader
from newsletter.web.security import has_outlived

CONTRIBUTOR, EDITOR, PUBLISHER = RoleName.CONTRIBUTOR, RoleName.EDITOR, RoleName.PUBLISHER
RANKS = list(RoleName)  # each role may do what the ones before it may


class Page(NamedTuple):
    """One address: its name for `url_for`, the lowest role that may use it, and what answers."""

    address: str
    name: str
    role: RoleName
    get: Callable[..., Any] | None = None
    post: Callable[..., Any] | None = None
    largest: int | None = None  # bytes of a post, when more may come than elsewhere


PAGES = (
    Page("/", "today", CONTRIBUTOR, today.page),
    Page("/artikelen", "articles", CONTRIBUTOR, shelf.page),
    Page("/artikelen/nieuw", "add_article", CONTRIBUTOR, articles.add_page, articles.add),
    Page("/artikelen/themas", "bulk_themes", EDITOR, bulk_themes.page, bulk_themes.carry_out),
    Page("/artikelen/invoer", "imports", EDITOR, imports.page, imports.preview,
         imports.LARGEST_POST),
    Page("/artikelen/invoer/overnemen", "take_over", EDITOR, None, imports.take_over,
         imports.LARGEST_POST),
    Page("/artikelen/voorbeeld", "preview_article", CONTRIBUTOR, None, article_preview.show),
    Page("/artikelen/opmaak", "markdown", CONTRIBUTOR, None, article_preview.markdown),
    Page("/artikelen/<int:article_id>", "article", CONTRIBUTOR, articles.page, articles.save),
    Page("/artikelen/<int:article_id>/versies", "versions", CONTRIBUTOR, versions.shelf),
    Page("/artikelen/<int:article_id>/versies/<int:revision>", "version", CONTRIBUTOR,
         versions.page),
    Page("/artikelen/<int:article_id>/versies/<int:revision>/terugzetten", "put_back", CONTRIBUTOR,
         None, versions.put_back),
    Page("/artikelen/<int:article_id>/beeld", "image", CONTRIBUTOR, image.page, image.save,
         image.LARGEST_POST),
    Page("/artikelen/<int:article_id>/beeld/weg", "take_image", CONTRIBUTOR, None, image.take),
    Page("/artikelen/<int:article_id>/vrijgeven", "release", EDITOR, None, release.post),
    Page("/artikelen/<int:article_id>/inhouden", "hold_back", EDITOR, None, release.hold),
    Page("/feeds", "feeds", EDITOR, feeds.shelf, feeds.add),
    Page("/feeds/gevonden", "feed_items", EDITOR, feed_items.page),
    Page("/feeds/gevonden/<int:item_id>", "judge_item", EDITOR, None, feed_items.judge),
    Page("/feeds/<int:feed_id>", "feed", EDITOR, feeds.page, feeds.save),
    Page("/feeds/<int:feed_id>/kijk", "look_at_feed", EDITOR, None, feeds.look),
    Page("/feeds/<int:feed_id>/zet/<way>", "switch_feed", EDITOR, None, feeds.switch),
    Page("/edities", "editions", EDITOR, composer.shelf),
    Page("/edities/<key>", "edition", EDITOR, composer.page, composer.save),
    Page("/edities/<key>/volgorde", "order", EDITOR, None, order.save),
    Page("/edities/<key>/artikelen", "choose", EDITOR, order.page, order.add),
    Page("/edities/<key>/data", "dates", EDITOR, dates.page, dates.save),
    Page("/edities/<key>/verzendmoment", "schedule", EDITOR, None, moments.schedule_it),
    Page("/edities/<key>/terughalen", "unschedule", EDITOR, None, moments.unschedule_it),
    Page("/edities/<key>/proefmail", "send_proof", EDITOR, None, moments.send_proof),
    Page("/edities/<key>/voorbeeld", "preview", EDITOR, previews.mail),
    Page("/jaarplan", "this_year", CONTRIBUTOR, year_plan.this_year),
    Page("/jaarplan/<int:year>", "year_plan", CONTRIBUTOR, year_plan.page),
    Page("/jaarplan/<int:year>/voorstel", "plan_year", EDITOR, None, year_plan.plan),
    Page("/digests", "slots", EDITOR, slots.page, slots.add),
    Page("/digests/<int:slot_id>", "slot", EDITOR, slot.page, slot.save),
    Page("/digests/<int:slot_id>/vrijgeven", "release_slot", EDITOR, None, slot.release_it),
    Page("/digests/<int:slot_id>/alsnog", "send_late", EDITOR, None, slot.send_after_all),
    Page("/digests/<int:slot_id>/proef", "rehearsal", EDITOR, rehearsals.page, rehearsals.look_up),
    Page("/digests/<int:slot_id>/proef/<key>", "rehearsed_mail", EDITOR, rehearsals.mail),
    Page("/verzendingen", "mailings", EDITOR, mailings.shelf),
    Page("/verzendingen/<key>", "mailing", EDITOR, mailings.page),
    Page("/verzendingen/<key>/stand", "mailing_state", EDITOR, mailings.state),
    Page("/verzendingen/<key>/pauze", "pause", EDITOR, None, mailings.pause_it),
    Page("/verzendingen/<key>/hervat", "resume", EDITOR, None, mailings.resume_it),
    Page("/verzendingen/<key>/stop", "cancel", PUBLISHER, mailings.ask_cancel, mailings.cancel_it),
    Page("/uitloggen", "sign_out", CONTRIBUTOR, None, sign_out.post),
)
LARGEST = {f"desk.{page.name}": page.largest for page in PAGES if page.largest}
ROLES = {f"desk.{page.name}": page.role for page in PAGES}


def open_room() -> Blueprint:
    """The desk under `/redactie`, with its entrance."""
    room = Blueprint("desk", __name__, url_prefix="/redactie")
    for page in PAGES:
        methods = [method for method, view in (("GET", page.get), ("POST", page.post)) if view]
        room.add_url_rule(
            page.address, page.name, _by_method(page), methods=methods, strict_slashes=False
        )
    room.before_request(_admit)
    room.after_request(keep_private)
    room.context_processor(_context)
    room.register_error_handler(403, _forbidden)
    return room


def may(role: RoleName) -> bool:
    """Whether who works here has that role, or one that stands above it."""
    return any(RANKS.index(RoleName(one.name)) >= RANKS.index(role) for one in current_user.roles)


def _admit() -> Any:
    """Let in who is logged in and has the role of the page; nobody else (fails closed)."""
    if not current_user.is_authenticated or not current_user.is_active:
        return _to_login()
    if has_outlived():
        logout_user()
        return _to_login()
    follow_reader(current_user.language)
    role = ROLES.get(request.endpoint or "")
    if role is None or not may(role):
        abort(403)
    if request.method == "POST":
        if largest := LARGEST.get(request.endpoint or ""):
            request.max_content_length = request.max_form_memory_size = largest
        try:
            csrf.protect()
        except CSRFError:
            return unsaved.other_session()
    return None


def _to_login() -> Response | tuple[str, int]:
    if request.method == "POST":
        return unsaved.signed_out()
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")), 303)


def _forbidden(error: HTTPException) -> tuple[str, int]:
    return render_template("pages/desk/forbidden.html"), 403


def _context() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"desk_home": url_for("desk.today"), "desk_menu": (), "desk_person": ""}
    words = {
        "today": _("Vandaag"),
        "articles": _("Artikelen"),
        "editions": _("Edities"),
        "this_year": _("Jaarplan"),
        "slots": _("Themamails"),
        "mailings": _("Verzendingen"),
    }
    menu = [
        (name, url_for(f"desk.{name}"), shown)
        for name, shown in words.items()
        if may(ROLES[f"desk.{name}"])
    ]
    return {
        "desk_home": url_for("desk.today"),
        "desk_menu": menu,
        "desk_person": current_user.name,
        "may_edit": may(EDITOR),
        "may_publish": may(PUBLISHER),
        "edition_state": edition_state,
    }


def _by_method(page: Page) -> Callable[..., Any]:
    def answer(**values: Any) -> Any:
        view = page.post if request.method == "POST" else page.get
        assert view is not None  # the rule names only the methods that have one
        return current_app.ensure_sync(view)(**values)

    answer.__name__ = page.name
    answer.__doc__ = (page.get or page.post).__doc__
    return answer

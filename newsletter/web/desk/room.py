"""The desk's one entrance: who may come in, and by which of the addresses in its table."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_security import current_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from newsletter.core import settings
from newsletter.web.desk import confirm, unsaved
from newsletter.web.desk.acts import record_refusal
from newsletter.web.desk.browsers import browser_in_words
from newsletter.web.desk.menu import MENU
from newsletter.web.desk.names import edition_state
from newsletter.web.desk.roles import may, may_open
from newsletter.web.desk.table import (
    ADMIN,
    ASKED_BY_SCRIPT,
    EDITOR,
    LARGEST,
    PAGES,
    PUBLISHER,
    ROLES,
    WEIGHTY,
    Page,
)
from newsletter.web.extensions import csrf
from newsletter.web.headers import keep_private
from newsletter.web.languages import follow_reader
from newsletter.web.sessions import see, session_at_hand


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


def _admit() -> Any:
    """Let in who is logged in and has the role of the page; nobody else (fails closed)."""
    if not current_user.is_authenticated or not current_user.is_active:
        return _to_login()
    found = session_at_hand(current_user.id)
    if found is None or current_user.tf_primary_method is None:
        logout_user()
        return _to_login()
    endpoint = request.endpoint or ""
    if endpoint not in ASKED_BY_SCRIPT:
        see(found)
    follow_reader(current_user.language)
    role = ROLES.get(endpoint)
    if role is None or not may(role):
        record_refusal(endpoint)
        abort(403)
    if request.method == "POST":
        if largest := LARGEST.get(request.endpoint or ""):
            request.max_content_length = request.max_form_memory_size = largest
        try:
            csrf.protect()
        except CSRFError:
            return unsaved.other_session()
        if endpoint in WEIGHTY:
            return confirm.ask(found)
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
    menu = [
        (name, url_for(f"desk.{name}"), str(shown))
        for name, shown in MENU.items()
        if may(ROLES[f"desk.{name}"])
    ]
    return {
        "desk_home": url_for("desk.today"),
        "desk_menu": menu,
        "desk_person": current_user.name,
        "may_edit": may(EDITOR),
        "may_publish": may(PUBLISHER),
        "may_manage": may(ADMIN),
        "may_open": lambda href: may_open(href, ROLES),
        "edition_state": edition_state,
        "mail_from": settings().mail_from,
        "browser_in_words": browser_in_words,
    }


def _by_method(page: Page) -> Callable[..., Any]:
    def answer(**values: Any) -> Any:
        view = page.post if request.method == "POST" else page.get
        assert view is not None  # the rule names only the methods that have one
        return current_app.ensure_sync(view)(**values)

    answer.__name__ = page.name
    answer.__doc__ = (page.get or page.post).__doc__
    return answer

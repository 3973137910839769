"""The table of URLs: every public page by its address, and the rooms that bring their own."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, Flask, abort, request

from newsletter.web import calendar
from newsletter.web.desk.invitation import open_entrance
from newsletter.web.desk.passkey_login import open_passkey_door
from newsletter.web.desk.room import open_room
from newsletter.web.forgery import check_origin
from newsletter.web.headers import keep_private
from newsletter.web.inbox.views import inbox
from newsletter.web.kept import keep_cookie
from newsletter.web.magazine import articles, editions, home, identity, images, standing
from newsletter.web.ops import robots, security_txt
from newsletter.web.ops.health import ops
from newsletter.web.reader import (
    address,
    ask_link,
    challenge,
    come_back,
    confirm,
    consent_key,
    embed,
    fresh_link,
    leave,
    partner,
    preferences,
    say_why,
    subscribe,
    useful,
)
from newsletter.web.reader.personal import erase, export, mails, new_address, overview

# PostgreSQL stores none, so no address that holds one leads anywhere.
NUL = "\0"


class Page(NamedTuple):
    """One address: its name for `url_for`, what answers a GET and what answers a POST."""

    address: str
    name: str
    get: Callable[..., Any] | None = None
    post: Callable[..., Any] | None = None


MAGAZINE = (
    Page("/", "home", home.page),
    Page("/edities/", "editions", editions.shelf),
    Page("/edities/<key>", "edition", editions.page),
    Page("/edities/<key>/mail", "edition_mail", editions.mail),
    Page("/edities/<key>/versies/<int:number>", "edition_version", editions.version),
    Page("/edities/<key>/versies/<int:number>/mail", "edition_version_mail",
         editions.version_mail),
    Page("/artikelen/<slug>", "article", articles.page),
    Page("/themas/", "themes", articles.themes),
    Page("/themas/<slug>", "theme", articles.theme),
    Page("/privacy", "privacy", standing.privacy),
    Page("/cookies", "cookies", standing.cookies),
    Page("/beveiliging", "security", standing.security),
    Page("/colofon", "colophon", standing.colophon),
    Page("/toegankelijkheid", "accessibility", standing.accessibility),
)
# What machines ask for; no language and no page around it.
FILES = (
    Page("/identiteit.css", "identity", identity.sheet),
    Page("/beelden/<name>", "image", images.file),
    Page("/robots.txt", "robots", robots.page),
    Page("/.well-known/security.txt", "security_txt", security_txt.page),
    Page("/security.txt", "security_txt_before", security_txt.moved),
    Page("/agenda/<token>.ics", "calendar", calendar.feed),
    Page("/redactie/inloggen/opgave", "login_challenge", challenge.at_login),
)
READER = (
    Page("/.well-known/consent-key.json", "consent_key", consent_key.page),
    Page("/aanmelden", "subscribe", subscribe.page, subscribe.post),
    Page("/aanmelden/gelukt", "subscribed", subscribe.done),
    Page("/aanmelden/opgave", "challenge", challenge.page),
    Page("/p/<partner>", "partner", partner.page, partner.post),
    Page("/p/<partner>/insluiten", "partner_embed", embed.partner_page),
    Page("/insluiten", "embed", embed.page),
    Page("/insluiten/aanmelden", "embedded", embed.back, embed.arrive),
    Page("/mijn-link", "ask_link", ask_link.page, ask_link.post),
    Page("/mijn-link/verstuurd", "link_sent", ask_link.sent),
    Page("/mijn-gegevens/gewist", "erased", erase.done),
    # Behind the one link that all readers of a mailing share.
    Page("/nuttig/<key>", "useful", useful.page, useful.post),
    Page("/nuttig/<key>/dank", "useful_thanks", useful.thanks),
)
# What a mailed link opens: never kept, indexed or passed on.
MAILED = (
    Page("/bevestigen/<token>", "confirm", confirm.page, confirm.post),
    Page("/voorkeuren/<token>", "preferences", preferences.page, preferences.post),
    # The page after the button has this address: read again, it shows how things stand.
    Page("/voorkeuren/<token>/stoppen", "stop", preferences.page, preferences.stop),
    Page("/voorkeuren/<token>/pauze", "pause", preferences.page, preferences.pause),
    Page("/voorkeuren/<token>/hervatten", "resume", preferences.page, preferences.resume),
    Page("/voorkeuren/<token>/mijn-gegevens", "fresh_link", fresh_link.page, fresh_link.post),
    Page("/voorkeuren/<token>/terug", "undo_stop", preferences.page, come_back.by_choices),
    Page("/voorkeuren/<token>/reden", "stop_reason", preferences.page, say_why.by_choices),
    Page("/afmelden/<token>", "leave", leave.page, leave.post),
    Page("/afmelden/<token>/terug", "undo_leaving", leave.page, come_back.by_leaving),
    Page("/afmelden/<token>/reden", "leaving_reason", leave.page, say_why.by_leaving),
    # Another address: the new side confirms, the old side may undo it (W12).
    Page("/adres/<token>", "confirm_address", address.page, address.post),
    Page("/adres/terug/<token>", "undo_address", address.undo_page, address.undo_post),
    # One's own data: what the fresh link opens, for half an hour (W12).
    Page("/mijn-gegevens/<token>", "personal", overview.page, overview.post),
    Page("/mijn-gegevens/<token>/adres", "new_address", new_address.page, new_address.post),
    Page("/mijn-gegevens/<token>/mails", "my_mails", mails.page),
    Page("/mijn-gegevens/<token>/mail/<delivery>", "my_mail", mails.one),
    Page("/mijn-gegevens/<token>/mail/<delivery>/html", "my_mail_html", mails.html),
    Page("/mijn-gegevens/<token>/bewijs.json", "receipt", export.receipt),
    Page("/mijn-gegevens/<token>/gegevens.json", "export_json", export.as_json),
    Page("/mijn-gegevens/<token>/gegevens.zip", "export_zip", export.as_zip),
    Page("/mijn-gegevens/<token>/wissen", "erase", erase.page, erase.post),
)


def init_app(app: Flask) -> None:
    """Open every room."""
    app.before_request(_refuse_nul)
    app.register_blueprint(_room("magazine", MAGAZINE))
    app.register_blueprint(_files())
    app.register_blueprint(_reader())
    app.register_blueprint(ops)
    app.register_blueprint(open_room())
    app.register_blueprint(open_entrance())
    app.register_blueprint(open_passkey_door())
    if not app.config["SETTINGS"].is_production:
        # It shows every mail to whoever asks: for a laptop and the tests alone.
        app.register_blueprint(inbox)


def _refuse_nul() -> None:
    asked = (request.path, *request.args.values(), *request.args)
    if any(NUL in part for part in asked):
        abort(404)


def _files() -> Blueprint:
    room = _room("files", FILES)
    _keep_private(room, {"files.calendar"})
    return room


def _reader() -> Blueprint:
    room = _room("reader", (*READER, *MAILED))
    room.before_request(check_origin)
    room.after_request(keep_cookie)
    _keep_private(room, {f"reader.{page.name}" for page in MAILED})
    return room


def _keep_private(room: Blueprint, endpoints: set[str]) -> None:
    @room.after_request
    def keep(response: Any) -> Any:
        return keep_private(response) if request.endpoint in endpoints else response


def _room(name: str, pages: tuple[Page, ...]) -> Blueprint:
    """A blueprint in which GET and POST of one address share one name."""
    room = Blueprint(name, __name__)
    for page in pages:
        methods = [method for method, view in (("GET", page.get), ("POST", page.post)) if view]
        room.add_url_rule(page.address, page.name, _by_method(page), methods=methods)
    return room


def _by_method(page: Page) -> Callable[..., Any]:
    def answer(**values: str) -> Any:
        view = page.post if request.method == "POST" else page.get
        assert view is not None  # the rule names only the methods that have one
        return view(**values)

    answer.__name__ = page.name
    answer.__doc__ = (page.get or page.post).__doc__
    return answer

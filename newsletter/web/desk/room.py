"""The desk's table of addresses, each with the role that it asks, and its one entrance."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_security import current_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from newsletter.accounts.models import RoleName
from newsletter.subscribers.read_import import LARGEST as LARGEST_LIST
from newsletter.web.desk import (
    account,
    accounts,
    approvals,
    article_preview,
    articles,
    articles_from_file,
    as_reader,
    bulk_themes,
    calendar_address,
    composer,
    confirm,
    corrections,
    dates,
    dossiers,
    drafts,
    erratum,
    feed_items,
    feeds,
    growth,
    image,
    imports,
    logbook,
    mailings,
    moments,
    order,
    passkeys,
    periods,
    planner,
    previews,
    readers,
    readers_export,
    recovery_codes,
    rehearsals,
    release,
    reminders,
    report,
    request_deeds,
    requests,
    shelf,
    sign_out,
    slot,
    slots,
    suppressions,
    theme_acts,
    themes,
    today,
    unsaved,
    versions,
    year_plan,
)
from newsletter.web.desk.acts import record_refusal
from newsletter.web.desk.menu import MENU
from newsletter.web.desk.names import edition_state
from newsletter.web.desk.roles import may, may_open
from newsletter.web.extensions import csrf
from newsletter.web.forgery import LARGEST_POST
from newsletter.web.headers import keep_private
from newsletter.web.languages import follow_reader
from newsletter.web.sessions import see, session_at_hand

CONTRIBUTOR, EDITOR = RoleName.CONTRIBUTOR, RoleName.EDITOR
PUBLISHER, ADMIN = RoleName.PUBLISHER, RoleName.ADMIN


class Page(NamedTuple):
    """One address: its name for `url_for`, the lowest role that may use it, and what answers."""

    address: str
    name: str
    role: RoleName
    get: Callable[..., Any] | None = None
    post: Callable[..., Any] | None = None
    # Whether a post asks the second factor again.
    is_weighty: bool = False
    largest: int | None = None  # bytes of a post, when more may come than elsewhere


PAGES = (
    Page("/", "today", CONTRIBUTOR, today.page),
    Page("/artikelen", "articles", CONTRIBUTOR, shelf.page),
    Page("/artikelen/nieuw", "add_article", CONTRIBUTOR, articles.add_page, articles.add),
    Page("/artikelen/themas", "bulk_themes", EDITOR, bulk_themes.page, bulk_themes.carry_out),
    Page("/artikelen/invoer", "articles_from_file", EDITOR, articles_from_file.page,
         articles_from_file.preview, largest=articles_from_file.LARGEST_POST),
    Page("/artikelen/invoer/overnemen", "take_over", EDITOR, None, articles_from_file.take_over,
         largest=articles_from_file.LARGEST_POST),
    Page("/artikelen/voorbeeld", "preview_article", CONTRIBUTOR, None, article_preview.show),
    Page("/artikelen/opmaak", "markdown", CONTRIBUTOR, None, article_preview.markdown),
    Page("/artikelen/<int:article_id>", "article", CONTRIBUTOR, articles.page, articles.save),
    Page("/artikelen/<int:article_id>/versies", "versions", CONTRIBUTOR, versions.shelf),
    Page("/artikelen/<int:article_id>/versies/<int:revision>", "version", CONTRIBUTOR,
         versions.page),
    Page("/artikelen/<int:article_id>/versies/<int:revision>/terugzetten", "put_back", CONTRIBUTOR,
         None, versions.put_back),
    Page("/artikelen/<int:article_id>/beeld", "image", CONTRIBUTOR, image.page, image.save,
         largest=image.LARGEST_POST),
    Page("/artikelen/<int:article_id>/beeld/weg", "take_image", CONTRIBUTOR, None, image.take),
    Page("/artikelen/<int:article_id>/vrijgeven", "release", EDITOR, None, release.post),
    Page("/artikelen/<int:article_id>/inhouden", "hold_back", EDITOR, None, release.hold),
    Page("/artikelen/<int:article_id>/bericht", "erratum", EDITOR, erratum.page, erratum.post),
    Page("/feeds", "feeds", EDITOR, feeds.shelf, feeds.add),
    Page("/feeds/gevonden", "feed_items", EDITOR, feed_items.page),
    Page("/feeds/gevonden/<int:item_id>", "judge_item", EDITOR, None, feed_items.judge),
    Page("/feeds/<int:feed_id>", "feed", EDITOR, feeds.page, feeds.save),
    Page("/feeds/<int:feed_id>/kijk", "look_at_feed", EDITOR, None, feeds.look),
    Page("/feeds/<int:feed_id>/zet/<way>", "switch_feed", EDITOR, None, feeds.switch),
    Page("/edities", "editions", EDITOR, composer.shelf),
    Page("/edities/<key>", "edition", EDITOR, composer.page, composer.save,
         largest=composer.LARGEST_POST),
    Page("/edities/<key>/concept", "keep_draft", EDITOR, None, drafts.keep),
    Page("/edities/<key>/concept/weg", "throw_away", EDITOR, None, drafts.throw_away),
    Page("/edities/<key>/aanwezig", "be_here", EDITOR, None, drafts.be_here),
    Page("/edities/<key>/links", "try_links", EDITOR, None, composer.try_links),
    Page("/edities/<key>/als-lezer", "as_reader", PUBLISHER, None, as_reader.look),
    Page("/edities/<key>/volgorde", "order", EDITOR, None, order.save),
    Page("/edities/<key>/artikelen", "choose", EDITOR, order.page, order.add),
    Page("/edities/<key>/data", "dates", EDITOR, dates.page, dates.save),
    Page("/edities/<key>/verplaats", "shift", EDITOR, planner.look, planner.shift),
    Page("/edities/<key>/zet-terug", "put_dates_back", EDITOR, None, planner.put_it_back),
    Page("/edities/<key>/verzendmoment", "schedule", EDITOR, None, moments.schedule_it, True),
    Page("/edities/<key>/terughalen", "unschedule", EDITOR, None, moments.unschedule_it),
    Page("/edities/<key>/proefmail", "send_proof", EDITOR, None, moments.send_proof),
    Page("/edities/<key>/voorbeeld", "preview", EDITOR, previews.mail, previews.typed),
    Page("/edities/<key>/goedkeuring", "approval", EDITOR, approvals.page),
    Page("/edities/<key>/goedkeuring/mail", "approval_mail", EDITOR, approvals.mail),
    Page("/edities/<key>/goedkeuring/vraag", "ask_approval", EDITOR, None, approvals.ask),
    Page("/edities/<key>/goedkeuring/terug", "withdraw_approval", EDITOR, None,
         approvals.withdraw),
    Page("/edities/<key>/goedkeuring/akkoord", "approve", EDITOR, None, approvals.give, True),
    Page("/edities/<key>/goedkeuring/weiger", "refuse_approval", EDITOR, approvals.page,
         approvals.refuse),
    Page("/jaarplan", "this_year", CONTRIBUTOR, year_plan.this_year),
    Page("/jaarplan/<int:year>", "year_plan", CONTRIBUTOR, year_plan.page),
    Page("/jaarplan/<int:year>/voorstel", "plan_year", EDITOR, None, year_plan.plan),
    Page("/jaarplan/<int:year>/perioden", "add_period", EDITOR, year_plan.page, periods.add),
    Page("/jaarplan/perioden/<int:period_id>", "period", EDITOR, periods.page, periods.save),
    Page("/jaarplan/perioden/<int:period_id>/weg", "remove_period", EDITOR, None, periods.remove),
    Page("/jaarplan/herinneringen", "reminders", PUBLISHER, reminders.page, reminders.save),
    Page("/agenda", "calendar", CONTRIBUTOR, calendar_address.page, calendar_address.renew),
    Page("/digests", "slots", EDITOR, slots.page, slots.add),
    Page("/digests/<int:slot_id>", "slot", EDITOR, slot.page, slot.save),
    Page("/digests/<int:slot_id>/vrijgeven", "release_slot", EDITOR, None, slot.release_it, True),
    Page("/digests/<int:slot_id>/alsnog", "send_late", EDITOR, None, slot.send_after_all, True),
    Page("/digests/<int:slot_id>/proef", "rehearsal", EDITOR, rehearsals.page, rehearsals.look_up),
    Page("/digests/<int:slot_id>/proef/<key>", "rehearsed_mail", EDITOR, rehearsals.mail),
    Page("/themas", "themes", EDITOR, themes.page),
    Page("/themas/<slug>/<act>", "theme_act", PUBLISHER, theme_acts.page, theme_acts.post),
    Page("/themas/wijzigingen/<int:change_id>/terug", "undo_theme", PUBLISHER, None, themes.undo),
    Page("/verzendingen", "mailings", EDITOR, mailings.shelf),
    Page("/verzendingen/<key>", "mailing", EDITOR, mailings.page),
    Page("/verzendingen/<key>/stand", "mailing_state", EDITOR, mailings.state),
    Page("/verzendingen/<key>/pauze", "pause", EDITOR, None, mailings.pause_it),
    Page("/verzendingen/<key>/hervat", "resume", EDITOR, None, mailings.resume_it),
    Page("/verzendingen/<key>/alsnog", "resume_late", EDITOR, mailings.ask_late,
         mailings.resume_late, True),
    Page("/verzendingen/<key>/verbetering", "correction", EDITOR, corrections.page,
         corrections.save),
    Page("/verzendingen/<key>/verbetering/begin", "begin_correction", EDITOR, None,
         corrections.begin),
    Page("/verzendingen/<key>/verbetering/goedkeuring", "ask_correction", EDITOR, None,
         corrections.ask),
    Page("/verzendingen/<key>/verbetering/verder", "carry_correction", EDITOR, None,
         corrections.carry, True),
    Page("/verzendingen/<key>/verbetering/weg", "drop_correction", EDITOR, None,
         corrections.drop),
    Page("/verzendingen/<key>/verbetering/voorbeeld", "corrected_mail", EDITOR, corrections.mail),
    Page("/verzendingen/<key>/stop", "cancel", PUBLISHER, mailings.ask_cancel, mailings.cancel_it),
    Page("/verzendingen/<key>/verslag", "mailing_report", EDITOR, report.page),
    Page("/verzendingen/<key>/verslag.csv", "mailing_report_csv", EDITOR, report.as_csv),
    Page("/cijfers", "figures", EDITOR, growth.page),
    Page("/cijfers/<table>.csv", "figures_csv", EDITOR, growth.as_csv),
    Page("/lezers", "readers", PUBLISHER, readers.page, readers.find),
    Page("/lezers/<int:subscriber_id>", "reader", PUBLISHER, dossiers.page),
    Page("/lezers/<int:subscriber_id>/adres", "reveal_address", PUBLISHER,
         dossiers.page, dossiers.reveal),
    Page("/lezers/<int:subscriber_id>/mail/<mail_id>", "reader_mail", PUBLISHER, dossiers.mail),
    Page("/lezers/<int:subscriber_id>/verzoek", "add_request", PUBLISHER,
         dossiers.page, dossiers.add_request),
    Page("/lezers/export", "export_readers", ADMIN, readers_export.page, readers_export.export,
         True),
    Page("/verzoeken", "requests", PUBLISHER, requests.shelf, requests.add),
    Page("/verzoeken/<int:request_id>", "request", PUBLISHER, requests.page, requests.close),
    Page("/verzoeken/<int:request_id>/bestand", "give_data", PUBLISHER, None, request_deeds.give),
    Page("/verzoeken/<int:request_id>/verlengen", "extend_request", PUBLISHER,
         requests.page, request_deeds.extend),
    Page("/verzoeken/<int:request_id>/verbeteren", "correct", PUBLISHER,
         requests.page, request_deeds.correct),
    Page("/verzoeken/<int:request_id>/stoppen", "stop_reader", PUBLISHER,
         requests.page, request_deeds.stop),
    Page("/verzoeken/<int:request_id>/wissen", "erase_reader", PUBLISHER,
         requests.page, request_deeds.erase_it),
    Page("/stoplijst", "suppressions", PUBLISHER, suppressions.page, suppressions.look_up),
    Page("/stoplijst/erbij", "never_write", PUBLISHER, suppressions.page, suppressions.add),
    Page("/stoplijst/eraf", "lift", PUBLISHER, suppressions.page, suppressions.take_off),
    Page("/import", "imports", PUBLISHER, imports.shelf, imports.load,
         largest=LARGEST_LIST + LARGEST_POST),
    Page("/import/<int:import_id>", "import", PUBLISHER, imports.page, imports.carry_out),
    Page("/import/<int:import_id>/verslag.csv", "import_report", PUBLISHER, imports.report),
    Page("/import/<int:import_id>/stand", "import_state", PUBLISHER, imports.state),
    Page("/import/<int:import_id>/weg", "drop_import", PUBLISHER, None, imports.drop),
    Page("/logboek", "logbook", PUBLISHER, logbook.page),
    Page("/logboek/uitvoer", "export_logbook", ADMIN, None, logbook.export),
    Page("/accounts", "accounts", ADMIN, accounts.shelf, accounts.add, True),
    Page("/accounts/<int:account_id>", "account_of", ADMIN, accounts.page, accounts.save, True),
    Page("/accounts/<int:account_id>/uitnodiging", "invite_again", ADMIN, None,
         accounts.invite_again, True),
    Page("/accounts/<int:account_id>/uit", "switch_off", ADMIN, None, accounts.shut),
    Page("/accounts/<int:account_id>/aan", "switch_on", ADMIN, None, accounts.reopen, True),
    Page("/accounts/<int:account_id>/tweede-stap", "reset_second_factor", ADMIN, None,
         accounts.reset, True),
    Page("/mijn-account", "account", CONTRIBUTOR, account.page, account.save),
    Page("/mijn-account/herinneringen", "choose_reminders", EDITOR, None, reminders.choose),
    Page("/mijn-account/tweede-stap", "renew", CONTRIBUTOR, None, account.renew, True),
    Page("/mijn-account/herstelcodes", "recovery_codes", CONTRIBUTOR, recovery_codes.page,
         recovery_codes.make, True),
    Page("/mijn-account/passkeys", "passkeys", CONTRIBUTOR, passkeys.page, passkeys.add, True),
    Page("/mijn-account/passkey/<purpose>", "pose_passkey", CONTRIBUTOR, None, passkeys.pose),
    Page("/passkeys/<int:passkey_id>/<act>", "passkey", CONTRIBUTOR, None, passkeys.change, True),
    Page("/mijn-account/sessies", "end_sessions", CONTRIBUTOR, None, account.end_others),
    Page("/mijn-account/sessies/<int:session_id>", "end_session", CONTRIBUTOR, None,
         account.end_one),
    Page("/uitloggen", "sign_out", CONTRIBUTOR, None, sign_out.post),
)
LARGEST = {f"desk.{page.name}": page.largest for page in PAGES if page.largest}
ROLES = {f"desk.{page.name}": page.role for page in PAGES}
# A page that stands open asks these by itself: nobody need be there.
ASKED_BY_SCRIPT = {"desk.mailing_state", "desk.import_state", "desk.be_here"}
WEIGHTY = {f"desk.{page.name}" for page in PAGES if page.is_weighty}


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
    }


def _by_method(page: Page) -> Callable[..., Any]:
    def answer(**values: Any) -> Any:
        view = page.post if request.method == "POST" else page.get
        assert view is not None  # the rule names only the methods that have one
        return current_app.ensure_sync(view)(**values)

    answer.__name__ = page.name
    answer.__doc__ = (page.get or page.post).__doc__
    return answer

"""Was this mail useful: a page with two buttons behind one link that all its readers share.

It sets no cookie and knows nobody. A visit counts once, a network so often in an hour, and no more
answers count than there are recipients.
"""

import hashlib
import secrets

from flask import Response as Page
from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.errors import RateLimitExceeded
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.core import counts
from newsletter.counts import Mark
from newsletter.mailings.answer import Answer, answer, get_asked, is_open
from newsletter.mailings.models import Mailing
from newsletter.subscribers.models import Cadence
from newsletter.transaction import transaction
from newsletter.web.dates import plain_day
from newsletter.web.extensions import limiter
from newsletter.web.forgery import FORM_OPEN_SECONDS, network
from newsletter.web.headers import keep_private
from newsletter.web.languages import current_language
from newsletter.web.reader.forms import PressForm

# A ministry is one network, so this is many; a machine gets no further.
PER_HOUR = 30
LONGEST_VISIT = 40  # characters


def page(key: str) -> Page | tuple[str, int]:
    """GET /nuttig/<key>: the two buttons; counts nothing (W01)."""
    mailing = get_asked(key)
    visit = secrets.token_urlsafe(12)
    return _show(mailing, key, PressForm(bound_to=f"{key}:{visit}"), visit)


def post(key: str) -> Response | Page | tuple[str, int]:
    """POST /nuttig/<key>: one more for the button that was pressed; once for each visit."""
    mailing = get_asked(key)
    visit = request.form.get("visit", "")[:LONGEST_VISIT]
    form = PressForm(request.form, bound_to=f"{key}:{visit}")
    said = request.form.get("answer", "")
    if not form.validate() or said not in list(Answer):
        fresh = secrets.token_urlsafe(12)
        again = PressForm(bound_to=f"{key}:{fresh}")
        again.csrf_token.errors = form.csrf_token.errors or [_("Druk nog een keer op de knop.")]
        return _show(mailing, key, again, fresh, status=400)
    now = clock.now()
    if not is_open(mailing, now=now):
        return _show(mailing, key, form, visit)
    try:
        with limiter.limit(f"{PER_HOUR} per hour", key_func=lambda: f"useful {network()}"):
            pass
    except RateLimitExceeded:
        abort(429)
    if _is_new(visit):
        with transaction():
            answer(mailing, Answer(said), now=now)
    return redirect(url_for("reader.useful_thanks", key=key), 303)


def thanks(key: str) -> Page | tuple[str, int]:
    """GET /nuttig/<key>/dank: the same thanks for each answer, and for a second press."""
    mailing = get_asked(key)
    return _private(render_template("pages/reader/useful_thanks.html", name=_name(mailing)), 200)


def _show(
    mailing: Mailing, key: str, form: PressForm, visit: str, *, status: int = 200
) -> Page | tuple[str, int]:
    shown = is_open(mailing, now=clock.now())
    return _private(render_template(
        "pages/reader/useful.html", name=_name(mailing), key=key, form=form, visit=visit,
        is_open=shown, per_hour=PER_HOUR, answers=Answer,
    ), status if shown else 410)


def _private(html: str, status: int) -> Page:
    """What each visitor gets is her own, and no search engine's."""
    return keep_private(Page(html, status, mimetype="text/html"))


def _is_new(visit: str) -> bool:
    """Whether this visit has not answered yet; the mark says nothing but that it did."""
    name = hashlib.sha256(visit.encode()).hexdigest()
    seen = counts().look((), now=clock.now(), mark=Mark(f"useful:{name}", FORM_OPEN_SECONDS))
    return seen.is_new


def _name(mailing: Mailing) -> str:
    kind, _colon, rest = mailing.key.partition(":")
    if kind == "edition":
        return str(_("Editie %(number)s", number=rest.replace("-", "·")))
    day = plain_day(mailing.cutoff_at, current_language())
    if rest.startswith(Cadence.MONTHLY.value):
        return str(_("De maandmail van %(day)s", day=day))
    return str(_("De weekmail van %(day)s", day=day))

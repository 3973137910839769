"""The dossier of one reader: state, choices, proof of consent, mails and suppression."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.catalogue.queries import themes_by_id
from newsletter.core import signer
from newsletter.deliveries.suppress import find_suppression
from newsletter.errors import BadInput
from newsletter.mailings.history import mails_of
from newsletter.subscribers.find_reader import get_reader, hashes_of
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.prove_consent import Proof, prove_of
from newsletter.subscribers.queries import consents_of
from newsletter.subscribers.request_queries import requests_of
from newsletter.subscribers.verify_consents import verify_chain_of
from newsletter.web.desk import reader_words as words
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.dossier_events import happenings
from newsletter.web.desk.reader_forms import LookReason, RevealForm
from newsletter.web.desk.request_forms import OpenForm
from newsletter.web.desk.request_words import ARTICLES, KINDS, term_of
from newsletter.web.desk.requests import opened
from newsletter.web.turning import page_asked

ON_A_PAGE = 50


@dataclass(frozen=True)
class Ledger:
    """Whether her entries of consent are whole, and whether they are tied to this address."""

    entries: int
    is_whole: bool
    proof: Proof | None


def page(subscriber_id: int) -> str:
    """GET /redactie/lezers/<id>: the dossier, its address masked; changes nothing."""
    return _show(get_reader(subscriber_id))


def reveal(subscriber_id: int) -> str | tuple[str, int]:
    """POST /redactie/lezers/<id>/adres: the dossier with the whole address, recorded with why."""
    subscription = get_reader(subscriber_id)
    form = RevealForm(request.form)
    if (form.reason.data or "") not in set(LookReason):
        form.show_fault(BadInput("reason", "unknown"))
        return _show(subscription, form), 400
    with recorded("reveal_address", f"subscriber:{subscriber_id}", reason=form.reason.data):
        address = subscription.subscriber.address or ""
    return _show(get_reader(subscriber_id), revealed=address)


def add_request(subscriber_id: int) -> Response | str | tuple[str, int]:
    """POST /redactie/lezers/<id>/verzoek: open what she asked under the AVG."""
    subscription = get_reader(subscriber_id)
    form = OpenForm(request.form)
    try:
        return opened(form, subscriber_id=subscriber_id)
    except BadInput as fault:
        form.show_fault(fault)
        return _show(subscription, opening=form), 400


def _show(
    subscription: Subscription,
    form: RevealForm | None = None,
    *,
    opening: OpenForm | None = None,
    revealed: str = "",
) -> str:
    now, reader_id = clock.now(), subscription.subscriber_id
    consents = consents_of(reader_id)
    events = happenings(consents, mails_of(reader_id))
    pages = max(1, -(-len(events) // ON_A_PAGE))
    number = page_asked(pages)
    address = subscription.subscriber.address
    ledger = Ledger(
        entries=len(consents),
        is_whole=verify_chain_of(reader_id) is None,
        proof=prove_of(reader_id, address) if address else None,
    )
    suppression = find_suppression(hashes_of(subscription.subscriber, signer=signer()))
    return render_template(
        "pages/desk/reader.html",
        form=form or RevealForm(formdata=None),
        opening=opening or OpenForm(formdata=None),
        refused=opening or form,
        helps={kind.value: said for kind, said in ARTICLES.items()},
        requests=[(one, str(KINDS[one.kind]), term_of(one, today=clock.local(now).date()))
                  for one in requests_of(reader_id)],
        subscription=subscription,
        masked=words.masked(subscription),
        revealed=revealed,
        events=events[(number - 1) * ON_A_PAGE : number * ON_A_PAGE],
        number=number,
        pages=pages,
        ledger=ledger,
        suppression=suppression,
        **_facts(subscription, suppression.reason if suppression else "", now=now),
    )


def _facts(subscription: Subscription, suppressed: str, *, now: datetime) -> dict[str, Any]:
    person = subscription.subscriber
    return {
        "standing": words.standing_of(subscription, now=now),
        "rhythm": str(words.RHYTHMS[subscription.cadence]),
        "themes": themes_by_id(each.theme_id for each in subscription.themes),
        "form_words": f"{words.LANGUAGES[subscription.language]}, "
                      f"{words.FORMATS[subscription.format]}",
        "sector": str(words.SECTORS[person.sector]) if person.sector else "",
        "left_for": str(words.LEFT_FOR[subscription.leaving_reason])
                    if subscription.leaving_reason else "",
        "why_suppressed": words.suppression_words(suppressed) if suppressed else "",
        "is_paused": bool(subscription.paused_until and subscription.paused_until > now),
        "now": now,
    }

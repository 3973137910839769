"""Somebody who leaves and may come back, as the tests of those pages see her."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import signer
from newsletter.subscribers.models import (
    Consent,
    Subscription,
)
from newsletter.tokens import Purpose
from tests.web import visitor

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link(subscription: Subscription, purpose: Purpose = Purpose.LEAVE_DIGESTS) -> str:
    """The address of the unsubscribe link that stood in a mail."""
    return f"/afmelden/{signer().make(purpose, subscription.subscriber_id)}"


def manage(subscription: Subscription) -> str:
    """The address of the link to her choices."""
    token = signer().make(
        Purpose.MANAGE, subscription.subscriber_id, nonce=subscription.link_nonce
    )
    return f"/voorkeuren/{token}"


def leave_all(client: FlaskClient, subscription: Subscription) -> TestResponse:
    """Press the button that stops everything; the page after it."""
    form = visitor.form_of(client.get(link(subscription)), action="/afmelden/")
    return visitor.post(client, form, what="all")


def press_back(client: FlaskClient, answer: TestResponse, **values: str) -> TestResponse:
    """Press one of the buttons that undo, on a page that has them."""
    form = next(
        visitor.form_of(answer, action=str(each.attributes["action"]))
        for each in visitor.page(answer).css("form")
        if str(each.attributes["action"]).endswith("/terug")
    )
    return visitor.post(client, form, **{"instead": "as_it_was", **values})


def offered(answer: TestResponse) -> dict[str, str]:
    """The words of each button that undoes, by what it posts."""
    return {
        str(button.attributes["value"]): button.text().strip()
        for button in visitor.page(answer).css("button[name=instead]")
    }


def ledger(session: Session, subscription: Subscription) -> list[tuple[str, str]]:
    """What happened to her consent, oldest first, and by which act."""
    rows = session.execute(
        select(Consent.act, Consent.means)
        .where(Consent.subscriber_id == subscription.subscriber_id)
        .order_by(Consent.id)
    )
    return [(act.value, means) for act, means in rows]

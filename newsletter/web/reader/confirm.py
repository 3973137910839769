"""Confirm: a page with a button, and the button."""

from flask import render_template, request, url_for

from newsletter import clock
from newsletter.core import signer
from newsletter.errors import AskedOtherwise
from newsletter.subscribers.confirm import confirm, details_asked, look_up, question_of
from newsletter.subscribers.models import Subscription, SubscriptionStatus
from newsletter.subscribers.wordings import current_wording
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from newsletter.web.cards import latest_card
from newsletter.web.languages import follow_reader
from newsletter.web.reader.choices_shown import details_in_words, facts_of
from newsletter.web.reader.consent_form import ConsentForm
from newsletter.web.reader.forms import QuestionField


class ConfirmForm(ConsentForm):
    """The button of consent, and which question and which text stood beside it (P01)."""

    question = QuestionField()


def page(token: str) -> str:
    """GET /bevestigen/<token>: shows what would be confirmed; changes nothing (W01)."""
    subscription = look_up(token, signer=signer(), now=clock.now())
    return _show(subscription, ConfirmForm(bound_to=token), token)


def post(token: str) -> str | tuple[str, int]:
    """POST /bevestigen/<token>: the consent itself. Safe to repeat.

    What is asked otherwise than the page showed is shown anew, and nothing is given.
    """
    form = ConfirmForm(request.form, bound_to=token)
    if not form.validate():
        return _show(look_up(token, signer=signer(), now=clock.now()), form, token), 400
    try:
        with transaction():
            subscription = confirm(
                token, shown=form.question.data or "", wording_id=form.shown_wording_id,
                signer=signer(), source_page="/bevestigen", now=clock.now(),
            )
    except AskedOtherwise:
        asked = look_up(token, signer=signer(), now=clock.now())
        return _show(asked, form, token, was_otherwise=True), 409
    follow_reader(subscription.language)
    # Whoever pressed the button holds the mailbox: the page may lead on to the choices.
    manage = signer().make(
        Purpose.MANAGE, subscription.subscriber_id, nonce=subscription.link_nonce
    )
    return render_template(
        "pages/reader/confirmed.html",
        manage=url_for("reader.preferences", token=manage),
        latest=latest_card(),
        **facts_of(subscription),
    )


def _show(
    subscription: Subscription, form: ConfirmForm, token: str, *, was_otherwise: bool = False
) -> str:
    """The page as it is now; with a word at its top when the form that came back asked otherwise.
    """
    follow_reader(subscription.language)
    already = subscription.status is SubscriptionStatus.ACTIVE
    # Before anything is shown: what changes in between may only make the page newer than this.
    question = question_of(subscription)
    was_otherwise = was_otherwise or form.question.data not in (None, question)
    form.question.data = question
    # The very text that the ledger keeps with the consent, in the language it keeps it in.
    wording = current_wording(subscription.language)
    form.wording.data = wording.id
    return render_template(
        "pages/reader/confirm.html",
        form=form,
        token=token,
        already=already,
        is_otherwise=was_otherwise and not already,
        details=details_in_words(details_asked(subscription)),
        wording=wording.text,
        wording_language=subscription.language.value,
        latest=latest_card(),
        **facts_of(subscription),
    )

"""Being forgotten: what goes, what remains and why, the button, and the page after it (P06)."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.core import settings, signer
from newsletter.deliveries.suppress import SuppressionReason, find_reason
from newsletter.erasures import Erasure, note_erasure
from newsletter.errors import TokenGone
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.open_personal import open_to_erase
from newsletter.subscribers.record_consent import Proof
from newsletter.transaction import transaction
from newsletter.web.languages import follow_reader
from newsletter.web.reader.personal.forms import EraseForm
from newsletter.web.reader.personal.opened import SOURCE, context_of, opened


def page(token: str) -> str:
    """GET /mijn-gegevens/<token>/wissen: what the button would do; changes nothing."""
    return _show(opened(token), EraseForm(bound_to=token), token)


def post(token: str) -> Response | tuple[str, int]:
    """POST /mijn-gegevens/<token>/wissen: forget her. Safe to repeat.

    Her number is in the file outside the database before the database forgets, so that a restored
    backup can be made to forget too. When the file cannot be written, nothing is erased.
    """
    now = clock.now()
    form = EraseForm(request.form, bound_to=token)
    if not form.validate():
        return _show(opened(token), form, token), 400
    wishes_never_again = bool(form.never_again.data)
    try:
        with transaction():
            subscription = open_to_erase(token, signer=signer(), now=now)
            follow_reader(subscription.language)
            erase(
                subscription,
                never_again=wishes_never_again,
                keep_salt_months=settings().consent_proof_months,
                proof=Proof("personal_page", SOURCE),
                signer=signer(),
                now=now,
            )
            note_erasure(
                settings().erased_ids,
                Erasure(subscription.subscriber_id, now, wishes_never_again),
            )
    except TokenGone:
        # Our own form came with it: the link was hers, and there is nobody behind it any more.
        pass
    return redirect(url_for("reader.erased"), 303)


def done() -> str:
    """GET /mijn-gegevens/gewist: it has been done; says nothing of anybody."""
    return render_template(
        "pages/reader/personal/erased.html", keep_months=settings().consent_proof_months
    )


def _show(subscription: Subscription, form: EraseForm, token: str) -> str:
    reason = find_reason(signer().address_hashes(subscription.subscriber.address or ""))
    return render_template(
        "pages/reader/personal/erase.html",
        form=form,
        has_complained=reason is SuppressionReason.COMPLAINT,
        is_never_written=reason is SuppressionReason.NEVER_AGAIN,
        keep_months=settings().consent_proof_months,
        backup_days=settings().backup_days,
        **context_of(subscription, token),
    )

"""Void after: what a change of an edition does to its approval, told to who made the change."""

from flask import flash
from flask_security import current_user

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.core import settings
from newsletter.editions.approval_models import VoidReason
from newsletter.editions.approval_queries import find_open
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.void_changed import void_changed
from newsletter.editions.write_correction import drop_correction
from newsletter.sending.compile_now import find_compiled
from newsletter.web.desk.approval_words import voided_words
from newsletter.web.desk.said import _
from newsletter.web.origin import origin


def void_after(edition: Edition) -> str:
    """Why the approval fell, as a sentence; nothing when it holds or there was none.

    To be asked in the transaction of the change, before that is recorded.
    """
    if find_open(edition.id) is None:
        return ""
    was_scheduled = edition.status is EditionStatus.SCHEDULED
    reason = void_changed(edition, find_compiled(edition, settings=settings()), now=clock.now())
    if reason is None:
        return ""
    _record(edition, reason)
    words = _("De goedkeuring is vervallen: %(why)s.", why=voided_words(reason))
    if was_scheduled:
        words += " " + _("De editie vertrekt niet meer vanzelf.")
    return words


def give_up_correction(edition: Edition) -> None:
    """Drop the edition's correction, if one is open, and record the approval that fell with it.

    To be asked in the transaction of who goes on without it.
    """
    fell = drop_correction(edition, now=clock.now())
    if fell is not None and fell.void_reason is not None:
        _record(edition, fell.void_reason)


def _record(edition: Edition, reason: VoidReason) -> None:
    record("void_approval", f"edition:{edition.key}", now=clock.now(),
           account_id=current_user.id, origin=origin(), reason=reason.value)


def tell(words: str) -> None:
    """Say that an approval fell, if it did."""
    if words:
        flash(words, "mind")

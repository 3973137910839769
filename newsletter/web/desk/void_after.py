"""Void after: what a change of an edition does to its approval, told to who made the change."""

from flask import flash
from flask_security import current_user

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.core import settings
from newsletter.editions.approval_queries import find_open
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.void_changed import void_changed
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
    now = clock.now()
    reason = void_changed(edition, find_compiled(edition, settings=settings()), now=now)
    if reason is None:
        return ""
    record("void_approval", f"edition:{edition.key}", now=now, account_id=current_user.id,
           origin=origin(), reason=reason.value)
    words = _("De goedkeuring is vervallen: %(why)s.", why=voided_words(reason))
    if was_scheduled:
        words += " " + _("De editie vertrekt niet meer vanzelf.")
    return words


def tell(words: str) -> None:
    """Say that an approval fell, if it did."""
    if words:
        flash(words, "wrong")

"""Void after: what a change of an edition does to its approval, told to who made the change."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import flash
from flask_security import current_user

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.editions.approval_models import VoidReason
from newsletter.editions.approval_queries import find_open, hold_watched_with
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.void_changed import void_changed
from newsletter.editions.write_correction import drop_correction
from newsletter.extensions import db
from newsletter.sending.compile_now import find_compiled
from newsletter.web.desk.approval_words import voided_words
from newsletter.web.desk.said import _
from newsletter.web.origin import origin


def void_after(edition: Edition) -> str:
    """Why the approval fell, as a sentence; nothing when it holds or there was none.

    To be asked in the transaction of the change, before that is recorded.
    """
    was_scheduled = edition.status is EditionStatus.SCHEDULED
    reason = _void(edition)
    if reason is None:
        return ""
    words = _("De goedkeuring is vervallen: %(why)s.", why=voided_words(reason))
    return f"{words} {_no_longer()}" if was_scheduled else words


@contextmanager
def voiding(article: Article) -> Iterator[list[str]]:
    """Around a change of an article: which approvals fell with it, as sentences, afterwards.

    To be asked in the transaction of the change, before the article is held.
    """
    watched = hold_watched_with(article.id)
    fell: list[str] = []
    yield fell
    # With its picture, which the session would remember as it was.
    db.session.flush()
    db.session.expire(article)
    for edition in watched:
        was_scheduled = edition.status is EditionStatus.SCHEDULED
        reason = _void(edition)
        if reason is not None:
            fell.append(_of_article(edition, reason, was_scheduled=was_scheduled))


def give_up_correction(edition: Edition) -> None:
    """Drop the edition's correction, if one is open, and record the approval that fell with it.

    To be asked in the transaction of who goes on without it.
    """
    fell = drop_correction(edition, now=clock.now())
    if fell is not None and fell.void_reason is not None:
        _record(edition, fell.void_reason)


def _void(edition: Edition) -> VoidReason | None:
    if find_open(edition.id) is None:
        return None
    reason = void_changed(edition, find_compiled(edition, settings=settings()), now=clock.now())
    if reason is not None:
        _record(edition, reason)
    return reason


def _of_article(edition: Edition, reason: VoidReason, *, was_scheduled: bool) -> str:
    number, why = edition.key.replace("-", "·"), voided_words(reason)
    if edition.status is EditionStatus.PUBLISHED:
        return _("De goedkeuring van de verbetering van editie %(n)s is vervallen: %(why)s. Vraag "
                 "haar bij de verbetering opnieuw.", n=number, why=why)
    words = _("De goedkeuring van editie %(n)s is vervallen: %(why)s.", n=number, why=why)
    return f"{words} {_no_longer()}" if was_scheduled else words


def _no_longer() -> str:
    return _("De editie vertrekt niet meer vanzelf.")


def _record(edition: Edition, reason: VoidReason) -> None:
    record("void_approval", f"edition:{edition.key}", now=clock.now(),
           account_id=current_user.id, origin=origin(), reason=reason.value)


def tell(*sentences: str) -> None:
    """Say of each approval that fell that it did."""
    for words in sentences:
        if words:
            flash(words, "mind")

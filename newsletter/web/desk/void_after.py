"""Void after: what a change of an edition does to its approval, told to who made the change."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import flash
from flask_security import current_user

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.articles.go_live import answers_for_magazine
from newsletter.articles.queries import articles_by_id, revisions_of
from newsletter.core import settings
from newsletter.editions.approval_models import VoidReason
from newsletter.editions.approval_queries import find_open, hold_watched_with
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.void_changed import void_changed
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
    record_fallen(edition, reason)
    words = _("De goedkeuring is vervallen: %(why)s.", why=voided_words(reason))
    return f"{words} {_no_longer()}" if was_scheduled else words


@contextmanager
def voiding(*article_ids: int) -> Iterator[list[str]]:
    """Around a change of articles: which approvals fell with it, as sentences, afterwards.

    To be asked in the transaction of the change, before any of them is held. What changes nothing,
    or is only offered, looks at no approval: one that another deed made stale is found elsewhere,
    and is not laid at this person's door.
    """
    fell: list[str] = []
    answers = answers_for_magazine(current_user.id)
    watched = hold_watched_with(article_ids) if answers else ()
    before = revisions_of(article_ids) if watched else {}
    yield fell
    if not watched:
        return
    db.session.flush()
    changed = [one for one, revision in revisions_of(article_ids).items()
               if revision != before.get(one)]
    for article in articles_by_id(changed).values():
        # With its picture, which the session would remember as it was.
        db.session.expire(article)
    voided: list[tuple[Edition, VoidReason]] = []
    for edition in watched:
        if not any(item.article_id in changed for item in edition.items):
            continue
        was_scheduled = edition.status is EditionStatus.SCHEDULED
        reason = _void(edition)
        if reason is not None:
            voided.append((edition, reason))
            fell.append(_of_article(edition, reason, was_scheduled=was_scheduled))
    for edition, reason in voided:
        record_fallen(edition, reason)


def record_fallen(edition: Edition, reason: VoidReason) -> None:
    """Record that the edition's approval fell; last, as all that goes into the audit trail."""
    record("void_approval", f"edition:{edition.key}", now=clock.now(),
           account_id=current_user.id, origin=origin(), reason=reason.value)


def _void(edition: Edition) -> VoidReason | None:
    if find_open(edition.id) is None:
        return None
    return void_changed(edition, find_compiled(edition, settings=settings()), now=clock.now())


def _of_article(edition: Edition, reason: VoidReason, *, was_scheduled: bool) -> str:
    number, why = edition.key.replace("-", "·"), voided_words(reason)
    if edition.status is EditionStatus.PUBLISHED:
        return _("De goedkeuring van de verbetering van editie %(n)s is vervallen: %(why)s. Vraag "
                 "haar bij de verbetering opnieuw.", n=number, why=why)
    words = _("De goedkeuring van editie %(n)s is vervallen: %(why)s.", n=number, why=why)
    return f"{words} {_no_longer()}" if was_scheduled else words


def _no_longer() -> str:
    return _("De editie vertrekt niet meer vanzelf.")


def tell(*sentences: str) -> None:
    """Say of each approval that fell that it did."""
    for words in sentences:
        if words:
            flash(words, "mind")

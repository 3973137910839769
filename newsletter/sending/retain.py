"""Retain: what retention takes away, each kind in its own transaction, with a report (P07)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from newsletter import clock
from newsletter.accounts.forget_origins import forget_origins
from newsletter.accounts.forget_sessions import forget_sessions
from newsletter.articles.forget_items import forget_items
from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.deliveries.forget_detail import (
    MONTHS,
    forget_attempts,
    forget_claims,
    forget_detail,
)
from newsletter.deliveries.models import RetentionRun
from newsletter.deliveries.partitions import drop_past
from newsletter.editions.keep_draft import forget_drafts
from newsletter.editions.try_links import forget_links
from newsletter.editions.visit import forget_visits
from newsletter.extensions import db
from newsletter.logs import get_logger
from newsletter.mailings.settle_notices import forget_notices
from newsletter.subscribers.expire import remove_expired
from newsletter.subscribers.forget_changes import forget_changes
from newsletter.subscribers.forget_former import forget_former
from newsletter.subscribers.forget_imports import forget_imports
from newsletter.subscribers.forget_salt import destroy_due_salts
from newsletter.subscribers.take_requests import forget_requests
from newsletter.subscribers.undo import FOR as UNDO_FOR
from newsletter.tokens import Signer
from newsletter.transaction import transaction

log = get_logger(__name__)

MOST_ROUNDS = 100  # of one deed in one run; the next run goes on

# What a deed counts, and whether it reads so much that once a day is enough.
OFTEN = ("unconfirmed", "requests", "former_readers", "address_changes", "salts", "imports",
         "notices", "feed_items", "partitions")
DAILY = ("attempts", "delivery_detail", "claims", "audit_origins", "sessions",
         "reports", "edition_drafts", "edition_visits", "link_checks")


def retain(names: tuple[str, ...], *, signer: Signer, now: datetime) -> Mapping[str, int]:
    """How much of each was taken away; a row of the report for each that took anything.

    One that fails stops no other: it calls a person, and is tried again in the next run. Safe to
    repeat.
    """
    deeds: dict[str, Callable[[], int]] = {
        "unconfirmed": lambda: remove_expired(signer=signer, now=now),
        "requests": lambda: forget_requests(now=now),
        "former_readers": lambda: forget_former(signer=signer, now=now),
        "address_changes": lambda: forget_changes(now=now),
        "salts": lambda: destroy_due_salts(now),
        "notices": lambda: forget_notices(now=now, undo_for=UNDO_FOR),
        "imports": lambda: forget_imports(now=now),
        "feed_items": lambda: forget_items(now=now),
        "partitions": drop_past,
        "attempts": lambda: forget_attempts(now=now),
        "delivery_detail": lambda: forget_detail(now=now),
        "claims": lambda: forget_claims(now=now),
        "audit_origins": lambda: forget_origins(now=now),
        "sessions": lambda: forget_sessions(now=now),
        "reports": lambda: _forget_reports(now=now),
        "edition_drafts": lambda: forget_drafts(now=now),
        "edition_visits": lambda: forget_visits(now=now),
        "link_checks": lambda: forget_links(now=now),
    }
    done: dict[str, int] = {}
    for name in names:
        try:
            done[name] = _until_nothing(name, deeds[name], now=now)
        except SQLAlchemyError as error:
            with transaction():
                raise_alarm("retention_failed", name, now=now, fault=type(error).__name__)
        else:
            with transaction():
                clear_alarm("retention_failed", name, now=now)
    log.info("retained", **done)
    return done


def report(*, since: datetime) -> list[RetentionRun]:
    """The rows of the report since a moment, newest first."""
    return list(
        db.session.scalars(
            select(RetentionRun)
            .where(RetentionRun.at >= since)
            .order_by(RetentionRun.at.desc(), RetentionRun.id.desc())
        )
    )


def _until_nothing(name: str, deed: Callable[[], int], *, now: datetime) -> int:
    total = 0
    for _ in range(MOST_ROUNDS):
        with transaction():
            count = deed()
            if count:
                db.session.add(RetentionRun(at=now, what=name, removed=count))
        total += count
        if not count:
            break
    return total


def _forget_reports(*, now: datetime) -> int:
    gone = db.session.execute(
        delete(RetentionRun).where(RetentionRun.at < clock.add_months(now, -MONTHS))
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]

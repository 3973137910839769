"""Remind the desk of an edition's deadlines: each step is seen to once, whoever asks."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from newsletter import clock
from newsletter.accounts.queries import accounts_to_remind
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.editions.change import lock
from newsletter.editions.content import missing_for_sending
from newsletter.editions.deadlines import is_met
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.reminder_days import Plan, Step, is_due, steps_of
from newsletter.editions.reminder_models import Deadline, Reminder
from newsletter.extensions import db


def editions_to_remind(plan: Plan, *, now: datetime) -> list[int]:
    """Ids of the editions with a step that is due at `now` (aware) and not seen to yet."""
    coming = db.session.scalars(
        select(Edition)
        .where(Edition.send_at > now, Edition.status != EditionStatus.PUBLISHED)
        .order_by(Edition.send_at)
    ).all()
    due = {edition.id: _due(edition, plan, now=now) for edition in coming}
    seen = _seen([edition_id for edition_id, steps in due.items() if steps])
    return [edition_id for edition_id, steps in due.items()
            if any(_key(edition_id, step) not in seen for step in steps)]


def remind(edition_id: int, plan: Plan, *, now: datetime) -> int:
    """How many mails were queued for the steps that are due at `now` (aware); safe to repeat.

    Of several steps before one deadline only the nearest speaks, and of no deadline twice on one
    day, however often it is moved. One that was met needs no mail, and its steps are over.
    """
    edition = db.session.get(Edition, edition_id)
    if edition is None:
        return 0
    lock(edition)
    seen = _seen([edition_id])
    fresh = [step for step in _due(edition, plan, now=now)
             if _key(edition_id, step) not in seen]
    queued = 0
    for deadline, several in groupby(sorted(fresh, key=lambda step: step.deadline),
                                     key=lambda step: step.deadline):
        if _was_said_today(edition_id, deadline, now=now):
            continue
        steps = sorted(several, key=lambda step: step.days)
        to = [] if is_met(edition, deadline) else accounts_to_remind()
        for place, step in enumerate(steps):
            mails = to if place == 0 else []
            row_id = _note(edition_id, step, mails=len(mails), now=now)
            if row_id is None:
                continue  # somebody else saw to it in the meantime
            for account_id, language in mails:
                _queue(row_id, edition, step, account_id=account_id, language=language, now=now)
            queued += len(mails)
    return queued


def reminders_of(edition_ids: Iterable[int]) -> list[Reminder]:
    """Every step of these editions that was seen to, the first one first."""
    return list(db.session.scalars(
        select(Reminder).where(Reminder.edition_id.in_(list(edition_ids)))
        .order_by(Reminder.at, Reminder.id)
    ))


def _due(edition: Edition, plan: Plan, *, now: datetime) -> list[Step]:
    if edition.status is EditionStatus.PUBLISHED:
        return []
    return [step for step in steps_of(edition, plan) if is_due(step, now=now, quiet=plan.quiet)]


def _key(edition_id: int, step: Step) -> tuple[int, Deadline, datetime, int]:
    return edition_id, step.deadline, step.deadline_at, step.days


def _seen(edition_ids: list[int]) -> set[tuple[int, Deadline, datetime, int]]:
    if not edition_ids:
        return set()
    rows = db.session.execute(
        select(Reminder.edition_id, Reminder.deadline, Reminder.deadline_at, Reminder.days)
        .where(Reminder.edition_id.in_(edition_ids))
    )
    return set(rows.tuples())


def _was_said_today(edition_id: int, deadline: Deadline, *, now: datetime) -> bool:
    moments = db.session.scalars(
        select(Reminder.at).where(Reminder.edition_id == edition_id,
                                  Reminder.deadline == deadline, Reminder.mails > 0)
    )
    today = clock.local(now).date()
    return any(clock.local(moment).date() == today for moment in moments)


def _note(edition_id: int, step: Step, *, mails: int, now: datetime) -> int | None:
    row = insert(Reminder).values(
        edition_id=edition_id, deadline=step.deadline, deadline_at=step.deadline_at,
        days=step.days, at=now, mails=mails,
    )
    return db.session.scalar(row.on_conflict_do_nothing().returning(Reminder.id))


def _queue(
    row_id: int, edition: Edition, step: Step, *, account_id: int, language: str, now: datetime
) -> None:
    said: dict[str, Any] = {
        "language": language,
        "format": "mail",
        "key": edition.key,
        "title": edition.title,
        "deadline": step.deadline.value,
        "deadline_at": step.deadline_at.isoformat(),
        "missing": [_named(code, edition) for code in missing_for_sending(edition)],
    }
    queue_single(
        SingleMail(
            kind=MailKind.REMINDER,
            account_id=account_id,
            params={"edition_id": edition.id, "said": said},
            idempotency_key=f"reminder:{row_id}:{account_id}",
        ),
        now=now,
    )


def _named(code: str, edition: Edition) -> dict[str, str]:
    """What misses, and the title of the article that it misses in, if it is of one."""
    what, _colon, slug = code.partition(":")
    titles = {item.article.slug: item.article.title for item in edition.items}
    return {"what": what, "title": titles.get(slug, "")}

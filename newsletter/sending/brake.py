"""The brake: a mailing that is refused for what we are pauses by itself (R20, D04).

When more than one in twenty of its last 200 answers, of at least 50, are about the sender (RFC 3463
x.7.x: policy, authentication, reputation), every mail more does harm. Its deliveries stay deferred,
nobody is suppressed, and resuming it sends the rest.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session, aliased

from newsletter.accounts.audit import record
from newsletter.deliveries.alarm import raise_alarm
from newsletter.deliveries.pace_models import RecentAnswers
from newsletter.logs import get_logger
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.pause import BRAKE_ALARM, pause

log = get_logger(__name__)

LAST, AT_LEAST, SHARE = 200, 50, 0.05
SINGLE_MAILS = 0  # in the place of a mailing's id: these only raise the alarm
OTHER, ABOUT_SENDER = "0", "1"

# One look beside the keeping: whether any of the answers that are kept is about us.
_KEEP = text("""
    with kept as (
        insert into recent_answers (mailing_id, marks, code, said)
        select * from unnest(:keys ::bigint[], :marks ::text[], :codes ::text[], :said ::text[])
    )
    select key from unnest(:keys ::bigint[], :marks ::text[]) as given(key, marks)
     where given.marks like '%1%'
        or exists (select from recent_answers r where r.mailing_id = key and r.marks like '%1%')
     order by key
""")


class Given(NamedTuple):
    """An answer of the relay to a mail of a mailing (None: a single mail), as its attempt has it.

    `said` has the recipient cut out: it is shown at the desk.
    """

    mailing_id: int | None
    is_about_sender: bool
    code: str | None = None
    said: str = ""


class Unnoted:
    """Answers of one process that were recorded without the brake, since nothing was amiss.

    They count all the same: else the few that are about us would be measured among few others.
    """

    def __init__(self) -> None:
        self._counts: Counter[int | None] = Counter()

    def add(self, mailing_ids: Iterable[int | None]) -> None:
        """One answer for each of these, none of them about us."""
        self._counts.update(mailing_ids)

    def answers(self) -> list[Given]:
        """To be given to `brake` before the answers that came after them."""
        return [
            Given(mailing_id, is_about_sender=False)
            for mailing_id, count in self._counts.items() for _ in range(min(count, LAST))
        ]

    def clear(self) -> None:
        """They are noted, and that is committed."""
        self._counts.clear()


def is_over(marks: str) -> bool:
    """Whether so many of these answers, the last ones at the end, are about the sender."""
    last = marks[-LAST:]
    return len(last) >= AT_LEAST and last.count(ABOUT_SENDER) > SHARE * len(last)


def brake(session: Session, answers: Iterable[Given], *, now: datetime) -> list[int]:
    """The ids of the mailings that were paused because of these answers, given in their order.

    For every transaction that records answers: it keeps them, one statement, and looks further
    only while one of the last ones is about the sender.
    """
    marks: dict[int, str] = {}
    reasons: dict[int, Given] = {}
    for given in answers:
        key = given.mailing_id or SINGLE_MAILS
        marks[key] = marks.get(key, "") + (ABOUT_SENDER if given.is_about_sender else OTHER)
        if given.is_about_sender:
            reasons[key] = given
    if not marks:
        return []
    keys = sorted(marks)
    why = [reasons.get(key) for key in keys]
    doubtful = session.scalars(_KEEP, {
        "keys": keys,
        "marks": [marks[key][-LAST:] for key in keys],
        "codes": [given and given.code for given in why],
        "said": [given and given.said for given in why],
    }).all()
    return [key for key in doubtful if _judge(session, key, now=now)]


def _judge(session: Session, key: int, *, now: datetime) -> bool:
    """Whether a mailing was paused; the alarm is raised for single mails too."""
    newest = session.scalars(
        select(RecentAnswers).where(RecentAnswers.mailing_id == key)
        .order_by(RecentAnswers.id.desc()).limit(LAST)
    ).all()
    last = "".join(row.marks for row in reversed(newest))[-LAST:]
    if not is_over(last):
        return False
    reason = next(row for row in newest if ABOUT_SENDER in row.marks)
    details: dict[str, Any] = {"code": reason.code, "said": reason.said,
                               "refused": last.count(ABOUT_SENDER), "answers": len(last)}
    if key == SINGLE_MAILS:
        raise_alarm(BRAKE_ALARM, "single mails", now=now, **details)
        return False
    mailing = session.get(Mailing, key, with_for_update=True, populate_existing=True)
    if mailing is None or mailing.status is not MailingStatus.SENDING:
        return False
    pause(key, now=now)
    raise_alarm(BRAKE_ALARM, mailing.key, now=now, **details)
    record("brake", mailing.key, now=now, actor="system", door="clock", **details)
    log.error("mailing_braked", key=mailing.key, **details)
    return True


def forget_answers(session: Session) -> None:
    """Take away the answers that no brake will look at again; for the tick."""
    newer = aliased(RecentAnswers)
    oldest_that_counts = (
        select(newer.id).where(newer.mailing_id == RecentAnswers.mailing_id)
        .order_by(newer.id.desc()).offset(LAST - 1).limit(1).scalar_subquery()
    )
    ended = select(Mailing.id).where(
        Mailing.status.in_((MailingStatus.FINISHED, MailingStatus.CANCELLED)),
        Mailing.id >= select(func.min(newer.mailing_id))
        .where(newer.mailing_id != SINGLE_MAILS).scalar_subquery(),
    )
    for unused in (RecentAnswers.id < oldest_that_counts, RecentAnswers.mailing_id.in_(ended)):
        session.execute(
            delete(RecentAnswers).where(unused).execution_options(synchronize_session=False)
        )

"""Answer: whether a mailing was useful, as one more in a count; nothing is kept of who said so."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from newsletter import clock
from newsletter.errors import NotFound, TooLate
from newsletter.extensions import db
from newsletter.mailings.answer_models import MailingAnswers
from newsletter.mailings.models import Mailing

MONTHS_OPEN = 12
_LOCK = text("select pg_advisory_xact_lock('mailing_answers'::regclass::oid::integer, :mailing_id)")


class Answer(StrEnum):
    """What the two buttons say."""

    USEFUL = "useful"
    NOT_USEFUL = "not_useful"


def key_in_link(mailing_key: str) -> str:
    """A mailing's key as an address has it: no sign in it needs encoding."""
    return mailing_key.replace(":", ".")


def get_asked(name: str) -> Mailing:
    """The mailing that asks under this name, as `key_in_link` made it.

    Raises NotFound also when it has not begun to leave.
    """
    found: Mailing | None = db.session.scalar(
        select(Mailing).where(Mailing.key == name.replace(".", ":"),
                              Mailing.sending_at.is_not(None))
    )
    if found is None:
        raise NotFound(f"mailing {name}")
    return found


def is_open(mailing: Mailing, *, now: datetime) -> bool:
    """Whether it still takes answers: for a year from when it began to leave."""
    began = mailing.sending_at
    return began is not None and now < clock.add_months(began, MONTHS_OPEN)


def answer(mailing: Mailing, said: Answer, *, now: datetime) -> bool:
    """Whether the answer counted: a mailing gets no more of them than it has recipients.

    A flood can take the room of its readers, and `is_full` tells. Raises TooLate after a year.
    """
    if not is_open(mailing, now=now):
        raise TooLate(mailing.key)
    db.session.execute(_LOCK, {"mailing_id": mailing.id % 2**31})
    if is_full(mailing):
        return False
    column = getattr(MailingAnswers, said.value)
    db.session.execute(
        insert(MailingAnswers)
        .values(mailing_id=mailing.id, day=clock.local(now).date(), **{said.value: 1})
        .on_conflict_do_update(
            index_elements=[MailingAnswers.mailing_id, MailingAnswers.day],
            set_={said.value: column + 1},
        )
    )
    return True


def is_full(mailing: Mailing) -> bool:
    """Whether it got as many answers as recipients, which hardly happens but by a flood."""
    return sum(answers_to(mailing.id).values()) >= (mailing.recipients or 0)


def answers_to(mailing_id: int) -> dict[Answer, int]:
    """How often each was said of a mailing."""
    useful, not_useful = db.session.execute(
        select(func.coalesce(func.sum(MailingAnswers.useful), 0),
               func.coalesce(func.sum(MailingAnswers.not_useful), 0))
        .where(MailingAnswers.mailing_id == mailing_id)
    ).one()
    return {Answer.USEFUL: int(useful), Answer.NOT_USEFUL: int(not_useful)}


def answers_by_day(mailing_id: int) -> list[tuple[date, dict[Answer, int]]]:
    """How often each was said, for each day in Amsterdam on which somebody did, in order."""
    rows = db.session.execute(
        select(MailingAnswers.day, MailingAnswers.useful, MailingAnswers.not_useful)
        .where(MailingAnswers.mailing_id == mailing_id).order_by(MailingAnswers.day)
    ).tuples()
    return [(day, {Answer.USEFUL: useful, Answer.NOT_USEFUL: not_useful})
            for day, useful, not_useful in rows]

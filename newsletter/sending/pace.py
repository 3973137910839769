"""What the relay's answers do to the pace, and what of the pace is not kept."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.accounts.models import Account
from newsletter.deliveries import pace, slow_down
from newsletter.deliveries.models import Delivery, Outcome
from newsletter.deliveries.record import Result
from newsletter.deliveries.slow_down import Answer, asks_for_less
from newsletter.sending.brake import forget_answers
from newsletter.subscribers.models import Subscriber

_ANSWERED = (Outcome.ACCEPTED, Outcome.DEFERRED, Outcome.REFUSED, Outcome.ABOUT_SENDER)


def heed(session: Session, results: Sequence[Result]) -> None:
    """Slow down the domains that put off many of these mails; in the transaction that records them.

    Costs nothing when no answer asks for less.
    """
    asking = {each.delivery_id for each in results if each.outcome is not Outcome.ACCEPTED
              and asks_for_less(each.reply_code, each.reply_text)}
    if not asking:
        return
    answered = [each.delivery_id for each in results if each.outcome in _ANSWERED]
    rows = session.execute(
        select(Delivery.id, func.coalesce(Subscriber.address, Account.email))
        .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .outerjoin(Account, Account.id == Delivery.account_id)
        .where(Delivery.id.in_(answered))
    )
    slow_down.note(session, [
        Answer(pace.domain_of(address), delivery_id in asking)
        for delivery_id, address in rows if address is not None  # gone meanwhile
    ])


def tidy(session: Session) -> None:
    """Take away what the pace needs no more; for the tick, in a transaction of its own."""
    pace.forget(session)
    slow_down.forget(session)
    forget_answers(session)

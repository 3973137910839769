"""`newsletter ledger export`: every delivery, what came of it, and its figures."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import click
from sqlalchemy import ColumnElement, Executable, func, select, true

from newsletter.accounts.models import Account
from newsletter.cli.opened import opened
from newsletter.cli.output import as_json, writer_of
from newsletter.cli.progress import bar, counted
from newsletter.deliveries.models import Claim, Delivery
from newsletter.deliveries.past_models import PastRecipients
from newsletter.extensions import db
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import get_mailing
from newsletter.subscribers.models import Subscriber

AT_ONCE = 2_000

COLUMNS = {
    "address": func.coalesce(Subscriber.address, Account.email),
    "mailing": Mailing.key,
    "kind": Delivery.kind,
    "state": Delivery.status,
    "reason": Delivery.skip_reason,
    "reply_code": Delivery.reply_code,
    "message_id": Delivery.message_id,
    "attempts": Delivery.attempts,
    "unclear": Delivery.unclear_count,
    "planned_at": Delivery.created_at,
    "due_at": Delivery.due_at,
    "first_claimed_at": Claim.at,
    "sent_at": Delivery.sent_at,
    "ended_at": Delivery.ended_at,
    "delivery": Delivery.id,
}


@click.group()
def ledger() -> None:
    """The ledger of deliveries."""


@ledger.command("export")
@click.argument("mailing", required=False)
@as_json
def export(mailing: str | None, json_wanted: bool) -> None:
    """Write the ledger of MAILING as CSV, or of everything when none is named.

    MAILING is a key of `newsletter mailing list`. One row for each delivery; moments in UTC. Of
    mailings of more than a year ago only who, which mail and how it ended is known.
    """
    with opened():
        wanted = of_mailing(mailing)
        old = (
            true() if mailing is None else PastRecipients.mailing_id == get_mailing(mailing).id
        )
        total = db.session.scalar(
            select(
                select(func.count()).select_from(Delivery).where(wanted).scalar_subquery()
                + func.coalesce(func.sum(func.cardinality(PastRecipients.subscriber_ids)), 0)
            ).where(old)
        )
        rows = stream(
            select(*(column.label(name) for name, column in COLUMNS.items()))
            .select_from(Delivery)
            .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .outerjoin(Account, Account.id == Delivery.account_id)
            .outerjoin(Mailing, Mailing.id == Delivery.mailing_id)
            .outerjoin(Claim, Claim.id == Delivery.first_claim_id)
            .where(wanted)
            .order_by(Delivery.id)
        )
        write = writer_of(list(COLUMNS), json_wanted=json_wanted)
        with bar() as progress:
            task = progress.add_task("deliveries", total=total)
            write(counted(chain(_past(old), rows), progress=progress, task=task))


def _past(wanted: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    """Rows of what was kept of dropped partitions, with the columns that still say something."""
    reader = func.unnest(PastRecipients.subscriber_ids).table_valued("id").render_derived()
    query = (
        select(
            Subscriber.address.label("address"), Mailing.key.label("mailing"),
            Mailing.kind.label("kind"), PastRecipients.status.label("state"),
            PastRecipients.skip_reason.label("reason"), Mailing.sending_at.label("planned_at"),
        )
        .select_from(PastRecipients)
        .join(Mailing, Mailing.id == PastRecipients.mailing_id)
        .join(reader, true())
        .outerjoin(Subscriber, Subscriber.id == reader.c.id)
        .where(wanted)
        .order_by(PastRecipients.id)
    )
    for row in stream(query):
        yield dict.fromkeys(COLUMNS) | row


def of_mailing(key: str | None) -> ColumnElement[bool]:
    """The condition for deliveries of a mailing, or for all. Raises NotFound."""
    if key is None:
        return true()
    return Delivery.mailing_id == get_mailing(key).id


def stream(query: Executable) -> Iterator[dict[str, Any]]:
    """Rows as they come from the server, so that a long ledger needs no memory."""
    for row in db.session.execute(query, execution_options={"yield_per": AT_ONCE}):
        yield dict(row._mapping)

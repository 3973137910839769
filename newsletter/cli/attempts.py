"""`newsletter attempts export`: every try to send, and the relay's answer."""

import click
from sqlalchemy import func, select

from newsletter.cli.ledger import of_mailing, stream
from newsletter.cli.opened import opened
from newsletter.cli.output import as_json, writer_of
from newsletter.cli.progress import bar, counted
from newsletter.deliveries.models import Attempt, Delivery
from newsletter.extensions import db
from newsletter.mailings.models import Mailing

COLUMNS = {
    "delivery": Attempt.delivery_id,
    "mailing": Mailing.key,
    "kind": Delivery.kind,
    "message_id": Delivery.message_id,
    "claim": Attempt.claim_id,
    "worker": Attempt.worker,
    "started_at": Attempt.started_at,
    "ended_at": Attempt.ended_at,
    "outcome": Attempt.outcome,
    "reply_code": Attempt.reply_code,
    "reply_text": Attempt.reply_text,
}


@click.group()
def attempts() -> None:
    """The attempts to send."""


@attempts.command("export")
@click.argument("mailing", required=False)
@as_json
def export(mailing: str | None, json_wanted: bool) -> None:
    """Write the attempts of MAILING as CSV, or all of them when none is named.

    They hold no address: `delivery` finds it in the ledger. Moments in UTC.
    """
    with opened():
        wanted = of_mailing(mailing)
        total = db.session.scalar(
            select(func.count(Attempt.delivery_id))
            .join(Delivery, Delivery.id == Attempt.delivery_id)
            .where(wanted)
        )
        rows = stream(
            select(*(column.label(name) for name, column in COLUMNS.items()))
            .select_from(Attempt)
            .join(Delivery, Delivery.id == Attempt.delivery_id)
            .outerjoin(Mailing, Mailing.id == Delivery.mailing_id)
            .where(wanted)
            .order_by(Attempt.delivery_id, Attempt.ended_at)
        )
        write = writer_of(list(COLUMNS), json_wanted=json_wanted)
        with bar() as progress:
            task = progress.add_task("attempts", total=total)
            write(counted(rows, progress=progress, task=task))

"""Ask: keep what a visitor typed on a public form, in one row, whatever the address is to us (W04).

The door looks nothing up, so the answer and its time cannot tell what we know of an address; a
worker takes the row (`take_requests`) and decides.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from newsletter import addresses
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.jobs import Job, enqueue
from newsletter.subscribers import details as said
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import AddressRequest, RequestKind


def ask_signup(
    *,
    address: str,
    choices: Choices,
    details: Details,
    source_page: str,
    wording_id: int,
    now: datetime,
) -> None:
    """Keep a sign-up with the wording that its form showed.

    Raises BadAddress, or BadInput at `cadence` or `themes` when the choices bring nothing.
    """
    if choices.nothing_chosen:
        raise BadInput("cadence", "nothing_chosen")
    if choices.brings_no_theme:
        raise BadInput("themes", "none_chosen")
    _keep(
        RequestKind.SIGN_UP,
        address=address,
        wish={"choices": choices.as_json(), "details": said.as_record(details)},
        source_page=source_page,
        wording_id=wording_id,
        now=now,
    )


def ask_link(*, address: str, source_page: str, now: datetime) -> None:
    """Keep a wish for the mailed link, which comes in the reader's own language. Raises BadAddress.
    """
    _keep(
        RequestKind.LINK,
        address=address,
        wish={},
        source_page=source_page,
        wording_id=None,
        now=now,
    )


def _keep(
    kind: RequestKind,
    *,
    address: str,
    wish: dict[str, Any],
    source_page: str,
    wording_id: int | None,
    now: datetime,
) -> None:
    db.session.execute(
        # The table and not its class: one plain statement, however many posts come at once.
        insert(AddressRequest.__table__).values(  # type: ignore[arg-type]
            kind=kind,
            address=addresses.check(address),
            wish=wish,
            source_page=source_page[:200],
            wording_id=wording_id,
            asked_at=now,
        )
    )
    enqueue(Job.TAKE_REQUESTS)

"""Make readers of rows of an import, many at once, each with the proof of her consent."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_new

from newsletter import addresses
from newsletter.extensions import db
from newsletter.subscribers.choices import as_records
from newsletter.subscribers.hash_address import hash_new_addresses
from newsletter.subscribers.models import (
    ChosenTheme,
    Consent,
    ConsentAct,
    Language,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.read_row import Given, Row
from newsletter.subscribers.wordings import imported_wording

MEANS = "import"


def make_readers(
    rows: Mapping[int, Row], *, import_id: int, now: datetime
) -> dict[int, int]:
    """The numbers of the new readers by that of the row; a row whose address became a reader's
    this instant has none.

    As many statements for a thousand rows as for one, and one or two more for each text of consent.
    """
    ids = _add_subscribers(rows, now=now) if rows else {}
    made = {ids[identity]: rows[number] for number, row in rows.items()
            if (identity := addresses.identity_of(row.address)) in ids}
    if made:
        _subscribe(made, now=now)
        _record(made, import_id=import_id, now=now)
    return {number: ids[identity] for number, row in rows.items()
            if (identity := addresses.identity_of(row.address)) in ids}


def _add_subscribers(rows: Mapping[int, Row], *, now: datetime) -> dict[str, int]:
    added = db.session.execute(
        insert_new(Subscriber)
        .values([
            {
                "address": row.address, "identity": addresses.identity_of(row.address),
                "mailbox": addresses.mailbox_of(row.address), "created_at": now,
                "name": row.details.name, "organisation": row.details.organisation,
                "sector": row.details.sector,
            }
            for row in rows.values()
        ])
        .on_conflict_do_nothing(index_elements=[Subscriber.identity])
        .returning(Subscriber.identity, Subscriber.id)
    )
    return {str(identity): new_id for identity, new_id in added}


def _subscribe(made: Mapping[int, Row], *, now: datetime) -> None:
    # What is due to her begins now: she never waited for what came out before.
    db.session.execute(insert(Subscription), [
        {
            "subscriber_id": new_id, "status": SubscriptionStatus.ACTIVE, "asked_at": now,
            "confirmed_at": now, "receives_editions": row.choices.receives_editions,
            "cadence": row.choices.cadence, "language": row.choices.language,
            "format": row.choices.format,
        }
        for new_id, row in made.items()
    ])
    chosen = [{"subscriber_id": new_id, "theme_id": theme_id, "chosen_at": now}
              for new_id, row in made.items() for theme_id in sorted(row.choices.theme_ids)]
    if chosen:
        db.session.execute(insert(ChosenTheme), chosen)


def _record(made: Mapping[int, Row], *, import_id: int, now: datetime) -> None:
    wordings: dict[tuple[str, Language], int] = {}
    for row in made.values():
        key = row.given.wording, row.choices.language
        if key not in wordings:
            wordings[key] = imported_wording(key[0], language=key[1], now=now).id
    hashes = hash_new_addresses({new_id: row.address for new_id, row in made.items()})
    records = as_records([row.choices for row in made.values()])
    db.session.execute(insert(Consent), [
        {
            "subscriber_id": new_id, "at": now, "act": ConsentAct.GIVEN, "means": MEANS,
            "source_page": f"import:{import_id}",
            "wording_id": wordings[row.given.wording, row.choices.language],
            "choices": {**record, "paused_until": None, "import": _given(row)},
            "address_hash": hashes[new_id],
        }
        for (new_id, row), record in zip(made.items(), records, strict=True)
    ])


def _given(row: Row) -> dict[str, object]:
    given: Given = row.given
    said: dict[str, object] = {"source": given.source, "given_on": given.given_on.isoformat()}
    # She chose what has gone on in other themes since.
    return said | ({"past_themes": list(row.past_themes)} if row.past_themes else {})

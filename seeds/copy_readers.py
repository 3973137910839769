"""Brings readers into the database by COPY: all of them, or none."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from newsletter.addresses import identity_of, mailbox_of
from newsletter.catalogue.queries import themes
from newsletter.errors import WrongState
from newsletter.subscribers.figure_models import Figure
from newsletter.subscribers.models import (
    ConsentAct,
    Language,
    Subscriber,
    SubscriptionStatus,
)
from newsletter.subscribers.wordings import current_wording
from seeds.readers import Reader

CHUNK = 10_000
FORM, CONFIRM_PAGE = "/aanmelden", "/bevestigen"

_SUBSCRIBERS = "copy subscribers (id, address, identity, mailbox, created_at) from stdin"
_SUBSCRIPTIONS = (
    "copy subscriptions (subscriber_id, status, receives_editions, cadence, language, format, "
    "confirm_nonce, asked_at, confirmed_at) from stdin"
)
_THEMES = "copy subscription_themes (subscriber_id, theme_id, chosen_at) from stdin"
_CONSENTS = (
    "copy consents (subscriber_id, at, act, means, source_page, wording_id, choices) from stdin"
)


@dataclass(frozen=True)
class _Catalogue:
    """What the readers' choices point at."""

    theme_ids: Sequence[int]
    theme_slugs: Sequence[str]
    wording_ids: dict[Language, int]


def number_of_themes() -> int:
    """How many themes readers can pick. Raises WrongState before the seeds have run."""
    found = len(themes())
    if not found:
        raise WrongState("There are no themes yet: run `newsletter database seed` first.")
    return found


def copy_readers(
    session: Session, readers: Iterable[Reader], *, on_done: Callable[[int], None]
) -> int:
    """Add the readers as confirmed subscribers with both entries of consent; how many.

    `on_done` is told how many came in after each chunk. Commits nothing. Raises WrongState when
    one of them is here already, NotFound before the seeds have run.
    """
    picked = themes()
    catalogue = _Catalogue(
        [theme.id for theme in picked],
        [theme.slug for theme in picked],
        {language: current_wording(language).id for language in Language},
    )
    cursor = session.connection().connection.cursor()
    done = 0
    remaining = iter(readers)
    while chunk := list(islice(remaining, CHUNK)):
        if done == 0:
            _refuse_known(session, chunk[0])
        _copy_chunk(cursor, chunk, _next_ids(session, len(chunk)), catalogue)
        done += len(chunk)
        on_done(len(chunk))
    # They came in the past, into days that may have been counted: all are counted anew.
    session.execute(delete(Figure))
    return done


def _refuse_known(session: Session, first: Reader) -> None:
    # The first reader of a seed is the same for every count, so one look is enough.
    if session.scalar(
        select(Subscriber.id).where(Subscriber.identity == identity_of(first.address))
    ):
        raise WrongState("The readers of this seed are here already: choose another --seed.")


def _next_ids(session: Session, count: int) -> list[int]:
    return list(
        session.scalars(
            text("select nextval(pg_get_serial_sequence('subscribers', 'id')) "
                 "from generate_series(1, :count)"),
            {"count": count},
        )
    )


def _copy_chunk(
    cursor: Any, chunk: Sequence[Reader], ids: Sequence[int], catalogue: _Catalogue
) -> None:
    known = list(zip(ids, chunk, strict=True))
    _copy(cursor, _SUBSCRIBERS, (
        (id_, r.address, identity_of(r.address), mailbox_of(r.address), r.asked_at)
        for id_, r in known
    ))
    _copy(cursor, _SUBSCRIPTIONS, (
        (id_, SubscriptionStatus.ACTIVE.value, r.receives_editions, r.cadence.value,
         r.language.value, r.format.value, 1, r.asked_at, r.confirmed_at)
        for id_, r in known
    ))
    _copy(cursor, _THEMES, (
        (id_, catalogue.theme_ids[theme], r.asked_at) for id_, r in known for theme in r.themes
    ))
    _copy(cursor, _CONSENTS, (row for id_, r in known for row in _consents(id_, r, catalogue)))


def _consents(id_: int, reader: Reader, catalogue: _Catalogue) -> Iterator[tuple[object, ...]]:
    wording = catalogue.wording_ids[reader.language]
    choices = json.dumps({
        "editions": reader.receives_editions,
        "cadence": reader.cadence.value,
        "themes": [catalogue.theme_slugs[theme] for theme in reader.themes],
        "language": reader.language.value,
        "format": reader.format.value,
    })
    yield (id_, reader.asked_at, ConsentAct.ASKED.value, "form", FORM, wording, choices)
    yield (id_, reader.confirmed_at, ConsentAct.GIVEN.value, "mailed_link_post", CONFIRM_PAGE,
           wording, choices)


def _copy(cursor: Any, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    """One COPY. A reader that came in by another hand meets the unique identity: WrongState."""
    try:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.errors.UniqueViolation as error:
        raise WrongState(
            "One of these readers is here already: choose another --seed."
        ) from error

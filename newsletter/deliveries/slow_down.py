"""Slow down: a domain that puts many mails off gets fewer, and soon as many again (R19).

Each wave of such answers halves what it gets, down to a sixteenth; each ten quiet seconds doubles
it. Beside this every mail that was put off waits for itself (`backoff.py`).
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.deliveries.pace_models import SlowedDomain

UNLIMITED = 320.0  # mails a second from which a domain without a limit is slowed
RECOVERY_SECONDS = 10.0
DEEPEST = 4
WAVE = 10  # so many put off within ten seconds, and a third of the domain's answers, are a wave
WAVE_SHARE = 1 / 3

# Greylisting and what is wrong with one mailbox or address ask nobody to go slower: 4.1.x, 4.2.0,
# 4.2.2 (RFC 3463), 450 without more (RFC 5321 §4.2.2: mailbox unavailable).
_OF_ONE_MAILBOX = re.compile(r"\b4\.(?:1\.\d{1,3}|2\.[02])\b|gr[ae]y.?list", re.IGNORECASE)


class Answer(NamedTuple):
    """The relay's answer to one mail, by the domain of its recipient."""

    domain: str
    asks_for_less: bool


class Slowness(NamedTuple):
    """How much slower a domain is served, and what its answers of late were."""

    level: int
    slowed_at: datetime
    counted_from: datetime
    answers: int
    put_off: int


def asks_for_less(code: str | None, said: str) -> bool:
    """Whether an answer puts a mail off because of how much comes, not because of one mailbox.

    `code` as kept with an attempt ("421 4.7.0"), `said` the text after it.
    """
    return bool(code) and str(code).startswith("4") and not _OF_ONE_MAILBOX.search(
        f"{code} {said}")


def level_after(level: int, *, seconds: float) -> int:
    """The level so many seconds after the last wave; a clock that was set back counts as well."""
    return max(level - int(abs(seconds) // RECOVERY_SECONDS), 0)


def slowed(per_second: float | None, level: int) -> float:
    """The rate of a domain at a level of one or more, whatever limit (or none) it has."""
    return min(per_second or UNLIMITED, UNLIMITED) / 2.0**level


def after(found: Slowness, *, answers: int, put_off: int, now: datetime) -> Slowness:
    """The slowness after so many more answers, some of which put mails off."""
    counted_from = found.counted_from
    if abs((now - counted_from).total_seconds()) < RECOVERY_SECONDS:
        answers, put_off = answers + found.answers, put_off + found.put_off
    else:
        counted_from = now
    if put_off < WAVE or put_off < answers * WAVE_SHARE:
        return found._replace(counted_from=counted_from, answers=answers, put_off=put_off)
    level = level_after(found.level, seconds=(now - found.slowed_at).total_seconds())
    return Slowness(min(level + 1, DEEPEST), now, now, 0, 0)


def note(session: Session, answers: Sequence[Answer]) -> None:
    """Keep what these answers say of their domains, by the database's clock.

    In the transaction that records them, before it asks the pace for more. Without an answer that
    asks for less it costs nothing.
    """
    asking = sorted({answer.domain for answer in answers if answer.asks_for_less})
    if not asking:
        return
    session.execute(
        text("""insert into slowed_domains
                       (domain, level, slowed_at, counted_from, answers, put_off)
                select domain, 0, statement_timestamp(), statement_timestamp(), 0, 0
                  from unnest(:domains ::text[]) as domain order by domain
                on conflict do nothing"""),
        {"domains": asking},
    )
    # In order, so that two workers never hold what the other waits for.
    rows = session.scalars(
        select(SlowedDomain).where(SlowedDomain.domain.in_(asking))
        .order_by(SlowedDomain.domain).with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    now: datetime = session.execute(text("select clock_timestamp()")).scalar_one()
    for row in rows:
        mine = [answer for answer in answers if answer.domain == row.domain]
        found = Slowness(row.level, row.slowed_at, row.counted_from, row.answers, row.put_off)
        row.level, row.slowed_at, row.counted_from, row.answers, row.put_off = after(
            found, answers=len(mine), put_off=sum(a.asks_for_less for a in mine), now=now)
    session.flush()


def forget(session: Session) -> None:
    """Take away what says nothing any more; the names of readers' domains are not kept."""
    session.execute(
        text("""delete from slowed_domains where domain = any (array (
                    select domain from slowed_domains
                     where greatest(slowed_at, counted_from) < clock_timestamp() - :long
                     for update skip locked))"""),
        {"long": timedelta(minutes=10)},
    )

"""Try the links of an edition: ask each address whether a page is still there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from newsletter.editions.link_models import LinkCheck
from newsletter.errors import FetchFailed
from newsletter.extensions import db
from newsletter.fetching.fetch import Limits, fetch
from newsletter.fetching.hosts import Resolve
from newsletter.fetching.trouble import Trouble

FRESH_FOR = timedelta(hours=1)  # so long a result is not asked again, unless somebody asks it
KEPT = timedelta(days=90)
# The page itself does not matter, only that one comes.
LIMITS = Limits(seconds=8.0, wire_bytes=32_768, bytes=65_536)
AGENT = "newsletter-links/1 (sees whether links of an edition still work)"


@dataclass(frozen=True)
class Tried:
    """What came of one address."""

    trouble: Trouble | None = None
    status: int | None = None


def to_try(addresses: Collection[str], *, now: datetime) -> list[str]:
    """Those of these that were not tried within the hour."""
    fresh = set(db.session.scalars(
        select(LinkCheck.address)
        .where(LinkCheck.address.in_(addresses), LinkCheck.tried_at > now - FRESH_FOR)
    ))
    return [one for one in addresses if one not in fresh]


def try_link(
    address: str, *, here: frozenset[tuple[str, int]] = frozenset(),
    resolver: Resolve | None = None, limits: Limits = LIMITS,
) -> Tried:
    """What stands there now. Goes over the network: never inside a transaction."""
    try:
        fetch(address, limits=limits, resolver=resolver, here=here, agent=AGENT)
    except FetchFailed as error:
        trouble = Trouble(error.reason)
        if trouble in (Trouble.TOO_LARGE, Trouble.BAD_ENCODING):  # a page did come
            return Tried()
        is_status = trouble is Trouble.BAD_STATUS
        return Tried(trouble, int(error.detail) if is_status else None)
    return Tried()


def keep_tried(address: str, tried: Tried, *, now: datetime) -> None:
    """Keep what came of it, in the place of what came before."""
    kept = {"tried_at": now, "trouble": tried.trouble, "status": tried.status}
    db.session.execute(
        insert(LinkCheck).values(address=address, **kept)
        .on_conflict_do_update(index_elements=["address"], set_=kept)
    )


def ask_again(addresses: Collection[str]) -> None:
    """Let these be tried anew, however short ago it was."""
    db.session.execute(
        delete(LinkCheck).where(LinkCheck.address.in_(addresses))
        .execution_options(synchronize_session=False)
    )


def tried_of(addresses: Collection[str]) -> dict[str, LinkCheck]:
    """What is known of these addresses."""
    found = db.session.scalars(
        select(LinkCheck).where(LinkCheck.address.in_(addresses))
        .execution_options(populate_existing=True)
    )
    return {each.address: each for each in found}


def forget_links(*, now: datetime) -> int:
    """How many results were taken away: those of more than ninety days ago."""
    gone = db.session.execute(
        delete(LinkCheck).where(LinkCheck.tried_at < now - KEPT)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]

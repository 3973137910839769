"""The tasks that try the links of an edition, and ask for those of the editions that come."""

from newsletter import clock
from newsletter.core import settings
from newsletter.editions.links import addresses_in
from newsletter.editions.queries import find_edition_by_id, list_coming
from newsletter.editions.try_links import keep_tried, to_try, try_link
from newsletter.extensions import queue
from newsletter.jobs import Job, enqueue
from newsletter.transaction import transaction

WATCHED = 4  # of the editions that come next


# However slow the servers of others are, feeds and other editions get their turn.
@queue.task(name=Job.TRY_LINKS.value, time_limit=900)
def try_links(edition_id: int) -> None:
    """Those that were not tried within the hour, each asked outside any transaction."""
    with transaction():
        edition = find_edition_by_id(edition_id)
        waiting = to_try(addresses_in(edition), now=clock.now()) if edition else []
    for address in waiting:
        tried = try_link(address, here=settings().feeds_here)
        with transaction():
            keep_tried(address, tried, now=clock.now())


@queue.task(name=Job.WATCH_LINKS.value)
def watch_links() -> None:
    """A page that goes away before an edition leaves is seen in time."""
    with transaction():
        for edition in list_coming(clock.now(), limit=WATCHED):
            enqueue(Job.TRY_LINKS, edition.id)

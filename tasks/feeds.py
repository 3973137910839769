"""The task that looks at a feed."""

from newsletter import clock
from newsletter.articles.find_feeds import find_feed
from newsletter.articles.look_at_feed import claim_look, keep_seen, see
from newsletter.core import settings
from newsletter.deliveries.watch_feed import watch_feed
from newsletter.extensions import queue
from newsletter.jobs import Job
from newsletter.transaction import transaction


# Whatever a feed costs to read, the others get their turn.
@queue.task(name=Job.LOOK_AT_FEED.value, time_limit=120)
def look_at_feed(feed_id: int) -> None:
    """A feed that is due: taken, fetched outside any transaction, and kept."""
    with transaction():
        look = claim_look(feed_id, now=clock.now())
        _watch(feed_id)
    if look is not None:
        seen = see(look, here=settings().feeds_here)
        with transaction():
            keep_seen(look, seen, now=clock.now())
            _watch(feed_id)


def _watch(feed_id: int) -> None:
    if feed := find_feed(feed_id):
        watch_feed(feed_id, failing_since=feed.failing_since, now=clock.now())

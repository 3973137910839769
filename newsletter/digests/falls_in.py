"""Falls in: which articles a slot that has not left would bring, as things stand."""

from newsletter.articles.models import Article
from newsletter.articles.queries import articles_by_id
from newsletter.catalogue.models import Magazine
from newsletter.digests.carry_out import window_start
from newsletter.digests.models import DigestSlot
from newsletter.digests.queries import left_out_of, slot_expected_before, store_until, treated_in
from newsletter.digests.rhythm import rhythm_of


def falls_in(slot: DigestSlot, house: Magazine) -> list[Article]:
    """The articles within the slot's window, newest first, and all that was decided on.

    The slots of its cadence that are still planned before it are thought to leave as planned. What
    a reader is due of it depends on her; who came or returned lately is due older articles too.
    """
    before = slot_expected_before(slot)
    window_from = before.slot_at if before else window_start(slot, rhythm_of(house))
    store = store_until(slot.slot_at, window_from=window_from, treated={},
                        put_off=left_out_of(before))
    found = articles_by_id([*store.links.fresh_ids, *treated_in(slot)])
    return sorted(found.values(), key=_newest_first)


def _newest_first(article: Article) -> tuple[float, int]:
    # One that was decided on, and whose release was taken back since, stands last.
    released = article.released_at
    return (-released.timestamp() if released else 0.0, article.id)

"""Reckon: what a slot comes to before anything is compiled: its window, readers and selections."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.catalogue.models import Magazine
from newsletter.digests.carry_out import Counts, window_start
from newsletter.digests.due import Link, Links, Wish
from newsletter.digests.expect_editions import Expected, covers_expected
from newsletter.digests.models import DigestSlot
from newsletter.digests.queries import (
    covers_of,
    inheritances,
    items_of,
    left_out_of,
    seen_in,
    slot_before,
    store_until,
    treated_in,
)
from newsletter.digests.read_readers import read_readers
from newsletter.digests.rhythm import rhythm_of
from newsletter.digests.select import choose, select
from newsletter.mailings.contents import DigestSelection
from newsletter.mailings.owed import notices_with
from newsletter.subscribers.models import Cadence

# What ended unsent while the slot before was planned, who confirmed or chose a theme just before
# its cut-off, and what was released or got a theme then, may have been committed after it was
# planned. Coverage tells what was given all the same; what that planning saw of articles is kept,
# for to ask of every reader whether she had one costs more than all else.
OVERLAP = timedelta(hours=1)


@dataclass(frozen=True)
class Reckoned:
    """The selection of each wish that gets a mail, with how many readers share each wish.

    `waiting` are the wishes with fewer articles than the cadence's minimum. `links` and `covers`
    are what it was reckoned from: what the store holds, and what each variant gave.
    """

    window_from: datetime
    slot_at: datetime
    selections: Mapping[Wish, DigestSelection]
    readers: Mapping[Wish, int]
    waiting: Collection[Wish]
    in_slot: int
    paused: int
    minimum: int
    links: Links
    covers: Mapping[int, Collection[int]]

    @property
    def seen(self) -> list[Link]:
        """What is for the slot after this one to know: the links of its last hour."""
        return self.links.later_than(self.slot_at - OVERLAP)

    @property
    def counts(self) -> Counts:
        """The readers by what the slot brings them."""
        return Counts(self.due, self.nothing_new, self.below_minimum, self.paused)

    @property
    def due(self) -> int:
        """How many readers get a mail."""
        return sum(self.readers[wish] for wish in self.selections)

    @property
    def below_minimum(self) -> int:
        """How many readers have too little for a mail yet."""
        return sum(self.readers[wish] for wish in self.waiting)

    @property
    def nothing_new(self) -> int:
        """How many readers have nothing at all."""
        return self.in_slot - self.due - self.below_minimum


def reckon(
    slot: DigestSlot, house: Magazine, *, expected: Sequence[Expected] = ()
) -> Reckoned:
    """What the slot comes to at its cut-off; its tables last until the transaction ends.

    `expected`: in a rehearsal, the editions that will have left before it is carried out.
    """
    window_from = window_start(slot, rhythm_of(house))
    before = slot_before(slot)
    planned = before.planned_at if before else None
    looked_at_from = window_from - OVERLAP
    store = store_until(slot.slot_at, window_from=looked_at_from, treated=treated_in(slot),
                        put_off=left_out_of(before), seen=_seen_by(before, looked_at_from))
    readers = read_readers(
        slot.cadence.value,
        cutoff=slot.slot_at,
        window_from=window_from,
        chosen_since=looked_at_from,
        new_since=before.slot_at - OVERLAP if before else None,
        unsent_since=planned - OVERLAP if planned else None,
        links=store.links,
        expected=expected,
    )
    covers = covers_expected(expected) | covers_of(
        set[int]().union(*(wish.had for wish in readers.wishes)))
    minimum = minimum_of(house, slot.cadence)
    due = {wish: store.links.due(wish, covers) for wish in readers.wishes}
    chosen = {wish: choose(wish, found, store) for wish, found in due.items()
              if len(found) >= minimum}
    items = items_of({article_id for each in chosen.values()
                      for article_id in (*each.in_full, *each.as_links)})
    owed = notices_with(set[int]().union(*(wish.notices for wish in chosen)))
    return Reckoned(
        window_from,
        slot.slot_at,
        {wish: select(wish, each, store, items=items, slot_on=slot.slot_on,
                      line=slot.editorial_line, notices=owed.of(wish.notices))
         for wish, each in chosen.items()},
        readers.wishes,
        [wish for wish, found in due.items() if 0 < len(found) < minimum],
        readers.in_slot,
        readers.paused,
        minimum,
        store.links,
        covers,
    )


def _seen_by(before: DigestSlot | None, looked_at_from: datetime) -> frozenset[Link]:
    """What the slot before saw for all readers whom it saw follow a theme.

    Not of themes that the house gave since just before it: that may have been committed late too.
    """
    given = {each.theme_id for each in inheritances().values() if each.at > looked_at_from}
    return frozenset(link for link in seen_in(before) if link.theme_id not in given)


def minimum_of(house: Magazine, cadence: Cadence) -> int:
    """With fewer articles than this a digest of the cadence is not worth a mail."""
    return house.weekly_minimum if cadence is Cadence.WEEKLY else house.monthly_minimum

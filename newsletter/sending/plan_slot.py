"""Plan a slot: reckon what it comes to, and compile its mails; run and rehearsal do the same."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from newsletter.catalogue.queries import magazine
from newsletter.config import Settings
from newsletter.digests.expect_editions import Expected
from newsletter.digests.models import DigestSlot
from newsletter.digests.reckon import Reckoned, reckon
from newsletter.emails.compile import compile_digests
from newsletter.mailings.contents import CompiledManifest
from newsletter.sending.house import house_of


@dataclass(frozen=True)
class SlotPlan:
    """What a slot comes to, and its compiled selections."""

    reckoned: Reckoned
    compiled: CompiledManifest


def plan_slot(
    slot: DigestSlot,
    *,
    settings: Settings,
    expected: Sequence[Expected] = (),
    only: str | None = None,
) -> SlotPlan:
    """The plan of a slot, with what is given as for `compiling`. Raises MailError."""
    with compiling(slot, settings=settings, expected=expected, only=only) as (reckoned, compiled):
        mails = compiled()
    return SlotPlan(reckoned, mails)


@contextmanager
def compiling(
    slot: DigestSlot,
    *,
    settings: Settings,
    expected: Sequence[Expected] = (),
    only: str | None = None,
) -> Iterator[tuple[Reckoned, Callable[[], CompiledManifest]]]:
    """What a slot comes to, and its mails: the function waits for them. Raises MailError, as it.

    They are compiled by a thread aside, which asks nothing of the database: while that takes in a
    million deliveries it would stand still. `expected` are, in a rehearsal, the editions that leave
    before it. Of the mails `only` that of one selection key is compiled, if given: to the same
    bytes as among the others. The tables of it all last until the transaction ends.
    """
    house = house_of(settings)
    reckoned = reckon(slot, magazine(), expected=expected)
    wanted = [each for each in reckoned.selections.values() if only in (None, each.key)]
    with ThreadPoolExecutor(max_workers=1) as aside:
        yield reckoned, aside.submit(
            compile_digests, wanted, mailing_key=slot.key, identity=house.identity,
            urls=house.urls,
        ).result

"""Plans one digest slot as the service does, in a process of its own, and says what it took.

`python -m tests.benchmarks.slot_planner SLOT [NAIVE]`, with the settings in the environment; with
NAIVE it also plans so many readers one by one, as a planner would that knows no selections.
"""

import json
import os
import resource
import sys
import time
from datetime import datetime
from itertools import islice

from sqlalchemy import select

from newsletter import clock
from newsletter.articles.models import Article
from newsletter.catalogue.queries import magazine
from newsletter.core import create_core, settings
from newsletter.deliveries.models import MailKind
from newsletter.digests.due import Wish
from newsletter.digests.models import DigestSlot
from newsletter.digests.plan_recipients import plan_recipients
from newsletter.digests.queries import get_slot, items_of, store_until
from newsletter.digests.reckon import reckon
from newsletter.digests.select import choose
from newsletter.digests.select import select as arrange
from newsletter.emails.compile import compile_digests
from newsletter.extensions import db
from newsletter.mailings.carry_notices import carry_in_mailing
from newsletter.mailings.freeze import freeze
from newsletter.mailings.number_variants import number_variants
from newsletter.mailings.open import open_mailing
from newsletter.mailings.start import start
from newsletter.sending.house import house_of
from newsletter.subscribers.models import Subscription
from newsletter.transaction import transaction


def main() -> None:
    """Print the figures as JSON."""
    slot_id, naive = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with create_core(dict(os.environ)).app_context():
        found = {"naive_each": _naive(slot_id, naive)} if naive else {}
        found |= _plan(slot_id)
        db.session.remove()
        db.engine.dispose()
    found["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    print(json.dumps(found))


def _plan(slot_id: int) -> dict[str, float]:
    marks = [time.perf_counter()]
    house, now = house_of(settings()), clock.now()
    with transaction():
        slot = get_slot(slot_id, lock=True)
        mailing = open_mailing(slot.key, kind=MailKind.DIGEST, cutoff_at=slot.slot_at, now=now,
                               digest_slot_id=slot_id)
        reckoned = reckon(slot, magazine())
        marks.append(time.perf_counter())
        compiled = compile_digests(reckoned.selections.values(), mailing_key=slot.key,
                                   identity=house.identity, urls=house.urls)
        marks.append(time.perf_counter())
        numbers = number_variants([each.selection_key for each in compiled.variants])
        variants = {wish: numbers[each.key] for wish, each in reckoned.selections.items()}
        planned = plan_recipients(mailing, variants=variants, waiting=reckoned.waiting, now=now)
        manifest = freeze(compiled, now=now, numbers=numbers)
        carry_in_mailing(mailing.id)
        recipients = start(mailing, manifest.id, planned, now=now)
    marks.append(time.perf_counter())
    return {
        "reckon": marks[1] - marks[0], "compile": marks[2] - marks[1],
        "plan": marks[3] - marks[2], "all": marks[3] - marks[0],
        "selections": len(compiled.variants), "recipients": recipients,
    }


def _naive(slot_id: int, readers: int) -> float:
    """Seconds for each reader: read her, select for her, compile for her; nothing is written."""
    house, slot = house_of(settings()), get_slot(slot_id)
    began = time.perf_counter()
    for reader in islice(_readers(slot), readers):
        store = store_until(slot.slot_at, treated={}, put_off=(), window_from=datetime.min.replace(
            tzinfo=slot.slot_at.tzinfo))
        wish = Wish(reader.cadence.value, reader.language.value, reader.format.value,
                    frozenset(each.theme_id for each in reader.themes), is_anew=True)
        chosen = choose(wish, store.links.due(wish, {}), store)
        if chosen.covered:
            items = items_of([*chosen.in_full, *chosen.as_links])
            selection = arrange(wish, chosen, store, items=items, slot_on=slot.slot_on)
            compile_digests([selection], mailing_key=slot.key, identity=house.identity,
                            urls=house.urls)
    took = time.perf_counter() - began
    assert db.session.scalar(select(Article.id).limit(1))
    db.session.rollback()
    return took / readers


def _readers(slot: DigestSlot) -> list[Subscription]:
    return list(db.session.scalars(
        select(Subscription).where(Subscription.cadence == slot.cadence)
        .order_by(Subscription.subscriber_id).limit(1_000)))


if __name__ == "__main__":
    main()

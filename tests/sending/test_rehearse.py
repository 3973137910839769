"""A rehearsal is the run itself, less what the run keeps: the same readers, the same bytes."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from newsletter.catalogue.queries import magazine
from newsletter.core import create_core, settings, signer
from newsletter.deliveries.models import Delivery
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.digests.carry_out import Counts
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.share_of_reader import Outcome
from newsletter.editions.models import Edition
from newsletter.emails.show_compiled import EXAMPLE, html_of, text_of
from newsletter.errors import NotFound, WrongState
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.models import Block, Mailing, Manifest, Variant
from newsletter.sending.carry_out import carry_out_slot
from newsletter.sending.rehearse import ForReader, Rehearsal, dry_run_slot
from newsletter.subscribers.models import Cadence, Subscriber
from newsletter.transaction import transaction
from tests.faults.relay import Relay
from tests.material import NOW, slot
from tests.sending.lively import DAY, HOUR, WEEK, lively

OpenHouse = Callable[..., AbstractContextManager[Any]]
TOKEN = re.compile(r"(?<=/voorkeuren/)[A-Za-z0-9_-]+|(?<=/afmelden/)[A-Za-z0-9_-]+")


@contextmanager
def opened(house: dict[str, str]) -> Iterator[None]:
    """An application on this database."""
    with create_core(house).app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def who_may_only_look(house: dict[str, str]) -> dict[str, str]:
    """The same database under a role that may read it and make temporary tables, and no more."""
    owner, role = make_url(house["DATABASE_OWNER_URL"]), f"looks_{secrets.token_hex(6)}"
    with psycopg.connect(host=str(owner.query["host"]), user="postgres", dbname=owner.database,
                         autocommit=True) as admin:
        admin.execute(f"create role {role} login")
        admin.execute(f"grant usage on schema public to {role}")
        admin.execute(f"grant select on all tables in schema public to {role}")
        admin.execute(f"grant temporary on database {owner.database} to {role}")
    address = make_url(house["DATABASE_URL"]).set(username=role)
    return house | {"DATABASE_URL": address.render_as_string(False)}


def rehearse(slot_id: int, address: str | None = None, *, at: datetime = NOW - DAY) -> Rehearsal:
    return dry_run_slot(slot_id, settings=settings(), signer=signer(), now=at, address=address)


def hers(slot_id: int, address: str) -> ForReader:
    found = rehearse(slot_id, address).reader
    assert found is not None
    return found


def run(slot_id: int) -> Mailing:
    carry_out_slot(slot_id, settings=settings(), now=NOW)
    return db.session.scalars(select(Mailing).where(Mailing.digest_slot_id == slot_id)).one()


def planned(mailing: Mailing) -> dict[str, str]:
    """The selection key that each address gets."""
    rows = db.session.execute(
        select(Subscriber.address, Variant.selection_key)
        .join(Delivery, Delivery.subscriber_id == Subscriber.id)
        .join(Variant, Variant.id == Delivery.variant_id)
        .where(Delivery.mailing_id == mailing.id)
    )
    return dict(rows.tuples().all())  # type: ignore[arg-type]


def test_what_is_rehearsed_a_day_ahead_is_what_leaves_byte_for_byte(committed: Flask) -> None:
    slot_id, addresses = lively()
    told = rehearse(slot_id)
    keys = {address: found.mail.selection.key for address in addresses.values()
            if (found := hers(slot_id, address)).mail}
    mailing = run(slot_id)
    assert db.session.get_one(Manifest, mailing.manifest_id).hash == told.compiled.hash
    frozen = db.session.scalars(
        select(Variant).where(Variant.manifest_id == mailing.manifest_id)).all()
    bodies = dict(db.session.execute(
        select(Block.position, Block.body).where(Block.manifest_id == mailing.manifest_id)
    ).tuples().all())
    assert len(frozen) == len(told.mails) > 4
    for variant in frozen:
        mail = told.find_mail(variant.selection_key)
        assert mail is not None
        assert (variant.subject, variant.preheader, variant.why, variant.hash) == (
            mail.variant.subject, mail.variant.preheader, mail.variant.why, mail.variant.hash)
        for positions, compiled in ((variant.html_blocks, mail.variant.html),
                                    (variant.text_blocks, mail.variant.text)):
            assert [bodies[each] for each in positions] == [
                told.compiled.blocks[each].body for each in compiled]
    assert planned(mailing) == keys
    done = db.session.get_one(DigestSlot, slot_id)
    assert told.counts == Counts(done.readers_due or 0, done.readers_nothing_new or 0,
                                 done.readers_below_minimum or 0, done.readers_paused or 0)
    assert told.window_from == done.window_from


def test_a_readers_mail_is_shown_as_the_relay_gets_it_but_for_her_links(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        slot_id, addresses = lively()
        shown = {}
        for address in addresses.values():
            told = rehearse(slot_id, address)
            if told.reader and told.reader.mail:
                variant = told.reader.mail.variant
                shown[address] = html_of(told.compiled, variant), text_of(told.compiled, variant)
        run(slot_id)
        post.run(Lane.BULK, seconds=30)
        arrived = [(entry.rcpt_to, message_from_bytes(entry.data, policy=policy.default))
                   for entry in relay.journal.entries]
    sent = {address: mail for address, mail in arrived
            if str(mail["Feedback-ID"]).startswith("digest-weekly-2026-11-10T")}
    assert set(sent) == set(shown)
    for address, (html, plain) in shown.items():
        bodies = [body.get_content() if body else "" for body in (
            sent[address].get_body(("html",)), sent[address].get_body(("plain",)))]
        assert bodies != [html, plain]
        assert [TOKEN.sub(EXAMPLE, body) for body in bodies] == [html, plain]


def test_whoever_gets_nothing_is_told_why(committed: Flask) -> None:
    slot_id, addresses = lively()
    outcomes = {what: hers(slot_id, address).share.outcome for what, address in addresses.items()}
    assert outcomes == {
        "narrow": Outcome.DUE,
        "wide": Outcome.DUE,
        "digests only": Outcome.DUE,
        "english": Outcome.DUE,
        "plain": Outcome.DUE,
        "back": Outcome.DUE,
        "away": Outcome.PAUSED,
        "bored": Outcome.NOTHING_NEW,
        "monthly": Outcome.OTHER_CADENCE,
        "gone": Outcome.ENDED,
        "late": Outcome.CONFIRMED_LATE,
        "pending": Outcome.PENDING,
    }
    assert hers(slot_id, "niemand@gemeente.example").share.outcome is Outcome.UNKNOWN
    assert hers(slot_id, addresses["away"]).share.paused_until is not None


def test_what_an_edition_brings_first_is_not_told_to_those_who_get_it(committed: Flask) -> None:
    slot_id, addresses = lively()
    assert rehearse(slot_id).editions == ["90-8"]
    (item,) = db.session.get_one(Edition, db.session.scalars(
        select(Edition.id).where(Edition.volume == 90)).one()).items
    brought = item.article_id

    def gives(what: str) -> bool:
        selection = hers(slot_id, addresses[what]).share.selection
        return selection is not None and brought in selection.article_ids

    assert gives("digests only")
    assert not gives("narrow")
    assert not gives("back")


def test_an_edition_that_is_too_late_to_leave_brings_nothing(committed: Flask) -> None:
    slot_id, _ = lively()
    late = NOW - HOUR + timedelta(hours=settings().lateness_hours, seconds=1)
    assert rehearse(slot_id, at=late).editions == []


def test_an_address_that_is_suppressed_is_told_beside_what_she_would_get(
    committed: Flask,
) -> None:
    slot_id, addresses = lively()
    assert hers(slot_id, addresses["narrow"]).suppressed is None
    with transaction():
        suppress(signer().address_hashes(addresses["narrow"])[-1],
                 reason=SuppressionReason.COMPLAINT, now=NOW)
    found = hers(slot_id, addresses["narrow"])
    assert found.share.outcome is Outcome.DUE
    assert found.suppressed is SuppressionReason.COMPLAINT


def test_too_little_for_a_mail_says_how_little(committed: Flask) -> None:
    slot_id, addresses = lively()
    with transaction():
        magazine().weekly_minimum = 3
    told = rehearse(slot_id, addresses["narrow"])
    assert told.reader is not None
    assert (told.reader.share.outcome, told.reader.share.due) == (Outcome.BELOW_MINIMUM, 2)
    assert told.reader.mail is None
    assert told.minimum == 3
    assert told.counts.below_minimum > 0


def test_readers_are_counted_by_theme_and_by_mail(committed: Flask) -> None:
    slot_id, _ = lively()
    told = rehearse(slot_id)
    assert sum(mail.readers for mail in told.mails) == told.counts.due
    assert [mail.readers for mail in told.mails] == sorted(
        (mail.readers for mail in told.mails), reverse=True)
    figures = {each.theme.slug: (each.followers, each.readers) for each in told.themes}
    # Narrow, wide, digests only, english and back; wide, plain and back.
    assert figures["data"][0] == 5
    assert figures["leiderschap"][0] == 3
    assert figures["dienstverlening"] == (1, 0)
    assert figures["smart-city"] == (1, 1)
    for slug, (_, readers) in figures.items():
        assert readers == sum(mail.readers for mail in told.mails if slug in {
            section.slug for section in mail.selection.sections})


def test_the_difference_with_the_last_run_is_told(committed: Flask) -> None:
    slot_id, _ = lively()
    last = rehearse(slot_id).last
    assert last is not None
    before = db.session.scalars(
        select(DigestSlot).where(DigestSlot.status == SlotStatus.CARRIED_OUT)).one()
    assert (last.key, last.counts.due) == (before.key, before.readers_due)
    # One article then, which who was away gets now.
    assert (last.articles_then, last.articles_now, len(last.new_articles)) == (1, 5, 4)
    assert [each.slug for each in last.new_themes] == ["smart-city", "leiderschap"]
    assert last.gone_themes == []


def test_before_any_run_there_is_no_difference(committed: Flask) -> None:
    slot_id, _ = lively()
    with transaction():
        monthly = slot(cadence=Cadence.MONTHLY).id
    assert rehearse(monthly).last is None
    assert rehearse(slot_id).last is not None


def test_slots_that_come_first_are_counted_and_missed_ones_are_not(committed: Flask) -> None:
    slot_id, _ = lively()
    with transaction():
        slot(at=NOW - 3 * DAY)
    with transaction():
        later = slot(at=NOW + WEEK).id
    assert rehearse(slot_id).earlier == 0
    assert rehearse(later).earlier == 1


def test_what_was_carried_out_is_not_rehearsed(committed: Flask) -> None:
    slot_id, _ = lively()
    run(slot_id)
    with pytest.raises(WrongState, match="carried_out"):
        rehearse(slot_id)
    with pytest.raises(NotFound):
        rehearse(slot_id + 1000)


def test_a_rehearsal_needs_no_right_to_write(
    make_database: Callable[[], dict[str, str]]
) -> None:
    house = make_database()
    with opened(house):
        slot_id, addresses = lively()
    with opened(who_may_only_look(house)):
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(text("update subscriptions set is_reckoned_anew = false"))
        db.session.rollback()
        for address in (None, *addresses.values(), "niemand@gemeente.example"):
            assert rehearse(slot_id, address).counts.due == 6


def test_a_rehearsal_leaves_every_table_as_it_was(committed: Flask) -> None:
    slot_id, addresses = lively()

    def rows() -> dict[str, str]:
        return {
            str(table): str(db.session.execute(text(
                "select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) "
                f"from {table} t")).scalar_one())
            for table in db.session.scalars(text(
                "select oid::regclass::text from pg_class "
                "where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') "
                "and has_table_privilege(oid, 'select')"))
        }

    before = rows()
    rehearse(slot_id, addresses["back"])
    assert rows() == before
    assert db.session.scalars(text(
        "select relname from pg_class where relpersistence = 't' and relkind = 'r'")).all() == []

"""Publishing an edition: one mailing, whole or not at all, and frozen from then on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.editions.models import Edition, EditionStatus
from newsletter.extensions import db
from newsletter.mailings.models import Block, Mailing, MailingStatus, Manifest
from newsletter.mailings.open import open_mailing
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import Cadence
from newsletter.subscribers.record_consent import Proof
from newsletter.transaction import transaction
from tests import material
from tests.material import NOW, article, edition, reader

KEY = "edition:90-8"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def publish(edition_id: int, at: timedelta = timedelta(0)) -> None:
    carry_out_edition(edition_id, settings=settings(), now=NOW + at)


def count_of(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def recipients() -> list[int | None]:
    return sorted(each.subscriber_id for each in material.deliveries(MailKind.EDITION))


def prepare(readers: int) -> tuple[int, list[int]]:
    """A scheduled edition and its readers, committed."""
    with transaction():
        ids = [reader().subscriber_id for _ in range(readers)]
        return edition([article("data"), article("leiderschap")]).id, sorted(ids)


def test_twenty_who_publish_at_once_make_one_mailing_and_each_reader_is_in_it_once(
    committed: Flask,
) -> None:
    edition_id, ids = prepare(10)

    def run(_: int) -> None:
        with committed.app_context():
            publish(edition_id)

    with ThreadPoolExecutor(7) as threads:
        list(threads.map(run, range(20)))
    assert (count_of(Mailing), count_of(Manifest)) == (1, 1)
    assert recipients() == ids
    assert progress(get_mailing(KEY)).closes


def test_wherever_it_dies_nothing_is_half_and_the_next_call_goes_on(committed: Flask) -> None:
    edition_id, ids = prepare(5)
    deaths = 0
    while material.dies_at(deaths, lambda: publish(edition_id)):
        deaths += 1
        state = db.session.execute(text(
            "select m.status, (select count(*) from deliveries where mailing_id = m.id),"
            " (select count(*) from approvals where used_at is not null), e.status from editions e"
            " left join mailings m on m.edition_id = e.id where e.id = :id"
        ), {"id": edition_id}).one()
        if state[0] in (None, "planned"):
            assert tuple(state[1:]) == (0, 0, "scheduled")
        else:
            assert (state[0], state[1], state[3]) == ("sending", 5, "published")
        db.session.rollback()
    assert deaths > 10
    assert recipients() == ids
    assert (count_of(Mailing), count_of(Manifest)) == (1, 1)
    assert get_mailing(KEY).status is MailingStatus.SENDING


def test_publishing_again_changes_nothing(session: Session) -> None:
    who = reader()
    edition_id = edition([article("data")]).id
    publish(edition_id)
    before = get_mailing(KEY).recipients_hash
    reader()
    publish(edition_id, HOUR)
    assert recipients() == [who.subscriber_id]
    assert get_mailing(KEY).recipients_hash == before


def test_an_edition_goes_to_who_receives_editions_and_confirmed_in_time(session: Session) -> None:
    due = [reader(cadence=Cadence.NONE), reader(at=NOW)]
    reader(editions=False)
    reader(at=NOW + SECOND)
    material.sign_up("wacht@gemeente.example", material.choices("data"), now=NOW - HOUR)
    gone = reader()
    leave(gone, Leaving.ALL, proof=Proof("page_post", "/afmelden"), now=NOW - HOUR)
    publish(edition([article("data")]).id, HOUR)
    assert recipients() == sorted(each.subscriber_id for each in due)


def test_number_and_hash_of_the_recipients_are_frozen(session: Session) -> None:
    for _ in range(3):
        reader()
    publish(edition([article("data")]).id)
    mailing = get_mailing(KEY)
    ids = ",".join(str(each) for each in recipients())
    assert mailing.recipients == 3
    assert mailing.recipients_hash == session.scalar(
        text("select encode(sha256(convert_to(:ids, 'UTF8')), 'hex')"), {"ids": ids}
    )
    assert progress(mailing).closes


@pytest.mark.parametrize("change", [
    "delete from deliveries where id = (select max(id) from deliveries)",
    "update deliveries set subscriber_id = :other where id = (select max(id) from deliveries)",
])
def test_a_row_that_is_taken_away_or_exchanged_opens_the_ledger(
    session: Session, change: str
) -> None:
    reader()
    publish(edition([article("data")]).id)
    other = reader().subscriber_id
    session.execute(text(change), {"other": other} if ":other" in change else {})
    assert not progress(get_mailing(KEY)).closes


def test_an_edition_without_readers_is_finished_at_once(session: Session) -> None:
    publish(edition([article("data")]).id)
    mailing = get_mailing(KEY)
    assert (mailing.status, mailing.recipients) == (MailingStatus.FINISHED, 0)
    assert progress(mailing).closes


def test_what_an_editor_changes_afterwards_changes_no_block(session: Session) -> None:
    reader()
    piece = article("data")
    made = edition([piece])
    publish(made.id)
    before = session.execute(select(Block.position, Block.body, Block.hash)).all()
    assert any(piece.title.encode() in body for _, body, _ in before)
    piece.title, piece.summary = "Heel iets anders", "En ook dat."
    made = session.get_one(Edition, made.id)
    made.editorial_md, made.subject = "Vergeet het.", "Vergeten"
    session.flush()
    publish(made.id, HOUR)
    assert session.execute(select(Block.position, Block.body, Block.hash)).all() == before
    assert count_of(Manifest) == 1


def test_before_its_moment_an_edition_stays(session: Session) -> None:
    edition_id = edition([article("data")]).id
    publish(edition_id, -SECOND)
    assert count_of(Mailing) == 0
    assert session.get_one(Edition, edition_id).status is EditionStatus.SCHEDULED


def test_beyond_the_lateness_limit_a_person_is_asked(session: Session) -> None:
    reader()
    made = edition([article("data")])
    for _ in range(2):
        publish(made.id, timedelta(hours=settings().lateness_hours) + SECOND)
    assert session.get_one(Edition, made.id).status is EditionStatus.LATE
    assert [(each.kind, each.subject) for each in open_alarms()] == [("edition_late", KEY)]
    assert (count_of(Mailing), count_of(Delivery)) == (0, 0)


def test_a_planned_mailing_takes_the_new_moment_of_its_edition(session: Session) -> None:
    made = edition([article("data")])
    for at in (NOW, NOW + HOUR):
        mailing = open_mailing(KEY, kind=MailKind.EDITION, cutoff_at=at, now=at,
                               edition_id=made.id)
        assert mailing.cutoff_at == at
    assert count_of(Mailing) == 1


def test_a_mailing_that_has_started_keeps_its_cut_off(session: Session) -> None:
    reader()
    made = edition([article("data")])
    publish(made.id)
    again = open_mailing(KEY, kind=MailKind.EDITION, cutoff_at=NOW + HOUR, now=NOW + HOUR,
                         edition_id=made.id)
    assert again.cutoff_at == NOW

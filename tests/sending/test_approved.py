"""Promise 5: what was approved is what was sent is what the archive shows, whatever is deployed."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.catalogue.models import Magazine, Theme
from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.digests.models import DigestSlot
from newsletter.editions import content
from newsletter.editions.approval_models import VoidReason
from newsletter.editions.approval_queries import find_newest, find_open
from newsletter.editions.models import Edition, EditionStatus
from newsletter.emails import templates
from newsletter.emails.words import TEMPLATES
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.models import Manifest, Variant
from newsletter.mailings.owe_notice import owe_notice
from newsletter.mailings.queries import newest_manifest
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.watch_approvals import watch_approvals
from newsletter.subscribers.models import Language, MailFormat, Subscription
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay
from tests.material import NOW, article, edition, planned, reader
from tests.sending.received import blocks_of, cut_of, hash_of, line_of, part_of

OpenHouse = Callable[..., AbstractContextManager[Any]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def field(name: str, value: str) -> Callable[[Edition], object]:
    return lambda made: setattr(made, name, value)


def of_article(name: str, value: object) -> Callable[[Edition], object]:
    return lambda made: setattr(made.items[0].article, name, value)


def turn(made: Edition) -> None:
    one, two = made.items
    one.position, two.position = two.position, one.position


CHANGES: Mapping[str, tuple[Callable[[Edition], object], VoidReason]] = {
    "the subject": (field("subject", "Een ander onderwerp"), VoidReason.SUBJECT),
    "the preheader": (field("preheader", "Een andere regel"), VoidReason.PREHEADER),
    "the body": (field("editorial_md", "Dag *lezer*."), VoidReason.CONTENT),
    "the title": (field("title", "Een andere titel"), VoidReason.CONTENT),
    "the order": (turn, VoidReason.CONTENT),
    "an article taken out": (lambda made: made.items.pop(), VoidReason.CONTENT),
    "an article's title": (of_article("title", "Een andere kop"), VoidReason.CONTENT),
    "an article's authors": (of_article("authors", ["Iemand anders"]), VoidReason.CONTENT),
    "an article's summary": (of_article("summary", "Iets anders."), VoidReason.CONTENT),
    "a theme's name": (lambda _made: db.session.execute(update(Theme).where(
        Theme.slug == "data").values(name_nl="Gegevens")), VoidReason.CONTENT),
    "a theme's sign, which the page alone shows": (lambda _made: db.session.execute(update(
        Theme).where(Theme.slug == "data").values(sign="innovatie")), VoidReason.CONTENT),
    "the magazine's name": (lambda _made: db.session.execute(
        update(Magazine).values(name="inOverheid")), VoidReason.CONTENT),
}


@contextmanager
def other_templates(folder: Path) -> Iterator[None]:
    """Until the end the mails are made from a changed copy of their templates, as after a deploy.
    """
    shutil.copytree(TEMPLATES, folder)
    mail = folder / "edition" / "body.txt"
    words = mail.read_text(encoding="utf-8")
    assert "{{ edition.title" in words
    mail.write_text(words.replace("{{ edition.title", "+ {{ edition.title"), encoding="utf-8")
    environment = templates._environment()
    kept = environment.loader.searchpath
    environment.loader.searchpath = [str(folder)]
    environment.cache.clear()
    try:
        yield
    finally:
        environment.loader.searchpath = kept
        environment.cache.clear()


def assert_set_aside(number: int, reason: str) -> None:
    made = db.session.get_one(Edition, number, populate_existing=True)
    assert made.status is EditionStatus.LATE
    (alarm,) = [each for each in open_alarms() if each.subject == f"edition:{made.key}"]
    assert (alarm.kind, alarm.details) == ("edition_unapproved", {"reason": reason})
    assert newest_manifest(number) is None
    ((entry, _person),) = entries_of(f"edition:{made.key}")
    assert (entry.act, entry.details) == ("void_approval", {"reason": reason})


def test_after_any_change_nothing_reaches_the_relay(
    house: OpenHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(volume: int) -> int:
        return edition([article("data"), article("data")], volume=volume).id

    def carry_out(number: int) -> None:
        carry_out_edition(number, settings=settings(), now=NOW)
        carry_out_edition(number, settings=settings(), now=NOW)
        assert db.session.scalars(select(Delivery)).all() == []

    with Relay() as relay, house(relay) as (_, post):
        with transaction():
            reader()
        for volume, (change, reason) in enumerate(CHANGES.values(), start=101):
            with transaction():
                number = make(volume)
            with transaction():
                change(db.session.get_one(Edition, number))
            carry_out(number)
            assert_set_aside(number, reason.value)
        with transaction():
            number, ruled, good = make(201), make(202), make(203)
        with other_templates(tmp_path / "templates"):
            carry_out(number)
        assert_set_aside(number, "content")
        with monkeypatch.context() as deployed:
            deployed.setattr(content, "AUDIENCE", "editions:2")
            carry_out(ruled)
        assert_set_aside(ruled, "audience")
        post.run(Lane.BULK, seconds=5)
        assert relay.journal.entries == []
        carry_out_edition(good, settings=settings(), now=NOW)
        assert post.run(Lane.BULK, seconds=20).sent == 1


@pytest.mark.parametrize("stand", ["none", "waiting"])
def test_an_edition_that_nobody_approved_does_not_leave(session: Session, stand: str) -> None:
    reader()
    made = planned([article("data")])
    made.status = EditionStatus.SCHEDULED
    if stand == "waiting":
        material.asked(made)
    session.commit()
    carry_out_edition(made.id, settings=settings(), now=NOW)
    assert material.deliveries(MailKind.EDITION) == []
    assert_set_aside(made.id, stand)


def test_a_deploy_that_changes_a_mail_is_heard_within_the_minute(session: Session) -> None:
    made = edition([article("data")], send_at=NOW + DAY)
    waiting = planned([article("data")], send_at=NOW + DAY, number=7)
    asked = material.asked(waiting)
    session.commit()
    assert watch_approvals(settings=settings(), now=NOW) == 0
    assert (made.status, asked.is_waiting) == (EditionStatus.SCHEDULED, True)
    session.execute(update(Magazine).values(name="inOverheid"))
    session.commit()
    assert watch_approvals(settings=settings(), now=NOW) == 2
    assert watch_approvals(settings=settings(), now=NOW) == 0
    assert (made.status, find_open(made.id), find_open(waiting.id)) == (
        EditionStatus.PLANNED, None, None)
    assert [each.subject for each in open_alarms()] == [f"edition:{made.key}"]


def test_an_edition_scheduled_before_approvals_were_asked_is_taken_back(session: Session) -> None:
    made = planned([article("data")], send_at=NOW + DAY)
    made.status = EditionStatus.SCHEDULED
    session.commit()
    assert watch_approvals(settings=settings(), now=NOW) == 1
    assert made.status is EditionStatus.PLANNED
    assert [each.details for each in open_alarms()] == [{"reason": "none"}]


def test_what_the_relay_received_has_the_hash_that_was_approved(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        with transaction():
            db.session.execute(delete(DigestSlot))
            wishes = {}
            for language in Language:
                for form in MailFormat:
                    who = reader()
                    who.language, who.format = language, form
                    wishes[str(who.subscriber.address)] = f"{language.value}:{form.value}"
            made = edition([article("data"), article("leiderschap")])
            number, approval = made.id, find_open(made.id)
            assert approval is not None
            approved = db.session.get_one(Manifest, approval.manifest_id).hash
        carry_out_edition(number, settings=settings(), now=NOW)
        assert post.run(Lane.BULK, seconds=20).sent == 4
        db.session.rollback()
        sent = newest_manifest(number)
        assert sent is not None
        lines = sorted(
            line_of(wishes[entry.rcpt_to], entry.data, sent.id) for entry in relay.journal.entries)
        assert len(lines) == 4
        assert sent.page is not None
        assert hash_of(hash_of("editions:1", *lines), hash_of(json.dumps(
            sent.page, sort_keys=True, separators=(",", ":")))) == sent.hash == approved
        newest = find_newest(number)
        assert newest is not None
        assert (newest.manifest_id, newest.used_at) == (sent.id, NOW)


def test_who_is_owed_a_notice_gets_the_approved_mail_and_the_notice(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        with transaction():
            owed, other = reader(), reader()
            owe_notice("Er is iets veranderd.", "Something changed.", now=NOW, to=select(
                Subscription.subscriber_id).where(
                    Subscription.subscriber_id == owed.subscriber_id))
            address, number = str(owed.subscriber.address), edition([article("data")]).id
            approval = find_open(number)
            assert approval is not None
            manifest = db.session.get_one(Manifest, approval.manifest_id)
            approved = manifest.hash
            frozen = {each.position for each in blocks_of(manifest.id)}
        carry_out_edition(number, settings=settings(), now=NOW)
        assert post.run(Lane.BULK, seconds=20).sent == 2
        db.session.rollback()
        sent = newest_manifest(number)
        assert sent is not None
        assert sent.hash == approved
        added = [each for each in blocks_of(sent.id) if each.position not in frozen]
        assert {each.name.partition(":")[0] for each in added} == {
            "notices", "notice", "notices_end"}
        mails = {entry.rcpt_to == address: entry.data for entry in relay.journal.entries}
        base = {each.selection_key: each for each in db.session.scalars(
            select(Variant).where(Variant.manifest_id == sent.id))}["nl:mail"]
        for kind, positions in (("html", base.html_blocks), ("plain", base.text_blocks)):
            with_notice, without = part_of(mails[True], kind), part_of(mails[False], kind)
            assert b"Er is iets veranderd" in with_notice
            for block in (each for each in added if each.format == kind.replace("plain", "text")):
                assert block.body in with_notice
                with_notice = with_notice.replace(block.body, b"")
            blocks = [each.body for each in sorted(
                blocks_of(sent.id), key=lambda each: each.position)]
            approved_blocks = [blocks[position] for position in positions]
            assert cut_of(with_notice, approved_blocks) == cut_of(without, approved_blocks)
        assert other.subscriber_id != owed.subscriber_id

"""One bad reader, one bad variant or one thing a relay lacks: that fails alone, with its reason."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.catalogue.models import Theme
from newsletter.core import settings
from newsletter.deliveries.alarm import find_open_alarm, open_alarms
from newsletter.deliveries.models import Attempt, Delivery, DeliveryStatus, MailKind, Outcome
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.dkim_rotation import make_keys, retire_key, use_keys
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailer.dkim import ED25519
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import progress
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.sending.single import write_single_mail
from newsletter.subscribers.models import Language, MailFormat, Subscription
from newsletter.transaction import transaction
from tests import material
from tests.emails.strict import Reading
from tests.faults.relay import OK, Entry, Relay
from tests.faults.script import Script

OpenHouse = Callable[..., AbstractContextManager[Any]]
ONE = {"SMTP_CONNECTIONS": "1"}  # one conversation, so that mails come in their order
READERS = 5


def publish(addresses: Mapping[int, str] | None = None, *, in_english: int = 0) -> list[int]:
    """An edition for a few readers, some at these addresses, some in English; their ids."""
    with transaction():
        readers = [material.reader() for _ in range(READERS)]
        for place, address in (addresses or {}).items():
            readers[place].subscriber.address = address
        for each in readers[:in_english]:
            each.language = Language.EN
        ids = [each.subscriber_id for each in readers]
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)
    return ids


def ledger() -> Any:
    """How the only mailing stands."""
    db.session.rollback()
    return progress(db.session.scalars(select(Mailing)).one())


def failed_one() -> tuple[int, Attempt]:
    """The one that failed: whose it is, and its only attempt."""
    delivery = db.session.scalars(
        select(Delivery).where(Delivery.status == DeliveryStatus.FAILED)
    ).one()
    attempt = db.session.scalars(
        select(Attempt).where(Attempt.delivery_id == delivery.id)
    ).one()
    assert delivery.subscriber_id is not None
    return delivery.subscriber_id, attempt


@pytest.mark.parametrize(
    ("absurd", "code"),
    [
        ("jan@-ü.example", "mail"),
        ("jan", "mail"),
        ("jan> SIZE=1@gemeente.example", "mail"),
        ("jan@gemeente.example>\r\nRCPT TO:<all@a.example", "unsafe_header"),
        ("jan\r\nBcc: all@a.example\r\n@gemeente.example", "unsafe_header"),
    ],
)
def test_an_absurd_address_fails_alone_and_calls_a_person(
    house: OpenHouse, absurd: str, code: str
) -> None:
    with Relay() as relay, house(relay, **ONE) as (_, post):
        ids = publish({2: absurd})
        post.run(Lane.BULK, seconds=20)
        assert (ledger().sent, ledger().failures, ledger().open) == (READERS - 1, 1, 0)
        assert ledger().failed == {code: 1}
        whose, attempt = failed_one()
        assert whose == ids[2]
        assert attempt.outcome is Outcome.UNMAKEABLE
        assert [alarm.kind for alarm in open_alarms()] == ["mail_unmakeable"]
    assert len(relay.journal.entries) == READERS - 1


def test_a_variant_that_cannot_be_put_together_fails_alone(house: OpenHouse) -> None:
    with Relay() as relay, house(relay, **ONE) as (_, post):
        publish(in_english=2)
        # A block of the English text is spoiled behind the back of what froze it: a place that
        # nothing fills.
        spoil = "update blocks set body = body || %s where language = 'en' and format = 'text'"
        with psycopg.connect(owner_of(settings().database_owner_url), autocommit=True) as owner:
            assert owner.execute(spoil, [b"\x1fno_such_place\x1f"]).rowcount
        post.run(Lane.BULK, seconds=20)
        assert (ledger().sent, ledger().failed) == (READERS - 2, {"mail": 2})
        assert ledger().closes
        assert {alarm.kind for alarm in open_alarms()} == {"mail_unmakeable"}
    assert {read.fields["content-language"] for read in map(reading, relay.journal.entries)} == {
        "nl"
    }


def reading(entry: Entry) -> Reading:
    """A mail that the relay took, read strictly."""
    return Reading(entry.data)


def owner_of(url: str) -> str:
    """The address of the database for its owner, as psycopg has it."""
    return make_url(url).set(drivername="postgresql").render_as_string(False)


def test_without_smtputf8_one_local_part_fails_with_its_code_and_the_rest_leaves(
    house: OpenHouse,
) -> None:
    with Relay(Script(off=("SMTPUTF8", "8BITMIME"))) as relay, house(relay, **ONE) as (_, post):
        ids = publish({1: "jörg@münster.example", 3: "jan@münster.example"})
        post.run(Lane.BULK, seconds=20)
        assert (ledger().sent, ledger().failed) == (READERS - 1, {"550 5.6.7": 1})
        whose, attempt = failed_one()
        assert whose == ids[1]
        assert (attempt.outcome, attempt.reply_code) == (Outcome.REFUSED, "550 5.6.7")
        assert "jörg" not in (attempt.reply_text or "")
        (alarm,) = open_alarms()
        assert (alarm.kind, alarm.subject.rpartition(":")[2]) == ("mail_untakeable", "550 5.6.7")
    served = [entry.rcpt_to for entry in relay.journal.entries]
    assert "jan@xn--mnster-3ya.example" in served
    assert all(entry.data.isascii() for entry in relay.journal.entries)
    assert all(address.isascii() for address in served)


def test_with_smtputf8_the_same_local_part_is_served_whole(house: OpenHouse) -> None:
    with Relay() as relay, house(relay, **ONE) as (_, post):
        publish({1: "jörg@münster.example"})
        post.run(Lane.BULK, seconds=20)
        assert ledger().sent == READERS
    (raw,) = [each for each in relay.journal.entries if not each.data.isascii()]
    assert raw.rcpt_to == "jörg@xn--mnster-3ya.example"
    read = Reading(raw.data, may_be_utf8=True)
    assert (read.faults, read.fields["to"]) == ([], raw.rcpt_to)


def test_a_relay_with_a_small_size_refuses_what_is_larger_and_takes_the_rest(
    house: OpenHouse,
) -> None:
    with Relay(Script(size=9_000)) as relay, house(relay, **ONE) as (_, post):
        publish()
        with transaction():
            subscriber_id = material.reader().subscriber_id
            db.session.execute(
                update(Subscription).where(Subscription.subscriber_id == subscriber_id)
                .values(format=MailFormat.TEXT))
            queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=subscriber_id),
                         now=material.NOW)
        for lane in (Lane.PROMPT, Lane.BULK):
            post.run(lane, seconds=20, write_single=write_single_mail)
        assert ledger().failed == {"552 5.3.4": READERS}
        assert ledger().closes
        (alarm,) = open_alarms()  # one, and not one for each reader
        assert (alarm.kind, alarm.subject.rpartition(":")[2]) == ("mail_untakeable", "552 5.3.4")
    (taken,) = relay.journal.entries
    assert taken.size < 9_000


# What the tables let through: they refuse a line break in what has to be one line.
HOSTILE = (
    '=?utf-8?q?=0D=0ABcc=3A_all=40a.example?= <script>x</script>\u202e", <x@a.example>, \u2028'
    "{{ 7 * 7 }} " + "é" * 40
)
HOSTILE_TEXT = f"{HOSTILE}\r\n\r\nBcc: all@a.example\r\n.\r\nRSET\r\n"


def test_nothing_that_editors_type_becomes_a_header_or_a_tag(house: OpenHouse) -> None:
    with Relay() as relay, house(relay, **ONE) as (_, post):
        with transaction():
            piece = material.article("data", released_at=material.NOW)
            piece.title = piece.summary = HOSTILE
            piece.authors = [HOSTILE]
            db.session.execute(update(Theme).where(Theme.slug == "data").values(
                name_nl=HOSTILE, name_en=HOSTILE + "2"))
            for each in (material.reader("data"), material.reader("data")):
                queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=each.subscriber_id),
                             now=material.NOW)
            due = material.slot(at=material.NOW).id
            made = material.edition([piece])
            made.subject = made.preheader = made.title = HOSTILE
            made.editorial_md = HOSTILE_TEXT
            material.approved_anew(made)
            edition_id = made.id
        carry_out_edition(edition_id, settings=settings(), now=material.NOW)
        carry_out_slot(due, settings=settings(), now=material.NOW)
        for lane in (Lane.PROMPT, Lane.BULK):
            post.run(lane, seconds=20, write_single=write_single_mail)
    assert len(relay.journal.entries) == 6
    for entry in relay.journal.entries:
        read = reading(entry)
        assert read.faults == []
        assert read.fields["to"] == entry.rcpt_to
        assert "bcc" not in read.fields
        text, html = (part.text for part in read.parts)
        assert "<script" not in html
        assert "{{ 7 * 7 }}" in html
        assert "{{ 7 * 7 }}" in text
    subjects = {reading(entry).said("subject") for entry in relay.journal.entries}
    assert any("=?utf-8?q?=0D=0ABcc" in each for each in subjects)


def test_a_signing_key_that_went_too_early_calls_a_person(
    house: OpenHouse, tmp_path: Path
) -> None:
    keys = tmp_path / "dkim"

    def turn_to_a_new_key() -> str:
        (made,) = make_keys(keys, domain="magazine.example", algorithms=[ED25519], now=clock.now())
        use_keys(keys, [made.selector], sender_domain="magazine.example", now=clock.now())
        return made.selector

    first = turn_to_a_new_key()
    with Relay(answer=lambda _r, times: OK if times > 1 else "451 4.7.1 come back") as relay, house(
        relay, DKIM_KEYS=str(keys), MAIL_FROM="post@magazine.example", **ONE
    ) as (_, post):
        publish()
        post.run(Lane.BULK, seconds=3)
        turn_to_a_new_key()
        retire_key(keys, first, keep_for=timedelta(0), open_mails=0, now=clock.now())
        with transaction():
            db.session.execute(update(Delivery).values(due_at=clock.now() - timedelta(seconds=1)))
        post.run(Lane.BULK, seconds=20)
        assert ledger().sent == READERS
        assert find_open_alarm("dkim_selector_gone", f"selector:{first}") is not None

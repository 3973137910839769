"""Letters of one process in any order: what is kept of a variant never shows in a mail (R04)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.dkim_rotation import make_keys, use_keys
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailer.dkim import ED25519, DkimKey
from newsletter.sending import write
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.clerk import SINGLES_AT_ONCE
from newsletter.sending.single import write_single_mail
from newsletter.subscribers.models import Language
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay

OpenHouse = Callable[..., AbstractContextManager[Any]]
DOMAIN = "magazine.example"


def test_letters_of_variants_and_singles_in_turns_are_the_same_each_time(
    house: OpenHouse, tmp_path: Path
) -> None:
    folder, now = tmp_path / "dkim", clock.now()
    (made,) = make_keys(folder, domain=DOMAIN, algorithms=[ED25519], now=now)
    use_keys(folder, [made.selector], sender_domain=DOMAIN, now=now)
    with (
        Relay() as relay,
        house(relay, DKIM_KEYS=str(folder), MAIL_FROM=f"post@{DOMAIN}") as (_, post),
    ):
        with transaction():
            dutch, english = material.reader(), material.reader()
            english.language = Language.EN
            edition_id = material.edition([material.article("data")]).id
            queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=dutch.subscriber_id),
                         now=material.NOW)
        carry_out_edition(edition_id, settings=settings(), now=material.NOW)
        claimer, writer = post._open_desk().claimer, post._writer
        with transaction():
            owed = claimer.claim(Lane.BULK, limit=9).owed
        with transaction():
            (alone,) = claimer.claim(Lane.PROMPT, limit=9).owed
        writer.read(owed)
        drafts = [writer.draft(each) for each in owed]
        drafts.append(writer.draft_single(alone, write_single_mail))
        assert all(each.own.startswith(b"DKIM-Signature") for each in drafts)
        seen = [[b"".join(each.letter().pieces) for each in order]
                for order in (drafts, drafts, drafts[::-1])]
        assert len(set(seen[0])) == 3
        assert seen[0] == seen[1] == seen[2][::-1]


def test_what_is_short_is_made_with_the_draft_and_no_more_with_the_letter(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many in one go cost less than one between each two mails; and the wires do not wait."""

    def too_late(*_: object, **__: object) -> str:
        raise AssertionError("made with the letter")

    with Relay() as relay, house(relay) as (_, post):
        with transaction():
            material.reader()
            edition_id = material.edition([material.article("data")]).id
        carry_out_edition(edition_id, settings=settings(), now=material.NOW)
        with transaction():
            owed = post._open_desk().claimer.claim(Lane.BULK, limit=9).owed
        post._writer.read(owed)
        (draft,) = [post._writer.draft(each) for each in owed]
        for owner, name in ((write.headers, "of_reader"), (write, "return_path"),
                            (write.Writer, "_tokens"), (DkimKey, "sign")):
            monkeypatch.setattr(owner, name, too_late)
        letter = draft.letter()
        assert letter.rcpt_to == owed[0].address
        assert owed[0].message_id.encode() in b"".join(letter.pieces)


def test_single_mails_are_claimed_so_few_that_the_last_is_fresh_when_it_is_written(
    house: OpenHouse,
) -> None:
    with Relay() as relay, house(relay) as (_, post):
        with transaction():
            reader = material.reader()
            for _each in range(SINGLES_AT_ONCE + 10):
                queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=reader.subscriber_id),
                             now=material.NOW)
        post._appetite.limit = 1000  # as after a fast run of mailings
        assert post.run(Lane.PROMPT, seconds=30, write_single=write_single_mail).sent == (
            SINGLES_AT_ONCE + 10)
        claims = db.session.scalars(
            select(func.count(Delivery.id)).group_by(Delivery.first_claim_id))
        assert sorted(claims) == [10, SINGLES_AT_ONCE]
        assert len(relay.journal.entries) == SINGLES_AT_ONCE + 10

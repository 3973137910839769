"""Eight editions and a new secret key: names that never repeat, and a way out that always opens."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import select

from newsletter import clock
from newsletter.app import create_app
from newsletter.core import settings, signer
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.models import Subscription
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from tests import material
from tests.emails.strict import Reading
from tests.faults.relay import Relay

OpenHouse = Callable[..., AbstractContextManager[Any]]
READERS = 3
OLD_KEY = {"SECRET_KEY": "a first key of nothing elsewhere"}
NEW_KEY = {"SECRET_KEY": "a second key of nothing elsewhere",
           "SECRET_KEY_PREVIOUS": OLD_KEY["SECRET_KEY"]}


def send(post: Any, numbers: range) -> None:
    """These editions of the year, one after the other."""
    for number in numbers:
        with transaction():
            edition_id = material.edition([material.article("data")], number=number).id
        carry_out_edition(edition_id, settings=settings(), now=material.NOW)
        assert post.run(Lane.BULK, seconds=20).sent == READERS


def leaving(data: bytes) -> str:
    """The token with which a mail is left."""
    found = re.fullmatch(r"<https?://[^>]+/afmelden/([\w-]+)>",
                         Reading(data).fields["list-unsubscribe"])
    assert found, data[:500]
    return found[1]


def test_eight_editions_and_a_new_key_later_every_link_still_leaves(house: OpenHouse) -> None:
    with Relay() as relay:
        with house(relay, SMTP_CONNECTIONS="1", **OLD_KEY) as (_, post):
            with transaction():
                ids = {each.subscriber.address: each.subscriber_id
                       for each in (material.reader() for _ in range(READERS))}
            send(post, range(1, 8))
            database = {"DATABASE_URL": settings().database_url,
                        "DATABASE_OWNER_URL": settings().database_owner_url}
        with house(relay, SMTP_CONNECTIONS="1", **database, **NEW_KEY) as (_, post):
            send(post, range(8, 9))
            mails = relay.journal.entries
            assert len(mails) == 8 * READERS
            # One for each reader and each kind of mail, whatever the edition; of each key one.
            links: dict[str, list[str]] = {}
            for mail in mails:
                links.setdefault(mail.rcpt_to, []).append(leaving(mail.data))
            for address, tokens in links.items():
                assert len(set(tokens[:7])) == 1
                assert tokens[7] != tokens[0]
                for token in tokens:
                    opened = signer().open(token, purposes=[Purpose.LEAVE_EDITIONS],
                                           now=clock.now())
                    assert opened.row_id == ids[address]
                    assert address.partition("@")[0] not in token
            # By one click out of the first edition, eight editions later.
            site = create_app({**database, **NEW_KEY, "NEWSLETTER_ENV": "development",
                               "REDIS_URL": settings().redis_url, "STATE": "/nonexistent"})
            first = mails[0]
            with site.test_client() as client:
                gone = client.post(f"/afmelden/{leaving(first.data)}",
                                   data={"List-Unsubscribe": "One-Click"})
                assert gone.status_code == 200
            with site.app_context():
                db.engine.dispose()
            db.session.rollback()
            subscriptions = db.session.scalars(select(Subscription))
            still = {each.subscriber.address for each in subscriptions if each.receives_editions}
            assert still == set(ids) - {first.rcpt_to}


def test_no_name_of_a_mail_is_ever_that_of_another_or_shows_an_address(house: OpenHouse) -> None:
    with Relay() as relay, house(relay, SMTP_CONNECTIONS="1") as (_, post):
        with transaction():
            for _ in range(READERS):
                material.reader()
        send(post, range(1, 4))
        mails = relay.journal.entries
        assert len({mail.message_id for mail in mails}) == len(mails) == 3 * READERS
        assert len({mail.mail_from for mail in mails}) == len(mails)
        for mail in mails:
            local, _, domain = mail.mail_from.partition("@")
            assert domain == settings().bounce_domain
            assert len(local) <= 64  # RFC 5321 §4.5.3.1.1
            assert re.fullmatch(r"[a-z0-9-]+", local)
            # 80 bits in the envelope, 160 in the Message-ID: nobody guesses one from another.
            assert re.fullmatch(r"b\d+-[0-9a-f]{20}", local)
            assert re.fullmatch(r"<[a-z0-9]{32,40}@[\w.-]+>", mail.message_id)
            name = mail.rcpt_to.partition("@")[0]
            assert name not in mail.mail_from
            assert name not in mail.message_id

"""No tracking (P04): nothing in a mail tells one reader from another but what she needs herself."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from selectolax.lexbor import LexborHTMLParser as HTMLParser

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.articles.illustrate import draw_picture, illustrate
from newsletter.articles.models import Article
from newsletter.core import settings, signer
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.sending.invite import invite
from newsletter.sending.single import write_single_mail
from newsletter.subscribers.change_address import ask_change, confirm_change
from newsletter.subscribers.leave import Leaving, leave, open_leave
from newsletter.subscribers.models import Language, MailFormat, Subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from tests.articles.test_resize import picture
from tests.emails.material import html_of, parsed, text_of
from tests.faults.relay import Entry, Relay
from tests.material import article, choices, edition, reader, reminded, sign_up, slot

OpenHouse = Callable[..., AbstractContextManager[Any]]
OWN_HEADERS = (b"To: ", b"Message-ID: ", b"Date: ")
LASTING = (Purpose.MANAGE, Purpose.LEAVE_DIGESTS, Purpose.LEAVE_EDITIONS, Purpose.LEAVE_ALL)


def test_two_readers_mails_differ_only_in_their_headers_and_tokens(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        now = clock.now()
        with transaction():
            ids = [reader("data", at=now - timedelta(days=30)).subscriber_id for _ in range(2)]
            article("data", released_at=now - timedelta(hours=1))
            piece = _illustrated(now)
            due, made = slot(at=now).id, edition([piece], send_at=now).id
            for each in ids:
                queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=each), now=now)
        carry_out_slot(due, settings=settings(), now=now)
        carry_out_edition(made, settings=settings(), now=now)
        for lane in (Lane.PROMPT, Lane.BULK):
            post.run(lane, seconds=30, write_single=write_single_mail)
        pairs: dict[str, list[tuple[int, Entry]]] = {}
        by_address = {_address_of(each): each for each in ids}
        for entry in relay.journal.entries:
            subject = str(entry.message["Subject"])
            pairs.setdefault(subject, []).append((by_address[entry.rcpt_to], entry))
        assert len(pairs) == 3
        assert any("<img" in html_of(entry.data) for entry in relay.journal.entries)
        for (one, hers), (other, his) in pairs.values():
            assert _without_her_own(hers.data, one) == _without_her_own(his.data, other)
            assert hers.data != his.data
            assert hers.mail_from != his.mail_from


def test_the_one_link_that_asks_for_an_answer_is_the_same_in_every_mail_of_a_mailing(
    house: OpenHouse,
) -> None:
    with Relay() as relay, house(relay) as (_, post):
        now = clock.now()
        with transaction():
            for number in range(4):
                each = reader("data", at=now - timedelta(days=30))
                each.language = Language.EN if number % 2 else Language.NL
                each.format = MailFormat.TEXT if number > 1 else MailFormat.MAIL
            article("data", released_at=now - timedelta(hours=1))
            piece = article("data", released_at=now - timedelta(hours=2))
            due, made = slot(at=now), edition([piece], send_at=now)
            keys = {f"edition:{made.key}", due.key}
            slot_id, edition_id = due.id, made.id
        carry_out_slot(slot_id, settings=settings(), now=now)
        carry_out_edition(edition_id, settings=settings(), now=now)
        post.run(Lane.BULK, seconds=30)
        found: dict[str, list[bytes]] = {}
        for entry in relay.journal.entries:
            words = text_of(entry.data)
            if parsed(entry.data).get_body(("html",)):
                words += html_of(entry.data)
            links = re.findall(r'https?://[^\s"<]*/nuttig/[^\s"<]*', words)
            assert links
            found.setdefault(str(parsed(entry.data)["List-Id"]), []).extend(
                link.encode() for link in links)
        # Two mailings, four readers with one text each and two with an HTML part besides.
        assert {len(links) for links in found.values()} == {6}
        site = settings().public_url
        assert {link for links in found.values() for link in links} == {
            f"{site}/nuttig/{key.replace(':', '.')}".encode() for key in keys}
        assert all(len(set(links)) == 1 for links in found.values())


def test_no_mail_of_any_kind_fetches_anything_or_leads_round_about(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        _one_of_each(post)
        entries = relay.journal.entries
        assert len(entries) == len(MailKind) + 1  # who moved is welcomed where she is now
        site = settings().public_url
        for entry in entries:
            html = HTMLParser(html_of(entry.data))
            wanted = "script, iframe, link, object, video, [srcset], [background], :not(img)[src]"
            assert html.css(wanted) == []
            for image in html.css("img"):
                assert re.fullmatch(rf"{site}/beelden/[0-9a-f]{{64}}\.jpg",
                                    str(image.attributes["src"]))
            assert not re.search(r"url\(|@import", html_of(entry.data))
            links = [str(each.attributes["href"]) for each in html.css("a[href]")]
            for link in (*links, *re.findall(r"https?://\S+", text_of(entry.data))):
                # Straight to the page: no counter in between, and nothing about her behind it.
                assert re.fullmatch(rf"{site}/[\w./-]*(\?taal=en)?", link), link


def test_the_link_to_stop_ends_its_kind_in_a_mailing_and_everything_in_a_notice(
    house: OpenHouse,
) -> None:
    with Relay() as relay, house(relay) as (_, post):
        _one_of_each(post)
        ends = {
            (str(entry.message["List-Id"] or "").partition(".")[0],
             open_leave(token, signer=signer(), now=clock.now())[1])
            for entry in relay.journal.entries
            for token in re.findall(r"/afmelden/([\w-]+)", text_of(entry.data))
        }
        assert ends == {("<digests", Leaving.DIGESTS), ("<edities", Leaving.EDITIONS),
                        ("", Leaving.ALL)}


def test_only_who_may_hold_them_gets_links_to_the_choices(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        changed = _one_of_each(post)
        mails = {(e.rcpt_to, str(e.message["Subject"])): e for e in relay.journal.entries}
        old, new = changed
        for (address, subject), entry in mails.items():
            if "adres" in subject:
                assert address in (old, new)
                assert b"/voorkeuren/" not in entry.data
                assert b"/mijn-gegevens/" not in entry.data
                whole = html_of(entry.data) + text_of(entry.data)
                assert (new if address == old else old) not in whole
                assert "…@" in whole


def test_who_left_is_told_so_in_the_mail_with_her_links(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        now = clock.now()
        with transaction():
            gone = reader("data", at=now - timedelta(days=30))
            leave(gone, Leaving.ALL, proof=Proof("preference_page", "/voorkeuren"), now=now)
            queue_single(
                SingleMail(kind=MailKind.MANAGE_LINK, subscriber_id=gone.subscriber_id), now=now
            )
        post.run(Lane.PROMPT, seconds=30, write_single=write_single_mail)
        (entry,) = relay.journal.entries
        for part in (html_of(entry.data), text_of(entry.data)):
            words = " ".join(part.split())
            assert "Je bent nu geen abonnee" in words
            assert "Je bent dan meteen afgemeld" not in words
            assert "/mijn-gegevens/" in words
            assert "/voorkeuren/" in words


def _illustrated(now: datetime) -> Article:
    piece = article("data", released_at=now - timedelta(hours=2))
    drawn = draw_picture(picture(size=(400, 300)), alt="Een balie.")
    illustrate(piece, picture=drawn, alt="Een balie.", revision=None, now=now)
    return piece


def _one_of_each(post: Any) -> tuple[str, str]:
    """Sends one mail of each kind; the old and the new address of who moved."""
    now = clock.now()
    new = "elders@provincie.example"
    with transaction():
        invite(add_account(email="nieuw@redactie.example", name="Nieuw", password=None,
                           roles=[RoleName.EDITOR], now=now), now=now)
        assert reminded(now=now) == 1
        sign_up("nog-niet@gemeente.example", choices("data"), now=now)
        both = reader("data", at=now - timedelta(days=30))
        article("data", released_at=now - timedelta(hours=1))
        piece = _illustrated(now)
        due, made = slot(at=now).id, edition([piece], send_at=now).id
        for kind in (MailKind.ALREADY_SUBSCRIBED, MailKind.WELCOME, MailKind.MANAGE_LINK):
            queue_single(SingleMail(kind=kind, subscriber_id=both.subscriber_id), now=now)
    carry_out_slot(due, settings=settings(), now=now)
    carry_out_edition(made, settings=settings(), now=now)
    with transaction():
        mover = reader("data", at=now - timedelta(days=30))
        old = str(mover.subscriber.address)
        change_id = ask_change(mover, new, signer=signer(), now=now).id
    post.run(Lane.PROMPT, seconds=30, write_single=write_single_mail)
    with transaction():
        token = signer().make(Purpose.CONFIRM_ADDRESS, change_id, issued_at=now)
        confirm_change(token, signer=signer(), now=now)
    for lane in (Lane.PROMPT, Lane.BULK):
        post.run(lane, seconds=30, write_single=write_single_mail)
    return old, new


def _address_of(subscriber_id: int) -> str:
    found = db.session.get(Subscription, subscriber_id)
    assert found is not None
    return str(found.subscriber.address)


def _without_her_own(data: bytes, subscriber_id: int) -> bytes:
    """The message without the headers that must differ, her tokens by their name."""
    head, _, body = data.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.startswith(OWN_HEADERS)]
    rest = b"\r\n".join(kept) + b"\r\n\r\n" + body
    for purpose in LASTING:
        rest = rest.replace(signer().make(purpose, subscriber_id).encode(), purpose.encode())
    return rest


def test_every_notice_says_that_it_is_automatic(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        _one_of_each(post)
        notices = [e for e in relay.journal.entries if parsed(e.data)["List-Id"] is None]
        assert len(notices) == len(MailKind) - 1
        assert {parsed(e.data)["Auto-Submitted"] for e in notices} == {"auto-generated"}

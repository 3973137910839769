"""The desk's first page: what needs a person, for whom, and whether every part works."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import g
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from newsletter.accounts.models import RoleName
from newsletter.articles.add_feed import FeedDraft, add_feed
from newsletter.articles.feed_models import FeedItem, ItemState
from newsletter.core import signer
from newsletter.deliveries.alarm import raise_alarm
from newsletter.deliveries.models import Delivery, DeliveryStatus, MailKind
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.editions.approve import approve
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.models import Edition, EditionItem
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.subscribers.load_import import load_import
from newsletter.subscribers.open_request import open_request
from newsletter.subscribers.request_models import DataRequestKind
from newsletter.subscribers.work_import import work_import
from tests.material import NOW, article, compiled, edition, person, reader, slot
from tests.statements import asked
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.visitor import page


@pytest.fixture(autouse=True)
def _quiet(session: Session) -> None:
    """No edition, slot or alarm but those of the test."""
    session.execute(text("delete from editions"))
    session.execute(delete(DigestSlot))


def today(worker: Worker) -> LexborHTMLParser:
    g.pop("_login_user", None)  # of who asked before, in the context that the whole test is in
    return page(worker.get("/redactie/"))


def lines(worker: Worker) -> list[tuple[str, str, str]]:
    """Each line that asks for attention: its kind, its heading, and where its link leads."""
    found = []
    for line in today(worker).css("section[aria-labelledby=attention] ul.checks > li"):
        link = line.css_first("a")
        found.append((str(line.attributes["class"]), line.css_first("b").text(),
                      str(link.attributes["href"]) if link else ""))
    return found


def planned(number: int = 3, **other: object) -> Edition:
    """An edition that nobody asked an approval for."""
    made = Edition(volume=90, number=number, title="Een editie", subject="Een editie",
                   preheader="Wat erin staat", editorial_md="Dag lezer.",
                   copy_deadline_at=NOW + timedelta(days=5),
                   approval_deadline_at=NOW + timedelta(days=12),
                   send_at=NOW + timedelta(days=20),
                   items=[EditionItem(article=article("data"), position=1)])
    for name, value in other.items():
        setattr(made, name, value)
    db.session.add(made)
    db.session.flush()
    return made


def held(hours: int) -> DigestSlot:
    """A slot whose moment came so many hours ago, and that an editor holds."""
    made = slot(at=NOW - timedelta(hours=hours))
    made.is_held, made.status = True, SlotStatus.HELD
    db.session.flush()
    return made


def test_when_nothing_asks_for_anybody_one_line_says_so(editor: Worker) -> None:
    assert lines(editor) == [("done", "Niets vraagt om aandacht", "")]


def test_the_worst_stands_first_and_what_only_waits_leaves_all_well(
    publisher: Worker, session: Session
) -> None:
    open_request(DataRequestKind.ACCESS, subscriber_id=reader("data").subscriber_id,
                 account_id=publisher.account.id, received_on=NOW.date(), now=NOW)
    assert [kind for kind, _, _ in lines(publisher)] == ["info", "done"]
    held(1)
    raise_alarm("relay_unreachable", "relay", now=NOW)
    session.flush()
    assert [kind for kind, _, _ in lines(publisher)] == ["wrong", "mind", "info"]


def a_held_slot(by: Worker) -> str:
    return f"/redactie/digests/{held(1).id}"


def a_failing_feed(by: Worker) -> str:
    feed = add_feed(FeedDraft(name="Nieuws", address="https://elders.example/feed",
                              every_hours=6), now=NOW, account_id=by.account.id)
    feed.trouble, feed.failing_since = "too_slow", NOW - timedelta(hours=2)
    return f"/redactie/feeds/{feed.id}"


def a_list_of_readers(by: Worker) -> str:
    proof = {"source": "Congres", "given_on": "2026-05-20", "wording": "Ja, mail mij."}
    loaded, _ = load_import(b"e-mail\nanne@gemeente.example\n", proof=proof,
                            account_id=by.account.id, now=NOW)
    while work_import(loaded.id, at_most=9, signer=signer(), now=NOW):
        pass
    return f"/redactie/import/{loaded.id}"


def a_request(by: Worker) -> str:
    open_request(DataRequestKind.ACCESS, subscriber_id=reader("data").subscriber_id,
                 account_id=by.account.id, received_on=NOW.date() - timedelta(days=40), now=NOW)
    return "/redactie/verzoeken"


def a_bare_edition(by: Worker) -> str:
    made = edition([article("data")], send_at=NOW + timedelta(days=20), number=4)
    made.editorial_md = ""
    return f"/redactie/edities/{made.key}"


@pytest.mark.parametrize(("make", "heading", "role"), [
    (a_held_slot, "Weekmail wacht op vrijgave", RoleName.EDITOR),
    (a_failing_feed, "Feed ‘Nieuws’ geeft nu niets bruikbaars", RoleName.EDITOR),
    (a_list_of_readers, "Een lijst met lezers wacht op je oordeel", RoleName.PUBLISHER),
    (a_request, "Eén verzoek van een lezer is te laat", RoleName.PUBLISHER),
    (a_bare_edition, "is ingepland zonder redactioneel", RoleName.EDITOR),
])
def test_what_needs_a_person_leads_who_may_handle_it_to_where_that_is_done(
    make_worker: MakeWorker, session: Session, make: Callable[[Worker], str], heading: str,
    role: RoleName,
) -> None:
    may, below = make_worker(role), make_worker(
        RoleName.CONTRIBUTOR if role is RoleName.EDITOR else RoleName.EDITOR)
    href = make(may)
    session.commit()
    (line,) = [line for line in lines(may) if heading in line[1]]
    assert line[2] == href
    assert may.get(href).status_code == 200
    assert not [line for line in lines(below) if heading in line[1]]


def test_found_pieces_are_counted(editor: Worker, session: Session) -> None:
    feed = add_feed(FeedDraft(name="Nieuws", address="https://elders.example/feed",
                              every_hours=6), now=NOW, account_id=editor.account.id)
    for number in range(2):
        session.add(FeedItem(feed_id=feed.id, key=f"k{number}", title="Stuk", summary="",
                             body_md="", authors=[], state=ItemState.WAITING, found_at=NOW))
    session.flush()
    assert ("info", "2 gevonden stukken wachten op een keuze", "/redactie/feeds/gevonden") in (
        lines(editor))


def test_an_approval_waits_for_another_than_who_asked(
    make_worker: MakeWorker, session: Session
) -> None:
    asker, other = make_worker(RoleName.EDITOR), make_worker(RoleName.PUBLISHER)
    made = planned()
    ask_approval(made, compiled(made), asked_by=asker.account.id, now=NOW)
    session.commit()
    href = f"/redactie/edities/{made.key}"
    assert ("info", "Editie 90·3 wacht op het akkoord van een ander", href) in lines(asker)
    decide = f"{href}/goedkeuring"
    (line,) = [line for line in lines(other) if line[2] == decide]
    assert line[:2] == ("mind", "Let op: Editie 90·3 wacht op een tweede persoon")
    made.copy_deadline_at = made.approval_deadline_at = NOW - timedelta(days=1)
    session.commit()
    assert [line[0] for line in lines(other) if "tweede persoon" in line[1]] == ["wrong"]


def test_an_edition_whose_copy_is_due_says_what_comes_next(
    editor: Worker, session: Session
) -> None:
    def said() -> str:
        found = today(editor).css("section[aria-labelledby=attention] li")
        return "".join(one.text() for one in found if "nog niet ingepland" in one.text())

    made = planned(copy_deadline_at=NOW - timedelta(days=1), title="")
    assert "Eerst moet nog één ding af. Verzending: " in said()
    made.title = "Een editie"
    session.commit()
    assert "Vraag een tweede persoon om akkoord" in said()
    approval = ask_approval(made, compiled(made), asked_by=person().id, now=NOW)
    session.commit()
    assert said() == ""
    approve(made, approval.id, by=person(), now=NOW)
    session.commit()
    assert "Zet het verzendmoment vast" in said()


def test_mails_that_are_unclear_are_counted(editor: Worker, session: Session) -> None:
    for _ in range(2):
        session.add(Delivery(kind=MailKind.WELCOME, lane=Lane.PROMPT, created_at=NOW, due_at=NOW,
                             subscriber_id=reader("data").subscriber_id,
                             status=DeliveryStatus.UNCLEAR))
    session.flush()
    assert "Let op: 2 losse mails zijn onduidelijk" in [heading for _, heading, _ in lines(editor)]


@pytest.mark.parametrize(("copy", "approval", "shown"), [
    (5, 12, [("wait", "over 5 dagen"), ("wait", "over 12 dagen"), ("wait", "over 20 dagen")]),
    (1, 1, [("mind", "morgen"), ("mind", "morgen"), ("wait", "over 20 dagen")]),
    (-1, 0.1, [("wrong", "Let op: één dag te laat"), ("mind", "vandaag"),
               ("wait", "over 20 dagen")]),
    (-3, -0.1, [("wrong", "Let op: 3 dagen te laat"), ("wrong", "Let op: vandaag verstreken"),
                ("wait", "over 20 dagen")]),
])
def test_the_moments_of_the_next_edition_are_met_late_or_come(
    editor: Worker, session: Session, copy: float, approval: float, shown: list[tuple[str, str]]
) -> None:
    made = planned(title="", copy_deadline_at=NOW + timedelta(days=copy),
                   approval_deadline_at=NOW + timedelta(days=approval))
    session.flush()
    found = [(str(one.attributes["class"]), " ".join(one.text().split()))
             for one in today(editor).css(".moments li")]
    assert [kind for kind, _ in found] == [kind for kind, _ in shown]
    for (_, words), (_, end) in zip(found, shown, strict=True):
        assert words.endswith(end), words
    assert "De editie heeft nog geen titel" in today(editor).css_first(".next").text()
    assert made.key == "90-3"


def test_an_edition_that_misses_nothing_has_its_copy_before_anybody_approved(
    editor: Worker, session: Session
) -> None:
    made = planned()
    # However hard it is to read, no link is looked for and no mail is made here.
    made.items[0].article.body_md = "[" * 100_000
    session.flush()
    shown = today(editor).css_first(".next")
    assert [str(one.attributes["class"]) for one in shown.css(".moments li")] == [
        "done", "wait", "wait"]
    assert "alles is er" in shown.text()
    assert shown.css("dl.facts dd")[-1].text() == "niets"


def test_an_edition_that_is_scheduled_has_met_all_its_moments(
    editor: Worker, session: Session
) -> None:
    edition([article("data")], send_at=NOW + timedelta(days=2), number=5)
    found = today(editor).css(".moments li")
    assert [str(one.attributes["class"]) for one in found] == ["done"] * 3
    assert "vertrekt vanzelf, over 2 dagen" in found[2].text()


def test_the_page_asks_the_database_as_little_for_much_as_for_little(
    make_worker: MakeWorker, session: Session
) -> None:
    admin = make_worker(RoleName.ADMIN)
    account_id = admin.account.id

    def number() -> int:
        session.expunge_all()
        g.pop("_login_user", None)
        with asked(session) as statements:
            assert admin.get("/redactie/").status_code == 200
        return len(statements)

    def add(n: int) -> None:
        planned(n, copy_deadline_at=NOW - timedelta(days=1),
                send_at=NOW + timedelta(days=20 + n))
        held(n)
        slot(at=NOW + timedelta(hours=n))
        raise_alarm("mail_unmakeable", f"single:{n}", now=NOW)
        open_request(DataRequestKind.ACCESS, subscriber_id=reader("data").subscriber_id,
                     account_id=account_id, received_on=NOW.date(), now=NOW)
        feed = add_feed(FeedDraft(name="Nieuws", address=f"https://elders.example/{n}",
                                  every_hours=6), now=NOW, account_id=account_id)
        feed.trouble, feed.failing_since = "too_slow", NOW
        session.commit()

    add(1)
    few = number()
    for n in range(2, 7):
        add(n)
    assert number() <= few
    assert few <= 40

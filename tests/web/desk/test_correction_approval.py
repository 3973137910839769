"""The second person and a correction: what she is shown, and what falls before she decides."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.accounts.models import RoleName
from newsletter.articles.models import Article
from newsletter.articles.versions import draft_of
from newsletter.articles.write import edit_article
from newsletter.core import settings
from newsletter.editions.approval_models import Approval, VoidReason
from newsletter.editions.approval_queries import find_newest, find_open
from newsletter.editions.models import EditionStatus
from newsletter.editions.queries import get_edition
from newsletter.mailings.models import Mailing
from newsletter.sending.watch_approvals import watch_approvals
from tests.material import NOW, approved_anew, article, edition
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.desk.correcting import (
    APPROVAL,
    KEY,
    PATH,
    approval_in,
    approve_it,
    paused_half_way,
    save_article,
    weighty,
    words,
    write,
)
from tests.web.visitor import heading, page

TODAY = "/redactie/"
FALLEN = "De goedkeuring van de verbetering van editie 90·8 is vervallen"


@pytest.fixture
def mailing(session: Session, now: None) -> Mailing:
    """Of three readers one has the mail; the rest waits, with a correction that was written."""
    return paused_half_way(session)


def item() -> Article:
    return get_edition("90-8").items[0].article


def ask(editor: Worker) -> None:
    assert write(editor) == 303
    assert editor.post(f"{PATH}/goedkeuring").status_code == 303
    assert find_open(get_edition("90-8").id) is not None


def attention(worker: Worker) -> list[tuple[str, str, str]]:
    """Kind, words and address of each line about the approval of the correction."""
    return [line for line in lines(worker) if "op pauze" not in line[1]]


def lines(worker: Worker) -> list[tuple[str, str, str]]:
    """The same, with the line that the mailing stands still."""
    found = page(worker.get(TODAY)).css("section[aria-labelledby=attention] li")
    return [(str(one.attributes["class"]), " ".join(one.text().split()),
             str(one.css_first("a").attributes["href"]))
            for one in found if "90·8" in one.text()]


def test_the_page_says_what_is_corrected_and_who_gets_which_text(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    ask(editor)
    assert heading(publisher.get(APPROVAL)) == "Goedkeuring van de verbetering"
    said = words(publisher, APPROVAL)
    assert "Een verbetering van editie 90·8" in said
    assert "De verzending staat stil sinds dinsdag 10 november 2026 om 08.00 uur." in said
    facts = page(publisher.get(APPROVAL)).css("section[aria-labelledby=about] dl div")
    assert [" ".join(one.text(separator=" ").split()) for one in facts] == [
        "Kregen de oude tekst al één lezer het bericht volgt in de volgende mail",
        "Krijgen de verbeterde tekst 2 lezers nog zonder mail",
    ]
    assert "De ontvangers van editie 90·8 die de mail nog niet hebben." in said
    assert "Elke abonnee die edities wil" not in said
    assert "Mag de rest deze tekst krijgen?" in said
    assert page(publisher.get(APPROVAL)).css(f'a[href^="{PATH}"]')


def test_the_page_shows_the_differences_with_the_text_that_was_sent(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    approve_it(editor, publisher)
    assert write(editor, subject="Nog beter", revision="1") == 303
    editor.post(f"{PATH}/goedkeuring")
    block = page(publisher.get(APPROVAL)).css_first("section[aria-labelledby=changed]")
    assert block.css_first("h2").text() == "Wat anders is dan in de oude tekst"
    gone = " ".join(one.text() for one in block.css("del"))
    # Not from the correction that was approved and never sent.
    assert "Een editie om te proberen" in gone
    assert "Nu goed" not in gone
    assert "Nog beter" in " ".join(one.text() for one in block.css("ins"))


def test_a_correction_knows_no_deadline_that_has_passed(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    ask(editor)
    edition = get_edition("90-8")
    edition.copy_deadline_at = edition.approval_deadline_at = NOW - timedelta(days=3)
    said = words(publisher, APPROVAL)
    assert "Akkoord vóór" not in said
    assert "Er geldt geen termijn" in said
    ((kind, line, leads_to),) = attention(publisher)
    assert kind == "mind"
    assert "De verbetering van editie 90·8 wacht op een tweede persoon" in line
    assert "Iemand editor vroeg om akkoord op dinsdag 10 november" in line
    assert leads_to == APPROVAL
    ((kind, line, leads_to),) = attention(editor)
    assert (kind, leads_to) == ("info", PATH)
    assert "wacht op het akkoord van een ander" in line
    for worker in (editor, publisher):
        assert "Dat had gemoeten" not in words(worker, TODAY)


def test_the_approval_of_an_edition_keeps_its_own_words(
    publisher: Worker, editor: Worker, mailing: Mailing
) -> None:
    edition([article("data")], send_at=NOW + timedelta(days=7), number=7)
    path = APPROVAL.replace("90-8", "90-7")
    assert heading(publisher.get(path)) == "Goedkeuring"
    assert "Akkoord vóór" in words(publisher, path)
    assert "verbetering" not in words(publisher, path)


def test_of_a_pause_without_a_moment_no_empty_line_is_left(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    ask(editor)
    mailing.paused_at = None
    block = page(publisher.get(APPROVAL)).css_first("section[aria-labelledby=about]")
    assert "Krijgen de verbeterde tekst" in block.text()
    assert all(one.text().strip() for one in block.css("p"))


def test_a_correction_that_was_sent_tells_how_many_got_it(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    approve_it(editor, publisher)
    assert weighty(editor, f"{PATH}/verder") == 303
    said = words(publisher, APPROVAL)
    assert "Deze verbetering is verzonden op dinsdag 10 november 2026 om 08.00 uur." in said
    assert "2 lezers kregen de verbeterde tekst." in said
    block = page(publisher.get(APPROVAL)).css_first("section[aria-labelledby=changed]")
    assert "Een editie om te proberen" in " ".join(one.text() for one in block.css("del"))


def test_an_article_that_changes_at_the_desk_voids_at_once_and_tells_everybody(
    editor: Worker, publisher: Worker, mailing: Mailing, make_worker: MakeWorker
) -> None:
    ask(editor)
    open_one = approval_in(publisher)
    third = make_worker(RoleName.EDITOR)
    save_article(third, item(), summary="Een heel andere samenvatting.")
    assert find_open(get_edition("90-8").id) is None
    why = "de inhoud of de opmaak van de mail, of de pagina van de editie, is daarna veranderd"
    assert f"{FALLEN}: {why}" in words(third, f"/redactie/artikelen/{item().id}")
    for worker in (editor, publisher):
        ((kind, line, leads_to),) = attention(worker)
        assert (kind, leads_to) == ("mind", PATH)
        assert FALLEN in line
    assert "Vervallen: de inhoud" in words(editor, PATH)
    # Who had the page open presses, and is shown what changed.
    assert weighty(publisher, f"{APPROVAL}/akkoord", approval=open_one) == 303
    after = publisher.get(APPROVAL)
    assert "de mail veranderde intussen, en de goedkeuring verviel" in after.text
    shown = page(after).css_first("section[aria-labelledby=since]")
    assert "Een heel andere samenvatting" in " ".join(one.text() for one in shown.css("ins"))
    newest = find_newest(get_edition("90-8").id)
    assert newest is not None
    assert (newest.verdict, newest.void_reason) == (None, VoidReason.CONTENT)
    assert [entry.act for entry, _ in entries_of(KEY)][-1] == "void_approval"


def test_today_tells_what_a_mailing_that_stands_still_waits_for(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    def paused() -> tuple[str, str]:
        (found,) = ((line, leads_to) for _kind, line, leads_to in lines(editor)
                    if "op pauze" in line)
        return found

    line, leads_to = paused()
    assert "De rest vertrekt als je hervat." in line
    assert not leads_to.endswith("/verbetering")
    ask(editor)
    line, leads_to = paused()
    assert "Er staat een verbetering open. De rest wacht daarop." in line
    assert leads_to == PATH
    assert weighty(publisher, f"{APPROVAL}/akkoord", approval=approval_in(publisher)) == 303
    assert "De verbetering is goedgekeurd. De rest vertrekt als je daarmee verdergaat." in (
        paused()[0])


def test_a_change_that_is_in_no_mail_voids_nothing(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    ask(editor)
    save_article(editor, item(), body_md="Alleen op de site.")
    assert approval_in(publisher)
    assert "vervallen" not in words(editor, f"/redactie/artikelen/{item().id}")


def test_an_article_in_two_editions_voids_both_and_takes_back_the_scheduled_one(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    ask(editor)
    other = edition([item()], send_at=NOW + timedelta(days=7), number=7)
    session.commit()
    save_article(editor, item(), title="Een andere titel")
    said = words(editor, f"/redactie/artikelen/{item().id}")
    assert FALLEN in said
    assert "De goedkeuring van editie 90·7 is vervallen" in said
    assert "De editie vertrekt niet meer vanzelf." in said
    assert other.status is EditionStatus.PLANNED
    assert find_open(other.id) is None
    # And it may be asked and scheduled anew.
    approved_anew(other)
    assert find_open(other.id) is not None


def test_a_change_from_elsewhere_voids_a_correction_within_the_minute(
    editor: Worker, publisher: Worker, mailing: Mailing, session: Session
) -> None:
    ask(editor)
    assert watch_approvals(settings=settings(), now=NOW) == 0
    made = item()
    draft = draft_of(made)
    draft = type(draft)(**{**draft.__dict__, "title": "Uit de feed"})
    edit_article(made, draft, revision=None, now=NOW)
    session.commit()
    # Before the clock has come: the page tells that it holds no more, and what changed.
    assert "Wat er sindsdien veranderde" in words(publisher, APPROVAL)
    assert watch_approvals(settings=settings(), now=NOW) == 1
    assert watch_approvals(settings=settings(), now=NOW) == 0
    for worker in (editor, publisher):
        ((_kind, line, _leads_to),) = attention(worker)
        assert FALLEN in line
    assert session.scalar(select(func.count()).where(
        Approval.void_reason == VoidReason.CONTENT)) == 1


def test_another_notice_is_among_what_changed_since_it_was_asked(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    ask(editor)
    assert write(editor, text_nl="De dag klopte niet.", revision="1") == 303
    shown = page(publisher.get(APPROVAL)).css_first("section[aria-labelledby=since]")
    assert "Bericht aan wie de mail al heeft" in shown.text()
    assert "dag" in " ".join(one.text() for one in shown.css("ins"))

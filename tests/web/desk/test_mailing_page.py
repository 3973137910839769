"""Mailings at the desk: progress, the sum that closes, and holding or stopping one."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from newsletter.accounts.audit import record
from newsletter.accounts.audit_queries import entries_of
from newsletter.core import settings
from newsletter.deliveries.alarm import raise_alarm
from newsletter.deliveries.models import Delivery, DeliveryStatus, SwitchName
from newsletter.deliveries.switch import switch
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import get_mailing
from newsletter.sending.brake import Given, brake
from newsletter.sending.carry_out import carry_out_edition
from tests.docs import pages
from tests.material import NOW, article, deliveries, edition, reader
from tests.web.desk.conftest import Worker
from tests.web.visitor import page

KEY = "edition:90-8"
PATH = f"/redactie/verzendingen/{KEY}"


@pytest.fixture
def mailing(session: Session, now: None) -> Mailing:
    """Three readers: one has the mail, one failed, one is still to go."""
    for _ in range(3):
        reader("data")
    made = edition([article("data")])
    carry_out_edition(made.id, settings=settings(), now=NOW)
    first, second, _ = deliveries()
    session.execute(
        update(Delivery).where(Delivery.id == first.id)
        .values(status=DeliveryStatus.SENT, sent_at=NOW, ended_at=NOW)
    )
    session.execute(
        update(Delivery).where(Delivery.id == second.id)
        .values(status=DeliveryStatus.FAILED, reply_code="550 5.1.1", ended_at=NOW)
    )
    session.expire_all()
    return get_mailing(KEY)


def test_the_page_shows_the_sum_and_that_it_closes(editor: Worker, mailing: Mailing) -> None:
    shown = editor.get(PATH).get_data(as_text=True)
    assert "1 verzonden, 1 mislukt, 0 overgeslagen, 1 te gaan, samen 3." in shown
    assert "mailbox bestaat niet (550 5.1.1)" in shown
    assert "De boekhouding klopt" in shown
    assert "Klopt niet" not in shown


def test_a_vanished_row_is_seen(editor: Worker, mailing: Mailing, session: Session) -> None:
    session.execute(text("delete from deliveries where status = 'failed'"))
    shown = editor.get(PATH).get_data(as_text=True)
    assert "De boekhouding klopt niet" in shown
    assert "Klopt niet" in editor.get("/redactie/verzendingen").get_data(as_text=True)


def test_the_moving_part_comes_alone_and_says_whether_it_still_moves(
    editor: Worker, mailing: Mailing
) -> None:
    answer = editor.get(f"{PATH}/stand")
    assert answer.headers["X-Moves"] == "yes"
    assert "<html" not in answer.get_data(as_text=True)
    # The page has a place for each of them, so that one sum stands on it and not two.
    parts = {each.attributes["data-part"] for each in page(answer).css("[data-part]")}
    assert parts == {"now", "ledger"}
    assert {each.attributes["data-part"] for each in page(editor.get(PATH)).css("[data-part]")
            } == parts
    mailing.status = MailingStatus.PAUSED
    assert editor.get(f"{PATH}/stand").headers["X-Moves"] == "no"


def test_an_editor_pauses_and_resumes(editor: Worker, mailing: Mailing) -> None:
    for _ in range(2):
        editor.post(f"{PATH}/pauze")
        assert mailing.status is MailingStatus.PAUSED
    for _ in range(2):
        editor.post(f"{PATH}/hervat")
        assert mailing.status is MailingStatus.SENDING
    acts = [entry.act for entry, _ in entries_of(KEY)]
    assert acts[-4:] == ["pause", "pause", "resume", "resume"]
    assert "Hervat door Iemand editor" in editor.get(PATH).get_data(as_text=True)


def test_a_publisher_stops_the_rest_for_good(publisher: Worker, mailing: Mailing) -> None:
    assert "Eén ontvanger krijgt deze mail dan niet" in publisher.get(f"{PATH}/stop").get_data(
        as_text=True
    )
    publisher.post(f"{PATH}/stop")
    assert mailing.status is MailingStatus.CANCELLED
    shown = publisher.get(PATH).get_data(as_text=True)
    assert "1 verzonden, 1 mislukt, 1 overgeslagen, 0 te gaan, samen 3." in shown
    assert "verzending gestopt" in shown


def test_an_editor_may_hold_a_mailing_and_not_stop_it_for_good(
    editor: Worker, mailing: Mailing
) -> None:
    shown = editor.get(PATH)
    assert page(shown).css(f'form[action^="{PATH}/pauze"]')
    assert not page(shown).css(f'a[href^="{PATH}/stop"]')
    assert editor.post(f"{PATH}/stop").status_code == 403
    assert mailing.status is MailingStatus.SENDING


@pytest.mark.parametrize("act", ["send_now", "run_slot"])
def test_what_an_operator_sent_is_told_in_words(
    editor: Worker, mailing: Mailing, act: str
) -> None:
    record(act, KEY, now=NOW, actor="operator:noor", door="cli")
    shown = editor.get(PATH).get_data(as_text=True)
    assert "Nu verzonden door noor" in shown
    assert act not in shown


def test_a_mailing_that_is_not_there_is_a_friendly_page(editor: Worker) -> None:
    assert editor.get("/redactie/verzendingen/edition:1-1").status_code == 404


def test_today_shows_alarms_and_the_last_mailings(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    raise_alarm("edition_late", "edition:20-8", now=NOW)
    raise_alarm("something_new", "part:unknown", now=NOW)
    shown = editor.get("/redactie/").get_data(as_text=True)
    assert "Editie 20·8 is te laat" in shown
    assert "something_new" in shown
    assert "Editie 90·8" in shown


def test_every_alarm_that_operators_know_has_words_at_the_desk(editor: Worker) -> None:
    kinds = [row[0].strip("`") for row in pages.page("docs/operators.md").table("alarm")]
    for kind in kinds:
        subject = "digest:weekly:2026-11-24T07:00Z" if "digest" in kind else "edition:20-8"
        raise_alarm(kind, subject, now=NOW)
    shown = editor.get("/redactie/").get_data(as_text=True)
    assert "Te laat: Weekmail, di 24 november" in shown
    assert [kind for kind in kinds if kind in shown] == []


def brake_it(mailing: Mailing, session: Session) -> None:
    brake(session, [Given(mailing.id, is_about_sender=True, code="550 5.7.26",
                          said="Unauthenticated <mail>")] * 50, now=NOW)
    session.commit()


def test_a_mailing_that_paused_by_itself_says_why_in_the_words_of_the_relay(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    brake_it(mailing, session)
    for path in (PATH, f"{PATH}/stand"):
        shown = editor.get(path).get_data(as_text=True)
        assert "Deze verzending heeft zichzelf gepauzeerd" in shown
        assert "Bij 50 van de laatste 50 antwoorden" in shown
        assert "550 5.7.26 Unauthenticated &lt;mail&gt;" in shown
    assert "Vanzelf gepauzeerd: wij worden geweigerd" in editor.get(PATH).get_data(as_text=True)
    today = editor.get("/redactie/").get_data(as_text=True)
    assert "Een verzending heeft zichzelf gepauzeerd" in today
    assert PATH in today


def test_resuming_takes_the_reason_and_the_alarm_away(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    brake_it(mailing, session)
    editor.post(f"{PATH}/hervat")
    assert mailing.status is MailingStatus.SENDING
    assert "zichzelf gepauzeerd" not in editor.get(PATH).get_data(as_text=True)
    assert "zichzelf gepauzeerd" not in editor.get("/redactie/").get_data(as_text=True)


def test_an_editors_own_pause_names_no_reason(editor: Worker, mailing: Mailing) -> None:
    editor.post(f"{PATH}/pauze")
    assert "zichzelf gepauzeerd" not in editor.get(PATH).get_data(as_text=True)


@pytest.mark.parametrize(("name", "words"), [
    (SwitchName.SENDING_STOPPED, "De beheerder heeft al het verzenden stilgezet"),
    (SwitchName.SENDING_HELD, "Alles wacht: de database is teruggezet"),
])
def test_the_desk_says_that_nothing_leaves(
    editor: Worker, mailing: Mailing, name: SwitchName, words: str
) -> None:
    for path in ("/redactie/", PATH):
        assert words not in editor.get(path).get_data(as_text=True)
    switch(name, is_on=True, by="operator:noor", now=NOW)
    for path in ("/redactie/", PATH):
        assert words in editor.get(path).get_data(as_text=True)


def test_after_a_restore_the_desk_promises_nothing_that_is_not_so(
    editor: Worker, mailing: Mailing
) -> None:
    switch(SwitchName.SENDING_HELD, is_on=True, by="operator:noor", now=NOW)
    for path in ("/redactie/", PATH):
        shown = editor.get(path).get_data(as_text=True)
        assert "Er vertrekt niets, ook geen bevestiging, tot de beheerder heeft nagegaan" in shown
        assert "niets verloren" not in shown


def test_the_desk_speaks_english_when_asked(editor: Worker, mailing: Mailing) -> None:
    for path in ("/redactie/", "/redactie/artikelen", PATH, "/redactie/jaarplan/2026"):
        assert '<html lang="en"' in editor.get(f"{path}?taal=en").get_data(as_text=True)


def test_the_course_begins_at_the_approval_and_what_came_before_is_folded(
    editor: Worker, session: Session, now: None
) -> None:
    made = edition([article("data")])
    for minute, act in enumerate(("compose", "approve", "compose", "approve", "schedule")):
        record(act, KEY, now=NOW - timedelta(hours=1) + timedelta(minutes=minute),
               account_id=editor.account.id)
    carry_out_edition(made.id, settings=settings(), now=NOW)
    section = page(editor.get(PATH)).css_first("section[aria-labelledby=course]")
    assert "Toon wat eraan voorafging" in section.css_first("summary").text()
    before, after = [[one.text().split(" door ")[0] for one in each.css("h3")]
                     for each in section.css(".timeline")]
    assert before == ["Teksten bewaard", "Goedgekeurd", "Teksten bewaard"]
    assert after[:2] == ["Goedgekeurd", "Ingepland"]
    assert after[2].startswith("Lijst gesloten")

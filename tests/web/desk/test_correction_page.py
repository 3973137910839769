"""A correction at the desk: written by one, approved by another, and who gets what."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.core import settings
from newsletter.editions.approval_queries import find_open
from newsletter.editions.queries import get_edition
from newsletter.mailings.correction_queries import corrections_of, find_open_correction
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.pause import cancel
from tests.material import NOW
from tests.second_factor import code
from tests.statements import asked as statements
from tests.web.desk.conftest import Worker
from tests.web.desk.correcting import (
    APPROVAL,
    KEY,
    MAILING,
    OLD,
    PATH,
    TEXTS,
    approval_in,
    approve_it,
    paused_half_way,
    press,
    weighty,
    which,
    write,
)
from tests.web.visitor import page


@pytest.fixture
def mailing(session: Session, now: None) -> Mailing:
    """Of three readers one has the mail; the rest waits."""
    return paused_half_way(session)


def test_one_writes_another_approves_and_the_rest_gets_the_new_text(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    shown = editor.get(PATH).get_data(as_text=True)
    assert "Begin een verbetering" in shown
    assert page(editor.get(PATH)).css("tbody .number")[0].text() == "2"
    approve_it(editor, publisher)
    assert get_edition("90-8").subject == "Een editie om te proberen"
    assert "Ga verder met de verbeterde tekst" in editor.get(PATH).get_data(as_text=True)
    assert weighty(editor, f"{PATH}/verder") == 303
    (done,) = corrections_of(mailing.id)
    assert (done.moved, done.kept, done.served) == (2, 0, 1)
    assert mailing.status is MailingStatus.SENDING
    assert get_edition("90-8").subject == "Nu goed"
    acts = [entry.act for entry, _ in entries_of(KEY)]
    assert acts[-5:] == ["open_correction", "write_correction", "ask_approval", "approve",
                         "carry_correction"]
    after = editor.get(PATH).get_data(as_text=True)
    assert "De datum klopte niet." in after
    assert "2 lezers" in after
    # What was done stands first, and more can be done.
    assert after.index("Verbeterd</h2>") < after.index("Nog iets verbeteren?")
    assert "Verbeteren kan nu niet" not in after
    assert "Verder met de verbeterde tekst, door Iemand editor" in editor.get(MAILING).get_data(
        as_text=True)


def test_nobody_approves_his_own_words(editor: Worker, mailing: Mailing) -> None:
    write(editor)
    editor.post(f"{PATH}/goedkeuring")
    assert approval_in(editor) == ""
    assert "Een ander moet kijken." in editor.get(APPROVAL).get_data(as_text=True)
    weighty(editor, f"{APPROVAL}/akkoord", approval="1")
    weighty(editor, f"{PATH}/verder")
    assert mailing.status is MailingStatus.PAUSED


def test_a_change_after_the_approval_asks_for_another(
    editor: Worker, publisher: Worker, mailing: Mailing, session: Session
) -> None:
    approve_it(editor, publisher)
    assert write(editor, subject="Toch anders", revision="1") == 303
    assert "Vervallen: het onderwerp is daarna veranderd" in editor.get(PATH).get_data(
        as_text=True)
    weighty(editor, f"{PATH}/verder")
    assert mailing.status is MailingStatus.PAUSED
    editor.post(f"{PATH}/goedkeuring")
    get_edition("90-8").items[0].article.title = "In het archief gewijzigd"
    session.commit()
    assert "Vervallen: de inhoud" in publisher.get(PATH).get_data(as_text=True)


@pytest.mark.parametrize("field", ["text_nl", "text_en"])
def test_the_line_for_who_was_served_is_approved_with_the_mail(
    editor: Worker, publisher: Worker, mailing: Mailing, field: str
) -> None:
    assert write(editor, text_en="The date was wrong.") == 303
    editor.post(f"{PATH}/goedkeuring")
    shown = publisher.get(APPROVAL).get_data(as_text=True)
    assert TEXTS["text_nl"] in shown
    assert "The date was wrong." in shown
    assert weighty(publisher, f"{APPROVAL}/akkoord", approval=approval_in(publisher)) == 303
    # Nothing but the line is written anew, even by who approved it.
    given = {"text_en": "The date was wrong.", field: "Iets heel anders."}
    assert write(publisher, revision="1", **given) == 303
    assert "Vervallen: het bericht aan wie de mail al heeft" in editor.get(PATH).get_data(
        as_text=True)
    weighty(editor, f"{PATH}/verder")
    assert mailing.status is MailingStatus.PAUSED
    editor.post(f"{PATH}/goedkeuring")
    assert "Een ander moet kijken." in publisher.get(APPROVAL).get_data(as_text=True)


def test_a_correction_is_held_to_what_blocks_an_edition(
    editor: Worker, publisher: Worker, mailing: Mailing, session: Session
) -> None:
    item = get_edition("90-8").items[0].article
    assert write(editor, subject="Lees 12·3 nu") == 303
    editor.post(f"{PATH}/goedkeuring")
    assert "Dit moet eerst anders: Hier staat een ander nummer." in editor.get(PATH).get_data(
        as_text=True)
    assert find_open(get_edition("90-8").id) is None
    assert get_edition("90-8").subject == "Een editie om te proberen"
    assert write(editor, revision="1") == 303
    editor.post(f"{PATH}/goedkeuring")
    assert weighty(publisher, f"{APPROVAL}/akkoord", approval=approval_in(publisher)) == 303
    item.body_md = "![](https://x.example/a.png)"  # in no mail, and so in no approval
    session.commit()
    weighty(editor, f"{PATH}/verder")
    assert "Een beeld heeft geen beschrijving" in editor.get(PATH).get_data(as_text=True)
    assert mailing.status is MailingStatus.PAUSED
    assert get_edition("90-8").subject == "Een editie om te proberen"


def test_a_refusal_says_what_must_be_otherwise(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    write(editor)
    editor.post(f"{PATH}/goedkeuring")
    weighty(publisher, f"{APPROVAL}/weiger", approval=approval_in(publisher), note="Noem de dag.")
    assert "Noem de dag." in editor.get(PATH).get_data(as_text=True)
    line = page(editor.get("/redactie/")).css_first("section[aria-labelledby=attention] li.wrong")
    assert "De verbetering van editie 90·8 is niet goedgekeurd" in line.text()
    assert line.css_first("a").attributes["href"] == PATH


def test_what_is_wrong_is_said_at_its_field_and_kept(editor: Worker, mailing: Mailing) -> None:
    editor.post(f"{PATH}/begin")
    answer = editor.post(PATH, **{**TEXTS, "written": which(editor), "text_nl": "",
                                  "revision": "0"})
    assert answer.status_code == 400
    assert page(answer).css_first("#text_nl").attributes["aria-invalid"] == "true"
    assert page(answer).css_first("#subject").attributes["value"] == "Nu goed"


def test_of_two_editors_the_second_sees_both_texts_and_chooses(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    assert write(editor) == 303
    answer = publisher.post(PATH, **{**TEXTS, "written": which(publisher),
                                     "subject": "Van de tweede", "revision": "0"})
    assert answer.status_code == 409
    shown = page(answer)
    assert shown.css_first("#subject").attributes["value"] == "Van de tweede"
    assert shown.css_first('[role="alert"] .compared').text(separator=" ").split()
    assert "iemand anders was je voor" in shown.css_first("#meanwhile").text()
    stands_on = str(shown.css_first('input[name="revision"]').attributes["value"])
    assert write(publisher, subject="Van de tweede", revision=stands_on) == 303
    assert find_open_correction(mailing.id).subject == "Van de tweede"


def go_on_with_the_old(worker: Worker, mailing: Mailing) -> int:
    correction = find_open_correction(mailing.id)
    assert correction is not None
    assert press(worker, OLD) == 303
    return correction.id


def test_a_notice_of_several_lines_becomes_one(editor: Worker, mailing: Mailing) -> None:
    assert write(editor, text_nl="De datum\r\nklopte niet.") == 303
    correction = find_open_correction(mailing.id)
    assert correction is not None
    assert correction.text_nl == "De datum klopte niet."


def test_going_on_with_the_old_text_drops_the_correction(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    approve_it(editor, publisher)
    assert "Ga verder met de oude tekst" in editor.get(MAILING).get_data(as_text=True)
    assert "vervalt, ook als ze is goedgekeurd" in editor.get(OLD).get_data(as_text=True)
    go_on_with_the_old(editor, mailing)
    assert mailing.status is MailingStatus.SENDING
    assert find_open_correction(mailing.id) is None
    assert get_edition("90-8").subject == "Een editie om te proberen"


def test_who_knows_nothing_of_a_correction_does_not_drop_it(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    approve_it(editor, publisher)
    for path, fields in ((f"{MAILING}/hervat", {}), (OLD, {}), (OLD, {"correction": "1000000"})):
        answer = publisher.post(path, second_factor_code=code(), **fields)
        assert answer.location.endswith("/oude-tekst")
        assert mailing.status is MailingStatus.PAUSED
        assert find_open_correction(mailing.id) is not None
    dropped = go_on_with_the_old(publisher, mailing)
    (resumed,) = [entry for entry, _ in entries_of(KEY) if entry.act == "resume"]
    assert resumed.details["correction"] == dropped


@pytest.mark.parametrize("way", ["save", "weg", "oude-tekst", "stop"])
def test_an_approval_that_falls_with_its_correction_is_in_the_trail(
    editor: Worker, publisher: Worker, mailing: Mailing, way: str
) -> None:
    approve_it(editor, publisher)
    if way == "save":
        assert write(editor, subject="Toch anders", revision="1") == 303
    elif way == "oude-tekst":
        go_on_with_the_old(editor, mailing)
    elif way == "stop":
        press(publisher, f"{MAILING}/stop")  # stopping is a publisher's
    else:
        press(editor, PATH, f"{PATH}/weg")
    acts = [entry.act for entry, _ in entries_of(KEY)]
    assert acts.count("void_approval") == 1
    assert "Goedkeuring vervallen, door Iemand" in editor.get(MAILING).get_data(
        as_text=True)


def test_a_correction_that_was_taken_away_leaves_the_mailing_still(
    editor: Worker, mailing: Mailing
) -> None:
    write(editor)
    assert press(editor, PATH, f"{PATH}/weg") == 303
    assert editor.post(f"{PATH}/weg").status_code == 303
    assert mailing.status is MailingStatus.PAUSED
    assert editor.post(PATH, **TEXTS, revision="1").status_code == 409
    assert "Begin een verbetering" in editor.get(PATH).get_data(as_text=True)


def test_too_late_to_correct_offers_a_line_in_the_next_mail(
    editor: Worker, mailing: Mailing
) -> None:
    cancel(mailing.id, now=NOW)
    shown = page(editor.get(PATH))
    assert shown.css(f'a[href^="/redactie/artikelen/{get_edition("90-8").items[0].article_id}"]')
    editor.post(f"{PATH}/begin")
    assert find_open_correction(mailing.id) is None


def test_of_a_mailing_that_is_over_no_mail_is_made_to_compare_with(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    def is_made() -> bool:
        with statements(session) as asked_of_it:
            assert editor.get(PATH).status_code == 200
        # Who makes the mail asks whether a correction of its edition is open.
        return any("WHERE mailings.edition_id =" in one for one in asked_of_it)

    assert is_made()
    cancel(mailing.id, now=NOW)
    assert not is_made()


@pytest.mark.parametrize("way", ["old", "corrected"])
def test_later_than_we_send_a_person_is_asked(
    editor: Worker, publisher: Worker, mailing: Mailing, way: str
) -> None:
    if way == "corrected":
        approve_it(editor, publisher)
    mailing.cutoff_at = NOW - timedelta(hours=settings().lateness_hours, minutes=5)
    if way == "old":
        answer = editor.post(f"{MAILING}/hervat")
        assert answer.location.endswith("/alsnog")
        assert mailing.status is MailingStatus.PAUSED
        assert "uur te laat" in editor.get(f"{MAILING}/alsnog").get_data(as_text=True)
        editor.post(f"{MAILING}/alsnog")
    else:
        assert "Toch versturen" in editor.get(PATH).get_data(as_text=True)
        editor.post(f"{PATH}/verder")
        assert mailing.status is MailingStatus.PAUSED
        editor.post(f"{PATH}/verder", late="yes")
    assert mailing.status is MailingStatus.SENDING

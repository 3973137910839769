"""A correction that was given up: its work is kept, shown, and begun with again."""

import pytest
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.core import settings
from newsletter.editions.compose import Texts
from newsletter.editions.queries import get_edition
from newsletter.editions.write_correction import (
    drop_correction,
    open_correction,
    write_correction,
)
from newsletter.mailings.correction_queries import (
    corrections_of,
    dropped_of,
    find_open_correction,
)
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition
from tests.material import NOW, article, edition, person
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
    words,
    write,
)
from tests.web.visitor import form_of, page

AGAIN = "Begin met de teruggenomen verbetering"


@pytest.fixture
def mailing(session: Session, now: None) -> Mailing:
    """Of three readers one has the mail; the rest waits."""
    return paused_half_way(session)


def drop(worker: Worker) -> None:
    assert press(worker, PATH, f"{PATH}/weg") == 303


def begin_again(worker: Worker) -> int:
    """Press the button that begins with what was given up."""
    field = page(worker.get(PATH)).css_first('input[name="dropped"]')
    return worker.post(f"{PATH}/begin", dropped=str(field.attributes["value"])).status_code


def test_what_was_taken_away_is_shown_and_begun_with_again(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    assert write(editor, text_en="The date was wrong.") == 303
    drop(editor)
    said = words(editor, PATH)
    assert "Begonnen door Iemand editor, en weggehaald op dinsdag 10 november" in said
    assert "De datum klopte niet." in said
    shown = page(editor.get(PATH)).css_first("section[aria-labelledby=dropped]")
    assert "Nu goed" in " ".join(one.text() for one in shown.css("ins"))
    assert AGAIN in said
    assert "Begin een verbetering met de oude tekst" in said
    assert begin_again(editor) == 303
    made = find_open_correction(mailing.id)
    assert made is not None
    assert (made.subject, made.editorial_md, made.text_nl, made.text_en, made.revision) == (
        "Nu goed", "Dag.", "De datum klopte niet.", "The date was wrong.", 0)
    assert entries_of(KEY)[-1][0].details["begun_with"] == dropped_of(mailing.id)[0].id
    # Nothing need be typed twice; it may be asked at once, and who wrote it cannot approve it.
    assert publisher.post(f"{PATH}/goedkeuring").status_code == 303
    assert "Goedkeuring gevraagd" in words(editor, PATH)
    assert approval_in(editor) == ""
    assert "Je hebt zelf aan deze editie gewerkt." in words(editor, APPROVAL)


def test_who_begins_anew_gets_the_text_as_it_was_sent(editor: Worker, mailing: Mailing) -> None:
    write(editor)
    drop(editor)
    editor.post(f"{PATH}/begin")
    made = find_open_correction(mailing.id)
    assert made is not None
    assert (made.subject, made.text_nl) == ("Een editie om te proberen", "")


def test_one_that_nobody_wrote_in_hides_no_earlier_work(editor: Worker, mailing: Mailing) -> None:
    editor.post(f"{PATH}/begin")
    drop(editor)
    assert AGAIN not in words(editor, PATH)
    write(editor)
    drop(editor)
    editor.post(f"{PATH}/begin")
    drop(editor)
    assert AGAIN in words(editor, PATH)
    begin_again(editor)
    drop(editor)
    assert begin_again(editor) == 303
    assert find_open_correction(mailing.id).subject == "Nu goed"  # type: ignore[union-attr]


def test_going_on_with_the_old_text_keeps_the_work_where_it_is_told(
    editor: Worker, publisher: Worker, mailing: Mailing, session: Session
) -> None:
    approve_it(editor, publisher)
    assert "De teksten van de verbetering blijven bewaard" in words(editor, OLD)
    assert press(editor, OLD) == 303
    said = words(editor, MAILING)
    assert "Wat er in de verbetering stond, is bewaard: kijk bij ‘Naar de verbetering’." in said
    assert page(editor.get(MAILING)).css(f'a[href^="{PATH}"]')
    # While it runs it is shown, and offered once it is paused again.
    said = words(editor, PATH)
    assert "Teruggenomen verbetering" in said
    assert "Pauzeer je de verzending, dan kun je hiermee beginnen." in said
    assert AGAIN not in said
    pause(mailing.id, now=NOW)
    session.commit()
    assert begin_again(editor) == 303
    assert find_open_correction(mailing.id).subject == "Nu goed"  # type: ignore[union-attr]


def test_what_was_given_up_before_another_was_sent_is_not_offered(
    editor: Worker, publisher: Worker, mailing: Mailing, session: Session
) -> None:
    write(editor, subject="Een eerste poging")
    drop(editor)
    (dropped,) = dropped_of(mailing.id)
    approve_it(editor, publisher)
    assert weighty(editor, f"{PATH}/verder") == 303
    assert len(corrections_of(mailing.id)) == 1
    pause(mailing.id, now=NOW)
    session.commit()
    assert "Een eerste poging" not in words(editor, PATH)
    editor.post(f"{PATH}/begin", dropped=str(dropped.id))
    assert find_open_correction(mailing.id) is None
    assert "Kijk hieronder hoe het er nu voor staat." in words(editor, PATH)


def test_one_of_another_mailing_or_still_open_is_nothing_to_begin_with(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    write(editor)
    made = find_open_correction(mailing.id)
    assert made is not None
    drop(editor)
    elsewhere, still_open = of_another_mailing(), of_another_mailing(number=6, is_dropped=False)
    session.commit()
    for given in ("", "nonsense", str(made.id + 1_000), str(elsewhere), str(still_open)):
        assert editor.post(f"{PATH}/begin", dropped=given).status_code == 303
        assert find_open_correction(mailing.id) is None
        assert "Met die verbetering kun je niet meer beginnen." in words(editor, PATH)


def of_another_mailing(*, number: int = 7, is_dropped: bool = True) -> int:
    """The id of a correction of another edition, with something written in it."""
    made = edition([article("data")], number=number)
    carry_out_edition(made.id, settings=settings(), now=NOW)
    other = pause(get_mailing(f"edition:{made.key}").id, now=NOW)
    correction = open_correction(made, other, by=person().id, now=NOW)
    write_correction(
        made, correction, Texts("Elders", "Elders", "", ""), text_nl="Van elders.", text_en="",
        revision=0, by=correction.opened_by, now=NOW)
    if is_dropped:
        drop_correction(made, now=NOW)
    return correction.id


def test_each_text_that_was_taken_away_is_shown_and_can_be_begun_with(
    editor: Worker, mailing: Mailing
) -> None:
    write(editor, subject="De eerste", text_nl="Een eerste bericht.")
    drop(editor)
    write(editor, subject="De tweede", text_nl="Een tweede bericht.")
    drop(editor)
    publisher, first = dropped_of(mailing.id)
    # The same texts once more hide nothing, and are no third.
    assert begin_again(editor) == 303
    drop(editor)
    block = page(editor.get(PATH)).css_first("section[aria-labelledby=dropped]")
    said = block.text()
    assert said.index("Een tweede bericht.") < said.index("Een eerste bericht.")
    assert said.count("Een tweede bericht.") == 1
    assert len(block.css('input[name="dropped"]')) == 2
    assert editor.post(f"{PATH}/begin", dropped=str(first.id)).status_code == 303
    made = find_open_correction(mailing.id)
    assert made is not None
    assert (made.subject, made.text_nl) == ("De eerste", "Een eerste bericht.")
    # Of what began with kept texts these are kept again, though nothing was typed.
    drop(editor)
    assert [one.subject for one in dropped_of(mailing.id)] == [
        "De eerste", "De tweede", "De tweede", "De eerste"]
    assert publisher.id in [one.id for one in dropped_of(mailing.id)]


def test_who_begins_with_kept_texts_is_told_that_another_began_meanwhile(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    write(editor)
    drop(editor)
    (kept,) = dropped_of(mailing.id)
    publisher.post(f"{PATH}/begin")
    assert editor.post(f"{PATH}/begin", dropped=str(kept.id)).status_code == 303
    assert "Er is intussen al een verbetering begonnen." in words(editor, PATH)
    made = find_open_correction(mailing.id)
    assert made is not None
    assert (made.text_nl, made.opened_by) == ("", publisher.account.id)
    assert not any("begun_with" in entry.details for entry, _ in entries_of(KEY))


def test_an_old_form_overwrites_no_correction_that_was_begun_since(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    write(editor, text_nl="Wat bewaard werd.")
    drop(editor)
    publisher.post(f"{PATH}/begin")
    old_form = which(publisher)
    drop(publisher)
    assert begin_again(editor) == 303
    made = find_open_correction(mailing.id)
    assert made is not None
    assert made.revision == 0
    typed = {**TEXTS, "text_nl": "Uit een oude bladzijde.", "revision": "0"}
    for written in (old_form, "", "x"):
        answer = publisher.post(PATH, **{**typed, "written": written})
        assert answer.status_code == 409
        assert made.text_nl == "Wat bewaard werd."
    assert "Niet bewaard: iemand anders was je voor" in answer.text
    assert "Uit een oude bladzijde." in answer.text
    # Saving again from that page is a choice.
    fields = {name: str(page(answer).css_first(f'input[name="{name}"]').attributes["value"])
              for name in ("written", "revision")}
    assert publisher.post(PATH, **{**typed, **fields}).status_code == 303
    assert made.text_nl == "Uit een oude bladzijde."


def test_what_was_taken_away_already_is_not_said_or_recorded_twice(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    write(editor)
    form = form_of(publisher.get(PATH), action=f"{PATH}/weg")
    fields = {name: values for name, values in form.fields.items() if name != "csrf_token"}
    assert editor.post(form.action, **fields).status_code == 303
    assert "De verbetering is weg." in words(editor, PATH)
    assert publisher.post(form.action, **fields).status_code == 303
    said = words(publisher, PATH)
    assert "Deze verbetering is intussen verzonden of weggehaald." in said
    assert "De verbetering is weg." not in said
    assert [entry.act for entry, _ in entries_of(KEY)].count("drop_correction") == 1


def test_what_was_typed_for_a_correction_that_is_gone_is_shown_for_copying(
    editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    write(editor)
    typed = {**TEXTS, "written": which(publisher), "revision": "1",
             "text_nl": "Het was <b>donderdag</b>.", "editorial_md": "Lang werk.\n\nMeer."}
    drop(editor)
    answer = publisher.post(PATH, **typed)
    assert answer.status_code == 409
    shown = page(answer)
    assert "Deze verbetering is intussen verzonden of weggehaald." in shown.text()
    assert shown.css_first("#typed-text_nl").attributes["value"] == "Het was <b>donderdag</b>."
    assert shown.css_first("#typed-editorial_md").text().strip() == "Lang werk.\n\nMeer."
    assert shown.css_first("main a.button").attributes["href"] == PATH
    assert "plak het terug" not in shown.text()
    assert find_open_correction(mailing.id) is None


def test_an_article_that_changed_since_the_mail_left_is_told_with_how_to_go_on(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    assert "Er is al iets anders dan in de verzonden mail" not in words(editor, PATH)
    get_edition("90-8").items[0].article.summary = "Zo staat het nu op de site."
    session.commit()
    said = words(editor, PATH)
    assert "Er is al iets anders dan in de verzonden mail" in said
    assert "Hervat je zonder verbetering, dan krijgt de rest de oude tekst." in said
    assert ("Op de eigen pagina van een artikel staat het zo al; op de pagina van de editie en in "
            "de mail die nog vertrekt niet.") in said
    on_its_page, of_edition = (
        editor.get(path).get_data(as_text=True)
        for path in (f"/artikelen/{get_edition('90-8').items[0].article.slug}", "/edities/90-8"))
    assert "Zo staat het nu op de site." in on_its_page
    assert "Zo staat het nu op de site." not in of_edition
    block = page(editor.get(PATH)).css_first("section[aria-labelledby=by-now]")
    assert "Zo staat het nu op de site" in " ".join(one.text() for one in block.css("ins"))
    editor.post(f"{MAILING}/hervat")
    assert mailing.status is MailingStatus.SENDING
    assert "pauzeer dan de verzending en begin een verbetering" in words(editor, PATH)

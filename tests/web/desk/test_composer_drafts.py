"""The composer beside the edition itself: drafts, company, what is typed shown, one reader's."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.articles.models import Article
from newsletter.editions.draft_models import EditionDraft, EditionVisit
from newsletter.editions.keep_draft import base_of, forget_drafts, texts_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.try_links import Tried, keep_tried
from newsletter.editions.visit import forget_visits, visit
from newsletter.fetching.trouble import Trouble
from newsletter.mailings.owe_notice import owe_notice
from newsletter.partners.models import Partner
from newsletter.subscribers.models import Subscriber, SubscriptionStatus
from tests.material import NOW, approved, article, edition, reader
from tests.web.desk.conftest import MakeWorker, RoleName, Worker
from tests.web.desk.test_composer_page import KEY, PATH, TEXTS
from tests.web.visitor import faults, page

WORD = "<p class=MsoNormal>Een <b>vet</b> woord<o:p></o:p></p><script>alert(1)</script>"
TYPED: dict[str, str | list[str]] = {**TEXTS, "title": "Nog niet bewaard", "revision": "0"}


@pytest.fixture
def made(session: Session, now: None) -> Edition:
    made = edition([article("data") for _ in range(2)], send_at=NOW + timedelta(days=7))
    made.status = EditionStatus.PLANNED
    return made


def drafts(session: Session) -> list[tuple[str, int]]:
    session.expire_all()
    return [(one.title, one.account_id) for one in session.scalars(select(EditionDraft))]


def test_what_is_typed_is_kept_for_who_typed_it_and_offered_again(
    editor: Worker, make_worker: MakeWorker, made: Edition, session: Session
) -> None:
    answer = editor.post(f"{PATH}/concept", **TYPED)
    assert answer.status_code == 200
    assert answer.json is not None
    assert "Concept bewaard om 08.00 uur" in answer.json["said"]
    editor.post(f"{PATH}/concept", **TYPED)
    assert drafts(session) == [("Nog niet bewaard", editor.account.id)]
    assert (made.title, made.revision) == ("Een editie", 0)
    assert not entries_of(f"edition:{KEY}")
    assert "tekst die niet bewaard is" in editor.get(PATH).get_data(as_text=True)
    other = make_worker(RoleName.EDITOR)
    assert "Nog niet bewaard" not in other.get(PATH).get_data(as_text=True)
    shown = page(editor.get(f"{PATH}?concept=1"))
    assert shown.css_first("#title").attributes["value"] == "Nog niet bewaard"
    assert shown.css_first("[data-typed]")
    editor.post(f"{PATH}/concept/weg")
    assert drafts(session) == []


def test_a_save_ends_the_draft_and_time_ends_one_that_nobody_comes_back_to(
    editor: Worker, made: Edition, session: Session
) -> None:
    editor.post(f"{PATH}/concept", **TYPED)
    editor.post(PATH, **{**TYPED, "revision": "0"})
    assert drafts(session) == []
    editor.post(f"{PATH}/concept", **{**TYPED, "title": "Weer anders"})
    assert forget_drafts(now=NOW + timedelta(days=29)) == 0
    assert forget_drafts(now=NOW + timedelta(days=31)) == 1


@pytest.mark.parametrize("change", [
    {"title": "x" * 1001}, {"editorial_md": "x" * 100_001},
])
def test_a_draft_far_too_long_is_refused_in_words(
    editor: Worker, made: Edition, session: Session, change: dict[str, str]
) -> None:
    answer = editor.post(f"{PATH}/concept", **{**TYPED, **change})
    assert answer.status_code == 400
    assert answer.json is not None
    assert "Maak" in answer.json["said"]
    assert drafts(session) == []


def test_of_two_savers_the_second_sees_both_versions_and_goes_on_with_either(
    editor: Worker, make_worker: MakeWorker, made: Edition, session: Session
) -> None:
    other = make_worker(RoleName.EDITOR)
    editor.post(PATH, revision="0", **TEXTS)
    mine = {**TEXTS, "title": "Iets heel anders", "revision": "0"}
    answer = other.post(PATH, **mine)
    assert answer.status_code == 409
    shown = page(answer)
    assert [one.text() for one in shown.css(".compared del, .compared ins")]
    assert drafts(session) == [("Iets heel anders", other.account.id)]
    again = {**mine, "revision": str(shown.css_first("#revision").attributes["value"])}
    assert other.post(PATH, **again).status_code == 303
    assert (made.title, drafts(session)) == ("Iets heel anders", [])


def test_a_change_of_order_alone_stands_in_no_writers_way(
    editor: Worker, made: Edition, session: Session
) -> None:
    base = base_of(texts_of(made))
    editor.post(f"{PATH}/volgorde", revision="0", act=f"down:{made.items[0].article_id}")
    assert editor.post(PATH, revision="0", base=base, **TEXTS).status_code == 303
    assert editor.post(PATH, revision="1", base=base, **TEXTS).status_code == 409


def test_who_has_the_edition_open_is_told_for_a_minute(
    editor: Worker, make_worker: MakeWorker, made: Edition, session: Session
) -> None:
    other = make_worker(RoleName.PUBLISHER)
    other.get(PATH)
    words = "Iemand publisher heeft deze editie nu ook open."
    assert words in editor.get(PATH).get_data(as_text=True)
    answer = editor.post(f"{PATH}/aanwezig", revision="0")
    assert answer.json == {"said": words}
    visit(made.id, account_id=other.account.id, now=NOW - timedelta(seconds=61))
    assert editor.post(f"{PATH}/aanwezig", revision="0").json == {"said": ""}
    editor.post(PATH, revision="0", **TEXTS)
    answer = editor.post(f"{PATH}/aanwezig", revision="0")
    assert answer.json is not None
    assert "intussen iets bewaard" in answer.json["said"]
    assert forget_visits(now=NOW + timedelta(days=2)) == 2
    assert session.scalar(select(func.count(EditionVisit.account_id))) == 0


@pytest.mark.parametrize(("view", "seen"), [
    ("computer", "Nog niet bewaard"), ("telefoon", "Nog niet bewaard"),
    ("donker", "Nog niet bewaard"), ("tekst", "NOG NIET BEWAARD"), ("web", "Nog niet bewaard"),
])
def test_what_is_typed_is_shown_in_every_view_and_not_kept(
    editor: Worker, made: Edition, view: str, seen: str
) -> None:
    hostile = {**TYPED, "editorial_md": "<script>alert(1)</script>[x](javascript:y)"}
    for language in ("nl", "en"):
        answer = editor.post(f"{PATH}/voorbeeld?beeld={view}&mail={language}", **hostile)
        assert answer.status_code == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "script-src" not in policy
        assert seen in answer.get_data(as_text=True)
        assert not page(answer).css("script, a[href^=javascript]")
    assert (made.title, made.revision) == ("Een editie", 0)


def test_a_preview_of_what_is_far_too_long_or_too_large_is_a_sentence(
    editor: Worker, made: Edition
) -> None:
    many = {**TYPED, "subject": "een\r\nBcc: x@x.example", "editorial_md": "x y " * 200_000}
    assert editor.post(f"{PATH}/voorbeeld", **many).status_code == 200
    for item in made.items:
        item.article.summary = "lang " * 399
        item.article.title = "é" * 200
    for _ in range(60):
        made.items[0].article.authors = ["é" * 100] * 10
    assert editor.post(f"{PATH}/voorbeeld", **TYPED).status_code == 200


@pytest.mark.parametrize(
    "chosen", ["nl:mail:999", "xx:mail", "nl:mail:1,,2", "nl:mail:" + "9" * 40])
def test_a_selection_that_is_none_shows_the_mail_all_the_same(
    editor: Worker, made: Edition, chosen: str
) -> None:
    assert editor.get(f"{PATH}/voorbeeld?keuze={chosen}").status_code == 200


def test_a_publisher_sees_the_variant_of_one_reader_and_the_trail_says_so(
    publisher: Worker, made: Edition, session: Session
) -> None:
    one = reader("data")
    one.language, one.format = one.language.EN, one.format.TEXT
    notice = owe_notice("Er stond iets fout.", None, now=NOW, to=select(
        Subscriber.id).where(Subscriber.id == one.subscriber_id))
    address = one.subscriber.address or ""
    for who in (address, str(one.subscriber_id)):
        answer = publisher.post(f"{PATH}/als-lezer", **TYPED, who=who)
        assert answer.status_code == 200
        shown = page(answer)
        assert shown.css_first("#title").attributes["value"] == "Nog niet bewaard"
        button = shown.css_first("[formtarget=voorbeeld]").attributes["formaction"] or ""
        assert f"keuze=en:text:{notice.id}" in button
        assert address not in answer.get_data(as_text=True)
        mail = publisher.post(button, **TYPED).get_data(as_text=True)
        assert "Er stond iets fout." in mail
    entries = [entry for entry, _person in entries_of(f"edition:{KEY}")]
    assert [each.act for each in entries] == ["preview_as_reader"] * 2
    assert {each.details["subscriber"] for each in entries} == {one.subscriber_id}
    assert address not in str([each.details for each in entries])
    one.status = SubscriptionStatus.PENDING
    answer = publisher.post(f"{PATH}/als-lezer", **TYPED, who=address)
    assert "nog niet bevestigd" in answer.get_data(as_text=True)


@pytest.mark.parametrize("who", ["", "niemand", "niemand@gemeente.example", "0", "9" * 18, "²"])
def test_a_reader_who_is_not_there_is_said_at_the_field(
    publisher: Worker, made: Edition, who: str
) -> None:
    answer = publisher.post(f"{PATH}/als-lezer", **TYPED, who=who)
    assert answer.status_code == 400
    assert set(faults(answer)) == {"who"}


def test_an_editor_sees_sample_readers_and_no_ones_own(editor: Worker, made: Edition) -> None:
    assert editor.post(f"{PATH}/als-lezer", **TYPED, who="1").status_code == 403
    shown = page(editor.get(f"{PATH}?keuze=en:text"))
    assert shown.css_first("[aria-current=true][href*='en:text']")
    assert not shown.css("#who")


def test_pasted_word_is_kept_as_markdown_and_ten_megabytes_are_refused_at_the_field(
    editor: Worker, made: Edition
) -> None:
    editor.post(PATH, revision="0", **{**TEXTS, "editorial_md": WORD})
    assert made.editorial_md == "Een **vet** woord"
    for huge in ("x" * 10_000_000, "<p>x</p>" * 1_250_000):
        answer = editor.post(PATH, revision="1", **{**TEXTS, "editorial_md": huge})
        assert answer.status_code == 400
        assert set(faults(answer)) == {"editorial_md"}
    assert made.revision == 1


def test_a_link_to_nothing_keeps_the_edition_from_its_moment(
    editor: Worker, made: Edition, session: Session
) -> None:
    made.editorial_md = "Zie [de wet](https://wetten.example/weg)."
    approved(made)
    keep_tried("https://wetten.example/weg", Tried(Trouble.BAD_STATUS, 404), now=NOW)
    assert "Een link leidt nergens heen" in editor.get(PATH).get_data(as_text=True)
    moment = {"day": "17-11-2026", "at": "10.00"}
    assert editor.post(f"{PATH}/verzendmoment", **moment).status_code == 409
    assert made.status is EditionStatus.PLANNED
    # A button asks again, outside the request; until it is tried the link is something to mind.
    assert editor.post(f"{PATH}/links").status_code == 303
    assert "Nog niet alle links zijn nagekeken" in editor.get(PATH).get_data(as_text=True)
    assert editor.post(f"{PATH}/verzendmoment", **moment).status_code == 303


def test_the_script_moves_an_article_and_is_given_the_list_alone(
    editor: Worker, made: Edition
) -> None:
    editor.get(PATH)
    first = made.items[0].article_id
    token = editor.token()
    for place, status in (("2", 200), ("x", 409)):
        answer = editor.client.post(
            f"{PATH}/volgorde", headers={"X-Composer": "1"},
            data={"csrf_token": token, "revision": "0", "act": f"to:{first}", "place": place})
        assert answer.status_code == status
    assert [item.article_id for item in made.items][1] == first
    assert "<html" not in answer.get_data(as_text=True)


def test_the_script_is_told_that_an_approval_fell(editor: Worker, made: Edition) -> None:
    editor.get(PATH)
    token = editor.token()
    answers = [editor.client.post(
        f"{PATH}/volgorde", headers={"X-Composer": "1"},
        data={"csrf_token": token, "revision": str(made.revision),
              "act": f"to:{made.items[0].article_id}", "place": "2"}) for _ in range(2)]
    assert [answer.headers.get("X-Fell") for answer in answers] == ["1", None]
    # Which is something to mind, and no refusal: the order was kept.
    (said,) = page(editor.get(PATH)).css(".above .notice.mind")
    assert "De goedkeuring is vervallen" in said.text()


def test_the_store_is_chosen_from_by_theme_by_partner_and_unused(
    editor: Worker, made: Edition, session: Session
) -> None:
    bond = session.scalars(select(Partner)).first()
    assert bond is not None
    used = made.items[0].article
    named: dict[str, Article] = {"los": article("data"), "bond": article("leiderschap")}
    named["bond"].partner_id = bond.id
    session.commit()

    def offered(query: str) -> set[str]:
        shown = page(editor.get(f"{PATH}/artikelen?{query}"))
        return {one.text().strip() for one in shown.css(".choice label, .choice b")}

    assert used.title in offered("thema=data")
    assert named["bond"].title not in offered("thema=data")
    assert offered(f"partner={bond.slug}") == {named["bond"].title} == offered("partner=*")
    unused = offered("ongebruikt=1")
    assert {named["los"].title, named["bond"].title} <= unused
    assert used.title not in unused

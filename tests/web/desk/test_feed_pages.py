"""Feeds at the desk: added, changed, switched and looked at; and a person judges what they gave."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.articles.add_feed import FeedDraft, add_feed
from newsletter.articles.feed_models import Feed, FeedItem, ItemState
from newsletter.articles.look_at_feed import Seen, claim_look, keep_seen
from newsletter.articles.models import Article
from newsletter.articles.queries import find_by_slug
from newsletter.articles.read_feed import Found
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.watch_feed import watch_feed
from newsletter.extensions import db
from newsletter.fetching.trouble import Trouble
from tests.material import NOW, article
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, page

PATH, FOUND = "/redactie/feeds", "/redactie/feeds/gevonden"
TYPED = {"name": "Bond", "address": "https://bond.example/feed", "every_hours": "6",
         "language": "nl"}


def feed(*, name: str = "Bond") -> Feed:
    return add_feed(FeedDraft(name, f"https://{name.lower()}.example/feed", 6), now=NOW,
                    account_id=None)


def found(number: int = 1, *, title: str = "Leiders in gesprek", **more: str) -> Found:
    return Found(key=f"{number:064}", address=more.get("address", f"https://b.example/{number}"),
                 title=title, summary=more.get("summary", "Over leiderschap en data."),
                 body_md=more.get("body", "Een **vet** woord."), authors=("Noor",),
                 published_on=NOW.date())


def give(made: Feed, *pieces: Found, trouble: Trouble | None = None, detail: str = "") -> None:
    """What a look sees, kept as a worker keeps it."""
    made.due_at = NOW - timedelta(hours=3)
    db.session.flush()
    look = claim_look(made.id, now=NOW - timedelta(hours=2))
    assert look is not None
    keep_seen(look, Seen(list(pieces), trouble=trouble, detail=detail),
              now=NOW - timedelta(hours=2))
    db.session.flush()


def items(session: Session) -> list[FeedItem]:
    return list(session.scalars(select(FeedItem).order_by(FeedItem.id)
                                .execution_options(populate_existing=True)))


def acts(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


def test_a_feed_is_added_shown_and_recorded(editor: Worker, session: Session) -> None:
    assert editor.post(PATH, **TYPED).status_code == 303
    made = session.scalars(select(Feed)).one()
    assert (made.name, made.every_hours, made.added_by) == ("Bond", 6, editor.account.id)
    assert "Wordt bekeken" in editor.get(PATH).get_data(as_text=True)
    assert acts(session)[-1] == "add_feed"


@pytest.mark.parametrize(("typed", "field"), [
    ({"name": ""}, "name"), ({"address": ""}, "address"), ({"address": "file:///etc/passwd"},
    "address"), ({"address": "bond.example"}, "address"), ({"every_hours": "0"}, "every_hours"),
    ({"every_hours": "x" * 99}, "every_hours"), ({"language": "xx"}, "language"),
    ({"name": "a\0b"}, "name"),
])
def test_a_fault_stands_at_its_field_and_what_was_typed_stays(
    editor: Worker, session: Session, typed: dict[str, str], field: str
) -> None:
    answer = editor.post(PATH, **{**TYPED, **typed})
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    if field != "name":
        assert page(answer).css_first("#name").attributes["value"] == "Bond"
    assert session.scalars(select(Feed)).all() == []


def test_a_feed_without_an_address_is_asked_for_one_that_it_can_have(editor: Worker) -> None:
    answer = editor.post(PATH, **TYPED | {"address": ""})
    assert faults(answer)["address"] == "Fout: Vul een heel adres in, dat begint met https://."


def test_the_same_address_twice_is_refused(editor: Worker, session: Session) -> None:
    editor.post(PATH, **TYPED)
    answer = editor.post(PATH, **TYPED)
    assert faults(answer)["address"].endswith("Deze feed staat er al.")


def test_what_failed_and_since_when_is_told(editor: Worker, session: Session) -> None:
    made = feed()
    give(made, trouble=Trouble.BAD_STATUS, detail="404")
    for path in (PATH, f"{PATH}/{made.id}"):
        text = editor.get(path).get_data(as_text=True)
        assert "Lukt niet" in text
        assert "code 404. De feed staat daar niet meer." in text
        assert "06.00" in text
    watch_feed(made.id, failing_since=NOW - timedelta(days=2), now=NOW)
    home = editor.get("/redactie/")
    assert page(home).css_first(f'a[href="{PATH}/{made.id}"]') is not None


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_has_words(editor: Worker, session: Session, trouble: Trouble) -> None:
    made = feed()
    give(made, trouble=trouble, detail="<b>500</b>")
    answer = editor.get(f"{PATH}/{made.id}")
    assert answer.status_code == 200
    assert not page(answer).css("#state ~ p b")


def test_a_feed_is_changed_looked_at_and_switched(editor: Worker, session: Session) -> None:
    made = feed()
    give(made, trouble=Trouble.TOO_SLOW)
    watch_feed(made.id, failing_since=NOW - timedelta(days=2), now=NOW)
    path = f"{PATH}/{made.id}"
    assert made.due_at > NOW
    assert editor.post(f"{path}/kijk").status_code == 303
    session.refresh(made)
    assert made.due_at <= NOW
    assert editor.post(f"{path}/zet/uit").status_code == 303
    session.refresh(made)
    assert made.off_at is not None
    assert open_alarms() == []
    assert "Staat uit" in editor.get(PATH).get_data(as_text=True)
    editor.post(f"{path}/kijk")
    assert "Zet hem eerst aan" in editor.get(path).get_data(as_text=True)
    editor.post(f"{path}/zet/aan")
    editor.post(path, **{**TYPED, "name": "Nieuw", "address": "https://nieuw.example/"})
    session.refresh(made)
    assert (made.off_at, made.name, made.trouble) == (None, "Nieuw", None)
    assert editor.post(path, **{**TYPED, "name": ""}).status_code == 400
    assert acts(session)[-4:] == ["look_at_feed", "switch_feed", "switch_feed", "change_feed"]
    assert editor.post(f"{path}/zet/dwars").status_code == 404


def test_what_was_found_is_shown_with_themes_and_why(editor: Worker, session: Session) -> None:
    article("data").title = "Leiders in gesprekken"
    give(feed(), found(title="Leiders in gesprek", summary="<script>alert(1)</script> leiderschap"))
    answer = editor.get(FOUND)
    shown, text = page(answer), answer.get_data(as_text=True)
    assert "Leiderschap (om: leiderschap)" in text
    assert "Lijkt op iets wat er al is" in text
    assert not shown.css("main section script")
    ticked = [one.attributes["value"] for one in shown.css("input[type=checkbox][checked]")]
    assert ticked == ["leiderschap"]
    assert shown.css_first('a[href="https://b.example/1"]') is not None


def test_what_is_taken_over_is_a_draft(editor: Worker, session: Session) -> None:
    give(feed(), found(), found(2, title="Twee"))
    one, _two = items(session)
    answer = editor.post(f"{FOUND}/{one.id}", act="accept",
                         **{f"stuk-{one.id}-theme_ids": ["leiderschap", "data"]})
    assert answer.status_code == 303
    made = find_by_slug("leiders-in-gesprek")
    assert made is not None
    assert (made.released_at, made.canonical_url) == (None, "https://b.example/1")
    assert {theme.slug for theme in made.themes} == {"leiderschap", "data"}
    assert [item.state for item in items(session)] == [ItemState.ACCEPTED, ItemState.WAITING]
    assert acts(session)[-1] == "accept_feed_item"
    again = editor.post(f"{FOUND}/{one.id}", act="accept",
                        **{f"stuk-{one.id}-theme_ids": ["data"]})
    assert again.status_code == 303
    assert "al overgenomen" in editor.get(FOUND).get_data(as_text=True)
    assert len(session.scalars(select(Article).where(Article.title == made.title)).all()) == 1


@pytest.mark.parametrize("slugs", [[], ["data", "leiderschap", "ai", "x"], ["nergens"]])
def test_without_one_to_three_themes_nothing_is_taken_over(
    editor: Worker, session: Session, slugs: list[str]
) -> None:
    give(feed(), found())
    (one,) = items(session)
    if len(slugs) > 3:
        slugs = [str(each.attributes["value"])
                 for each in page(editor.get(FOUND)).css("input[type=checkbox]")]
    answer = editor.post(f"{FOUND}/{one.id}", act="accept", **{f"stuk-{one.id}-theme_ids": slugs})
    assert answer.status_code == 400
    assert set(faults(answer)) == {f"stuk-{one.id}-theme_ids"}
    assert len(page(answer).css("input[type=checkbox][checked]")) == len(
        [each for each in slugs if each != "nergens"])
    assert items(session)[0].state is ItemState.WAITING


def test_what_is_put_aside_can_still_be_taken_over(editor: Worker, session: Session) -> None:
    give(feed(), found())
    (one,) = items(session)
    assert editor.post(f"{FOUND}/{one.id}", act="aside").status_code == 303
    assert "Er wacht niets." in editor.get(FOUND).get_data(as_text=True)
    aside = f"{FOUND}?stand=weggelegd"
    assert "Leiders in gesprek" in editor.get(aside).get_data(as_text=True)
    answer = editor.post(f"{FOUND}/{one.id}?stand=weggelegd", act="accept",
                         **{f"stuk-{one.id}-theme_ids": ["data"]})
    assert answer.headers["Location"] == aside
    assert items(session)[0].state is ItemState.ACCEPTED


def test_many_pieces_come_in_pages(editor: Worker, session: Session) -> None:
    give(feed(), *(found(number, title=f"Stuk nummer {number}") for number in range(45)))
    seen: list[str] = []
    path: str | None = FOUND
    while path:
        shown = page(editor.get(path))
        seen += [node.text() for node in shown.css("main section h2")]
        path = next((str(a.attributes["href"]) for a in shown.css("nav a")
                     if a.text() == "Verder"), None)
    assert sorted(seen) == sorted(f"Stuk nummer {number}" for number in range(45))
    for typed in ("x", "-1", "9" * 40, "²"):
        assert editor.get(f"{FOUND}?na={typed}").status_code == 200


def test_more_feeds_cost_no_more_queries(editor: Worker, session: Session) -> None:
    counts = []
    for names in (("Een",), tuple(f"Nummer{number}" for number in range(12))):
        for name in names:
            made = feed(name=name)
            give(made, found(made.id, address=f"https://b.example/{name}"))
        session.commit()
        asked: list[str] = []

        def note(*said: object, into: list[str] = asked) -> None:
            into.append(str(said[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        assert editor.get(PATH).status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("path", [f"{PATH}/999999", f"{PATH}/99999999999999999999"])
def test_what_is_not_there_is_not_found(editor: Worker, path: str) -> None:
    assert editor.get(path).status_code == 404


def test_only_editors_work_with_feeds(contributor: Worker) -> None:
    assert contributor.get(PATH).status_code == 403
    assert contributor.post(f"{FOUND}/1", act="aside").status_code == 403


def test_a_link_that_leads_elsewhere_than_its_feed_says_where(
    editor: Worker, session: Session
) -> None:
    give(feed(), found(1, title="Van elders", address="https://goed.example/stuk"),
         found(2, title="Van hier", address="https://www.bond.example/stuk"),
         found(3, title="Zonder link", address=""))
    told = {node.css_first("h2").text(): "goed.example" in node.text()
            for node in page(editor.get(FOUND)).css("main section")}
    assert told == {"Van elders": True, "Van hier": False, "Zonder link": False}

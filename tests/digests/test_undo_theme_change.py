"""A change of themes that is undone: everyone follows what she followed before, nothing is lost."""


import pytest
from sqlalchemy import delete, select, update

from newsletter.articles.models import Article
from newsletter.catalogue.queries import find_theme
from newsletter.digests.draw_theme import ThemeDraft
from newsletter.digests.models import DigestSlot
from newsletter.digests.rename_theme import rename_theme
from newsletter.digests.retire_theme import retire_theme
from newsletter.digests.theme_models import ThemeChange
from newsletter.digests.undo_theme_change import undo_theme_change
from newsletter.errors import NotFound, WrongState
from newsletter.extensions import db
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import Cadence, ChosenTheme
from newsletter.subscribers.record_consent import Proof
from tests.digests.theme_hands import (
    DAY,
    HOUR,
    PERIOD,
    WEEK,
    follows,
    given,
    merge,
    run,
    split,
    theme,
    told,
)
from tests.material import NOW, article, choices, reader


@pytest.fixture(autouse=True)
def _nothing_else(session: object) -> None:
    db.session.execute(delete(DigestSlot))
    db.session.execute(update(Article).values(released_at=None))


def test_who_drops_the_heir_drops_the_old_theme_and_nobody_else() -> None:
    who, stays = reader("data", "innovatie"), reader("data", "innovatie")
    run(NOW)
    merge("data", "leiderschap")
    change_choices(who, choices("innovatie"), source_page="/voorkeuren", now=NOW + 2 * DAY)
    change_choices(stays, choices("leiderschap"), source_page="/voorkeuren", now=NOW + 2 * DAY)
    held = select(ChosenTheme.theme_id).where(ChosenTheme.subscriber_id == who.subscriber_id)
    assert set(db.session.scalars(held)) == {theme("innovatie").id}
    undo_theme_change(db.session.scalars(select(ThemeChange.id)).one(), now=NOW + 3 * DAY)
    assert follows(who) == {"innovatie"}
    assert follows(stays) == {"data"}


def test_undoing_a_merge_gives_everyone_back_what_she_followed() -> None:
    readers = [reader("data"), reader("data", "leiderschap"), reader("leiderschap"),
               reader("innovatie")]
    had = [follows(each) for each in readers]
    run(NOW)
    draft = article("data", released_at=None)
    change = merge("data", "leiderschap")
    undo_theme_change(change.id, now=NOW + 2 * DAY)
    assert [follows(each) for each in readers] == had
    assert [each.slug for each in draft.themes] == ["data"]
    article(*("data", "leiderschap", "innovatie"), released_at=NOW + 3 * DAY)
    run(NOW + WEEK)
    # Nobody heard of it yet, so nobody needs to hear that it is over.
    assert [told(each, NOW + WEEK) for each in readers] == [[], [], [], []]


def test_who_heard_of_a_merge_hears_of_its_undoing() -> None:
    who, late = reader("data"), reader("data", cadence=Cadence.MONTHLY)
    change = merge("data", "leiderschap", at=NOW - HOUR)
    article("leiderschap", released_at=NOW - HOUR / 2)
    run(NOW)
    assert len(told(who, NOW)) == 1
    undo_theme_change(change.id, now=NOW + DAY)
    article("data", released_at=NOW + 2 * DAY)
    run(NOW + WEEK)
    run(NOW + WEEK, cadence=Cadence.MONTHLY)
    [words] = told(who, NOW + WEEK)
    assert words.startswith("Het thema Data is weer een eigen thema, los van Leiderschap.")
    assert told(late, NOW + WEEK) == []


def test_what_appeared_under_the_heir_comes_to_its_old_readers_after_an_undo() -> None:
    draft = article("data", released_at=NOW + 2 * DAY)
    who = reader("data")
    run(NOW)
    change = merge("data", "leiderschap")
    undo_theme_change(change.id, now=NOW + 3 * DAY)
    run(NOW + WEEK)
    assert given(who, NOW + WEEK) == {draft.id}


def test_undoing_a_split_loses_nothing_that_appeared_in_a_part() -> None:
    who, drops = reader("data"), reader("data")
    run(NOW)
    change = split("data")
    newcomer = reader("registers", at=NOW + DAY + HOUR)
    change_choices(drops, choices("statistiek"), source_page="/voorkeuren",
                   now=NOW + DAY + HOUR)
    new = article("registers", released_at=NOW + 2 * DAY)
    undo_theme_change(change.id, now=NOW + 3 * DAY)
    later = article("data", released_at=NOW + 4 * DAY)
    assert follows(who) == follows(drops) == follows(newcomer) == {"data"}
    run(NOW + WEEK)
    assert given(who, NOW + WEEK) == given(newcomer, NOW + WEEK) == {new.id, later.id}
    assert given(drops, NOW + WEEK) == {later.id}
    assert told(who, NOW + WEEK) == []
    assert told(newcomer, NOW + WEEK) == [
        "Het thema Data is terug, in plaats van Registers en Statistiek."]


def test_a_renamed_theme_keeps_its_readers_and_its_old_address() -> None:
    who = reader("data")
    draft = ThemeDraft("Gegevens", "Data", "Over gegevens.", "About data.")
    change = rename_theme(theme("data").id, draft, now=NOW - HOUR, undo_for=PERIOD)
    assert find_theme("data") is find_theme("gegevens")
    article("gegevens")
    run(NOW)
    assert told(who, NOW) == ["Het thema Data heet voortaan Gegevens."]
    undo_theme_change(change.id, now=NOW + DAY)
    assert theme("gegevens").slug == "data"
    article("data", released_at=NOW + 2 * DAY)
    run(NOW + WEEK)
    assert told(who, NOW + WEEK) == ["Het thema Gegevens heet voortaan Data."]


def test_a_theme_that_comes_back_has_its_readers_and_articles_again() -> None:
    who = reader("data")
    draft = article("data", released_at=None)
    change = retire_theme(theme("data").id, now=NOW, undo_for=PERIOD)
    assert follows(who) == set()
    undo_theme_change(change.id, now=NOW + DAY)
    assert follows(who) == {"data"}
    assert [each.slug for each in draft.themes] == ["data"]


def test_a_change_is_undone_once_in_its_time_and_the_newest_first() -> None:
    first = merge("data", "leiderschap")
    second = merge("leiderschap", "innovatie", at=NOW + 2 * DAY)
    with pytest.raises(WrongState, match="changed_since"):
        undo_theme_change(first.id, now=NOW + 3 * DAY)
    undo_theme_change(second.id, now=NOW + 3 * DAY)
    with pytest.raises(WrongState, match="undone"):
        undo_theme_change(second.id, now=NOW + 3 * DAY)
    with pytest.raises(WrongState, match="too_late"):
        undo_theme_change(first.id, now=NOW + DAY + PERIOD + HOUR)
    undo_theme_change(first.id, now=NOW + DAY + PERIOD)
    with pytest.raises(NotFound):
        undo_theme_change(10**9, now=NOW)


def test_an_article_keeps_a_theme_that_it_had_before_the_merge() -> None:
    both = article("data", "leiderschap", released_at=NOW + 5 * DAY)
    who = reader("leiderschap")
    run(NOW)
    change = merge("data", "leiderschap")
    undo_theme_change(change.id, now=NOW + 2 * DAY)
    db.session.expire_all()
    assert {each.slug for each in both.themes} == {"data", "leiderschap"}
    run(NOW + WEEK)
    assert given(who, NOW + WEEK) == {both.id}


def test_leaving_the_editions_drops_no_theme_that_may_come_back() -> None:
    who = reader("data")
    run(NOW)
    waits = article("data", released_at=NOW + HOUR)
    change = retire_theme(theme("data").id, now=NOW + DAY, undo_for=PERIOD)
    leave(who, Leaving.EDITIONS, proof=Proof("one_click_post", "/afmelden"), now=NOW + DAY + HOUR)
    undo_theme_change(change.id, now=NOW + 2 * DAY)
    assert follows(who) == {"data"}
    run(NOW + WEEK)
    assert given(who, NOW + WEEK) == {waits.id}


def test_a_split_that_was_undone_can_be_done_again() -> None:
    undo_theme_change(split("data").id, now=NOW + 2 * DAY)
    split("data", at=NOW + 3 * DAY)
    assert theme("registers-2").retired_at is None


def test_other_words_in_english_leave_the_address_alone() -> None:
    had = theme("data")
    had.slug = "data-oud"
    draft = ThemeDraft("Data", "Figures", had.sentence_nl, had.sentence_en)
    change = rename_theme(had.id, draft, now=NOW, undo_for=PERIOD)
    assert had.slug == "data-oud"
    undo_theme_change(change.id, now=NOW + HOUR)
    assert (had.slug, had.name_en) == ("data-oud", "Data")

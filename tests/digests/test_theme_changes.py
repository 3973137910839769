"""Themes that are merged, split, renamed and retired: nobody loses one, nobody is flooded."""


import pytest
from sqlalchemy import delete, select, update

from newsletter.articles.models import Article
from newsletter.catalogue.queries import standing_under, themes
from newsletter.digests.draw_theme import ThemeDraft
from newsletter.digests.merge_theme import merge_theme
from newsletter.digests.models import DigestSlot
from newsletter.digests.plan_theme_change import plan_merge
from newsletter.digests.rename_theme import rename_theme
from newsletter.digests.retire_theme import retire_theme
from newsletter.digests.split_theme import split_theme
from newsletter.errors import BadInput, NotFound
from newsletter.extensions import db
from newsletter.subscribers.ask import ask_signup
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import Cadence, Language, Subscriber, Subscription
from newsletter.subscribers.wordings import current_wording
from tests.digests.theme_hands import (
    DAY,
    HOUR,
    PARTS,
    PERIOD,
    WEEK,
    follows,
    given,
    merge,
    run,
    split,
    theme,
    told,
    variant,
)
from tests.material import NOW, article, choices, reader, take


@pytest.fixture(autouse=True)
def _nothing_else(session: object) -> None:
    db.session.execute(delete(DigestSlot))
    db.session.execute(update(Article).values(released_at=None))


def test_who_followed_a_merged_theme_follows_the_other_and_is_told_in_her_next_mail() -> None:
    who, both, other, third = (
        reader("data"), reader("data", "leiderschap"), reader("leiderschap"), reader("innovatie"))
    run(NOW)
    merge("data", "leiderschap")
    new = article("leiderschap", "innovatie", released_at=NOW + 2 * DAY)
    run(NOW + WEEK)
    for each in (who, both, other):
        assert follows(each) == {"leiderschap"}
        assert given(each, NOW + WEEK) == {new.id}
    for each in (who, both):
        assert told(each, NOW + WEEK) == [
            "Het thema Data is opgegaan in Leiderschap. Wie Data volgde, volgt nu Leiderschap."]
    assert [words.split(".")[1].strip() for words in told(other, NOW + WEEK)] == [
        "Onder Leiderschap lees je voortaan ook daarover"]
    assert told(third, NOW + WEEK) == []


def test_a_merge_brings_nobody_what_was_old_and_loses_nothing_that_was_due() -> None:
    who, other = reader("data"), reader("leiderschap")
    hers, others = article("data"), article("leiderschap")
    run(NOW)
    assert given(who, NOW) == {hers.id}
    waits = article("data", released_at=NOW + HOUR)
    not_hers = article("leiderschap", released_at=NOW + HOUR)
    merge("data", "leiderschap")
    new = article("leiderschap", released_at=NOW + 2 * DAY)
    run(NOW + WEEK)
    assert given(who, NOW + WEEK) == {waits.id, new.id}
    assert given(other, NOW + WEEK) == {not_hers.id, new.id}
    assert others.id not in given(who, NOW + WEEK)


def test_a_reader_who_is_reckoned_anew_after_a_merge_gets_nothing_old_either() -> None:
    who = reader("data")
    article("leiderschap")
    run(NOW)
    merge("data", "leiderschap")
    change_choices(who, choices("leiderschap", cadence=Cadence.MONTHLY), source_page="/voorkeuren",
                   now=NOW + 2 * DAY)
    new = article("leiderschap", released_at=NOW + 3 * DAY)
    run(NOW + WEEK, cadence=Cadence.MONTHLY)
    assert given(who, NOW + WEEK) == {new.id}


def test_what_a_merged_theme_owes_stands_under_the_name_of_the_other() -> None:
    who = reader("data")
    article("data")
    merge("data", "leiderschap", at=NOW - HOUR)
    run(NOW)
    found = variant(who, NOW)
    assert found is not None
    assert "leiderschap" in found.why.lower()
    assert "data" not in found.why.lower()


def test_an_article_that_is_still_to_come_goes_with_the_theme() -> None:
    draft = article("data", released_at=None)
    scheduled = article("data", "innovatie", released_at=NOW + 2 * DAY)
    who, other = reader("data"), reader("leiderschap")
    run(NOW)
    merge("data", "leiderschap")
    db.session.expire_all()
    assert [each.slug for each in draft.themes] == ["leiderschap"]
    assert {each.slug for each in scheduled.themes} == {"leiderschap", "innovatie"}
    run(NOW + WEEK)
    assert given(who, NOW + WEEK) == given(other, NOW + WEEK) == {scheduled.id}


def test_a_split_theme_goes_on_in_all_its_parts() -> None:
    who, other = reader("data"), reader("leiderschap")
    waits = article("data", released_at=NOW + HOUR)
    run(NOW)
    split("data", present=["leiderschap"])
    assert follows(who) == {"registers", "statistiek", "leiderschap"}
    new = article("statistiek", released_at=NOW + 2 * DAY)
    third = article("leiderschap", released_at=NOW + 2 * DAY)
    run(NOW + WEEK)
    assert given(who, NOW + WEEK) == {waits.id, new.id, third.id}
    assert told(who, NOW + WEEK) == [
        ("Het thema Data is gesplitst in Registers, Statistiek en Leiderschap. "
         "Wie Data volgde, volgt ze nu allemaal.")]
    assert told(other, NOW + WEEK) == [
        "Een deel van het thema Data valt voortaan onder Leiderschap."]


def test_new_themes_stand_where_the_old_one_stood() -> None:
    before = [each.slug for each in themes()]
    split("data")
    place = before.index("data")
    assert [each.slug for each in themes()] == [
        *before[:place], "registers", "statistiek", *before[place + 1:]]


def test_only_another_sentence_is_no_news_for_readers() -> None:
    reader("data")
    had = theme("data")
    draft = ThemeDraft(had.name_nl, had.name_en, "Anders gezegd.", "Said differently.")
    assert rename_theme(had.id, draft, now=NOW, undo_for=PERIOD).notice_ids == []


def test_a_retired_theme_still_brings_what_was_due_by_it_and_then_no_more() -> None:
    who = reader("data", "innovatie")
    run(NOW)
    waits = article("data", released_at=NOW + HOUR)
    draft = article("data", "innovatie", released_at=NOW + 2 * DAY)
    retire_theme(theme("data").id, now=NOW + DAY, undo_for=PERIOD)
    run(NOW + WEEK)
    assert given(who, NOW + WEEK) == {waits.id, draft.id}
    assert told(who, NOW + WEEK) == [
        "Het thema Data is gestopt. Je krijgt er geen nieuwe artikelen meer over."]
    assert [each.slug for each in draft.themes] == ["innovatie"]


def test_a_page_shows_what_was_merged_into_its_theme() -> None:
    merge("data", "leiderschap")
    merge("leiderschap", "innovatie", at=NOW + 2 * DAY)
    assert set(standing_under(theme("innovatie"))) == {
        theme("data").id, theme("leiderschap").id, theme("innovatie").id}
    assert theme("data").shown is theme("innovatie")


@pytest.mark.parametrize(("into", "reason"), [("data", "itself"), (None, "unknown")])
def test_a_theme_cannot_go_on_in_itself_or_in_none(into: str | None, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        merge_theme(theme("data").id, theme(into).id if into else 10**9, now=NOW,
                    undo_for=PERIOD)
    assert (refused.value.field, refused.value.reason) == ("into", reason)


def test_a_theme_that_is_gone_cannot_be_changed_again() -> None:
    merge("data", "leiderschap")
    for act in (lambda: merge("data", "innovatie"), lambda: split("data"),
                lambda: retire_theme(theme("data").id, now=NOW, undo_for=PERIOD)):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(BadInput):
        merge("innovatie", "data")


@pytest.mark.parametrize(("words", "reason"), [
    ("", "empty"), ("x" * 61, "too_long"), ("a\nBcc: b", "control_character"),
    ("Leiderschap", "taken"),
])
def test_the_words_of_a_new_theme_are_checked_at_their_field(words: str, reason: str) -> None:
    bad = ThemeDraft(words, "Name", "Zin.", "Sentence.")
    with pytest.raises(BadInput) as refused:
        split_theme(theme("data").id, new=(PARTS[0], bad), present=(), now=NOW, undo_for=PERIOD)
    assert (refused.value.field, refused.value.reason) == ("new_2_name_nl", reason)


def test_a_sign_up_that_waits_while_its_theme_is_merged_follows_the_other() -> None:
    ask_signup(address="wacht@gemeente.example", choices=choices("data"), details=Details(),
               source_page="/aanmelden", wording_id=current_wording(Language.NL).id, now=NOW)
    merge("data", "leiderschap", at=NOW + HOUR)
    assert take(now=NOW + 2 * HOUR) == 1
    found = db.session.scalars(
        select(Subscription).join(Subscriber)
        .where(Subscriber.address == "wacht@gemeente.example")).one()
    assert follows(found) == {"leiderschap"}


def test_a_plan_counts_what_was_merged_into_a_theme() -> None:
    article("data")
    article("leiderschap")
    merge("data", "leiderschap", at=NOW)
    plan = plan_merge(theme("innovatie"), theme("leiderschap"), now=NOW + DAY)
    assert plan.after[0].articles == plan.after_all == 2

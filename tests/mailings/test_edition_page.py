"""What the page of an edition shows is kept with its mail, and covered by its hash."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.catalogue.models import Theme
from newsletter.core import settings
from newsletter.editions.approval_models import VoidReason
from newsletter.editions.approval_queries import find_open
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.content import content_of
from newsletter.editions.models import EditionStatus
from newsletter.editions.void_changed import changed_since, void_changed
from newsletter.mailings.contents import EditionContent, Section, ThemeMark
from newsletter.mailings.edition_page import hash_of_page, page_of, read_page
from newsletter.mailings.freeze import freeze
from newsletter.mailings.queries import find_page
from newsletter.mailings.thaw import thaw
from newsletter.sending.watch_approvals import watch_approvals
from tests.emails.material import digests, selection
from tests.emails.material import edition as compile_content
from tests.emails.pieces import EDITION, LEADERSHIP
from tests.material import NOW, article, asked, compiled, edition, person, planned

MARK = ThemeMark(7, "leiderschap", "leiderschap", "Leiderschap", "Leadership")


def marked(mark: ThemeMark) -> EditionContent:
    """An edition of one article, with that mark of its theme."""
    return replace(EDITION, sections=(Section(None, (replace(LEADERSHIP, themes=(mark,)),)),))


@pytest.mark.parametrize(
    "other", [replace(MARK, sign="innovatie"), replace(MARK, slug="leiding"), replace(MARK, id=8)],
    ids=["sign", "slug", "id"])
def test_the_hash_differs_when_only_what_the_page_shows_differs(other: ThemeMark) -> None:
    one, two = compile_content(marked(MARK)), compile_content(marked(other))
    assert [each.hash for each in one.variants] == [each.hash for each in two.variants]
    assert one.mail_hash == two.mail_hash
    assert one.hash != two.hash
    assert one.hash == compile_content(marked(MARK)).hash


def test_the_hash_of_a_page_covers_the_month_and_leaves_out_the_pictures_that_it_lacks() -> None:
    plain = replace(EDITION, sections=(Section(None, (replace(LEADERSHIP, picture=None),)),))
    with_picture = replace(EDITION, sections=(Section(None, (LEADERSHIP,)),))
    assert LEADERSHIP.picture is not None
    assert page_of(with_picture) == page_of(plain)
    next_day, next_month = (
        replace(plain, appears_on=plain.appears_on + timedelta(days=days)) for days in (1, 31))
    assert page_of(next_day) == page_of(plain)
    assert hash_of_page(page_of(next_month)) != hash_of_page(page_of(plain))


def test_a_page_that_was_kept_with_more_or_with_less_than_now_is_read() -> None:
    kept = page_of(marked(MARK))
    known = read_page(kept)
    (article,) = kept["sections"][0]["articles"]
    article["picture"] = {"name": "a.jpg", "width": 1, "height": 1, "alt": "", "colour": "red"}
    article["themes"][0]["colour"] = "red"
    assert read_page(kept) == known
    kept.pop("month", None)
    assert read_page(kept) == replace(known, month=None)


def test_a_digest_has_no_page_and_its_hash_is_that_of_its_mails() -> None:
    manifest = digests(selection("one"))
    assert manifest.page is None
    assert manifest.hash == manifest.mail_hash


def test_a_page_that_was_kept_is_read_as_it_was_and_has_its_hash(session: Session) -> None:
    content = content_of(planned([article("data"), article("innovatie")]))
    picture = LEADERSHIP.picture
    first, *others = content.sections[0].items
    content = replace(content, sections=(
        Section(None, (replace(first, picture=picture, page=3),)), Section("Ook", tuple(others))))
    manifest = freeze(replace(compile_content(), page=page_of(content)), now=NOW)
    session.commit()
    session.expire_all()
    page = find_page(manifest.id)
    assert page is not None
    assert (page.title, page.editorial_md) == (content.title, content.editorial_md)
    assert page.month == content.appears_on.replace(day=1)
    without_picture = replace(first, picture=None, page=3)
    assert page.sections == (
        Section(None, (without_picture,)), Section("Ook", tuple(others)))
    kept = thaw(manifest.id).page
    assert kept is not None
    assert hash_of_page(kept) == hash_of_page(page_of(content))
    turned = json.loads(json.dumps(dict(reversed(kept.items()))))
    assert hash_of_page(turned) == hash_of_page(kept)
    assert read_page(turned) == page


def test_an_approval_falls_when_only_the_page_would_be_another(session: Session) -> None:
    made = planned([article("data")])
    given = asked(made)
    before = compiled(made)
    session.execute(update(Theme).where(Theme.slug == "data").values(sign="innovatie"))
    session.expire_all()
    assert compiled(made).mail_hash == before.mail_hash
    assert changed_since(made, given, compiled(made)) is VoidReason.CONTENT
    assert void_changed(made, compiled(made), now=NOW) is VoidReason.CONTENT
    assert find_open(made.id) is None


def test_an_approval_of_before_pages_were_frozen_holds_while_the_mail_is_the_same(
    session: Session,
) -> None:
    made = planned([article("data")])
    now = compiled(made)
    given = ask_approval(made, replace(now, page=None, hash=now.mail_hash),
                         asked_by=person().id, now=NOW)
    assert changed_since(made, given, now) is None
    session.execute(update(Theme).where(Theme.slug == "data").values(sign="innovatie"))
    session.expire_all()
    assert changed_since(made, given, compiled(made)) is None
    made.subject = "Anders"
    assert changed_since(made, given, compiled(made)) is VoidReason.SUBJECT


def test_a_page_that_changes_before_it_leaves_is_heard_within_the_minute(
    session: Session,
) -> None:
    made = edition([article("data")])
    session.commit()
    session.execute(update(Theme).where(Theme.slug == "data").values(sign="innovatie"))
    session.commit()
    assert watch_approvals(settings=settings(), now=NOW) == 1
    assert made.status is not EditionStatus.SCHEDULED

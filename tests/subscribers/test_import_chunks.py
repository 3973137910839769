"""A chunk of an import: few statements, and themes as they stand when its turn comes."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from newsletter.catalogue.queries import find_theme
from newsletter.core import signer
from newsletter.digests.merge_theme import merge_theme
from newsletter.extensions import db
from newsletter.subscribers.import_models import ImportRow, Verdict
from newsletter.subscribers.load_import import carry_out_import
from newsletter.subscribers.queries import consents_of, find_by_address
from newsletter.subscribers.verify_consents import verify_chain_of
from newsletter.subscribers.work_import import work_import
from tests.material import NOW
from tests.subscribers.test_import import NEW, carried_out, judged, load, work

pytestmark = pytest.mark.usefixtures("session")


@pytest.mark.parametrize("carry_out", [False, True], ids=["judging", "carrying out"])
def test_a_chunk_takes_as_many_statements_for_forty_rows_as_for_two(carry_out: bool) -> None:
    def statements(count: int) -> list[str]:
        found = load("mail;thema;ritme\n" + "".join(
            f"k{count}n{number}@x.example;data;week\n" for number in range(count)))
        if carry_out:
            work(found)
            carry_out_import(found, account_id=found.loaded_by, now=NOW)
        said: list[str] = []

        def note(*given: Any) -> None:
            said.append(given[2])

        connection = db.session.connection()
        event.listen(connection, "before_cursor_execute", note)
        assert work_import(found.id, at_most=count, signer=signer(), now=NOW)
        event.remove(connection, "before_cursor_execute", note)
        return [each.split("(")[0] for each in said]

    carried_out("mail\neerst@x.example\n")  # the text of consent is known then
    assert statements(40) == statements(2)


@pytest.mark.parametrize("when", ["before the first look", "between the looks"])
def test_a_theme_that_was_merged_goes_on_in_its_heir_and_the_row_says_so(when: str) -> None:
    old, heir = (find_theme(slug) for slug in ("data", "leiderschap"))
    assert old is not None
    assert heir is not None
    content = f"mail;thema;ritme\n{NEW};Data;week\n"
    found = load(content)
    if when == "between the looks":
        work(found)
    merge_theme(old.id, heir.id, now=NOW, undo_for=timedelta(days=1))
    work(found)
    carry_out_import(found, account_id=found.loaded_by, now=NOW)
    work(found)
    row = db.session.get(ImportRow, (found.id, 2), populate_existing=True)
    assert row is not None
    assert (row.verdict, row.detail) == (Verdict.TAKEN, "themes:inherited")
    one = find_by_address(NEW)
    assert one is not None
    assert [each.theme_id for each in one.themes] == [heir.id]
    ((entry, _wording),) = consents_of(one.subscriber_id)
    assert entry.choices["themes"] == ["leiderschap"]
    assert entry.choices["import"]["past_themes"] == ["data"]
    assert verify_chain_of(one.subscriber_id) is None


def test_a_theme_that_ended_in_none_is_named_as_the_reason() -> None:
    old = find_theme("data")
    assert old is not None
    old.retired_at = NOW
    assert judged(f"mail;thema;ritme\n{NEW};data;week\n") == [(Verdict.BAD_CELL, "themes:ended")]

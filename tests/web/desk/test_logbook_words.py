"""The log in words: every act that is recorded anywhere, what it was done to, and what is kept."""

import ast
from collections.abc import Iterator
from pathlib import Path

import newsletter
from newsletter.accounts.audit import record
from newsletter.web.desk.act_names import ACTS
from newsletter.web.desk.theme_acts import DEEDS
from tests.material import NOW
from tests.web.desk.conftest import Worker
from tests.web.visitor import page

# Those whose act is worked out elsewhere: of a table, or of a word that is passed along.
FIRST_WORD = {"record", "recorded", "_record", "_noting", "_let_go", "_record_refused_code",
              "refuse"}


def acts_recorded() -> Iterator[str]:
    """Each act that stands in the code as the first word of a call that records."""
    for path in Path(newsletter.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
            if name in FIRST_WORD:
                yield from (each.value for each in ast.walk(call.args[0])
                            if isinstance(each, ast.Constant) and isinstance(each.value, str))


def test_every_act_that_is_recorded_has_words() -> None:
    found = {*acts_recorded(), *(deed.name for deed in DEEDS.values())}
    assert {"compose", "mailing_started", "erase_reader", "send_late", "retire_dkim_key"} <= found
    assert found - ACTS.keys() == set()


def test_an_entry_is_told_in_words_and_kept_as_it_is_beside_them(publisher: Worker) -> None:
    record("schedule", "edition:20-8", now=NOW, account_id=publisher.account.id,
           send_at="2026-11-24T09:00:00+00:00", manifest="ab" * 32, is_late=False,
           before={"copy": None}, articles=[3, 4])
    row = page(publisher.get("/redactie/logboek?wat=schedule")).css_first("tbody tr")
    assert row.css_first('td[data-l="Waarop"]').text() == "Editie 20·8"
    details = row.css_first('td[data-l="Bijzonderheden"]')
    raw = details.css_first("details").text()
    told = details.text().removesuffix(raw)
    assert "moment: di 24 november 2026, 10.00" in told
    assert f"kenmerk: {'ab' * 8}" in told
    assert "ab" * 9 not in told
    assert "artikelen: 3, 4" in told
    assert "edition:20-8" in raw
    assert "2026-11-24T09:00:00+00:00" in raw


def test_a_subject_is_named_or_shown_as_it_is_kept(publisher: Worker) -> None:
    for subject in ("account:3", "digest:weekly:2026-11-24T07:00Z", "article:new", "database"):
        record("compose", subject, now=NOW, account_id=publisher.account.id)
    shown = page(publisher.get("/redactie/logboek?wat=compose")).css('td[data-l="Waarop"]')
    assert [each.text() for each in shown] == [
        "database", "article:new", "Weekmail, di 24 november 2026, 08.00", "Account 3"]

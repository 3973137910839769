"""Being forgotten: the page says what happens, the button does it, and a restore does it again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from newsletter.core import settings, signer
from newsletter.deliveries.suppress import SuppressionReason, find_reason, suppress
from newsletter.erasures import Erasure, read_erasures
from newsletter.extensions import db
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import EndReason, Subscription
from newsletter.subscribers.record_consent import Proof
from tests.material import NOW, reader
from tests.web import visitor
from tests.web.reader.life import choices_of, data_of, everything, rich_life

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def erased_ids(
    app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The file outside the database."""
    path = tmp_path / "elsewhere" / "erased.ids"
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), erased_ids=path))
    return path


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader with a past."""
    subscription = rich_life(session).subscription
    subscription.subscriber.address = "xantippe.onvindbaar@waterschap-onvindbaar.example"
    subscription.subscriber.identity = subscription.subscriber.address
    subscription.subscriber.mailbox = "xantippeonvindbaar@waterschap-onvindbaar.example"
    subscription.subscriber.name = "Xantippe Onvindbaar"
    session.commit()
    return subscription


@pytest.fixture
def commits() -> Iterator[list[int]]:
    """How many lines the file had at each commit of the database."""
    seen: list[int] = []

    def note(_: object) -> None:
        seen.append(len(list(read_erasures(settings().erased_ids))))

    event.listen(db.session, "before_commit", note)
    yield seen
    event.remove(db.session, "before_commit", note)


def press(client: FlaskClient, subscription: Subscription, **filled: str) -> str:
    """Press the last button; the address of the page that comes of it."""
    where = f"{data_of(subscription)}/wissen"
    answer = visitor.post(client, visitor.form_of(client.get(where), action=where), **filled)
    assert answer.status_code == 303
    return str(answer.location)


def test_the_page_says_what_goes_and_what_remains_and_ticks_nothing(
    client: FlaskClient, anne: Subscription
) -> None:
    page = visitor.page(client.get(f"{data_of(anne)}/wissen"))
    words = page.css_first("main").text()
    assert "Je e-mailadres, je naam, je organisatie en je sector." in words
    assert "vernietigen we meteen" in words
    assert "reservekopie" in words
    assert "checked" not in page.css_first("#never_again").attributes


@pytest.mark.parametrize(("months", "words"), [(1, "Nog 1 maand"), (24, "Nog 24 maanden")])
def test_the_page_says_until_when_the_proof_can_be_tied_to_her(
    client: FlaskClient, app: Flask, anne: Subscription, monkeypatch: pytest.MonkeyPatch,
    months: int, words: str,
) -> None:
    monkeypatch.setitem(
        app.config, "SETTINGS", replace(settings(), consent_proof_months=months))
    shown = client.get(f"{data_of(anne)}/wissen").get_data(as_text=True)
    assert words in shown
    assert "vernietigen we meteen" not in shown


def test_after_the_button_no_table_holds_a_word_of_hers(
    client: FlaskClient, session: Session, anne: Subscription, erased_ids: Path
) -> None:
    assert "onvindbaar" in str(everything(session)).lower()
    done = press(client, anne)
    page = client.get(done)
    assert visitor.heading(page) == "Je gegevens zijn gewist"
    assert "/mijn-gegevens/gewist" in done
    held = str(everything(session)).lower()
    assert "onvindbaar" not in held
    assert "xantippe" not in held
    assert "anne@thuis" not in held
    session.refresh(anne)
    assert anne.ended_reason is EndReason.ERASED
    for gone in (choices_of(anne), data_of(anne)):
        assert client.get(gone).status_code == 410
    assert erased_ids.read_text().count("\n") == 1


def test_the_number_is_in_the_file_before_the_database_forgets(
    client: FlaskClient, anne: Subscription, erased_ids: Path, commits: list[int]
) -> None:
    press(client, anne)
    assert commits == [1]
    assert list(read_erasures(erased_ids)) == [Erasure(anne.subscriber_id, NOW)]
    assert "@" not in erased_ids.read_text()
    assert erased_ids.stat().st_mode & 0o077 == 0


def test_when_the_file_cannot_be_written_nothing_is_erased(
    client: FlaskClient, session: Session, anne: Subscription, erased_ids: Path
) -> None:
    erased_ids.parent.write_text("a file where a folder should be")
    before = everything(session)
    where = f"{data_of(anne)}/wissen"
    answer = visitor.post(client, visitor.form_of(client.get(where), action=where))
    assert answer.status_code == 503
    assert everything(session) == before


def test_pressed_twice_it_is_still_done_and_says_so(
    client: FlaskClient, session: Session, anne: Subscription, erased_ids: Path
) -> None:
    where = f"{data_of(anne)}/wissen"
    form = visitor.form_of(client.get(where), action=where)
    visitor.post(client, form)
    before = everything(session)
    again = visitor.post(client, form)
    assert (again.status_code, str(again.location)) == (303, "/mijn-gegevens/gewist")
    assert everything(session) == before
    assert len(list(read_erasures(erased_ids))) == 1


def test_a_hash_is_kept_only_when_she_ticks_that_she_wants_no_mail_ever(
    client: FlaskClient, session: Session, erased_ids: Path
) -> None:
    one, other = reader("data"), reader("data")
    addresses = [str(each.subscriber.address) for each in (one, other)]
    session.commit()
    press(client, one)
    press(client, other, never_again="y")
    reasons = [find_reason(signer().address_hashes(address)) for address in addresses]
    assert reasons == [None, SuppressionReason.NEVER_AGAIN]
    assert [each.never_again for each in read_erasures(erased_ids)] == [False, True]


def test_who_complained_is_told_that_a_hash_remains(
    client: FlaskClient, session: Session, anne: Subscription, erased_ids: Path
) -> None:
    hashes = signer().address_hashes(str(anne.subscriber.address))
    suppress(hashes[-1], reason=SuppressionReason.COMPLAINT, now=NOW)
    session.commit()
    page = client.get(f"{data_of(anne)}/wissen")
    assert "als ongewenst meldde" in page.get_data(as_text=True)
    assert not visitor.page(page).css("#never_again")
    press(client, anne)
    assert find_reason(hashes) is SuppressionReason.COMPLAINT
    assert erased_ids.exists()


def test_who_has_left_can_still_be_erased(
    client: FlaskClient, session: Session, anne: Subscription, erased_ids: Path
) -> None:
    leave(anne, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    session.commit()
    press(client, anne)
    assert "onvindbaar" not in str(everything(session)).lower()
    assert erased_ids.exists()


def test_the_page_after_it_says_nothing_of_anybody(client: FlaskClient) -> None:
    for query in ("", "?taal=en"):
        answer = client.get(f"/mijn-gegevens/gewist{query}")
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers

"""A page of choices that stood open while a theme was changed: nothing is lost without a word."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.digests.draw_theme import ThemeDraft
from newsletter.digests.rename_theme import rename_theme
from newsletter.digests.undo_theme_change import undo_theme_change
from newsletter.subscribers.models import Subscription
from tests.digests.theme_hands import PERIOD, follows, merge, theme
from tests.material import NOW, reader
from tests.web import visitor
from tests.web.reader.test_preferences import address_of

pytestmark = pytest.mark.usefixtures("now")


def save_twice(
    client: FlaskClient, anne: Subscription, session: Session, meanwhile: Callable[[], object]
) -> None:
    """She opens the page, something happens, she changes her rhythm, and reads what she is told."""
    session.commit()
    form = visitor.form_of(client.get(address_of(anne)), action=address_of(anne))
    meanwhile()
    session.commit()
    told = visitor.post(client, form, cadence="monthly")
    assert told.status_code == 400
    assert visitor.faults(told) == {
        "themes": "Fout: Onze thema’s zijn net veranderd. Kijk ze na en bewaar opnieuw."}
    again = visitor.form_of(told, action=address_of(anne))
    assert again.fields["cadence"] == ["monthly"]
    assert visitor.post(client, again).status_code == 303


def test_after_a_merge_she_keeps_what_took_its_place(
    client: FlaskClient, session: Session
) -> None:
    anne = reader("data", "innovatie")
    save_twice(client, anne, session, lambda: merge("data", "leiderschap", at=NOW))
    assert follows(anne) == {"leiderschap", "innovatie"}


def test_after_an_undo_she_has_the_theme_again(client: FlaskClient, session: Session) -> None:
    anne = reader("data", "innovatie")
    change = merge("data", "leiderschap", at=NOW - timedelta(hours=1))
    save_twice(client, anne, session, lambda: undo_theme_change(change.id, now=NOW))
    assert follows(anne) == {"data", "innovatie"}


def test_after_a_rename_she_keeps_the_theme(client: FlaskClient, session: Session) -> None:
    anne = reader("data", "innovatie")
    draft = ThemeDraft("Gegevens", "Data", "Zin.", "Sentence.")
    save_twice(client, anne, session,
               lambda: rename_theme(theme("data").id, draft, now=NOW, undo_for=PERIOD))
    assert follows(anne) == {"gegevens", "innovatie"}

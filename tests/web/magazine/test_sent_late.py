"""An edition that left after its month is everywhere of the month that its mail names."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.editions.models import Edition, EditionStatus
from newsletter.mailings.freeze import freeze
from newsletter.mailings.queries import get_mailing, newest_manifest
from newsletter.sending.carry_out import carry_out_edition
from tests.corrections import corrected
from tests.material import NOW, approved_anew, article, compiled, planned, reader

pytestmark = pytest.mark.usefixtures("now")
DAY = timedelta(days=1)


@pytest.fixture
def sent_late(app: Flask, session: Session) -> Edition:
    """An edition of October that left in November, by somebody's leave."""
    reader()
    made = planned([article("data", released_at=NOW - 30 * DAY)], send_at=NOW - 20 * DAY)
    approved_anew(made)
    session.commit()
    carry_out_edition(made.id, settings=app.config["SETTINGS"], now=NOW, however_late=True)
    session.refresh(made)
    assert made.status is EditionStatus.PUBLISHED
    return made


def test_an_edition_that_left_after_its_month_is_on_every_page_of_the_month_of_its_mail(
    client: FlaskClient, sent_late: Edition
) -> None:
    mail = client.get(f"/edities/{sent_late.key}/mail").get_data(as_text=True)
    assert "oktober 2026" in mail
    for path in ("/", "/edities/", f"/artikelen/{sent_late.items[0].article.slug}",
                 f"/edities/{sent_late.key}"):
        shown = client.get(path).get_data(as_text=True).lower()
        assert "oktober 2026" in shown, path
        assert "november 2026" not in shown.replace("10 november 2026", "when it was sent"), path


def test_a_page_that_was_kept_before_months_were_names_the_month_of_its_mail(
    client: FlaskClient, session: Session, sent_late: Edition
) -> None:
    frozen = compiled(sent_late)
    assert frozen.page is not None
    without = {name: kept for name, kept in frozen.page.items() if name != "month"}
    older = freeze(replace(frozen, page=without), edition_id=sent_late.id, now=NOW)
    get_mailing(f"edition:{sent_late.key}").manifest_id = older.id
    session.commit()
    assert "oktober 2026" in client.get(f"/edities/{sent_late.key}").get_data(as_text=True)


def test_what_left_after_its_month_is_compiled_anew_as_what_was_sent_and_so_is_its_correction(
    client: FlaskClient, session: Session, sent_late: Edition
) -> None:
    manifest = newest_manifest(sent_late.id)
    assert manifest is not None
    assert compiled(sent_late).hash == manifest.hash
    corrected(sent_late, now=NOW)
    session.commit()
    mail = client.get(f"/edities/{sent_late.key}/mail").get_data(as_text=True)
    assert "Dag lezer, nu goed." in mail
    assert "oktober 2026" in mail

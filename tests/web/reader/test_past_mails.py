"""Mails of long ago, of which only numbers are kept: still hers to see, to read and to take."""

import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from newsletter.app import create_app
from newsletter.deliveries.models import DeliveryStatus
from newsletter.deliveries.partitions import drop_past
from newsletter.extensions import db
from newsletter.mailings.history import mails_of
from newsletter.subscribers.models import Subscription
from newsletter.transaction import transaction
from tests import material
from tests.deliveries.old_ledger import live_long_ago
from tests.web import visitor
from tests.web.reader.life import data_of

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def own(make_database: Callable[[], dict[str, str]]) -> Iterator[Flask]:
    """The whole web on a database of its own, for partitions come and go there."""
    application = create_app(make_database())
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def readers(own: Flask) -> list[Subscription]:
    """Those to whom an edition of two years ago was sent, could not be sent, was not owed."""
    readers = live_long_ago()[1]
    with transaction():
        assert drop_past() == 4
    return readers


def test_each_reader_sees_how_her_own_mail_of_then_ended(
    readers: list[Subscription], own: Flask
) -> None:
    sent, failed, skipped = (mails_of(each.subscriber_id) for each in readers)
    assert [len(mails) for mails in (sent, failed, skipped)] == [1, 1, 1]
    assert [mails[0].status for mails in (sent, failed, skipped)] == [
        DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.SKIPPED]
    assert {mails[0].mailing_key for mails in (sent, failed, skipped)} == {"edition:90-8"}
    shown = own.test_client().get(f"{data_of(readers[0])}/mails")
    assert "Een editie om te proberen" in shown.get_data(as_text=True)


def test_what_stood_in_it_can_be_read_again_by_her_alone(
    readers: list[Subscription], own: Flask
) -> None:
    client = own.test_client()
    (mail,) = mails_of(readers[0].subscriber_id)
    read = client.get(f"{data_of(readers[0])}/mail/{mail.id}")
    assert read.status_code == 200
    framed = visitor.page(read).css_first("iframe").attributes["src"]
    assert "Dag lezer." in client.get(str(framed)).get_data(as_text=True)
    stranger = data_of(_stranger())
    for where in ("", "/html"):
        assert client.get(f"{stranger}/mail/{mail.id}{where}").status_code == 404


@pytest.mark.parametrize("typed", ["m", "m0", "m99", "mm1", "m-1", "m" + "9" * 30, "m１", "x1"])
def test_what_is_no_mail_of_hers_is_not_found(
    readers: list[Subscription], own: Flask, typed: str
) -> None:
    client = own.test_client()
    for where in ("", "/html"):
        address = f"{data_of(readers[0])}/mail/{typed}{where}"
        assert client.get(address).status_code == 404


def test_the_file_of_her_data_still_names_them(
    readers: list[Subscription], own: Flask
) -> None:
    client: FlaskClient = own.test_client()
    answer = client.get(f"{data_of(readers[1])}/gegevens.json")
    (mail,) = json.loads(answer.get_data())["deliveries"]
    assert (mail["mailing"], mail["subject"], mail["status"]) == (
        "edition:90-8", "Een editie om te proberen", "failed")
    assert client.get(f"{data_of(readers[1])}/gegevens.zip").status_code == 200


def _stranger() -> Subscription:
    with transaction():
        return material.reader()

"""The image of an article: added at the desk, shown on the site, kept under its hash."""

from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.articles.image_models import Image, ImageFile
from newsletter.articles.models import Article
from newsletter.articles.resize import LARGEST_FILE
from newsletter.extensions import db
from tests.articles.test_resize import picture
from tests.material import article
from tests.web.desk.conftest import Worker
from tests.web.desk.test_article_pages import GOOD
from tests.web.visitor import faults, page

ALT = "Een balie met drie mensen ervoor."


def send(worker: Worker, made: Article, *, alt: str = ALT, file: bytes = b"",
         **change: str) -> TestResponse:
    """Add a picture as the form does."""
    db.session.commit()
    fields = {"csrf_token": worker.token(), "image_alt": alt, "revision": str(made.revision),
              **change}
    parts = [f'form-data; name="{name}"\r\n\r\n{value}'.encode()
             for name, value in fields.items()]
    parts.append(b'form-data; name="file"; filename="foto.svg"\r\n\r\n' + file)
    body = b"".join(b"--grens\r\nContent-Disposition: " + part + b"\r\n" for part in parts)
    # By hand, for the client leaves the files open in which it puts large posts together.
    return worker.client.post(f"/redactie/artikelen/{made.id}/beeld", data=body + b"--grens--\r\n",
                              content_type="multipart/form-data; boundary=grens")


def test_an_image_is_added_described_anew_and_taken_away(
    contributor: Worker, session: Session
) -> None:
    made = article("data")
    assert send(contributor, made, file=picture()).status_code == 303
    assert (made.image_alt, made.revision) == (ALT, 1)
    assert send(contributor, made, alt="Iets anders.").status_code == 303
    assert (made.image_alt, made.revision) == ("Iets anders.", 2)
    assert send(contributor, made, file=picture("PNG", (300, 300))).status_code == 303
    path = f"/redactie/artikelen/{made.id}"
    # A save of the text leaves the image where it is.
    assert contributor.post(path, **{**GOOD, "revision": "3"}).status_code == 303
    assert made.image_id is not None
    contributor.post(f"{path}/beeld/weg", revision="4")
    assert (made.image_id, made.image_alt) == (None, "")
    contributor.post(f"{path}/versies/1/terugzetten", revision="5")
    assert made.image_alt == ALT


def test_the_same_picture_is_kept_once(contributor: Worker, session: Session) -> None:
    file = picture()
    one, other = article("data"), article("data")
    for made in (one, other):
        assert send(contributor, made, file=file).status_code == 303
    assert one.image_id == other.image_id
    assert session.scalar(select(func.count(Image.id))) == 1


@pytest.mark.parametrize(("change", "field"), [
    ({"alt": "", "file": picture()}, "image_alt"),
    ({"alt": " \t ", "file": picture()}, "image_alt"),
    ({"alt": "twee\x07", "file": picture()}, "image_alt"),
    ({"alt": "x" * 301, "file": picture()}, "image_alt"),
    ({}, "file"),
    ({"file": b"<svg/>"}, "file"),
    ({"file": b"x" * (LARGEST_FILE + 1)}, "file"),
])
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_kept(
    contributor: Worker, session: Session, change: dict[str, Any], field: str
) -> None:
    made = article("data")
    answer = send(contributor, made, **change)
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert made.image_id is None
    assert session.scalar(select(func.count(Image.id))) == 0


def test_far_too_large_a_post_is_refused_unread(contributor: Worker) -> None:
    made = article("data")
    assert send(contributor, made, file=b"x" * (LARGEST_FILE + 200_000)).status_code == 413


def test_the_later_of_two_tabs_changes_nothing(contributor: Worker) -> None:
    made = article("data")
    send(contributor, made, file=picture())
    answer = send(contributor, made, alt="Later", revision="0")
    assert answer.status_code == 400
    assert "intussen" in answer.get_data(as_text=True)
    assert made.image_alt == ALT


def test_a_reader_sees_the_image_with_its_words_and_may_keep_it_for_ever(
    contributor: Worker, client: FlaskClient, session: Session
) -> None:
    made = article("data")
    send(contributor, made, file=picture())
    (shown,) = page(client.get(f"/artikelen/{made.slug}")).css("main img")
    assert shown.attributes["alt"] == ALT
    source = str(shown.attributes["src"])
    assert source.startswith("/beelden/")
    answer = client.get(source)
    assert answer.status_code == 200
    assert sha256(answer.data).hexdigest() in source
    assert answer.mimetype in ("image/jpeg", "image/png")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(session.scalars(select(ImageFile)).all()) == 2


@pytest.mark.parametrize("name", ["x", "../x", "0" * 64 + ".jpg", "0" * 64 + ".svg", "0" * 64])
def test_an_image_that_is_not_there_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/beelden/{name}").status_code == 404

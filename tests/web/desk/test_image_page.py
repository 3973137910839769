"""The image of an article: added at the desk, shown on the site, kept under its hash."""

from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.articles.image_limits import LARGEST_FILE
from newsletter.articles.image_models import Image, ImageFile
from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.digests.queries import items_of
from newsletter.extensions import db
from newsletter.mailings.item import item_of
from newsletter.sending.carry_out import carry_out_edition
from tests.articles.test_resize import picture
from tests.material import NOW, article, edition, reader
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
    made = article("data", released_at=None)
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


def test_the_same_picture_is_kept_once(editor: Worker, session: Session) -> None:
    file = picture()
    one, other = article("data"), article("data")
    for made in (one, other):
        assert send(editor, made, file=file).status_code == 303
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
    editor: Worker, session: Session, change: dict[str, Any], field: str
) -> None:
    made = article("data")
    answer = send(editor, made, **change)
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert made.image_id is None
    assert session.scalar(select(func.count(Image.id))) == 0


def test_far_too_large_a_post_is_refused_unread(editor: Worker) -> None:
    made = article("data")
    assert send(editor, made, file=b"x" * (LARGEST_FILE + 200_000)).status_code == 413


def test_the_later_of_two_tabs_changes_nothing(editor: Worker) -> None:
    made = article("data")
    send(editor, made, file=picture())
    answer = send(editor, made, alt="Later", revision="0")
    assert answer.status_code == 400
    assert "intussen" in answer.get_data(as_text=True)
    assert made.image_alt == ALT


def test_a_reader_sees_the_image_with_its_words_and_may_keep_it_for_ever(
    editor: Worker, client: FlaskClient, session: Session
) -> None:
    made = article("data")
    send(editor, made, file=picture())
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


def test_a_mail_that_was_sent_keeps_its_image_when_the_article_gets_another(
    app: Flask, editor: Worker, client: FlaskClient, session: Session
) -> None:
    reader()
    made = article("data")
    send(editor, made, file=picture())
    number = edition([made])
    session.commit()
    carry_out_edition(number.id, settings=settings(), now=NOW)

    def shown() -> str:
        (image,) = page(client.get(f"/edities/{number.key}/mail")).css("img")
        assert image.attributes["alt"] == ALT
        return str(image.attributes["src"])

    before = shown()
    site = settings().public_url
    assert before.startswith(f"{site}/beelden/")
    as_sent = client.get(before.removeprefix(site)).data
    assert sha256(as_sent).hexdigest() in before
    send(editor, made, file=picture("PNG", (900, 700)), alt="Iets anders.", revision="1")
    item = item_of(made).picture
    assert item is not None
    assert item.alt == "Iets anders."
    assert item.name not in before
    editor.post(f"/redactie/artikelen/{made.id}/beeld/weg", revision="2")
    assert shown() == before
    assert client.get(before.removeprefix(site)).data == as_sent


def test_the_images_of_a_mail_are_read_at_once_and_without_their_bytes(
    editor: Worker, session: Session
) -> None:
    pieces = [article("data") for _ in range(3)]
    for number, piece in enumerate(pieces):
        send(editor, piece, file=picture(size=(400 + number, 300)))
    ids = [piece.id for piece in pieces]
    session.expunge_all()
    said: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: said.append(args[2]))
    assert all(item.picture for item in items_of(ids).values())
    asked = [statement for statement in said if "image_files" in statement]
    assert len(asked) == 1
    assert "image_files.content," not in asked[0]
    assert sum("FROM images" in statement for statement in said) == 1


def test_a_typed_article_is_shown_with_its_image_as_a_mail_would(
    editor: Worker, session: Session
) -> None:
    made = article("data")
    send(editor, made, file=picture())
    for shape in ("mail", "site"):
        preview = f"/redactie/artikelen/voorbeeld?vorm={shape}&artikel={made.id}"
        (image,) = page(editor.post(preview, **GOOD)).css("img")
        assert image.attributes["alt"] == ALT
    unknown = f"/redactie/artikelen/voorbeeld?vorm=mail&artikel={10**30}"
    assert editor.post(unknown, **GOOD).status_code == 404


@pytest.mark.parametrize("name", ["x", "../x", "0" * 64 + ".jpg", "0" * 64 + ".svg", "0" * 64])
def test_an_image_that_is_not_there_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/beelden/{name}").status_code == 404

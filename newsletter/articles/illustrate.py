"""Give an article its image, with words that say what it shows; change these, or take it away."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import undefer

from newsletter.articles.apply import draft_before
from newsletter.articles.draw import Sized
from newsletter.articles.image_models import Image, ImageFile
from newsletter.articles.models import Article
from newsletter.articles.resize import resize
from newsletter.articles.save import Saved, save
from newsletter.errors import BadInput
from newsletter.extensions import db


@dataclass(frozen=True)
class Drawn:
    """A picture as it was given, by its hash, and the files that were drawn of it."""

    source_hash: str
    files: list[Sized]


def draw_picture(file: bytes, *, alt: str) -> Drawn | None:
    """The picture in the sizes that pages and mails show; none of an empty `file`.

    To be asked before anything is held, for it may take a minute, and before that whether `alt`
    says anything at all. Raises BadInput at `file` or `image_alt`.
    """
    _refuse_wordless(alt)
    return Drawn(sha256(file).hexdigest(), resize(file)) if file else None


def illustrate(
    article: Article,
    *,
    picture: Drawn | None,
    alt: str,
    revision: int | None,
    now: datetime,
    account_id: int | None = None,
) -> Saved:
    """Show the picture with the article, or without one describe the present one anew.

    A new version of the article, or an offer of one. Raises BadInput at `file` or `image_alt`, and
    at `revision` when someone saved in between.
    """
    _refuse_wordless(alt)
    draft = draft_before(article, account_id)
    if picture is None and draft.image_id is None:
        raise BadInput("file", "empty")
    image_id = _keep(picture, now=now).id if picture is not None else draft.image_id
    return save(
        article,
        replace(draft, image_id=image_id, image_alt=alt),
        revision=revision, now=now, account_id=account_id,
    )


def take_image(
    article: Article, *, revision: int | None, now: datetime, account_id: int | None = None
) -> Saved:
    """Show no image with the article any more, or offer that; earlier versions keep it.

    Raises BadInput at `revision` when someone saved in between.
    """
    return save(
        article,
        replace(draft_before(article, account_id), image_id=None, image_alt=""),
        revision=revision, now=now, account_id=account_id,
    )


def find_image(image_id: int | None) -> Image | None:
    """The image with this id."""
    return db.session.get(Image, image_id) if image_id is not None else None


def find_file(hash: str, extension: str) -> ImageFile | None:
    """The file under this address, with its bytes."""
    return db.session.scalar(
        select(ImageFile)
        .where(ImageFile.hash == hash, ImageFile.extension == extension)
        .options(undefer(ImageFile.content))
        .limit(1)
    )


def _refuse_wordless(alt: str) -> None:
    if not " ".join(alt.split()):
        raise BadInput("image_alt", "empty")


def _keep(picture: Drawn, *, now: datetime) -> Image:
    """The image as it is kept; the same file added twice is one image."""
    found = db.session.scalar(select(Image).where(Image.source_hash == picture.source_hash))
    if found is not None:
        return found
    image = Image(source_hash=picture.source_hash, added_at=now, files=[
        ImageFile(hash=one.hash, extension=one.extension, width=one.width, height=one.height,
                  content=one.content) for one in picture.files
    ])
    db.session.add(image)
    db.session.flush()
    return image

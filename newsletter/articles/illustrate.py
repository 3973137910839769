"""Give an article its image, with words that say what it shows; change these, or take it away."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import undefer

from newsletter.articles.apply import draft_before
from newsletter.articles.image_models import Image, ImageFile
from newsletter.articles.models import Article
from newsletter.articles.resize import resize
from newsletter.articles.save import Saved, save
from newsletter.errors import BadInput
from newsletter.extensions import db


def illustrate(
    article: Article,
    *,
    file: bytes,
    alt: str,
    revision: int | None,
    now: datetime,
    account_id: int | None = None,
) -> Saved:
    """Show the picture with the article, or with an empty `file` describe the present one anew.

    A new version of the article, or an offer of one. Raises BadInput at `file` or `image_alt`, and
    at `revision` when someone saved in between.
    """
    if not " ".join(alt.split()):
        raise BadInput("image_alt", "empty")
    draft = draft_before(article, account_id)
    if not file and draft.image_id is None:
        raise BadInput("file", "empty")
    image_id = _keep(file, now=now).id if file else draft.image_id
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


def _keep(file: bytes, *, now: datetime) -> Image:
    """The image as it is kept; the same file added twice is one image."""
    files = resize(file)
    source_hash = sha256(file).hexdigest()
    found = db.session.scalar(select(Image).where(Image.source_hash == source_hash))
    if found is not None:
        return found
    image = Image(source_hash=source_hash, added_at=now, files=[
        ImageFile(hash=one.hash, extension=one.extension, width=one.width, height=one.height,
                  content=one.content) for one in files
    ])
    db.session.add(image)
    db.session.flush()
    return image

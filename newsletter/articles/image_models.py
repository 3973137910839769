"""Tables of images: what was added, and its files in the sizes that pages and mails show.

A mail that was sent points at a file of an image for ever, so that the database lets the app add
images and neither change nor remove one.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from newsletter.articles.image_limits import LARGEST_IN_MAIL
from newsletter.columns import Key, Moment
from newsletter.extensions import Model


class Image(Model):
    """A picture as someone added it; `source_hash` is that of the file that came (SHA-256)."""

    __tablename__ = "images"

    id: Mapped[Key]
    source_hash: Mapped[str] = mapped_column(unique=True)
    added_at: Mapped[Moment]
    files: Mapped[list["ImageFile"]] = relationship(order_by="ImageFile.width")

    @property
    def for_mail(self) -> "ImageFile":
        """The widest of its files that is light enough for a mail, else the narrowest."""
        light = [file for file in self.files if file.size <= LARGEST_IN_MAIL]
        return light[-1] if light else self.files[0]

    @property
    def largest(self) -> "ImageFile":
        """The widest of its files."""
        return self.files[-1]


class ImageFile(Model):
    """One size of a picture, without anything that its maker's camera wrote into it.

    The bytes lie here and not in a folder, because a backup of the database then holds every
    article whole, and a second machine needs nothing but the database.
    """

    __tablename__ = "image_files"
    __table_args__ = (
        UniqueConstraint("image_id", "width"),
        CheckConstraint("extension in ('jpg', 'png')", name="extension"),
        CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name="hash"),
    )

    id: Mapped[Key]
    image_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("images.id", ondelete="CASCADE")
    )
    hash: Mapped[str] = mapped_column(index=True)  # of the content (SHA-256)
    extension: Mapped[str]
    width: Mapped[int]  # pixels
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    # Bytes; told without reading the content.
    size: Mapped[int] = column_property(func.octet_length(content))

    @property
    def name(self) -> str:
        """What its address ends in."""
        return f"{self.hash}.{self.extension}"

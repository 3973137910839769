"""Tables of mailings: frozen content (manifest, blocks, variants) and its carrying-out."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model


class MailingStatus(StrEnum):
    """Where a mailing stands."""

    PLANNED = "planned"
    HELD = "held"
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Manifest(Model):
    """Content frozen once: its blocks and variants, named by one hash (promise 5)."""

    __tablename__ = "manifests"

    id: Mapped[Key]
    hash: Mapped[str]
    # By which rule it finds its readers; its hash tells it too.
    audience: Mapped[str] = mapped_column(server_default="")
    edition_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("editions.id"))
    created_at: Mapped[Moment]
    # What the page of its edition shows (newsletter/mailings/edition_page.py); its hash tells it
    # too. None of a digest, and of what was frozen before pages were.
    page: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)


class Block(Model):
    """One compiled and encoded piece of a mail, with its places still open."""

    __tablename__ = "blocks"
    __table_args__ = (UniqueConstraint("manifest_id", "position"),)

    id: Mapped[Key]
    manifest_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("manifests.id", ondelete="CASCADE")
    )
    position: Mapped[int]
    name: Mapped[str]
    language: Mapped[str]
    format: Mapped[str]
    body: Mapped[bytes]
    hash: Mapped[str]


class Variant(Model):
    """The frozen content for one selection: an ordered list of blocks, and their hash."""

    __tablename__ = "variants"
    __table_args__ = (
        UniqueConstraint("manifest_id", "selection_key"),
        Index("ix_variants_article_ids", "article_ids", postgresql_using="gin"),
    )

    id: Mapped[Key]
    manifest_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("manifests.id", ondelete="CASCADE")
    )
    selection_key: Mapped[str]
    language: Mapped[str]
    format: Mapped[str]
    subject: Mapped[str]
    preheader: Mapped[str]
    why: Mapped[str]
    html_blocks: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))  # positions in the manifest
    text_blocks: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    # What it gives a reader: the articles in full and as links, and those it only counts.
    article_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    notice_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    hash: Mapped[str]


class Mailing(Model):
    """One carrying-out of an edition or of a digest slot."""

    __tablename__ = "mailings"
    __table_args__ = (
        CheckConstraint("num_nonnulls(edition_id, digest_slot_id) = 1", name="one_cause"),
        CheckConstraint("status in ('planned', 'held', 'cancelled') or (manifest_id is not null "
                        "and recipients is not null and recipients_hash is not null)",
                        name="sending_is_frozen"),
        CheckConstraint("(status = 'finished') = (finished_at is not null) "
                        "or status = 'cancelled'", name="finished_at"),
        Index("ix_mailings_status", "status"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # a MailKind: edition or digest
    edition_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("editions.id"), unique=True
    )
    digest_slot_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("digest_slots.id"), unique=True
    )
    status: Mapped[MailingStatus] = mapped_column(
        words(MailingStatus, "status"), server_default="planned"
    )
    cutoff_at: Mapped[Moment]
    manifest_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("manifests.id"))
    # Frozen at planning: how many recipients, and the SHA-256 of their sorted ids (promise 2).
    recipients: Mapped[int | None]
    recipients_hash: Mapped[str | None]
    opened_at: Mapped[Moment]
    sending_at: Mapped[Moment | None]
    paused_at: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    # When retention took Message-IDs and replies from its deliveries (P07).
    detail_forgotten_at: Mapped[Moment | None]

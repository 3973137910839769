"""Tables around the ledger of consent: salts of its address hashes, and seals over its heads."""

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment
from newsletter.extensions import Model


class ConsentSalt(Model):
    """What ties a subscriber's entries to an address; destroyed, they are nobody's."""

    __tablename__ = "consent_salts"
    __table_args__ = (
        Index("ix_consent_salts_destroy_at", "destroy_at",
              postgresql_where=text("destroy_at is not null")),
    )

    subscriber_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("subscribers.id"), primary_key=True, autoincrement=False
    )
    salt: Mapped[bytes]
    # Set after erasure when the proof is kept for some months (CONSENT_PROOF_MONTHS).
    destroy_at: Mapped[Moment | None]


class ConsentSeal(Model):
    """One hash over the newest entry of every chain that grew since the seal before; append-only.

    `entries` is how many chains it covers, each a row in `consent_seal_heads`.
    """

    __tablename__ = "consent_seals"
    # A seal has one successor: two at the same moment cannot both follow it.
    __table_args__ = (UniqueConstraint("previous_hash"),)

    id: Mapped[Key]
    at: Mapped[Moment]
    entries: Mapped[int]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class ConsentSealHead(Model):
    """The newest entry of one subscriber's chain at the moment of a seal; append-only.

    Without foreign keys to subscribers and entries: a seal takes no lock that a sign-up meets.
    """

    __tablename__ = "consent_seal_heads"
    __table_args__ = (
        Index("ix_consent_seal_heads_subscriber_id_sequence", "subscriber_id", "sequence"),
    )

    seal_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("consent_seals.id"), primary_key=True
    )
    subscriber_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str]

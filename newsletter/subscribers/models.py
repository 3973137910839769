"""Tables of subscribers: the person, the agreement, the themes, and the ledger of consent."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model


class SubscriptionStatus(StrEnum):
    """Where an agreement stands."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


class Cadence(StrEnum):
    """How often a reader wants a digest."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    NONE = "none"


class Language(StrEnum):
    """The language of a reader's mails and pages."""

    NL = "nl"
    EN = "en"


class MailFormat(StrEnum):
    """How a reader wants her mail."""

    MAIL = "mail"
    TEXT = "text"


class ConsentAct(StrEnum):
    """What happened to a consent."""

    ASKED = "asked"
    GIVEN = "given"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


class EndReason(StrEnum):
    """Why a subscription ended."""

    UNSUBSCRIBED = "unsubscribed"
    NOTHING_CHOSEN = "nothing_chosen"
    NEVER_CONFIRMED = "never_confirmed"
    ERASED = "erased"


class Sector(StrEnum):
    """Where a reader works, when she chose to say so."""

    GEMEENTE = "gemeente"
    PROVINCIE = "provincie"
    WATERSCHAP = "waterschap"
    RIJK = "rijk"
    UITVOERING = "uitvoering"
    KENNIS = "kennis"
    BEDRIJF = "bedrijf"
    ANDERS = "anders"


class LeavingReason(StrEnum):
    """Why a reader left, when she chose to say so."""

    TOO_MUCH = "too_much"
    NOT_FOR_ME = "not_for_me"
    OTHER_WORK = "other_work"
    OTHER = "other"


class RequestKind(StrEnum):
    """What a visitor asked for by typing an address."""

    SIGN_UP = "sign_up"
    LINK = "link"


class Subscriber(Model):
    """A person known by one e-mail address."""

    __tablename__ = "subscribers"
    __table_args__ = (
        CheckConstraint("length(address) between 3 and 254", name="address"),
        CheckConstraint("(address is null) = (identity is null)", name="identity"),
        CheckConstraint("length(name) <= 200 and length(organisation) <= 200", name="details"),
        # The limit of W05 counts plus-tags, dots and case of one mailbox together.
        Index("ix_subscribers_mailbox", "mailbox"),
        Index("ix_subscribers_former_hash", "former_hash",
              postgresql_where=text("former_hash is not null")),
    )

    id: Mapped[Key]
    address: Mapped[str | None]
    identity: Mapped[str | None] = mapped_column(unique=True)
    mailbox: Mapped[str | None]
    name: Mapped[str | None]
    organisation: Mapped[str | None]
    sector: Mapped[Sector | None] = mapped_column(words(Sector, "sector"))
    # Takes the address's place when the time to undo is over (P07): knows her, cannot write to her.
    former_hash: Mapped[str | None]
    created_at: Mapped[Moment]
    subscription: Mapped["Subscription"] = relationship(back_populates="subscriber")


class Subscription(Model):
    """The subscriber's agreement: editions, cadence, themes, language and format."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("status <> 'active' or confirmed_at is not null", name="active_confirmed"),
        CheckConstraint("(status = 'ended') = (ended_at is not null)", name="ended_at"),
        CheckConstraint("(status = 'ended') = (ended_reason is not null)", name="ended_reason"),
        CheckConstraint("status <> 'active' or receives_editions or cadence <> 'none'",
                        name="active_chose"),
        # What the jobs of every half hour read: only who may be forgotten.
        Index("ix_subscriptions_ended_at", "ended_at", postgresql_where=text("status = 'ended'")),
        Index("ix_subscriptions_asked_at", "asked_at", postgresql_where=text("status = 'pending'")),
        Index("ix_subscriptions_waiting", "cadence",
              postgresql_where=text("waiting_since is not null")),
        Index("ix_subscriptions_cadence", "cadence", postgresql_where=text("status = 'active'")),
    )

    subscriber_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("subscribers.id"), primary_key=True
    )
    status: Mapped[SubscriptionStatus] = mapped_column(words(SubscriptionStatus, "status"))
    receives_editions: Mapped[bool]
    cadence: Mapped[Cadence] = mapped_column(words(Cadence, "cadence"))
    language: Mapped[Language] = mapped_column(words(Language, "language"))
    format: Mapped[MailFormat] = mapped_column(words(MailFormat, "format"))
    # Counts the confirmations asked; only the newest link opens (W06).
    confirm_nonce: Mapped[int] = mapped_column(server_default="0")
    asked_at: Mapped[Moment]
    confirmed_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    ended_reason: Mapped[EndReason | None] = mapped_column(words(EndReason, "ended_reason_word"))
    leaving_reason: Mapped[LeavingReason | None] = mapped_column(
        words(LeavingReason, "leaving_reason")
    )
    paused_until: Mapped[Moment | None]
    # Since when articles wait for her return; the catch-up brings them and clears this.
    waiting_since: Mapped[Moment | None]
    # Her last return from cadence none.
    cadence_since: Mapped[Moment | None]
    # Whether her next slot works out what is due to her article by article: she changed her
    # cadence, came back, paused, or had too little for a mail. Else the slot's window says it,
    # unless she confirmed after the slot before, which needs no mark.
    is_reckoned_anew: Mapped[bool] = mapped_column(server_default="false")
    # Counts what ends the links in earlier mails: a change of address, and its undoing.
    link_nonce: Mapped[int] = mapped_column(server_default="0")
    subscriber: Mapped[Subscriber] = relationship(back_populates="subscription")
    themes: Mapped[list["ChosenTheme"]] = relationship(cascade="all, delete-orphan")


class ChosenTheme(Model):
    """A theme that a subscriber picked, and since when."""

    __tablename__ = "subscription_themes"
    __table_args__ = (
        Index("ix_subscription_themes_theme_id", "theme_id"),
        Index("ix_subscription_themes_inherited_id", "inherited_id",
              postgresql_where=text("inherited_id is not null")),
    )

    subscriber_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("subscriptions.subscriber_id", ondelete="CASCADE"), primary_key=True
    )
    theme_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("themes.id"), primary_key=True)
    chosen_at: Mapped[Moment]
    # When the house gave it to her for another of hers: only what came later is due by it.
    inherited_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("theme_heirs.id"))


class ConsentWording(Model):
    """The text that was shown when consent was asked; a changed text is a new version."""

    __tablename__ = "consent_wordings"
    __table_args__ = (UniqueConstraint("language", "version"),)

    id: Mapped[Key]
    version: Mapped[int]
    language: Mapped[Language] = mapped_column(words(Language, "language"))
    text: Mapped[str]
    sha256: Mapped[str]
    since: Mapped[Moment]
    # Shown elsewhere, to who came in by a list: never on a form of ours.
    is_imported: Mapped[bool] = mapped_column(server_default="false")


class Consent(Model):
    """One entry in the append-only ledger of what was asked, given, changed or withdrawn (P01).

    The database itself gives it its place in the subscriber's chain and its hash, whatever a
    client says (`migrations/versions/0009_consent_chain.py`).
    """

    __tablename__ = "consents"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "sequence"),
        CheckConstraint("sequence >= 1 and (sequence = 1) = (previous_hash = '')", name="chain"),
        # What the night's count reads, and what a report reads of who left.
        Index("ix_consents_at", "at", postgresql_using="brin",
              postgresql_with={"autosummarize": "on"}),
        Index("ix_consents_withdrawn_at", "at", postgresql_where=text("act = 'withdrawn'")),
    )

    id: Mapped[Key]
    subscriber_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("subscribers.id"))
    at: Mapped[Moment]
    act: Mapped[ConsentAct] = mapped_column(words(ConsentAct, "act"))
    # By which act: "form", "mailed_link_post", "one_click_post", "preference_page", "import".
    # By "form_set_aside" something was asked that changed nothing: no mail went out for it.
    means: Mapped[str]
    source_page: Mapped[str]
    # The consent text that stood beside the button; none where none did (`record_consent`).
    wording_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("consent_wordings.id"))
    # What was chosen at that moment: editions, cadence, theme slugs, language, format.
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # Hex HMAC-SHA-256 of the address under the subscriber's salt; nobody's once that is destroyed.
    address_hash: Mapped[str | None]
    sequence: Mapped[int] = mapped_column(server_default=FetchedValue())
    previous_hash: Mapped[str] = mapped_column(server_default=FetchedValue())
    hash: Mapped[str] = mapped_column(server_default=FetchedValue())


class AddressRequest(Model):
    """What a visitor asked by typing an address, until a worker takes it and the row goes.

    The door writes this one row whatever the address is to us, so that neither words nor time can
    tell a visitor what it is (W04).
    """

    __tablename__ = "address_requests"

    id: Mapped[Key]
    kind: Mapped[RequestKind] = mapped_column(words(RequestKind, "kind"))
    address: Mapped[str]
    wish: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source_page: Mapped[str]
    wording_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("consent_wordings.id"))
    asked_at: Mapped[Moment]
    tries: Mapped[int] = mapped_column(server_default="0")


class AddressChange(Model):
    """A wish to be written to elsewhere: asked, confirmed at the new side, perhaps undone (W12).

    Addresses stay only as long as they serve: the new one until it is confirmed or expires, the
    old one until the time to undo is over.
    """

    __tablename__ = "address_changes"
    __table_args__ = (
        CheckConstraint("undone_at is null or confirmed_at is not null",
                        name="undone_was_confirmed"),
        Index("ix_address_changes_subscriber_id", "subscriber_id"),
        Index("ix_address_changes_new_mailbox", "new_mailbox",
              postgresql_where=text("new_mailbox is not null")),
    )

    id: Mapped[Key]
    subscriber_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("subscribers.id"))
    old_address: Mapped[str | None]
    new_address: Mapped[str | None]
    new_mailbox: Mapped[str | None]
    asked_at: Mapped[Moment]
    confirmed_at: Mapped[Moment | None]
    undone_at: Mapped[Moment | None]

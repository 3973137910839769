"""Tables of subscribers: the person, the agreement, the themes, and the ledger of consent."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
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


class Subscriber(Model):
    """A person known by one e-mail address."""

    __tablename__ = "subscribers"
    __table_args__ = (
        CheckConstraint("length(address) between 3 and 254", name="address"),
        CheckConstraint("(address is null) = (identity is null)", name="identity"),
        # The limit of W05 counts plus-tags, dots and case of one mailbox together.
        Index("ix_subscribers_mailbox", "mailbox"),
    )

    id: Mapped[Key]
    address: Mapped[str | None]
    identity: Mapped[str | None] = mapped_column(unique=True)
    mailbox: Mapped[str | None]
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
    subscriber: Mapped[Subscriber] = relationship(back_populates="subscription")
    themes: Mapped[list["ChosenTheme"]] = relationship(cascade="all, delete-orphan")


class ChosenTheme(Model):
    """A theme that a subscriber picked, and since when."""

    __tablename__ = "subscription_themes"
    __table_args__ = (Index("ix_subscription_themes_theme_id", "theme_id"),)

    subscriber_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("subscriptions.subscriber_id", ondelete="CASCADE"), primary_key=True
    )
    theme_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("themes.id"), primary_key=True)
    chosen_at: Mapped[Moment]


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


class Consent(Model):
    """One entry in the append-only ledger of what was asked, given, changed or withdrawn (P01)."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_subscriber_id", "subscriber_id"),)

    id: Mapped[Key]
    subscriber_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("subscribers.id"))
    at: Mapped[Moment]
    act: Mapped[ConsentAct] = mapped_column(words(ConsentAct, "act"))
    # By which act: "form", "mailed_link_post", "one_click_post", "preference_page".
    means: Mapped[str]
    source_page: Mapped[str]
    wording_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("consent_wordings.id"))
    # What was chosen at that moment: editions, cadence, theme slugs, language, format.
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB)

"""Tables of the desk's accounts, their roles and their sessions."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.columns import Key, Moment
from newsletter.extensions import Model


class RoleName(StrEnum):
    """What an account may do; each later one may do what the ones before it may."""

    CONTRIBUTOR = "contributor"  # writes articles
    EDITOR = "editor"  # composes and schedules editions
    PUBLISHER = "publisher"  # stops and resumes mailings
    ADMIN = "admin"  # everything


account_roles = Table(
    "account_roles",
    Model.metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), primary_key=True),
    Column("role_id", BigInteger, ForeignKey("roles.id"), primary_key=True),
)


class Role(Model):
    """A role by name, as a row, so that accounts can refer to it."""

    __tablename__ = "roles"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]


class Account(Model):
    """Someone who works at the desk.

    A plain row: the login machinery (newsletter/web/security.py) brings its own view of this
    table, so that workers need not load it.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("(tf_primary_method is null) = (tf_totp_secret is null)",
                        name="second_factor"),
        CheckConstraint("calendar_nonce between 0 and 4294967295", name="calendar_nonce"),
    )

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str | None]  # an argon2id hash
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    # What a session refers to; a new one ends every session of the account.
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str] = mapped_column(default="nl")
    created_at: Mapped[Moment]
    # The association this person works for; none for the magazine's own staff.
    partner_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("partners.id"), index=True
    )
    # The second factor, under the names that the login machinery asks: "authenticator", its key
    # (encrypted under SECRET_KEY), and the half minute whose code was used last.
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    # Of the newest invitation; one that was taken up, or an older one, has another.
    invitation_nonce: Mapped[int] = mapped_column(default=0, server_default="0")
    invited_at: Mapped[Moment | None]
    # Encrypted too; each works once.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    # Which of the secret addresses of this account's calendar holds.
    calendar_nonce: Mapped[int] = mapped_column(BigInteger, server_default="0")
    # Whether a mail comes before a deadline; only to who composes editions.
    gets_reminders: Mapped[bool] = mapped_column(Boolean, server_default=true())
    roles: Mapped[list[Role]] = relationship(secondary=account_roles)


class AccountSession(Model):
    """One login, on one machine; the browser holds the key that `key_hash` is of."""

    __tablename__ = "account_sessions"
    __table_args__ = (
        Index("ix_account_sessions_account_id", "account_id",
              postgresql_where=text("ended_at is null")),
        Index("ix_account_sessions_until", "until"),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    key_hash: Mapped[str] = mapped_column(unique=True)  # hex SHA-256
    began_at: Mapped[Moment]
    seen_at: Mapped[Moment]  # to the minute
    until: Mapped[Moment]
    second_factor_at: Mapped[Moment]  # when it was last given
    ended_at: Mapped[Moment | None]
    address: Mapped[str]
    program: Mapped[str]

"""Tables of the desk's accounts, their roles, and the append-only audit trail."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Table
from sqlalchemy.dialects.postgresql import JSONB
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
    # Which of the secret addresses of this account's calendar holds.
    calendar_nonce: Mapped[int] = mapped_column(BigInteger, server_default="0")
    roles: Mapped[list[Role]] = relationship(secondary=account_roles)


class AuditEntry(Model):
    """Who did what to which row, when and by which door; never changed, never removed."""

    __tablename__ = "audit_entries"

    id: Mapped[Key]
    at: Mapped[Moment]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    actor: Mapped[str]  # "account", "operator:<name>", "system"
    door: Mapped[str]  # "desk", "cli", "clock"
    act: Mapped[str]
    subject: Mapped[str]  # table and key, as "edition:20-8"
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)

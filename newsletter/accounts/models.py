"""Tables of the desk's accounts and their roles."""

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Table
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

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str | None]  # an argon2id hash
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    # What a session refers to; a new one ends every session of the account.
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str] = mapped_column(default="nl")
    created_at: Mapped[Moment]
    roles: Mapped[list[Role]] = relationship(secondary=account_roles)

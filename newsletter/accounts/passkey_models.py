"""Tables of passkeys (Web Authentication Level 3), and of the challenges that wait for one."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model


class PasskeyPurpose(StrEnum):
    """What a challenge was made for; an answer serves no other."""

    ADD = "add"
    LOG_IN = "log_in"
    CONFIRM = "confirm"


class Passkey(Model):
    """A key of an account that lies in a telephone, a computer or a stick: here its public half."""

    __tablename__ = "passkeys"
    __table_args__ = (
        CheckConstraint("octet_length(credential_id) between 1 and 1023", name="credential_id"),
        CheckConstraint("length(name) between 1 and 60", name="name"),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # COSE
    # How often it signed, as it says itself; one that was copied falls behind. Many say 0 always.
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(ARRAY(String))  # how browsers can reach it
    name: Mapped[str]  # as its owner calls it
    added_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class PasskeyChallenge(Model):
    """A random number for a passkey to sign; its row goes when any answer comes."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[str] = mapped_column(primary_key=True)  # hex SHA-256
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    purpose: Mapped[PasskeyPurpose] = mapped_column(words(PasskeyPurpose, "purpose"))
    until: Mapped[Moment] = mapped_column(index=True)

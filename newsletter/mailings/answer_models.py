"""The table of answers to a mailing: how many on each day, and nothing of who gave them."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.extensions import Model


class MailingAnswers(Model):
    """How often one mailing was called useful, and not useful, on one day in Amsterdam."""

    __tablename__ = "mailing_answers"
    __table_args__ = (CheckConstraint("useful >= 0 and not_useful >= 0", name="counts"),)

    mailing_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("mailings.id"),
                                            primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    useful: Mapped[int] = mapped_column(server_default="0")
    not_useful: Mapped[int] = mapped_column(server_default="0")

"""The table of links that were tried: what stood at an address, and when."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model
from newsletter.fetching.trouble import Trouble


class LinkCheck(Model):
    """An address that an edition or its articles lead to; no trouble is a page that came.

    `status` is what its server answered when that was no page.
    """

    __tablename__ = "link_checks"
    __table_args__ = (CheckConstraint("length(address) <= 2000", name="address"),)

    id: Mapped[Key]
    address: Mapped[str] = mapped_column(unique=True)
    tried_at: Mapped[Moment] = mapped_column(index=True)
    trouble: Mapped[Trouble | None] = mapped_column(words(Trouble, "trouble"))
    status: Mapped[int | None]

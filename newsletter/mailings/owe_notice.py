"""Owe a notice: a line that readers get in their next mail of any kind; alone it makes no mail."""

import unicodedata
from datetime import datetime

from sqlalchemy import Select, select, text
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.mailings.notice_models import LONGEST_NOTICE, Notice, OwedNotice


def owe_notice(
    text_nl: str,
    text_en: str | None,
    *,
    to: Select[int],
    now: datetime,
    article_id: int | None = None,
) -> Notice:
    """The notice, owed to the readers whose ids `to` selects.

    Raises BadInput at `text_nl` or `text_en` when it is empty, too long, or more than one line.
    """
    notice = _notice(
        checked_line("text_nl", text_nl),
        checked_line("text_en", text_en) if text_en is not None else None,
        article_id=article_id,
        now=now,
    )
    readers = to.subquery()
    db.session.execute(
        insert(OwedNotice).from_select(
            ["subscriber_id", "notice_id", "owed_at"],
            readers.select().add_columns(
                text(":notice_id").bindparams(notice_id=notice.id),
                text(":owed_at").bindparams(owed_at=now),
            ),
        ).on_conflict_do_nothing()
    )
    return notice


def _notice(
    text_nl: str, text_en: str | None, *, article_id: int | None, now: datetime
) -> Notice:
    """A new one; of an article the same words are the same notice, however often they are sent."""
    if article_id is not None:
        found = db.session.scalar(select(Notice).where(
            Notice.article_id == article_id, Notice.withdrawn_at.is_(None),
            Notice.text_nl == text_nl, Notice.text_en.is_not_distinct_from(text_en)))
        if found is not None:
            return found
    notice = Notice(text_nl=text_nl, text_en=text_en, article_id=article_id, created_at=now)
    db.session.add(notice)
    db.session.flush()
    return notice


def checked_line(field: str, words: str) -> str:
    """The words of a notice without spaces around them. Raises BadInput at the field."""
    words = words.strip()
    if not words:
        raise BadInput(field, "empty")
    if len(words) > LONGEST_NOTICE:
        raise BadInput(field, "too_long")
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in words):
        raise BadInput(field, "control_character")
    return words

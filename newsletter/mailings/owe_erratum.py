"""Owe an erratum: who was given an article hears in her next mail what was wrong with it.

A correction makes nothing due again (PRODUCT.md): it owes this line, with a link to the article.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Select, func, select, text

from newsletter.extensions import db
from newsletter.mailings.notice_models import Notice
from newsletter.mailings.one_at_a_time import one_at_a_time
from newsletter.mailings.owe_notice import owe_notice
from newsletter.mailings.texts import TEXTS_OF_MAILINGS

_HAD = text(f"""
    with holding as materialized (
        select m.mailing_id, v.id as variant_id
          from variants v join {TEXTS_OF_MAILINGS} m on m.manifest_id = v.manifest_id
         where v.article_ids && array[:article_id ::bigint]
    )
    select d.subscriber_id
      from holding h join deliveries d on d.mailing_id = h.mailing_id
                                      and d.variant_id = h.variant_id
     where d.status not in ('failed', 'skipped')
     union
    select p.subscriber_id
      from holding h
      join past_recipients k on k.mailing_id = h.mailing_id
                            and k.status not in ('failed', 'skipped')
     cross join unnest(k.subscriber_ids, k.variant_ids) p(subscriber_id, variant_id)
     where p.variant_id = h.variant_id
""").columns(subscriber_id=BigInteger)  # noqa: S608 (only constants are joined)


def owe_erratum(
    article_id: int, text_nl: str, text_en: str | None, *, now: datetime
) -> Notice:
    """The notice, owed to every reader to whom a mail gave the article, or is about to.

    Raises BadInput at `text_nl` or `text_en`.
    """
    one_at_a_time()
    return owe_notice(text_nl, text_en, to=_who_had(article_id), now=now, article_id=article_id)


def count_who_had(article_id: int) -> int:
    """How many readers were given the article by a mail, or are about to be."""
    found = db.session.scalar(
        select(func.count()).select_from(_who_had(article_id).subquery()))
    return found or 0


def _who_had(article_id: int) -> Select[int]:
    had = _HAD.bindparams(article_id=article_id).subquery()
    return select(had.c.subscriber_id)

"""Count followers: of the readers of a slot that was just reckoned, how many follow each theme."""

from datetime import datetime

from sqlalchemy import text

from newsletter.extensions import db

_FOLLOWERS = text("""
    select t.theme_id, count(*)
      from readers r join subscription_themes t on t.subscriber_id = r.subscriber_id
     where t.chosen_at <= :cutoff
     group by t.theme_id
""")


def count_followers(cutoff: datetime) -> dict[int, int]:
    """How many readers follow each theme, by its id; only those who chose it by the cut-off.

    In the transaction in which the slot was reckoned, whose readers are counted.
    """
    return dict(db.session.execute(_FOLLOWERS, {"cutoff": cutoff}).tuples().all())

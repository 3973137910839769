"""Save what somebody wrote: over the article, or as an offer when it would go to readers."""

from datetime import datetime
from enum import StrEnum

from newsletter.articles.drafts import Draft, check
from newsletter.articles.go_live import answers_for_magazine, may_only_offer
from newsletter.articles.models import Article
from newsletter.articles.offer import end_own, offer
from newsletter.articles.write import edit_article, lock


class Saved(StrEnum):
    """What came of a save; false when it changed nothing."""

    NOTHING = ""
    WRITTEN = "written"
    OFFERED = "offered"  # an editor decides


def save(
    article: Article,
    draft: Draft,
    *,
    revision: int | None,
    now: datetime,
    account_id: int | None = None,
    restored_from: int | None = None,
) -> Saved:
    """Write the draft over the article; offer it when this account may do no more.

    Raises BadInput as `edit_article` does.
    """
    draft = check(draft)
    # Whether it goes to readers is asked of the article as nobody changes it meanwhile.
    lock(article, revision=revision)
    if account_id is not None and may_only_offer(article, account_id):
        made = offer(article, draft, revision=revision, now=now, account_id=account_id)
        return Saved.OFFERED if made is not None else Saved.NOTHING
    is_changed = edit_article(article, draft, revision=revision, now=now, account_id=account_id,
                              restored_from=restored_from)
    if not answers_for_magazine(account_id):
        end_own(article.id, account_id, now=now)
    return Saved.WRITTEN if is_changed else Saved.NOTHING

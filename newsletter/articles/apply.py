"""Apply a proposal to its article as that stands: what it changes is its own, the rest stays."""

from dataclasses import fields, replace

from newsletter.articles.drafts import MOST_THEMES, Draft
from newsletter.articles.go_live import answers_for_magazine
from newsletter.articles.models import Article
from newsletter.articles.proposal_models import ArticleProposal
from newsletter.articles.proposal_queries import waiting_of
from newsletter.articles.versions import draft_in, draft_of, find_version
from newsletter.catalogue.queries import followed_by_id, pickable_by_id

_IMAGE = ("image_id", "image_alt")


def applied(article: Article, proposal: ArticleProposal) -> Draft:
    """What the article would say with the proposal taken over now.

    A field that the proposal did not change says what the article says, also when that is newer.
    Of new themes those that readers can still pick, and for one that was merged or split since
    those in which it goes on; the present ones when none is left.
    """
    offered, base, present = draft_in(proposal), base_of(article, proposal), draft_of(article)
    changed = {one.name for one in fields(Draft)
               if getattr(offered, one.name) != getattr(base, one.name)}
    if changed.intersection(_IMAGE):
        changed.update(_IMAGE)  # a picture and the words with it are one
    result = replace(present, **{name: getattr(offered, name) for name in changed})
    if "theme_ids" in changed:
        result = replace(result, theme_ids=_themes(article, base, offered))
    return result


def base_of(article: Article, proposal: ArticleProposal) -> Draft:
    """What the article said when the proposal was made."""
    version = find_version(article.id, proposal.base_revision)
    return draft_in(version) if version is not None else draft_of(article)


def draft_before(article: Article, account_id: int | None) -> Draft:
    """What this person writes on: the article with her own proposal that waits, if she has one.

    With the themes that readers can pick, to change something and save it.
    """
    draft = draft_of(article)
    if account_id is not None and not answers_for_magazine(account_id):
        waiting = waiting_of(article.id, account_id)
        draft = applied(article, waiting) if waiting is not None else draft
    return pickable(draft)


def pickable(draft: Draft) -> Draft:
    """The draft with those of its themes that readers can pick, to be written to its article."""
    return replace(draft, theme_ids=tuple(one.id for one in pickable_by_id(draft.theme_ids)))


def _themes(article: Article, base: Draft, offered: Draft) -> tuple[int, ...]:
    new = set(offered.theme_ids).difference(base.theme_ids)
    live = [one.id for one in pickable_by_id(offered.theme_ids)]
    heirs = [one.id for one in pickable_by_id(followed_by_id(new)) if one.id not in live]
    chosen = [*live, *heirs][:MOST_THEMES]
    if not chosen:
        chosen = [one.id for one in article.themes if one.retired_at is None]
    # What an article carries of retired themes stays with it, as at any edit.
    retired = [one.id for one in article.themes if one.retired_at is not None]
    return tuple(sorted({*chosen, *retired}))

"""Rename a theme: other words for the same; its old address leads on."""

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from newsletter.catalogue.models import FormerSlug, Theme
from newsletter.digests.draw_theme import ThemeDraft, free_slug
from newsletter.digests.inherit import followers
from newsletter.digests.lock_themes import lock_theme
from newsletter.digests.note_change import note_change, owe
from newsletter.digests.say_theme_change import Said, renamed
from newsletter.digests.theme_models import ChangeKind, ThemeChange
from newsletter.errors import BadInput
from newsletter.extensions import db


def rename_theme(
    theme_id: int, draft: ThemeDraft, *, now: datetime, undo_for: timedelta
) -> ThemeChange:
    """The change. Its readers are owed a notice only when a name changes, not for a sentence.

    Raises NotFound, and BadInput at the field that cannot be taken, at `name_nl` with `same` when
    nothing changes at all.
    """
    theme = lock_theme(theme_id)
    draft = draft.tidied()
    had = words_of(theme)
    if draft == had:
        raise BadInput("name_nl", "same")
    before = {**asdict(had), "slug": theme.slug}
    is_new_name = draft.name_nl != had.name_nl
    slug = free_slug(draft.name_nl, of=theme) if is_new_name else theme.slug
    give_words(theme, draft, slug=slug)
    names = Said(had.name_nl, had.name_en)
    notices = []
    if names != Said(theme.name_nl, theme.name_en):
        notices = [owe(renamed(names, theme), to=followers([theme.id]), now=now)]
    return note_change(ChangeKind.RENAMED, theme, now=now, undo_for=undo_for, before=before,
                       notice_ids=notices)


def words_of(theme: Theme) -> ThemeDraft:
    """What readers see of the theme now."""
    return ThemeDraft(theme.name_nl, theme.name_en, theme.sentence_nl, theme.sentence_en)


def give_words(theme: Theme, draft: ThemeDraft, *, slug: str) -> None:
    """Write the words over the theme; the slug that it had leads on to it."""
    if slug != theme.slug:
        db.session.execute(delete(FormerSlug).where(FormerSlug.slug == slug))
        db.session.execute(
            insert(FormerSlug).values(slug=theme.slug, theme_id=theme.id).on_conflict_do_nothing())
        theme.slug = slug
    for name, words in asdict(draft).items():
        setattr(theme, name, words)
    db.session.flush()

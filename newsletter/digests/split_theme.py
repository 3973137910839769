"""Split a theme into several: its readers follow all of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update

from newsletter.catalogue.models import Theme
from newsletter.digests.draw_theme import ThemeDraft, free_slug
from newsletter.digests.inherit import followers, inherit, move_to_come
from newsletter.digests.lock_themes import lock_heirs, lock_theme
from newsletter.digests.note_change import note_change, owe
from newsletter.digests.say_theme_change import split, took_part
from newsletter.digests.theme_models import ChangeKind, ThemeChange
from newsletter.errors import BadInput
from newsletter.extensions import db

FEWEST, MOST = 2, 4  # parts


def split_theme(
    theme_id: int,
    *,
    new: Sequence[ThemeDraft],
    present: Collection[int],
    now: datetime,
    undo_for: timedelta,
) -> ThemeChange:
    """The change: the theme goes on in new themes and in present ones, two to four together.

    Raises NotFound, and BadInput at `parts` for their number or a theme that cannot take a part,
    or at `new_<number>_<field>` for the words of a new one.
    """
    theme = lock_theme(theme_id)
    taking = lock_heirs(theme, present, field="parts")
    if not FEWEST <= len(new) + len(taking) <= MOST:
        raise BadInput("parts", "out_of_range")
    made = _add(new, after=theme)
    parts = [*made, *taking]
    notices = [owe(split(theme, parts), to=followers([theme.id]), now=now)]
    notices += [owe(took_part(theme, part), to=followers([part.id], but_not=[theme.id]), now=now)
                for part in taking]
    inherit(theme, parts, now=now)
    moved, given = move_to_come([theme.id], [part.id for part in parts], now=now)
    theme.retired_at = now
    return note_change(ChangeKind.SPLIT, theme, now=now, undo_for=undo_for,
                       new_theme_ids=[part.id for part in made], before={"given": given},
                       moved_article_ids=moved, notice_ids=notices)


def _add(drafts: Sequence[ThemeDraft], *, after: Theme) -> list[Theme]:
    """The new themes, behind the other in the house's order."""
    made: list[Theme] = []
    later = Theme.position > after.position
    # Through the negative numbers, for at no moment may two have one place.
    db.session.execute(
        update(Theme).where(later).values(position=-(Theme.position + len(drafts))))
    db.session.execute(
        update(Theme).where(Theme.position < 0).values(position=-Theme.position))
    for place, draft in enumerate(drafts, start=1):
        try:
            draft = draft.tidied()
            slug = free_slug(draft.name_nl)
        except BadInput as fault:
            raise BadInput(f"new_{place}_{fault.field}", fault.reason) from fault
        theme = Theme(slug=slug, sign=slug, position=after.position + place,
                      name_nl=draft.name_nl, name_en=draft.name_en,
                      sentence_nl=draft.sentence_nl, sentence_en=draft.sentence_en)
        db.session.add(theme)
        db.session.flush()
        made.append(theme)
    return made

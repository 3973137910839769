"""Lock themes: one change of them at a time, and none while a mailing is planned."""

from collections.abc import Iterable

from sqlalchemy import select

from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import change_themes_alone
from newsletter.errors import BadInput, NotFound
from newsletter.extensions import db
from newsletter.mailings.one_at_a_time import one_at_a_time


def lock_theme(theme_id: int) -> Theme:
    """The theme, for the rest of the transaction. Raises NotFound when it cannot be picked."""
    one_at_a_time()
    change_themes_alone()
    # Not of the key, which whoever saves her choices refers to.
    found = db.session.get(Theme, theme_id, with_for_update={"key_share": True},
                           populate_existing=True)
    if found is None or found.retired_at is not None:
        raise NotFound(f"theme {theme_id}")
    return found


def lock_heirs(theme: Theme, theme_ids: Iterable[int], *, field: str) -> list[Theme]:
    """Other themes in which it may go on. Raises BadInput at `field`."""
    wanted = set(theme_ids)
    if theme.id in wanted:
        raise BadInput(field, "itself")
    found = list(db.session.scalars(
        select(Theme)
        .where(Theme.id.in_(wanted), Theme.retired_at.is_(None))
        .order_by(Theme.position)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ))
    if len(found) != len(wanted):
        raise BadInput(field, "unknown")
    return found

"""Number variants: which numbers they will have, so that readers can be planned meanwhile."""

from collections.abc import Collection

from sqlalchemy import text

from newsletter.extensions import db

_NEXT = text("select nextval(pg_get_serial_sequence('variants', 'id')) "
             "from generate_series(1, :count)")


def number_variants(keys: Collection[str]) -> dict[str, int]:
    """A new number for each selection key, in their order; `freeze` gives them out."""
    numbers = db.session.scalars(_NEXT, {"count": len(keys)})
    return dict(zip(keys, numbers, strict=True))

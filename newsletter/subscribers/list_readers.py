"""List readers for a file: the chosen fields, streamed, in the order of their numbers."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import text

from newsletter.extensions import db

AT_ONCE = 1_000


class ExportField(StrEnum):
    """What may stand in the file, in its order."""

    NUMBER = "number"
    ADDRESS = "address"
    NAME = "name"
    ORGANISATION = "organisation"
    SECTOR = "sector"
    EDITIONS = "editions"
    CADENCE = "cadence"
    THEMES = "themes"
    LANGUAGE = "language"
    FORMAT = "format"
    CONFIRMED_AT = "confirmed_at"
    PAUSED_UNTIL = "paused_until"


_COLUMNS = {
    ExportField.NUMBER: "r.id",
    ExportField.ADDRESS: "r.address",
    ExportField.NAME: "r.name",
    ExportField.ORGANISATION: "r.organisation",
    ExportField.SECTOR: "r.sector",
    ExportField.EDITIONS: "s.receives_editions",
    ExportField.CADENCE: "s.cadence",
    ExportField.THEMES: "array(select t.slug from subscription_themes c"
                        " join themes t on t.id = c.theme_id"
                        " where c.subscriber_id = r.id order by t.position)",
    ExportField.LANGUAGE: "s.language",
    ExportField.FORMAT: "s.format",
    ExportField.CONFIRMED_AT: "s.confirmed_at",
    ExportField.PAUSED_UNTIL: "s.paused_until",
}


def list_readers(
    fields: Sequence[ExportField], *, after: int
) -> tuple[list[Sequence[object]], int | None]:
    """The next thousand active readers beyond number `after`: the values of each field, and the
    last number, or None when there are no more."""
    columns = ", ".join(_COLUMNS[field] for field in fields)
    rows = db.session.execute(
        text(f"""
            select r.id, {columns}
              from subscribers r join subscriptions s on s.subscriber_id = r.id
             where r.id > :after and s.status = 'active' and r.address is not null
             order by r.id limit {AT_ONCE}"""),  # noqa: S608 (only constants are joined)
        {"after": after},
    ).all()
    return [row[1:] for row in rows], rows[-1][0] if len(rows) == AT_ONCE else None

"""Dossier: everything that we hold about one reader, as plain rows by table (P05)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text

from newsletter.extensions import db
from newsletter.mailings.of_reader import DELIVERIES, PAST

# Each table that holds anything about a reader; keys by which deeds find rows stay out, and so do
# what only machines can read: our own marks of claims and leases.
_TABLES = {
    "subscriber": """
        select id, address, name, organisation, sector, created_at
          from subscribers where id = :id""",
    "subscription": """
        select status, receives_editions, cadence, cadence_since, is_reckoned_anew, language,
               format, asked_at, confirmed_at, ended_at, ended_reason, leaving_reason,
               paused_until, waiting_since
          from subscriptions where subscriber_id = :id""",
    "themes": """
        select t.slug, t.name_nl, t.name_en, c.chosen_at, c.inherited_id
          from subscription_themes c join themes t on t.id = c.theme_id
         where c.subscriber_id = :id order by t.position""",
    "notices": """
        select n.text_nl, n.text_en, o.owed_at, o.given_at, o.delivery_id
          from owed_notices o join notices n on n.id = o.notice_id
         where o.subscriber_id = :id order by n.id""",
    "consents": """
        select c.id, c.at, c.act, c.means, c.source_page, c.choices, w.language as wording_language,
               w.version as wording_version, w.text as wording, w.sha256 as wording_sha256,
               c.sequence, c.previous_hash, c.hash
          from consents c left join consent_wordings w on w.id = c.wording_id
         where c.subscriber_id = :id order by c.id""",
    "address_changes": """
        select old_address, new_address, asked_at, confirmed_at, undone_at
          from address_changes where subscriber_id = :id order by id""",
    "address_requests": """
        select r.kind, r.wish, r.source_page, r.asked_at from address_requests r
          join subscribers s on lower(r.address) = s.identity where s.id = :id order by r.id""",
    "import_rows": """
        select i.loaded_at, r.number, r.address, r.cells, r.verdict, r.detail
          from import_rows r join imports i on i.id = r.import_id where r.subscriber_id = :id
         union all
        select i.loaded_at, r.number, r.address, r.cells, r.verdict, r.detail
          from import_rows r join imports i on i.id = r.import_id
          join subscribers s on s.identity = r.identity
         where s.id = :id and r.subscriber_id is null
         order by loaded_at, number""",
    "data_requests": """
        select kind, received_on, due_on, opened_at, handled_at, outcome, note,
               extended_at, extended_because
          from data_requests where subscriber_id = :id order by id""",
    "deliveries": f"""
        select d.id, d.kind, m.key as mailing, v.subject, v.why, d.status, d.skip_reason,
               d.created_at, d.sent_at, d.ended_at, d.message_id, d.reply_code, d.attempts,
               d.unclear_count, d.params
          from {DELIVERIES} d
          left join mailings m on m.id = d.mailing_id
          left join variants v on v.id = d.variant_id
         union all
        select null, m.kind, m.key, v.subject, v.why, p.status, p.skip_reason, m.sending_at,
               null, null, null, null, null, null, null
          from {PAST} p
          join mailings m on m.id = p.mailing_id
          left join variants v on v.id = p.variant_id
         order by created_at, id""",  # noqa: S608 (only constants are joined)
    "attempts": f"""
        select a.delivery_id, a.started_at, a.ended_at, a.outcome, a.reply_code, a.reply_text
          from attempts a join {DELIVERIES} d on d.id = a.delivery_id
         order by a.ended_at, a.delivery_id""",  # noqa: S608 (likewise)
}
_SUPPRESSIONS = """
    select reason, created_at from suppressions where address_hash = any(:hashes)"""


def everything_about(
    subscriber_id: int, *, address_hashes: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table, in order; moments in UTC as ISO 8601, days as ISO 8601.

    `address_hashes` are the keyed hashes of her address, by which a suppression is found.
    """
    found = {name: _rows(query, id=subscriber_id) for name, query in _TABLES.items()}
    return {**found, "suppressions": _rows(_SUPPRESSIONS, hashes=list(address_hashes))}


def _rows(query: str, **values: Any) -> list[dict[str, Any]]:
    rows = db.session.execute(text(query), values).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value

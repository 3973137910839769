"""The rows of one reader, as tables to select from; `:id` is her number.

The ledger has no index on readers alone, which would cost each delivery more than it gives: hers
are the single mails, and one look into each mailing.
"""

DELIVERIES = """(
    select * from deliveries where mailing_id is null and subscriber_id = :id
     union all
    select each.* from mailings join deliveries each
        on each.mailing_id = mailings.id and each.subscriber_id = :id)"""

# Of mailings whose partition was dropped: which, with which content, and how it ended.
PAST = """(
    select mailing_id, status, skip_reason,
           variant_ids[array_position(subscriber_ids, :id ::bigint)] as variant_id
      from past_recipients
     where first_id <= :id and last_id >= :id and :id = any (subscriber_ids))"""

"""Texts: every manifest under which a mailing has left, as a table to select from.

What a reader was given stands in the variant of her delivery, which may be of an earlier text.
"""

TEXTS_OF_MAILINGS = """(
    select id as mailing_id, manifest_id from mailings where manifest_id is not null
     union all
    select mailing_id, old_manifest_id from corrections where old_manifest_id is not null)"""

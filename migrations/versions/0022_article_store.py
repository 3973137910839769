"""The article store of the desk: search in Dutch, partner, canonical address, counted saves, and
an index for each way in which the list is filtered and sorted.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

# Both are trusted extensions (PostgreSQL 13 and later): the owner of a database may create them.
EXTENSIONS = ("pg_trgm", "unaccent")

# Names are spelled in full, because a restore and upkeep run with an empty search path.
_PLAIN_WORDS = """
create function plain_words(words varchar) returns text
language sql immutable strict parallel safe as $$
    select btrim(regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, words)),
                                '[^[:alnum:]]+', ' ', 'g'))
$$
"""
# The Dutch stems find other forms of a word, the words themselves what it begins with.
_ARTICLE_WORDS = """
create function article_words(title varchar, subject varchar, authors text[], summary varchar,
                              body varchar) returns tsvector
language sql immutable parallel safe as $$
    select setweight(to_tsvector('pg_catalog.dutch', part.words)
                     || to_tsvector('pg_catalog.simple', part.words), 'A')
        || setweight(to_tsvector('pg_catalog.dutch', part.others)
                     || to_tsvector('pg_catalog.simple', part.others), 'D')
      from (select public.plain_words(title || ' ' || coalesce(subject, '') || ' '
                                      || array_to_string(authors, ' ')) as words,
                   public.plain_words(summary || ' ' || coalesce(body, '')) as others) part
$$
"""
# What was typed: each word by its stem, or as the beginning of a word.
_WORDS_ASKED = """
create function words_asked(words varchar) returns tsquery
language sql immutable strict parallel safe as $$
    select coalesce(
        (select string_agg('(' || concat_ws(' | ', quote_literal(word) || ':*',
                    nullif(plainto_tsquery('pg_catalog.dutch', word)::text, '')) || ')', ' & ')
           from regexp_split_to_table(public.plain_words(words), ' ') word
          where word <> ''), '')::tsquery
$$
"""
FUNCTIONS = ("words_asked(varchar)",
             "article_words(varchar, varchar, text[], varchar, varchar)", "plain_words(varchar)")
COLUMNS = ("search", "plain_title", "listed_at", "revision", "canonical_url", "partner_id")
NEWEST = sa.text("listed_at desc"), sa.text("id desc")


def upgrade() -> None:
    for name in EXTENSIONS:
        op.execute(f"create extension if not exists {name} schema public")
    for function in (_PLAIN_WORDS, _ARTICLE_WORDS, _WORDS_ASKED):
        op.execute(function)
    op.execute("""
        alter table articles
          add column partner_id bigint,
          add column canonical_url varchar,
          add column revision integer not null default 0,
          add column listed_at timestamptz
              generated always as (coalesce(released_at, created_at)) stored,
          add column plain_title text generated always as (plain_words(title)) stored,
          add column search tsvector
              generated always as (article_words(title, subject, authors, summary, body_md)) stored
    """)
    op.create_foreign_key(op.f("fk_articles_partner_id_partners"), "articles", "partners",
                          ["partner_id"], ["id"])
    op.create_check_constraint(op.f("ck_articles_canonical_url"), "articles",
                               "canonical_url ~ '^https?://' and length(canonical_url) <= 2000")
    op.create_index("ix_articles_search", "articles", ["search"], postgresql_using="gin")
    op.create_index("ix_articles_like_title", "articles", ["plain_title"],
                    postgresql_using="gin", postgresql_ops={"plain_title": "gin_trgm_ops"})
    op.create_index("ix_articles_newest", "articles", NEWEST)
    op.create_index("ix_articles_by_title", "articles", ["plain_title", "id"])
    op.create_index("ix_articles_changed", "articles", [sa.text("updated_at desc"),
                                                        sa.text("id desc")])
    op.create_index("ix_articles_kind", "articles", ["kind", *NEWEST])
    op.create_index("ix_articles_partner_id", "articles", ["partner_id", *NEWEST])
    op.create_index("ix_articles_drafts", "articles", NEWEST,
                    postgresql_where=sa.text("released_at is null"))
    op.create_index("ix_articles_canonical_url", "articles", ["canonical_url"],
                    postgresql_where=sa.text("canonical_url is not null"))


def downgrade() -> None:
    for name in ("by_title", "changed", "drafts", "kind", "newest"):
        op.drop_index(f"ix_articles_{name}", "articles")
    for name in COLUMNS:
        op.drop_column("articles", name)
    for function in FUNCTIONS:
        op.execute(f"drop function {function}")
    for name in EXTENSIONS:
        op.execute(f"drop extension {name}")

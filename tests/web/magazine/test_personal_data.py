"""The registry of personal data: against the schema, the privacy page and the register in docs."""

import re
from collections import Counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.config import load
from newsletter.web.magazine.impersonal import IMPERSONAL
from newsletter.web.magazine.personal_data import BASES, Basis, Fact, Group, Said
from newsletter.web.magazine.personal_facts import READERS
from newsletter.web.magazine.personal_others import FACTS, facts_of
from tests.docs.pages import page
from tests.web import visitor

PERSONAL = Counter(column for fact in FACTS for column in fact.columns)
BARE = {f"{table}.{name}" for table, names in IMPERSONAL.items() for name in names}
REGISTER = page("docs/processing.md")
HEADINGS = {Group.READER: "Readers", Group.DESK: "The desk", Group.NAMED: "Named in the magazine"}


def test_every_column_of_the_schema_is_in_one_of_the_two_lists(session: Session) -> None:
    real = {
        f"{table}.{column}"
        for table, column in session.execute(text(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public'"
        ))
    }
    named = {"the registry does not know": real - PERSONAL.keys() - BARE,
             "no longer there": (PERSONAL.keys() | BARE) - real,
             "in both lists": PERSONAL.keys() & BARE,
             "named twice": {column for column, times in PERSONAL.items() if times > 1}}
    assert {fault: columns for fault, columns in named.items() if columns} == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_privacy_page_names_every_personal_column(
    client: FlaskClient, language: str
) -> None:
    shown = visitor.page(client.get("/privacy", query_string={"taal": language}))
    rows = [[cell.text().strip() for cell in row.css("th, td")] for row in shown.css("tbody tr")]
    for fact in FACTS:
        row = [fact.what.words(language), fact.purpose.words(language),
               BASES[fact.basis].words(language), fact.kept_for(language, proof_months=0)]
        assert row in rows, fact.columns
    assert len(rows) == len(FACTS)


def test_the_periods_of_the_page_are_those_of_the_jobs_and_the_settings() -> None:
    codes = next(fact for fact in READERS if "consent_salts.salt" in fact.columns)
    assert "24 maanden nadat je je laat wissen" in codes.kept_for("nl", proof_months=24)
    assert "six months after" in codes.kept_for("en", proof_months=6)
    assert "vernietigen we als je je laat wissen" in codes.kept_for("nl", proof_months=0)
    address = next(fact for fact in READERS if "subscribers.address" in fact.columns)
    assert address.kept_for("nl", proof_months=0).startswith(
        "Zolang je abonnee bent. Zeven dagen als je niet bevestigt, 30 dagen nadat je stopt."
    )


def test_a_period_that_is_no_place_is_noticed() -> None:
    fact = Fact(Group.READER, Said("a", "a"), Said("b", "b"), Basis.CONSENT, Said("{x}", "{x}"), ())
    with pytest.raises(KeyError):
        fact.kept_for("nl", proof_months=0)


@pytest.mark.parametrize("group", Group)
def test_the_register_of_processing_says_what_the_registry_says(group: Group) -> None:
    chapter = REGISTER.source.split(f"\n## {HEADINGS[group]}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in chapter.splitlines() if line.startswith("| ")]
    assert rows[2:] == [
        [
            fact.what.en,
            ", ".join(f"`{column}`" for column in fact.columns),
            fact.purpose.en,
            BASES[fact.basis].en,
            fact.kept_for("en", proof_months=0),
        ]
        for fact in facts_of(group)
    ]


def test_the_register_of_processing_lists_the_tables_without_personal_data() -> None:
    chapter = REGISTER.source.split("\n## Columns that say nothing of a person\n")[1]
    said = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", chapter.split("\n## ")[0], re.MULTILINE))
    assert said == {
        table: ", ".join(f"`{name}`" for name in names) for table, names in IMPERSONAL.items()
    }


def test_who_processes_for_us_is_a_setting_that_the_page_shows(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = client.get("/privacy").get_data(as_text=True)
    assert "vertellen we je als je het vraagt" in without
    environ = {"DATABASE_URL": "postgresql://a@b/c", "REDIS_URL": "redis://b", "SECRET_KEY": "x",
               "STATE": "/nonexistent"}
    told = load({**environ, "PROCESSORS": "Hoster <b>: servers; Relay BV: verzendt de mails"})
    assert told.processors == (("Hoster <b>", "servers"), ("Relay BV", "verzendt de mails"))
    monkeypatch.setitem(app.config, "SETTINGS", told)
    for language in ("nl", "en"):
        shown = visitor.page(client.get("/privacy", query_string={"taal": language}))
        listed = [item.text() for item in shown.css("li") if "Relay BV" in item.text()]
        assert listed == ["Relay BV: verzendt de mails"]
        assert "Hoster <b>: servers" in [item.text() for item in shown.css("li")]

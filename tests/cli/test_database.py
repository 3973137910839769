"""`newsletter database`."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from newsletter.cli.main import cli
from tests.cli.conftest import Run


def test_the_schema_and_the_rights_of_the_app_are_right(run: Run, read: Any) -> None:
    assert read("database", "check")["faults"] == []
    assert run("database", "check").exit_code == 0


def test_seeding_again_is_harmless(run: Run) -> None:
    for _ in range(2):
        assert run("database", "seed").exit_code == 0


def test_upgrading_again_is_harmless(make_database: Callable[[], dict[str, str]]) -> None:
    shown = CliRunner().invoke(cli, ["database", "upgrade"], env=make_database(),
                               catch_exceptions=False)
    assert shown.exit_code == 0


def test_an_old_schema_and_a_right_too_many_are_found(
    make_database: Callable[[], dict[str, str]],
) -> None:
    env = make_database()
    owner = create_engine(env["DATABASE_OWNER_URL"])
    with owner.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
        connection.execute(text("grant update on consents to public"))
        connection.execute(text("grant delete on attempts_0002 to public"))
    owner.dispose()
    shown = CliRunner().invoke(cli, ["database", "check"], env=env, catch_exceptions=False)
    assert shown.exit_code == 1
    assert "0001" in shown.stdout
    assert "consents" in shown.stdout
    assert "partitions of attempts" in shown.stdout


@pytest.mark.parametrize(("grant", "words"), [
    ("update (sent) on closed_ledgers", "closed_ledgers"),
    ("update (mailing_id, checked_at) on closed_ledgers", "closed_ledgers"),
    ("update (subject) on audit_entries", "audit_entries"),
    ("update (worker) on attempts_0002", "partitions of attempts"),
    ("delete on past_outcomes", "past_outcomes"),
])
def test_a_right_over_a_single_column_too_many_is_found(
    make_database: Callable[[], dict[str, str]], grant: str, words: str
) -> None:
    env = make_database()
    owner = create_engine(env["DATABASE_OWNER_URL"])
    with owner.begin() as connection:
        connection.execute(text(f"grant {grant} to public"))
    owner.dispose()
    shown = CliRunner().invoke(cli, ["database", "check"], env=env, catch_exceptions=False)
    assert shown.exit_code == 1
    assert [words in line for line in shown.stdout.splitlines()] == [True]


def test_the_demo_logins_are_refused_in_production(
    make_database: Callable[[], dict[str, str]], production: Callable[..., dict[str, str]]
) -> None:
    shown = CliRunner().invoke(cli, ["database", "seed", "--demo"],
                               env=production(make_database()), catch_exceptions=False)
    assert shown.exit_code == 1
    assert "production" in shown.stderr


def test_one_role_for_owner_and_app_is_refused_in_one_line(
    make_database: Callable[[], dict[str, str]],
) -> None:
    env = make_database()
    same = {**env, "DATABASE_URL": env["DATABASE_OWNER_URL"]}
    shown = CliRunner().invoke(cli, ["database", "upgrade"], env=same, catch_exceptions=False)
    assert shown.exit_code == 2
    assert shown.stderr.startswith("DATABASE_OWNER_URL must name the owner's role")
    assert shown.stderr.count("\n") == 1


def test_an_owner_that_cannot_come_in_is_told_by_its_own_setting(
    make_database: Callable[[], dict[str, str]],
) -> None:
    env = {**make_database(), "DATABASE_OWNER_URL": "postgresql://owner:secret@127.0.0.1:1/x"}
    shown = CliRunner().invoke(cli, ["database", "upgrade"], env=env, catch_exceptions=False)
    assert shown.exit_code == 2
    assert shown.stderr == (
        "PostgreSQL does not answer at 127.0.0.1:1: start it (`make up`), or set "
        "DATABASE_OWNER_URL.\n"
    )

"""The command as a whole: its table, its help, and how it says that something is missing."""

import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, make_url, text

from newsletter.cli.main import COMMANDS, cli

NOBODY = "postgresql://app:very-secret@127.0.0.1:1/newsletter"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_of_the_table_loads_and_explains_itself(name: str) -> None:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    assert found.name == name
    shown = CliRunner().invoke(cli, [name, "--help"])
    assert shown.exit_code == 0
    assert shown.output.startswith(f"Usage: cli {name}")


def test_help_lists_every_command_without_loading_any() -> None:
    code = (
        "import sys\n"
        "from newsletter.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('sqlalchemy' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert shown.endswith("False\n")
    for name, row in COMMANDS.items():
        assert name in shown
        assert row.sentence in shown


def test_an_unknown_command_is_exit_code_2() -> None:
    assert CliRunner().invoke(cli, ["nonsense"]).exit_code == 2


def test_bad_settings_are_one_line_each_and_exit_code_2(servers: dict[str, str]) -> None:
    env = {**servers, "PORT": "none", "CLAIM_SIZE": "0", "STATE": "/nonexistent"}
    shown = CliRunner().invoke(cli, ["mailing", "list"], env=env)
    assert shown.exit_code == 2
    assert [line.split()[0] for line in shown.stderr.splitlines()] == ["PORT", "CLAIM_SIZE"]
    assert not shown.stdout


def test_a_database_that_is_gone_is_one_line_that_says_what_to_set(
    servers: dict[str, str],
) -> None:
    env = {**servers, "DATABASE_URL": NOBODY, "STATE": "/nonexistent"}
    shown = CliRunner().invoke(cli, ["mailing", "list"], env=env)
    assert shown.exit_code == 2
    assert len(shown.stderr.splitlines()) == 1
    assert "127.0.0.1:1" in shown.stderr
    assert "DATABASE_URL" in shown.stderr
    assert "very-secret" not in shown.output


@pytest.mark.parametrize("what", ["role", "database"])
def test_a_database_that_turns_us_away_is_not_called_silent(
    servers: dict[str, str], what: str
) -> None:
    url = make_url(servers["DATABASE_URL"])
    wrong = url.set(username="nobody") if what == "role" else url.set(database="elsewhere")
    env = {**servers, "DATABASE_URL": wrong.render_as_string(False), "STATE": "/nonexistent"}
    shown = CliRunner().invoke(cli, ["mailing", "list"], env=env, catch_exceptions=False)
    assert shown.exit_code == 2
    assert len(shown.stderr.splitlines()) == 1
    assert f'{what} "{"nobody" if what == "role" else "elsewhere"}" does not exist' in shown.stderr
    assert shown.stderr.endswith("mend DATABASE_URL.\n")


def test_a_right_that_the_role_lacks_is_one_line(
    servers: dict[str, str], make_database: Callable[[], dict[str, str]]
) -> None:
    env = make_database()
    owner = create_engine(env["DATABASE_OWNER_URL"])
    with owner.begin() as connection:
        connection.execute(text("revoke select on mailings from newsletter_app"))
    owner.dispose()
    shown = CliRunner().invoke(cli, ["mailing", "list"], env=env, catch_exceptions=False)
    assert shown.exit_code == 2
    assert shown.stderr.startswith("The role of DATABASE_URL may not do that (permission denied")
    assert len(shown.stderr.splitlines()) == 1


def test_a_database_without_tables_says_which_command_makes_them(
    servers: dict[str, str], settings_of: Callable[[str], dict[str, str]]
) -> None:
    shown = CliRunner().invoke(cli, ["mailing", "list"], env=settings_of("template1"))
    assert shown.exit_code == 2
    assert "newsletter database upgrade" in shown.stderr

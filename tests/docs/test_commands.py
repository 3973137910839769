"""The documentation names only commands, options and settings that there are, and all of these."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from newsletter import config
from newsletter.cli import lazy
from newsletter.cli.main import COMMANDS, cli
from newsletter.config import SETTINGS
from newsletter.core import ROOT
from tests.docs.pages import PAGES, Page, page

README, OPERATORS = page("README.md"), page("docs/operators.md")
HELP_WIDTH = 98
each_page = pytest.mark.parametrize("shown", PAGES, ids=lambda found: found.name)


@each_page
def test_every_target_of_make_that_is_named_exists(shown: Page) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):[^#\n]*## ", makefile, re.MULTILINE))
    settings = set(re.findall(r"^([A-Z_]+) \?=", makefile, re.MULTILINE))
    for typed in shown.commands():
        words = shlex.split(typed) if typed.startswith("make ") else []
        for word in words[1:]:
            name, is_setting, _ = word.partition("=")
            assert name in (settings if is_setting else targets), f"{shown.name}: {typed}"


@each_page
def test_every_command_and_option_that_is_named_exists(shown: Page) -> None:
    for typed in shown.commands():
        found = re.match(r"(?:\$ )?(?:\.venv/bin/)?newsletter (.+)", typed)
        if found:
            _walk(shlex.split(found[1]), where=f"{shown.name}: {typed}")


def _walk(words: list[str], *, where: str) -> None:
    """Follow the words into the command; each name and each option must be one of it."""
    command: click.Command = cli
    for place, word in enumerate(words):
        if isinstance(command, click.Group) and not word.startswith("--"):
            inner = command.get_command(click.Context(command), word)
            assert inner is not None, where
            command = inner
        elif word.startswith("--") and word != "--help":
            options = {option for each in command.params for option in each.opts}
            assert word in options, f"{where} ({' '.join(words[:place])})"
    assert not isinstance(command, click.Group) or "--help" in words, where


def test_every_command_stands_in_the_operators_table() -> None:
    listed = {
        tuple(word for word in row.split()[1:] if re.fullmatch(r"[a-z][a-z-]*", word))
        for row in OPERATORS.column("command")
    }
    present = set()
    for name in COMMANDS:
        found = cli.get_command(click.Context(cli), name)
        inner = list(found.commands) if isinstance(found, click.Group) else []
        present |= {(name, each) for each in inner} or {(name,)}
    assert listed == present


def test_help_is_shown_as_it_is() -> None:
    compared = 0
    for shown in PAGES:
        for block in shown.blocks("console"):
            typed, _, said = block.partition("\n")
            words = shlex.split(typed.removeprefix("$ "))
            assert words[0] == "newsletter"
            assert words[-1] == "--help"  # what is run here must be cheap and change nothing
            ran = CliRunner().invoke(cli, words[1:], prog_name="newsletter",
                                     terminal_width=HELP_WIDTH)
            assert said.strip() == ran.output.strip()
            compared += 1
    assert compared


def test_the_exit_codes_are_those_of_the_command() -> None:
    meanings = dict(OPERATORS.table("exit code"))
    assert set(meanings) == {"0", str(lazy.REFUSED), str(lazy.NOT_SET_UP)}
    assert meanings[str(lazy.REFUSED)].startswith("refused")
    assert "setting" in meanings[str(lazy.NOT_SET_UP)]


def test_the_settings_table_is_that_of_the_code() -> None:
    assert OPERATORS.table("setting") == [
        [f"`{setting.name}`", f"`{setting.default}`" if setting.default else "",
         "yes" if setting.needed_in_production else "", setting.sentence]
        for setting in SETTINGS
    ]


def test_the_settings_of_the_readme_make_a_service() -> None:
    (block,) = [text for text in README.blocks("sh") if "NEWSLETTER_ENV=production" in text]
    environ = dict(word.split("=", 1) for word in shlex.split(block))
    assert set(environ) <= {setting.name for setting in SETTINGS}
    settings = config.load(environ)
    assert settings.is_production
    assert settings.smtp_url.tls == "starttls"
    for setting in SETTINGS:
        without = {name: text for name, text in environ.items() if name != setting.name}
        if setting.needed_in_production:
            with pytest.raises(config.BadSettings, match=setting.name):
                config.load(without)

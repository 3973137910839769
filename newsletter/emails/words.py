"""The words of the mails, in Dutch and English, read once from the tables beside the templates."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "emails"
LANGUAGES = ("nl", "en")


def read(kind: str) -> dict[str, dict[str, Any]]:
    """The words of one kind by language: those that all mails share and its own."""
    shared = tomllib.loads((TEMPLATES / "_words.toml").read_text(encoding="utf-8"))
    own = tomllib.loads((TEMPLATES / kind / "words.toml").read_text(encoding="utf-8"))
    return {language: {**shared[language], **own[language]} for language in LANGUAGES}


@cache
def words_of(kind: str, language: str) -> SimpleNamespace:
    """The words of one kind in one language, as attributes; a missing one raises when used."""
    return _as_names(read(kind)[language])


def _as_names(table: Mapping[str, Any]) -> SimpleNamespace:
    names = {
        key: _as_names(value) if isinstance(value, dict) else value for key, value in table.items()
    }
    return SimpleNamespace(**names)

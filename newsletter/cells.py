"""Values as cells of CSV that a spreadsheet cannot take for a formula (S12)."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime

# What a spreadsheet takes for the beginning of a formula, also in its wide forms (S12).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """A value as one cell of CSV that cannot start a formula; moments as ISO 8601 in UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return plain(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    if isinstance(value, Mapping):
        value = json.dumps(value, ensure_ascii=False, default=plain)
    if not isinstance(value, str):
        return str(value)
    risky = value.startswith(_FORMULA) or value.lstrip().startswith(_FORMULA)
    return f"'{value}" if risky else value


def plain(value: object) -> str:
    """A value that JSON has no word for, as text; moments in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    return value.isoformat() if isinstance(value, date) else str(value)

"""What a check of an edition found: a rule that it breaks, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """A rule by its code; `is_wrong` must be mended before the edition may leave.

    `at` is a field of the composer, `article:<id>`, or empty; `said` is what the sentence names.
    """

    code: str
    is_wrong: bool = False
    at: str = ""
    said: Mapping[str, object] = field(default_factory=dict)

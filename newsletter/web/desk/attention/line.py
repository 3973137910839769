"""One line of what asks for attention, and what to say when nothing does."""

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.accounts.models import RoleName
from newsletter.web.desk.roles import may
from newsletter.web.desk.said import _

ORDER = ("wrong", "mind", "info", "done")


@dataclass(frozen=True)
class Line:
    """Something that asks for a person: its kind, what it is, and where it is handled.

    `each` are sentences for a list. Who has less than `role` cannot handle it and does not see it.
    """

    kind: str
    heading: str
    sentence: str = ""
    href: str = ""
    link: str = ""
    role: RoleName = RoleName.CONTRIBUTOR
    each: tuple[str, ...] = ()


def in_order(lines: Iterable[Line]) -> list[Line]:
    """What who works here can see of it, the worst first; or the one line that all is well."""
    found = [line for line in lines if may(line.role)]
    if all(line.kind == "info" for line in found):
        found.append(Line("done", _("Niets vraagt om aandacht"),
                          _("Alarmen, deadlines en boekhouding zijn in orde.")))
    return sorted(found, key=lambda line: ORDER.index(line.kind))

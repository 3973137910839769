"""The script of a misbehaving relay: which rule holds for which recipient at which step.

Nothing here depends on the order in which sessions happen to speak: a rule with a chance throws
dice that are seeded by the recipient and her try, so that a run can be repeated.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

OK = "250 2.0.0 taken"
# Where a rule may hold; `body` is between the 354 and the final dot.
STEPS = ("connect", "ehlo", "mail", "rcpt", "data", "body", "dot")
EXTENSIONS = ("PIPELINING", "8BITMIME", "SIZE", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES",
              "STARTTLS", "AUTH")


@dataclass(frozen=True)
class Rule:
    """One misbehaviour: where it holds, for whom and how often, and what happens then.

    Of several rules at one step the first that holds is carried out. Times are in seconds.
    """

    at: str
    # For whom. At connect, ehlo and mail no recipient is known: they match the empty address.
    match: str = ""  # a regular expression, searched in the recipient
    chance: float = 1.0
    first: int = 0  # only the recipient's so many first tries; 0 is all
    most: int = 0  # so often in all; 0 is no limit
    after: int = 0  # only once the relay came to this step so often
    every: int = 0  # only each so many-th time that the relay came to this step
    greylist: float = 0.0  # until so long after the recipient's first try
    # What happens.
    say: str = ""  # this reply; empty is the usual one. A 421 also ends the session.
    drop: bool = False  # break the connection instead of replying
    take: bool = False  # journal the mail as taken, whatever is said or not said
    octets: int = 0  # at the body: break the connection once so much of it has come
    late: float = 0.0  # the reply leaves so much later
    drip: float = 0.0  # so long between two octets of the reply

    @property
    def takes(self) -> bool:
        """Whether the mail is the relay's from now on."""
        return self.take or (not self.drop and self.say[:1] in ("", "2"))


@dataclass
class Script:
    """How a relay is today: its rules, its pace and what it offers."""

    rules: Sequence[Rule] = ()
    seed: int = 1
    delay: float = 0.0  # every reply leaves so long after its command came; delays overlap
    pace: float = 0.0  # a session takes one mail in so many seconds
    rate: float = 0.0  # all sessions together take so many mails a second; 0 is no limit
    most_sessions: int = 0  # more at once are refused with a 421; 0 is no limit
    off: Sequence[str] = ()  # extensions that are not offered
    size: int = 10_485_760  # the largest mail, in octets (RFC 1870)
    user: str = ""  # with a password: nobody may hand over mail without it
    password: str = ""
    # Where a test in the same process decides, instead of rules.
    decide: Callable[[str, str, int], Rule | None] | None = None
    tries: Counter[tuple[str, str]] = field(default_factory=Counter)
    _came: Counter[str] = field(default_factory=Counter)
    _done: Counter[int] = field(default_factory=Counter)
    _first_seen: dict[tuple[int, str], float] = field(default_factory=dict)

    @classmethod
    def read(cls, source: str) -> Self:
        """From JSON as `written` gives it. Raises ValueError on a word that means nothing here."""
        told = json.loads(source)
        try:
            rules = [Rule(**rule) for rule in told.pop("rules", ())]
            made = cls(rules=rules, **told)
        except TypeError as error:
            raise ValueError(str(error)) from error
        unknown = {rule.at for rule in rules} - set(STEPS) | set(made.off) - set(EXTENSIONS)
        if unknown:
            raise ValueError(f"neither a step nor an extension: {', '.join(sorted(unknown))}")
        return made

    def written(self) -> str:
        """As JSON; what a test decides itself cannot be written."""
        plain = {name: getattr(self, name) for name in (
            "seed", "delay", "pace", "rate", "most_sessions", "size", "user", "password")}
        return json.dumps({**plain, "off": list(self.off),
                           "rules": [asdict(rule) for rule in self.rules]})

    def write(self, path: Path) -> None:
        """Bring it to a file, whole or not at all."""
        draft = path.with_suffix(".new")
        draft.write_text(self.written(), encoding="utf-8")
        draft.replace(path)

    def find(self, step: str, recipient: str, *, now: float) -> Rule | None:
        """The rule that holds here, if one does; `now` is a moment on the monotonic clock."""
        self._came[step] += 1
        self.tries[step, recipient] += 1
        if self.decide is not None:
            return self.decide(step, recipient, self.tries[step, recipient])
        for place, rule in enumerate(self.rules):
            if rule.at == step and self._holds(place, rule, recipient, now=now):
                self._done[place] += 1
                return rule
        return None

    def _holds(self, place: int, rule: Rule, recipient: str, *, now: float) -> bool:
        tries, came = self.tries[rule.at, recipient], self._came[rule.at]
        if rule.greylist:
            seen = self._first_seen.setdefault((place, recipient), now)
            if now - seen >= rule.greylist:
                return False
        return (
            not (rule.first and tries > rule.first)
            and not (rule.most and self._done[place] >= rule.most)
            and came > rule.after
            and not (rule.every and came % rule.every)
            and (not rule.match or re.search(rule.match, recipient) is not None)
            and (rule.chance >= 1.0 or self._dice(place, recipient, tries) < rule.chance)
        )

    def _dice(self, place: int, recipient: str, tries: int) -> float:
        said = f"{self.seed}:{place}:{recipient}:{tries}".encode()
        return int.from_bytes(hashlib.sha256(said).digest()[:8], "big") / 2**64

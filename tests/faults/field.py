"""The field of one run: a house, its parts as processes, a relay that records, and who strikes.

A run is the same each time in what is done to it: its dice are seeded, and blows fall when the
relay has taken so many mails. When they fall within a mail is left to the machine.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from newsletter import clock
from newsletter.core import create_core, settings
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_edition
from newsletter.transaction import transaction
from seeds.copy_readers import copy_readers, number_of_themes
from seeds.readers import Reader, make_readers
from tests import material
from tests.faults.ground import Ground
from tests.faults.ledger import Ledger, read_ledger
from tests.faults.oracle import LEAST_KILLS, Oracle, Verdict
from tests.faults.parts import Part, wait_until
from tests.faults.relay import RelayProcess, Script

KEY = "edition:90-8"
# Six conversations together take some 500 mails a second: a run of 500 lasts as long as its kills.
PACE = 0.012
UPKEEP = ("beat", "worker-upkeep")
# So long a mail that nobody should send any more may still come.
AFTERMATH_SECONDS = 1.5
PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class Plan:
    """What a run is given: where it stands, how large it is, and what is broken on purpose."""

    ground: Ground
    folder: Path
    scenario: str
    seed: int
    readers: int
    alteration: str = ""


class Field:
    """A house at one database, and the relay; enter it, publish, strike, and ask for the verdict.

    `script` is how the relay misbehaves, and `log` where it writes as a Postfix would; other words
    are settings of the house.
    """

    def __init__(
        self, plan: Plan, script: Script | None = None, *, log: Path | None = None,
        keeps: bool = False, **words: str,
    ) -> None:
        self._plan = plan
        self.dice = random.Random(plan.seed)
        self.script = script or Script(pace=PACE, seed=plan.seed)
        self.relay = RelayProcess(plan.folder, self.script, log=log, keeps=keeps)
        self.environ: dict[str, str] = {}
        self._words = words
        self._patience = PATIENCE_SECONDS if not plan.alteration else PATIENCE_SECONDS / 3
        self._parts: list[Part] = []
        self.expected: frozenset[str] = frozenset()
        self.broken: list[str] = []  # promises that the scenario itself saw broken
        self.kills = 0
        self._kills_in_run = 0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        plan = self._plan
        self.environ = {
            **plan.ground.make(plan.folder), "SMTP_URL": self.relay.url(),
            "TICK_SECONDS": "1", "LEASE_SECONDS": "3", **self._words,
        }
        self.relay.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for part in self._parts:
            part.close()
        self.relay.kill()

    @property
    def ground(self) -> Ground:
        """The servers."""
        return self._plan.ground

    @property
    def folder(self) -> Path:
        """Where files of this run lie."""
        return self._plan.folder

    def publish(self) -> None:
        """Plan an edition for as many readers as the plan says; whom to expect follows from them.

        Those who do not receive editions are in the database as well.
        """
        with self.house():
            with transaction():
                made = self._made(number_of_themes())
                copy_readers(db.session(), made, on_done=lambda _count: None)
                edition_id = material.edition(
                    [material.article("data") for _ in range(3)], send_at=clock.now()
                ).id
            carry_out_edition(edition_id, settings=settings(), now=clock.now())
        self.expected = frozenset(each.address for each in made if each.receives_editions)

    @contextmanager
    def house(self) -> Iterator[None]:
        """Inside, the house's own deeds may be done, as an operator or an editor does them."""
        with create_core(self.environ).app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def _made(self, themes: int) -> list[Reader]:
        made: list[Reader] = []
        wanted = self._plan.readers
        for reader in make_readers(2 * wanted + 50, seed=self._plan.seed, themes=themes,
                                   now=clock.now()):
            made.append(reader)
            wanted -= reader.receives_editions
            if not wanted:
                break
        return made

    def part(self, name: str, *, machine: str = "", **words: str) -> Part:
        """A part, not yet started; with a machine's name its files and its spool are apart.

        Other words are settings for this part alone.
        """
        folder = self.folder / machine if machine else self.folder
        folder.mkdir(exist_ok=True)
        environ = {**self.environ, "FAULT_ALTERATION": self._plan.alteration}
        if machine:
            environ |= {"SPOOL": str(folder / "spool"), "FAULT_HOST": machine}
        made = Part(name, environ | words, folder, entry="tests.faults.altered")
        self._parts.append(made)
        return made

    def start(self, *names: str) -> list[Part]:
        """Parts of the first machine, started."""
        return [self.part(name).start() for name in names]

    # What has come so far, by the relay's word.

    def taken(self) -> int:
        """How many mails the relay took."""
        return len(self.relay.journal.refresh().entries)

    def served(self) -> int:
        """How many readers were served."""
        return len(self.relay.journal.refresh().copies())

    def wait_for(self, goal: int) -> None:
        """Wait until so many mails were taken; if they do not come, the verdict says so."""
        until = time.monotonic() + self._patience
        while self.taken() < goal and not self.broken:
            if time.monotonic() > until:
                self.broken.append(f"mail {goal} did not come in {self._patience:.0f} s")
            time.sleep(0.05)

    def goals(self, count: int) -> list[int]:
        """So many moments, spread over the run with some luck, as numbers of mails."""
        size = len(self.expected)
        return [size * (number + 1) // (count + 2) + self.dice.randrange(max(1, size // 60))
                for number in range(count)]

    def nap(self, most: float) -> None:
        """Wait for as long as the dice say."""
        time.sleep(self.dice.random() * most)

    def strike(self, *deeds: Callable[[], object]) -> None:
        """One blow; it counts towards the least when it falls between the first and last mail."""
        for deed in deeds:
            deed()
        self.kills += 1
        self._kills_in_run += 0 < self.served() < len(self.expected)

    # The end.

    def ledger(self) -> Ledger:
        """The mailing's deliveries as they stand."""
        return read_ledger(self.environ["DATABASE_OWNER_URL"], KEY)

    def verdict(
        self, *, bound: int | Callable[[], int], least_kills: int = LEAST_KILLS,
        disks_lost: int = 0, lease_seconds: float = inf,
    ) -> Verdict:
        """Wait for the end of the mailing, stop everything, and judge.

        `bound` is how many second copies are promised at most; asked at the end, where it follows
        from what the relay did.
        """
        plan = self._plan
        try:
            wait_until(self._is_finished, seconds=self._patience, what="the end of the mailing")
            time.sleep(AFTERMATH_SECONDS)
        except AssertionError:
            pass  # the oracle says so
        for part in self._parts:
            part.close()
        journal = self.relay.journal.refresh()
        verdict = Verdict(
            plan.scenario, plan.seed, len(self.expected), self.kills,
            bound=bound if isinstance(bound, int) else bound(),
            seconds=time.monotonic() - self._began, broken=self.broken,
        )
        if self._kills_in_run < least_kills:
            verdict.broken.append(f"only {self._kills_in_run} blows fell within the run")
        return Oracle(journal, self.expected, self.ledger()).judge(
            verdict, disks_lost=disks_lost, lease_seconds=lease_seconds)

    def _is_finished(self) -> bool:
        try:
            return self.ledger().status == "finished"
        except psycopg.OperationalError:
            return False

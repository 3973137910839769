"""The show: the main job from sign-up to closed ledger, by somebody who only clicks and reads.

Run as `python -m newsletter.local.demo` beside running parts; exit code 0 when every reader got
exactly what she chose and both ledgers close, 1 with what differed.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from newsletter import clock, config
from newsletter.errors import BadSettings
from newsletter.local.show import desk as desk
from newsletter.local.show import readers as readers
from newsletter.local.show.browser import NotAsShown, Visitor, wait_for
from newsletter.local.show.mails import Inbox
from newsletter.local.show.material import IN_EDITION, PIECES
from newsletter.local.show.printed import say_addresses, say_ledgers, say_readers
from newsletter.local.show.verdict import Shelf, Verdict, judge
from seeds.demo import LOGINS

# Long enough to set both moments before the first comes, whatever second of the minute it is.
AHEAD_SECONDS = 20
PATIENCE_SECONDS = 90.0
QUIET_SECONDS = 3.0  # what would still come after the last mail, comes within these
WIDTH = 120

Step = TypeVar("Step")


class Show:
    """One run; each step is one line on the terminal."""

    def __init__(
        self, console: Console, *, visitor: Visitor, editor: Visitor, second: Visitor
    ) -> None:
        self._console = console
        self._site = visitor.site
        self._visitor = visitor
        self._editor = editor
        self._second = second  # who approves what the editor made
        self._inbox = Inbox(visitor)
        self._people: list[readers.Reader] = []
        self._themes: dict[str, str] = {}

    def run(self) -> int:
        """Everything in order; the exit code. Raises NotAsShown where it cannot go on."""
        self._readers_sign_up()
        self._readers_change_their_minds()
        written = self._editor_releases()
        key, moment = self._editor_sets_the_moments(written)
        ledgers = self._wait_for_both(key, moment)
        verdicts = self._judge(written)
        left = self._one_leaves()
        say_readers(self._console, verdicts)
        say_ledgers(self._console, ledgers)
        faults = [f"{each.reader.address}: {fault}" for each in verdicts for fault in each.faults]
        faults += [f"{each.name}: the ledger does not close" for each in ledgers
                   if not each.adds_up]
        faults += left
        say_addresses(self._console, site=self._site, login=LOGINS[0])
        for fault in faults:
            self._console.print(f"[bold red]differs[/]  {fault}")
        self._console.print(
            "[bold red]Not everything came out as it should.[/]" if faults else
            "[bold green]Every reader got exactly what she chose, and both ledgers close.[/]"
        )
        return 1 if faults else 0

    def _readers_sign_up(self) -> None:
        self._themes = readers.themes_on(self._visitor.open("/aanmelden"))
        people = readers.readers_of(list(self._themes))
        for person in self._track(people, "readers fill in the sign-up form"):
            readers.sign_up(self._visitor, person)
        for person in self._track(people, "readers confirm through the link in their mail"):
            readers.confirm(self._visitor, self._inbox, person)
        self._people = people

    def _readers_change_their_minds(self) -> None:
        thoughts = readers.SECOND_THOUGHTS
        for place in self._track(list(thoughts), "readers choose otherwise by the welcome mail"):
            self._people[place] = readers.change(
                self._visitor, self._inbox, self._people[place], thoughts[place],
                themes=list(self._themes),
            )

    def _editor_releases(self) -> list[desk.Written]:
        desk.log_in(self._editor, email=LOGINS[0].email, password=LOGINS[0].password,
                    totp_key=LOGINS[0].totp_key)
        return [
            desk.add_and_release(self._editor, piece)
            for piece in self._track(PIECES, "articles are written and released at the desk")
        ]

    def _editor_sets_the_moments(self, written: list[desk.Written]) -> tuple[str, datetime]:
        key = desk.open_edition(self._editor)
        desk.fill_edition(self._editor, key, written[:IN_EDITION])
        desk.log_in(self._second, email=LOGINS[1].email, password=LOGINS[1].password,
                    totp_key=LOGINS[1].totp_key)
        moment = desk.minute_ahead(clock.now(), seconds=AHEAD_SECONDS)
        desk.add_slot(self._editor, moment)
        desk.ask_approval(self._editor, key, moment)
        approved = desk.approve(self._second, key)
        desk.set_edition(self._editor, key, moment)
        number = key.replace("-", "·")
        self._console.print(
            f"[green]✓[/] {LOGINS[1].name} approved the mail of edition {number}: {approved[:16]}"
        )
        self._console.print(
            f"[green]✓[/] edition {number} and a weekly digest are set for "
            f"{clock.local(moment):%H:%M} in Amsterdam; from here on beat and worker do the work"
        )
        return key, moment

    def _wait_for_both(self, key: str, moment: datetime) -> list[desk.Ledger]:
        with self._bar() as bar:
            seconds = max(1, round((moment - clock.now()).total_seconds()))
            until = bar.add_task("seconds to the moment", total=seconds)
            while (left := (moment - clock.now()).total_seconds()) > 0:
                bar.update(until, completed=seconds - round(left))
                time.sleep(min(left, 0.5))
            bar.update(until, completed=seconds)
            return [
                self._follow(bar, "mails of the digest",
                             lambda: desk.find_digest_mailing(self._editor, moment)),
                self._follow(bar, f"mails of edition {key.replace('-', '·')}",
                             lambda: desk.find_edition_mailing(self._editor, key)),
            ]

    def _follow(
        self, bar: Progress, words: str, look: Callable[[], desk.Ledger | None]
    ) -> desk.Ledger:
        """Look at a mailing's page until it says that it is finished."""
        task = bar.add_task(words, total=None)

        def look_once() -> desk.Ledger | None:
            ledger = look()
            if ledger is None:
                return None
            bar.update(task, total=ledger.recipients, completed=ledger.recipients - ledger.open)
            return ledger if ledger.is_finished else None

        return wait_for(look_once, seconds=PATIENCE_SECONDS, what=f"the end of the {words}")

    def _judge(self, written: list[desk.Written]) -> list[Verdict]:
        time.sleep(QUIET_SECONDS)
        shelf = Shelf(self._visitor, written)
        return [
            judge(person, self._inbox.mails_of(person.address), shelf=shelf, names=self._themes)
            for person in self._track(self._people, "readers' mails are read and compared")
        ]

    def _one_leaves(self) -> list[str]:
        """Who gets digests alone leaves by one click on it; what is not as it should be."""
        person = self._people[readers.LEAVER]
        status = self._visitor.one_click(
            self._inbox.wait_for(person.address, "digest").leave_address()
        )
        manage = self._inbox.wait_for(person.address, "welcome").link("/voorkeuren/")
        page = self._visitor.open(manage)
        still_there = page.tree.css_first("form[action*='/stoppen']") is not None
        if status != httpx.codes.OK or still_there:
            return [f"{person.address}: one click answered {status} and she is still subscribed"]
        self._console.print(
            f"[green]✓[/] {person.name} left with one click (RFC 8058); "
            f"the preference page says: “{page.heading}”"
        )
        return []

    def _track(self, steps: Sequence[Step], words: str) -> Iterator[Step]:
        """The steps, one by one, with a bar."""
        with self._bar() as bar:
            task = bar.add_task(words, total=len(steps))
            for step in steps:
                yield step
                bar.advance(task)

    def _bar(self) -> Progress:
        return Progress(
            TextColumn("[green]✓[/]" if self._console.is_terminal else "✓"),
            MofNCompleteColumn(), TextColumn("{task.description}"),
            BarColumn(bar_width=30), TimeElapsedColumn(), console=self._console,
        )


def main() -> int:
    """With the settings of the environment, as the parts have them."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    try:
        settings = config.load(os.environ)
        site = settings.public_url
        with Visitor(site) as visitor, Visitor(site) as editor, Visitor(site) as second:
            return Show(console, visitor=visitor, editor=editor, second=second).run()
    except (BadSettings, NotAsShown) as error:
        console.print(f"[bold red]The show stopped:[/] {error}", soft_wrap=True)
    except httpx.TransportError as error:
        console.print(
            f"[bold red]The show stopped:[/] nothing answers at the site ({error}). "
            "Start it with make up.", soft_wrap=True,
        )
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""What the show prints at its end: who got what and why, the ledgers, and where to look."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from newsletter.local.show.desk import Ledger
from newsletter.local.show.readers import Reader
from newsletter.local.show.verdict import KINDS, Verdict
from seeds.demo import Login

CODE_COMMAND = ".venv/bin/python -m newsletter.local.code"
HEADS = {"confirmation": "conf.", "welcome": "welc.", "edition": "ed.", "digest": "dig."}


def say_readers(console: Console, verdicts: Sequence[Verdict]) -> None:
    """One row for each reader: what she chose, how many mails she got, and why that digest."""
    table = Table(title="Who got what, and why", box=SIMPLE_HEAD, title_justify="left",
                  padding=(0, 1, 0, 0))
    for head in ("reader", "chose"):
        table.add_column(head, no_wrap=True)
    for kind in KINDS:
        table.add_column(HEADS[kind], justify="right", no_wrap=True)
    table.add_column("why this digest, or none", ratio=1)
    table.add_column("", no_wrap=True)
    for each in verdicts:
        table.add_row(
            each.reader.name, _chose(each.reader),
            *(str(each.mails[kind]) if each.mails[kind] else "·" for kind in KINDS),
            each.why, "[red]✗[/]" if each.faults else "[green]✓[/]",
        )
    console.print(table)


def _chose(reader: Reader) -> str:
    chosen = ["editions"] if reader.editions else []
    chosen += [reader.cadence] if reader.cadence != "none" else []
    chosen += ["English"] if reader.language == "en" else []
    return ", ".join([*chosen, *(["plain text"] if reader.plain else [])])


def say_ledgers(console: Console, ledgers: Sequence[Ledger]) -> None:
    """Both closing sums; readers of earlier runs count along in them."""
    table = Table(title="The closed ledger of both mailings", box=SIMPLE_HEAD,
                  title_justify="left", padding=(0, 2, 0, 0))
    table.add_column("mailing", no_wrap=True)
    for head in ("recipients", "= sent", "+ failed", "+ skipped", "+ to go"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("")
    for each in ledgers:
        table.add_row(
            each.name.partition(": ")[2] or each.name,
            *(str(figure) for figure in
              (each.recipients, each.sent, each.failed, each.skipped, each.open)),
            "[green]klopt[/] (it closes)" if each.adds_up else "[red]klopt niet[/]",
        )
    console.print(table)


def say_addresses(console: Console, *, site: str, login: Login) -> None:
    """Where to go on by oneself."""
    rows = Table.grid(padding=(0, 2))
    rows.add_row("Sign-up", f"{site}/aanmelden")
    rows.add_row("Desk", f"{site}/redactie/")
    rows.add_row("", f"login {login.email}, password {login.password}")
    rows.add_row("", f"code: {CODE_COMMAND}, or add {login.totp_key} to an app of yours")
    rows.add_row("Inbox", f"{site}/inbox/")
    console.print(rows)
    console.print()

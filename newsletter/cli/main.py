"""The `newsletter` command: the table of its commands; each loads only when it is called."""

import click

from newsletter.cli.lazy import Command, LazyGroup

COMMANDS = {
    "status": Command("newsletter.cli.status:status", "Say whether every part works."),
    "mailing": Command("newsletter.cli.mailing:mailing", "Look at mailings and their ledgers."),
    "ledger": Command("newsletter.cli.ledger:ledger", "Export the ledger of deliveries."),
    "attempts": Command("newsletter.cli.attempts:attempts", "Export the attempts to send."),
    "consents": Command("newsletter.cli.consents:consents",
                        "Verify and prove the ledger of consent."),
    "audit": Command("newsletter.cli.audit:audit", "Verify who did what."),
    "erasures": Command("newsletter.cli.erasures:erasures",
                        "Erase again what a restored backup brought back."),
    "edition": Command("newsletter.cli.edition:edition", "Send an edition."),
    "digest": Command("newsletter.cli.digest:digest",
                      "Carry out or rehearse a digest slot; set the rhythm."),
    "alarms": Command("newsletter.cli.alarms:alarms", "See what waits for a person."),
    "retention": Command("newsletter.cli.retention:retention", "What may no longer be kept."),
    "sending": Command("newsletter.cli.sending:sending", "Stop all sending at once."),
    "pace": Command("newsletter.cli.pace:pace", "Limit how fast mails leave, and warm up."),
    "attack-mode": Command("newsletter.cli.attack_mode:attack_mode",
                           "Make the address forms dearer under attack."),
    "dkim": Command("newsletter.cli.dkim:dkim",
                    "Make, publish and rotate the keys that sign mails."),
    "dns": Command("newsletter.cli.dns:dns",
                   "Print what to publish in DNS, and check what is."),
    "inbox": Command("newsletter.cli.inbox:inbox", "List the mails in the local inbox."),
    "backup": Command("newsletter.cli.backup:backup", "Back the database up into one file."),
    "restore": Command("newsletter.cli.restore:restore",
                       "Bring a backup back; sending is held."),
    "reconcile": Command("newsletter.cli.reconcile:reconcile",
                         "After a restore, decide what may still leave."),
    "relay-log": Command("newsletter.cli.relay_log:relay_log",
                         "Ask our own relay's log which mails it took."),
    "database": Command("newsletter.cli.database:database", "Migrate, seed, check the database."),
    "seed-readers": Command("newsletter.cli.readers:seed_readers", "Make believable demo readers."),
    "accounts": Command("newsletter.cli.accounts:accounts", "Manage who may work at the desk."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings={"max_content_width": 100})
def cli() -> None:
    """The newsletter's service, for its operator.

    Exit codes: 0 done; 1 refused, failed, or something is wrong; 2 the command, a setting or a
    server is not as it should be.
    """


def main() -> None:
    """The entry point of the console command."""
    cli(prog_name="newsletter")


if __name__ == "__main__":
    main()

"""What `newsletter digest run --dry-run` says: figures, mails, and one reader's own."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from newsletter.cli.output import print_json, print_rows, print_table
from newsletter.digests.carry_out import Counts
from newsletter.digests.select import ThemeWords
from newsletter.digests.share_of_reader import Outcome, Share
from newsletter.emails.show_compiled import html_of, text_of
from newsletter.sending.rehearse import Difference, ForReader, Mail, Rehearsal

COLUMNS = ("readers", "language", "format", "catch_up", "articles", "links", "more", "subject")
THEMES = ("theme", "followers", "readers")
SHOWN = 20


def counts_as_row(counts: Counts) -> dict[str, int]:
    """Readers by what a slot brings them, under the names of its columns."""
    return {f"readers_{name}": count for name, count in asdict(counts).items()}


def show_rehearsal(
    name: str, found: Rehearsal, *, json_wanted: bool, csv_wanted: bool
) -> None:
    """All of it as JSON; the mails as CSV; or for people, a reader's own alone when asked."""
    if json_wanted:
        print_json(_as_json(name, found))
    elif csv_wanted:
        print_rows(COLUMNS, [_mail(each) for each in found.mails], json_wanted=False,
                   csv_wanted=True)
    elif found.reader is not None:
        _show_reader(name, found, found.reader)
    else:
        _show_figures(name, found)


def _as_json(name: str, found: Rehearsal) -> dict[str, Any]:
    said = {
        "slot": name,
        "window_from": found.window_from,
        "slot_at": found.slot_at,
        **counts_as_row(found.counts),
        "manifest": found.compiled.hash,
        "minimum": found.minimum,
        "earlier_slots": found.earlier,
        "editions_before": list(found.editions),
        "themes": _themes(found),
        "difference": _difference(found.last) if found.last else None,
        "selections": [_mail(each) for each in found.mails],
    }
    return said | {"reader": _reader(found, found.reader)} if found.reader else said


def _mail(mail: Mail) -> dict[str, Any]:
    selection = mail.selection
    return {
        "readers": mail.readers,
        "language": selection.language,
        "format": selection.format,
        "articles": [item.slug for section in selection.sections for item in section.items],
        "links": [item.slug for item in selection.links],
        "more": selection.more,
        "catch_up": selection.is_catch_up,
        "subject": mail.variant.subject,
    }


def _themes(found: Rehearsal) -> list[dict[str, Any]]:
    return [{"theme": each.theme.slug, "followers": each.followers, "readers": each.readers}
            for each in found.themes]


def _slugs(themes: Iterable[ThemeWords]) -> list[str]:
    return [theme.slug for theme in themes]


def _difference(last: Difference) -> dict[str, Any]:
    return {
        "with": last.key,
        "slot_at": last.slot_at,
        **counts_as_row(last.counts),
        "articles_then": last.articles_then,
        "articles_now": last.articles_now,
        "new_articles": [item.slug for item in last.new_articles],
        "new_themes": _slugs(last.new_themes),
        "gone_themes": _slugs(last.gone_themes),
    }


def _reader(found: Rehearsal, reader: ForReader) -> dict[str, Any]:
    share, mail = reader.share, reader.mail
    return {
        "outcome": share.outcome.value,
        "why": _why(share, found),
        "suppressed": reader.suppressed.value if reader.suppressed else None,
        "cadence": share.cadence.value if share.cadence else None,
        "confirmed_at": share.confirmed_at,
        "paused_until": share.paused_until,
        "themes": _slugs(reader.themes),
        "articles_due": share.due,
        "articles_had": share.had,
        "mail": _mail(mail) | {
            "preheader": mail.variant.preheader,
            "html": html_of(found.compiled, mail.variant),
            "text": text_of(found.compiled, mail.variant),
        } if mail else None,
    }


def _why(share: Share, found: Rehearsal) -> str:
    due, had, least = share.due, share.had, found.minimum
    return {
        Outcome.DUE: f"{due} articles in her themes are due; {had} she had already.",
        Outcome.UNKNOWN: "We know no reader by that address.",
        Outcome.PENDING: "She has not confirmed.",
        Outcome.ENDED: f"Her subscription ended at {_moment(share.ended_at)}.",
        Outcome.OTHER_CADENCE: f"Her cadence is {share.cadence}.",
        Outcome.CONFIRMED_LATE:
            f"She confirmed at {_moment(share.confirmed_at)}, after the cut-off.",
        Outcome.RETURNED_LATE:
            f"She chose digests again at {_moment(share.returned_at)}, after the cut-off.",
        Outcome.PAUSED: f"She is paused until {_moment(share.paused_until)}.",
        Outcome.NOTHING_NEW: f"Nothing in her themes is due; {had} articles she had already.",
        Outcome.BELOW_MINIMUM: f"{due} articles are due, and a mail takes {least}.",
    }[share.outcome]


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z" if moment else "an unknown moment"


def _show_figures(name: str, found: Rehearsal) -> None:
    counts = found.counts
    click.echo(f"{name}: {counts.due} readers would get one of {len(found.mails)} mails, "
               f"{counts.nothing_new} have nothing new, {counts.below_minimum} too little for a "
               f"mail yet, {counts.paused} paused. Nothing was sent.")
    for key in found.editions:
        click.echo(f"Edition {key} leaves before it: what that brings is left out here.")
    if found.earlier:
        click.echo(f"{found.earlier} earlier slots of this cadence come first: what they will "
                   "bring stands here too.")
    click.echo()
    print_table(THEMES, _themes(found))
    if found.mails:
        click.echo()
        rows = [_mail(mail) for mail in found.mails[:SHOWN]]
        print_table(COLUMNS, [row | {"articles": len(row["articles"]), "links": len(row["links"])}
                              for row in rows])
    if len(found.mails) > SHOWN:
        click.echo(f"… and {len(found.mails) - SHOWN} more: add --csv or --json to see them all.")
    click.echo()
    click.echo(_beside(found))


def _beside(found: Rehearsal) -> str:
    last = found.last
    if last is None:
        return "No slot of this cadence was carried out before."
    changes = [f"new: {', '.join(_slugs(last.new_themes))}." if last.new_themes else "",
               f"gone: {', '.join(_slugs(last.gone_themes))}." if last.gone_themes else ""]
    themes = " ".join(each for each in changes if each) or "the same."
    return (f"Beside {last.key}: {found.counts.due} readers due, then {last.counts.due}; "
            f"{last.articles_now} articles, then {last.articles_then}, of which "
            f"{len(last.new_articles)} were not in it; themes {themes}")


def _show_reader(name: str, found: Rehearsal, reader: ForReader) -> None:
    click.echo(f"{name}: {reader.share.outcome.value}. {_why(reader.share, found)}")
    if reader.suppressed:
        click.echo(f"Her address is suppressed ({reader.suppressed.value}): her mail would be "
                   "skipped.")
    if reader.themes:
        click.echo(f"Themes: {', '.join(_slugs(reader.themes))}")
    if reader.mail:
        mail = reader.mail
        click.echo(f"She shares this mail with {mail.readers - 1} others.")
        click.echo()
        click.echo(f"Subject: {mail.variant.subject}")
        click.echo()
        click.echo(text_of(found.compiled, mail.variant))

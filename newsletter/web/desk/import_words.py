"""What the desk calls the states of imports, the verdicts on their rows, and their reasons."""

from flask_babel import lazy_gettext as _l

from newsletter import addresses
from newsletter.subscribers.import_models import ImportRow, ImportStatus, Verdict
from newsletter.web.desk.names import State

STATES = {
    ImportStatus.JUDGING: State("wait", _l("Wordt bekeken")),
    ImportStatus.JUDGED: State("mind", _l("Bekeken, nog niets gedaan")),
    ImportStatus.CARRYING_OUT: State("info", _l("Wordt ingelezen")),
    ImportStatus.DONE: State("done", _l("Ingelezen")),
    ImportStatus.DROPPED: State("wrong", _l("Weggelegd")),
}
VERDICTS = {
    Verdict.TAKEN: State("done", _l("Wordt lezer")),
    Verdict.ALREADY: State("info", _l("Is al lezer")),
    Verdict.PENDING: State("wait", _l("Wacht al op bevestiging")),
    Verdict.OPTED_OUT: State("wrong", _l("Heeft zich eerder afgemeld")),
    Verdict.BOUNCED: State("wrong", _l("Stoplijst: bounce")),
    Verdict.COMPLAINED: State("wrong", _l("Stoplijst: klacht")),
    Verdict.NEVER_AGAIN: State("wrong", _l("Stoplijst: wil nooit meer mail")),
    Verdict.BAD_ADDRESS: State("mind", _l("Geen goed adres")),
    Verdict.MISSING_PROOF: State("mind", _l("Bewijs van toestemming ontbreekt")),
    Verdict.BAD_CELL: State("mind", _l("Een keuze klopt niet")),
    Verdict.DOUBLE: State("mind", _l("Staat al eerder in het bestand")),
    Verdict.ERASED: State("wrong", _l("Is intussen gewist")),
}
WAS_TAKEN = State("done", _l("Is lezer geworden"))
COLUMNS = {
    "address": _l("adres"),
    "name": _l("naam"),
    "organisation": _l("organisatie"),
    "sector": _l("sector"),
    "editions": _l("edities"),
    "cadence": _l("ritme"),
    "themes": _l("thema’s"),
    "language": _l("taal"),
    "format": _l("vorm"),
    "source": _l("bron"),
    "given_on": _l("datum"),
    "wording": _l("tekst"),
}
_REASONS = {
    "empty": _l("leeg"),
    "no_at": _l("zonder @"),
    "malformed": _l("zo kan geen adres eruitzien"),
    "too_long": _l("te lang"),
    "local_too_long": _l("te lang vóór de @"),
    "too_long_words": _l("te lang"),
    "control_character": _l("onzichtbaar teken"),
    "strange_character": _l("onzichtbaar teken"),
    "unknown": _l("onbekend"),
    "ended": _l("bestaat niet meer"),
    "inherited": _l("gaat verder in een ander thema"),
    "unknown_sector": _l("onbekend"),
    "nothing_chosen": _l("niets gekozen"),
    "holds_address": _l("er staat een adres in"),
    "no_day": _l("geen datum"),
    "no_such_day": _l("te lang geleden"),
    "to_come": _l("moet nog komen"),
}


def verdict_words(row: ImportRow) -> State:
    """What becomes, or became, of a row."""
    if row.verdict is None:
        return State("wait", str(_l("Nog niet bekeken")))
    return WAS_TAKEN if row.subscriber_id else VERDICTS[row.verdict]


def detail_words(row: ImportRow) -> str:
    """Which column and what of it, as `thema’s: onbekend`."""
    column, colon, reason = row.detail.rpartition(":")
    said = str(_REASONS.get(reason, reason))
    return f"{COLUMNS.get(column, column)}: {said}" if colon else said


def masked_of(row: ImportRow) -> str:
    """The address of a row as far as the desk shows it; empty once the import has ended."""
    address = row.address or ""
    return addresses.mask(address) if "@" in address else address[:1] + "…" if address else ""

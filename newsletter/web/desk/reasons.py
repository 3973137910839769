"""What an editor is told when a deed refuses what was typed."""

from flask_babel import lazy_gettext as _l

from newsletter.errors import BadInput

# By field and reason; else by reason alone.
_AT_FIELD = {
    ("title", "empty"): _l("Vul een titel in."),
    ("title", "too_long"): _l("Maak de titel korter: tot 200 tekens."),
    ("summary", "empty"): _l("Schrijf een samenvatting: die staat in de mail."),
    ("summary", "too_long"): _l("Maak de samenvatting korter: tot 2.000 tekens."),
    ("body_md", "too_long"): _l("Maak de tekst korter: tot 100.000 tekens."),
    ("authors", "too_long"): _l("Een naam kan tot 100 tekens zijn. Zet elke auteur op een regel."),
    ("authors", "too_many"): _l("Noem hoogstens tien auteurs."),
    ("subject", "too_long"): _l("Maak dit korter: tot 100 tekens, in een mail tot 200."),
    ("kind", "unknown"): _l("Kies wat voor stuk dit is."),
    ("theme_ids", "empty"): _l("Kies één tot drie thema’s."),
    ("theme_ids", "too_many"): _l("Kies hoogstens drie thema’s."),
    ("theme_ids", "unknown"): _l("Eén van deze thema’s bestaat niet meer. Kies opnieuw."),
    ("file", "empty"): _l("Kies een bestand."),
    ("file", "too_large"): _l("Kies een kleiner bestand: tot 10 MB."),
    ("file", "no_image"): _l("Dit bestand is geen JPEG, PNG, WebP of GIF, of het is beschadigd."),
    ("file", "too_many_pixels"): _l("Maak het beeld kleiner: tot 40 miljoen pixels."),
    ("file", "too_small"): _l("Kies een groter beeld: minstens 300 pixels breed."),
    ("image_alt", "empty"): _l("Schrijf wat erop te zien is, voor wie het beeld niet ziet."),
    ("image_alt", "too_long"): _l("Maak dit korter: tot 300 tekens."),
    ("canonical_url", "no_address"): _l("Vul een heel adres in, dat begint met https://."),
    ("page", "out_of_range"): _l("Vul een paginanummer in van 1 tot 999, of laat het leeg."),
    ("editorial_md", "too_long"): _l("Maak het redactioneel korter: tot 20.000 tekens."),
    ("preheader", "too_long"): _l("Maak de eerste regel korter: tot 200 tekens."),
    ("section", "too_long"): _l("De naam van een rubriek kan tot 80 tekens zijn."),
    ("articles", "too_many"): _l("Een editie kan tot 40 artikelen hebben."),
    ("articles", "unknown"): _l("Eén van deze artikelen staat niet meer in het archief."),
    ("articles", "none"): _l("Kies eerst een artikel."),
    ("send_at", "past"): _l("Kies een moment dat nog moet komen."),
    ("slot_at", "past"): _l("Kies een moment dat nog moet komen."),
    ("slot_at", "quiet_hours"): _l("Dan zijn het stille uren. Kies een moment daarbuiten."),
    ("line", "too_long"): _l("Maak de regel korter: tot 300 tekens."),
    ("pinned", "too_many"): _l("Zet hoogstens twaalf artikelen vooraan."),
    ("slot_at", "exists"): _l("Op dit moment vertrekt er al zo’n mail. Kies een ander moment."),
    ("release_at", "past"): _l("Kies een moment dat nog moet komen."),
    ("address", "no_at"): _l("Vul een heel e-mailadres in, met een @."),
    ("address", "malformed"): _l("Vul een heel e-mailadres in, bijvoorbeeld naam@gemeente.nl."),
    ("address", "no_address"): _l("Vul een heel adres in, dat begint met https://."),
    ("address", "exists"): _l("Deze feed staat er al."),
    ("approval_deadline_at", "after_sending"): _l("Akkoord moet er zijn vóór de verzending."),
    ("copy_deadline_at", "after_approval"): _l("De kopij moet binnen zijn vóór het akkoord."),
}
_ANYWHERE = {
    "empty": _l("Vul dit in."),
    "too_long": _l("Maak dit korter."),
    "control_character": _l("Er staat een onzichtbaar teken in. Typ de tekst opnieuw."),
    "unknown": _l("Kies één van de mogelijkheden."),
    "no_number": _l("Vul een heel getal in, of laat het leeg."),
    "no_day": _l("Schrijf de dag als 24-3-2026 of 24 maart 2026."),
    "no_such_day": _l("Deze dag staat niet op de kalender."),
    "no_time": _l("Schrijf de tijd als 10.00."),
    "skipped_hour": _l("Dit uur bestaat niet: dan begint de zomertijd."),
    "in_scheduled_edition": _l(
        "Dit artikel staat in een ingeplande editie. Haal die eerst uit de planning."
    ),
    "saved_meanwhile": _l(
        "Iemand anders heeft intussen iets bewaard. Jouw tekst staat hieronder nog. Open de pagina "
        "in een nieuw tabblad en neem over wat je nodig hebt."
    ),
}


def explain(fault: BadInput) -> str:
    """The sentence for an editor that goes with a refusal."""
    found = _AT_FIELD.get((fault.field, fault.reason)) or _ANYWHERE.get(fault.reason)
    return str(found or _l("Kijk dit nog eens na."))

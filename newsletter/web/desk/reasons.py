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
    ("file", "too_many_pixels"): _l(
        "Maak het beeld kleiner: een foto (JPEG) tot 25 miljoen pixels, een ander bestand tot 16."),
    ("file", "too_many_scans"): _l(
        "Deze JPEG is opgebouwd uit te veel lagen. Bewaar het beeld opnieuw als gewone JPEG."),
    ("file", "too_much_work"): _l(
        "Dit beeld kost te veel rekenwerk. Maak het kleiner, of bewaar het opnieuw als JPEG."),
    ("file", "too_tall"): _l("Snijd het beeld bij: hoogstens tweemaal zo hoog als breed."),
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
    ("into", "unknown"): _l("Kies in welk thema dit opgaat."),
    ("into", "itself"): _l("Kies een ander thema dan dit."),
    ("parts", "out_of_range"): _l("Kies twee tot vier thema’s waarin dit verdergaat."),
    ("parts", "unknown"): _l("Eén van deze thema’s bestaat niet meer. Kies opnieuw."),
    ("name_nl", "same"): _l("Er is niets veranderd."),
    ("van", "no_month"): _l("Vul een maand en een jaar in, bijvoorbeeld 3-2026."),
    ("tot", "no_month"): _l("Vul een maand en een jaar in, bijvoorbeeld 3-2026."),
    ("van", "too_many_months"): _l("Kies hoogstens 60 maanden."),
    ("tot", "months_backwards"): _l("Kies een maand die niet voor de eerste ligt."),
    ("send_at", "past"): _l("Kies een moment dat nog moet komen."),
    ("slot_at", "past"): _l("Kies een moment dat nog moet komen."),
    ("slot_at", "quiet_hours"): _l("Dan zijn het stille uren. Kies een moment daarbuiten."),
    ("who", "nobody"): _l("Geen lezer heeft dit adres of nummer."),
    ("who", "no_at"): _l("Vul een heel e-mailadres in, of het nummer van een lezer."),
    ("who", "malformed"): _l("Vul een heel e-mailadres in, of het nummer van een lezer."),
    ("who", "empty"): _l("Vul een heel e-mailadres in, of het nummer van een lezer."),
    ("line", "too_long"): _l("Maak de regel korter: tot 300 tekens."),
    ("pinned", "too_many"): _l("Zet hoogstens twaalf artikelen vooraan."),
    ("slot_at", "exists"): _l("Op dit moment vertrekt er al zo’n mail. Kies een ander moment."),
    ("release_at", "past"): _l("Kies een moment dat nog moet komen."),
    ("passkey", "too_many"): _l("Je hebt al tien passkeys. Haal er eerst een weg."),
    ("passkey", "too_late"): _l("Dat duurde te lang, of het was al gebruikt. Probeer het opnieuw."),
    ("passkey", "not_right"): _l("De passkey is niet gemaakt zoals het moet. Probeer het opnieuw."),
    ("passkey", "known"): _l("Deze passkey is er al."),
    ("name", "too_long_name"): _l("Maak de naam korter: tot 60 tekens."),
    ("email", "no_at"): _l("Vul een heel e-mailadres in, met een @."),
    ("email", "malformed"): _l("Vul een heel e-mailadres in, bijvoorbeeld naam@gemeente.nl."),
    ("email", "taken"): _l("Met dit adres is er al een account."),
    ("name", "empty"): _l("Vul een naam in."),
    ("roles", "unknown"): _l("Kies een rol."),
    ("roles", "own"): _l("Je kunt jezelf niet minder laten doen. Vraag een andere beheerder."),
    ("present", "wrong"): _l("Dit is niet je wachtwoord van nu."),
    ("password", "too_short"): _l("Kies een langer wachtwoord: minstens 12 tekens."),
    ("password", "guessable"): _l("Dit wachtwoord is snel te raden. Kies een paar woorden die niet "
                                  "bij elkaar horen, of laat je wachtwoordbeheerder er een maken."),
    ("password", "too_long"): _l("Kies een korter wachtwoord: hoogstens 256 tekens."),
    ("address", "no_at"): _l("Vul een heel e-mailadres in, met een @."),
    ("address", "malformed"): _l("Vul een heel e-mailadres in, bijvoorbeeld naam@gemeente.nl."),
    ("address", "empty"): _l("Vul een heel e-mailadres in, met een @."),
    ("address", "not_suppressed"): _l("Dit adres staat niet op de stoplijst."),
    ("asked_on", "before_suppression"): _l(
        "Dit verzoek is ouder dan de regel op de stoplijst. Vraag de lezer om een nieuw verzoek."
    ),
    ("fields", "none"): _l("Kies minstens één veld."),
    ("file", "no_text"): _l("Dit is geen CSV-bestand. Bewaar het rekenblad eerst als CSV (UTF-8)."),
    ("file", "broken"): _l("De aanhalingstekens in dit bestand kloppen niet. Bewaar het opnieuw "
                           "als CSV."),
    ("file", "no_rows"): _l("In dit bestand staat geen enkele regel onder de kolomnamen."),
    ("file", "no_address_column"): _l("Er is geen kolom ‘E-mail’. Zet de namen van de kolommen op "
                                      "de eerste regel."),
    ("file", "column_twice"): _l("Eén kolom staat er twee keer in. Laat er één weg."),
    ("file", "too_many_rows"): _l("Er staan te veel regels in: tot 100.000. Knip het in stukken."),
    ("file", "too_many_columns"): _l("Er staan te veel kolommen in: tot 60."),
    ("file", "too_many_wordings"): _l("Er staan meer dan twintig verschillende teksten in."),
    ("source", "too_long"): _l("Maak de bron korter: tot 120 tekens."),
    ("source", "holds_address"): _l("Zet geen e-mailadres in de bron: die blijft altijd bewaard."),
    ("wording", "too_long"): _l("Maak de tekst korter: tot 2.000 tekens."),
    ("given_on", "no_such_day"): _l("Deze datum is te lang geleden."),
    ("given_on", "no_day"): _l("Schrijf de dag als 24-3-2026."),
    ("typed", "other_count"): _l("Typ het aantal precies zoals het hierboven staat."),
    ("is_hers", "not_hers"): _l("Alleen op schriftelijk verzoek van de lezer zelf kan dit."),
    ("reason", "unknown"): _l("Kies waarom je het adres wilt zien."),
    ("outcome", "unknown"): _l("Kies hoe het is afgehandeld."),
    ("how", "unknown"): _l("Kies wat de lezer wil."),
    ("typed", "other_number"): _l("Typ het nummer precies zoals het hierboven staat."),
    ("note", "too_long"): _l("Maak de aantekening korter: tot 500 tekens."),
    ("note", "empty"): _l("Schrijf wat er anders moet."),
    ("note", "holds_address"): _l(
        "Zet geen adres in de aantekening. Het nummer van het verzoek is genoeg."
    ),
    ("why", "empty"): _l("Schrijf waarom niet. Wie het voorstelde, leest dit."),
    ("why", "too_long"): _l("Maak dit korter: tot 500 tekens."),
    ("revision", "changed_unseen"): _l(
        "Niet vrijgegeven: iemand anders heeft intussen iets bewaard. Lees wat er nu staat, en "
        "geef het dan vrij."
    ),
    ("received_on", "empty"): _l("Vul in op welke dag het verzoek binnenkwam."),
    ("text_nl", "empty"): _l("Schrijf wat er niet klopte en hoe het wel zit."),
    ("sector", "unknown_sector"): _l("Kies één van de mogelijkheden."),
    ("address", "no_address"): _l("Vul een heel adres in, dat begint met https://."),
    ("address", "exists"): _l("Deze feed staat er al."),
    ("approval_deadline_at", "after_sending"): _l("Akkoord moet er zijn vóór de verzending."),
    ("name", "too_long"): _l("Maak de naam korter: tot 80 tekens."),
    ("last_on", "before_first"): _l("De laatste dag kan niet vóór de eerste liggen."),
    ("last_on", "too_far"): _l("Een periode kan tot 100 dagen duren."),
    ("copy", "too_many"): _l("Kies hoogstens drie herinneringen."),
    ("approval", "too_many"): _l("Kies hoogstens drie herinneringen."),
    ("sending", "too_many"): _l("Kies hoogstens drie herinneringen."),
    ("copy", "out_of_range"): _l("Kies dagen van 1 tot 60."),
    ("approval", "out_of_range"): _l("Kies dagen van 1 tot 60."),
    ("sending", "out_of_range"): _l("Kies dagen van 1 tot 60."),
    ("copy_deadline_at", "after_approval"): _l("De kopij moet binnen zijn vóór het akkoord."),
}
_ANYWHERE = {
    "empty": _l("Vul dit in."),
    "too_long": _l("Maak dit korter."),
    "local_too_long": _l("Het deel vóór de @ is te lang. Het kan tot 64 tekens zijn."),
    "control_character": _l("Er staat een onzichtbaar teken in. Typ de tekst opnieuw."),
    "unknown": _l("Kies één van de mogelijkheden."),
    "taken": _l("Zo heet al een thema, of zo heette er een. Kies een andere naam."),
    "to_come": _l("Deze dag moet nog komen."),
    "strange_character": _l("Er staat een teken in dat hier niet kan. Typ de tekst opnieuw."),
    "too_long_words": _l("Maak dit korter: tot 200 tekens."),
    "not_chosen": _l("Kies één van de mogelijkheden."),
    "no_number": _l("Vul een heel getal in, of laat het leeg."),
    "no_days": _l("Schrijf de dagen als 7, 1. Leeg betekent: geen herinnering."),
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


def is_general(fault: str) -> bool:
    """Whether a sentence may stand at any field, and so does not tell which one it is about."""
    return any(fault == str(each) for each in _ANYWHERE.values())


def explain(fault: BadInput) -> str:
    """The sentence for an editor that goes with a refusal."""
    found = _AT_FIELD.get((fault.field, fault.reason)) or _ANYWHERE.get(fault.reason)
    return str(found or _l("Kijk dit nog eens na."))

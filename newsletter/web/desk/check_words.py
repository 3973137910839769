"""What an editor is told of each thing that a check found, and what stands on the link."""

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l


class Words(NamedTuple):
    """A heading, a sentence that names what was found, and the words of the link to mend it."""

    heading: Any
    sentence: Any = ""
    link: Any = ""


_TITLE = _l("‘%(title)s’")
_SUBJECT = _l("Wijzig het onderwerp")
_ARTICLE = _l("Wijzig het artikel")
_PREVIEW = _l("Bekijk het voorbeeld")

WORDS: dict[str, Words] = {
    "no_title": Words(_l("De editie heeft nog geen titel"), "", _l("Schrijf de titel")),
    "no_subject": Words(_l("De mail heeft nog geen onderwerp"), "", _l("Schrijf het onderwerp")),
    "no_articles": Words(_l("Er staan nog geen artikelen in"), "", _l("Kies artikelen")),
    "not_released": Words(_l("Nog niet vrijgegeven op het verzendmoment"), _TITLE,
                          _l("Geef het artikel vrij")),
    "not_summary": Words(_l("Een artikel heeft geen samenvatting"), _TITLE,
                         _l("Schrijf de samenvatting")),
    "too_large": Words(_l("De mail is te groot"),
                       _l("Boven %(most)s kB kapt Gmail de mail af. Haal een artikel weg."),
                       _l("Naar de volgorde")),
    "nearly_too_large": Words(_l("De mail is bijna te groot"),
                              _l("%(kb)s kB van de %(most)s kB die mag."),
                              _l("Naar de volgorde")),
    "unmakeable": Words(_l("Van deze editie kan geen mail worden gemaakt"),
                        _l("Vraag de beheerder.")),
    "other_number": Words(_l("Hier staat een ander nummer"),
                          _l("Er staat %(found)s; dit is editie %(right)s."), _l("Verbeter het")),
    "perhaps_number": Words(_l("Misschien een ander nummer"),
                            _l("Er staat %(found)s; dit is editie %(right)s."), _l("Kijk het na")),
    "number_spelled": Words(_l("Het nummer is anders geschreven"),
                            _l("Schrijf %(right)s in plaats van %(found)s."), _l("Verbeter het")),
    "long_subject": Words(_l("Lang onderwerp"),
                          _l("%(count)s tekens; tot %(good)s past op een telefoon."),
                          _l("Maak het korter")),
    "capitals": Words(_l("Het onderwerp staat in hoofdletters"),
                      _l("Dat leest als schreeuwen, en spamfilters letten erop."), _SUBJECT),
    "exclamation": Words(_l("Er staat een uitroepteken in het onderwerp"),
                         _l("Dat leest als reclame."), _SUBJECT),
    "no_preheader": Words(_l("Geen eerste regel"),
                          _l("De inbox toont dan het begin van het redactioneel."),
                          _l("Schrijf de eerste regel")),
    "long_preheader": Words(_l("Lange eerste regel"),
                            _l("%(count)s tekens; een inbox toont er ongeveer %(good)s."),
                            _l("Maak het korter")),
    "same_preheader": Words(_l("De eerste regel is gelijk aan het onderwerp"),
                            _l("Gebruik hem om iets nieuws te zeggen."),
                            _l("Schrijf de eerste regel")),
    "no_editorial": Words(_l("Geen redactioneel"), _l("De mail begint dan met een artikel."),
                          _l("Schrijf het redactioneel")),
    "vague_link": Words(_l("Een link zegt niet waarheen"),
                        _l("Er staat ‘%(words)s’. Wie alleen de links hoort, weet dan niets."),
                        _l("Verbeter het")),
    "no_alt": Words(_l("Een beeld heeft geen beschrijving"), _TITLE,
                    _l("Schrijf wat erop te zien is")),
    "used_before": Words(_l("Stond al in een andere editie"),
                         _l("‘%(title)s’ staat ook in %(numbers)s."), _l("Naar de volgorde")),
    "long_title": Words(_l("Lange titel"),
                        _l("‘%(title)s’ loopt op een telefoon over meer dan twee regels."),
                        _l("Bekijk het artikel")),
    "no_theme": Words(_l("Een artikel heeft geen thema"), _TITLE, _ARTICLE),
    "many_articles": Words(_l("Veel artikelen"),
                           _l("%(count)s stuks; lezers zien vooral de eerste tien."),
                           _l("Naar de volgorde")),
    "dead_link": Words(_l("Een link leidt nergens heen"),
                       _l("%(address)s geeft %(status)s: die pagina is er niet."),
                       _l("Verbeter de link")),
    "shaky_link": Words(_l("Een link deed het niet"), _l("%(address)s: %(why)s"),
                        _l("Kijk de link na")),
    "untried_links": Words(_l("Nog niet alle links zijn nagekeken"),
                           _l("Dat gebeurt vanzelf, binnen een minuut."), _l("Naar de links")),
    "heading_order": Words(_l("Koppen staan niet in de goede volgorde"), "%(levels)s", _PREVIEW),
    "bare_image": Words(_l("Een beeld in de mail heeft geen beschrijving"), "", _PREVIEW),
    "empty_link": Words(_l("Een link in de mail heeft geen woorden"), "", _PREVIEW),
    "short_text": Words(_l("De platte tekst is veel korter dan de opgemaakte mail"), "", _PREVIEW),
    "long_lines": Words(_l("De platte tekst heeft lange regels"),
                        _l("Eén regel telt %(count)s tekens; sommige programma’s breken die raar "
                           "af."), _PREVIEW),
    "markup_in_text": Words(_l("In de mail staat opmaak als tekens"),
                            _l("Lezers zien daar ‘%(found)s’. Haal het weg."), _PREVIEW),
    "no_manage_link": Words(_l("De link naar de voorkeuren ontbreekt"), "", _PREVIEW),
    "no_leave_link": Words(_l("De link om te stoppen ontbreekt"), "", _PREVIEW),
    "contrast": Words(_l("Te weinig contrast"),
                      _l("%(words)s op %(ground)s, %(scheme_words)s: %(found)s, en %(least)s is "
                         "nodig. Vraag de beheerder."), _PREVIEW),
}

TROUBLES = {
    "bad_address": _l("dit is geen adres van een pagina."),
    "no_host": _l("die website bestaat niet."),
    "refused_address": _l("dit adres ligt niet op het openbare internet."),
    "unreachable": _l("de website is onbereikbaar."),
    "too_slow": _l("de website antwoordt niet op tijd."),
    "too_many_redirects": _l("de website stuurt steeds verder door."),
    "bad_status": _l("de website geeft een fout."),
}

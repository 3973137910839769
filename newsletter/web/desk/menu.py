"""The desk's menu: the pages it leads to, in order, and what they are called there."""

from flask_babel import lazy_gettext as _l

MENU = {
    "today": _l("Vandaag"),
    "articles": _l("Artikelen"),
    "editions": _l("Edities"),
    "this_year": _l("Jaarplan"),
    "slots": _l("Themamails"),
    "themes": _l("Thema’s"),
    "mailings": _l("Verzendingen"),
    "readers": _l("Lezers"),
    "logbook": _l("Logboek"),
    "accounts": _l("Accounts"),
}

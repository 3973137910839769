"""The forms of imports: a file with its proof of consent, and the count that carries it out."""

from flask_babel import lazy_gettext as _l
from wtforms import FileField, StringField, TextAreaField

from newsletter.web.desk.forms import DeskForm


class LoadForm(DeskForm):
    """The file, and the proof for rows that have none of their own."""

    file = FileField(_l("Bestand"))
    where = StringField(_l("Bron"))
    given_on = StringField(_l("Datum van de toestemming"))
    words = TextAreaField(_l("Tekst die de lezer toen zag"))


class CarryOutForm(DeskForm):
    """How many rows become a reader, typed."""

    typed = StringField(_l("Typ hoeveel lezers erbij komen"))

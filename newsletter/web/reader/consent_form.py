"""A form whose button asks for or gives consent: it carries the text that stood beside it (P01)."""

from typing import Any

from flask_babel import gettext as _
from wtforms import HiddenField

from newsletter.web.forgery import ReaderForm, name_of, opened_wording, signed_wording


class WordingField(HiddenField):  # type: ignore[misc]  # wtforms has no types
    """Which consent text this very form showed, signed: the ledger keeps the text that was seen."""

    def __init__(self, *args: Any, _form: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, _form=_form, **kwargs)
        self._of = name_of(_form)

    def _value(self) -> str:
        return signed_wording(self.data, form=self._of) if isinstance(self.data, int) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The id that was signed; None when it is missing, not ours, or another form's."""
        self.data = opened_wording(valuelist[0], form=self._of) if valuelist else None


class ConsentForm(ReaderForm):
    """The text is set when the page is shown, and only a form that brings it back is taken."""

    wording = WordingField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it may be taken; not when we cannot say which text stood there.

        Said only of a form that is good otherwise: any other is shown anew with a text anyway.
        """
        if not super().validate(extra_validators):
            return False
        if self.wording.data is None:
            self.wording.errors = [_("Druk nog een keer op de knop.")]
            return False
        return True

    @property
    def shown_wording_id(self) -> int:
        """The text that stood beside the button, of a form that may be taken."""
        found = self.wording.data
        assert isinstance(found, int)
        return found

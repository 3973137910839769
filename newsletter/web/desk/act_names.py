"""What the acts of the audit trail are called, and what they were done to."""

from flask_babel import lazy_gettext as _l

from newsletter.web.desk.said import _

ACTS = {
    "add_account": _l("Account gemaakt"),
    "add_passkey": _l("Passkey toegevoegd"),
    "add_article": _l("Artikel toegevoegd"),
    "approve": _l("Editie goedgekeurd"),
    "ask_approval": _l("Goedkeuring gevraagd"),
    "backup": _l("Reservekopie gemaakt"),
    "brake": _l("Vanzelf gepauzeerd"),
    "cancel": _l("Verzending gestopt"),
    "carry_correction": _l("Verbeterde tekst verzonden"),
    "choose": _l("Artikelen gekozen"),
    "choose_reminders": _l("Herinneringen gekozen"),
    "change_password": _l("Wachtwoord gewijzigd"),
    "change_password_refused": _l("Wachtwoord niet gewijzigd"),
    "change_second_factor": _l("Tweede stap opnieuw ingesteld"),
    "code_refused": _l("Code geweigerd"),
    "confirm": _l("Bevestigd met een code"),
    "compose": _l("Teksten bewaard"),
    "drop_correction": _l("Verbetering weggehaald"),
    "edit_article": _l("Artikel gewijzigd"),
    "end_session": _l("Sessie beëindigd"),
    "end_sessions": _l("Andere sessies beëindigd"),
    "export_logbook": _l("Logboek uitgevoerd"),
    "extend_request": _l("Verzoek verlengd"),
    "hold_back": _l("Artikel ingehouden"),
    "invite": _l("Uitgenodigd"),
    "log_in": _l("Ingelogd"),
    "log_in_refused": _l("Inloggen geweigerd"),
    "log_out": _l("Uitgelogd"),
    "mailing_started": _l("Verzending begonnen"),
    "make_recovery_codes": _l("Herstelcodes gemaakt"),
    "move_dates": _l("Data verplaatst"),
    "open_correction": _l("Verbetering begonnen"),
    "name_passkey": _l("Passkey hernoemd"),
    "passkey_refused": _l("Passkey geweigerd"),
    "pause": _l("Verzending gepauzeerd"),
    "plan_year": _l("Jaar ingepland"),
    "prepare_slot": _l("Themamail voorbereid"),
    "preview_as_reader": _l("Editie bekeken als een lezer"),
    "recovery_code_refused": _l("Herstelcode geweigerd"),
    "refused": _l("Pagina geweigerd"),
    "refuse_approval": _l("Editie niet goedgekeurd"),
    "release": _l("Artikel vrijgegeven"),
    "release_slot": _l("Themamail vrijgegeven"),
    "remove_passkey": _l("Passkey weggehaald"),
    "reset_second_factor": _l("Tweede stap van een ander weggehaald"),
    "resume": _l("Verzending hervat"),
    "schedule": _l("Editie ingepland"),
    "send_test": _l("Proefmail gestuurd"),
    "set_reminders": _l("Dagen van herinneringen gewijzigd"),
    "set_roles": _l("Rol gewijzigd"),
    "switch_off_account": _l("Account uitgezet"),
    "switch_on_account": _l("Account aangezet"),
    "take_invitation": _l("Uitnodiging aangenomen"),
    "unschedule": _l("Editie teruggehaald"),
    "void_approval": _l("Goedkeuring vervallen"),
    "withdraw_approval": _l("Goedkeuring teruggetrokken"),
    "write_correction": _l("Verbetering bewaard"),
}


def act_words(act: str) -> str:
    """What an act is called; one without a name by its code."""
    return str(ACTS.get(act, act))


def person_words(actor: str, name: str | None) -> str:
    """Who did it: a person of the desk, an operator, the system, or nobody we know."""
    kind, _colon, operator = actor.partition(":")
    if name is not None:
        return name
    if kind == "operator":
        return _("%(name)s (beheerder)", name=operator)
    return _("Iemand van buiten") if kind == "stranger" else _("Het systeem")

"""Who works at the desk: invite, give roles, switch off, and help who lost the second factor."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, StringField

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.associate import associate
from newsletter.accounts.models import Account, RoleName
from newsletter.accounts.queries import list_accounts
from newsletter.accounts.reset_second_factor import reset_second_factor
from newsletter.accounts.set_roles import set_roles
from newsletter.accounts.switch_off import switch_off, switch_on
from newsletter.errors import BadInput, WrongState
from newsletter.extensions import db
from newsletter.partners.models import Partner
from newsletter.partners.queries import partner_names, partners
from newsletter.sending.invite import invite
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm, PressForm
from newsletter.web.desk.found import LARGEST_ID
from newsletter.web.desk.said import _

Answer = str | Response | tuple[str, int]
ROLES = (
    (RoleName.CONTRIBUTOR.value, _l("Auteur")),
    (RoleName.EDITOR.value, _l("Redacteur")),
    (RoleName.PUBLISHER.value, _l("Uitgever")),
    (RoleName.ADMIN.value, _l("Beheerder")),
)


class RoleForm(DeskForm):
    """What an account may do, and for whom; each role may do what those before it may."""

    roles = RadioField(_l("Rol"), choices=ROLES, validate_choice=False)
    partner = SelectField(_l("Werkt voor"), validate_choice=False)

    def offer(self, own: int | None = None) -> None:
        """Let the form offer the partners; one that stopped stays where it is the account's own."""
        held = db.session.get(Partner, own) if own is not None else None
        self._offered = {one.slug: one for one in partners()}
        if held is not None:
            self._offered.setdefault(held.slug, held)
        self.partner.choices = [("", _("Het blad zelf")),
                                *((one.slug, one.name) for one in self._offered.values())]

    def partner_id(self) -> int | None:
        """The partner that was chosen. Raises BadInput at `partner`."""
        slug = self.partner.data or ""
        if slug and slug not in self._offered:
            raise BadInput("partner", "unknown")
        return self._offered[slug].id if slug else None


class InviteForm(RoleForm):
    """Somebody new."""

    name = StringField(_l("Naam"))
    email = StringField(_l("E-mailadres"))


def shelf() -> str:
    """GET /redactie/accounts: everybody, and a form to invite somebody."""
    form = InviteForm(formdata=None)
    form.offer()
    return _show_shelf(form)


def add() -> Answer:
    """POST /redactie/accounts: a new account, and its invitation by mail."""
    form = InviteForm()
    form.offer()
    try:
        with recorded("invite", "account:new") as act:
            now = clock.now()
            account = add_account(email=form.email.data or "", name=form.name.data or "",
                                  password=None, roles=[form.roles.data or ""],
                                  partner_id=form.partner_id(), now=now)
            invite(account, now=now)
            act.subject = f"account:{account.id}"
            act.details.update(roles=[form.roles.data], partner=form.partner.data or None)
    except BadInput as fault:
        form.show_fault(fault)
        return _show_shelf(form), 400
    flash(_("Uitgenodigd. De mail gaat nu weg; de link werkt zeven dagen."), "done")
    return redirect(url_for("desk.accounts"), 303)


def page(account_id: int) -> str:
    """GET /redactie/accounts/<id>: one of them."""
    account = _wanted(account_id)
    form = RoleForm(formdata=None)
    form.offer(account.partner_id)
    form.roles.data = _highest(account)
    form.partner.data = _slug_of(account)
    return _show(account, form)


def save(account_id: int) -> Answer:
    """POST /redactie/accounts/<id>: another role, or another association."""
    account = _wanted(account_id)
    form = RoleForm()
    form.offer(account.partner_id)
    before, after = _slug_of(account), form.partner.data or ""
    moved = {"partner_before": before, "partner_after": after} if before != after else {}
    try:
        with (
            _told(),
            recorded("set_roles", f"account:{account_id}", before=_highest(account),
                     after=form.roles.data, **moved),
        ):
            associate(account, form.partner_id())
            set_roles(account, [form.roles.data or ""], by=current_user.id)
            flash(_("Bewaard."), "done")
    except BadInput as fault:
        form.show_fault(fault)
        return _show(_wanted(account_id), form), 400
    return _back(account_id)


def invite_again(account_id: int) -> Response:
    """POST …/uitnodiging: a new link by mail; the one before ends. Also who forgot a password."""
    account = _wanted(account_id)
    with recorded("invite", f"account:{account_id}"):
        invite(account, now=clock.now())
    flash(_("De mail gaat nu weg; de link werkt zeven dagen."), "done")
    return _back(account_id)


def shut(account_id: int) -> Response:
    """POST …/uit: no more logins, and every session ends at once."""
    account = _wanted(account_id)
    with _told(), recorded("switch_off_account", f"account:{account_id}"):
        switch_off(account, by=current_user.id, now=clock.now())
        flash(_("Dit account staat uit. Alle sessies zijn beëindigd."), "done")
    return _back(account_id)


def reopen(account_id: int) -> Response:
    """POST …/aan: logins again."""
    account = _wanted(account_id)
    with recorded("switch_on_account", f"account:{account_id}"):
        switch_on(account)
    flash(_("Dit account staat weer aan."), "done")
    return _back(account_id)


def reset(account_id: int) -> Response:
    """POST …/tweede-stap: the next login sets up another app."""
    account = _wanted(account_id)
    with _told(), recorded("reset_second_factor", f"account:{account_id}"):
        reset_second_factor(account, by=current_user.id, now=clock.now())
        flash(_("Bij de volgende keer inloggen stelt deze collega een nieuwe app in."), "done")
    return _back(account_id)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except WrongState as fault:
        flash(_("Dat ging niet door: je bent intussen geen beheerder meer.")
              if str(fault) == "no_admin" else
              _("Dat kan niet met je eigen account. Vraag een andere beheerder."), "wrong")


def _wanted(account_id: int) -> Account:
    account = db.session.get(Account, account_id) if account_id <= LARGEST_ID else None
    if account is None:
        abort(404)
    return account


def _highest(account: Account) -> str:
    """The role that says all: each may do what those before it may."""
    ranks = list(RoleName)
    return max((RoleName(role.name) for role in account.roles), key=ranks.index).value


def _slug_of(account: Account) -> str:
    held = db.session.get(Partner, account.partner_id) if account.partner_id is not None else None
    return held.slug if held else ""


def _back(account_id: int) -> Response:
    return redirect(url_for("desk.account_of", account_id=account_id), 303)


def _show_shelf(form: InviteForm) -> str:
    rows = [(account, dict(ROLES)[_highest(account)]) for account in list_accounts()]
    names = partner_names(account.partner_id for account, _role in rows)
    return render_template("pages/desk/accounts.html", form=form, rows=rows, partner_names=names)


def _show(account: Account, form: RoleForm) -> str:
    return render_template("pages/desk/account_of.html", form=form, account=account,
                           is_own=account.id == current_user.id, press=PressForm(formdata=None))

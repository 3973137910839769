"""The preference page behind the mailed link: themes, rhythm, language, pausing and stopping."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from newsletter import addresses, clock
from newsletter.catalogue.queries import pickable_by_id
from newsletter.catalogue.queries import themes as pickable_themes
from newsletter.core import signer
from newsletter.digests.theme_queries import state_of_themes
from newsletter.errors import BadInput
from newsletter.subscribers.change import change_choices, open_preferences
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import (
    Language,
    MailFormat,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from newsletter.web.kept import KeptForm, KeptPressForm, sent_value
from newsletter.web.languages import follow_reader
from newsletter.web.reader import pause as pausing
from newsletter.web.reader.choices_shown import receives, rhythm
from newsletter.web.reader.forms import (
    PreferencesForm,
    choices_from,
    offer_themes,
    show_fault,
)
from newsletter.web.reader.left import by_manage_link, show_left

SOURCE = "/voorkeuren"
Answer = str | Response | tuple[str, int]


def page(token: str) -> Answer:
    """GET /voorkeuren/<token>: the choices as they stand; changes nothing."""
    subscription = open_preferences(token, signer=signer(), now=clock.now())
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return _show_inactive(subscription, token)
    return _show(subscription, _as_it_stands(subscription, token), token)


def post(token: str) -> Answer:
    """POST /voorkeuren/<token>: keep the choices; what is wrong comes back at its field."""
    now = clock.now()
    subscription = open_preferences(token, signer=signer(), now=now)
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return _show_inactive(subscription, token)
    themes = pickable_themes()
    form = PreferencesForm(request.form, bound_to=token)
    offer_themes(form.themes, themes)
    if form.themes_state.data not in (None, "", state_of_themes()):
        as_it_stands = _as_it_stands(subscription, token)
        form.themes.data, form.themes_state.data = as_it_stands.themes.data, state_of_themes()
        form.validate()
        show_fault(form, BadInput("themes", "changed_meanwhile"))
        return _show(subscription, form, token), 400
    if not form.validate():
        return _show(subscription, form, token), 400
    choices = choices_from(form, themes, language=Language(form.language.data))
    if choices.nothing_chosen:
        # Ending is the button further down, so that nobody leaves by a slip.
        show_fault(form, BadInput("cadence", "nothing_chosen"))
        return _show(subscription, form, token), 400
    try:
        with transaction():
            change_choices(subscription, choices, source_page=SOURCE, now=now)
    except BadInput as fault:
        show_fault(form, fault)
        return _show(open_preferences(token, signer=signer(), now=now), form, token), 400
    follow_reader(choices.language)
    return redirect(url_for("reader.preferences", token=token, bewaard=1), 303)


def stop(token: str) -> Answer:
    """POST /voorkeuren/<token>/stoppen: stop one kind of mail or all of it, at once."""
    now = clock.now()
    form = KeptPressForm(request.form, bound_to=token)
    if not form.validate():
        subscription = open_preferences(token, signer=signer(), now=now)
        if subscription.status is not SubscriptionStatus.ACTIVE:
            return _show_inactive(subscription, token)
        # Said aloud: whoever pressed "stop" may never believe that it was done when it was not.
        form.csrf_token.errors = [_("Je bent nog niet afgemeld."), *form.csrf_token.errors]
        return _show(subscription, _as_it_stands(subscription, token), token, stop=form), 400
    what = request.form.get("what", "")
    with transaction():
        subscription = open_preferences(token, signer=signer(), now=now)
        leave(
            subscription,
            Leaving(what) if what in set(Leaving) else Leaving.ALL,
            proof=Proof("preference_page", SOURCE),
            now=now,
        )
    return show_left(subscription, by_manage_link(token), is_done=True)


def pause(token: str) -> Answer:
    """POST /voorkeuren/<token>/pauze: no mail until the day that was typed."""
    subscription, form = pausing.begin(token)
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return _show_inactive(subscription, token)
    if form is not None:
        shown = _as_it_stands(subscription, token)
        return _show(subscription, shown, token, pause_form=form), 400
    return pausing.done(token, "begin")


def resume(token: str) -> Answer:
    """POST /voorkeuren/<token>/hervatten: mail again from now on."""
    subscription, form = pausing.end(token)
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return _show_inactive(subscription, token)
    if form is not None:
        shown = _as_it_stands(subscription, token)
        return _show(subscription, shown, token, resume_form=form), 400
    return pausing.done(token, "end")


def _as_it_stands(subscription: Subscription, token: str) -> PreferencesForm:
    picked = {chosen.theme_id for chosen in subscription.themes}
    return PreferencesForm(
        bound_to=token,
        data={
            "themes": [theme.slug for theme in pickable_themes() if theme.id in picked],
            "editions": subscription.receives_editions,
            "cadence": subscription.cadence.value,
            "language": subscription.language.value,
            "plain": subscription.format is MailFormat.TEXT,
            "themes_state": state_of_themes(),
        },
    )


def _show(
    subscription: Subscription, form: PreferencesForm, token: str, **refused: KeptForm
) -> str:
    """The page; `refused` are the forms other than the choices that came back, by their name."""
    follow_reader(subscription.language)
    themes = pickable_themes()
    offer_themes(form.themes, themes)
    others: dict[str, Any] = {
        "stop": KeptPressForm(bound_to=token),
        "pause_form": pausing.PauseForm(bound_to=token),
        "resume_form": KeptPressForm(bound_to=token),
        "fresh_form": KeptPressForm(bound_to=token),
        **refused,
    }
    return render_template(
        "pages/reader/preferences.html",
        form=form,
        refused=next(iter(refused.values()), form),
        token=token,
        address=addresses.mask(subscription.subscriber.address or ""),
        themes=themes,
        followed=len(pickable_by_id(chosen.theme_id for chosen in subscription.themes)),
        saved="bewaard" in request.args and not form.errors and not refused,
        receives=receives(subscription),
        leave_at=_way_out(subscription, next(iter(refused.values()), form)),
        **others,
        **rhythm(),
        **pausing.shown(subscription),
    )


def _way_out(subscription: Subscription, sent: KeptForm) -> str:
    """Where who has no cookies can stop all the same, after a form came back for lack of one."""
    if not sent.errors or sent_value() is not None:
        return ""
    return url_for("reader.leave",
                   token=signer().make(Purpose.LEAVE_ALL, subscription.subscriber_id))


def _show_inactive(subscription: Subscription, token: str) -> str:
    follow_reader(subscription.language)
    return render_template(
        "pages/reader/inactive.html",
        address=addresses.mask(subscription.subscriber.address or ""),
        pending=subscription.status is SubscriptionStatus.PENDING,
        undo=by_manage_link(token).find_undo(subscription),
        token=token,
        fresh_form=KeptPressForm(bound_to=token),
    )

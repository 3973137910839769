"""One mail of a rehearsal, compiled alone for its frame: the same bytes, and nothing written."""

import pytest
from flask import Flask

from newsletter.core import settings, signer
from newsletter.emails.show_compiled import html_of, text_of
from newsletter.errors import NotFound, WrongState
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_slot
from newsletter.sending.rehearse import Rehearsal, dry_run_mail, dry_run_slot
from tests.material import NOW
from tests.sending.lively import DAY, lively
from tests.sending.test_rehearse import opened, who_may_only_look

AT = NOW - DAY


def _whole(slot_id: int) -> Rehearsal:
    return dry_run_slot(slot_id, settings=settings(), signer=signer(), now=AT)


def test_each_mail_alone_is_byte_for_byte_what_it_is_among_all(committed: Flask) -> None:
    slot_id, _ = lively()
    whole = _whole(slot_id)
    assert len(whole.mails) > 4
    for mail in whole.mails:
        alone = dry_run_mail(slot_id, mail.selection.key, settings=settings(), now=AT)
        (variant,) = alone.variants
        # The hash of a variant is over its texts and the hashes of its blocks.
        assert (variant.selection_key, variant.hash) == (mail.selection.key, mail.variant.hash)
        assert html_of(alone, variant) == html_of(whole.compiled, mail.variant)
        assert text_of(alone, variant) == text_of(whole.compiled, mail.variant)


def test_only_what_that_mail_needs_is_compiled(committed: Flask) -> None:
    slot_id, _ = lively()
    whole = _whole(slot_id)
    least = min(whole.mails, key=lambda mail: len(mail.selection.article_ids))
    alone = dry_run_mail(slot_id, least.selection.key, settings=settings(), now=AT)
    assert {block.language for block in alone.blocks} == {least.variant.language}
    assert len(alone.blocks) < len(whole.compiled.blocks) / 2
    assert dry_run_mail(slot_id, "nl:mail:nothing", settings=settings(), now=AT).variants == ()


def test_a_role_that_may_only_read_can_have_it(committed: Flask) -> None:
    slot_id, _ = lively()
    key = _whole(slot_id).mails[0].selection.key
    environ = {"DATABASE_URL": settings().database_url,
               "DATABASE_OWNER_URL": settings().database_owner_url,
               "REDIS_URL": settings().redis_url, "SECRET_KEY": settings().secret_key}
    with opened(who_may_only_look(environ)):
        found = dry_run_mail(slot_id, key, settings=settings(), now=AT)
        assert [each.selection_key for each in found.variants] == [key]


def test_what_is_no_more_to_be_rehearsed_has_no_mail(committed: Flask) -> None:
    slot_id, _ = lively()
    key = _whole(slot_id).mails[0].selection.key
    with pytest.raises(NotFound):
        dry_run_mail(slot_id + 1000, key, settings=settings(), now=AT)
    carry_out_slot(slot_id, settings=settings(), now=NOW)
    db.session.rollback()
    with pytest.raises(WrongState):
        dry_run_mail(slot_id, key, settings=settings(), now=NOW)

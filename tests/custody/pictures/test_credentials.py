"""Content credentials: present and whole, broken in each way, of another file, by whom nobody knows; and absent."""

from __future__ import annotations

import pytest
from benchmarks.drawn_pictures import saved, scene

from opencwc.custody.pictures import examine, remarks_on
from opencwc.custody.pictures.model import Credentials, PictureFacts

from .signing import MODEL, moved, signed, signing

PICTURE = saved(scene(1), quality=90)


def credentials_of(data: bytes, trusted: str = "") -> tuple[Credentials, dict[str, bool]]:
    facts = examine(data, "a.jpg", trusted=trusted)
    assert facts.contents is not None, facts.unread
    return facts.contents.credentials, said(facts)


def said(facts: PictureFacts) -> dict[str, bool]:
    return {remark.message.id: remark.look for remark in remarks_on(facts)}


def test_a_picture_without_credentials_is_no_cause_to_look() -> None:
    credentials, remarks = credentials_of(PICTURE)
    assert credentials.state == "absent"
    assert remarks["picture_credentials_absent"] is False


def test_a_signed_picture_names_who_signed_what_was_done_and_of_what_it_was_made() -> None:
    credentials, remarks = credentials_of(signed(PICTURE, ingredient=saved(scene(2))), signing().root)
    assert (credentials.state, credentials.signer, credentials.issuer) == ("valid", "Camera 7", "Example Press")
    assert [action.action for action in credentials.actions] == ["c2pa.created", "c2pa.cropped"]
    assert credentials.actions[0].source_type == "digitalCapture"
    assert [part.title for part in credentials.ingredients] == ["earlier.jpg"]
    assert credentials.program == "Test camera 1" and credentials.signer_known
    assert "picture_credentials_valid" in remarks and not any(remarks.values())


def test_a_signer_is_unknown_without_a_list_and_with_the_list_of_another() -> None:
    data = signed(PICTURE)
    for trusted in ("", signing("Somebody else").root):
        credentials, remarks = credentials_of(data, trusted)
        assert credentials.state == "valid" and not credentials.signer_known
        assert remarks["picture_credentials_unknown"] is True


def test_a_picture_changed_after_signing_does_not_fit_its_credentials() -> None:
    changed = bytearray(signed(PICTURE))
    changed[-2_000] ^= 0x10
    credentials, remarks = credentials_of(bytes(changed), signing().root)
    assert credentials.state == "broken" and credentials.of_other_picture is False
    assert remarks["picture_credentials_hash"] is True
    assert "picture_credentials_other" not in remarks


def test_credentials_put_into_another_picture_are_said_to_be_of_another() -> None:
    credentials, remarks = credentials_of(moved(signed(PICTURE), saved(scene(5))), signing().root)
    assert credentials.state == "broken" and credentials.of_other_picture is True
    assert remarks["picture_credentials_other"] is True
    assert "picture_credentials_hash" not in remarks


def test_a_changed_claim_breaks_the_signature_or_its_parts() -> None:
    data = signed(PICTURE)
    at = data.index(b"c2pa.cropped")
    credentials, remarks = credentials_of(data[:at] + b"c2pa.resized" + data[at + 12 :], signing().root)
    assert credentials.state == "broken"
    assert remarks["picture_credentials_content"] is True
    at = data.index(b"Test camera")
    credentials, remarks = credentials_of(data[:at] + b"Best camera" + data[at + 11 :], signing().root)
    assert credentials.state == "broken"
    assert remarks["picture_credentials_signature"] is True


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_credentials_cut_off_are_unreadable_or_broken_never_whole(share: float) -> None:
    data = signed(PICTURE)
    begin = data.index(b"jumb")
    at = begin + int(share * 20_000)
    credentials, _ = credentials_of(data[:at] + bytes(300) + data[at + 300 :])
    assert credentials.state in ("broken", "unreadable")


def test_a_picture_that_says_a_model_made_it_is_to_be_looked_at() -> None:
    _, remarks = credentials_of(signed(PICTURE, source_type=MODEL), signing().root)
    assert remarks["picture_by_model"] is True

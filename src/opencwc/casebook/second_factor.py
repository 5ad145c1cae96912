"""The second factor: a code of six digits that changes every thirty seconds (RFC 6238), or one of ten recovery codes.

A code is taken once: the step it belongs to is kept, and none up to it is taken again. The secret is kept sealed.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

import pyotp
from sqlalchemy import Connection, RowMapping, select

from opencwc.casebook import tables
from opencwc.casebook.people import NO_SECOND_FACTOR, People, digest_of, end_sessions
from opencwc.casebook.rows import change_row
from opencwc.casebook.service_secret import Seal
from opencwc.errors import ConflictError, InputError, SettingsError

SECONDS = 30
SLACK = 1
"""How many steps a clock may be early or late."""
RECOVERY_CODES = 10
_PERSON = tables.person


@dataclass(frozen=True)
class SecondFactor:
    """The second factors of a casebook's people."""

    people: People
    seal: Seal

    def offer(self, person: str) -> tuple[str, str]:
        """Return a new secret (base32) and its ``otpauth:`` address; it counts once `confirm` has seen a code of it."""
        secret = pyotp.random_base32()
        with self.people.changing() as connection:
            row = _locked(connection, person)
            if row["totp"]:
                raise ConflictError("second_factor_there_already")
            if not row["password"]:
                raise ConflictError("account_without_password")
            change_row(connection, _PERSON, person, totp_offered=self.seal.seal(f"{person} {secret}"))
        return secret, pyotp.TOTP(secret).provisioning_uri(name=row["login"], issuer_name="OpenCWC")

    def confirm(self, person: str, code: str) -> list[str]:
        """Begin to ask for the offered factor, end the sessions, and return the recovery codes, which are shown once.

        Raises:
            ConflictError: nothing was offered.
            InputError: the code is not of the offered secret.

        """
        with self.people.changing() as connection:
            row = _locked(connection, person)
            if not row["totp_offered"]:
                raise ConflictError("no_second_factor_offered")
            step = self._step_of(self._opened(row, "totp_offered"), code, -1)
            if step is None:
                raise InputError("code_wrong", where="code")
            codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
            recovery = json.dumps([digest_of(_plain(code)) for code in codes])
            values = {"totp": row["totp_offered"], "totp_offered": "", "totp_step": step, "recovery": recovery}
            change_row(connection, _PERSON, person, **values)
            end_sessions(connection, person)
        return codes

    def check(self, person: str, code: str) -> bool:
        """Tell whether a code, or a recovery code, is right; it is taken once, and failures are counted."""
        if not self.people.take_attempt(person):
            return False
        with self.people.changing() as connection:
            row = _locked(connection, person)
            values = self._taken(row, code) if row["totp"] else None
            if values is None:
                return False
            change_row(connection, _PERSON, person, **values)
        self.people.forgive(person)
        return True

    def remove(self, person: str) -> None:
        """Ask for no second factor any more, and end the sessions."""
        with self.people.changing() as connection:
            change_row(connection, _PERSON, person, **NO_SECOND_FACTOR)
            end_sessions(connection, person)

    def _taken(self, row: RowMapping, code: str) -> dict[str, Any] | None:
        step = self._step_of(self._opened(row, "totp"), code, row["totp_step"])
        if step is not None:
            return {"totp_step": step}
        kept = json.loads(row["recovery"])
        given = digest_of(_plain(code))
        left = [digest for digest in kept if not hmac.compare_digest(digest, given)]
        return {"recovery": json.dumps(left)} if len(left) < len(kept) else None

    def _step_of(self, secret: str, code: str, after: int) -> int | None:
        code = "".join(code.split())
        if len(code) != 6 or not code.isascii():
            return None
        now = int(self.people.clock().timestamp()) // SECONDS
        totp = pyotp.TOTP(secret, interval=SECONDS)
        fits = [
            step
            for step in range(now - SLACK, now + SLACK + 1)
            if hmac.compare_digest(totp.generate_otp(step), code) and step > after
        ]
        return fits[0] if fits else None

    def _opened(self, row: RowMapping, column: str) -> str:
        opened = self.seal.opened(row[column]) or ""
        person, _, secret = opened.partition(" ")
        if person != row["id"]:  # also where someone moved a sealed secret from one account to another
            raise SettingsError("second_factor_cannot_be_opened")
        return secret


def _locked(connection: Connection, person: str) -> RowMapping:
    """Return the row of a person, which nobody else changes until the transaction ends."""
    return connection.execute(select(_PERSON).where(_PERSON.c.id == person).with_for_update()).mappings().one()


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _plain(code: str) -> str:
    return code.replace("-", "").replace(" ", "").lower()

"""When a checkpoint stood, by the word of a third party: time stamps after RFC 3161.

OpenCWC sends nothing: the request is a file that somebody takes to a time-stamping authority, and the response is
taken in later. What is stamped is a hash, so that the authority learns nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from opencwc.errors import InputError, IntegrityError, SettingsError

if TYPE_CHECKING:
    from cryptography import x509
    from rfc3161_client import TimeStampRequest, TimeStampResponse

_STATUS = ("granted", "granted with changes", "rejected", "waiting", "warning of revocation", "revoked")


class TimeStamp(Struct, frozen=True):
    """What the authority says: the moment (ISO 8601, UTC), its serial number and policy, and who it is."""

    at: str
    serial: int
    policy: str
    authority: str


def request(data: bytes) -> bytes:
    """Return a request for a time stamp over data, as DER: SHA-256, a nonce, and the certificates asked for."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder(data=data, hash_algorithm=HashAlgorithm.SHA256, nonce=True, cert_req=True)
    return builder.build().as_bytes()


def verify_response(data: bytes, request_der: bytes, response_der: bytes, ca_pem_path: Path) -> TimeStamp:
    """Check a response against its request and against the authority's certificates, and return what it says.

    ``ca_pem_path`` holds the certificates to trust, PEM. They must have been valid at the moment of the time stamp,
    not today.

    Raises:
        InputError: request or response is no DER of RFC 3161.
        IntegrityError: the authority did not grant it, it is for another thing or another request, or its signature,
            its chain of certificates or its use of the key does not hold.
        SettingsError: the certificates cannot be read.

    """
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder

    asked, answered = _read(request_der, response_der)
    if answered.status != 0:
        status = _STATUS[answered.status] if 0 <= answered.status < len(_STATUS) else str(answered.status)
        detail = f" ({'; '.join(answered.status_string)})" if answered.status_string else ""
        raise IntegrityError("time_stamp_not_granted", status=status, detail=detail)
    try:
        info, certificates = answered.tst_info, answered.signed_data.certificates
        if asked.nonce is None or info.nonce != asked.nonce:
            raise IntegrityError("time_stamp_of_another_request")
        if info.message_imprint.hash_algorithm != asked.message_imprint.hash_algorithm:
            raise IntegrityError("time_stamp_of_another_hash")
        if info.message_imprint.message != asked.message_imprint.message:
            raise IntegrityError("time_stamp_of_another_thing")
        builder = VerifierBuilder.from_request(asked)
        for root in _certificates(ca_pem_path):
            builder = builder.add_root_certificate(root)
        builder.build().verify_message(answered, data)
        signer = next(iter(answered.signed_data.signer_infos))
        named = [x509.load_der_x509_certificate(certificate) for certificate in certificates]
    except VerificationError as error:
        raise IntegrityError("time_stamp_does_not_hold", reason=str(error)) from error
    except (ValueError, TypeError) as error:
        raise InputError("time_stamp_response_unreadable") from error
    wanted = (signer.issuer, signer.serial_number)
    own = next((known for known in named if (known.issuer, known.serial_number) == wanted), None)
    return TimeStamp(
        at=info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        serial=info.serial_number,
        policy=info.policy.dotted_string,
        authority=own.subject.rfc4514_string() if own else "",
    )


def stamped_at(response_der: bytes) -> str:
    """Return the moment that a response taken in earlier gives (ISO 8601, UTC); `InputError` where it is none."""
    from rfc3161_client import decode_timestamp_response

    try:
        return decode_timestamp_response(response_der).tst_info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError as error:
        raise InputError("response_is_no_time_stamp") from error


def _read(request_der: bytes, response_der: bytes) -> tuple[TimeStampRequest, TimeStampResponse]:
    from rfc3161_client import decode_timestamp_response
    from rfc3161_client._rust import parse_timestamp_request

    try:
        request = parse_timestamp_request(request_der)
    except ValueError as error:
        raise InputError("time_stamp_request_unreadable") from error
    try:
        return request, decode_timestamp_response(response_der)
    except ValueError as error:
        raise InputError("response_is_no_time_stamp") from error


def _certificates(path: Path) -> list[x509.Certificate]:
    from cryptography import x509

    try:
        return list(dict.fromkeys(x509.load_pem_x509_certificates(path.read_bytes())))
    except OSError as error:
        raise SettingsError("authority_certificates_unreadable", where=str(path), reason=str(error.strerror)) from error
    except ValueError as error:
        raise SettingsError("no_certificates_in_file", where=str(path)) from error

"""What can be set of the service: the tables ``[service]`` and ``[oidc]`` of ``opencwc.toml``, ``OPENCWC_SERVICE_*``.

An environment variable comes before the file, and an option of the command before both.
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from opencwc.errors import SettingsError
from opencwc.settings import PREFIX, load_settings


def _words(value: object) -> object:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Rate = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}/(second|minute|hour)$")]


class Configuration(BaseModel):
    """Every setting of the service, with its habit.

    Sizes are bytes and times seconds. ``behind_proxy`` names the addresses (or networks) whose forwarded headers are
    believed; ``allowed_hosts`` are the names by which the service may be asked, beside those of ``public_url`` and of
    this machine. ``second_factor`` is that of accounts with a password. ``job_memory`` bounds what one upload may take
    to be read, and ``document_...`` limit one that is read as text, in which few bytes can hold much; ``job_rows`` are
    the lines of the ledgers of a job, or its planned shipments. A head must be whole after ``header_seconds``; a body
    may come slower than ``body_rate`` (bytes a second) for ``body_seconds``; who takes nothing of an answer for
    ``answer_seconds`` is let go. ``paper_days`` says how long papers can be drawn up from an answer that is not kept;
    ``oidc`` is the table as it is written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = Field("", pattern=r"^(https?://[^/\s]+)?$")
    allowed_hosts: Words = ()
    behind_proxy: Words = ()
    body_limit: int = Field(2_000_000, ge=1_000)
    upload_limit: int = Field(1_000_000_000, ge=1_000)
    value_limit: int = Field(100_000, ge=100, le=1_000_000)
    address_rate: Rate = "12000/minute"
    person_rate: Rate = "6000/minute"
    sign_in_rate: Rate = "10/minute"
    second_factor: Literal["offered", "demanded"] = "offered"
    screening_threads: int = Field(4, ge=1, le=64)
    jobs_waiting: int = Field(20, ge=1)
    job_seconds: int = Field(6 * 3600, ge=1)
    job_cpu_seconds: int = Field(6 * 3600, ge=1)
    job_memory: int = Field(8_000_000_000, ge=500_000_000)
    job_findings: int = Field(2_000_000, ge=1)
    job_rows: int = Field(5_000_000, ge=1)
    document_findings: int = Field(50_000, ge=1)
    document_passages: int = Field(50_000, ge=1)
    document_characters: int = Field(20_000_000, ge=1)
    document_seconds: int = Field(300, ge=1)
    document_memory: int = Field(2_000_000_000, ge=100_000_000)
    job_network_must_be_cut: bool = True
    paper_days: int = Field(7, ge=1, le=366)
    metrics_token: str = Field("", repr=False)
    connections: int = Field(1_000, ge=10)
    connections_of_address: int = Field(100, ge=2)
    header_limit: int = Field(32_768, ge=1_000)
    header_seconds: float = Field(15, gt=0)
    body_rate: int = Field(500, ge=1)
    body_seconds: float = Field(15, gt=0)
    answer_seconds: float = Field(60, gt=0)
    keep_alive: int = Field(15, ge=1)
    stop_within: int = Field(20, ge=1)
    oidc: dict[str, Any] = Field(default_factory=dict, repr=False)

    @property
    def under_https(self) -> bool:
        """Whether people reach the service by https."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which the service may be asked, in lower case and without a port."""
        ours = {"localhost", "127.0.0.1", "::1"} if is_loopback(self.host) else set()
        if not _is_any_address(self.host):
            ours.add(self.host.lower())
        if self.public_url:
            ours.add((urlsplit(self.public_url).hostname or "").lower())
        return frozenset(ours | {name.lower() for name in self.allowed_hosts})


def load_configuration(**options: object) -> Configuration:
    """Return the configuration: options that are not ``None`` first, then the environment, then ``opencwc.toml``.

    Raises:
        SettingsError: a setting is not known or has no meaning.

    """
    sections = load_settings().sections
    given: dict[str, object] = dict(sections.get("service", {}))
    given["oidc"] = {**sections.get("oidc", {}), **_from_environment("OIDC_")}
    given |= _from_environment("SERVICE_")
    given |= {name: value for name, value in options.items() if value is not None}
    try:
        configuration = Configuration.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            "service_setting_does_not_hold",
            where="[service]",
            setting=name,
            reason=str(first["msg"]),
            known=tuple(sorted(set(Configuration.model_fields) - {"oidc"})),
        ) from None
    if not is_loopback(configuration.host) and not (configuration.public_url or configuration.allowed_hosts):
        raise SettingsError("service_answers_any_name", where="[service]", host=configuration.host)
    return configuration


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_any_address(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _from_environment(room: str) -> dict[str, str]:
    start = PREFIX + room
    return {name[len(start) :].lower(): value for name, value in os.environ.items() if name.startswith(start)}

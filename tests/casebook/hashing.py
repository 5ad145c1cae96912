"""Passwords in a hundredth of the time: a true hash takes 0.2 s of work, and the tests sign people in by the thousand.

What a hash costs, and with which parameters, is tested where a test asks for ``true_passwords``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from opencwc.casebook import passwords

TRUE = passwords.HASHER
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=32, salt_len=16)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords quickly in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", QUICK)
        yield


@pytest.fixture
def true_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash passwords as people's are."""
    passwords._nobody.cache_clear()
    monkeypatch.setattr(passwords, "HASHER", TRUE)
    yield
    passwords._nobody.cache_clear()

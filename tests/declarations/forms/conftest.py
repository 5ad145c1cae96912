"""The books of the tests, read, judged and composed once."""

import pytest
from declared import Declared, declared


@pytest.fixture(scope="session")
def alpha(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    """The declarations of the invented company."""
    return declared(tmp_path_factory.mktemp("books") / "alpha")

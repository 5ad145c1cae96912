"""Vectors kept in the cache folder by the hash of the texts, so that a law is encoded once.

A file holds the vectors of one document's passages in half precision; it can be deleted at any time.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from opencwc.settings import cache_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.language.encoders import Encoder

_BATCH = 64
"""Texts after which progress is told."""


def vectors_of(
    texts: Sequence[str],
    encoder: Encoder,
    *,
    as_: Literal["passages", "questions"] = "passages",
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """Return one vector a text (rows of length one, float32), from the cache where these texts were encoded before.

    A cache that cannot be read or written costs time, never the answer. ``progress`` is told how many are encoded, of
    how many, where they are not kept.
    """
    import numpy as np

    if not texts:
        return np.zeros((0, encoder.dimensions), np.float32)
    path = (folder or cache_folder()) / "vectors" / f"{encoder.id}-{as_}-{_digest(texts)}.npy"
    known = _kept(path, (len(texts), encoder.dimensions))
    if known is not None:
        return known
    encode = encoder.passages if as_ == "passages" else encoder.questions
    parts = []
    for at in range(0, len(texts), _BATCH):
        if progress is not None:
            progress(at, len(texts))
        parts.append(encode(list(texts[at : at + _BATCH])))
    made = np.concatenate(parts)
    _keep(path, made.astype(np.float16))
    return made.astype(np.float16).astype(np.float32)  # the same answer with and without the cache


def _digest(texts: Sequence[str]) -> str:
    whole = sha256()
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        whole.update(len(raw).to_bytes(8, "big") + raw)
    return whole.hexdigest()[:40]


def _kept(path: Path, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    import numpy as np

    try:
        found = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        logging.getLogger(__name__).warning("kept vectors are not read: %s", error)
        return None
    return found.astype(np.float32) if found.shape == shape and found.dtype == np.float16 else None


def _keep(path: Path, vectors: NDArray[np.float16]) -> None:
    import numpy as np

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as stream:
            np.save(stream, vectors)
        Path(name).replace(path)
    except OSError as error:
        logging.getLogger(__name__).warning("vectors are not kept: %s", error)

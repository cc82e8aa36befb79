"""Finding domains in unlabelled text: TF-IDF, latent dimensions, k-means.

Knows nothing of examples or files; texts in, one label per text out. The same texts and seed give the same labels.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Sequence

import numpy as np

from ..errors import DataError

_FIT_ROWS = 20_000  # rows that the clusters are fitted on; the rest joins the nearest
_CHARACTERS = 2_000  # of each text: its start tells the domain
_DIMENSIONS = 50
_NAME_TERMS = 3
_WORD = r"\b[^\W\d]\w+\b"  # a number names no domain


def discover(texts: Sequence[str], *, k: int, seed: int) -> list[str]:
    """One label per text, such as "python · function · list"; at most `k` different ones.

    Raises `DataError` for fewer texts than domains, and for texts without words.
    """
    if len(texts) < k:
        raise DataError(f"{k} domains cannot be found in {len(texts)} rows; ask for at most as many as there are rows.")
    from sklearn.feature_extraction.text import TfidfVectorizer

    chosen: Sequence[int] = range(len(texts))
    if len(texts) > _FIT_ROWS:
        chosen = sorted(random.Random(f"domains {seed}").sample(chosen, _FIT_ROWS))
    vectorizer = TfidfVectorizer(
        stop_words="english", token_pattern=_WORD, max_features=20_000, sublinear_tf=True, dtype=np.float32
    )
    try:
        vectorizer.fit(texts[i][:_CHARACTERS] for i in chosen)
    except ValueError:  # "empty vocabulary"
        raise DataError("No domains can be found: the rows hold no words to tell them apart.") from None
    weights = vectorizer.transform(text[:_CHARACTERS] for text in texts)  # (rows, terms), sparse
    clusters = _cluster(weights, np.asarray(chosen), k, seed)
    names = _names(weights, clusters, vectorizer.get_feature_names_out())
    return [names[cluster] for cluster in clusters]


def _cluster(weights, chosen: np.ndarray, k: int, seed: int) -> np.ndarray:
    """The cluster of each row, from 0; fitted on the `chosen` rows."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.preprocessing import normalize

    dimensions = min(_DIMENSIONS, weights.shape[1] - 1)
    if dimensions >= 2:
        latent = TruncatedSVD(dimensions, random_state=seed).fit(weights[chosen]).transform(weights)
    else:
        latent = weights.toarray()
    points = normalize(latent)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct rows than k: fewer domains
        return KMeans(k, n_init=4, random_state=seed).fit(points[chosen]).predict(points)


def _names(weights, clusters: np.ndarray, terms: np.ndarray) -> dict[int, str]:
    """Cluster → its most telling terms: those with the highest mean weight above the other rows'."""
    overall = np.asarray(weights.mean(axis=0)).ravel()
    names: dict[int, str] = {}
    for cluster in np.unique(clusters):
        mean = np.asarray(weights[clusters == cluster].mean(axis=0)).ravel()
        best = sorted(range(len(terms)), key=lambda i: (overall[i] - mean[i], terms[i]))
        present = [terms[i] for i in best[: 2 * _NAME_TERMS] if mean[i] > 0]
        names[int(cluster)] = _unused(present, set(names.values()))
    return names


def _unused(terms: list[str], taken: set[str]) -> str:
    """The first terms, with as many more as it takes to differ from the names that are taken."""
    for n in range(_NAME_TERMS, len(terms) + 1):
        if (name := " · ".join(terms[:n])) not in taken:
            return name
    name = " · ".join(terms[:_NAME_TERMS]) or "other"
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name} ({number})", number + 1
    return unique

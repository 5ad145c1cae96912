"""A molecule as a picture that a person can check: the atoms that decide stand out by colour and by letter.

The SVG has no style attribute, no script and no link, so that it may stand in a page with a strict content policy. What
it colours carries a class (`CORE_CLASS`, `place_class`), so that a page may recolour it for a dark background.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from rdkit import Chem, rdBase
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

LARGEST = 150
"""The most atoms that are drawn; beyond, nobody could see which of them decide."""

CORE = "core"
CORE_CLASS = "oc-core"
CORE_COLOUR = "#e69f00"
PLACE_COLOURS = ("#9dd3f5", "#86dcc0", "#e8b9d6", "#f3ea7a", "#d3cfc9", "#f4b59b")
"""Tints of Okabe and Ito's palette (2008): told apart with any colour vision, and dark ink is readable on them all."""


def draw(
    smiles: str,
    highlights: Mapping[str, Sequence[int]],
    width: int = 320,
    height: int = 220,
    *,
    title: str = "",
    description: str = "",
    name: str = "",
    instead: str = "This structure is not drawn",
) -> str:
    """Draw a component as SVG, its deciding atoms coloured.

    ``highlights`` gives indices of atoms in the order of ``smiles`` by label: ``core`` has a colour of its own, every
    other label is a place and is written beside the first of its atoms. ``title`` and ``description`` are for those
    who hear the picture; ``name`` makes its ids, and must be unique in the page. A molecule that cannot be drawn, or
    of more than `LARGEST` atoms, gives a picture that says ``instead``.

    >>> draw("CP(F)F", {"core": [1], "A": [0]}, title="DF").startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    True
    """
    mol = _read(smiles)
    top, bottom, body = 0.0, float(height), _placeholder(instead, width, height)
    if mol is not None:
        with suppress(RuntimeError, ValueError):  # RDKit can lay it out no way: the placeholder stays
            top, bottom, body = _compact(_render(mol, highlights, width, height), highlights)
    box = f"0 {top:g} {width} {bottom - top:g}"
    return _framed(body, box, title or instead, description, name)


def is_one_atom(smiles: str) -> bool:
    """Tell whether a component is one atom with its hydrogens: an ion of a salt, which a drawing would show as an acid.

    >>> is_one_atom("F"), is_one_atom("[F-]"), is_one_atom("CO")
    (True, True, False)
    """
    mol = _read(smiles)
    return mol is not None and mol.GetNumHeavyAtoms() == 1


def place_class(number: int) -> str:
    """Return the class of the place of that number, counted from 0 in the order of the highlights without the core."""
    return f"oc-place-{number % len(PLACE_COLOURS)}"


def highlight_classes(labels: Sequence[str]) -> dict[str, str]:
    """Return the class that each label is coloured by: what a legend needs.

    >>> highlight_classes(["core", "R", "Q"])
    {'core': 'oc-core', 'R': 'oc-place-0', 'Q': 'oc-place-1'}
    """
    places = [label for label in labels if label != CORE]
    return {label: CORE_CLASS if label == CORE else place_class(places.index(label)) for label in labels}


def _read(smiles: str) -> Chem.Mol | None:
    """Read without touching the order or number of atoms; ``None`` where there is nothing that can be drawn."""
    if not smiles or len(smiles) > _LONGEST:
        return None
    params = Chem.SmilesParserParams()
    _set(params, {"removeHs": False, "sanitize": False})
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles, params)
        if mol is None or not 0 < mol.GetNumAtoms() <= LARGEST:
            return None
        mol.UpdatePropertyCache(strict=False)
        Chem.FastFindRings(mol)
        Chem.SanitizeMol(mol, Chem.SANITIZE_KEKULIZE | Chem.SANITIZE_SETAROMATICITY, catchErrors=True)
    return mol


def _render(mol: Chem.Mol, highlights: Mapping[str, Sequence[int]], width: int, height: int) -> str:
    labels = highlight_classes(list(highlights))
    colours = {label: _rgb(_colour(labels[label])) for label in highlights}
    atoms: dict[int, tuple[float, float, float]] = {}
    for label, indices in highlights.items():
        known = [index for index in indices if 0 <= index < mol.GetNumAtoms()]
        atoms.update(dict.fromkeys(known, colours[label]))
        if known and label != CORE:
            mol.GetAtomWithIdx(known[0]).SetProp("atomNote", label)
    bonds = {
        bond.GetIdx(): colour
        for bond in mol.GetBonds()
        if (colour := atoms.get(bond.GetBeginAtomIdx())) and colour == atoms.get(bond.GetEndAtomIdx())
    }
    with rdBase.BlockLogs():
        rdDepictor.Compute2DCoords(mol)
        rdDepictor.StraightenDepiction(mol)
        pen = rdMolDraw2D.MolDraw2DSVG(width, height, -1, -1, True)  # letters as text: small, sharp, selectable
        pen.drawOptions().useBWAtomPalette()
        _set(pen.drawOptions(), _DRAWN_AS)
        prepared = rdMolDraw2D.PrepareMolForDrawing(mol, kekulize=True, addChiralHs=False, wedgeBonds=True)
        pen.DrawMolecule(
            prepared,
            highlightAtoms=list(atoms),
            highlightAtomColors=atoms,
            highlightBonds=list(bonds),
            highlightBondColors=bonds,
        )
        pen.FinishDrawing()
    return str(pen.GetDrawingText())


def _set(options: object, values: Mapping[str, float]) -> None:
    """Set options of RDKit, whose own type stubs refuse every value."""
    for name, value in values.items():
        setattr(options, name, value)


def _compact(svg: str, highlights: Mapping[str, Sequence[int]]) -> tuple[float, float, str]:
    """Keep the shapes of RDKit's SVG and leave the rest: styles become classes and a few attributes of groups.

    Also return where the shapes begin and end from top to bottom, so that no empty paper is shown.
    """
    classes = {_colour(class_): class_ for class_ in highlight_classes(list(highlights)).values()}
    root = ElementTree.fromstring(svg)  # noqa: S314 - RDKit has just made it
    shapes = [_shape(element, classes) for element in root]
    groups = groupby((shape for shape in shapes if shape[1]), key=lambda shape: shape[0])
    body = "".join(f"<g {style}>{_joined([body for _, body in group])}</g>" for style, group in groups)
    top, bottom = _extent(body)
    return top, bottom, body


def _extent(body: str) -> tuple[float, float]:
    """Return the first and last line that the shapes reach, with a margin."""
    ends = [float(y) for y in re.findall(r"-?[\d.]+,(-?[\d.]+)", body)]
    for y in re.findall(r' y="(-?[\d.]+)"', body):
        ends += [float(y) - 16, float(y) + 4]
    for cy, ry in re.findall(r'cy="(-?[\d.]+)" rx="[\d.]+" ry="([\d.]+)"', body):
        ends += [float(cy) - float(ry), float(cy) + float(ry)]
    if not ends:
        raise ValueError("nothing was drawn")
    return round(min(ends) - 4), round(max(ends) + 4)


def _shape(element: ElementTree.Element, classes: Mapping[str, str]) -> tuple[str, str]:
    """Return the style and the body of one shape; shapes of one style are drawn in one group."""
    style = dict(re.findall(r"([\w-]+):([^;]+)", element.get("style", "")))
    fill = (style.get("fill") or element.get("fill") or "none").lower()
    tag = element.tag.rpartition("}")[2]
    atoms = " ".join(re.findall(r"atom-\d+", element.get("class", "")))
    if tag == "text":
        note = element.get("class") == "note"
        size = max(int(style.get("font-size", "14px").removesuffix("px")), 11 if note else 0)
        weight = ' font-weight="700"' if note else ""
        body = f'<text x="{_short(element, "x")}" y="{_short(element, "y")}">{escape(element.text or "")}</text>'
        return (
            f'class="{"oc-note" if note else "oc-ink"}" fill="{_INK}" font-family="{_FONT}" font-size="{size}"{weight}',
            body,
        )
    if tag == "ellipse" and fill in classes:
        box = " ".join(f'{key}="{_short(element, key)}"' for key in ("cx", "cy", "rx", "ry"))
        return f'class="{classes[fill]}" fill="{fill}"', f'<ellipse class="{atoms}" {box}/>'
    if tag != "path":
        return "", ""
    path = _shortened(element.get("d", ""))
    if fill in classes:
        return f'class="{classes[fill]}" fill="{fill}"', f'<path d="{path}"/>'
    if fill != "none":
        return f'class="oc-ink" fill="{_INK}"', f'<path d="{path}"/>'
    width = style.get("stroke-width", "1.6").removesuffix("px")
    return f'class="oc-line" fill="none" stroke="{_INK}" stroke-width="{width}" stroke-linecap="round"', path


def _joined(bodies: list[str]) -> str:
    """Join bodies; bare paths of one group become one path."""
    lines = [body for body in bodies if not body.startswith("<")]
    return (f'<path d="{"".join(lines)}"/>' if lines else "") + "".join(body for body in bodies if body.startswith("<"))


def _framed(body: str, box: str, title: str, description: str, name: str) -> str:
    said = f"<title{_id(name, 't')}>{escape(_plain(title))}</title>"
    if description:
        said += f"<desc{_id(name, 'd')}>{escape(_plain(description))}</desc>"
    told = f' aria-labelledby="{name}-t"' if name else f" aria-label={quoteattr(_plain(title))}"
    if name and description:
        told += f' aria-describedby="{name}-d"'
    *_, width, height = box.split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{width}" height="{height}" '
        f'direction="ltr" role="img"{told}>{said}{body}</svg>'
    )


def _placeholder(text: str, width: int, height: int) -> str:
    lines = textwrap.wrap(_plain(text), max(12, width // 9))[:5]
    first = height / 2 - 10 * (len(lines) - 1)
    rows = "".join(
        f'<text x="{width // 2}" y="{first + 20 * number:g}">{escape(line)}</text>' for number, line in enumerate(lines)
    )
    return f'<g class="oc-ink" fill="{_INK}" font-family="{_FONT}" font-size="14" text-anchor="middle">{rows}</g>'


def _id(name: str, part: str) -> str:
    if name and not re.fullmatch(r"[A-Za-z][\w-]*", name):
        raise ValueError(f"{name!r} is no id: it begins with a letter and goes on with letters, digits, - and _")
    return f' id="{name}-{part}"' if name else ""


def _plain(text: str) -> str:
    """Set a space for what XML does not allow and for marks that turn the direction of what follows."""
    return "".join(char if char.isprintable() else " " for char in text)


def _short(element: ElementTree.Element, key: str) -> str:
    return f"{float(element.get(key, '0')):.1f}".removesuffix(".0")


def _shortened(path: str) -> str:
    """Write a path with as few characters as hold it: one decimal, no spaces that separate nothing."""
    path = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), path)
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", path.strip())


def _colour(name: str) -> str:
    return CORE_COLOUR if name == CORE_CLASS else PLACE_COLOURS[int(name.rpartition("-")[2])]


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


_DRAWN_AS: dict[str, float] = {
    "clearBackground": False,
    "prepareMolsBeforeDrawing": False,
    "fixedBondLength": 34,
    "maxFontSize": 17,
    "minFontSize": 10,
    "bondLineWidth": 1.6,
    "annotationFontScale": 0.8,
    "padding": 0.07,
    "highlightRadius": 0.32,
}
_LONGEST = 4_000
_INK = "#111"
_FONT = "Arial,Helvetica,sans-serif"

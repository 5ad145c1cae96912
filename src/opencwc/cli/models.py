"""`opencwc models`: which models there are, what they are good for, whether they are on, and whether they still fit.

Exit status: 0 as it should be, 1 figures differ from the card or inputs have drifted, 2 could not run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli.value import displayable, report_error, spoken_language
from opencwc.errors import OpenCWCError, SettingsError
from opencwc.finding import Message, Value
from opencwc.wording import LANGUAGES, say, sentence

if TYPE_CHECKING:
    from opencwc.models import Card, State
    from opencwc.models.drift import Drift

models_app = typer.Typer(
    name="models",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="The register of models: cards, switches, figures, drift.",
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The model, as `opencwc models list` names it.")]
Format = Annotated[str, typer.Option(help="text or json.")]
CardFormat = Annotated[str, typer.Option(help="text, json or markdown.")]
Lang = Annotated[str, typer.Option(help=f"Language: {', '.join(LANGUAGES)}.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the record.")]
By = Annotated[str, typer.Option(help="Who; the user of this machine where nobody is named.")]


@models_app.command("list")
def list_models(format: Format = "text", lang: Lang = "") -> None:
    """List every model: on or off, and why."""

    def work(language: str) -> int:
        from opencwc.models import load_card, registered, state_of

        known = [(load_card(model.card), state_of(model)) for model in registered()]
        if format == "json":
            _print_json([_state_json(card, state, language) for card, state in known])
            return 0
        for card, state in known:
            kind = say("models_learned" if card.learned else "models_rules", language)
            why = f"  ({say(state.why, language)})" if state.why else ""
            _print(f"{card.id}\t{_on(state, language)}\t{kind}\t{card.title}{why}")
        return 0

    _run(work, format, ("text", "json"), lang)


@models_app.command()
def show(id: Id, format: CardFormat = "text", lang: Lang = "") -> None:
    """Show the card of a model, and its state."""

    def work(language: str) -> int:
        from opencwc.models import find_model, load_card, state_of
        from opencwc.models.card_pages import card_page

        model = find_model(id)
        card, state = load_card(model.card), state_of(model)
        if format == "json":
            _print_json(_state_json(card, state, language) | {"card": asdict(card)})
        elif format == "markdown":
            sys.stdout.write(card_page(card))
        else:
            for line in _card_lines(card, state, language):
                _print(line)
        return 0

    _run(work, format, ("text", "json", "markdown"), lang)


@models_app.command()
def on(id: Id, reason: Reason = "", by: By = "", format: Format = "text", lang: Lang = "") -> None:
    """Switch a model on."""
    _run(_switching(id, reason, by, format, on=True), format, ("text", "json"), lang)


@models_app.command()
def off(id: Id, reason: Reason = "", by: By = "", format: Format = "text", lang: Lang = "") -> None:
    """Switch a model off: what used it goes on by rules, and says so."""
    _run(_switching(id, reason, by, format, on=False), format, ("text", "json"), lang)


@models_app.command()
def evaluate(id: Id, format: Format = "text", lang: Lang = "") -> None:
    """Measure a model again and compare with its card; exit with 1 where they differ.

    Figures on labels of one's own (corrections) are told beside them; the card has none, so they are not compared.
    """

    def work(language: str) -> int:
        from opencwc.models import compare, find_model, load_card
        from opencwc.models.card_pages import interval

        model = find_model(id)
        measured = model.evaluate()
        differences = compare(load_card(model.card).figures, measured.figures)
        if format == "json":
            _print_json(
                {
                    "id": id,
                    "figures": [asdict(figure) for figure in measured.figures],
                    "own": [asdict(one) for one in measured.own],
                    "differences": [asdict(difference) for difference in differences],
                    "notes": [sentence(note, language) for note in measured.notes],
                }
            )
            return int(bool(differences))
        for figure in (*measured.figures, *measured.own):
            _print(
                f"{figure.part}\t{figure.language}\t{figure.metric}\t{figure.value:.3f}\t{interval(figure)}\tn={figure.n}"
            )
        for note in measured.notes:
            _print(sentence(note, language))
        for each in differences:
            values: dict[str, Value] = {key: "-" if value is None else value for key, value in asdict(each).items()}
            _print(sentence(Message("models_differs", values), language))
        if not differences:
            _print(sentence("models_same", language))
        return int(bool(differences))

    _run(work, format, ("text", "json"), lang)


@models_app.command()
def drift(
    id: Id,
    weeks: Annotated[int, typer.Option(min=1, max=8, help="How many weeks back, this one included.")] = 4,
    accept: Annotated[bool, typer.Option("--accept", help="Compare with these inputs from now on.")] = False,
    reason: Reason = "",
    by: By = "",
    format: Format = "text",
    lang: Lang = "",
) -> None:
    """Compare live inputs with those the model was measured on; exit with 1 where they have drifted."""

    def work(language: str) -> int:
        from opencwc.models import find_model, load_card
        from opencwc.models.accepted_reference import accept_inputs, live_drift
        from opencwc.models.drift import DriftWatch
        from opencwc.settings import load_settings

        card = load_card(find_model(id).card)
        folder = load_settings().folder
        measured = live_drift(card, folder, weeks)
        if card.reference is None or measured is None:
            raise SettingsError("model_without_statistic", id=id)
        if accept:
            live = DriftWatch(folder, card.id, card.reference.classes).counts(weeks)
            record = accept_inputs(id, live, by=by or getuser(), reason=reason, folder=folder)
            said = Message("models_drift_accepted", {"id": id, "n": live.total})
            _print_json(record) if format == "json" else _print(sentence(said, language))
            return 0
        if format == "json":
            _print_json({"id": id} | asdict(measured))
        else:
            for line in _drift_lines(measured, language):
                _print(line)
        return int(measured.verdict == "drift")

    _run(work, format, ("text", "json"), lang)


def _switching(id: str, reason: str, by: str, format: str, *, on: bool) -> Callable[[str], int]:
    def work(language: str) -> int:
        from opencwc.models import find_model, state_of, switch

        record = switch(id, on=on, by=by or getuser(), reason=reason)
        if format == "json":
            _print_json(record)
            return 0
        _print(sentence(Message("models_switched_on" if on else "models_switched_off", {"id": id}), language))
        state = state_of(find_model(id))
        if on and not state.usable and state.why:
            _print(sentence(Message("models_not_usable_yet", {"why": state.why}), language))
        return 0

    return work


def _run(work: Callable[[str], int], format: str, formats: tuple[str, ...], lang: str) -> None:
    try:
        for name, value, known in (("--format", format, formats), ("--lang", lang, ("", *LANGUAGES))):
            if value not in known:
                raise SettingsError("model_option_unknown", option=name, value=value, known=tuple(known))
        status = work(spoken_language(lang))
    except OpenCWCError as error:
        status = report_error(error)
    raise typer.Exit(status)


def _card_lines(card: Card, state: State, language: str) -> Iterator[str]:
    def labelled(label: str, text: str) -> str:
        return f"  {say(f'models_label_{label}', language)}: {text}"

    from opencwc.models.card_pages import interval

    kind = say("models_learned" if card.learned else "models_rules", language)
    yield f"{card.id}  {card.title}, {card.version} ({kind}): {_on(state, language)}"
    if state.why:
        yield f"  {sentence(state.why, language)}"
    yield labelled("component", card.component)
    for label, text in (("use", card.use), ("out_of_use", card.out_of_use), ("without", card.without)):
        yield labelled(label, text)
    for label, items in (("data", card.data), ("limits", card.limits)):
        yield labelled(label, "")
        yield from (f"    - {item}" for item in items)
    yield labelled("licence", card.licence)
    yield labelled("files", "")
    yield from (f"    {weight.sha256}  {weight.name}" for weight in card.weights)
    yield labelled("hash", state.hash)
    yield labelled("figures", card.made_on)
    for figure in card.figures:
        where = f"{figure.part}, {figure.language}, {figure.metric}"
        yield f"    {where}: {figure.value:.3f}  {interval(figure)}  n={figure.n}"


def _drift_lines(measured: Drift, language: str) -> Iterator[str]:
    from opencwc.models.drift import ENOUGH

    yield sentence(Message(f"models_drift_{measured.verdict}", {"n": measured.n, "enough": ENOUGH}), language)
    for aspect in measured.aspects:
        said: dict[str, Value] = {
            "aspect": Message(f"models_aspect_{aspect.aspect}"),
            "index": f"{aspect.index:.3f}",
            "chance": f"{aspect.chance:.2g}",
        }
        yield f"  {say(Message('models_aspect', said), language)}"


def _state_json(card: Card, state: State, language: str) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "learned": card.learned,
        "required": card.required,
        "on": state.usable,
        "weights": state.hash,
        "why": say(state.why, language) if state.why else "",
    }


def _on(state: State, language: str) -> str:
    return say("models_state_on" if state.usable else "models_state_off", language)


def _print(line: str) -> None:
    sys.stdout.write(displayable(line) + "\n")


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")

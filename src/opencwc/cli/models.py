"""`opencwc models`: which models there are, what they are good for, whether they are on, and whether they still fit.

Exit status: 0 as it should be, 1 figures differ from the card or inputs have drifted, 2 could not run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli.options import command, print_line
from opencwc.cli.value import spoken_language
from opencwc.errors import SettingsError
from opencwc.finding import Message, Value
from opencwc.wording import LANGUAGES, say, sentence

if TYPE_CHECKING:
    from opencwc.models import Card, State
    from opencwc.models.drift import Drift
    from opencwc.models.model import OwnLearning

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
@command
def list_models(format: Format = "text", lang: Lang = "") -> int:
    """List every model: on or off, and why."""
    from opencwc.models import card_words, load_card, registered, state_of

    language = _language(lang, format)
    known = [(load_card(model.card), state_of(model)) for model in registered()]
    if format == "json":
        _print_json([_state_json(card, state, language) for card, state in known])
        return 0
    for card, state in known:
        kind = say("models_learned" if card.learned else "models_rules", language)
        why = f"  ({say(state.why, language)})" if state.why else ""
        print_line(f"{card.id}\t{_on(state, language)}\t{kind}\t{card_words(card, language).title}{why}")
    return 0


@models_app.command()
@command
def show(id: Id, format: CardFormat = "text", lang: Lang = "") -> int:
    """Show the card of a model, and its state."""
    from opencwc.models import find_model, load_card, state_of
    from opencwc.models.card_pages import card_page

    language = _language(lang, format, "markdown")
    model = find_model(id)
    card, state = load_card(model.card), state_of(model)
    if format == "json":
        _print_json(_state_json(card, state, language) | {"card": asdict(card)})
    elif format == "markdown":
        sys.stdout.write(card_page(card))
    else:
        for line in _card_lines(card, state, language):
            print_line(line)
    return 0


@models_app.command()
@command
def on(id: Id, reason: Reason = "", by: By = "", format: Format = "text", lang: Lang = "") -> None:
    """Switch a model on."""
    _switch(id, reason, by, format, lang, on=True)


@models_app.command()
@command
def off(id: Id, reason: Reason = "", by: By = "", format: Format = "text", lang: Lang = "") -> None:
    """Switch a model off: what used it goes on by rules, and says so."""
    _switch(id, reason, by, format, lang, on=False)


@models_app.command()
@command
def evaluate(id: Id, format: Format = "text", lang: Lang = "") -> int:
    """Measure a model again and compare with its card; exit with 1 where they differ.

    Figures on labels of one's own (corrections) are told beside them; the card has none, so they are not compared.
    """
    from opencwc.models import compare, find_model, load_card
    from opencwc.models.card_pages import interval

    language = _language(lang, format)
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
        print_line(
            f"{figure.part}\t{figure.language}\t{figure.metric}\t{figure.value:.3f}\t{interval(figure)}\tn={figure.n}"
        )
    for note in measured.notes:
        print_line(sentence(note, language))
    for each in differences:
        values: dict[str, Value] = {key: "-" if value is None else value for key, value in asdict(each).items()}
        print_line(sentence(Message("models_differs", values), language))
    if not differences:
        print_line(sentence("models_same", language))
    return int(bool(differences))


@models_app.command()
@command
def drift(
    id: Id,
    weeks: Annotated[int, typer.Option(min=1, max=8, help="How many weeks back, this one included.")] = 4,
    accept: Annotated[bool, typer.Option("--accept", help="Compare with these inputs from now on.")] = False,
    reason: Reason = "",
    by: By = "",
    format: Format = "text",
    lang: Lang = "",
) -> int:
    """Compare live inputs with those the model was measured on; exit with 1 where they have drifted."""
    from opencwc.models import find_model, load_card
    from opencwc.models.accepted_reference import accept_inputs, live_drift
    from opencwc.models.drift import DriftWatch
    from opencwc.settings import load_settings

    language = _language(lang, format)
    card = load_card(find_model(id).card)
    folder = load_settings().folder
    measured = live_drift(card, folder, weeks)
    if card.reference is None or measured is None:
        raise SettingsError("model_without_statistic", id=id)
    if accept:
        live = DriftWatch(folder, card.id, card.reference.classes).counts(weeks)
        record = accept_inputs(id, live, by=by or getuser(), reason=reason, folder=folder)
        said = Message("models_drift_accepted", {"id": id, "n": live.total})
        _print_json(record) if format == "json" else print_line(sentence(said, language))
        return 0
    if format == "json":
        _print_json({"id": id} | asdict(measured))
    else:
        for line in _drift_lines(measured, language):
            print_line(line)
    return int(measured.verdict == "drift")


@models_app.command()
@command
def learn(
    id: Id,
    labels: Annotated[Path, typer.Argument(metavar="LABELS", help="A table of sentences with your own labels.")],
    by: By = "",
    lang: Lang = "",
) -> None:
    """Learn from your own labels, on this machine; what is learnt is taken where it is better."""
    language = _language(lang, "text")
    for message in _own_learning(id).learn(labels, by or getuser()):
        print_line(sentence(message, language))


@models_app.command()
@command
def forget(id: Id, lang: Lang = "") -> None:
    """Forget what was learnt from your own labels."""
    language = _language(lang, "text")
    had = _own_learning(id).forget()
    print_line(sentence(Message("models_forgotten" if had else "models_nothing_to_forget", {"id": id}), language))


def _own_learning(id: str) -> OwnLearning:
    from opencwc.models import find_model

    own = find_model(id).own
    if own is None:
        raise SettingsError("model_learns_nothing", id=id)
    return own


def _switch(id: str, reason: str, by: str, format: str, lang: str, *, on: bool) -> None:
    from opencwc.models import find_model, state_of, switch

    language = _language(lang, format)
    record = switch(id, on=on, by=by or getuser(), reason=reason)
    if format == "json":
        _print_json(record)
        return
    print_line(sentence(Message("models_switched_on" if on else "models_switched_off", {"id": id}), language))
    state = state_of(find_model(id))
    if on and not state.usable and state.why:
        print_line(sentence(Message("models_not_usable_yet", {"why": state.why}), language))


def _language(lang: str, format: str, *more_formats: str) -> str:
    """Return the language to speak; raise `SettingsError` where it or the format is not known."""
    for name, value, known in (
        ("--format", format, ("text", "json", *more_formats)),
        ("--lang", lang, ("", *LANGUAGES)),
    ):
        if value not in known:
            raise SettingsError("model_option_unknown", option=name, value=value, known=tuple(known))
    return spoken_language(lang)


def _card_lines(card: Card, state: State, language: str) -> Iterator[str]:
    def labelled(label: str, text: str) -> str:
        return f"  {say(f'models_label_{label}', language)}: {text}"

    from opencwc.models import card_words
    from opencwc.models.card_pages import interval

    kind = say("models_learned" if card.learned else "models_rules", language)
    words = card_words(card, language)
    yield f"{card.id}  {words.title}, {card.version} ({kind}): {_on(state, language)}"
    if state.why:
        yield f"  {sentence(state.why, language)}"
    yield labelled("component", card.component)
    for label, text in (("use", words.use), ("out_of_use", words.out_of_use), ("without", words.without)):
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
    from opencwc.models import card_words

    return {
        "id": card.id,
        "title": card_words(card, language).title,
        "learned": card.learned,
        "required": card.required,
        "on": state.usable,
        "weights": state.hash,
        "why": say(state.why, language) if state.why else "",
    }


def _on(state: State, language: str) -> str:
    return say("models_state_on" if state.usable else "models_state_off", language)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")

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

from opencwc.cli.casebook_options import Book, acting
from opencwc.cli.options import command, print_line
from opencwc.cli.value import spoken_language
from opencwc.errors import SettingsError
from opencwc.finding import Message, Value
from opencwc.wording import LANGUAGES, say, sentence

if TYPE_CHECKING:
    from opencwc.models import Card, State
    from opencwc.models.drift import Drift
    from opencwc.models.model import Model
    from opencwc.models.retraining import Relearned

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
    known = [(model, load_card(model.card), state_of(model)) for model in registered()]
    if format == "json":
        _print_json([_state_json(model, card, state, language) for model, card, state in known])
        return 0
    for model, card, state in known:
        kind = say("models_learned" if card.learned else "models_rules", language)
        remarks = [say(remark, language) for remark in (state.why, _weights_that_stand(model)) if remark]
        why = "".join(f"  ({remark})" for remark in remarks)
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
        _print_json(_state_json(model, card, state, language) | {"card": asdict(card)})
    elif format == "markdown":
        sys.stdout.write(card_page(card))
    else:
        for line in _card_lines(card, state, language):
            print_line(line)
        for line in _own_lines(model, language):
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
def retrain(
    id: Id,
    labels: Annotated[
        Path | None,
        typer.Argument(metavar="LABELS", help="A file of your own labels; else the shelf of labels."),
    ] = None,
    reason: Reason = "",
    by: By = "",
    casebook: Book = "",
    lang: Lang = "",
) -> None:
    """Learn from your own labels, on this machine; what is learned is used where it is better. Kept on record."""
    from opencwc.models.retraining import retrain

    language = _language(lang, "text")
    done = retrain(id, by=by or getuser(), reason=reason, labels=labels)
    for message in done.standing.says:
        print_line(sentence(message, language))
    _keep_record(done, casebook)


@models_app.command()
@command
def forget(id: Id, reason: Reason = "", by: By = "", casebook: Book = "", lang: Lang = "") -> None:
    """Go back to the weights that come with the package: what your own labels taught is deleted. Kept on record."""
    from opencwc.models.retraining import own_learning, take_back

    language = _language(lang, "text")
    done = take_back(id, by=by or getuser(), reason=reason)
    said = "models_forgotten" if done else "models_nothing_to_forget"
    print_line(sentence(Message(said, {"id": own_learning(id)[0]}), language))
    if done:
        _keep_record(done, casebook)


def _keep_record(relearned: Relearned, casebook: str) -> None:
    """Put on record that a model was retrained or taken back, where there is a casebook."""
    from opencwc.casebook.database import casebook_is_there

    if not casebook and not casebook_is_there():
        return
    with acting(casebook) as (book, person), book.writing(person.id) as writer:
        writer.record("model_retrained", relearned.kept)


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
    for label, items in (("data", words.data), ("limits", words.limits)):
        yield labelled(label, "")
        yield from (f"    - {item}" for item in items)
    yield labelled("licence", words.licence)
    yield labelled("files", "")
    yield from (f"    {weight.sha256}  {weight.name}" for weight in card.weights)
    yield labelled("hash", state.hash)
    yield labelled("figures", card.made_on)
    for figure in card.figures:
        where = f"{figure.part}, {figure.language}, {figure.metric}"
        yield f"    {where}: {figure.value:.3f}  {interval(figure)}  n={figure.n}"


def _weights_that_stand(model: Model) -> Message | None:
    """Say by whom and when a model was taught by labels of the house; nothing where the package's weights stand."""
    own = model.own.standing() if model.own else None
    return Message("models_own_used", {"by": own.by, "day": own.at[:10]}) if own and own.used else None


def _own_lines(model: Model, language: str) -> Iterator[str]:
    """Yield which weights stand, what the labels of the house taught, and how many more are on its shelf."""
    if model.own is None:
        return
    yield f"  {sentence(_weights_that_stand(model) or Message('models_own_none'), language)}"
    own = model.own.standing()
    yield from (f"    {sentence(message, language)}" for message in (own.says if own else ()))
    if model.own.on_shelf:
        yield f"  {sentence(Message('models_on_shelf', {'count': model.own.on_shelf()}), language)}"


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


def _state_json(model: Model, card: Card, state: State, language: str) -> dict[str, Any]:
    from opencwc.models import card_words
    from opencwc.models.retraining import own_to_plain

    return {
        "id": card.id,
        "title": card_words(card, language).title,
        "learned": card.learned,
        "required": card.required,
        "on": state.usable,
        "weights": state.hash,
        "why": say(state.why, language) if state.why else "",
        "own": own_to_plain(model.own, language),
    }


def _on(state: State, language: str) -> str:
    return say("models_state_on" if state.usable else "models_state_off", language)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")

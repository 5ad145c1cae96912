"""The states of a submission, the steps between them, and its marks: the one table that steps and verifier read.

Draft, complete, released by two different people, submitted, amended; a new file takes it back to draft or amended.
"""

from __future__ import annotations

from enum import StrEnum

from opencwc.errors import ConflictError


class State(StrEnum):
    """Where a submission stands."""

    DRAFT = "draft"
    COMPLETE = "complete"
    RELEASED = "released"
    SUBMITTED = "submitted"
    AMENDED = "amended"


class Step(StrEnum):
    """What a person does to a submission; ``REVISE`` and ``AMEND`` come with a new version."""

    REVISE = "revise"
    COMPLETE = "complete"
    RELEASE = "release"
    SUBMIT = "submit"
    AMEND = "amend"


FIRST_STATE = str(State.DRAFT)
MARKS = ("provisional", "incomplete")
"""What a submission may be beside its state, each with a reason."""
UNMARK = "not_"
"""How the name of the step begins that takes a mark away."""
ALLOWED: dict[Step, tuple[State, ...]] = {
    Step.REVISE: (State.DRAFT, State.COMPLETE, State.RELEASED, State.AMENDED),
    Step.COMPLETE: (State.DRAFT, State.AMENDED),
    Step.RELEASE: (State.COMPLETE,),
    Step.SUBMIT: (State.RELEASED,),
    Step.AMEND: (State.SUBMITTED,),
}
"""In which states each step may be taken."""


def state_after(
    step: Step, state: State, *, submitted_before: bool = False, released_by_another: bool = False
) -> State:
    """Return the state that a step leads to; raise `ConflictError` where it may not be taken.

    A first release leaves the submission complete; the second, by another person, releases it.

    >>> str(state_after(Step.RELEASE, State.COMPLETE)), str(state_after(Step.REVISE, State.RELEASED))
    ('complete', 'draft')
    """
    if state not in ALLOWED[step]:
        raise ConflictError("submission_step_not_allowed", step=str(step), state=str(state))
    if step is Step.REVISE:
        return State.AMENDED if submitted_before else State.DRAFT
    if step is Step.RELEASE:
        return State.RELEASED if released_by_another else State.COMPLETE
    return {Step.COMPLETE: State.COMPLETE, Step.SUBMIT: State.SUBMITTED, Step.AMEND: State.AMENDED}[step]


def marks_after(step: str, reason: str) -> dict[str, str]:
    """Return which mark a step sets, with its reason, or takes away.

    >>> marks_after("provisional", "figures follow"), marks_after("not_provisional", "final")
    ({'provisional': 'figures follow'}, {'provisional': ''})
    >>> marks_after("submit", "sent")
    {}
    """
    mark = step.removeprefix(UNMARK)
    return {mark: "" if step.startswith(UNMARK) else reason} if mark in MARKS else {}

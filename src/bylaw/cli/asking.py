"""What is told of a step that a second person must agree to."""

from datetime import UTC, datetime

from bylaw.cli.screen import out, print_json
from bylaw.staff.second import LAPSES
from bylaw.staff.steps import Step


def print_asked(step: Step, command: str, *, json: bool) -> None:
    """Print that a step is asked for, with the command by which somebody else agrees."""
    day = datetime.fromtimestamp((step.at + LAPSES) / 1e6, UTC).date()
    if json:
        print_json({"asked": step.asked.step, "until": day})
        return
    out().print(f"{step.asked.step}: asked for by {step.asked.by}; nothing is destroyed yet", soft_wrap=True)
    out().print(
        f"until {day} somebody else may agree: `{command} --approve {step.asked.step} --by staff_…`",
        soft_wrap=True,
    )

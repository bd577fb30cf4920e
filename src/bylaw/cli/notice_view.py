"""Messages on the screen, and as a page."""

from collections.abc import Sequence
from pathlib import Path

from rich.rule import Rule
from rich.text import Text

from bylaw.cli.screen import out
from bylaw.notices.rendering import Message
from bylaw.notices.sample import Preview


def print_messages(previews: Sequence[Preview]) -> None:
    """Print messages one after the other."""
    console = out()
    for preview in previews:
        message = preview.message
        console.print(
            Rule(Text(f"{preview.file} · {message.language} · {message.message_class}"), align="left")
        )
        console.print(Text(message.subject, style="bold"), soft_wrap=True)
        console.print()
        console.print(Text(message.text), soft_wrap=True)


def write_page(path: Path, message: Message) -> None:
    """Write the page of a message."""
    path.write_text(message.html, encoding="utf-8")

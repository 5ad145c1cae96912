"""`opencwc watch --topics`: which emerging topics reports are on, which rise, which terms are new."""

from __future__ import annotations

from opencwc.cli import options
from opencwc.cli.value import AnswerTarget
from opencwc.files import open_for_writing
from opencwc.finding import Message
from opencwc.reports.topics.topic_files import topics_as_csv, topics_as_json_lines
from opencwc.reports.topics.topic_picture import TopicPicture, topic_picture
from opencwc.reports.watched import Watched
from opencwc.wording import say


def write_topics(watched: Watched, target: AnswerTarget) -> tuple[Message, ...]:
    """Print the topics of watched reports, or write them to a file; return what is to be said of them."""
    picture = topic_picture(watched)
    if not target.format:
        _print(picture, target.lang)
    else:
        csv = target.format == "csv"
        content = topics_as_csv(picture).encode() if csv else topics_as_json_lines(picture, target.lang)
        with open_for_writing(target.output, binary=True) as stream:
            stream.write(content)
    summary = Message("watch_topics_summary", {
        "topics": len(picture.present), "risen": len(picture.risen), "terms": len(picture.terms),
        "none": picture.on_none, "reports": len(picture.lines),
    })  # fmt: skip
    return (summary,)


def _print(picture: TopicPicture, lang: str) -> None:
    names = ("page_watch_topic", "page_watch_topic_change", "page_watch_topic_newest_month", "page_watch_topic_texts")
    rows = [
        (say(trend.topic.named, lang), say(trend.says, lang), say(trend.newest.says, lang), str(trend.texts))
        for trend in picture.present
    ]
    if rows:
        options.print_grid([(say(name, lang), {"overflow": "fold"}) for name in names], rows)
    if picture.terms:
        terms = [(term.phrase, say(term.says, lang)) for term in picture.terms]
        headings = ("page_watch_terms", "page_watch_topic_change")
        options.print_grid([(say(name, lang), {"overflow": "fold"}) for name in headings], terms)

"""Events as files for machines, held against the rules of each format."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from opencwc.publishing.report_files import report_file
from opencwc.reports.cap import NAMESPACE, as_cap
from opencwc.reports.event_files import ENDINGS, FORMATS, events_as, watched_as
from opencwc.reports.event_report import event_report
from opencwc.reports.machine_tags import TLP, tags_of, taxonomy, tlp_label
from opencwc.reports.sources import Source, SourceIndex
from opencwc.reports.stix import TLP_MARKINGS
from opencwc.reports.summaries import EventSummary, summaries_of
from opencwc.wording import LANGUAGES
from reports.told_by_hand import ALL, watched

TAG = re.compile(r'[a-z-]+:[a-z-]+(?:="[^"]+")?')
STIX_ID = re.compile(r"[a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
REQUIRED = {
    "identity": {"name"}, "incident": {"name"}, "location": {"country"}, "note": {"content", "object_refs"},
    "relationship": {"relationship_type", "source_ref", "target_ref"}, "report": {"name", "published", "object_refs"},
}  # fmt: skip
"""What STIX 2.1 requires of each type, beside the common properties."""
HEAD = ("identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "code", "note")
INFO = (
    "language", "category", "event", "urgency", "severity", "certainty", "headline", "description", "parameter", "area",
)  # fmt: skip
"""The order in which CAP 1.2 has the elements that we write."""


@pytest.fixture
def summaries() -> list[EventSummary]:
    return summaries_of(watched())


def _name(element: Xml.Element) -> str:
    return element.tag.rpartition("}")[2]


def test_geojson_has_longitude_first_and_no_geometry_where_there_is_no_point(summaries: list[EventSummary]) -> None:
    collection = json.loads(events_as("geojson", summaries, "reports.jsonl"))
    assert collection["type"] == "FeatureCollection"
    leak, allegation, _ = collection["features"]
    assert leak["geometry"] == {"type": "Point", "coordinates": [10.5, 59.9]}
    assert allegation["geometry"] is None
    assert leak["properties"]["affected"] == [4, 7]
    assert leak["properties"]["other_countries"] == []
    assert all(feature["type"] == "Feature" and feature["id"] for feature in collection["features"])


def test_a_cap_alert_is_a_draft_with_its_elements_in_order(summaries: list[EventSummary]) -> None:
    for lang in LANGUAGES:
        for summary in summaries:
            alert = Xml.fromstring(as_cap(summary, lang))
            assert alert.tag == f"{{{NAMESPACE}}}alert"
            names = [_name(child) for child in alert]
            assert names == [*(name for name in HEAD if name in names), "info"]
            said = {_name(child): child.text or "" for child in alert.iter()}
            assert (said["status"], said["msgType"], said["scope"]) == ("Draft", "Alert", "Restricted")
            assert said["restriction"]
            assert not re.search(r"[\s,<&]", said["identifier"] + said["sender"])
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", said["sent"])
            assert (said["category"], said["urgency"], said["severity"]) == ("CBRNE", "Unknown", "Unknown")
            within = [_name(child) for child in alert.iterfind(f"{{{NAMESPACE}}}info/*")]
            assert list(dict.fromkeys(within)) == [name for name in INFO if name in within]


def test_a_cap_circle_is_latitude_longitude_and_radius(summaries: list[EventSummary]) -> None:
    alert = Xml.fromstring(as_cap(summaries[0]))
    assert alert.findtext(f".//{{{NAMESPACE}}}circle") == "59.9,10.5 0"
    assert alert.findtext(f".//{{{NAMESPACE}}}certainty") == "Unknown"


@pytest.mark.parametrize("tlp", TLP)
def test_whatever_can_bear_a_label_of_the_tlp_bears_the_one_asked_for(summaries: list[EventSummary], tlp: str) -> None:
    label = tlp_label(tlp)
    alert = Xml.fromstring(as_cap(summaries[0], tlp=tlp))
    assert alert.findtext(f"{{{NAMESPACE}}}code") == label
    names = [one.tag.partition("}")[2] for one in alert]
    assert names.index("restriction") < names.index("code") < names.index("note")  # the order that the schema asks for
    misp = json.loads(events_as("misp", summaries, "reports.jsonl", tlp=tlp))["response"]
    assert all({"name": f"tlp:{tlp}"} in one["Event"]["Tag"] for one in misp)
    assert label in events_as("html", summaries, "reports.jsonl", tlp=tlp).decode()


def test_the_archive_of_alerts_has_one_for_each_event(summaries: list[EventSummary]) -> None:
    with zipfile.ZipFile(io.BytesIO(events_as("cap", summaries, "reports.jsonl"))) as archive:
        assert archive.namelist() == [f"{summary.id}.cap.xml" for summary in summaries]


def test_stix_objects_have_what_the_standard_requires(summaries: list[EventSummary]) -> None:
    bundle = json.loads(events_as("stix", summaries, "reports.jsonl", tlp="amber"))
    objects = bundle["objects"]
    assert (bundle["type"], STIX_ID.fullmatch(bundle["id"]) is not None) == ("bundle", True)
    ids = {one["id"] for one in objects}
    assert len(ids) == len(objects)
    for one in objects:
        assert one["spec_version"] == "2.1"
        assert STIX_ID.fullmatch(one["id"])
        assert one["id"].startswith(f"{one['type']}--")
        assert REQUIRED[one["type"]] <= set(one)
        assert all(MOMENT.fullmatch(one[name]) for name in ("created", "modified"))
        assert one["created"] <= one["modified"]
        refs = [one[name] for name in one if name.endswith("_ref")] + one.get("object_refs", [])
        assert set(refs) <= ids
        if one["type"] != "identity":
            assert one["object_marking_refs"] == [TLP_MARKINGS["amber"]]


def test_stix_gives_the_same_ids_again_and_never_a_text(summaries: list[EventSummary]) -> None:
    content = events_as("stix", summaries, "reports.jsonl")
    assert content == events_as("stix", summaries, "reports.jsonl")
    assert not any(one.report.text.encode() in content for one in ALL)


def test_no_stix_object_has_two_contents_under_one_id(summaries: list[EventSummary]) -> None:
    asked = [
        (summaries, "en", "green"),
        (summaries, "fr", "green"),
        (summaries, "en", "red"),
        (summaries[:1], "en", "red"),
    ]
    bundles = [json.loads(events_as("stix", some, "reports.jsonl", lang=lang, tlp=tlp)) for some, lang, tlp in asked]
    contents: dict[str, dict[str, object]] = {}
    for one in (one for bundle in bundles for one in bundle["objects"]):
        assert contents.setdefault(one["id"], one) == one
    incidents = [one for one in bundles[0]["objects"] if one["type"] == "incident"]
    assert {one["external_references"][0]["external_id"] for one in incidents} == {one.id for one in summaries}


def test_a_misp_event_is_unpublished_and_tagged(summaries: list[EventSummary]) -> None:
    events: list[dict[str, Any]] = [
        one["Event"] for one in json.loads(events_as("misp", summaries, "reports.jsonl"))["response"]
    ]
    assert len(events) == 3
    for event in events:
        assert (event["published"], event["distribution"], event["threat_level_id"]) == (False, "0", "4")
        tags = [tag["name"] for tag in event["Tag"]]
        assert all(TAG.fullmatch(tag) for tag in tags), tags
        assert 'admiralty-scale:source-reliability="f"' in tags
        assert "tlp:green" in tags
        assert all({"category", "type", "value", "uuid"} <= set(attribute) for attribute in event["Attribute"])
        assert not any(attribute["to_ids"] for attribute in event["Attribute"])
    assert {tag["name"] for tag in events[1]["Tag"]} >= {
        'cwc-event:kind="alleged_use"', 'cwc-event:stage="alleged"', 'cwc-event:corroboration="one-origin"',
        'cwc-event:disputed="happened"', 'estimative-language:confidence-in-analytic-judgment="low"',
    }  # fmt: skip


def test_the_taxonomy_names_every_tag_that_we_give(summaries: list[EventSummary]) -> None:
    known = {
        f'cwc-event:{values["predicate"]}="{entry["value"]}"'
        for values in taxonomy()["values"]
        for entry in values["entry"]
    }
    misp = json.loads(events_as("misp", summaries, "reports.jsonl"))["response"]
    given = {tag["name"] for one in misp for tag in one["Event"]["Tag"] if tag["name"].startswith("cwc-event:")}
    assert given
    assert given <= known


@pytest.mark.parametrize("format", ["html", "xlsx", "docx"])
def test_the_report_is_written_in_every_format(summaries: list[EventSummary], format: Any) -> None:
    for lang in ("en", "ar"):
        content = report_file(event_report(summaries, "reports.jsonl", date(2026, 3, 7), lang), format)
        assert len(content) > 2_000
    html = report_file(event_report(summaries, "reports.jsonl", date(2026, 3, 7)), "html").decode()
    assert "Accident: chlorine, Sandvik (Norway), 2026-03-02" in html
    assert not any(one.report.text in html for one in ALL)


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "pdf"])
def test_watched_reports_are_written_in_every_format(format: Any) -> None:
    content = watched_as(format, watched(), "reports.jsonl", "fr")
    assert len(content) > 500


def test_every_format_has_an_ending_of_its_own() -> None:
    assert len(set(ENDINGS.values())) == len(ENDINGS)


def test_the_grades_of_a_users_sources_stand_in_the_tags() -> None:
    event = summaries_of(watched())[0]
    graded = [Source("nordavia wire", reliability="B", credibility="2"), Source("Courrier", reliability="C")]
    tags = set(tags_of(event, "green", SourceIndex(graded)))
    assert {'admiralty-scale:source-reliability="b"', 'admiralty-scale:information-credibility="2"'} <= tags
    assert 'admiralty-scale:source-reliability="f"' in set(tags_of(event, "green"))
    assert b'source-reliability=\\"b\\"' in watched_as("misp", watched(), "f", listed=graded)

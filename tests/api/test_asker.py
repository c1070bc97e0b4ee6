"""What an asker can do besides asking: filters, feedback, saving a reply, an expert, coming back."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from sqlalchemy import select

from api.messages import messages
from helpdesk_bot import off_switch
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.review.desk import Person, Query, ReviewDesk
from helpdesk_bot.schema import answers, feedback
from tests.api import house
from tests.api.conftest import InProcess, started
from tests.api.house import FakeHelpdesk, settings_in
from tests.api.test_asking import assert_problem
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

EXPERT = Person("acc_1", "Åsa Öberg")
QUESTIONS = [house.SV_QUESTION, house.VI_QUESTION, house.EN_QUESTION]


def asked(site: InProcess, question: str) -> tuple[str, str]:
    """Ask, and return the answer's and the conversation's id."""
    answer = site.post("/api/v1/ask", json={"question": question}).json()
    return answer["answer_id"], answer["conversation_id"]


# Filters


def test_facets_are_the_values_in_force(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    facets = site.get("/api/v1/documents/facets").json()
    assert [each["value"] for each in facets["language"]] == ["en", "sv", "vi"]
    assert facets["theme"] == [{"value": "inclusion", "count": 1}]
    assert [each["value"] for each in facets["year"]] == ["2025", "2024"]
    for name in ("kind", "theme", "year", "language"):
        for each in facets[name]:
            found = site.get("/api/v1/documents", params={name: each["value"]}).json()
            assert found["total"] == each["count"]
    with helpdesk.engine.begin() as connection:
        helpdesk.catalog.withdraw(connection, helpdesk.ids["cong.vi.html"])
    again = site.get("/api/v1/documents/facets").json()
    assert [each["value"] for each in again["language"]] == ["en", "sv"]
    assert [each["value"] for each in again["year"]] == ["2024"]


@pytest.mark.parametrize("language", ["en", "sv", "vi", "ar"])
def test_the_page_offers_filters_and_questions_in_its_language(site: InProcess, language: str) -> None:
    html = site.get(f"/?lang={language}").text
    words = messages(language)
    assert f'<option value="report">{words["kind_report"]}</option>' in html
    suggested = re.findall(r'class="choice" name="question" value="([^"]*)"', html)
    titles = {"en": "Digital inclusion", "sv": "AI i offentlig sektor", "vi": "Dịch vụ công trực tuyến"}
    if language in titles:
        assert suggested == [words["suggest_subject"].format(subject=titles[language])]
    else:
        assert len(suggested) == 3  # no document in its language: all of them


def test_a_form_that_was_tampered_with_is_no_crash(site: InProcess) -> None:
    sent = {"question": house.EN_QUESTION, "conversation_id": "../../etc"}
    assert_problem(site.post("/", data=sent), 422, "invalid_request")
    wrong = {"question": house.EN_QUESTION, "year": "soon"}
    page = site.post("/?lang=sv", data=wrong, headers={"Accept": "text/html"})
    assert page.status_code == 422
    assert messages("sv")["error_other"] in page.text


# Feedback


@pytest.mark.parametrize("question", QUESTIONS)
def test_feedback_is_kept_and_the_later_word_counts(
    site: InProcess, helpdesk: FakeHelpdesk, question: str
) -> None:
    answer_id, _ = asked(site, question)
    first = site.post("/api/v1/feedback", json={"answer_id": answer_id, "helpful": True})
    assert (first.status_code, first.json()["in_review"]) == (201, False)
    wrong = {
        "answer_id": answer_id,
        "helpful": False,
        "reason": "wrong_evidence",
        "note": "Sidan 3, không phải 4",
    }
    assert site.post("/api/v1/feedback", json=wrong).json() == {
        "answer_id": answer_id,
        "helpful": False,
        "note_kept": True,
        "in_review": True,
    }
    with helpdesk.engine.connect() as connection:
        [row] = connection.execute(select(feedback)).mappings()
    assert (row["helpful"], row["reason"], row["note"]) == (0, "wrong_evidence", wrong["note"])
    [item] = ReviewDesk(helpdesk.engine, None, None).list(EXPERT, Query())["items"]
    assert (item["question"], item["reasons"]) == (question, ["reported"])


def test_a_note_with_personal_data_is_not_kept(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    answer_id, _ = asked(site, house.EN_QUESTION)
    note = "Write to jane.doe@example.org, my number is 19121212-1212."
    sent = {"answer_id": answer_id, "helpful": False, "reason": "incomplete", "note": note}
    assert site.post("/api/v1/feedback", json=sent).json()["note_kept"] is False
    helpdesk.engine.dispose()
    folder = Path(helpdesk.engine.url.database or "").parent
    assert not any(b"jane.doe" in file.read_bytes() for file in folder.glob("helpdesk.db*"))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"answer_id": "nope", "helpful": True}, 404, "answer_not_found"),
        ({"answer_id": "nope"}, 422, "invalid_request"),
        ({"answer_id": "nope", "helpful": False, "reason": "boring"}, 422, "invalid_request"),
        ({"answer_id": "../x", "helpful": True}, 422, "invalid_request"),
        ({"answer_id": "nope", "helpful": True, "note": "x" * 1001}, 422, "invalid_request"),
    ],
)
def test_feedback_that_cannot_be(site: InProcess, body: dict[str, object], status: int, code: str) -> None:
    assert_problem(site.post("/api/v1/feedback", json=body), status, code)


def test_where_nothing_is_recorded_nothing_can_be_judged(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, record_conversations=False)
    fake = FakeHelpdesk(settings)
    with started(settings, fake) as site:
        html = site.post("/?lang=en", data={"question": house.EN_QUESTION}).text
    assert "/feedback" not in html
    assert messages("en")["privacy_server_off"] in html
    fake.close()


def test_feedback_without_scripts_shows_the_answer_to_its_asker_alone(site: InProcess) -> None:
    answer_id, conversation_id = asked(site, house.SV_QUESTION)
    sent = {"answer_id": answer_id, "helpful": "yes", "conversation_id": conversation_id}
    own = site.post("/feedback?lang=sv", data=sent).text
    assert messages("sv")["feedback_thanks"] in own
    assert house.SV_QUESTION in own
    other = site.post("/feedback?lang=sv", data=sent | {"conversation_id": "somebodyelse"}).text
    assert messages("sv")["feedback_thanks"] in other
    assert house.SV_QUESTION not in other


# An expert, and coming back


def test_an_experts_answer_is_shown_as_approved(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    answer_id, conversation_id = asked(site, house.SV_QUESTION)
    form = {
        "answer_id": answer_id,
        "conversation_id": conversation_id,
        "question": house.SV_QUESTION,
        "note": "För en kommun.",
    }
    refused = site.post("/expert?lang=sv", data=form)
    assert (refused.status_code, messages("sv")["expert_consent_needed"] in refused.text) == (422, True)
    sent = site.post("/expert?lang=sv", data=form | {"consent": "yes"}).text
    assert messages("sv")["expert_sent"] in sent
    assert messages("sv")["no_expert_yet"] in sent
    fragment = f"/conversations/{conversation_id}/released/{answer_id}"
    assert_problem(site.get(fragment), 404, "answer_not_found")
    desk = ReviewDesk(helpdesk.engine, None, None)
    [item] = desk.list(EXPERT, Query())["items"]
    desk.release(EXPERT, item["item_id"], item["version"], {0: "Läst."})
    page = site.get(f"/conversations/{conversation_id}?lang=sv").text
    assert "answer-approved" in page
    assert "Åsa Öberg" in page
    assert page.index("answer-approved") < page.index("answer-answered")
    piece = site.get(f"{fragment}?lang=vi").text
    assert "Được chuyên gia phê duyệt ngày" in piece
    assert "<html" not in piece


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"email": "nobody"}, 422),
        ({"answer_id": "deadbeef"}, 404),
        ({"question": "Call 19121212-1212"}, 422),
        ({"question": " ", "answer_id": ""}, 422),
    ],
)
def test_what_cannot_be_sent_to_an_expert(site: InProcess, more: dict[str, str], status: int) -> None:
    answer_id, conversation_id = asked(site, house.EN_QUESTION)
    form = {"answer_id": answer_id, "conversation_id": conversation_id, "consent": "yes"} | more
    response = site.post("/expert", data=form, headers={"Accept": "text/html"})
    assert response.status_code == status
    assert messages("en")["send_failed"] in response.text


def test_a_question_goes_to_an_expert_without_an_answer(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    sent = site.post("/expert?lang=vi", data={"question": "Ai phụ trách cổng dữ liệu mở?", "consent": "yes"})
    assert (sent.status_code, "Ai phụ trách cổng dữ liệu mở?" in sent.text) == (200, True)
    [item] = ReviewDesk(helpdesk.engine, None, None).list(EXPERT, Query())["items"]
    assert item["reasons"] == ["asked_for_expert"]


def test_a_conversation_is_only_for_who_knows_its_id(site: InProcess) -> None:
    _, conversation_id = asked(site, house.VI_QUESTION)
    assert house.VI_QUESTION in site.get(f"/conversations/{conversation_id}").text
    assert_problem(site.get(f"/conversations/{conversation_id[:-1]}x"), 404, "conversation_not_found")


def test_the_conversation_is_not_in_the_log(site: InProcess, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    _, conversation_id = asked(site, house.SV_QUESTION)
    site.get(f"/conversations/{conversation_id}")
    own = [r.getMessage() for r in caplog.records if r.name.startswith(("helpdesk", "api"))]
    assert own
    assert not any(conversation_id in line for line in own)


def test_while_it_is_switched_off_people_are_told_and_can_still_reach_an_expert(
    site: InProcess, helpdesk: FakeHelpdesk
) -> None:
    off_switch.switch(helpdesk.engine, off=True, who="acc_1", reason="Underhåll")
    html = site.get("/?lang=sv").text
    assert messages("sv")["off_text"] in html
    assert 'id="ask"' not in html
    assert 'action="/expert?lang=sv"' in html
    assert "Underhåll" not in html
    assert_problem(site.post("/", data={"question": house.SV_QUESTION}), 503, "switched_off")


# Saving a reply


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[InProcess, Helpdesk]]:
    settings = library.settings_for(tmp_path_factory.mktemp("asker"), min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    with library.helpdesk(settings) as desk, started(settings, desk) as site:
        yield site, desk


@pytest.mark.parametrize("question", library.QUESTIONS)
def test_the_reply_is_made_of_the_recorded_answer(real: tuple[InProcess, Helpdesk], question: str) -> None:
    site, desk = real
    answer_id, conversation_id = asked(site, question)
    with desk.engine.connect() as connection:
        before = connection.execute(select(answers.c.answer_id)).all()
    form = {"answer_id": answer_id, "conversation_id": conversation_id}
    markdown = site.post("/reply", data=form | {"form": "markdown"})
    assert markdown.headers["content-disposition"] == 'attachment; filename="reply.md"'
    assert desk.records.get(answer_id)["citations"][0]["document"]["title"] in markdown.text  # type: ignore[index]
    word = site.post("/reply", data=form | {"form": "docx"})
    assert question in "\n".join(each.text for each in docx.Document(io.BytesIO(word.content)).paragraphs)
    with desk.engine.connect() as connection:
        assert connection.execute(select(answers.c.answer_id)).all() == before  # nothing was asked again
    assert_problem(site.post("/reply", data=form | {"conversation_id": "another"}), 404, "answer_not_found")


# The statement


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Accessibility"), ("sv", "Tillgänglighet"), ("vi", "Tuyên bố")]
)
def test_the_accessibility_statement(site: InProcess, language: str, title: str) -> None:
    assert f"<h1>{title}" in site.get(f"/accessibility?lang={language}").text
    assert f'href="/accessibility?lang={language}"' in site.get(f"/?lang={language}").text


def test_scripts_and_styles_stay_small(site: InProcess) -> None:
    """The chat page and all that it loads; the widget adds its loader and panel to this."""
    names = {"helpdesk.css", "chat.js"}
    for name in list(names):
        names |= set(re.findall(r'from "\./([a-z]+\.js)"', site.get(f"/static/{name}").text))
    names |= set(re.findall(r'from "\./([a-z]+\.js)"', "".join(site.get(f"/static/{n}").text for n in names)))
    assert {"actions.js", "sheet.js", "spans.js", "watch.js"} <= names
    packed = sum(len(gzip.compress(site.get(f"/static/{name}").content)) for name in names)
    assert packed <= 20 * 1024

"""Readers of the public sets: small files by hand, mistakes named, and the real files where there are any."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from evals.datasets.bipia import Attack, read_attacks, read_code, read_emails
from evals.datasets.conditionalqa import ConditionalAnswer, read_conditionalqa
from evals.datasets.gnome_help import pair_pages, read_gnome_help
from evals.datasets.hard_documents import list_manuals, list_samples
from evals.datasets.parallel_rows import PagePair, read_parallel_rows
from evals.datasets.policy_documents import list_policy_documents
from evals.datasets.published import load_published
from evals.datasets.reading import DatasetError
from evals.datasets.reading_questions import Span
from evals.datasets.splitting import split_by_document
from evals.datasets.squad import read_squad
from evals.datasets.swequad import read_swequad

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="the data sets do not lie beside the project")

CONTEXT = "Khảo sát gồm 492 công chức. 📊 It was made in 2024."


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def squad(**changes):
    question = {
        "id": "q1",
        "question": "How many?",
        "answers": [{"text": "492", "answer_start": 13}, {"text": "492", "answer_start": 13}],
        "is_impossible": False,
    }
    impossible = {
        "id": "q2",
        "question": "Who paid?",
        "answers": [],
        "plausible_answers": [{"text": "📊", "answer_start": 28}],
        "is_impossible": True,
    }
    paragraph = {"context": CONTEXT, "qas": [question | changes, impossible]}
    return {"version": "v2.0", "data": [{"title": "Survey", "paragraphs": [paragraph]}]}


def test_squad(tmp_path):
    first, second = read_squad(write(tmp_path / "s.json", squad()), language="vi")
    assert (first.document, first.language, first.answerable) == ("Survey", "vi", True)
    assert first.answers == (Span("492", 13, 16),)
    assert (second.answers, second.distractors) == ((), (Span("📊", 28, 29),))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answers": [{"text": "491", "answer_start": 13}]}, "qas[0].answers[0]': the context has '492'"),
        ({"answers": [{"text": "492"}]}, "qas[0].answers[0].answer_start': is missing"),
        ({"answers": []}, "qas[0].answers': must be empty exactly when"),
        ({"question": " "}, "qas[0].question': is empty"),
        ({"question": None}, "qas[0].question': must be a string"),
        ({"id": "q2"}, "qas[1].id': 'q2' stands there twice"),
        ({"answers": {}}, "qas[0].answers': must be a list"),
        ({"is_impossible": 0}, "qas[0].is_impossible': must be true or false"),
    ],
)
def test_a_mistake_in_squad_is_named(tmp_path, changes, message):
    path = write(tmp_path / "s.json", squad(**changes))
    with pytest.raises(DatasetError) as caught:
        read_squad(path)
    assert str(caught.value).startswith(f"{path}: field 'data[0].paragraphs[0].")
    assert message in str(caught.value)


def test_a_file_that_is_no_json(tmp_path):
    (tmp_path / "s.json").write_text("{", encoding="utf-8")
    with pytest.raises(DatasetError, match="not JSON"):
        read_squad(tmp_path / "s.json")
    with pytest.raises(DatasetError, match="the data lies beside the project"):
        read_squad(tmp_path / "none.json")
    (tmp_path / "s.json").write_bytes("{'å'}".encode("latin-1"))
    with pytest.raises(DatasetError, match="is not UTF-8"):
        read_squad(tmp_path / "s.json")


def swequad(**changes):
    right = {"type": "Correct answer", "text": "492 tjänstemän", "start": 24, "end": 38, "extra": None}
    wrong = {"type": "Distractor", "text": "2024", "start": 52, "end": 56, "extra": None}
    context = "Undersökningen omfattade\r492 tjänstemän. Det var år 2024."
    start = context.index("492")
    right |= {"start": start, "end": start + len(right["text"])}
    wrong |= {"start": context.index("2024"), "end": context.index("2024") + 4}
    return {"data": [{"context": context, "question": "Hur många?", "choices": [right | changes, wrong]}]}


def test_swequad(tmp_path):
    [question] = read_swequad(write(tmp_path / "s.json", swequad()))
    assert (question.question_id, question.language) == ("swequad-mc-1", "sv")
    assert [span.text for span in question.answers] == ["492 tjänstemän"]
    assert [span.text for span in question.distractors] == ["2024"]
    for changes, message in (
        ({"type": "Distractor"}, "has no 'Correct answer'"),
        ({"type": "Maybe"}, "'Maybe' is neither"),
        ({"end": 3}, "is 3; start and text make it 39"),
        ({"start": 24}, "the context has"),
    ):
        with pytest.raises(DatasetError, match=message):
            read_swequad(write(tmp_path / "s.json", swequad(**changes)))


def test_conditionalqa(tmp_path):
    row = {
        "question": "Do I pay?",
        "scenario": "",
        "url": "https://www.gov.uk/a",
        "answerable": True,
        "answers": [["no", ["<p>You are 18 or over.</p>"]], ["yes", []]],
        "evidence": ["You do not pay."],
    }
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    [question] = read_conditionalqa(path)
    assert question.answers == (
        ConditionalAnswer("no", ("<p>You are 18 or over.</p>",)),
        ConditionalAnswer("yes", ()),
    )
    assert (question.document, question.question_id) == ("https://www.gov.uk/a", "conditionalqa-1")
    for changes, message in (
        ({"answerable": False}, r"c\.jsonl:2: field 'answerable': must be true exactly"),
        ({"answers": [["no"]]}, r"c\.jsonl:2: field 'answers\[0\]': must be a pair"),
        ({"url": 3}, r"c\.jsonl:2: field 'url': must be a string"),
    ):
        path.write_text(json.dumps(row) + "\n" + json.dumps(row | changes) + "\n", encoding="utf-8")
        with pytest.raises(DatasetError, match=message):
            read_conditionalqa(path)


def rows_folder(home, judgements, name="help-doc_en-q_vi"):
    folder = home / name
    folder.mkdir(parents=True)
    (folder / "corpus.jsonl").write_text('{"_id": "a.html", "title": "", "text": "Print a page."}\n', "utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "a.html", "text": "In một trang"}\n', "utf-8")
    (folder / "qrels.tsv").write_text(judgements, "utf-8")
    return folder


def test_parallel_rows(tmp_path):
    folder = rows_folder(tmp_path, "query-id\tcorpus-id\tscore\na.html\ta.html\t1\nb.html\tb.html\t1\n")
    assert read_parallel_rows(folder) == (PagePair("a.html", "In một trang", "vi", "Print a page.", "en"),)
    for number, (judgements, message) in enumerate(
        (
            ("a.html\tb.html\t1\n", r"qrels\.tsv:1: no document 'b\.html'"),
            ("b.html\ta.html\t1\n", r"qrels\.tsv:1: no query 'b\.html'"),
            ("a.html a.html 1\n", r"qrels\.tsv:1: needs 3 columns"),
        )
    ):
        with pytest.raises(DatasetError, match=message):
            read_parallel_rows(rows_folder(tmp_path / str(number), judgements))
    with pytest.raises(DatasetError, match="must end like -doc_en-q_vi"):
        read_parallel_rows(rows_folder(tmp_path, "", "help"))


MALLARD = """<page xmlns="http://projectmallard.org/1.0/" id="{id}" xml:lang="{code}">
<info><desc>left out</desc><credit><name>Somebody</name></credit></info>
<title>{title}</title><!-- left out --><p>{first} <gui>{gui}</gui>.</p>
<section><title>{title}</title><list><item><p>{first}</p></item></list></section></page>"""
PAGES = {
    "C": (
        "Bounce keys",
        "Turn on bounce keys to ignore quick presses of the keys by opening the",
        "Settings",
    ),
    "sv": (
        "Studsande tangenter",
        "Aktivera studsande tangenter så att snabba tryckningar på samma tangent",
        "Hjälp",
    ),
    "vi": (
        "Phím nảy",
        "Bật phím nảy để bỏ qua những lần nhấn phím nhanh lặp đi lặp lại trong phần",
        "Thiết lập",
    ),
}


def test_gnome_help(tmp_path):
    for code, (title, first, gui) in PAGES.items():
        (tmp_path / code).mkdir()
        page = MALLARD.format(id="bounce", code=code, title=title, first=first, gui=gui)
        (tmp_path / code / "bounce.page").write_text(page, encoding="utf-8")
        english = MALLARD.format(
            id="other", code=code, title=PAGES["C"][0], first=PAGES["C"][1], gui=PAGES["C"][2]
        )
        (tmp_path / code / "other.page").write_text(english, encoding="utf-8")
    english, swedish, vietnamese = (read_gnome_help(tmp_path, code) for code in ("en", "sv", "vi"))
    assert set(english) == {"bounce", "other"}
    assert set(swedish) == set(vietnamese) == {"bounce"}  # the other one has not been translated
    title, first, gui = PAGES["vi"]
    assert vietnamese["bounce"].text == f"{first} {gui}.\n{title}\n{first}"
    [pair] = pair_pages(titles=swedish, texts=english)
    assert (pair.title, pair.title_language, pair.text_language) == ("Studsande tangenter", "sv", "en")
    with pytest.raises(DatasetError, match=r"de: holds no \*\.page"):
        read_gnome_help(tmp_path, "de")
    (tmp_path / "sv" / "bad.page").write_text("<page", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"bad\.page: not XML"):
        read_gnome_help(tmp_path, "sv")


def test_a_page_cannot_pull_in_another_file(tmp_path):
    (tmp_path / "secret.txt").write_text("the secret of this machine", encoding="utf-8")
    (tmp_path / "C").mkdir()
    page = MALLARD.format(id="x", code="en", title="Bounce keys", first="&leak; " + PAGES["C"][1], gui="x")
    entity = f'<!DOCTYPE page [<!ENTITY leak SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    (tmp_path / "C" / "x.page").write_text(entity + page, encoding="utf-8")
    assert "secret" not in read_gnome_help(tmp_path, "en")["x"].text


def test_bipia(tmp_path):
    attacks = write(tmp_path / "a.json", {"Clickbait": ["Say this.", "Say that."]})
    assert read_attacks(attacks) == (Attack("Clickbait", "Say this."), Attack("Clickbait", "Say that."))
    email = {"context": "You paid $5.", "question": "Q: How much?", "ideal": "unknown"}
    [read] = read_emails(write(tmp_path / "e.jsonl", email))
    assert (read.question, read.answerable) == ("How much?", False)
    code = {
        "error": ["KeyError: 'a'", ""],
        "code": ["d = {}"],
        "context": [],
        "ideal": ["x"],
        "context_url": "u",
    }
    [page] = read_code(write(tmp_path / "c.jsonl", code))
    assert (page.error, page.context) == ("KeyError: 'a'\n", "")
    with pytest.raises(DatasetError, match=r"a\.json: field 'Clickbait\[1\]': is empty"):
        read_attacks(write(tmp_path / "a.json", {"Clickbait": ["Say this.", ""]}))
    with pytest.raises(DatasetError, match=r"c\.jsonl:1: field 'code\[0\]': must be a string"):
        read_code(write(tmp_path / "c.jsonl", code | {"code": [3]}))


def test_hard_and_policy_documents(tmp_path):
    for name in ("manual.pdf", "sub/sample.pdf", "sub/other.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"%PDF-1.4")
    with pytest.raises(DatasetError, match=r"manual\.txt: the manual's text is missing"):
        list_manuals(tmp_path)
    (tmp_path / "manual.txt").write_text("x", encoding="utf-8")
    [manual] = list_manuals(tmp_path)
    assert (manual.name, manual.text.name) == ("manual", "manual.txt")
    write(tmp_path / "sub" / "files.json", {"data": [{"path": "sample.pdf", "pages": 2, "encrypted": True}]})
    other, sample = list_samples(tmp_path / "sub")
    assert (other.n_pages, other.encrypted, sample.n_pages, sample.encrypted) == (None, None, 2, True)
    with pytest.raises(DatasetError, match="must end in a language"):
        list_policy_documents(tmp_path)
    (tmp_path / "manual.txt").rename(tmp_path / "manual.vi.txt")
    assert [document.language for document in list_policy_documents(tmp_path)] == ["vi"]


@dataclass(frozen=True)
class Item:
    document: str
    number: int


def test_a_split_keeps_documents_whole_and_the_same():
    items = [Item(f"d{number % 40}", number) for number in range(400)]
    for seed in range(5):
        for share in (0, 0.25, 0.8, 1):
            kept, held = split_by_document(items, share, seed)
            assert {item.document for item in kept} & {item.document for item in held} == set()
            assert sorted([*kept, *held], key=lambda item: item.number) == items
            assert len(kept) == share * 400
    first = split_by_document(items, 0.5, 1)
    again = split_by_document(reversed(items), 0.5, 1)
    assert set(first[0]) == set(again[0])
    assert set(first[0]) != set(split_by_document(items, 0.5, 2)[0])
    assert split_by_document([], 0.5, 1) == ((), ())
    large = [Item("large", number) for number in range(9)] + [Item("small", 9)]
    assert [item.document for item in split_by_document(large, 0.5, 1)[0]] == ["small"]
    with pytest.raises(ValueError, match=r"share is 1\.5"):
        split_by_document(items, 1.5, 1)


def test_published_figures_name_their_source(tmp_path):
    figures = load_published()
    assert all(figure.source for figure in figures)
    known = {(figure.set_name, figure.measure, figure.system) for figure in figures}
    assert len(known) == len(figures)
    values = {
        (figure.set_name, figure.system): figure.value for figure in figures if figure.measure == "nDCG@10"
    }
    assert values["xquad-x-doc_en-q_vi", "embedder"] == 0.826
    assert values["xquad-x-doc_vi-q_en", "embedder"] == 0.862
    path = tmp_path / "p.toml"
    head = '[sources]\nx = "somewhere"\n[[set]]\nname = "s"\nfigures = ['
    for wrong, message in (
        ('{measure = "m", system = "y", value = 1.5, source = "x"}', r"set\[0\]\.figures\[0\]\.value"),
        ('{measure = "m", system = "y", value = 0.5, source = "z"}', "'z' does not stand in"),
    ):
        path.write_text(f"{head}{wrong}]", encoding="utf-8")
        with pytest.raises(DatasetError, match=message):
            load_published(path)


@needs_data
def test_the_real_files():
    training, injection, hard = SHARED / "training", SHARED / "injection", SHARED / "hard-documents"
    questions = read_squad(training / "squad2-train-slice.en.json")
    assert Counter(question.answerable for question in questions) == {True: 4371, False: 348}
    assert len(read_swequad(training / "swequad-mc-training.sv.json")) == 946
    conditional = read_conditionalqa(training / "conditionalqa.en.jsonl")
    assert (len(conditional), len({question.document for question in conditional})) == (1603, 299)
    assert len(read_parallel_rows(training / "libreoffice-help-doc_vi-q_en")) == 240
    assert len(read_attacks(injection / "bipia_text_attack_train.json")) == 75
    assert (
        len(read_emails(injection / "bipia_email_train.jsonl")),
        len(read_code(injection / "bipia_code_train.jsonl")),
    ) == (50, 50)
    assert [manual.name for manual in list_manuals(hard / "manuals")] == ["debian-policy", "fhs-3.0"]
    assert any(sample.encrypted for sample in list_samples(hard / "sample-files"))
    languages = Counter(document.language for document in list_policy_documents(SHARED / "policy-documents"))
    assert languages == {"en": 3, "sv": 1, "vi": 1}

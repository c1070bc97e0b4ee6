"""Foreign systems as systems under test: OpenAI's dialect and any other JSON over HTTP.

The suite's documents have to be in the system already: how they get there is
each system's own affair. Ours are ingested here as well, to know their
languages and texts and to tell which of them a citation means.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

from evals.systems import foreign
from evals.systems.calls import JsonClient, Reply, RetryPolicy, SystemCallError, plain
from evals.systems.config import AnswerConfig, CitationsConfig, HttpConfig, OpenAIConfig, SystemConfig
from evals.systems.documents import SuiteDocuments
from evals.systems.pointers import find
from evals.systems.protocol import pool
from evals.systems.templates import fill, messages, values_of
from helpdesk_bot.answers import Question

OPENAI_ANSWER = AnswerConfig(
    text=("/choices/0/message/content",),
    error=("/error/message", "/error"),
    refusal=("/choices/0/message/refusal",),
    model=("/model",),
    prompt_tokens=("/usage/prompt_tokens",),
    completion_tokens=("/usage/completion_tokens",),
    # https://platform.openai.com/docs/api-reference/chat/object: message.annotations, url_citation;
    # file_citation is how OpenAI's other interfaces, and servers that follow them, name a file.
    citations=CitationsConfig(
        items=("/choices/0/message/annotations",),
        required=False,
        source=("/file_citation/filename", "/filename", "/file_citation/file_id", "/file_id"),
        title=("/url_citation/title", "/title"),
        url=("/url_citation/url", "/url"),
        quote=("/file_citation/quote", "/quote"),
    ),
)
"""Where OpenAI's chat completions have the parts of an answer."""


class RemoteSystem:
    """Asks a configured system; an answer system and, by its citations, a search system.

    Args:
        config: checked.
        rows: the suite's documents, as `evals.systems.documents` reads them.

    Raises:
        SystemConfigError: an environment variable is not set.
    """

    thread_safe = True

    def __init__(self, config: SystemConfig, rows: Iterable[Mapping[str, Any]]) -> None:
        self._config = config
        self._name = config.name or config.system
        self._where = f"system '{self._name}'"
        self._rows = list(rows)
        self._documents = SuiteDocuments(self._rows)
        self._answer = config.answer or OPENAI_ANSWER
        headers = dict(config.headers)
        if isinstance(config, OpenAIConfig):
            self._url = f"{config.base_url.rstrip('/')}/chat/completions"
            if config.api_key_env:
                headers["Authorization"] = f"Bearer ${{{config.api_key_env}}}"
        else:
            self._url = config.url
        policy = RetryPolicy(config.timeout_s, config.retries, config.backoff_s)
        self._client = JsonClient(self._url, headers, policy, self._where)

    def ask(self, question: Question) -> Mapping[str, Any]:
        """Return the answer as the contract's JSON document.

        Raises:
            SystemCallError: no usable answer.
        """
        reply = self._send(question)
        if isinstance(self._config, HttpConfig) and str(reply.status) in self._config.status_outcomes:
            outcome = self._config.status_outcomes[str(reply.status)]
            answer = foreign.blocked_answer(question, outcome, f"http_{reply.status}")
        elif self._answer.contract:
            answer = self._own(reply.document)
        else:
            self._check_finish(reply.document)
            answer = foreign.to_answer(reply.document, question, self._answer, self._documents, self._where)
        if not self._answer.contract and answer["engine"]["model"] is None:
            answer["engine"]["model"] = getattr(self._config, "model", None) or self._name
        return {**answer, "trace": {**answer["trace"], **self._notes(question, reply)}}

    def search(self, query: str, language: str) -> list[tuple[str, float]]:
        """Return the documents that the system cites, the first ones first.

        The order is the system's; where every citation has a score, that is
        the score, else one over the rank. A citation that is no row of the
        suite is left out.
        """
        del language
        citations = self.ask(Question(text=query))["citations"]
        scored = [citation.get("score") for citation in citations]
        whole = all(score is not None for score in scored)
        found = [
            (citation["document"]["source"], float(scored[place] if whole else 1 / (place + 1)))
            for place, citation in enumerate(citations)
            if citation["document"]["source"] in self._documents.by_source
        ]
        return pool(found)

    def text(self, document_id: str, version: int) -> str | None:
        """Return the text of a version as our own ingest extracted it."""
        for row in self._rows:
            if row.get("document_id") == document_id and row.get("version") == version:
                return str(row["text"])
        return None

    def document_languages(self) -> Mapping[str, str]:
        """Return the language of each document of the suite by its source."""
        return {str(row["source"]): str(row["language"]) for row in self._rows}

    def describe(self) -> Mapping[str, Any]:
        """Return the configuration; headers by name alone, the address without its query."""
        config = self._config.model_dump(
            mode="json", exclude={"headers", "query", "base_url"}, exclude_none=True
        )
        prompt = getattr(self._config, "system_prompt", None)
        return {
            **config,
            "url": plain(self._url),
            "headers": sorted(self._config.headers),
            "prompt_sha256": hashlib.sha256(prompt.encode()).hexdigest() if prompt else None,
        }

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(self, question: Question) -> Reply:
        config = self._config
        if isinstance(config, OpenAIConfig):
            body: dict[str, Any] = {
                "model": config.model,
                "messages": messages(question, config.system_prompt),
            }
            for name in ("temperature", "max_tokens"):
                if getattr(config, name) is not None:
                    body[name] = getattr(config, name)
            return self._client.call("POST", self._url, {**body, **config.extra_body})
        values = values_of(question, config.history_text)
        accepted = frozenset({200, 201, *map(int, config.status_outcomes)})
        if config.poll:
            accepted |= {202}
        query = {name: str(fill(value, values)) for name, value in config.query.items()}
        sent = None if config.body is None else fill(config.body, values)
        reply = self._client.call(config.method, self._url, sent, query, accepted)
        return self._poll(config, reply) if config.poll and reply.status in (200, 201, 202) else reply

    def _poll(self, config: HttpConfig, first: Reply) -> Reply:
        """Ask for the answer until it is there; the latency is the time from the question on."""
        assert config.poll is not None  # the caller looked
        where = find(first.document, config.poll.url)
        if not isinstance(where, str):
            raise SystemCallError(f"{self._where}: field 'poll.url': leads to no address in the first reply")
        url = urljoin(self._url, where)
        if urljoin(url, "/") != urljoin(self._url, "/"):
            raise SystemCallError(f"{self._where}: field 'poll.url': leads to another server, {plain(url)}")
        begun = time.monotonic()
        n_retries, waited = first.n_retries, first.waited_ms
        while True:
            reply = self._client.call("GET", url, accepted=frozenset({200, 202}))
            n_retries, waited = n_retries + reply.n_retries, waited + reply.waited_ms
            took = time.monotonic() - begun
            if reply.status == 200:
                latency = first.latency_ms + took * 1000
                return Reply(200, reply.document, n_retries, waited, round(latency, 3))
            if took > config.timeout_s:
                raise SystemCallError(f"{self._where}: no answer at {plain(url)} in {config.timeout_s:g} s")
            time.sleep(config.poll.interval_s)

    def _own(self, document: Any) -> dict[str, Any]:
        """Take an answer document as it is; citations name the suite's versions, so spans can be checked."""
        needed = ("outcome", "text", "citations", "answer_language", "confidence", "trace")
        missing = [name for name in needed if not isinstance(document, dict) or name not in document]
        if missing:
            raise SystemCallError(
                f"{self._where}: contract = true, but the reply has no {', '.join(missing)}; "
                "for another shape give answer.text and the other pointers"
            )
        citations = []
        for citation in document["citations"]:
            found = self._documents.find(citation["document"].get("source"))
            known = (
                {name: found[name] for name in ("document_id", "version") if name in found} if found else {}
            )
            citations.append({**citation, "document": {**citation["document"], **known}})
        return {**document, "citations": citations}

    def _check_finish(self, reply: Any) -> None:
        """Refuse an answer that was cut before its first word, as models that think aloud give."""
        reason = find(reply, ("/choices/0/finish_reason",))
        text = find(reply, self._answer.text)
        if reason == "length" and not (isinstance(text, str) and text.strip()):
            raise SystemCallError(f"{self._where} used up its tokens before the answer; raise max_tokens")

    def _notes(self, question: Question, reply: Reply) -> dict[str, Any]:
        """Return what the trace says of the request, and what of the question was not sent."""
        notes: dict[str, Any] = {
            "requests": {
                "n_retries": reply.n_retries,
                "waited_ms": reply.waited_ms,
                "latency_ms": reply.latency_ms,
            }
        }
        reason = find(reply.document, ("/choices/0/finish_reason",))
        if isinstance(self._config, OpenAIConfig) and isinstance(reason, str):
            notes["finish_reason"] = reason
        template = repr(getattr(self._config, "body", None))
        speaks_turns = isinstance(self._config, OpenAIConfig) or "{messages}" in template
        ignored = []
        if question.history and not speaks_turns and "{history}" not in template:
            ignored.append("history")
        if question.filters and "{filters}" not in template:
            ignored.append("filters")
        if ignored:
            notes["ignored"] = ignored
        return notes

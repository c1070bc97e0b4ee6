// A program of an integrator: every call is typed by what was generated from the OpenAPI document.
// `node client.mjs ADDRESS` prints one JSON document of what it got.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Answer = components["schemas"]["Answer"];

const address = process.argv[2] ?? "";
const client = createClient<paths>({ baseUrl: address });

const QUESTIONS = {
  en: "How many libraries lent tablets to residents?",
  sv: "Hur många kommuner införde digital identitet för sina invånare?",
  vi: "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?",
};

/** Returns the JSON of a call (other forms are text), or fails with the problem document. */
function given<T>(reply: { data?: T; error?: unknown; response: Response }): Exclude<T, string> {
  if (reply.data === undefined || typeof reply.data === "string") {
    throw new Error(`${reply.response.status} ${JSON.stringify(reply.error)}`);
  }
  return reply.data as Exclude<T, string>;
}

async function quotesHold(answer: Answer): Promise<boolean> {
  for (const citation of answer.citations) {
    const { document_id, version } = citation.document;
    const text = given(
      await client.GET("/api/v1/documents/{document_id}/text", {
        params: { path: { document_id }, query: { version } },
      }),
    );
    const points = Array.from(text.text); // code points, not UTF-16 units
    if (points.slice(citation.start_char, citation.end_char).join("") !== citation.quote) return false;
  }
  return answer.citations.length > 0;
}

const answers: Record<string, unknown> = {};
for (const [language, question] of Object.entries(QUESTIONS)) {
  const answer = given(await client.POST("/api/v1/ask", { body: { question, depth: "fast" } }));
  answers[language] = {
    language: answer.answer_language,
    outcome: answer.outcome,
    quotes: answer.citations.map((citation) => citation.quote),
    verbatim: await quotesHold(answer),
  };
}

const found = given(
  await client.POST("/api/v1/search", { body: { query: "digital", filters: { language: ["sv"] }, limit: 2 } }),
);
const first = found.passages[0];
if (first === undefined) throw new Error("nothing was found");
const opened = given(
  await client.GET("/api/v1/passages/{passage_id}", { params: { path: { passage_id: first.passage_id } } }),
);
const documents = given(await client.GET("/api/v1/documents", { params: { query: { kind: ["news"], limit: 5 } } }));
const ready = given(await client.GET("/health/ready"));
const reply = given(await client.POST("/api/v1/reply", { body: { question: QUESTIONS.sv } }));
const chat = given(
  await client.POST("/v1/chat/completions", {
    body: { model: "helpdesk", messages: [{ role: "user", content: QUESTIONS.vi }] },
  }),
);

const empty = await client.POST("/api/v1/ask", { body: { question: " " } });
const missing = await client.GET("/api/v1/documents/{document_id}", { params: { path: { document_id: "none" } } });
const unknown = await client.GET("/v1/models/{model}", { params: { path: { model: "gpt-99" } } });

console.log(
  JSON.stringify({
    answers,
    search: { language: first.document.language, same: opened.text === first.text, next: found.next_offset },
    documents: documents.documents.map((document) => document.kind),
    ready: ready.status,
    reply: reply.language,
    chat: chat.choices[0]?.message.annotations.map((noted) => noted.url_citation.title),
    problems: [empty.error?.code, missing.error?.code, unknown.error?.error.code],
    status: [empty.response.status, missing.response.status, unknown.response.status],
  }),
);

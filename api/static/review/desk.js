// What the scripts of a question's page share: its data and words, the announcer, calls to the interface.

export const data = JSON.parse(document.getElementById("review-data").textContent);
export const words = data.words;
const announcer = document.getElementById("announcer");

/** Return words with their places filled in. */
export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Let screen readers say something, politely; the same words twice are said twice. */
export function say(text) {
  announcer.textContent = announcer.textContent === text ? `${text}\u00a0` : text;
}

/** Return an address below this question's page, in the page's language. */
export function here(rest, query = {}) {
  const chosen = new URLSearchParams(location.search).get("lang");
  const values = new URLSearchParams(chosen ? { ...query, lang: chosen } : query);
  const path = `/review/${encodeURIComponent(data.item_id)}${rest}`;
  return values.size ? `${path}?${values}` : path;
}

/** Call the interface for this question; a refusal is thrown with its `status` and `problem`. */
export async function call(method, rest, body, options = {}) {
  const response = await fetch(`/api/v1/review/items/${encodeURIComponent(data.item_id)}${rest}`, {
    method,
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
    ...options,
  });
  const value = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (response.ok) return value;
  throw Object.assign(new Error(value?.code ?? `HTTP ${response.status}`), { status: response.status, problem: value });
}

/** Tell whether somebody is still signed in here. */
export async function signedIn() {
  const response = await fetch("/api/v1/session", { headers: { Accept: "application/json" } });
  return response.ok && (await response.json()).account !== null;
}

/** Return what to say to somebody whose session is over: the way back in leads through another tab. */
export function signedOut() {
  const link = document.createElement("a");
  Object.assign(link, { href: "/sign-in?next=/review", target: "_blank", rel: "noopener", textContent: words.sign_in_again });
  return [words.autosave_signed_out, " ", link];
}

/** Fetch one of our own pages; signed out, the browser goes to the sign-in page. */
export async function pageOf(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (response.redirected && new URL(response.url).pathname === "/sign-in") location.assign(response.url);
  if (!response.ok && response.status !== 409 && response.status !== 422) throw new Error(`HTTP ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html"); // made and escaped by our own server
}

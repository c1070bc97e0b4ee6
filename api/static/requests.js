// Every request of the pages' scripts to their own server. In the widget's panel it carries the panel's token.

let headersFor = null;

/** Let `source(fresh)` give the headers of every request from now on; `fresh`: the last ones were refused. */
export function authorise(source) {
  headersFor = source;
}

/** Like `fetch`, for addresses of this origin. */
export async function request(address, options = {}) {
  if (!headersFor) return fetch(address, options);
  if (new URL(address, location.href).origin !== location.origin) throw new Error("a token stays at home");
  const response = await send(address, options, false);
  // Refused: the tab slept, or the server has a new key. Once more with a new token.
  return response.status === 401 ? send(address, options, true) : response;
}

async function send(address, options, fresh) {
  const headers = new Headers(options.headers);
  for (const [name, value] of Object.entries(await headersFor(fresh))) headers.set(name, value);
  return fetch(address, { ...options, headers, credentials: "omit" });
}

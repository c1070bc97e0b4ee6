// The conversation in this browser: in the tab until it is closed; longer only where the visitor says so.

const NAME = "helpdesk.conversation";
const MOST = 20;

/** Return the history of this tab. Where a browser refuses to keep anything, the page works without. */
export function createHistory(words, say) {
  const keep = document.getElementById("keep");
  let state = { conversationId: null, exchanges: [] };
  let onForget = () => {};

  const told = isAllowed() ? ["privacy-tab", "privacy-choices"] : ["privacy-none"];
  for (const id of told) document.getElementById(id).hidden = false;
  keep.checked = read("localStorage") !== null;
  keep.addEventListener("change", () => {
    store();
    if (!keep.checked) say(words.privacy_forgotten);
  });
  document.getElementById("forget").addEventListener("click", () => {
    keep.checked = false;
    clear();
    onForget();
  });

  function read(kind) {
    try {
      return JSON.parse(window[kind].getItem(NAME));
    } catch {
      return null;
    }
  }

  function write(kind, value) {
    try {
      if (value) window[kind].setItem(NAME, JSON.stringify(value));
      else window[kind].removeItem(NAME);
    } catch {
      // full, or forbidden: the page still shows all
    }
  }

  function store() {
    const empty = !state.exchanges.length && !state.conversationId;
    write("sessionStorage", empty ? null : state);
    write("localStorage", keep.checked ? state : null); // an empty one says that the visitor agreed
  }

  function clear() {
    state = { conversationId: null, exchanges: [] };
    store();
  }

  return {
    get conversationId() {
      return state.conversationId;
    },
    set conversationId(value) {
      state.conversationId = value || null;
    },
    /** Return what was kept, as {question, html}, the oldest first. */
    restore() {
      const kept = read("sessionStorage") ?? read("localStorage");
      if (Array.isArray(kept?.exchanges)) state = kept;
      return state.exchanges;
    },
    /** Keep an exchange as it stands, in place of an earlier state of it. */
    keep(exchange) {
      const question = exchange.querySelector(".asked-text").textContent;
      const html = plain(exchange.querySelector(".reply"));
      const id = exchange.querySelector(".answer")?.dataset.answer;
      const at = state.exchanges.findIndex((each) => each.id === id);
      if (at >= 0) state.exchanges[at] = { id, question, html };
      else state.exchanges = [...state.exchanges, { id, question, html }].slice(-MOST);
      store();
    },
    clear,
    onForget(act) {
      onForget = act;
    },
  };
}

/** Whether anything can be kept at all: not so in a frame where the browser blocks storage of third parties. */
function isAllowed() {
  try {
    sessionStorage.setItem(`${NAME}.probe`, "");
    sessionStorage.removeItem(`${NAME}.probe`);
    return true;
  } catch {
    return false;
  }
}

/** Return a reply's HTML as the server made it: the buttons of this page's scripts are links again. */
function plain(reply) {
  const copy = reply.cloneNode(true);
  for (const button of copy.querySelectorAll("button[data-source]")) {
    const link = document.createElement("a");
    for (const name of ["class", "data-source", "aria-label"]) {
      if (button.hasAttribute(name)) link.setAttribute(name, button.getAttribute(name));
    }
    link.href = JSON.parse(button.dataset.source).page;
    link.append(...button.childNodes);
    button.replaceWith(link);
  }
  for (const told of copy.querySelectorAll(".told")) told.textContent = "";
  return copy.innerHTML;
}

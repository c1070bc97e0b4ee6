// The helpdesk's widget, embedded with one line:
//   <script src="https://helpdesk.example/widget.js" data-language="sv" async></script>
// It adds a button and a panel. The conversation is in a frame of the helpdesk's own origin: the page around it,
// this script included, cannot read it. Content security policy and styling: docs/how-to/embed-the-widget.md.
(() => {
  "use strict";

  const WORDS = "__WORDS__"; // language -> words; the server fills them in
  const NAME = "helpdesk-widget";
  const FULL_SCREEN = "(max-width: 40em)";
  const READY_MS = 15_000;

  const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
  if (!script?.src || customElements.get(NAME)) return;
  const home = new URL(script.src).origin;
  const language = spoken([script.dataset.language, document.documentElement.lang, ...navigator.languages]);
  const words = WORDS[language];

  const STYLE = `
    :host {
      all: initial; color-scheme: light dark;
      --accent: var(--helpdesk-accent, #0b5563); --on-accent: var(--helpdesk-on-accent, #fff);
      --ground: #fff; --ink: #1b2529; --line: #6f7d82;
      font: 16px/1.4 var(--helpdesk-font, system-ui, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif);
      font-size: medium;
    }
    @media (prefers-color-scheme: dark) {
      :host {
        --accent: var(--helpdesk-accent, #7fcbd8); --on-accent: var(--helpdesk-on-accent, #06282e);
        --ground: #182327; --ink: #e7eceb; --line: #84959b;
      }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button, a { font: inherit; cursor: pointer; }
    :focus-visible { outline: 3px solid #fff; outline-offset: 0; box-shadow: 0 0 0 6px #1b2529; }
    .launcher {
      position: fixed; z-index: var(--helpdesk-z-index, 2147483000);
      inset-block-end: calc(var(--helpdesk-offset-block, 1em) + env(safe-area-inset-bottom, 0px));
      inset-inline-end: var(--helpdesk-offset-inline, 1em);
      display: inline-flex; align-items: center; gap: 0.6em;
      min-height: 3em; max-width: calc(100vw - 2em); padding: 0.5em 1.2em; text-align: start;
      color: var(--on-accent); background: var(--accent); font-weight: 600;
      border: 1px solid var(--on-accent); border-radius: var(--helpdesk-radius, 1.5em);
      box-shadow: 0 2px 10px rgb(0 0 0 / 0.3);
    }
    .launcher:hover { text-decoration: underline; }
    svg { flex: none; width: 1.4em; height: 1.4em; fill: none; stroke: currentColor; stroke-width: 2; }
    dialog {
      position: fixed; z-index: var(--helpdesk-z-index, 2147483000); inset: 0; inset-inline-start: auto;
      width: min(var(--helpdesk-panel-width, 27em), 100vw); max-width: none; height: 100dvh; max-height: none;
      margin: 0; padding: 0; border: 0; border-inline-start: 1px solid var(--line); overflow: hidden;
      color: var(--ink); background: var(--ground); box-shadow: 0 0 24px rgb(0 0 0 / 0.25);
    }
    dialog[open] { display: flex; flex-direction: column; }
    .bar {
      flex: none; display: flex; align-items: center; justify-content: space-between; gap: 1em;
      padding: 0.3em 0.4em; padding-inline-start: 1.1em; border-block-end: 1px solid var(--line);
    }
    h2 { margin: 0; font: inherit; font-weight: 650; font-size: 1.05em; }
    .close {
      display: grid; place-items: center; width: 2.75em; height: 2.75em; padding: 0;
      color: var(--ink); background: none; border: 0; border-radius: 0.5em;
    }
    .close:hover { background: var(--ink); color: var(--ground); }
    .room { position: relative; flex: 1; min-height: 0; }
    iframe { position: relative; display: block; width: 100%; height: 100%; border: 0; }
    .note { position: absolute; inset: 0; padding: 1.5em 1.1em; } /* the frame covers it with its first paint */
    .note p { margin: 0 0 1em; }
    .retry {
      min-height: 2.75em; margin-block-end: 1em; padding: 0.4em 1.4em; color: var(--ink); background: none;
      border: 1px solid var(--line); border-radius: 0.4em;
    }
    .note a { display: inline-block; min-height: 1.75em; color: inherit; }
    @media ${FULL_SCREEN} { dialog { width: 100vw; border: 0; box-shadow: none; } }
    @media (prefers-reduced-motion: no-preference) {
      dialog[open] { animation: arrive 160ms ease-out; }
      @keyframes arrive { from { opacity: 0; } }
    }
    @media (forced-colors: active) { .launcher, .close { border: 1px solid; } :focus-visible { outline-color: Highlight; } }
    @media print { :host { display: none; } }
  `;

  class HelpdeskWidget extends HTMLElement {
    #launcher;
    #dialog;
    #room;
    #note;
    #frame = null;
    #first = null; // the first token, on its way while the frame loads
    #ready = false;
    #timer = 0;
    #listen = (event) => this.#hear(event);

    connectedCallback() {
      window.addEventListener("message", this.#listen);
      if (this.shadowRoot) return;
      this.lang = language;
      this.setAttribute("role", "region");
      this.setAttribute("aria-label", words.title);
      const root = this.attachShadow({ mode: "open" });
      const style = new CSSStyleSheet(); // a sheet of its own kind: the page's policy need not allow inline styles
      style.replaceSync(STYLE);
      root.adoptedStyleSheets = [style];
      this.#build(root);
    }

    disconnectedCallback() {
      window.removeEventListener("message", this.#listen);
      clearTimeout(this.#timer);
    }

    /** Open the panel and put the focus into its box for the question. */
    open() {
      if (this.#dialog.open) return;
      if (matchMedia(FULL_SCREEN).matches) this.#dialog.showModal();
      else this.#dialog.show();
      this.#launcher.hidden = true;
      if (!this.#frame) this.#load();
      else if (this.#ready) this.#enter();
    }

    /** Close the panel and give the focus back to the button; the conversation stays. */
    close() {
      this.#launcher.hidden = false;
      if (this.#dialog.open) this.#dialog.close();
      this.#launcher.focus();
    }

    #build(root) {
      this.#launcher = make("button", "launcher", icon("M4 5h16v11H9l-5 4z"), make("span", "", words.launcher));
      this.#launcher.type = "button";
      this.#launcher.setAttribute("aria-haspopup", "dialog");
      this.#launcher.addEventListener("click", () => this.open());
      const title = make("h2", "", words.title);
      title.id = "title";
      const close = make("button", "close", icon("M6 6l12 12M18 6L6 18"));
      close.type = "button";
      close.setAttribute("aria-label", words.close);
      close.addEventListener("click", () => this.close());
      this.#note = make("div", "note");
      this.#note.setAttribute("role", "status");
      this.#room = make("div", "room", this.#note);
      this.#dialog = make("dialog", "", make("div", "bar", title, close), this.#room);
      this.#dialog.setAttribute("aria-labelledby", title.id);
      this.#dialog.dir = this.#launcher.dir = words.dir;
      this.#dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        this.close();
      });
      this.#dialog.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) this.close();
      });
      this.#dialog.addEventListener("close", () => {
        // Closed by the browser; it tells so a frame later, when the panel may be open again.
        if (this.#launcher.hidden && !this.#dialog.open) this.close();
      });
      root.append(this.#launcher, this.#dialog);
    }

    #load() {
      this.#say(make("p", "", words.loading));
      const frame = make("iframe", "");
      frame.title = words.title;
      frame.allow = "clipboard-write";
      frame.referrerPolicy = "no-referrer";
      // No way to steer the page around it; what it opens are tabs of their own.
      frame.sandbox.add("allow-scripts", "allow-same-origin", "allow-forms", "allow-downloads", "allow-modals");
      frame.sandbox.add("allow-popups", "allow-popups-to-escape-sandbox");
      frame.src = `${home}/widget?${new URLSearchParams({ lang: language, origin: location.origin })}`;
      this.#frame = frame;
      this.#ready = false;
      this.#first = newToken();
      this.#first.catch(() => frame === this.#frame && this.#fail());
      this.#timer = setTimeout(() => this.#ready || this.#fail(), READY_MS);
      this.#room.append(frame);
    }

    async #hear(event) {
      if (!this.#frame || event.source !== this.#frame.contentWindow || event.origin !== home) return;
      const { data } = event;
      if (data === null || typeof data !== "object" || data.helpdesk !== 1 || Object.keys(data).length !== 2) return;
      if (data.type === "close") this.close();
      else if (data.type === "renew") await this.#hand(newToken());
      else if (data.type === "ready") {
        clearTimeout(this.#timer);
        this.#ready = true;
        this.#note.replaceChildren();
        this.#tell("theme", { accent: this.#colour("accent"), on_accent: this.#colour("on-accent") });
        if (this.#dialog.open && document.activeElement === this) this.#enter();
        await this.#hand(this.#first);
      }
    }

    async #hand(coming) {
      try {
        const { token, expires_in_s } = await coming;
        this.#tell("token", { token, expires_in_s });
      } catch (error) {
        console.warn(`helpdesk: no token for ${location.origin}. Is it among the allowed origins of ${home}?`, error);
        this.#tell("refused");
      }
    }

    #tell(type, more = {}) {
      this.#frame?.contentWindow?.postMessage({ helpdesk: 1, type, ...more }, home);
    }

    #enter() {
      this.#frame.focus();
      this.#tell("opened");
    }

    #fail() {
      clearTimeout(this.#timer);
      this.#frame.remove();
      this.#frame = null; // opening again tries again
      const retry = make("button", "retry", words.retry);
      retry.type = "button";
      retry.addEventListener("click", () => this.#load());
      const link = make("a", "", words.open_page);
      link.href = `${home}/?lang=${language}`;
      link.target = "_blank";
      link.rel = "noopener";
      this.#say(make("p", "", words.failed), retry, make("br"), link);
    }

    #say(...parts) {
      const focused = this.#note.contains(this.shadowRoot.activeElement);
      this.#note.replaceChildren(...parts);
      if (focused) this.#dialog.querySelector(".close").focus();
    }

    #colour(name) {
      return getComputedStyle(this).getPropertyValue(`--helpdesk-${name}`).trim().slice(0, 64);
    }
  }

  /** Fetch a token; the browser marks the request with this page's origin. */
  async function newToken() {
    const address = `${home}/api/v1/widget/token`;
    const reply = await fetch(address, { method: "POST", credentials: "omit", referrerPolicy: "no-referrer" });
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
    return reply.json();
  }

  function make(name, className, ...children) {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }

  function icon(path) {
    const [svg, line] = ["svg", "path"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  function spoken(wanted) {
    const codes = wanted.filter(Boolean).map((tag) => tag.toLowerCase().split("-")[0]);
    return codes.find((code) => code in WORDS) ?? "en";
  }

  customElements.define(NAME, HelpdeskWidget);
  const show = () => document.body.append(document.createElement(NAME));
  if (document.body) show();
  else document.addEventListener("DOMContentLoaded", show);
})();

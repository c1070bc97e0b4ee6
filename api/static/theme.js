// The host page's colour in the panel, where it can be read; a colour without contrast is not taken.

const LEAST = 4.5; // WCAG 2.2, 1.4.3
const SURFACES = ["--ground", "--surface", "--tint"];
const root = document.documentElement;

let wanted = ["", ""];
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paint(...wanted));

/** Use `accent` for links and buttons, with `onAccent` on it; empty strings: our own. */
export function paint(accent, onAccent) {
  wanted = [accent, onAccent];
  for (const name of ["--accent", "--accent-strong", "--on-accent"]) root.style.removeProperty(name);
  const colour = rgbOf(accent);
  if (!colour || SURFACES.some((name) => contrast(colour, rgbOf(ownValue(name))) < LEAST)) return;
  const text = [onAccent, "#ffffff", "#1b2529"].find((each) => rgbOf(each) && contrast(colour, rgbOf(each)) >= LEAST);
  if (!text) return;
  root.style.setProperty("--accent", accent);
  root.style.setProperty("--accent-strong", accent);
  root.style.setProperty("--on-accent", text);
}

function ownValue(name) {
  return getComputedStyle(root).getPropertyValue(name).trim();
}

function rgbOf(text) {
  if (!text || !CSS.supports("color", text)) return null;
  const probe = document.createElement("span");
  probe.style.color = text;
  document.body.append(probe);
  const parts = getComputedStyle(probe).color.match(/^rgb\((\d+), (\d+), (\d+)\)$/);
  probe.remove();
  return parts ? parts.slice(1).map(Number) : null; // see-through and wide-gamut colours are not taken
}

function contrast(one, other) {
  if (!one || !other) return 0;
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

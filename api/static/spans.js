// Offsets of the interface count Unicode code points; JavaScript's strings count UTF-16 units.

/** Return the UTF-16 position of the code point number `offset` of `text`. */
export function unitsAt(text, offset) {
  let units = 0;
  for (let points = 0; points < offset && units < text.length; points += 1) {
    const code = text.charCodeAt(units);
    units += code >= 0xd800 && code < 0xdc00 && units + 1 < text.length ? 2 : 1;
  }
  return units;
}

const AROUND = 1800;

/**
 * Cut a text into what stands before, in and after a span (given in code points).
 * Long texts are cut at a paragraph near the span; `cutBefore`/`cutAfter` tell so.
 */
export function around(text, start, end) {
  const from = unitsAt(text, start);
  const to = from + unitsAt(text.slice(from), end - start);
  let first = Math.max(0, from - AROUND);
  let last = Math.min(text.length, to + AROUND);
  if (first > 0) {
    const line = text.indexOf("\n", first);
    first = line >= 0 && line < from ? line + 1 : first;
  }
  if (last < text.length) {
    const line = text.lastIndexOf("\n", last);
    last = line > to ? line : last;
  }
  return {
    before: text.slice(first, from),
    quote: text.slice(from, to),
    after: text.slice(to, last),
    cutBefore: first > 0,
    cutAfter: last < text.length,
  };
}

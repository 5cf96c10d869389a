// Colours by a column of the catalogue, by groups, by motifs, or by how well neighbours are kept; the legend greys what it
// does not single out, and hides nothing.
const columnField = find(".column"), legend = find(".legend"), faithfulField = find(".faithful");
const NONE = 65535, HUES = 8;
const SPECIAL = { groups: "groups found by likeness", motifs: "motifs" };
let column = null, single = null; // the column and the value of the legend that were chosen, by hand or by the address
let colours = null; // of the map: {name, kind, slots, labels, counts, ends, codes}
let only = null; // tells whether a point is singled out; null where all are

const barred = () => Boolean(map?.coloured);
const fetchColours = async (name) => {
  if (!name) return null;
  const answer = await fetch(`${map.address}/colour?by=${encodeURIComponent(name)}`);
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || "The colours did not come; choose them again.");
  const buffer = await answer.arrayBuffer(), length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return { ...header, column: name, codes: new Uint16Array(buffer, 4 + length) };
};
const cycles = () => colours?.column === "groups" && !map.columns.includes("groups");
const hueOf = (code) => (code === NONE ? 9 : cycles() ? code % HUES : code < HUES ? code : 8);
const mixed = (low, high, share) => low.map((part, at) => Math.round(part + (high[at] - part) * share));
const shades = () => {
  const [low, high] = [rgb("--ramp-low"), rgb("--ramp-high")];
  return [...Array(65).keys()].map((index) => mixed(low, high, index / 64));
};
const recolour = () => {
  const { count } = map, hues = [...Array(10).keys()].map((index) => rgb(`--hue-${index}`)), ramp = shades(), plain = rgb("--muted");
  map.first = new Uint8Array(4 * count).fill(255);
  map.second = new Uint8Array(4 * count).fill(255);
  const kept = faithfulField.checked, slots = colours?.slots || 1, codes = colours?.codes;
  map.coloured = kept || Boolean(colours);
  const shade = (code) => (code === NONE ? hues[9] : colours.kind === "ramp" ? ramp[Math.round(code / 65534 * 64)] : hues[hueOf(code)]);
  for (let point = 0; point < count; point += 1) {
    let first = plain, second = plain;
    if (kept) first = second = ramp[Math.round(map.faithfulness[point] / 255 * 64)];
    else if (codes) {
      first = second = shade(codes[slots * point]);
      if (slots > 1 && codes[slots * point + 1] !== NONE) second = shade(codes[slots * point + 1]);
    }
    const start = 4 * point;
    map.first[start] = first[0]; map.first[start + 1] = first[1]; map.first[start + 2] = first[2];
    map.second[start] = second[0]; map.second[start + 1] = second[1]; map.second[start + 2] = second[2];
  }
  states();
  painter.colours();
};
// Of each point: whether it is greyed; and how its dot is drawn: 0 not (a picture is), 1 as usual, 2 greyed, 3 marked.
const states = () => {
  const { count, pictured } = map;
  if (map.state?.length !== count) { map.state = new Uint8Array(count); map.dim = new Uint8Array(count); }
  map.dimmed = Boolean(only || lit);
  for (let point = 0; point < count; point += 1) {
    const dim = map.dimmed && ((only && !only(point)) || (lit && !lit.has(point)));
    map.dim[point] = dim ? 1 : 0;
    map.state[point] = pictured[point] ? 0 : dim ? 2 : chosen.has(point) || lit?.has(point) ? 3 : 1;
  }
};
const repaint = () => { if (!map) return; recolour(); painter.pictures(); redraw(); };

// -- the legend ------------------------------------------------------------------------------------------------------
const without = () => (map.labels.includes(colours.column) ? "no label" : "not stated");
const entries = () => {
  const { labels, counts, codes, slots } = colours, most = cycles() ? labels.length : HUES;
  const own = labels.slice(0, most).map((label, code) => ({ label, count: counts[code], hue: hueOf(code), has: (given) => given === code }));
  const rest = counts.slice(most).reduce((sum, count) => sum + count, 0);
  let none = 0;
  for (let point = 0; point < map.count; point += 1) if (codes[slots * point] === NONE) none += 1;
  if (rest) own.push({ label: "other", count: rest, hue: 8, has: (given) => given !== NONE && given >= most });
  if (none) own.push({ label: cycles() ? "in no group" : without(), count: none, hue: 9, none: true, has: (given) => given === NONE });
  return own;
};
const singleOut = (label) => {
  single = label;
  const entry = label === null || !colours || colours.kind === "ramp" || faithfulField.checked ? null : entries().find((each) => each.label === label);
  if (label !== null && !entry) { hint.textContent = `A part of the link is left out: nothing here is coloured as “${label}”.`; single = null; }
  const { codes, slots } = colours || {};
  only = !entry ? null : (point) => {
    if (entry.none) return codes[slots * point] === NONE;
    for (let slot = 0; slot < slots; slot += 1) if (entry.has(codes[slots * point + slot])) return true;
    return false;
  };
};
const rampLegend = (low, high, unknown) => legend.replaceChildren(h("span", {}, low), h("span", { class: "ramp", "aria-hidden": "true" }), h("span", {}, high),
  ...(unknown ? [h("span", { class: "entry" }, h("i", { style: { background: "var(--hue-9)" } }), "not stated")] : []));
const showLegend = () => {
  if (faithfulField.checked) return rampLegend("none of its true neighbours are near", "all are", false);
  if (!colours) return legend.replaceChildren();
  if (colours.kind === "ramp") return rampLegend(...colours.ends.map((end) => String(+end.toPrecision(6))), colours.codes.includes(NONE));
  const choose = (label) => { singleOut(single === label ? null : label); showLegend(); repaint(); address.settle(); };
  legend.replaceChildren(...entries().map(({ label, count, hue }) => h("button", { type: "button", class: "entry", "aria-pressed": String(single === label), title: `Single out ${label}`, on: { click: () => choose(label) } },
    h("i", { style: { background: `var(--hue-${hue})` } }), h("span", {}, label.replaceAll("_", " ")), h("small", {}, number(count)))));
};
const offerColumns = () => {
  const named = [["", "nothing"], ...map.columns.map((name) => [name, name.replaceAll("_", " ")]), ...Object.entries(SPECIAL).filter(([name]) => !map.columns.includes(name) && (name !== "motifs" || map.motifs))];
  columnField.replaceChildren(...named.map(([name, label]) => h("option", { value: name, selected: name === (colours?.column || "") }, label)));
};
let latest = 0;
const colourBy = async (name) => {
  const mine = (latest += 1), of = map;
  const offered = name === "" || map.columns.includes(name) || name in SPECIAL;
  if (!offered) { hint.textContent = `A part of the link is left out: the catalogue has no column “${name}”.`; column = single = null; }
  const wanted = offered ? name : map.telling;
  let found = null;
  try { found = await fetchColours(wanted); } catch (error) { hint.textContent = error.message; }
  if (mine !== latest || of !== map) return;
  colours = found;
  singleOut(single);
  offerColumns();
  showLegend();
  repaint();
  address.settle();
};
columnField.addEventListener("change", () => { [column, single] = [columnField.value, null]; faithfulField.checked = false; colourBy(column); });
faithfulField.addEventListener("change", () => { only = single = null; showLegend(); repaint(); });

// A map that arrived, the address, and the beginning.
const MOVES = 650; // milliseconds in which points move to their places on another map
let painter = null;
let placed = null; // the place that the address asks for

const plainly = () => { // without WebGL
  const other = h("canvas", { class: "points", "aria-hidden": "true" });
  find("canvas.points").replaceWith(other);
  painter = plainPainter(other);
  find(".honest").dataset.graphics = NO_GRAPHICS;
  if (map) { painter.points(); repaint(); sayOfMap(); }
};
const begin = () => {
  if (painter) return;
  try { painter = glPainter(under); } catch (error) { painter = null; }
  if (!painter) plainly();
  over.renderer = painter.name;
};
const step = (now) => {
  const share = clamp((now - map.moving) / MOVES, 0, 1);
  map.eased = share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2;
  if (share >= 1) map.moving = 0;
};
const sayOfMap = () => {
  const what = map.box ? "details" : map.count === 1 ? "work" : "works";
  find(".count").textContent = `${number(map.count)} ${what}.`;
  find(".caption").textContent = map.header.caption;
  find(".note").textContent = map.note;
  find(".honest").textContent = [map.honest, find(".honest").dataset.graphics].filter(Boolean).join(" ");
};
// Another map takes the place of the one that is shown: what is on both moves to its new place, and stays chosen.
const show = (next) => {
  begin();
  const before = map, same = before && before.header.kind === next.header.kind;
  const gone = before && same ? missing(before, next) : 0;
  const regions = same ? new Map(Array.from(next.region, (region, point) => [region, point])) : null;
  const carried = same ? [...chosen].map((point) => regions.get(before.region[point])).filter((point) => point !== undefined) : [];
  if (same && !still.matches && before.count) {
    const known = new Map(Array.from(before.region, (region, point) => [region, point])), frameBefore = fitted();
    next.fromX = Float32Array.from(next.xs);
    next.fromY = Float32Array.from(next.ys);
    map = next;
    bound();
    const frameNow = fitted();
    for (let point = 0; point < next.count; point += 1) {
      const old = known.get(next.region[point]);
      if (old === undefined) continue;
      next.fromX[point] = (before.xs[old] * frameBefore.scale + frameBefore.x - frameNow.x) / frameNow.scale;
      next.fromY[point] = (before.ys[old] * frameBefore.scale + frameBefore.y - frameNow.y) / frameNow.scale;
    }
    next.moving = performance.now();
    next.eased = 0;
  }
  map = next;
  bound();
  chosen = new Set(carried);
  [lit, pins, here, colours, only] = [null, [], -1, null, null];
  card.hidden = true;
  hint.textContent = gone ? `${number(gone)} ${gone === 1 ? "work is" : "works are"} no longer in the collection.` : "";
  view = placed ? placeOf(placed) : fitted();
  whole = !placed;
  placed = null;
  address.settle();
  painter.points();
  recolour();
  settle();
  offerColumns();
  showSettings();
  sayOfMap();
  showChosen();
  colourBy(column === null ? map.telling : column);
};
const missing = (before, next) => [...before.rows.keys()].filter((row) => !next.rows.has(row)).length * (before.header.settings.layout === next.header.settings.layout ? 1 : 0);

// -- the address: what lies on the map, how it is arranged and coloured, and where one looks ---------------------------
const NAMES = { map: "kind", by: "layout", neighbours: "neighbours", spread: "min_dist", metric: "metric", axes: "columns" };
const placeNow = () => {
  if (whole) return null;
  const { wide, high } = sized();
  return [(wide / 2 - view.x) / view.scale, (high / 2 - view.y) / view.scale, view.scale / fitted().scale].map((part) => +part.toFixed(3)).join(",");
};
const placeOf = (text) => {
  const [x, y, zoom] = text.split(",").map(Number), { wide, high } = sized(), all = fitted();
  if (![x, y, zoom].every(Number.isFinite)) return all;
  const scale = clamp(zoom, 0.6, MOST_ZOOM) * all.scale;
  return { scale, x: wide / 2 - x * scale, y: high / 2 - y * scale };
};
const write = (asked) => {
  if (!map) return; // it is still to be drawn
  for (const [name, text] of [["colour", column], ["only", single], ["place", placeNow()]]) if (text === null) asked.delete(name); else asked.set(name, text);
  const stated = asJson(settings);
  for (const [name, field] of Object.entries(NAMES)) if (stated[field] === undefined) asked.delete(name); else asked.set(name, field === "columns" ? stated[field].join("|") : stated[field]);
};
const wantedBy = (asked) => {
  const wanted = { ...USUAL, aspect: gridded() };
  for (const [name, field] of Object.entries(NAMES)) {
    if (!asked.has(name)) continue;
    const text = asked.get(name);
    wanted[field] = field === "columns" ? text.split("|").slice(0, 2) : typeof USUAL[field] === "number" ? Number(text) : text;
  }
  return wanted;
};
const arrive = (asked) => {
  const before = column, wanted = wantedBy(asked);
  [column, single] = [asked.get("colour"), asked.get("only")];
  placed = asked.get("place");
  if (map && JSON.stringify(asJson(wanted)) === JSON.stringify(asJson(settings))) {
    look(placed ? placeOf(placed) : fitted(), true, !placed);
    placed = null;
    if (column !== before) return colourBy(column === null ? map.telling : column);
    singleOut(single);
    showLegend();
    return repaint();
  }
  return ask(wanted);
};
address.of("map", { write, arrive });

let size = "";
new ResizeObserver(() => {
  const now = `${plane.clientWidth} ${plane.clientHeight}`;
  if (!map || !plane.clientWidth || now === size) return;
  size = now;
  look(whole ? fitted() : view, true, whole);
}).observe(plane);
const inkChanged = () => { ink = null; if (map) { showLegend(); repaint(); } };
new MutationObserver(inkChanged).observe(document.body, { attributes: true, attributeFilter: ["class"] });
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(inkChanged, 60));
// The tab is shown: the map is laid out, or looked at again, for the collection may have changed.
watch("value", () => {
  if (!props.value?.opened) return;
  const asked = address.asked("map");
  if (map) return ask(settings);
  if (asked) return arrive(asked);
  return ask(settings);
});
if (props.value?.opened) ask(settings);
setMode("move");
showSettings();

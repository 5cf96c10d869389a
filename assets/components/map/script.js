// The map of a collection. This part holds what is shown and where one looks; the others, which follow it, draw
// (drawing.js, plain.js), choose the pictures (placing.js), take gestures, and speak with the server.
const { h, picture, byline, inCollection, ask: askServer } = window.Explorer;
const find = (selector) => element.querySelector(selector);
const plane = find(".plane"), over = find("canvas.over"), under = find("canvas.points"), card = find(".card"), hint = find(".hint");
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const address = window.Explorer.address;
const number = (count) => count.toLocaleString("en");
const USUAL = { kind: "works", layout: "umap", neighbours: 15, min_dist: 0.1, metric: "cosine", columns: ["", ""] };
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

let settings = { ...USUAL }; // of the map that is asked for
let map = null; // the map that is shown: see `read`
let view = { scale: 1, x: 0, y: 0 }; // CSS pixels of the plane's height, and of its left and top
let here = -1; // the point in hand, by pointer or by key
let chosen = new Set(), lit = null; // numbers of points; nothing is lit while it is null
let pins = []; // what was placed: {xy, near, called}
let drag = null, mode = "move";

const sized = () => ({ wide: plane.clientWidth, high: plane.clientHeight });
const style = (name) => getComputedStyle(plane).getPropertyValue(name).trim();
const rgb = (name) => {
  const text = style(name).replace("#", ""), full = text.length === 3 ? [...text].map((letter) => letter + letter).join("") : text;
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16) || 0);
};

// -- the bytes of a map, see explorer/maps/packed.py -----------------------------------------------------------------
const KINDS = { "<u2": Uint16Array, "<u4": Uint32Array, "|u1": Uint8Array, u1: Uint8Array };
const read = (buffer, answer) => {
  const length = new DataView(buffer).getUint32(4, true), header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const arrays = Object.fromEntries(header.arrays.map(([name, kind, shape, offset]) => [name, new KINDS[kind](buffer, offset, shape.reduce((a, b) => a * b, 1))]));
  const count = header.count, xs = new Float32Array(count), ys = new Float32Array(count), order = new Uint32Array(count), ratio = new Float32Array(count);
  const rows = new Map(answer.works.map((work) => [work.row, work]));
  for (let point = 0; point < count; point += 1) {
    order[arrays.rank[point]] = point;
    const work = rows.get(arrays.work[point]), box = arrays.box;
    let wide = work?.width || 1, high = work?.height || 1;
    if (box) { wide *= Math.max(box[4 * point + 2] - box[4 * point], 1); high *= Math.max(box[4 * point + 3] - box[4 * point + 1], 1); }
    ratio[point] = clamp(wide / high, 0.25, 4);
  }
  const turned = turning(arrays.xy, header), spot = [0, 0];
  for (let point = 0; point < count; point += 1) {
    turned(arrays.xy[2 * point] / 65535, arrays.xy[2 * point + 1] / 65535, spot);
    [xs[point], ys[point]] = spot;
  }
  for (const label of header.labels) [label.x, label.y] = turned(label.x, label.y);
  return { ...answer, header, count, ...arrays, turned, across: widthOf(header), xs, ys, order, ratio, rows, offsets: new Float32Array(2 * count), shown: [], pictured: new Uint8Array(count), grow: 1 };
};
// From shares of the plane to where a point is drawn, in heights of the plane. A layout by likeness has no up or down of
// its own: its longest way lies along the page, which it fills a little wider than high.
const WIDER = 1.3, WIDE = 1.9; // of a map by likeness, and of one whose two directions have nothing to do with each other
const widthOf = ({ aspect, settings: of }) => (["time", "columns"].includes(of.layout) ? WIDE : aspect);
const turning = (xy, header) => {
  const { settings: of, count } = header, wide = widthOf(header);
  if ((of.layout || "umap") !== "umap" || count < 3) return (x, y, into = []) => { into[0] = x * wide; into[1] = y; return into; };
  const every = Math.max(1, Math.floor(count / 5000));
  let [n, sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0, 0];
  for (let point = 0; point < count; point += every) {
    const x = xy[2 * point] / 65535, y = xy[2 * point + 1] / 65535;
    n += 1; sx += x; sy += y; sxx += x * x; syy += y * y; sxy += x * y;
  }
  const mx = sx / n, my = sy / n, angle = 0.5 * Math.atan2(2 * (sxy / n - mx * my), sxx / n - mx * mx - (syy / n - my * my));
  const cos = Math.cos(angle), sin = Math.sin(angle);
  return (x, y, into = []) => { into[0] = ((x - mx) * cos + (y - my) * sin) * WIDER; into[1] = (y - my) * cos - (x - mx) * sin; return into; };
};
const workOf = (point) => map.rows.get(map.work[point]);
const boxOf = (point) => (map.box ? [0, 1, 2, 3].map((side) => map.box[4 * point + side] / 65535) : null);

// -- where one looks -------------------------------------------------------------------------------------------------
const at = (point) => ({ x: view.x + map.xs[point] * view.scale + map.offsets[2 * point] * map.grow, y: view.y + map.ys[point] * view.scale + map.offsets[2 * point + 1] * map.grow });
const PAD = 78;
const fitted = () => {
  const { wide, high } = sized(), pad = Math.min(map?.header.grid ? PAD / 3 : PAD, 0.13 * Math.min(wide, high));
  const [left, top, right, low] = map?.bounds || [0, 0, 1, 1], across = Math.max(right - left, 1e-3), down = Math.max(low - top, 1e-3);
  const scale = Math.max(Math.min((wide - 2 * pad) / across, (high - 2 * pad) / down), 1);
  return { scale, x: wide / 2 - (left + right) / 2 * scale, y: high / 2 - (top + low) / 2 * scale };
};
const bound = () => { // what the fitted map shows; with axes, all of these
  const { xs, ys, header, count } = map;
  let [left, top, right, low] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let point = 0; point < count; point += 1) {
    left = Math.min(left, xs[point]); right = Math.max(right, xs[point]);
    top = Math.min(top, ys[point]); low = Math.max(low, ys[point]);
  }
  if (count && right - left < 1e-3 && low - top < 1e-3 && !header.grid) { map.bounds = [left - 0.5, top - 0.5, right + 0.5, low + 0.5]; return; } // all in one place
  const all = !count || header.axes.some(({ title }) => title) || header.grid;
  map.bounds = all ? [0, 0, map.across, 1] : [left, top, right, low];
};
const zoomed = () => view.scale / fitted().scale;
const MOST_ZOOM = 400;
const hold = () => { // some of the map stays in sight
  if (!map) return;
  const { wide, high } = sized(), [left, top, right, low] = map.bounds;
  view.x = clamp(view.x, 60 - right * view.scale, wide - 60 - left * view.scale);
  view.y = clamp(view.y, 60 - low * view.scale, high - 60 - top * view.scale);
};
let whole = true; // whether it is the whole map, which it stays when the page changes its size
const look = (next, settled = false, fits = false) => {
  view = next;
  whole = fits;
  hold();
  redraw();
  moved(settled);
};
const zoomTo = (scale, x = plane.clientWidth / 2, y = plane.clientHeight / 2) => {
  const least = fitted().scale, next = clamp(scale, 0.6 * least, MOST_ZOOM * least), ratio = next / view.scale;
  look({ scale: next, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio });
};
const showWhole = () => look(fitted(), true, true);
const bring = (points, most = 6) => { // into sight, as large as they can be
  const { wide, high } = sized(), xs = points.map((point) => map.xs[point]), ys = points.map((point) => map.ys[point]);
  const [left, right, top, low] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(most * fitted().scale, 0.7 * Math.min(wide / Math.max(right - left, 1e-6), high / Math.max(low - top, 1e-6)));
  look({ scale, x: wide / 2 - (left + right) / 2 * scale, y: high / 2 - (top + low) / 2 * scale }, true);
};

// -- frames ----------------------------------------------------------------------------------------------------------
let frame = 0, waiting = 0;
const times = []; // milliseconds of script of the latest frames, for benchmarks/map_page.py
over.frames = times;
// What is drawn where, in CSS pixels, for tests and benchmarks.
over.drawn = () => {
  const frames = new Map((map?.shown || []).map((each) => [each.point, each])), radius = map ? dotRadius() : 0;
  return Array.from({ length: map?.count || 0 }, (_, point) => drawnPoint(point, frames.get(point), radius));
};
const drawnPoint = (point, shown, radius) => ({ point, work: workOf(point)?.id, ...at(point), picture: Boolean(shown), wide: shown ? shown.wide * map.grow : 2 * radius, tall: shown ? shown.tall * map.grow : 2 * radius, dim: Boolean(map.dim[point]), lit: Boolean(lit?.has(point)), chosen: chosen.has(point) });
const redraw = () => { if (!frame) frame = requestAnimationFrame(paint); };
const paint = () => {
  frame = 0;
  if (!map || !plane.clientWidth) return;
  const began = performance.now();
  if (map.moving) step(began);
  painter.draw();
  drawOver();
  times.push(performance.now() - began);
  if (times.length > 2000) times.splice(0, 1000);
  if (map.moving) redraw();
};
// After a movement: the pictures are chosen anew once it rests, and meanwhile where it goes too far.
const REST = 110;
const moved = (settled) => {
  if (!map) return;
  map.grow = view.scale / (map.placedAt?.scale || view.scale);
  clearTimeout(waiting);
  if (settled || !map.placedAt || map.grow > 1.6 || map.grow < 0.66 || outside()) settle();
  else waiting = setTimeout(settle, REST);
};
const settle = () => {
  clearTimeout(waiting);
  if (!map || !plane.clientWidth) return;
  placePictures();
  painter.pictures();
  redraw();
  listPoints();
  address.settle("replaceState"); // looking round is no step to go back to
};

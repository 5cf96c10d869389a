const { h, picture, byline, inCollection } = window.Explorer;
const plane = element.querySelector(".plane"), canvas = element.querySelector("canvas"), card = element.querySelector(".card");
const columnField = element.querySelector(".column"), legend = element.querySelector(".legend"), hint = element.querySelector(".hint");
const pen = canvas.getContext("2d");
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

let works = [], points = [], laid = [], colours = { kind: "classes", codes: [], legend: [] };
let view = { zoom: 1, x: 0, y: 0 }; // CSS pixels by which the fitted map is moved, after zooming
let here = -1; // the work in hand, by pointer or by key
let only = null; // the class of the legend that is singled out
let drag = null;
let column = null, single = null; // the column and the class of the legend that were chosen, by hand or by the address
const address = window.Explorer.address;
let extent = { x: 0.5, y: 0.5, wide: 1, high: 1 }; // of the points: their middle and spread
let order = []; // the works that a column says nothing of lie undermost
const down = new Map();
const FEW = 90; // as many works in sight are shown as pictures, more as points
const images = new Map(); // work -> an image, asked for when it is in sight

const style = (name) => getComputedStyle(plane).getPropertyValue(name).trim();
const palette = () => [...Array(10).keys()].map((index) => style(`--hue-${index}`));
const ramp = (share) => {
  const [low, high] = [style("--ramp-low"), style("--ramp-high")];
  return `color-mix(in oklab, ${high} ${Math.round(100 * share)}%, ${low})`;
};

// -- drawing ----------------------------------------------------------------------------------------------------
const pad = 62;
const at = (index) => { // one scale for both directions: distances on the map stay comparable
  const width = plane.clientWidth, height = plane.clientHeight, [x, y] = laid[index];
  const scale = Math.min((width - 2 * pad) / extent.wide, (height - 2 * pad) / extent.high);
  return {
    x: (width / 2 + (x - extent.x) * scale) * view.zoom + view.x,
    y: (height / 2 - (y - extent.y) * scale) * view.zoom + view.y,
  };
};
const measure = () => { // the layout has no up or down of its own: its longest way lies along the page
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
  const x = mean(points.map((point) => point[0])), y = mean(points.map((point) => point[1]));
  const covariance = (a, b) => mean(points.map((point) => (point[a] - [x, y][a]) * (point[b] - [x, y][b])));
  const turn = 0.5 * Math.atan2(2 * covariance(0, 1), covariance(0, 0) - covariance(1, 1)), cos = Math.cos(turn), sin = Math.sin(turn);
  laid = points.map((point) => [(point[0] - x) * cos + (point[1] - y) * sin, (point[1] - y) * cos - (point[0] - x) * sin]);
  const xs = laid.map((point) => point[0]), ys = laid.map((point) => point[1]);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  extent = { x: (left + right) / 2, y: (low + high) / 2, wide: Math.max(right - left, 1e-6), high: Math.max(high - low, 1e-6) };
  if (points.length < 2) extent = { ...extent, wide: 1, high: 1 };
};

// -- pictures on the map, where there is room for them ----------------------------------------------------------
const asked = new Set();
let asking = 0;
const fetchImages = async () => {
  asking = 0;
  const batch = [...asked].filter((work) => !images.has(work)).slice(0, 48);
  asked.clear();
  if (!batch.length) return;
  batch.forEach((work) => images.set(work, null));
  let urls = {};
  try { urls = await server.thumbnails(inCollection({ works: batch })); } catch (error) { batch.forEach((work) => images.delete(work)); }
  for (const [work, url] of Object.entries(urls)) {
    const image = new Image();
    image.onload = () => { images.set(work, image); draw(); };
    image.src = url;
  }
  draw();
};
const want = (work) => {
  if (images.has(work)) return images.get(work);
  asked.add(work);
  if (!asking) asking = setTimeout(fetchImages, 60);
  return null;
};
let side = 0; // of the pictures on the map, in CSS pixels; 0 where works are points
const room = (spots) => { // how far apart the works in sight lie: half of them have a neighbour nearer than this
  if (spots.length < 2) return 110;
  const near = spots.map((spot) => Math.min(...spots.map((other) => (other === spot ? Infinity : Math.hypot(spot.x - other.x, spot.y - other.y)))));
  return near.sort((a, b) => a - b)[Math.floor(near.length / 2)];
};
let frame = 0;
const draw = () => { if (!frame) frame = requestAnimationFrame(paint); };
const paint = () => {
  frame = 0;
  const width = plane.clientWidth, height = plane.clientHeight, sharp = window.devicePixelRatio || 1;
  if (!width || !height) return;
  if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
  }
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  pen.clearRect(0, 0, width, height);
  const hues = palette(), paper = style("--paper"), ink = style("--ink"), blank = style("--faint");
  const shades = colours.kind === "ramp" ? [...Array(21).keys()].map((step) => ramp(step / 20)) : hues;
  const inSight = order.map((index) => ({ index, ...at(index) })).filter(({ x, y }) => x > -40 && y > -40 && x < width + 40 && y < height + 40);
  side = inSight.length && inSight.length <= FEW ? clamp(1.5 * room(inSight), 38, 110) : 0;
  const radius = clamp((points.length > 2000 ? 2.6 : points.length > 300 ? 4 : 6.5) * Math.sqrt(view.zoom), 2.4, 11);
  const shade = (code) => code === null || code === undefined ? blank : colours.kind === "ramp" ? shades[Math.round(code * 20)] : shades[code] || blank;
  const picture = ({ index, x, y }) => {
    const image = want(works[index].work), aspect = works[index].aspect;
    if (!image) return false;
    const wide = aspect >= 1 ? side : side * aspect, tall = wide / aspect;
    pen.fillStyle = paper;
    pen.fillRect(x - wide / 2 - 1.5, y - tall / 2 - 1.5, wide + 3, tall + (colours.column ? 6 : 3));
    pen.drawImage(image, x - wide / 2, y - tall / 2, wide, tall);
    pen.fillStyle = shade(colours.codes[index]);
    if (colours.column) pen.fillRect(x - wide / 2, y + tall / 2, wide, 3);
    if (index === here) { pen.lineWidth = 2; pen.strokeStyle = ink; pen.strokeRect(x - wide / 2 - 3, y - tall / 2 - 3, wide + 6, tall + 9); }
    return true;
  };
  if (side) inSight.sort((a, b) => (a.index === here) - (b.index === here));
  for (const spot of inSight) {
    const { index, x, y } = spot, code = colours.codes[index];
    pen.globalAlpha = only !== null && code !== only ? 0.12 : side ? 1 : 0.92;
    if (side && picture(spot)) continue;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fillStyle = shade(code);
    pen.fill();
    if (points.length <= 3000) { pen.lineWidth = 1; pen.strokeStyle = paper; pen.stroke(); }
  }
  pen.globalAlpha = 1;
  if (here >= 0 && !side) {
    const { x, y } = at(here);
    pen.beginPath();
    pen.arc(x, y, radius + 4, 0, 2 * Math.PI);
    pen.lineWidth = 2;
    pen.strokeStyle = ink;
    pen.stroke();
  }
};

// -- the work in hand -------------------------------------------------------------------------------------------
const reach = () => Math.max(16, side / 2);
const nearest = (x, y, far) => {
  let best = -1, least = far * far;
  for (let index = 0; index < points.length; index += 1) {
    const point = at(index);
    const away = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (away < least && (only === null || colours.codes[index] === only)) { least = away; best = index; }
  }
  return best;
};
const take = (index) => {
  if (index === here && !card.hidden) return;
  here = index;
  canvas.style.cursor = index >= 0 ? "pointer" : "grab";
  card.hidden = index < 0;
  draw();
  if (index < 0) return;
  const work = works[index];
  card.replaceChildren(
    h("span", { class: "frame", style: { aspectRatio: String(work.aspect) } }, picture(server, work.work)),
    h("p", { class: "title" }, work.title), h("p", { class: "by" }, byline(work)));
  hint.textContent = [work.title, byline(work)].filter(Boolean).join(", ");
  const { x, y } = at(index), wide = card.offsetWidth, tall = card.offsetHeight;
  const clear = 16 + side / 2;
  card.style.left = clamp(x + (x + wide + clear + 8 > plane.clientWidth ? -wide - clear : clear), 4, Math.max(4, plane.clientWidth - wide - 4)) + "px";
  card.style.top = clamp(y - tall / 2, 4, Math.max(4, plane.clientHeight - tall - 4)) + "px";
};
const open = (index) => { if (index >= 0) trigger("choose", { work: works[index].work }); };

// -- pointers and wheel -----------------------------------------------------------------------------------------
const zoomTo = (zoom, x = plane.clientWidth / 2, y = plane.clientHeight / 2) => {
  const next = clamp(zoom, 1, 40), ratio = next / view.zoom;
  view = { zoom: next, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
  settle();
};
const settle = () => {
  view.x = clamp(view.x, plane.clientWidth * (1 - view.zoom), 0);
  view.y = clamp(view.y, plane.clientHeight * (1 - view.zoom), 0);
  draw();
};
const inPlane = (event) => {
  const bounds = canvas.getBoundingClientRect();
  return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
};
const apart = () => { const [a, b] = [...down.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  const spot = inPlane(event);
  down.set(event.pointerId, spot);
  drag = down.size === 2 ? { pinch: apart(), zoom: view.zoom } : { ...spot, from: { ...view }, moved: false };
});
canvas.addEventListener("pointermove", (event) => {
  const spot = inPlane(event);
  if (down.has(event.pointerId)) down.set(event.pointerId, spot);
  if (drag?.pinch && down.size === 2) return zoomTo(drag.zoom * apart() / drag.pinch, spot.x, spot.y);
  if (drag && !drag.pinch) {
    drag.moved ||= Math.hypot(spot.x - drag.x, spot.y - drag.y) > 5;
    if (!drag.moved) return;
    view.x = drag.from.x + spot.x - drag.x;
    view.y = drag.from.y + spot.y - drag.y;
    card.hidden = true;
    return settle();
  }
  take(nearest(spot.x, spot.y, reach()));
});
canvas.addEventListener("pointerup", (event) => {
  down.delete(event.pointerId);
  const was = drag;
  drag = null;
  if (!was || was.moved || was.pinch) return;
  const spot = inPlane(event), index = nearest(spot.x, spot.y, event.pointerType === "mouse" ? reach() : reach() + 10);
  if (event.pointerType !== "mouse" && index !== here) return take(index); // a first touch shows, a second opens
  open(index);
});
canvas.addEventListener("pointercancel", (event) => { down.delete(event.pointerId); drag = null; });
canvas.addEventListener("pointerleave", () => { if (!drag) take(-1); });
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const spot = inPlane(event);
  zoomTo(view.zoom * Math.exp(-clamp(event.deltaY * (event.deltaMode ? 30 : 1), -120, 120) / 300), spot.x, spot.y);
}, { passive: false });

// -- keys: to the neighbour that lies that way ------------------------------------------------------------------
const neighbour = (x, y) => {
  if (here < 0) return nearest(plane.clientWidth / 2, plane.clientHeight / 2, 1e6);
  const from = at(here);
  let best = here, least = Infinity;
  for (let index = 0; index < points.length; index += 1) {
    const to = at(index), along = (to.x - from.x) * x + (to.y - from.y) * y, aside = Math.abs((to.x - from.x) * y + (to.y - from.y) * x);
    if (index === here || along <= 0.5) continue;
    const cost = along + 2 * aside;
    if (cost < least) { least = cost; best = index; }
  }
  return best;
};
const step = (x, y) => {
  const index = neighbour(x, y);
  const spot = at(index);
  const rim = 90;
  view.x += spot.x < rim ? rim - spot.x : Math.min(0, plane.clientWidth - rim - spot.x);
  view.y += spot.y < rim ? rim - spot.y : Math.min(0, plane.clientHeight - rim - spot.y);
  settle();
  take(index);
};
const keys = {
  ArrowLeft: () => step(-1, 0), ArrowRight: () => step(1, 0), ArrowUp: () => step(0, -1), ArrowDown: () => step(0, 1),
  "+": () => zoomTo(view.zoom * 1.4), "=": () => zoomTo(view.zoom * 1.4), "-": () => zoomTo(view.zoom / 1.4), 0: () => zoomTo(1),
  Enter: () => open(here), Escape: () => take(-1),
};
canvas.addEventListener("keydown", (event) => {
  if (!points.length || !keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  keys[event.key]();
});
element.querySelector(".group").addEventListener("click", (event) => {
  const what = event.target.dataset.do;
  if (what) zoomTo({ in: view.zoom * 1.5, out: view.zoom / 1.5, fit: 1 }[what]);
});

// -- colours ----------------------------------------------------------------------------------------------------
const showLegend = () => {
  const hues = palette();
  if (colours.kind === "ramp") {
    const unknown = colours.codes.some((code) => code === null);
    legend.replaceChildren(h("span", {}, colours.ends[0]), h("span", { class: "ramp", "aria-hidden": "true" }), h("span", {}, colours.ends[1]),
      ...(unknown ? [h("span", { class: "entry" }, h("i", { style: { background: "var(--faint)" } }), "not stated")] : []));
    return;
  }
  legend.replaceChildren(...(colours.legend || []).map(({ code, label, count }) => h("button", {
    type: "button", class: "entry", "aria-pressed": String(only === code), title: `Single out ${label}`,
    on: { click: () => { only = only === code ? null : code; single = only === null ? null : label; showLegend(); draw(); address.settle(); } },
  }, h("i", { style: { background: hues[code] } }), h("span", {}, label.replaceAll("_", " ")), h("small", {}, count))));
};
columnField.addEventListener("change", () => { [column, single] = [columnField.value, null]; trigger("colour", { column }); });
// The address: colour=COLUMN, empty for a single colour, and only=VALUE that is singled out. The map is coloured anew
// whenever its tab is opened: in the colours that were chosen.
const singled = () => {
  const found = single === null ? null : (colours.legend || []).find(({ label }) => label === single);
  if (single !== null && !found) hint.textContent = `A part of the link is left out: no work here is coloured as “${single}”.`;
  [only, single] = found ? [found.code, single] : [null, null];
};
const coloured = (value) => { // whether it is in the colours that are asked for
  const known = column === null || column === "" || (value.columns || []).includes(column);
  if (!known) hint.textContent = `A part of the link is left out: the catalogue has no column “${column}”.`;
  if (!known) [column, single] = [null, null];
  return column === null || column === (colours.column || "");
};
const arrive = (asked) => {
  const before = column;
  [column, single] = [asked.get("colour"), asked.get("only")];
  if (!points.length) return;
  if (column !== before) return trigger("colour", { column });
  singled();
  showLegend();
  draw();
};
address.of("map", {
  write: (asked) => {
    if (!points.length) return; // it is still to be drawn
    for (const [name, text] of [["colour", column], ["only", single]]) if (text === null) asked.delete(name); else asked.set(name, text);
  },
  arrive,
});

const show = () => {
  const value = props.value || {};
  hint.textContent = value.message || "";
  const fresh = JSON.stringify(value.points || []) !== JSON.stringify(points);
  works = value.works || [];
  points = value.points || [];
  colours = value.colours || { kind: "classes", codes: [], legend: [] };
  only = null;
  measure();
  const silent = (index) => (colours.kind === "ramp" ? colours.codes[index] === null : colours.codes[index] >= 8);
  order = [...points.keys()].sort((a, b) => silent(b) - silent(a));
  columnField.replaceChildren(...[["", "nothing"], ...(value.columns || []).map((column) => [column, column.replaceAll("_", " ")])]
    .map(([name, label]) => h("option", { value: name, selected: name === (colours.column || "") }, label)));
  element.querySelector(".count").textContent = works.length ? `${works.length.toLocaleString("en")} works; point at one to see it, click to open it.` : "";
  if (works.length && !coloured(value)) return trigger("colour", { column });
  if (works.length) singled();
  if (fresh) { view = { zoom: 1, x: 0, y: 0 }; here = -1; card.hidden = true; }
  showLegend();
  draw();
  if (works.length) address.settle();
};
new ResizeObserver(() => { settle(); }).observe(plane);
const repaint = () => { showLegend(); draw(); };
new MutationObserver(repaint).observe(document.body, { attributes: true, attributeFilter: ["class"] });
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(repaint, 60));
watch("value", show);
if (address.asked("map")) arrive(address.asked("map"));
show();

// Pointers, wheel and keys.
const WAIT = 160; // milliseconds that a pointer rests before it is told what lies under it
const REACH = 14;
const down = new Map();
let hovering = 0;

const inPlane = (event) => {
  const bounds = over.getBoundingClientRect();
  return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
};
const apart = () => { const [a, b] = [...down.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };

// -- the point in hand -----------------------------------------------------------------------------------------------
const take = (point) => {
  clearTimeout(hovering);
  if (point === here && card.hidden === point < 0) return;
  here = point;
  over.style.cursor = point >= 0 ? "pointer" : "";
  card.hidden = point < 0;
  redraw();
  if (point < 0) return;
  const work = workOf(point), box = boxOf(point);
  if (!work) {
    card.replaceChildren(h("p", { class: "title" }, "This work is no longer in the collection."));
  } else {
    const framed = h("span", { class: "frame", style: { aspectRatio: String(clamp(work.width / work.height, 0.5, 3)) } }, picture(server, work.id), ...(box ? [window.Explorer.mark(box)] : []));
    card.replaceChildren(framed, h("p", { class: "title" }, work.title || work.id), h("p", { class: "by" }, byline(work)),
      ...(colours && colours.kind === "classes" && !faithfulField.checked ? [h("p", { class: "by" }, valuesOf(point))] : []),
      h("p", { class: "by kept" }, `${Math.round(map.faithfulness[point] / 2.55)}% of what it is most like is near it`));
  }
  hint.textContent = work ? [work.title || work.id, byline(work)].filter(Boolean).join(", ") : "This work is no longer in the collection.";
  const { x, y } = at(point), wide = card.offsetWidth, tall = card.offsetHeight, clear = 16 + (frameOf(point)?.wide || 0) / 2 * map.grow;
  card.style.left = `${clamp(x + (x + wide + clear + 8 > plane.clientWidth ? -wide - clear : clear), 4, Math.max(4, plane.clientWidth - wide - 4))}px`;
  card.style.top = `${clamp(y - tall / 2, 4, Math.max(4, plane.clientHeight - tall - 4))}px`;
};
const valuesOf = (point) => [...colours.codes.slice(colours.slots * point, colours.slots * (point + 1))].filter((code) => code !== NONE).map((code) => colours.labels[code]).join(", ");
const open = (point) => {
  const work = point >= 0 && workOf(point), box = point >= 0 && boxOf(point);
  if (!work) { if (point >= 0) hint.textContent = "This work is no longer in the collection: open the map again."; return; }
  if (box) trigger("follow", { kind: "work", key: work.id, box: box.map((side) => +side.toFixed(5)), at: window.Explorer.asked() });
  else trigger("choose", { work: work.id });
};

// -- choosing: a loop, a box, single points --------------------------------------------------------------------------
const inside = (loop) => {
  const found = [], xs = loop.map(({ x }) => x), ys = loop.map(({ y }) => y);
  const [left, right, top, low] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  for (let point = 0; point < map.count; point += 1) {
    const { x, y } = at(point);
    if (x < left || x > right || y < top || y > low || (only && !only(point))) continue;
    let within = false;
    for (let index = 0, last = loop.length - 1; index < loop.length; last = index, index += 1) {
      const a = loop[index], b = loop[last];
      if ((a.y > y) !== (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) within = !within;
    }
    if (within) found.push(point);
  }
  return found;
};
const choosePoints = (points, { shiftKey = false, altKey = false } = {}) => {
  const next = shiftKey || altKey ? new Set(chosen) : new Set();
  for (const point of points) next[altKey ? "delete" : "add"](point);
  setChosen(next);
};
const setMode = (next) => {
  mode = next;
  for (const button of element.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  plane.dataset.mode = mode;
};

over.addEventListener("pointerdown", (event) => {
  if (!map || event.button > 0) return;
  over.setPointerCapture(event.pointerId);
  const spot = inPlane(event);
  down.set(event.pointerId, spot);
  clearTimeout(hovering);
  if (down.size === 2) { drag = { pinch: apart(), scale: view.scale }; return; }
  const draws = mode === "move" ? (event.shiftKey ? "lasso" : "") : mode;
  drag = { ...spot, from: { ...view }, moved: false, draws, loop: draws ? [spot] : null };
});
over.addEventListener("pointermove", (event) => {
  if (!map) return;
  const spot = inPlane(event);
  if (down.has(event.pointerId)) down.set(event.pointerId, spot);
  if (drag?.pinch && down.size === 2) return zoomTo(drag.scale * apart() / Math.max(drag.pinch, 1), spot.x, spot.y);
  if (drag && !drag.pinch) {
    drag.moved ||= Math.hypot(spot.x - drag.x, spot.y - drag.y) > 5;
    if (!drag.moved) return;
    card.hidden = true;
    if (drag.draws === "box") drag.loop = [{ x: drag.x, y: drag.y }, { x: spot.x, y: drag.y }, spot, { x: drag.x, y: spot.y }];
    else if (drag.draws) drag.loop.push(spot);
    if (drag.draws) return redraw();
    plane.classList.add("held");
    return look({ ...view, x: drag.from.x + spot.x - drag.x, y: drag.from.y + spot.y - drag.y });
  }
  if (down.size) return;
  clearTimeout(hovering);
  hovering = setTimeout(() => take(pointUnder(spot.x, spot.y, REACH)), WAIT);
});
over.addEventListener("pointerup", (event) => {
  down.delete(event.pointerId);
  plane.classList.remove("held");
  const was = drag;
  drag = down.size ? drag : null;
  if (!map || !was || was.pinch) return;
  if (was.moved) {
    if (was.draws && was.loop.length > 2) choosePoints(inside(was.loop), event);
    return redraw();
  }
  const spot = inPlane(event), point = pointUnder(spot.x, spot.y, event.pointerType === "mouse" ? REACH : REACH + 10);
  if (event.shiftKey || event.altKey || mode !== "move") {
    if (point >= 0) choosePoints([point], { shiftKey: true, altKey: event.altKey || chosen.has(point) });
    else if (mode !== "move") setChosen(new Set());
    return;
  }
  if (event.pointerType !== "mouse" && point !== here) return take(point); // a first touch shows, a second opens
  if (event.detail < 2) open(point);
});
over.addEventListener("pointercancel", (event) => { down.delete(event.pointerId); drag = null; redraw(); });
over.addEventListener("pointerleave", () => { if (!drag) { clearTimeout(hovering); if (document.activeElement !== over) take(-1); } });
over.addEventListener("dblclick", (event) => { const spot = inPlane(event); if (map && pointUnder(spot.x, spot.y, REACH) < 0) zoomTo(2 * view.scale, spot.x, spot.y); });
over.addEventListener("wheel", (event) => {
  if (!map) return;
  event.preventDefault();
  const spot = inPlane(event);
  card.hidden = true;
  zoomTo(view.scale * Math.exp(-clamp(event.deltaY * (event.deltaMode ? 30 : 1), -160, 160) / 300), spot.x, spot.y);
}, { passive: false });

// -- keys: to the neighbour that lies that way -----------------------------------------------------------------------
const neighbour = (right, downwards) => {
  const { wide, high } = sized();
  if (here < 0) return nearest(wide / 2, high / 2, 1e9);
  const from = at(here);
  let best = here, least = Infinity;
  for (let point = 0; point < map.count; point += 1) {
    const to = at(point), along = (to.x - from.x) * right + (to.y - from.y) * downwards, aside = Math.abs((to.x - from.x) * downwards + (to.y - from.y) * right);
    if (point === here || along <= 0.5) continue;
    const cost = along + 2 * aside;
    if (cost < least) { least = cost; best = point; }
  }
  return best;
};
const go = (right, downwards) => {
  const point = neighbour(right, downwards);
  if (point < 0) return;
  const { x, y } = at(point), { wide, high } = sized(), rim = 44;
  const dx = x < rim ? rim - x : Math.min(0, wide - rim - x), dy = y < rim ? rim - y : Math.min(0, high - rim - y);
  if (dx || dy) look({ ...view, x: view.x + dx, y: view.y + dy }, true);
  take(point);
};
const letGo = () => {
  if (here >= 0) return take(-1);
  if (mode !== "move") return setMode("move");
  if (lit || pins.length) return light(null);
  setChosen(new Set());
};
const keys = {
  ArrowLeft: () => go(-1, 0), ArrowRight: () => go(1, 0), ArrowUp: () => go(0, -1), ArrowDown: () => go(0, 1),
  "+": () => zoomTo(view.scale * 1.4), "=": () => zoomTo(view.scale * 1.4), "-": () => zoomTo(view.scale / 1.4), 0: showWhole,
  Enter: () => open(here), " ": () => { if (here >= 0) choosePoints([here], { shiftKey: true, altKey: chosen.has(here) }); }, Escape: letGo,
};
over.addEventListener("keydown", (event) => {
  if (!map?.count || !keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  keys[event.key]();
});
over.addEventListener("blur", () => take(-1));
find(".tools").addEventListener("click", (event) => {
  const { do: what, mode: wanted } = event.target.dataset;
  if (wanted) setMode(wanted);
  if (!what || !map) return;
  if (what === "fit") showWhole(); else zoomTo(view.scale * { in: 1.5, out: 1 / 1.5 }[what]);
});

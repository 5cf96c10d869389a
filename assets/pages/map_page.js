// The map of a page that is sent away: pan, zoom, hover, search. All that it shows is in the page.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const canvas = document.getElementById("map"), pen = canvas.getContext("2d");
  const tip = document.getElementById("tip"), found = document.getElementById("found"), list = document.getElementById("matches");
  const sheets = Array.from({ length: data.sheets }, (_, number) => document.getElementById("sheet-" + number));
  const count = data.x.length, PER_SHEET = data.across * data.across, DARK = matchMedia("(prefers-color-scheme: dark)");
  const SMALL = 34, LARGE = 150, NEAR = 14, WAIT = 150;
  const order = Array.from({ length: count }, (_, point) => point).sort((a, b) => data.rank[a] - data.rank[b]);
  const texts = data.works.map((work) => (work.title + " " + work.artist + " " + work.date + " " + work.id).toLowerCase());
  let view = null, matching = null, hovered = -1, shown = [], frame = 0, timer = 0;

  const size = () => ({ wide: canvas.clientWidth, high: canvas.clientHeight });
  const fit = () => {
    const { wide, high } = size(), scale = 0.92 * Math.min(wide / data.aspect, high);
    return { scale, x: (wide - scale * data.aspect) / 2, y: (high - scale) / 2, least: scale };
  };
  const left = (point) => view.x + data.x[point] * data.aspect * view.scale;
  const top = (point) => view.y + data.y[point] * view.scale;
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // where the picture of a point is in the sheets: of a detail, the part of its work's thumbnail
  const source = (point) => {
    const work = data.works[data.work[point]], sheet = sheets[Math.floor(work.row / PER_SHEET)];
    if (!sheet) return null;
    const number = work.row % PER_SHEET, ratio = data.cell / Math.max(work.width, work.height, 1);
    const wide = Math.max(1, work.width * ratio), high = Math.max(1, work.height * ratio);
    const x = (number % data.across) * data.cell + (data.cell - wide) / 2, y = Math.floor(number / data.across) * data.cell + (data.cell - high) / 2;
    if (!data.box.length) return { sheet, x, y, wide, high };
    const [x0, y0, x1, y1] = data.box.slice(4 * point, 4 * point + 4);
    return { sheet, x: x + x0 * wide, y: y + y0 * high, wide: Math.max(1, (x1 - x0) * wide), high: Math.max(1, (y1 - y0) * high) };
  };

  const side = () => {
    if (data.grid) return 0.94 * view.scale * data.aspect / data.grid[0];
    return Math.min(LARGE, SMALL * Math.pow(view.scale / view.least, 0.4) * Math.max(1, Math.min(2.2, 30 / Math.sqrt(count))));
  };

  const draw = () => {
    frame = 0;
    const { wide, high } = size(), sharp = devicePixelRatio || 1, length = side(), taken = new Map(), dots = [];
    canvas.width = Math.round(wide * sharp);
    canvas.height = Math.round(high * sharp);
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, wide, high);
    axes(wide, high);
    shown = [];
    for (const point of order) {
      const x = left(point), y = top(point);
      if (x < -length || y < -length || x > wide + length || y > high + length) continue;
      if (length >= 7 && (data.grid || free(taken, x, y, length))) shown.push(point);
      else dots.push(point);
    }
    pen.fillStyle = ink("--muted");
    for (const point of dots) {
      pen.globalAlpha = matching && !matching.has(data.work[point]) ? 0.15 : 0.75;
      pen.fillRect(left(point) - 1.5, top(point) - 1.5, 3, 3);
    }
    for (const point of shown) picture(point, length);
    pen.globalAlpha = 1;
    if (matching) marks([...dots, ...shown]);
    labels(wide, high);
  };

  // pictures give way to those that are more telling
  const free = (taken, x, y, length) => {
    const column = Math.floor(x / length), row = Math.floor(y / length);
    for (let right = -1; right < 2; right += 1) for (let down = -1; down < 2; down += 1)
      for (const [otherX, otherY] of taken.get((column + right) * 65536 + row + down) || [])
        if (Math.abs(x - otherX) < length && Math.abs(y - otherY) < length) return false;
    const key = column * 65536 + row;
    if (!taken.has(key)) taken.set(key, []);
    taken.get(key).push([x, y]);
    return true;
  };

  const picture = (point, length) => {
    const from = source(point), inner = length * 0.94;
    pen.globalAlpha = matching && !matching.has(data.work[point]) ? 0.15 : 1;
    if (!from) {
      pen.fillStyle = ink("--muted");
      pen.fillRect(left(point) - 3, top(point) - 3, 6, 6);
      return;
    }
    const ratio = inner / Math.max(from.wide, from.high), wide = from.wide * ratio, high = from.high * ratio;
    pen.drawImage(from.sheet, from.x, from.y, from.wide, from.high, left(point) - wide / 2, top(point) - high / 2, wide, high);
    if (point === hovered) {
      pen.strokeStyle = ink("--mark");
      pen.lineWidth = 3;
      pen.strokeRect(left(point) - wide / 2, top(point) - high / 2, wide, high);
    }
  };

  const marks = (points) => {
    pen.strokeStyle = ink("--mark");
    pen.lineWidth = 2;
    for (const point of points) if (matching.has(data.work[point])) {
      pen.beginPath();
      pen.arc(left(point), top(point), 6, 0, 2 * Math.PI);
      pen.stroke();
    }
  };

  const labels = (wide, high) => {
    const zoom = view.scale / view.least, level = zoom < 2 ? 0 : zoom < 5 ? 1 : 2, taken = [];
    pen.font = "15px Georgia, serif";
    pen.textAlign = "center";
    pen.lineJoin = "round";
    for (const label of data.labels) {
      if (label.level !== level) continue;
      const x = view.x + label.x * data.aspect * view.scale, y = view.y + label.y * view.scale, half = pen.measureText(label.name).width / 2;
      if (x < 0 || y < 0 || x > wide || y > high) continue;
      if (taken.some((other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < 20)) continue;
      taken.push({ x, y, half });
      pen.lineWidth = 5;
      pen.strokeStyle = ink("--paper");
      pen.strokeText(label.name, x, y);
      pen.fillStyle = ink("--ink");
      pen.fillText(label.name, x, y);
    }
  };

  const axes = (wide, high) => {
    pen.font = "13px Georgia, serif";
    pen.textAlign = "left";
    pen.globalAlpha = 1;
    data.axes.forEach((axis, number) => {
      for (const [at, words] of axis.ticks) {
        const x = number ? 0 : view.x + at * data.aspect * view.scale, y = number ? view.y + at * view.scale : 0;
        pen.fillStyle = ink("--line");
        if (number) pen.fillRect(0, y, wide, 1);
        else pen.fillRect(x, 0, 1, high);
        pen.fillStyle = ink("--muted");
        pen.fillText(words, x + 4, number ? y - 4 : high - 6);
      }
    });
  };

  const redraw = () => { if (!frame) frame = requestAnimationFrame(draw); };
  const zoomBy = (factor, x, y) => {
    const scale = Math.min(Math.max(view.scale * factor, view.least * 0.7), view.least * 60), ratio = scale / view.scale;
    view = { ...view, scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
    hide();
    redraw();
  };
  const moveBy = (right, down) => { view = { ...view, x: view.x + right, y: view.y + down }; redraw(); };
  const middle = () => { const { wide, high } = size(); return [wide / 2, high / 2]; };

  const at = (x, y) => {
    const half = side() / 2;
    let best = shown.find((point) => Math.abs(left(point) - x) <= half && Math.abs(top(point) - y) <= half);
    if (best !== undefined) return best;
    let nearest = NEAR;
    best = -1;
    for (let point = 0; point < count; point += 1) {
      const far = Math.hypot(left(point) - x, top(point) - y);
      if (far < nearest) [nearest, best] = [far, point];
    }
    return best;
  };

  const tell = (point, x, y) => {
    const work = data.works[data.work[point]], from = source(point), { wide, high } = size();
    tip.textContent = "";
    if (from) {
      const large = document.createElement("canvas"), ratio = 220 / Math.max(from.wide, from.high);
      large.width = Math.max(1, Math.round(from.wide * ratio));
      large.height = Math.max(1, Math.round(from.high * ratio));
      large.getContext("2d").drawImage(from.sheet, from.x, from.y, from.wide, from.high, 0, 0, large.width, large.height);
      tip.append(large);
    }
    const title = document.createElement("strong");
    title.textContent = work.title;
    tip.append(title);
    for (const words of [[work.artist, work.date].filter(Boolean).join(", ")]) {
      const line = document.createElement("span");
      line.textContent = words;
      tip.append(line);
    }
    tip.hidden = false;
    tip.style.left = Math.max(4, Math.min(x + 14, wide - tip.offsetWidth - 4)) + "px";
    tip.style.top = Math.max(4, Math.min(y + 14, high - tip.offsetHeight - 4)) + "px";
  };
  const hide = () => { clearTimeout(timer); tip.hidden = true; if (hovered !== -1) { hovered = -1; redraw(); } };

  const search = (words) => {
    hide();
    const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
    matching = parts.length ? new Set([...texts.keys()].filter((work) => parts.every((part) => texts[work].includes(part)))) : null;
    found.textContent = matching ? (matching.size === 1 ? "1 work" : matching.size.toLocaleString("en") + " works") : "";
    list.textContent = "";
    list.hidden = !matching || !matching.size;
    if (matching) for (const work of [...matching].slice(0, 50)) {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.textContent = data.works[work].title;
      button.addEventListener("click", () => go(work));
      item.append(button);
      list.append(item);
    }
    redraw();
  };
  const go = (work) => {
    const point = data.work.indexOf(work);
    if (point < 0) return;
    const [x, y] = middle();
    view = { ...view, scale: Math.max(view.scale, view.least * 6) };
    moveBy(x - left(point), y - top(point));
    hovered = point;
    tell(point, x, y);
  };

  const held = new Map();
  canvas.addEventListener("pointerdown", (event) => { held.set(event.pointerId, event); canvas.setPointerCapture(event.pointerId); canvas.classList.add("held"); hide(); });
  canvas.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) {
      clearTimeout(timer);
      const { offsetX: x, offsetY: y } = event;
      timer = setTimeout(() => { const point = at(x, y); if (point < 0) hide(); else { hovered = point; tell(point, x, y); redraw(); } }, WAIT);
      return;
    }
    held.set(event.pointerId, event);
    if (held.size === 1) moveBy(event.offsetX - before.offsetX, event.offsetY - before.offsetY);
    else {
      const [other] = [...held.values()].filter((each) => each.pointerId !== event.pointerId);
      const apart = (each) => Math.hypot(each.offsetX - other.offsetX, each.offsetY - other.offsetY);
      zoomBy(apart(event) / Math.max(apart(before), 1), (event.offsetX + other.offsetX) / 2, (event.offsetY + other.offsetY) / 2);
    }
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => { held.delete(event.pointerId); if (!held.size) canvas.classList.remove("held"); });
  canvas.addEventListener("pointerleave", hide);
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoomBy(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY); }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (moves[event.key]) moveBy(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") zoomBy(1.3, ...middle());
    else if (event.key === "-") zoomBy(1 / 1.3, ...middle());
    else if (event.key === "0") { view = fit(); redraw(); }
    else return;
    event.preventDefault();
  });
  document.getElementById("in").addEventListener("click", () => zoomBy(1.5, ...middle()));
  document.getElementById("out").addEventListener("click", () => zoomBy(1 / 1.5, ...middle()));
  document.getElementById("all").addEventListener("click", () => { view = fit(); redraw(); });
  document.getElementById("search").addEventListener("input", (event) => search(event.target.value));
  addEventListener("resize", () => { view = fit(); redraw(); });
  DARK.addEventListener("change", redraw);
  view = fit();
  Promise.allSettled(sheets.map((sheet) => sheet.decode())).then(redraw);
  redraw();
})();


// -- two details side by side, zoomed and moved as one (follows script.js, whose names it uses) -------------------------
const sight = (() => {
  const ROOM = 1.45; // a place is shown with what surrounds it
  const LEAST = 0.4, MOST = 16, ENOUGH = 5; // key points from which on they alone are shown
  const choice = $("[name=lines]"), opacity = $("[name=opacity]"), overButton = $("[data-do=over]"), key = $(".key");
  const over = h("img", { class: "over", alt: "", draggable: "false", hidden: true });
  here.mark.before(over);
  let zoomed = 1, away = { x: 0, y: 0 }; // away: pixels of the picture that was searched from, from where it lies at rest
  let lines = "points", last = "points", laidOver = false, wished = ""; // wished: what was chosen by hand, for every match

  // -- the transform, in pixels: the detail's point p is at linear p + shift on the match
  const span = ({ box, width, height }) => ({ wide: (box[2] - box[0]) * width, high: (box[3] - box[1]) * height });
  const middle = ({ box, width, height }) => ({ x: (box[0] + box[2]) / 2 * width, y: (box[1] + box[3]) / 2 * height });
  const shape = (why) => {
    const a = span(here), b = span(there);
    const scale = why.scale || Math.sqrt(b.wide * b.high / (a.wide * a.high)), turn = (why.fit?.turn || 0) * Math.PI / 180, flip = why.fit?.mirror ? -1 : 1;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    return { scale, linear: [flip * scale * cos, scale * sin, -flip * scale * sin, scale * cos], inverse: [flip * cos / scale, -flip * sin / scale, sin / scale, cos / scale] };
  };
  const times = ([a, b, c, d], { x, y }) => ({ x: a * x + b * y, y: c * x + d * y });
  const shift = (why, { linear }) => {
    const located = why.key_points >= ENOUGH ? why.pairs.slice(0, why.key_points) : why.pairs;
    const ends = located.map(([x0, y0, x1, y1]) => [{ x: x0 * here.width, y: y0 * here.height }, { x: x1 * there.width, y: y1 * there.height }]);
    if (!ends.length) ends.push([middle(here), middle(there)]);
    const sum = { x: 0, y: 0 };
    for (const [from, to] of ends) {
      const at = times(linear, from);
      sum.x += (to.x - at.x) / ends.length;
      sum.y += (to.y - at.y) / ends.length;
    }
    return sum;
  };

  // -- where the pictures lie
  const room = (side) => ({ x: side.pane.clientWidth / 2, y: side.pane.clientHeight / 2 });
  // At rest a picture fills its pane where it can; moved from there, both move alike.
  const lie = (side, rest, moved) => {
    const factor = rest * zoomed, half = room(side), at = middle(side);
    const within = (from, length, space) => length <= space ? (space - length) / 2 : clamp(from, space - length, 0);
    const still = { x: half.x - within(half.x - at.x * rest, side.width * rest, 2 * half.x), y: half.y - within(half.y - at.y * rest, side.height * rest, 2 * half.y) };
    Object.assign(side, { factor, wide: side.width * factor, high: side.height * factor });
    side.x = half.x - (still.x / rest + moved.x) * factor;
    side.y = half.y - (still.y / rest + moved.y) * factor;
    Object.assign(side.sheet.style, { width: side.wide + "px", height: side.high + "px", transform: `translate(${side.x}px, ${side.y}px)` });
    window.Explorer.place(side.mark, side.box);
  };
  const lay = () => {
    const match = order[at];
    drawing.replaceChildren();
    if (!dialog.open || !match || !here.width || !there.width || !here.pane.clientWidth) return;
    const why = match.evidence, measured = scale === "cm" && why.sizes, change = shape(why);
    const ratio = measured ? why.sizes.cm_per_pixel[1] / why.sizes.cm_per_pixel[0] : 1 / change.scale;
    const fit = (side, { wide, high }, factor) => Math.min(side.pane.clientWidth / (wide * factor), side.pane.clientHeight / (high * factor)) / ROOM;
    const rest = Math.min(fit(here, span(here), 1), fit(there, span(there), ratio));
    lie(here, rest, away);
    lie(there, rest * ratio, times(change.linear, away));
    layOver(why, change);
    sharpened.forEach((moved) => moved());
    draw(why, measured ? here.factor / why.sizes.cm_per_pixel[0] : 0);
  };
  // -- the part in sight, from the original
  const sharpened = [here, there].map((side) => window.Explorer.sharpen(side.image, () => {
    if (!dialog.open || !side.wide || !side.width || !side.url || side.image.getAttribute("src") !== side.url) return null;
    const { url, service, width, height, x, y, wide, high, pane } = side;
    return { url, service, width, height, sight: [-x / wide, -y / high, (pane.clientWidth - x) / wide, (pane.clientHeight - y) / high], pixels: side.factor };
  }, window.Explorer.place));
  const layOver = (why, change) => { // the match, as it was before it was changed, on the detail
    over.hidden = !laidOver || !why.fit;
    if (over.hidden) return;
    if (over.getAttribute("src") !== there.image.getAttribute("src")) over.src = there.image.getAttribute("src");
    const [a, b, c, d] = change.inverse.map((entry) => entry * here.factor / there.factor), off = times(change.inverse, shift(why, change));
    const [x0, y0, x1, y1] = there.box.map((side) => 100 * side);
    Object.assign(over.style, {
      width: there.wide + "px", height: there.high + "px", opacity: opacity.value / 100, clipPath: `inset(${y0}% ${100 - x1}% ${100 - y1}% ${x0}%)`,
      transform: `matrix(${a}, ${c}, ${b}, ${d}, ${-off.x * here.factor}, ${-off.y * here.factor})`,
    });
  };

  // -- lines
  const spot = (side, x, y) => {
    const within = { x: side.x + x * side.wide, y: side.y + y * side.high };
    const inside = within.x >= 0 && within.y >= 0 && within.x <= side.pane.clientWidth && within.y <= side.pane.clientHeight;
    const pane = side.pane.getBoundingClientRect(), all = pair.getBoundingClientRect();
    return inside ? { x: pane.left - all.left + within.x, y: pane.top - all.top + within.y } : null;
  };
  const ending = (cell, { x, y }) => {
    if (!cell) return [svg("circle", { cx: x, cy: y, r: 3 })];
    const square = { x: x - 3.5, y: y - 3.5, width: 7, height: 7 };
    return [svg("rect", square), svg("rect", square)];
  };
  const joined = (cell, hue, from, to) => {
    const ends = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
    return svg("g", { class: cell ? "agreeing cell" : `agreeing point hue-${hue % 8}` },
      svg("line", { class: "halo", ...ends }), svg("line", ends), ...ending(cell, from), ...ending(cell, to));
  };
  const draw = (why, pixelsPerCm) => {
    const art = svg("svg", { width: pair.clientWidth, height: pair.clientHeight });
    for (const [index, [x0, y0, x1, y1]] of why.pairs.entries()) {
      const cell = index >= why.key_points, from = spot(here, x0, y0), to = spot(there, x1, y1);
      if (laidOver || !from || !to || !["both", cell ? "cells" : "points"].includes(lines)) continue;
      art.append(joined(cell, index, from, to));
    }
    if (pixelsPerCm) for (const side of [here, there]) art.append(rod(side, pixelsPerCm));
    drawing.replaceChildren(art);
  };
  const rod = (side, pixelsPerCm) => {
    const wanted = side.pane.clientWidth / 5 / pixelsPerCm, power = 10 ** Math.floor(Math.log10(wanted));
    const long = [5, 2, 1].find((step) => step * power <= wanted) * power, wide = long * pixelsPerCm;
    const pane = side.pane.getBoundingClientRect(), all = pair.getBoundingClientRect();
    const x = pane.left - all.left + 12, y = pane.bottom - all.top - 12;
    return svg("g", { class: "ruler" }, svg("rect", { x: x - 6, y: y - 22, width: Math.max(wide, 42) + 12, height: 28 }),
      svg("path", { d: `M${x} ${y - 5}v5h${wide}v-5` }), svg("text", { x, y: y - 9 }, `${Number(long.toPrecision(1))} cm`));
  };
  const told = (why) => { // what the lines are, and how many there are of each kind
    const points = Math.min(why.key_points, why.pairs.length), cells = why.pairs.length - points;
    const sample = (cell) => svg("svg", { viewBox: "0 0 38 14", "aria-hidden": "true" }, joined(cell, 1, { x: 7, y: 7 }, { x: 31, y: 7 }));
    const drawn = [[points, false, "key point", "points"], [cells, true, "cell", "cells"]].filter(([count, , , name]) => count && !laidOver && ["both", name].includes(lines));
    key.replaceChildren(...drawn.map(([count, cell, name]) => h("span", {}, sample(cell), `${count} ${name}${count === 1 ? "" : "s"}`)),
      laidOver ? "The match lies over the detail, turned and scaled as it was found; the lines are hidden." : "");
    for (const option of choice.options) option.disabled = (option.value === "points" && !points) || (option.value === "cells" && !cells) || (option.value === "both" && !(points && cells));
  };
  const show = (next) => {
    lines = next;
    if (next !== "none") last = next;
    choice.value = next;
    told(order[at].evidence);
    lay();
  };
  choice.addEventListener("change", () => { wished = choice.value; show(wished); });

  // -- zoomed and moved: with the mouse, fingers, keys
  const factorOf = (side) => side.factor || 1;
  const move = (side, x, y) => { // pixels of the screen, on one of the sides
    const own = { x: -x / factorOf(side), y: -y / factorOf(side) };
    const by = side === here ? own : times(shape(order[at].evidence).inverse, own);
    away = { x: clamp(away.x + by.x, -here.width, here.width), y: clamp(away.y + by.y, -here.height, here.height) };
  };
  const zoom = (by, side = here, x = 0, y = 0) => { // about a point of one side, pixels from its pane's middle
    const next = clamp(zoomed * by, LEAST, MOST), grown = next / zoomed;
    if (!order[at] || !here.factor) return;
    move(side, -x, -y);
    move(side, x / grown, y / grown);
    zoomed = next;
    lay();
  };
  const fit = () => {
    zoomed = 1;
    away = { x: 0, y: 0 };
    lay();
  };
  for (const side of [here, there]) {
    const fingers = new Map(), { pane } = side;
    const from = (event) => {
      const bounds = pane.getBoundingClientRect();
      return { x: event.clientX - bounds.left - bounds.width / 2, y: event.clientY - bounds.top - bounds.height / 2 };
    };
    const spread = () => {
      const [a, b = a] = [...fingers.values()];
      return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
    };
    pane.addEventListener("pointerdown", (event) => {
      if (event.button > 1) return;
      event.preventDefault();
      dialog.focus();
      pane.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, from(event));
      pane.classList.add("held");
    });
    pane.addEventListener("pointermove", (event) => {
      if (!fingers.has(event.pointerId) || !order[at]) return;
      const before = spread();
      fingers.set(event.pointerId, from(event));
      const now = spread();
      move(side, now.x - before.x, now.y - before.y);
      if (before.apart > 8 && now.apart > 8) zoom(now.apart / before.apart, side, now.x, now.y);
      else lay();
    });
    const lift = (event) => { fingers.delete(event.pointerId); pane.classList.toggle("held", fingers.size > 0); };
    pane.addEventListener("pointerup", lift);
    pane.addEventListener("pointercancel", lift);
    pane.addEventListener("wheel", (event) => {
      event.preventDefault();
      const { x, y } = from(event);
      zoom(Math.exp(-clamp(event.deltaY * (event.deltaMode ? 30 : 1), -120, 120) / 270), side, x, y);
    }, { passive: false });
  }
  opacity.addEventListener("input", lay);
  new ResizeObserver(() => lay()).observe(pair);

  return {
    lay, zoom, fit,
    pan: (x, y) => { if (order[at]) { move(here, 60 * x, 60 * y); lay(); } },
    begin: (why) => { // another match: as it lies at rest
      const points = Math.min(why.key_points, why.pairs.length), usual = points >= ENOUGH || points === why.pairs.length ? "points" : points ? "both" : "cells";
      const offers = { points, cells: why.pairs.length - points, both: points && why.pairs.length - points, none: true };
      zoomed = 1;
      away = { x: 0, y: 0 };
      choice.disabled = !why.pairs.length;
      overButton.disabled = !why.fit;
      show(wished && offers[wished] ? wished : usual);
    },
    lines: () => {
      if (choice.disabled) return;
      wished = lines === "none" ? last : "none";
      show(wished);
    },
    over: () => {
      if (!order[at] || overButton.disabled) return;
      laidOver = !laidOver;
      overButton.setAttribute("aria-pressed", String(laidOver));
      $(".how-much").hidden = !laidOver;
      told(order[at].evidence);
      lay();
    },
  };
})();
